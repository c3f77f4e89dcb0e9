"""What is told: of an incident that was opened, of what happened since, of its end.  Pure.

What is known stands apart from what is suspected, as in the brief.  Every text is one line, without secrets, with a
mark in place of what acts or hides; who did something is not told, as in a timeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from kb.configuration.sections import Links
from kb.incidents.life import confirmed_cause, one_line, told
from kb.incidents.updates import severity_text
from kb.model.brief import Brief, Section
from kb.model.incident import LiveIncident, Phase, Step
from kb.model.ledger import Event, Verdict
from kb.model.notice import Link, Notice, NoticeKind
from kb.text.escaping import visible
from kb.text.redact import redact
from kb.text.times import clock, minute

SECTIONS = (
    "Alert",
    "Known",
    "Suspected",
    "Unknown",
    "Warnings",
    "Changes",
    "Runbook",
    "Quirks",
    "Open incidents",
    "Watch list",
    "Past incidents",
    "Escalate",
)
"""The parts of a brief that are told; the others are for who works on it."""
MOST_LINES = 8
"""Lines of an update; of more the last ones are told, and the others counted."""
MOST_LINKS = 3
_STANDS = {
    Phase.INVESTIGATING: "",
    Phase.MITIGATING: "Mitigating: ",
    Phase.RESOLVED: "Resolved: ",
    Phase.VERIFIED: "Resolved and verified: ",
    Phase.CLOSED: "Closed: ",
    Phase.MERGED: "Merged: ",
}
SINCE = "Since then"
"""The section of what happened since, where the first word was not out yet."""


def plain(text: str) -> str:
    """The text in one line, without secrets, and with nothing in it that acts or hides."""
    return one_line(visible(redact(text).text))


def opened(
    incident: LiveIncident, brief: Brief | None, links: Links, titles: Mapping[str, str] | None = None
) -> Notice:
    """The first word of an incident, with its brief where there is one; `titles` are those of its entries."""
    entries = brief.entries if brief else ()
    by_id = titles or {}
    sections = [
        Section(title=part.title, lines=tuple(map(plain, part.lines)))
        for part in (brief.sections if brief else ())
        if part.title in SECTIONS
    ]
    best = entries[0] if brief and entries and brief.verdict is not Verdict.UNKNOWN else ""
    return replace(
        _bare(incident, NoticeKind.OPENED, links),
        sections=tuple(sorted(sections, key=lambda part: SECTIONS.index(part.title))),
        links=(*_entry_links(entries, by_id, links), *_incident_link(incident, links)),
        entry_id=best,
        entry_title=plain(by_id.get(best, best)),
        lookup_id=(brief.lookup_id if brief else None) or incident.lookup_id,
    )


def since(notice: Notice, incident: LiveIncident, events: Sequence[Event], links: Links) -> Notice:
    """A first word that is not out yet, with what happened since the incident was opened."""
    now = _bare(incident, notice.kind, links)
    others = tuple(part for part in notice.sections if part.title != SINCE)
    lines = _lines(events)
    summary = _summary(events, len(lines))
    shown = (*((summary,) if summary else ()), *lines[-MOST_LINES:])
    return replace(
        notice,
        headline=now.headline,
        severity=now.severity,
        facts=now.facts,
        sections=(*((Section(title=SINCE, lines=shown),) if shown else ()), *others),
        changes=1 + len(lines),
    )


def updated(incident: LiveIncident, events: Sequence[Event], links: Links) -> Notice | None:
    """What happened since the last notice; None where nothing of it is to be told."""
    lines, posted = _lines(events), _posted(events)
    if not lines and not posted:
        return None
    summary = _summary(events, len(lines))
    sections = [Section(title="Status update", lines=posted)] if posted else []
    sections += [Section(title="Summary", lines=(summary,))] if summary else []
    if shown := lines[-MOST_LINES:]:
        sections.append(Section(title="The last of it" if summary else "News", lines=shown))
    if cause := confirmed_cause(incident):
        sections.append(Section(title="Known", lines=(plain(cause),)))
    return replace(
        _bare(incident, NoticeKind.UPDATED, links),
        sections=tuple(sections),
        links=tuple(_incident_link(incident, links)),
        changes=max(1, len(lines)),
    )


def ended(incident: LiveIncident, draft: str, links: Links) -> Notice:
    """The end of the thread: the draft of the postmortem."""
    document = "\n".join(visible(line) for line in redact(draft).text.split("\n"))
    lines = ("The draft of the postmortem follows; what it leaves blank, somebody must fill in.",)
    return replace(
        _bare(incident, NoticeKind.POSTMORTEM, links),
        sections=(Section(title="Postmortem", lines=lines),),
        links=tuple(_incident_link(incident, links)),
        document=document.strip("\n"),
    )


def trial(target: str) -> Notice:
    """What tries whether a target can be reached."""
    lines = (f"This tries whether kb reaches the target {plain(target)}. Nothing happened.",)
    return Notice(
        kind=NoticeKind.TEST,
        headline="A test of kb: nothing happened",
        sections=(Section(title="Test", lines=lines),),
    )


def _bare(incident: LiveIncident, kind: NoticeKind, links: Links) -> Notice:
    del links
    services = ", ".join(incident.services)
    where = f"{plain(services)}: " if services else ""
    level = f"{incident.severity} " if incident.severity else ""
    title = plain(incident.title)
    begun = incident.started or incident.detected
    facts = (
        ("Severity", plain(severity_text(incident))),
        ("Service", plain(services) or "not given"),
        ("Environment", plain(incident.environment)),
        ("Started", minute(begun)),
        ("Impact", plain(incident.impact)),
        ("Incident", incident.id),
    )
    return Notice(
        kind=kind,
        headline=f"{_STANDS[incident.phase]}{level}{where}{title}",
        subject=f"{where}{title} [{incident.id}]",
        incident_id=incident.id,
        severity=incident.severity,
        facts=tuple((name, value) for name, value in facts if value),
    )


def _lines(events: Sequence[Event]) -> tuple[str, ...]:
    """The events that belong into a timeline, each as a line."""
    said = ((event, told(event)) for event in events)
    return tuple(f"{clock(event.at)} {plain(text)}" for event, text in said if text)


def _posted(events: Sequence[Event]) -> tuple[str, ...]:
    """The last status update that somebody posted, line by line."""
    texts = [event.action for event in events if event.kind == Step.UPDATE]
    return tuple(filter(None, map(plain, texts[-1].splitlines()))) if texts else ()


def _summary(events: Sequence[Event], lines: int) -> str:
    """How much happened, where it is too much for single lines, or went back and forth."""
    resolved = sum(event.kind == Step.RESOLUTION for event in events)
    back = sum(event.kind == Step.REOPENED for event in events)
    if lines <= MOST_LINES and resolved + back < 3:
        return ""
    first, last = events[0].at, events[-1].at
    parts = [f"{lines} changes from {clock(first)} to {clock(last)}"]
    if resolved or back:
        parts.append(f"resolved {resolved} times, came back {back} times")
    return "; ".join(parts)


def _entry_links(entries: Sequence[str], titles: Mapping[str, str], links: Links) -> list[Link]:
    if not links.entry:
        return []
    return [Link(plain(titles.get(one, one)), _address(links.entry, one)) for one in entries[:MOST_LINKS]]


def _incident_link(incident: LiveIncident, links: Links) -> list[Link]:
    return [Link("The incident", _address(links.incident, incident.id))] if links.incident else []


def _address(form: str, identity: str) -> str:
    return form.replace("{id}", quote(identity, safe=""))
