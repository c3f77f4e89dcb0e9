"""A ticket in no tracker's own words, and the entry made of it.

Promises: a time is an instant only where the export says its zone; what the text of a ticket tells (causes, action
items, a timeline) is read like any postmortem's, and what the tracker's own fields say goes before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest.postmortem.causes import cause
from ingest.postmortem.postmortem import read_incident
from ingest.postmortem.story.done import what_was_done
from ingest.postmortem.times import first_date
from kb.expression import expression
from kb.model import Cause, Document, Entry, Incident, Provenance, Scope, Source, TimelineEvent
from kb.text.severities import parse_severity

_INCIDENT = expression(
    r"\b(?:incidents?|outages?|post-?mortems?|sev[- ]?\d|p[01]|downtime|disruption|service[- ]degradation|rca)\b"
    r"|\b(?:is|are|was|were) down\W*$|degraded performance",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """Something that was added to a ticket: when (as written), by whom, what."""

    time: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What an export says of one ticket; empty fields were not there."""

    title: str
    key: str = ""
    text: str = ""
    opened: str = ""
    resolved: str = ""
    severity: str = ""
    services: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kind: str = ""
    author: str = ""
    cause: str = ""
    resolution: str = ""
    updates: tuple[TicketUpdate, ...] = ()
    line: int | None = None
    is_incident: bool = False
    """Whether the tracker keeps nothing but incidents, so that no word has to say it."""

    def entry(self, path: str) -> Entry:
        """The incident; a document where nothing says that the ticket is about one."""
        source = Source(path=path, section=self.key or None, line=self.line)
        said = "\n".join((self.kind, self.title, *self.labels))
        if not self.is_incident and not _INCIDENT.search(said):
            body = "\n\n".join(part for part in (self.text, *(one.text for one in self.updates)) if part)
            return Document(title=self.title, body=body, provenance=Provenance(source=source))
        return self._incident(path, source)

    def _incident(self, path: str, source: Source) -> Incident:
        timeline = tuple(
            TimelineEvent(text=one.text, time=one.time, at=instant(one.time)) for one in self.updates
        )
        told = read_incident(f"# {self.title}\n\n{self.text}", path)
        resolution = self.resolution or told.resolution
        events = told.timeline or timeline
        body = "\n\n".join(
            part for part in (self.text, *(f"{one.time}: {one.text}" for one in self.updates)) if part
        )
        done = () if resolution or told.mitigation else what_was_done(events, (), self.text, ())
        return replace(
            told,
            title=self.title,
            date=day_of(self.opened) or told.date,
            started=instant(self.opened) or told.started,
            resolved=instant(self.resolved) or told.resolved,
            severity=parse_severity(self.severity) or told.severity,
            severity_label=self.severity or told.severity_label,
            summary=told.summary or self.text.strip() or (self.updates[0].text if self.updates else ""),
            causes=self._causes() or told.causes,
            resolution=resolution,
            done=done,
            timeline=events,
            body=body,
            scope=Scope(services=self.services or told.scope.services, environments=told.scope.environments),
            provenance=replace(told.provenance, author=self.author or told.provenance.author, source=source),
            extra={"key": self.key, **({"labels": list(self.labels)} if self.labels else {})},
        )

    def _causes(self) -> tuple[Cause, ...]:
        return (cause(self.cause),) if self.cause.strip() else ()


def instant(written: str) -> datetime | None:
    """A time with its zone, as exports write it; None for one without."""
    text = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", written.strip())
    try:
        found = datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def day_of(written: str) -> date | None:
    """The day of a time in any of the usual forms."""
    return first_date(written) if written else None
