"""What people are told of an incident, where it is told, and what became of each telling.

A `Notice` says it for no tool in particular: every text in it is one line of plain words, of which those in
backticks are code.  `kb.notify.forms` writes it as each tool wants it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kb.model.brief import Section
from kb.model.entry import Severity
from kb.model.ledger import Result


class NoticeKind(StrEnum):
    """What a notice is of its incident."""

    OPENED = "opened"
    """The first word: the brief, known and suspected apart."""
    UPDATED = "updated"
    """What happened since, or a summary of it where much did."""
    POSTMORTEM = "postmortem"
    """The draft that ends the thread."""
    TEST = "test"
    """Somebody tries whether a target can be reached."""


class TargetKind(StrEnum):
    """The tools that can be told."""

    SLACK = "slack"
    MATTERMOST = "mattermost"
    TEAMS = "teams"
    DISCORD = "discord"
    MATRIX = "matrix"
    MAIL = "mail"
    JSON = "json"


class DeliveryState(StrEnum):
    """How far the telling of one notice to one target is."""

    WAITING = "waiting"
    """To be sent as soon as it is due."""
    SENDING = "sending"
    """On its way; after a crash nobody knows whether it arrived."""
    DELIVERED = "delivered"
    SILENCED = "silenced"
    """Held back by a silence; told at its end if the incident is still going on then."""
    FAILED = "failed"
    """Given up: refused for good, or not taken for too long.  It can be sent again by hand."""
    DROPPED = "dropped"
    """No longer worth telling, and why."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place to read more: of an entry, or of the incident."""

    text: str
    """What it is called."""
    url: str
    """Its address, made of `[links]` in kb.toml."""


BUTTONS = (
    ("It worked", Result.RESOLVED),
    ("It did not", Result.FAILED),
    ("Not this", Result.NOT_APPLIED),
)
"""What can be pressed below a notice, and the outcome that it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell."""

    kind: NoticeKind
    """What it is of its incident."""
    headline: str
    """What it is about and how it stands, in one line."""
    incident_id: str = ""
    """The incident; empty for a test."""
    subject: str = ""
    """What all notices of the incident are called, where a tool parts threads by that (mail)."""
    severity: Severity | None = None
    """How severe the incident is, where that was given."""
    facts: tuple[tuple[str, str], ...] = ()
    """Names and values, such as `("Service", "checkout")`."""
    sections: tuple[Section, ...] = ()
    """What it says, known and suspected apart; what counts most comes first."""
    links: tuple[Link, ...] = ()
    """Where to read more."""
    entry_id: str = ""
    """The entry that its buttons are about; without one there are none."""
    entry_title: str = ""
    """What that entry is called."""
    lookup_id: str | None = None
    """The lookup that found it, which an outcome names."""
    document: str = ""
    """Markdown that goes along as it is: the draft of a postmortem."""
    changes: int = 1
    """How many changes of the incident this tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where notices go: a channel, a room, some mailboxes.  Addresses and tokens are never shown."""

    name: str
    kind: str
    url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    channel: str = ""
    callback: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice to one target.  Its id goes along with every attempt, so that a receiver can know it again."""

    id: str
    """Its id, such as `kb-0f3c…`."""
    at: datetime
    """When it was to be told."""
    target: str
    """Whom, by the name in kb.toml."""
    notice: Notice
    """What is told."""
    state: DeliveryState
    """How far it is."""
    due: datetime
    """When it may be sent."""
    attempts: int = 0
    """How often that was tried."""
    repeat: bool = False
    """Whether an earlier attempt may have arrived."""
    reason: str = ""
    """Why it is not delivered, or what is to be said of how it was."""
    reference: str = ""
    """What the tool calls the message; replies name that of the first one."""
    sent_at: datetime | None = None
    """When it was delivered."""

    @property
    def incident_id(self) -> str:
        """The incident that it is of; empty for a test."""
        return self.notice.incident_id
