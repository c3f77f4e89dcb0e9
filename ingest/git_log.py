"""The text of `git log`, in the formats that carry a date: medium (the default), full(er), with or without files.

Each commit is one change a service: see `ingest.commit` for what it is taken for.  A log without dates
(`--oneline`), or one drawn with `--graph`, is a problem that says how to write it instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ingest.commit import Commit, changes_of
from ingest.source import Parsed, SourceFile
from kb.errors import InvalidInput, Problem
from kb.records.change import Change
from kb.records.parts import Source
from kb.text.change_words import parse_moment

_COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})\b", re.M)
_HEADED = re.compile(
    r"^commit [0-9a-f]{7,64}\b.*\n(?:(?:Merge|Author|AuthorDate|Commit|Reflog\w*|tree|parent)\b.*\n)+", re.M
)
_GRAPH = re.compile(r"^[*|\\/ ]+commit [0-9a-f]{7,64}\b", re.M)
_ONELINE = re.compile(r"[0-9a-f]{7,40} (?![ *])(?:\([^)]*\) )?\S.*")
_ANY_DATE = re.compile(r"^(?:Author|Commit)?Date:", re.M)
_FIELD = re.compile(r"(Merge|Author|Date|AuthorDate|Commit|CommitDate):\s*(.*)")
_STAT = re.compile(r" (?P<path>\S.*?)\s+\|\s+(?:\d+|Bin|Unmerged)\b.*")
_TOTAL = re.compile(r" \d+ files? changed\b.*")
_STATUS = re.compile(r"[ACDMRTUXB]\d{0,3}\t")
_RENAMED = re.compile(r"\{(?P<old>[^{}]*) => (?P<new>[^{}]*)\}")
_LONGEST = 4096
"""Characters that a line with a path may have."""
_DATED = "write it with dates: git log --date=iso-strict --stat"


class GitLog:
    """Logs of git, written into a file."""

    name = "git log"

    def recognises(self, file: SourceFile) -> float:
        """By the header of the first commit, or by a commit and its subject on every line."""
        text = file.text.lstrip("\ufeff\n\r ")
        if _HEADED.match(text):
            return 0.99
        if _GRAPH.match(text):
            return 0.9
        lines = [line for line in text[:4000].split("\n")[:20] if line.strip()]
        return 0.9 if len(lines) > 1 and all(_ONELINE.fullmatch(line.rstrip()) for line in lines) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """The changes of all commits; every commit that cannot be read as a problem."""
        text = file.text.lstrip("\ufeff").replace("\r\n", "\n")
        if not _HEADED.match(text.lstrip("\n ")) or not _ANY_DATE.search(text):
            said = "was drawn with --graph" if _GRAPH.match(text) else "has no dates (--oneline, --format)"
            return Parsed(problems=(Problem(file.path, None, f"this git log {said}; {_DATED}"),))
        changes: list[Change] = []
        problems: list[Problem] = []
        left_out: Counter[str] = Counter()
        for line, block in blocks(text):
            try:
                commit = parse_commit(block)
            except InvalidInput as error:
                problems.append(Problem(file.path, line, f"this commit was left out: {error}"))
                continue
            found, why = changes_of(commit)
            left_out.update([why] if why else [])
            source = Source(path=file.path, section=commit.sha[:12], line=line)
            changes += (replace(change, source=source) for change in found)
        notes = notes_on(left_out)
        if unnamed := sum(not change.service for change in changes):
            notes.append(
                f"changes that name no service: {unnamed}; paths would tell it (--stat, --name-only)"
            )
        skipped = "" if changes or problems else "every commit was left out: " + "; ".join(sorted(left_out))
        return Parsed(changes=tuple(changes), problems=tuple(problems), notes=tuple(notes), skipped=skipped)


def notes_on(left_out: Counter[str]) -> list[str]:
    """What a receipt says of commits that change nothing in production."""
    return [f"commits left out, {why}: {count}" for why, count in sorted(left_out.items())]


def blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each commit's lines, with the number of the first."""
    block: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        if _COMMIT.match(line):
            if block:
                yield start, block
            block, start = [], number
        if block or _COMMIT.match(line):
            block.append(line)
    if block:
        yield start, block


def parse_commit(lines: list[str]) -> Commit:
    """One commit.  Raises InvalidInput when it has no date that can be read."""
    header = _COMMIT.match(lines[0])
    fields: dict[str, str] = {}
    body, paths = list[str](), list[str]()
    for line in lines[1:]:
        if line.startswith("    "):
            body.append(line[4:])
        elif not body and (field := _FIELD.fullmatch(line)):
            fields[field[1]] = field[2]
        elif not line.strip():
            body += [""] if body and not paths else []
        elif not _TOTAL.fullmatch(line) and body:
            paths += _paths(line)
    date = fields.get("CommitDate") or fields.get("Date") or fields.get("AuthorDate")
    if not date:
        raise InvalidInput(f"it has no date; {_DATED}")
    return Commit(
        sha=header[1] if header else "",
        at=_date(date),
        author=re.sub(r"\s*<[^<>]*>\s*$", "", fields.get("Author", "")[:_LONGEST]),
        message="\n".join(body).strip(),
        paths=tuple(paths),
        merge="Merge" in fields,
    )


def _date(text: str) -> datetime:
    if re.fullmatch(r"\d{9,11}(?: [+-]\d{4})?", text):  # --date=raw or unix
        return datetime.fromtimestamp(int(text.split()[0]), UTC)
    try:
        return parse_moment(text)
    except InvalidInput:
        raise InvalidInput(f"its date {text!r} cannot be read; {_DATED}") from None


def _paths(line: str) -> list[str]:
    """The path on a line of `--stat`, `--name-only` or `--name-status`; of a rename, both."""
    if len(line) > _LONGEST or line.startswith((":", "diff --git", "+++", "---", "@@", "index ")):
        return []
    if _STATUS.match(line):
        return line.split("\t")[1:]
    stat = _STAT.fullmatch(line)
    path = stat["path"] if stat else line
    if line.startswith(" ") and not stat:
        return []
    if renamed := _RENAMED.search(path):
        both = (path[: renamed.start()] + renamed[side] + path[renamed.end() :] for side in ("old", "new"))
        return [one.replace("//", "/") for one in both]
    return path.split(" => ") if " => " in path else [path.strip('"')]
