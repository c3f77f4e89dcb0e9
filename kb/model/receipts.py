"""Receipts: what ingest, learning, edits and looking after a home did; and the audit, who did what.

Ingest tells it file by file, learning entry by entry, an edit by its diff, a sweep by the rows that it took away, and a
redaction by the secrets that it took out of old rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb.errors import Problem
from kb.model.entry import Status
from kb.model.healthy import Rehearsal
from kb.model.ledger import NearEntry


class FileState(StrEnum):
    """What ingest did with one file."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceipt:
    """One file: what it was taken for, what was done with it and with its entries.

    `entries` are the ids that are offered from this file; `copies` those that another file said first.
    """

    path: str
    state: FileState
    source: str = ""
    reason: str = ""
    entries: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    changes: int = 0
    """How many changes to production were read from it."""
    retired: int = 0
    redacted: int = 0
    notes: tuple[str, ...] = ()
    extraction: tuple[str, ...] = ()
    """What a model added to it, unverified, and what of its answer was rejected, in sentences."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One ingest: every file, how many texts were embedded, how long it took (seconds)."""

    files: tuple[FileReceipt, ...] = ()
    embedded: int = 0
    seconds: float = 0.0
    embedding_seconds: float = 0.0
    entries: dict[str, int] = field(default_factory=dict)
    """Entries offered in the whole home afterwards, by kind."""
    notes: tuple[str, ...] = ()
    """What is to be said of the ingest as a whole, such as why a model was not asked."""

    def count(self, state: FileState) -> int:
        """How many files ended in this state."""
        return sum(file.state is state for file in self.files)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of all files."""
        return tuple(problem for file in self.files for problem in file.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What learning did.  `created` is False when exactly this was known already (nothing is written)."""

    id: str
    status: Status
    created: bool
    file: str
    similar: tuple[str, ...] = ()
    """Ids of entries that say nearly the same; nothing was merged."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What was swept, or would be: rows older than `days` days that nobody needs."""

    days: int
    """How old rows had to be."""
    dry_run: bool
    """Whether this is what would be done, and nothing was."""
    lookups: int = 0
    """Lookups without outcome and incident, of no open proposal; their counts by week stay."""
    offers: int = 0
    """What those lookups offered."""
    oldest: str | None = None
    """When the first of those lookups was asked."""
    newest: str | None = None
    """When the last of those lookups was asked."""
    kept_with_outcome: int = 0
    """Lookups of that age that stay, since an outcome names them or one that they repeat."""
    kept_in_incident: int = 0
    """Lookups of that age that stay, since they were asked in an incident, or one was opened with them."""
    kept_for_proposal: int = 0
    """Lookups of that age that stay, since an open proposal is drafted from them."""
    entries: tuple[str, ...] = ()
    """Ids of the entries that go: retired longer ago, and nothing that happened names them."""
    bytes_before: int = 0
    """Size of the database file before."""
    bytes_after: int = 0
    """Size of the database file afterwards; in a dry run its size now."""
    note: str = ""
    """Why the file did not shrink, where it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactReport:
    """Secrets that stand in rows of the home, and were taken out unless this is a dry run."""

    dry_run: bool
    """Whether nothing was changed."""
    kinds: dict[str, int]
    """How many there are of each kind."""
    places: dict[str, int]
    """How many stand where, as `table.column`, or the name of a daily copy of the ledger."""
    in_your_files: tuple[str, ...] = ()
    """Lines of memory files that hold some, as `path:line`: they are yours, and stay as they are."""
    backup: str | None = None
    """The whole database as it was before, secrets and all; delete it when all is well."""
    note: str = ""
    """What may still hold a secret, if anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What moved from one home into another; each row and each text is the one that was there."""

    rows: dict[str, int]
    """By table."""
    memory: tuple[str, ...]
    """Keys of the memory files."""
    was_there: bool
    """Whether all of it had arrived before, so that nothing was left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConflict:
    """A memory file that changed in the home and in a folder since both were the same."""

    key: str
    """Such as `learned/patterns`."""
    home: str
    """Where it stands in the home, and which version it is."""
    folder: str
    """Its path in the folder, and when it was changed."""
    version: str
    """What `--over` takes, to decide for one side: the key with the beginning of the hash of the home's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeReport:
    """What went from a home's memory into a folder, or back; nothing where there are conflicts, or in a dry run."""

    folder: str
    """The folder, whole."""
    dry_run: bool
    """Whether nothing was to be changed."""
    written: tuple[str, ...]
    """Keys of the files that the other side got."""
    removed: tuple[str, ...]
    """Keys of those that it has no longer."""
    left: tuple[str, ...]
    """Keys of those that changed on the other side alone: they go the other way."""
    conflicts: tuple[MemoryConflict, ...] = ()
    """Files that changed on both sides: somebody must decide, until then nothing is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySource:
    """The item of a memory file that an entry is read from, as it may be edited."""

    id: str
    kind: str
    title: str
    file: str
    line: int | None
    version: str
    """A hash of the item; an edit names the one that it began with."""
    values: dict[str, Any]
    """What may be edited, by the keys of the file."""
    more: tuple[str, ...] = ()
    """Keys that the item could have as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEdited:
    """What an edit did, or would do: `diff` is that of the file, as git will show it."""

    id: str
    file: str
    version: str
    """That of the item afterwards."""
    diff: tuple[str, ...]
    written: bool
    rehearsal: Rehearsal | None = None
    """What the new pattern finds, where the edit changes it."""
    problem: str = ""
    """Why the edit is not written as it is; empty where nothing speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An entry beside the one that is most like it: `diff` leads from that one to this one."""

    id: str
    title: str
    other: NearEntry | None
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that somebody did: a decision, an outcome, a step of an incident, an edit, a change of a status."""

    at: datetime
    actor: str
    """Who did it; empty where nobody said."""
    what: str
    """`outcome`, `status`, `proposal`, `incident`, `log`, `edit`, `change`, `review`, `lesson` or `lookup`."""
    about: str
    """The id of what it was done to."""
    said: str
    """What was done, such as `resolved` or `candidate → active`."""
    details: str = ""
    """Why, or what was noted, or asked."""
    title: str = ""
    """What the entry or proposal that it was done to is called now; empty where that is gone, or something else."""
