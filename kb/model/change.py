"""What was changed in production, and what can be told from that: the strongest hint at an outage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kb.model.entry import Source


class ChangeKind(StrEnum):
    """The kinds of change that triage weighs."""

    DEPLOYMENT = "deployment"
    ROLLBACK = "rollback"
    DRIFT = "drift"
    """A change made past the repository: it has a reason and a day on which it expires."""
    MIGRATION = "migration"
    """A change of schema or data, which a rollback of code does not take back."""
    CONFIG = "config"


class ChangeResult(StrEnum):
    """How a change went, where that is known."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: when, what, where, by whom, why.  Empty fields were not given.

    `version` is what runs afterwards (a tag, an image, a commit); `previous` what ran before.
    `reversible` is None where nobody said.  `expires` is for drift that is meant to be temporary.
    """

    kind: ChangeKind
    at: datetime
    service: str = ""
    environment: str = ""
    id: str = ""
    version: str = ""
    previous: str = ""
    summary: str = ""
    reason: str = ""
    author: str = ""
    result: ChangeResult = ChangeResult.UNKNOWN
    reversible: bool | None = None
    expires: datetime | None = None
    source: Source | None = None
    extra: dict[str, str] = field(default_factory=dict)
    """Fields of the source that kb does not know; kept, never interpreted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """How one version of a service did: it was deployed `n` times and ran well `ran_well` times."""

    version: str
    ran_well: int
    n: int
    last: datetime
    """When it was last put in place."""
    summary: str = ""
    """What the version brought, where a commit or a deployment says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackTarget:
    """Where to roll back to, and what must be true before doing so.

    `current` is what runs now; `target` is None when no earlier version is on record.
    `preconditions` are sentences such as "the migration … ran in between: undo it first".
    """

    service: str
    environment: str
    current: VersionRecord | None
    target: VersionRecord | None
    others: tuple[VersionRecord, ...] = ()
    preconditions: tuple[str, ...] = ()
    migrations: tuple[Change, ...] = ()
