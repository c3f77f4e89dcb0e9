"""Labelled cases: what is asked, and which answers are right.

A file holds a list of cases as YAML (or a mapping with the list under `cases`), or one JSON object a
line (`.jsonl`).  Each says `query` and `relevant`, and may say `tool`, `service`, `environment` and
`group`, and `checked: false` while nobody has read it.  `relevant` names entries by id, by title or by
the end of a source path; any one of them is right, and an empty list means that "unknown" is.  It must be
there: a misspelt key would otherwise turn a question into one that has no answer.  All mistakes of a file
come in one error, with lines.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kb.errors import FileUnreadable, InvalidInput, Problem
from kb.text import safe_yaml

_LINES = (".jsonl", ".ndjson")
_TEXTS = ("query", "tool", "service", "environment", "group", "source")
_KEYS = {*_TEXTS, "relevant", "checked"}
_SAID = {"true": True, "yes": True, "false": False, "no": False}
_TOLD = 10
"""Mistakes that an error names; the others are counted."""

Row = tuple[int, object]
"""A line, from 1, and what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with its right answers; none of them: the right answer is "unknown"."""

    query: str
    relevant: tuple[str, ...]
    tool: str = ""
    service: str = ""
    environment: str = ""
    group: str = ""
    checked: bool = True
    """Whether a person has checked it; one that was proposed from the ledger says that nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The cases of one evaluation."""

    cases: tuple[Case, ...]
    files: tuple[str, ...]
    """The files as they were given."""
    digest: str
    """A hash of their content: two runs with the same one asked the same."""
    ignored: tuple[str, ...] = ()
    """Keys that say nothing to an evaluation."""


def load_cases(paths: Sequence[str | Path]) -> Cases:
    """All cases of the files, in order; where there are several, a case without a group has its file's name.

    Raises FileUnreadable, or InvalidInput with `path:line` of each mistake.
    """
    cases, ignored, content = list[Case](), Counter[str](), hashlib.sha256()
    for path in map(Path, paths):
        text = _read(path)
        content.update(text.encode())
        found = parse_cases(text, str(path), group=path.stem if len(paths) > 1 else "")
        cases += found.cases
        ignored.update(found.ignored)
    if not cases:
        raise InvalidInput(
            f"{', '.join(map(str, paths))}: no cases; a case has a query and a list `relevant`"
        )
    return Cases(
        cases=tuple(cases),
        files=tuple(map(str, paths)),
        digest=content.hexdigest()[:16],
        ignored=tuple(ignored),
    )


def parse_cases(text: str, path: str, group: str = "") -> Cases:
    """The cases of one text; `path` is what mistakes are told with, and tells YAML from JSON lines."""
    problems, cases, ignored = list[Problem](), list[Case](), Counter[str]()
    rows = _json_rows(text, path, problems) if path.lower().endswith(_LINES) else _yaml_rows(text, path)
    for line, row in rows:
        case = _case(row, group)
        if isinstance(case, str):
            problems.append(Problem(path, line, case))
        else:
            cases.append(case)
            ignored.update(key for key in row if key not in _KEYS)  # type: ignore[attr-defined]
    if problems:
        raise InvalidInput(_told(problems))
    return Cases(
        cases=tuple(cases),
        files=(path,),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
        ignored=tuple(ignored),
    )


def is_named(name: str, entry_id: str, title: str, paths: Iterable[str]) -> bool:
    """Whether `name`, as a case says it, is this entry: its id, its title, or the end of one of its paths."""
    if name == entry_id or name.casefold() == title.casefold():
        return True
    end = name.removeprefix("./")
    return any(path == end or path.endswith(f"/{end.lstrip('/')}") for path in paths)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise FileUnreadable(f"{path}: cannot be read ({reason})") from error


def _json_rows(text: str, path: str, problems: list[Problem]) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            problems.append(Problem(path, number, f"not valid JSON: {said}"))


def _yaml_rows(text: str, path: str) -> Iterator[Row]:
    try:
        documents = safe_yaml.compose(text)
    except safe_yaml.YamlRefused as error:
        raise InvalidInput(str(Problem(path, error.line, str(error)))) from error
    for root in documents:
        listed = safe_yaml.find(root, "cases") or root
        if not isinstance(listed, SequenceNode):
            message = "a list of cases is expected here, or a mapping with the list under `cases`"
            raise InvalidInput(str(Problem(path, safe_yaml.line_of(listed), message)))
        for item in safe_yaml.items(listed):
            yield safe_yaml.line_of(item), _as_written(item)


def _as_written(item: Node) -> object:
    """The case with its scalars as texts, exactly as written: `502` and `no` are words here."""
    if not isinstance(item, MappingNode):
        return safe_yaml.value(item)
    return {
        key: [safe_yaml.text_of(one) for one in safe_yaml.items(node)]
        if isinstance(node, SequenceNode)
        else safe_yaml.text_of(node)
        if isinstance(node, ScalarNode)
        else safe_yaml.value(node)
        for key, _, node in safe_yaml.pairs(item)
    }


def _case(row: object, group: str) -> Case | str:
    """The case, or what is wrong with it."""
    if not isinstance(row, dict):
        return "a case is a mapping with `query` and `relevant`"
    texts = {key: row.get(key) or "" for key in _TEXTS}
    if wrong := [key for key, text in texts.items() if not isinstance(text, str)]:
        return f"`{wrong[0]}` is to be a text"
    if not texts["query"].strip():
        return "the case has no `query`"
    checked = str(row.get("checked", True)).strip().casefold()
    if checked not in _SAID:
        return f"`checked` is to be true or false, not {row['checked']!r}"
    relevant = _relevant(row)
    if isinstance(relevant, str):
        return relevant
    return Case(
        query=texts["query"],
        relevant=relevant,
        tool=texts["tool"],
        service=texts["service"],
        environment=texts["environment"],
        group=texts["group"] or texts["source"] or group,
        checked=_SAID[checked],
    )


def _relevant(row: dict[Any, Any]) -> tuple[str, ...] | str:
    if "relevant" not in row:
        return "the case has no `relevant`: ids, titles or source paths; [] where the right answer is unknown"
    given = row["relevant"]
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        return (
            "`relevant` is to be a list of ids, titles or source paths; [] where the right answer is unknown"
        )
    return tuple(name.strip() for name in names)


def _told(problems: Sequence[Problem]) -> str:
    more = len(problems) - _TOLD
    return "\n".join([*map(str, problems[:_TOLD]), *([f"and {more} more mistakes"] if more > 0 else [])])
