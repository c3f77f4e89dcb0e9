"""The weekly summary as data: one window of the ledger in numbers.  What the three formats have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kb.model.change import Change
from kb.model.review import WatchKind
from kb.model.runbook_health import RunbookHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something that was counted, by name."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """An action item, and the incident that it came from; `since` is when it was decided on."""

    incident: str
    text: str
    owner: str | None
    due: str | None
    overdue: bool
    incident_id: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """The median of one named duration in minutes, over `n` incidents; `without` lack one of its ends."""

    name: str
    median_minutes: float | None
    n: int
    without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """An incident that came back, and the last one like it.

    `days` lie between the end of that one and this one.  `prevention` says how far what should have
    prevented it was at the end of the window: `open`, `done`, `not_said`, or `none` was decided.
    """

    incident_id: str
    title: str
    service: str
    at: datetime
    earlier_id: str
    earlier_title: str
    times: int
    """How many like it there were before, within a year."""
    days: float
    within_window: bool
    shared: str
    prevention: str
    open_items: tuple[OpenItem, ...] = ()
    entry_id: str = ""
    """The entry that was applied both times, if any."""
    fingerprint: str = ""
    """The template that both share, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """How much of what was asked was on record; `rate` is known over all, null where nothing was asked."""

    over: str
    n: int
    known: int
    related: int
    unknown: int
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A template that was asked for and not known."""

    name: str
    count: int
    services: tuple[str, ...]
    last: datetime
    fingerprint: str = ""
    known_since: bool = False
    """Whether a later lookup of the window knew it."""
    first: datetime | None = None
    """When it was asked first in the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An entry that was what lookups of the window found, by service; lookups of one incident count once."""

    entry_id: str
    title: str
    service: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustMove:
    """How the outcomes of the window moved the trust in an entry; n counts outcomes."""

    entry_id: str
    title: str
    before: float
    after: float
    n_before: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMove:
    """A change of an entry's status, with its reason."""

    at: datetime
    entry_id: str
    title: str
    was: str
    became: str
    rule: str
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A runbook that should be gone through again."""

    entry_id: str
    title: str
    verified: date | None
    reason: str
    failed: bool = False
    """Whether it failed since; else it was only not verified for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """An entry whose day has come or comes soon."""

    entry_id: str
    title: str
    expires: date
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal that waits for a decision."""

    id: str
    kind: str
    text: str
    at: datetime | None = None
    """When it was first made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchScore:
    """What became of one item of the last watch list."""

    id: str
    kind: WatchKind
    title: str
    service: str
    came_up: bool
    times: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One of twelve equal spans before the end of the window: a week each, or several where the window is longer."""

    since: datetime
    incidents: int
    repeats: int
    known: int
    related: int
    unknown: int
    mitigated: int
    minutes_to_mitigate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySummary:
    """One window of the ledger in numbers; `read` says how many records each part rests on.

    Rows that were written at `until` or later are not counted, so that any window can be told again.
    """

    since: datetime
    until: datetime
    read: dict[str, int]
    recurrences: tuple[Recurrence, ...]
    incidents_by_severity: tuple[Counted, ...]
    incidents_by_service: tuple[Counted, ...]
    durations: tuple[Duration, ...]
    verdicts: tuple[Counted, ...]
    classified: tuple[Classified, ...]
    top_unknowns: tuple[Unknown, ...]
    seen: tuple[Seen, ...]
    learned: tuple[str, ...]
    outcomes: tuple[Counted, ...]
    fixed: tuple[Counted, ...]
    failed: tuple[Counted, ...]
    unanswered: tuple[Counted, ...]
    trust_moves: tuple[TrustMove, ...]
    status_moves: tuple[StatusMove, ...]
    items_opened: tuple[OpenItem, ...]
    items_closed: tuple[OpenItem, ...]
    items_overdue: tuple[OpenItem, ...]
    open_items: tuple[OpenItem, ...]
    stale_runbooks: tuple[Stale, ...]
    expired_drift: tuple[Change, ...]
    expiring: tuple[Expiring, ...]
    proposals: tuple[Proposed, ...]
    watch: tuple[WatchScore, ...]
    written_down: tuple[str, ...]
    weeks: tuple[Week, ...]
    log: tuple[str, ...]
    runbook_health: RunbookHealth | None = None
    """Alert rules and runbooks held against each other; None where the home has no rules."""
