"""What ingest and learning did, file by file and entry by entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kb.errors import Problem
from kb.records.parts import Status


class FileState(StrEnum):
    """What became of one file."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceipt:
    """One file: what it was taken for, what became of it and of its entries.

    `entries` are the ids on offer from this file; `copies` those that another file said first.
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
    """Entries on offer in the whole home afterwards, by kind."""
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
