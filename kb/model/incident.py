"""An incident while it is lived: what was noted, in order, and the state that follows from it.

Every step is an `Event` of the ledger whose `subject` is the incident; `LiveIncident` is what the
steps add up to (`kb.incidents.life` does the adding), so that nothing is ever overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb.model.entry import ActionItem, CauseStatus, Severity
from kb.model.ledger import Event


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
