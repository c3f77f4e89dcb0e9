"""What a commit changes: which services, and whether it is a deployment, a rollback or a migration.

A commit is no proof that anything was deployed: its changes carry `commit` among their `extra`, and
whoever counts deployments leaves them out.  Documentation, tests and style change nothing in production.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ingest.places import can_be_undone, is_migration, places_of
from kb.records.change import Change, ChangeKind
from kb.text.change_words import COMMIT

_CONVENTIONAL = re.compile(r"(?P<type>[a-z]+)(?:\((?P<scope>[^()]{1,80})\))?!?:\s+(?P<text>\S.*)", re.I)
_TYPES = frozenset((
    "feat", "fix", "perf", "refactor", "build", "chore", "revert", "hotfix", "deploy", "release", "config",
    "infra", "ops", "migration", "migrate", "db", "ci", "docs", "doc", "test", "tests", "style", "lint", "wip",
    "security", "deps", "rollback",
))  # fmt: skip
_HARMLESS = {
    "docs": "documentation", "doc": "documentation", "test": "tests", "tests": "tests", "style": "style",
    "lint": "style",
}  # fmt: skip
_NO_SERVICE = frozenset((
    "deps", "dependencies", "deps-dev", "dev-deps", "ci", "cd", "docs", "release", "build", "test", "tests",
    "lint", "security", "infra", "config", "main", "master", "core", "common", "shared", "global", "repo",
    "all", "misc", "db", "database", "schema", "migration", "migrations", "ui", "api", "docker", "helm", "k8s",
))  # fmt: skip
_REVERT = re.compile(r"(?:Revert|Rollback|Roll back) \"?(?P<text>.+?)\"?", re.I)
_REAPPLY = re.compile(r"Reapply \"(?P<text>.+?)\"", re.I)
_REVERTED = re.compile(r"This reverts (?:merge )?commit ([0-9a-f]{7,64})", re.I)
_SHA = re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b")
_MIGRATION = re.compile(
    r"\bmigrations?\b(?! (?:guide|plan|doc))|\bmigrate (?:the )?(?:\w+ )?(?:schema|database|db|tables?|data)\b"
    r"|\b(?:add|drop|rename|alter) (?:the )?(?:\w+ )?(?:column|table|index)\b",
    re.I,
)
_UPDATE_MERGE = re.compile(
    r"Merge (?:remote-tracking )?branch '(?:origin/)?(?:main|master|develop)'(?: of \S+)?(?: into .+)?", re.I
)
_TRAILER = re.compile(r"^(?:[A-Z][\w-]+-by|Change-Id|Reviewed-on|\(cherry picked)\b.*$", re.M)
_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit as git tells of it; `at` is when it was committed, where the log has that."""

    sha: str
    at: datetime
    author: str = ""
    message: str = ""
    paths: tuple[str, ...] = ()
    merge: bool = False


def changes_of(commit: Commit, service: str = "", environment: str = "") -> tuple[list[Change], str]:
    """The changes that a commit makes, or why it makes none.

    A `service` or `environment` given here goes before what the commit says.  A commit that brings
    code and a migration is two changes.
    """
    subject = _subject(commit)
    said = _CONVENTIONAL.fullmatch(subject)
    kind_word = said["type"].lower() if said and said["type"].lower() in _TYPES else ""
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


def _takes_back(subject: str, kind_word: str, message: str) -> bool:
    """Whether a commit takes one back; the revert of a revert, which newer git calls `Reapply`, does not."""
    text, back, nested = subject, False, False
    while found := (_REVERT.fullmatch(text) or _REAPPLY.fullmatch(text)):
        back ^= _REAPPLY.fullmatch(text) is None
        text, nested = found["text"], True
    return back if nested else kind_word in ("revert", "rollback") or bool(_REVERTED.search(message))


def _kinds(commit: Commit, subject: str, kind_word: str, scope: str) -> list[ChangeKind]:
    if _takes_back(subject, kind_word, commit.message):
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
        kind=kind, at=commit.at, service=place[0], environment=place[1], version=commit.sha,
        previous=_reverted(commit) if kind is ChangeKind.ROLLBACK else "",
        summary=subject, reason=reason if len(reason) <= _REASON else reason[: _REASON - 1] + "…",
        author=commit.author,
        reversible=can_be_undone(list(commit.paths)) if kind is ChangeKind.MIGRATION else None,
        extra={COMMIT: commit.sha, **({"merge": "true"} if commit.merge else {})},
    )  # fmt: skip


def _reverted(commit: Commit) -> str:
    """The commit that a revert takes back, where it says so."""
    if found := _REVERTED.search(commit.message):
        return found[1]
    named = _SHA.search(commit.message.partition("\n")[0])
    return named[0] if named else ""
