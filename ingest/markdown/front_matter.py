"""The block of YAML or TOML between `---` (or `+++`) lines that many Markdown files begin with.

Promises: never raises on bad content, and never moves a line: what is returned as the body has
blank lines where the front matter was, so that line numbers stay those of the file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from kb.errors import Problem
from kb.expression import expression
from kb.text.safe_yaml import YamlLimits, YamlRefused, compose, value

_BLOCK = expression(r"\A(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)^(?P=fence)[ \t]*(?:\n|\Z)", re.M | re.S)
_LIMITS = YamlLimits(max_bytes=64_000, max_depth=20, max_aliased=10_000)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What came before the text: its values, the text with that block blanked, and what was wrong."""

    values: dict[str, Any]
    body: str
    problems: tuple[Problem, ...] = ()


def split_front_matter(text: str, path: str) -> FrontMatter:
    """Part `text` into front matter and body; a block that cannot be read is a `Problem`."""
    block = _BLOCK.match(text)
    if block is None or (block["fence"] == "---" and not _looks_like_yaml(block["body"])):
        return FrontMatter({}, text)
    body = "\n" * block[0].count("\n") + text[block.end() :]
    try:
        values = _load(block["fence"], block["body"])
    except YamlRefused as error:
        if not _is_keys(block["body"]):
            return FrontMatter({}, text)
        line = 1 if error.line is None else error.line + 1
        return FrontMatter({}, body, (Problem(path, line, f"front matter ignored: {error}"),))
    except tomllib.TOMLDecodeError as error:
        return FrontMatter({}, body, (Problem(path, 1, f"front matter ignored: {error}"),))
    if values is None:
        return FrontMatter({}, body)
    if not isinstance(values, dict) and not _is_keys(block["body"]):
        return FrontMatter({}, text)
    if not isinstance(values, dict):
        return FrontMatter({}, body, (Problem(path, 1, "front matter ignored: it is not keys and values"),))
    return FrontMatter({str(key): item for key, item in values.items()}, body)


def _looks_like_yaml(block: str) -> bool:
    """A rule, some prose and another rule are not front matter."""
    return not block.strip() or re.search(r"^[\w\"'.-]+[ \t]*:", block, re.M) is not None


def _is_keys(block: str) -> bool:
    """Whether most lines are those of keys, lists and comments; a text between two rules is not."""
    lines = [line for line in block.split("\n") if line.strip()]
    keys = [line for line in lines if re.match(r"[\w\"'.-]+[ \t]*:(?:\s|$)|\s+\S|- |#", line)]
    return len(keys) * 3 >= len(lines) * 2


def _load(fence: str, block: str) -> Any:
    if fence == "+++":
        return tomllib.loads(block)
    documents = compose(block, _LIMITS)
    return value(documents[0]) if documents else None
