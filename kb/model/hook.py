"""What came in by webhook: deliveries, and the groups of alerts that they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HookState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    """Accepted; nothing followed from it yet."""
    LOOKUP = "lookup"
    """What follows for incidents is done; what is known of it is still to be looked up."""
    DONE = "done"
    FAILED = "failed"
    """It could not be worked on, several times; the reason stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    """One message that a tool sent.  Of a done one the body is gone."""

    id: int
    at: datetime
    """When it was accepted."""
    hook: str
    """`alertmanager`, `generic/deploys`."""
    body: str
    """What was sent, without secrets."""
    state: HookState
    attempts: int = 0
    incident: str | None = None
    """The incident that it opened."""
    note: str = ""
    """What followed from it, or why it could not be worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """What a tool tells apart as one trouble, and where it stands: its key is that of the tool, else one of ours."""

    hook: str
    key: str
    name: str = ""
    service: str = ""
    environment: str = ""
    fingerprint: str = ""
    """Of its name, so that the same alert by another way is known."""
    incident: str | None = None
    """The incident that it opened or joined."""
    joined: bool = False
    """Whether it was only noted there, since too many incidents were being opened."""
    firing: bool = False
    started: datetime | None = None
    """When it began to fire, the last time."""
    ended: datetime | None = None
    """When it was over, the last time."""
    ends: tuple[datetime, ...] = ()
    """When it was over, as far as that still counts for whether it flaps."""
    due: datetime | None = None
    """When its incident ends, of an alert that flaps and is over."""
    said: str = ""
    """A hash of what it said when it was last looked up."""
    seen: datetime | None = None
    """When a delivery last told of it."""


class NewsKind(StrEnum):
    """What can be told of an incident that alerts made."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
