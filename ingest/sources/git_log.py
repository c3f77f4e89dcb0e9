"""The text of `git log`: its commits, and what each of them changes.

Read are the formats that carry a date: medium (the default), full(er), with or without files.  A log without dates
(`--oneline`), or one drawn with `--graph`, is a problem that says how to write it instead.

Each commit is one change a service: a deployment, a rollback, a migration or a change of configuration
(`changes_of`).  It is no proof that anything was deployed: its changes carry `commit` among their `extra`, and whoever
counts deployments leaves them out.  Documentation, tests and style change nothing in production.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.places import can_be_undone, is_migration, places_of
from ingest.source import Parsed, SourceFile
from kb.errors import InvalidInput, Problem
from kb.expression import expression
from kb.model.change import Change, ChangeKind
from kb.model.entry import Source
from kb.text.changes import COMMIT, parse_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit as git tells of it; `at` is when it was committed, where the log has that."""

    sha: str
    at: datetime
    author: str = ""
    message: str = ""
    paths: tuple[str, ...] = ()
    merge: bool = False


_COMMIT = expression(r"^commit ([0-9a-f]{7,64})\b", re.M)
_HEADED = expression(
    r"^commit [0-9a-f]{7,64}\b.*\n(?:(?:Merge|Author|AuthorDate|Commit|Reflog\w*|tree|parent)\b.*\n)+", re.M
)
_GRAPH = expression(r"^[*|\\/ ]+commit [0-9a-f]{7,64}\b", re.M)
_ONELINE = expression(r"[0-9a-f]{7,40} (?![ *])(?:\([^)]*\) )?\S.*")
_ANY_DATE = expression(r"^(?:Author|Commit)?Date:", re.M)
_HEADER_FIELD = expression(r"(Merge|Author|Date|AuthorDate|Commit|CommitDate):\s*(.*)")
_STAT = expression(r" (?P<path>\S.*?)\s+\|\s+(?:\d+|Bin|Unmerged)\b.*")
_TOTAL = expression(r" \d+ files? changed\b.*")
_STATUS = expression(r"[ACDMRTUXB]\d{0,3}\t")
_RENAMED = expression(r"\{(?P<old>[^{}]*) => (?P<new>[^{}]*)\}")
_LONGEST_LINE = 4096
"""Characters that a line with a path may have."""
_HOW_TO_DATE = "write it with dates: git log --date=iso-strict --stat"


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
            return Parsed(problems=(Problem(file.path, None, f"this git log {said}; {_HOW_TO_DATE}"),))
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
        elif not body and (field := _HEADER_FIELD.fullmatch(line)):
            fields[field[1]] = field[2]
        elif not line.strip():
            body += [""] if body and not paths else []
        elif not _TOTAL.fullmatch(line) and body:
            paths += _paths(line)
    date = fields.get("CommitDate") or fields.get("Date") or fields.get("AuthorDate")
    if not date:
        raise InvalidInput(f"it has no date; {_HOW_TO_DATE}")
    return Commit(
        sha=header[1] if header else "",
        at=_date(date),
        author=re.sub(r"\s*<[^<>]*>\s*$", "", fields.get("Author", "")[:_LONGEST_LINE]),
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
        raise InvalidInput(f"its date {text!r} cannot be read; {_HOW_TO_DATE}") from None


def _paths(line: str) -> list[str]:
    """The path on a line of `--stat`, `--name-only` or `--name-status`; of a rename, both."""
    if len(line) > _LONGEST_LINE or line.startswith((":", "diff --git", "+++", "---", "@@", "index ")):
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


_CONVENTIONAL = expression(r"(?P<type>[a-z]+)(?:\((?P<scope>[^()]{1,80})\))?!?:\s+(?P<text>\S.*)", re.I)
_COMMIT_TYPES = frozenset(
    (
        "feat",
        "fix",
        "perf",
        "refactor",
        "build",
        "chore",
        "revert",
        "hotfix",
        "deploy",
        "release",
        "config",
        "infra",
        "ops",
        "migration",
        "migrate",
        "db",
        "ci",
        "docs",
        "doc",
        "test",
        "tests",
        "style",
        "lint",
        "wip",
        "security",
        "deps",
        "rollback",
    )
)
_HARMLESS = {
    "docs": "documentation",
    "doc": "documentation",
    "test": "tests",
    "tests": "tests",
    "style": "style",
    "lint": "style",
}
_NO_SERVICE = frozenset(
    (
        "deps",
        "dependencies",
        "deps-dev",
        "dev-deps",
        "ci",
        "cd",
        "docs",
        "release",
        "build",
        "test",
        "tests",
        "lint",
        "security",
        "infra",
        "config",
        "main",
        "master",
        "core",
        "common",
        "shared",
        "global",
        "repo",
        "all",
        "misc",
        "db",
        "database",
        "schema",
        "migration",
        "migrations",
        "ui",
        "api",
        "docker",
        "helm",
        "k8s",
    )
)
_REVERT = expression(r"(?:Revert|Rollback|Roll back) \"?(?P<text>.+?)\"?", re.I)
_REAPPLY = expression(r"Reapply \"(?P<text>.+?)\"", re.I)
_REVERTED = expression(r"This reverts (?:merge )?commit ([0-9a-f]{7,64})", re.I)
_SHA = expression(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b")
_MIGRATION = expression(
    r"\bmigrations?\b(?! (?:guide|plan|doc))|\bmigrate (?:the )?(?:\w+ )?(?:schema|database|db|tables?|data)\b"
    r"|\b(?:add|drop|rename|alter) (?:the )?(?:\w+ )?(?:column|table|index)\b",
    re.I,
)
_UPDATE_MERGE = expression(
    r"Merge (?:remote-tracking )?branch '(?:origin/)?(?:main|master|develop)'(?: of \S+)?(?: into .+)?", re.I
)
_TRAILER = expression(r"^(?:[A-Z][\w-]+-by|Change-Id|Reviewed-on|\(cherry picked)\b.*$", re.M)
_LONGEST_REASON = 500


def changes_of(commit: Commit, service: str = "", environment: str = "") -> tuple[list[Change], str]:
    """The changes that a commit makes, or why it makes none.

    A `service` or `environment` given here goes before what the commit says.  A commit that brings
    code and a migration is two changes.
    """
    subject = _subject(commit)
    said = _CONVENTIONAL.fullmatch(subject)
    kind_word = said["type"].lower() if said and said["type"].lower() in _COMMIT_TYPES else ""
    if commit.merge and _UPDATE_MERGE.fullmatch(subject):
        return [], "merges of the main branch into another"
    if kind_word in _HARMLESS:
        return [], f"{_HARMLESS[kind_word]} only"
    scope = said["scope"] if said and said["scope"] else _reverted_scope(subject)
    places = places_of(list(commit.paths)) or [(_service_of(scope), "")]
    if service:
        places = [(service, place[1]) for place in places]
    places = list(dict.fromkeys((name, environment or where) for name, where in places))
    kinds = _kinds(commit, subject, kind_word, scope)
    return [_change(commit, subject, kind, place) for place in places for kind in kinds], ""


def _subject(commit: Commit) -> str:
    """The first line; of a merged pull request, its title."""
    lines = [line.strip() for line in commit.message.split("\n")]
    if commit.merge and lines[0].startswith("Merge pull request"):
        return next((line for line in lines[1:] if line), lines[0])
    return lines[0]


def _service_of(scope: str) -> str:
    name = scope.split("/")[-1].split(",")[0].strip()
    return "" if name.lower() in _NO_SERVICE else name


def _reverted_scope(subject: str) -> str:
    """The scope of the commit that a subject such as `Revert "fix(auth): …"` names, to and fro."""
    text = subject
    while nested := (_REVERT.fullmatch(text) or _REAPPLY.fullmatch(text)):
        text = nested["text"]
    said = _CONVENTIONAL.fullmatch(text) if text != subject else None
    return (said["scope"] or "") if said else ""


def _is_revert(subject: str, kind_word: str, message: str) -> bool:
    """Whether a commit takes one back; the revert of a revert, which newer git calls `Reapply`, does not."""
    text, back, nested = subject, False, False
    while found := (_REVERT.fullmatch(text) or _REAPPLY.fullmatch(text)):
        back ^= _REAPPLY.fullmatch(text) is None
        text, nested = found["text"], True
    return back if nested else kind_word in ("revert", "rollback") or bool(_REVERTED.search(message))


def _kinds(commit: Commit, subject: str, kind_word: str, scope: str) -> list[ChangeKind]:
    if _is_revert(subject, kind_word, commit.message):
        return [ChangeKind.ROLLBACK]
    migrations = [path for path in commit.paths if is_migration(path)]
    named = kind_word in ("migration", "migrate") or scope.lower() in ("migration", "migrations", "schema")
    if migrations and len(migrations) < len(commit.paths):
        return [ChangeKind.DEPLOYMENT, ChangeKind.MIGRATION]
    if migrations or named or (not commit.paths and _MIGRATION.search(subject)):
        return [ChangeKind.MIGRATION]
    if kind_word in ("config", "infra"):
        return [ChangeKind.CONFIG]
    return [ChangeKind.DEPLOYMENT]


def _change(commit: Commit, subject: str, kind: ChangeKind, place: tuple[str, str]) -> Change:
    body = commit.message.partition("\n")[2]
    migrations = [path.rpartition("/")[2] for path in commit.paths if is_migration(path)]
    if kind is ChangeKind.MIGRATION and migrations:
        more = f" and {len(migrations) - 1} more" if len(migrations) > 1 else ""
        subject = f"{migrations[0]}{more}, in {subject!r}"
    reason = _TRAILER.sub("", _REVERTED.sub("", body)).strip(" .\n")
    return Change(
        kind=kind,
        at=commit.at,
        service=place[0],
        environment=place[1],
        version=commit.sha,
        previous=_reverted(commit) if kind is ChangeKind.ROLLBACK else "",
        summary=subject,
        reason=reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1] + "…",
        author=commit.author,
        reversible=can_be_undone(list(commit.paths)) if kind is ChangeKind.MIGRATION else None,
        extra={COMMIT: commit.sha, **({"merge": "true"} if commit.merge else {})},
    )


def _reverted(commit: Commit) -> str:
    """The commit that a revert takes back, where it says so."""
    if found := _REVERTED.search(commit.message):
        return found[1]
    named = _SHA.search(commit.message.partition("\n")[0])
    return named[0] if named else ""
