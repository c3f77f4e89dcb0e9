"""What triage hands out: one page for the first minute of an incident, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kb.model.entry import Severity
from kb.model.ledger import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert as it was understood, whatever form it came in (text, Alertmanager JSON, log)."""

    text: str
    """What to look up: names, summaries and descriptions, or the log as it is."""
    name: str = ""
    others: tuple[str, ...] = ()
    """What else fires in the same group."""
    service: str = ""
    services: tuple[str, ...] = ()
    """Every service that an alert of the group names."""
    environment: str = ""
    severity_label: str = ""
    """The severity as the tool wrote it."""
    severity: Severity | None = None
    """The severity on the scale of the tool that sent it; None where its scale or its label is not known."""
    starts: datetime | None = None
    """When it began, as far as the alert tells."""
    ends: datetime | None = None
    """When it was over; None while anything fires."""
    firing: int = 0
    """How many alerts of a group are firing; 0 where that is not said."""
    resolved: int = 0
    """How many of them are over; an alert that is resolved has these and none that fires."""
    silenced: int = 0
    """How many are silenced or inhibited; they are not counted as firing."""
    left_out: int = 0
    """How many the sender had and did not send."""
    runbook_url: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels that all of what leads has with one value: they are filled into commands."""
    tool: str = ""
    """The tool by whose form it was read; empty for a text, a log, or a form that is not known."""
    notes: tuple[str, ...] = ()
    """What has to be said of the reading itself: an unknown form, an unknown scale, alerts that were left out."""

    @property
    def is_resolved(self) -> bool:
        """Whether the alert says that it is over: all of it, and nothing of it silenced or left out."""
        return self.resolved > 0 and not (self.firing or self.silenced or self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSeverity:
    """A severity on the canonical scale, and on which words it rests.

    `confirmed` is true only where somebody gave the severity; else it was judged from the words.
    """

    severity: Severity | None
    confirmed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSays:
    """What an alert says of itself, in the words of this home: what an incident that is opened with it begins with.

    What it does not say is empty; `tool` is whose form it was read by, empty for a text or a log.
    """

    name: str
    service: str
    environment: str
    severity: JudgedSeverity
    starts: datetime | None
    """When it began; None where it does not say, or says a time that is still to come."""
    ends: datetime | None
    """When it was over; None while anything fires."""
    tool: str
    notes: tuple[str, ...]
    """What has to be said of the reading itself: an unknown form, an unknown scale, alerts that were left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a brief, under its heading; lines are Markdown without bullets."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The answer of triage.  `tokens` are those of its Markdown or its compact JSON, whichever is more.

    They never exceed `budget` (`kb.triage.budget` tells how they are counted).  `left_out` counts lines
    that did not fit; `lookup_id` is what `record_outcome` takes.
    """

    severity: JudgedSeverity
    verdict: Verdict
    lookup_id: str | None
    incident_id: str | None
    sections: tuple[Section, ...]
    entries: tuple[str, ...]
    """Ids of the entries that the brief rests on, best first."""
    left_out: int
    tokens: int
    budget: int
