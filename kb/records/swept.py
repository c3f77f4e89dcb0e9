"""What looking after a home does: which rows a sweep takes away, and which secrets were taken out of old rows."""

from __future__ import annotations

from dataclasses import dataclass


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
