"""What a lived incident leaves behind: an entry that is found like any postmortem's, and a drafted postmortem.

The draft has the template of the incident workflow that kb grew from.  It states what was noted and leaves the
template's own placeholder where nothing was, so that a person sees what is missing and ingest reads no value there.
Read back by `kb ingest` it is the same incident, under the same id (`ingest.postmortem.drafted` holds the other half
of the form); so whatever is one point of a list there (a cause, an action item, a lesson) is one line in the entry.
What was noted is data: escaped or quoted, it cannot begin a section, a fact or another incident.  Nobody is named
but the owners of action items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import Refused
from kb.incidents.life import one_line, span, told
from kb.incidents.merging import lived
from kb.model import ActionItem, Cause, CauseStatus, Incident, Origin, Provenance, Scope, TimelineEvent
from kb.model.incident import LiveIncident
from kb.text.escaping import as_line, as_quote
from kb.text.times import second
from kb.text.tokens import slug


def to_entry(incident: LiveIncident) -> Incident:
    """The incident as an entry; what was tried and did not help is its warning."""
    begun = incident.started or incident.detected
    return Incident(
        id=incident.id,
        title=incident.title,
        date=begun.astimezone(UTC).date(),
        started=incident.started,
        detected=incident.detected,
        acknowledged=incident.acknowledged,
        mitigated=incident.mitigated,
        resolved=incident.resolved,
        severity=incident.severity,
        severity_label=incident.severity_label,
        impact=one_line(incident.impact),
        causes=causes(incident),
        mitigation=mitigation(incident),
        resolution=incident.resolution,
        prevention=incident.prevention,
        timeline=timeline(incident),
        action_items=tuple(
            replace(item, text=one_line(item.text), owner=one_line(item.owner or "") or None)
            for item in incident.action_items
        ),
        lessons=_one_line_each(incident.lessons),
        went_well=_one_line_each(incident.went_well),
        went_wrong=_one_line_each(incident.went_wrong),
        warning="; ".join(warnings(incident)),
        body="\n".join((incident.alert, *(event.text for event in timeline(incident)))),
        scope=Scope(
            services=incident.services,
            environments=(incident.environment,) if incident.environment else (),
        ),
        provenance=Provenance(origin=Origin.INGESTED, at=incident.detected),
    )


def causes(incident: LiveIncident) -> tuple[Cause, ...]:
    """What caused it: the confirmed causes or, while there is none, the suspected ones."""
    by_status = {
        status: tuple(
            Cause(text=one_line(h.text), status=status) for h in incident.hypotheses if h.status is status
        )
        for status in (CauseStatus.CONFIRMED, CauseStatus.SUSPECTED)
    }
    return by_status[CauseStatus.CONFIRMED] or by_status[CauseStatus.SUSPECTED]


def mitigation(incident: LiveIncident) -> str:
    """What stopped the bleeding: everything that was tried and is not known to have failed."""
    return "\n".join(one_line(tried.text) for tried in incident.mitigations if tried.worked is not False)


def warnings(incident: LiveIncident) -> tuple[str, ...]:
    """What was tried and did not help, and what was ruled out."""
    useless = [tried.text for tried in incident.mitigations if tried.worked is False]
    refuted = [h.text for h in incident.hypotheses if h.status is CauseStatus.REFUTED]
    said = [*(f"Did not help: {text}" for text in useless), *(f"Was ruled out: {text}" for text in refuted)]
    return _one_line_each(said)


def timeline(incident: LiveIncident) -> tuple[TimelineEvent, ...]:
    """The steps that a reader wants to see, in order of time."""
    lines = ((event, told(event)) for event in lived(incident.timeline))
    return tuple(
        TimelineEvent(text=one_line(text), time=second(event.at), at=event.at)
        for event, text in lines
        if text
    )


def _one_line_each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(one_line, texts))


_IMPACT = (
    "- Users affected: [Number/percentage]",
    "- Revenue impact: [If applicable]",
    "- Data loss: [Yes/No - details]",
    "- SLA breach: [Yes/No]",
)


def postmortem(incident: LiveIncident) -> str:
    """The draft, as Markdown."""
    entry = to_entry(incident)
    return "\n".join(
        (
            f"# Incident Post-Mortem: {as_line(incident.title)}",
            "",
            "## Incident Summary",
            *_summary(incident, entry),
            "",
            "## Timeline",
            *_timeline(entry.timeline),
            "",
            "## Root Cause",
            *_causes(entry.causes),
            "",
            *_section("Mitigation", _bullets(entry.mitigation.splitlines(), "")),
            "## Resolution",
            as_quote(entry.resolution) if entry.resolution else "[What was done to fix it]",
            "",
            *_section("Tried Without Success", _bullets(warnings(incident), "")),
            *_section("Prevention", [as_quote(entry.prevention)] if entry.prevention else ()),
            "## Impact Analysis",
            *_IMPACT,
            "",
            "## What Went Well",
            *_bullets(entry.went_well, "[Things that worked]"),
            "",
            "## What Went Wrong",
            *_bullets(entry.went_wrong, "[Things that didn't work]"),
            "",
            "## Action Items",
            *_actions(entry.action_items),
            "",
            "## Lessons Learned",
            *_bullets(entry.lessons, "[Key takeaways]"),
            "",
        )
    )


PLACES = (".agents/retros", "docs/incidents")
"""Where postmortems lie by custom; the first that is there, else the last."""


def place(root: Path, incident: LiveIncident) -> Path:
    """The file of the draft below a folder: `<custom>/YYYY-MM-DD-service.md`."""
    folder = next((root / name for name in PLACES if (root / name).is_dir()), root / PLACES[-1])
    return folder / file_name(incident)


def file_name(incident: LiveIncident) -> str:
    """`2026-11-21-order-service.md`; the title stands in where no service was given."""
    day = (incident.started or incident.detected).astimezone(UTC).date()
    return f"{day.isoformat()}-{slug(incident.services[0] if incident.services else incident.title)}.md"


def free_path(wanted: Path, incident: LiveIncident) -> Path:
    """The wanted path, numbered where other incidents have it.  Raises InvalidInput for a second draft."""
    path, number = wanted, 1
    while path.exists():
        if incident.id in path.read_text(encoding="utf-8", errors="replace"):
            raise Refused(f"{path} holds this incident already; edit it, or move it away for a new draft")
        number += 1
        path = wanted.with_stem(f"{wanted.stem}-{number}")
    return path


_LONGEST_ALERT = 300
"""Characters of the alert that the summary of the draft quotes."""


def _summary(incident: LiveIncident, entry: Incident) -> Iterable[str]:
    begun = incident.started or incident.detected
    duration = span(incident.resolved - begun) if incident.resolved else "[How long]"
    alert = next((line for line in incident.alert.splitlines() if line.strip()), "")
    facts = [
        ("Incident ID", incident.id),
        ("Date", f"{entry.date or ''}"),
        ("Duration", duration),
        ("Severity", as_line(incident.severity_label or incident.severity or "") or "[SEV level]"),
        ("Services", ", ".join(map(as_line, incident.services)) or "[Services affected]"),
        ("Environment", as_line(incident.environment)),
        ("Impact", as_line(entry.impact) or "[Who/what was affected]"),
        ("Alert", as_line(alert[:_LONGEST_ALERT])),
        ("Started", _second_or_nothing(incident.started)),
        ("Detected", _second_or_nothing(incident.detected)),
        ("Acknowledged", _second_or_nothing(incident.acknowledged)),
        ("Mitigated", _second_or_nothing(incident.mitigated)),
        ("Resolved", _second_or_nothing(incident.resolved)),
        ("Verified", _second_or_nothing(incident.verified)),
    ]
    return [f"- **{name}**: {value}" for name, value in facts if value]


def _timeline(events: Sequence[TimelineEvent]) -> Iterable[str]:
    return [f"- {_second_or_nothing(event.at)} - {as_line(event.text)}" for event in events]


def _causes(found: Sequence[Cause]) -> Iterable[str]:
    words = {CauseStatus.CONFIRMED: "Confirmed", CauseStatus.SUSPECTED: "Suspected, not confirmed"}
    return [f"- {words[cause.status]}: {as_line(cause.text)}" for cause in found] or [
        "[Detailed explanation of what caused the incident]"
    ]


def _actions(items: Sequence[ActionItem]) -> Iterable[str]:
    return [
        f"- [{'x' if item.done else ' '}] {as_line(item.text)} - Owner: {_owner(item.owner)}"
        f" - Due: {item.due.isoformat() if item.due else '[Date]'}"
        for item in items
    ] or ["- [ ] [Prevention action] - Owner: [Name] - Due: [Date]"]


def _owner(name: str | None) -> str:
    """The owner; a dash in the name is escaped, since dashes part owner and date from the text."""
    return re.sub(r" -(?= )", r" \\-", as_line(name)) if name else "[Name]"


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    return (f"## {title}", *lines, "") if lines else ()


def _bullets(points: Sequence[str], otherwise: str) -> list[str]:
    said = [f"- {as_line(point)}" for point in points]
    return said or ([f"- {otherwise}"] if otherwise else [])


def _second_or_nothing(at: datetime | None) -> str:
    return second(at) if at else ""
