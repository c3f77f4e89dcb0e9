"""The block of YAML or TOML between `---` (or `+++`) lines that many Markdown files begin with, or what MDX exports.

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
_MDX_LINE = expression(
    r"import\s[^\n]*['\"][^'\"]+['\"];?[ \t]*$|import\s*['\"{]|export\s+(?:const|let|default|async|function)\b",
    re.M,
)
_MDX_OBJECT = expression(r"export\s+const\s+\w+\s*(?::\s*\w+\s*)?=\s*\{\s*$")
_MDX_VALUE = expression(r"\s+['\"]?(?P<key>\w+)['\"]?:\s*(?P<mark>['\"`])(?P<value>.*?)(?P=mark),?\s*$")
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
    if block is None and _MDX_LINE.match(text):
        return _split_exports(text)
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


def _split_exports(text: str) -> FrontMatter:
    """Part what an MDX file imports and exports from its text; an exported object of texts is front matter."""
    lines = text.split("\n")
    values: dict[str, Any] = {}
    depth, last = 0, 0
    for number, line in enumerate(lines):
        if depth <= 0 and line.strip() and not _MDX_LINE.match(line):
            break
        if depth > 0 and (found := _MDX_VALUE.match(line)):
            values.setdefault(found["key"], found["value"])
        depth += sum(map(line.count, "{([")) - sum(map(line.count, "})]"))
        last = number + 1
    if not any(map(_MDX_OBJECT.match, lines[:last])):
        return FrontMatter({}, text)
    return FrontMatter(values, "\n".join([""] * last + lines[last:]))


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
