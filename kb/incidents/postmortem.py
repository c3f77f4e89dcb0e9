"""A postmortem drafted from the timeline, in the template of the incident workflow kb grew from.

It states what was noted and leaves the template's own placeholder where nothing was, so that a
person sees what is missing and ingest reads no value there.  Read back by `kb ingest` it is the
same incident, under the same id.  Nobody is named but the owners of action items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import InvalidInput
from kb.incidents.entry import causes, mitigation, timeline, warnings
from kb.incidents.words import span
from kb.records import CauseStatus, TimelineEvent
from kb.records.live import LiveIncident
from kb.text.slug import slug

PLACES = (".agents/retros", "docs/incidents")
"""Where postmortems lie by custom; the first that is there, else the last."""
_ALERT = 300
_IMPACT = (
    "- Users affected: [Number/percentage]",
    "- Revenue impact: [If applicable]",
    "- Data loss: [Yes/No - details]",
    "- SLA breach: [Yes/No]",
)


def postmortem(incident: LiveIncident) -> str:
    """The draft, as Markdown."""
    return "\n".join((
        f"# Incident Post-Mortem: {incident.title}", "",
        "## Incident Summary", *_summary(incident), "",
        "## Timeline", *_timeline(timeline(incident)), "",
        "## Root Cause", *_causes(incident), "",
        *_section("Mitigation", mitigation(incident)),
        "## Resolution", _prose(incident.resolution) or "[What was done to fix it]", "",
        *_section("Tried Without Success", "\n".join(_bullets(warnings(incident), ""))),
        *_section("Prevention", incident.prevention),
        "## Impact Analysis", *_IMPACT, "",
        "## What Went Well", *_bullets(incident.went_well, "[Things that worked]"), "",
        "## What Went Wrong", *_bullets(incident.went_wrong, "[Things that didn't work]"), "",
        "## Action Items", *_actions(incident), "",
        "## Lessons Learned", *_bullets(incident.lessons, "[Key takeaways]"), "",
    ))  # fmt: skip


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
            raise InvalidInput(
                f"{path} holds this incident already; edit it, or move it away for a new draft"
            )
        number += 1
        path = wanted.with_stem(f"{wanted.stem}-{number}")
    return path


def _summary(incident: LiveIncident) -> Iterable[str]:
    begun = incident.started or incident.detected
    duration = span(incident.resolved - begun) if incident.resolved else "[How long]"
    facts = [
        ("Incident ID", incident.id),
        ("Date", f"{begun.astimezone(UTC):%Y-%m-%d}"),
        ("Duration", duration),
        ("Severity", incident.severity_label or incident.severity or "[SEV level]"),
        ("Services", ", ".join(incident.services) or "[Services affected]"),
        ("Environment", incident.environment),
        ("Impact", " ".join(incident.impact.split()) or "[Who/what was affected]"),
        ("Alert", next(iter(incident.alert.splitlines()), "")[:_ALERT]),
        ("Started", _second(incident.started)),
        ("Detected", _second(incident.detected)),
        ("Acknowledged", _second(incident.acknowledged)),
        ("Mitigated", _second(incident.mitigated)),
        ("Resolved", _second(incident.resolved)),
        ("Verified", _second(incident.verified)),
    ]
    return [f"- **{name}**: {value}" for name, value in facts if value]


def _timeline(events: Sequence[TimelineEvent]) -> Iterable[str]:
    return [f"- {_second(event.at)} - {event.text}" for event in events]


def _causes(incident: LiveIncident) -> Iterable[str]:
    found = causes(incident)
    if not found:
        return ["[Detailed explanation of what caused the incident]"]
    doubt = "Suspected, not confirmed: "
    said = [f"{'' if cause.status is CauseStatus.CONFIRMED else doubt}{cause.text}" for cause in found]
    return said if len(said) == 1 else _bullets(said, "")


def _actions(incident: LiveIncident) -> Iterable[str]:
    return [
        f"- [{'x' if item.done else ' '}] {item.text} - Owner: {item.owner or '[Name]'}"
        f" - Due: {item.due.isoformat() if item.due else '[Date]'}"
        for item in incident.action_items
    ] or ["- [ ] [Prevention action] - Owner: [Name] - Due: [Date]"]


def _section(title: str, text: str) -> Iterable[str]:
    return (f"## {title}", _prose(text), "") if text else ()


def _prose(text: str) -> str:
    """The text without headings of its own, which would end the section that it stands in."""
    return re.sub(r"^#+[ \t]*", "", text, flags=re.M)


def _bullets(points: Sequence[str], otherwise: str) -> list[str]:
    said = [f"- {' '.join(point.split())}" for point in points]
    return said or ([f"- {otherwise}"] if otherwise else [])


def _second(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
