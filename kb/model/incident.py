"""An incident while it is lived: what was noted, in order, and the state that follows from it.

Every step is an `Event` of the ledger whose `subject` is the incident; `LiveIncident` is what the
steps add up to (`kb.incidents.life` does the adding), so that nothing is ever overwritten.
"""

from __future__ import annotations

import datetime as calendar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kb.model.change import Change
from kb.model.entry import ActionItem, CauseStatus, Severity
from kb.model.ledger import Event, Match, Verdict


class Step(StrEnum):
    """What an event of the ledger is; a line of the session log is a note."""

    NOTE = "note"
    OPENED = "opened"
    SEVERITY = "severity"
    ACKNOWLEDGED = "acknowledged"
    HYPOTHESIS = "hypothesis"
    MITIGATION = "mitigation"
    RESOLUTION = "resolution"
    VERIFICATION = "verification"
    ACTION_ITEM = "action_item"
    REVIEW = "review"
    UPDATE = "update"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    """Another incident was merged into it; `data` carries the steps of that one."""
    MERGED_INTO = "merged_into"
    """It was merged into another one: that one goes on, this one counts no more."""
    SPLIT = "split"
    """Steps of it, or an incident that was merged into it, are an incident of their own."""
    SPLIT_FROM = "split_from"
    """It was split off another one; `data` carries the steps that it took along."""
    EDIT = "edit"
    """Of no incident: a memory file was edited, or a message sent again; `data` says which."""
    INGEST = "ingest"
    """Of no incident: files were taken in, again, or out; `details` says which."""


class Phase(StrEnum):
    """How far an incident is; the first three are the words that status updates use."""

    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    VERIFIED = "verified"
    CLOSED = "closed"
    MERGED = "merged"
    """It was merged into another one, which goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One possible cause, how sure it is, and what speaks for or against it; `id` is `h1`, `h2` …"""

    id: str
    text: str
    status: CauseStatus
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """One thing that was tried to stop the bleeding; `worked` is None while that is not known."""

    at: datetime
    text: str
    entry_id: str | None = None
    worked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One line of the verification checklist; `held` is None while nobody has looked."""

    key: str
    text: str
    held: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIncident:
    """The state of an incident that was opened live.

    `severity` is canonical, `severity_label` as it was given; `confirmed` says whether somebody
    gave it (else it was judged from the alert).  `applied` are the entries whose advice was
    followed and did not fail.  Named durations are derived from the times (`kb.incidents.life`).
    """

    id: str
    title: str
    phase: Phase
    detected: datetime
    severity: Severity | None = None
    severity_label: str = ""
    confirmed: bool = False
    services: tuple[str, ...] = ()
    environment: str = ""
    impact: str = ""
    alert: str = ""
    lookup_id: str | None = None
    started: datetime | None = None
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    mitigated: datetime | None = None
    resolved: datetime | None = None
    verified: datetime | None = None
    verified_by: str = ""
    closed: datetime | None = None
    updated: datetime | None = None
    """When the last status update was posted."""
    update_due: datetime | None = None
    """When the next one is due; None once it is resolved, and where updates come on progress (SEV4)."""
    hypotheses: tuple[Hypothesis, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    resolution: str = ""
    prevention: str = ""
    checks: tuple[CheckItem, ...] = ()
    applied: tuple[str, ...] = ()
    action_items: tuple[ActionItem, ...] = ()
    went_well: tuple[str, ...] = ()
    went_wrong: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    """The incidents that were merged into it."""
    merged_into: str = ""
    timeline: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """A step as a line of the timeline.  `text` says what was done, `actor` who wrote it down.

    `number` is that of the step in the ledger.  `may_be_split` tells whether the step can go to an incident of its own.
    """

    number: int
    at: datetime
    kind: Step
    text: str
    actor: str = ""
    entry_id: str = ""
    """The entry whose advice it was, where it was one."""
    may_be_split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedIncident:
    """An incident that was merged into another one."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOverview:
    """An incident as somebody who joins it needs it; `incident` comes without its timeline, which `steps` tells.

    The possible causes stand apart: `known` ones are confirmed, `suspected` ones have evidence, of `unchecked` ones
    nothing says yet whether they hold, `ruled_out` ones do not.  `changes` are those of its place that happened within
    the `changes_hours` before it began, newest first.  `checks` is the whole verification checklist.
    """

    incident: LiveIncident
    steps: tuple[ToldStep, ...]
    """What happened, in order of time: with what was merged into it, without what was split off."""
    last: int
    """The number of the newest step of any kind: it changes with everything that is noted."""
    known: tuple[Hypothesis, ...]
    suspected: tuple[Hypothesis, ...]
    unchecked: tuple[Hypothesis, ...]
    ruled_out: tuple[Hypothesis, ...]
    checks: tuple[CheckItem, ...]
    changes: tuple[Change, ...]
    changes_hours: int
    durations: dict[str, str]
    """In words: `to_acknowledge`, `to_mitigate`, `to_resolve`; `so_far` while it is not resolved."""
    overdue: bool
    """Whether a status update should have been posted by now."""
    last_update: str = ""
    """The text of the last status update."""
    merged: tuple[MergedIncident, ...] = ()
    entries: dict[str, str] = field(default_factory=dict)
    """The titles of the entries whose advice was followed, by their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarIncident:
    """A past incident that is like one: `why` it is, and how it ended, as far as anybody wrote that down."""

    id: str
    title: str
    why: str
    date: calendar.date | None = None
    severity: str = ""
    causes: tuple[str, ...] = ()
    ended: str = ""
    """What stopped it and what removed the cause."""
    lasted: str = ""
    """From its begin to its end, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What the home knows that is like an incident: past incidents with why and how they ended, and other entries.

    Under the verdict `unknown`, `known` is empty: nothing else fits.
    """

    verdict: Verdict
    incidents: tuple[SimilarIncident, ...]
    known: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCounts:
    """How many incidents pass the filters of a list, and how many would with another value of one of them.

    `open` counts those that are not closed, `all` those that are, too.
    """

    passing: int
    open: int
    all: int
    severities: dict[str, int]
    services: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSource:
    """What a statement of a draft rests on: a step of the incident, by its number in the ledger."""

    number: int
    """The number in the draft, from 1."""
    step: int
    at: datetime
    text: str
    actor: str = ""
    entry_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A statement of a draft, and the numbers of its sources; `missing` where nobody has said it yet."""

    text: str
    sources: tuple[int, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """A part of a draft, under its heading."""

    heading: str
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDraft:
    """The draft of a postmortem: as Markdown to edit, and by parts with what each statement rests on."""

    incident_id: str
    file_name: str
    markdown: str
    parts: tuple[DraftPart, ...]
    sources: tuple[DraftSource, ...]
