"""Texts that are messages, from which `bare` should take nothing: the other side of reading carriers.

Each source gives lines as somebody wrote them down or a program said them, without what carried them.  A line
that begins with a sure mark of a carrier (a time, brackets, a pid, a syslog's priority) is left out: it has one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from kb.text.carriers import bare

Texts = Iterator[tuple[str, str]]
"""A source's name, and a text of it."""

_MARKED = re.compile(
    r"\W{0,6}(?:\S{1,60} ){0,4}?\S{0,20}(?:\d\d:\d\d(?::\d\d)?|\d{4}[-/]\d\d[-/]\d\d)|\W{0,4}<\d+>"
    r"|[ \t]*\[|\W{0,4}\d+[.:]\d+|\{\"|[EWIF]\d{4} |\S+ +\||(?:msg|message|level|time|caller|lvl|ts)="
    r"|#\d+ |##\[|type=\w+ |[>│]|\w+ +\[|nginx: \[|\S+@\S+ [A-Z]+: |(?:\S+ )?[\w/.-]+\[\d+\]: "
    r"|[0-9a-f]{8}\.[0-9a-f]{8} 0x|\d{10}\b|\s*(?:Warning|Normal) +\w+ +\d+[smhd]",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\W{0,3}(?:(?i:fatal|error|err|warning|warn|info|notice|critical|severe|debug|trace|alert)\b|[EWNI]:)[\s:\])>-]*"
)
_AROUND = " \t\r\n\"'`“”*_,.#+>•|$-"
_BULLET = re.compile(r"\d{1,3}[.)] +|\[[ x]?\] ")
_HEADING = re.compile(r"^#{1,6} +(?:`([^`\n]+)`|([^\n]+))$", re.MULTILINE)


def kept(text: str) -> bool:
    """Is all of a message left, but for blanks, quotes, marks of a list and plain levels before it?"""
    left, whole = bare(text).text.strip(_AROUND), text.strip(_AROUND)
    while left != whole:
        match = _LEVEL.match(whole) or _BULLET.match(whole)
        if match is None:
            return False
        whole = whole[match.end() :].strip(_AROUND)
    return True


def messages(shared: Path, logs: Path | None) -> Texts:
    """Every message of every source, once."""
    told: set[str] = set()
    for source, text in _all(shared, logs):
        for line in text.replace("{{", "").replace("}}", "").splitlines():
            if len(line.strip()) > 8 and line not in told and not _MARKED.match(line):
                told.add(line)
                yield source, line


def _all(shared: Path, logs: Path | None) -> Texts:
    pairs = shared / "pairs"
    yield from (
        ("patterns of failures", row["text"].replace("*", "7"))
        for row in _rows(pairs / "os_failure_patterns.jsonl")
    )
    yield from (
        ("queries of bugs", part)
        for row in _rows(pairs / "signature_to_bug.jsonl")
        for part in row["query"].split(" | ")
    )
    yield from (("logs of symptoms", row["query"]) for row in _rows(pairs / "symptom_log_to_article.jsonl"))
    for name in ("alert_to_runbook", "no_match_alerts"):
        yield from (("alerts", row["query"]) for row in _rows(pairs / f"{name}.jsonl"))
    yield from (
        ("alerts", row[key])
        for row in _rows(pairs / "ceph_alert_to_runbook.jsonl")
        for key in ("summary", "description")
    )
    for page in sorted((shared / "corpora" / "ke-gitlab-runner").rglob("*.md")):
        yield from (
            ("headings of errors", a or b) for a, b in _HEADING.findall(page.read_text("utf-8", "replace"))
        )
    yield from (("carried texts", row["bare"]) for row in _rows(shared / "carriers" / "index.jsonl"))
    for folder in filter(None, (shared / "logs", logs)):
        for row in _rows(folder / "index.jsonl"):
            for told in (row.get("tells"), row.get("client")):
                yield from (("lines of servers", _said(line)) for line in str(told or "").splitlines())
    root = Path(__file__).parents[1]
    faults = tomllib.loads((root / "kb" / "text" / "rewordings.toml").read_text("utf-8"))
    yield from (("faults in two versions", text) for text in _examples(faults))
    yield from (
        ("near misses", text)
        for text in _strings(yaml.safe_load((root / "tests/lookup/near_misses.yaml").read_text("utf-8")))
    )


_SERVER = re.compile(
    r"(?:\S+ ){0,4}?\S*\d\d:\d\d:\d\d\S*(?: \d{4}\]?)?(?: [A-Z]{3,4})?\s*"
    r"(?:[\[(<][^\])>]*[\])>]:?\s*|\d+#\d+: )*(?:\*\d+ )?(?:(?:[A-Z]{4,9}|[Ee]rror|[Ww]arning)\b:?\s*)?"
)
"""What a server's log says before a message: a time, brackets, a level."""


def _said(line: str) -> str:
    match = _SERVER.match(line)
    return re.sub(r", client: [^ ,]+, server: .*", "", line[match.end() :] if match else line)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def _examples(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key == "example" and not isinstance(value, dict):
                yield from _strings(value)
            else:
                yield from _examples(value)
    elif isinstance(found, list):
        for one in found:
            yield from _examples(one)


def _strings(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from _strings(value)
    elif isinstance(found, list):
        for one in found:
            yield from _strings(one)
