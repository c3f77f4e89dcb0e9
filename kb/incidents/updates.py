"""Status updates: what to tell those who wait, and when they expect to hear again.

Two styles, as the two incident workflows that kb grew from write them: `report` (headings, what is
known, done and next) and `chat` (four lines for a channel).  What is not known is said to be so.
What was noted is put into one line each, so that no text can pass for a line of the update.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.errors import InvalidInput
from kb.incidents.life import confirmed_cause, durations, next_due, one_line, span
from kb.model.entry import CauseStatus, Severity
from kb.model.incident import LiveIncident, Phase
from kb.text.times import minute

STYLES = ("report", "chat")
_LIGHTS = {Severity.SEV1: "🔴", Severity.SEV2: "🟠", Severity.SEV3: "🟡", Severity.SEV4: "🟢"}
_WORDS = {
    Phase.INVESTIGATING: "Investigating",
    Phase.MITIGATING: "Mitigating",
    Phase.RESOLVED: "Resolved",
    Phase.VERIFIED: "Resolved",
    Phase.CLOSED: "Resolved",
    Phase.MERGED: "Merged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """A text to post; `next_due` is None once the incident is resolved, and for SEV4."""

    incident_id: str
    style: str
    text: str
    next_due: datetime | None


def status_update(
    incident: LiveIncident, now: datetime, *, style: str, focus: str = "", next_steps: Sequence[str] = ()
) -> StatusUpdate:
    """The update to post now.  Raises InvalidInput for a style that there is not."""
    if style not in STYLES:
        raise InvalidInput(f"style {style!r} is none of: {', '.join(STYLES)}")
    focus, next_steps = one_line(focus), [one_line(step) for step in next_steps]
    due = next_due(incident, now)
    if incident.resolved:
        text = _resolved(incident, now, style)
    elif style == "report":
        text = _report(incident, now, due, focus, next_steps)
    else:
        text = _chat(incident, now, due, focus, next_steps)
    return StatusUpdate(incident_id=incident.id, style=style, text=text, next_due=due)


def severity_text(incident: LiveIncident) -> str:
    """`SEV2 (written P1)`, `SEV2, unconfirmed`, or that it was not given."""
    if incident.severity is None:
        return "not given, unconfirmed"
    label = incident.severity_label
    written = f" (written {label})" if label and label.upper() != incident.severity else ""
    return f"{incident.severity}{written}{'' if incident.confirmed else ', unconfirmed'}"


def affected(incident: LiveIncident) -> str:
    """Services and environment, and what that means for users as far as it was said."""
    services = ", ".join(incident.services) or "service not given"
    where = f" in {incident.environment}" if incident.environment else ""
    return f"{services}{where}" + (f": {one_line(incident.impact)}" if incident.impact else "")


def _report(
    incident: LiveIncident, now: datetime, due: datetime | None, focus: str, steps: Sequence[str]
) -> str:
    begun = incident.started or incident.detected
    so_far = span(durations(incident, now)["so_far"])
    return "\n".join(
        (
            "## Incident Status Update",
            "",
            f"**Status**: {_WORDS[incident.phase]}",
            f"**Severity**: {severity_text(incident)}",
            f"**Affected**: {affected(incident)}",
            f"**Started**: {minute(begun)}",
            f"**Duration**: {so_far} so far",
            "",
            "### Current Understanding",
            *_understanding(incident),
            "",
            "### Actions Taken",
            *_numbered(_actions(incident), "nothing yet"),
            "",
            "### Current Focus",
            focus or _focus(incident),
            "",
            "### Next Steps",
            *_numbered(steps, "not decided yet"),
            "",
            "### ETA for Next Update",
            minute(due) if due else "on progress",
            "",
        )
    )


def _understanding(incident: LiveIncident) -> list[str]:
    by_status = [(h.status, one_line(h.text)) for h in incident.hypotheses]
    known = [text for status, text in by_status if status is CauseStatus.CONFIRMED]
    suspected = [text for status, text in by_status if status is CauseStatus.SUSPECTED]
    lines = [f"Known: {incident.title}", *(f"Known: {text}" for text in known)]
    lines += [f"Suspected: {text}" for text in suspected]
    return lines if known or suspected else [*lines, "The cause is not known yet."]


def _actions(incident: LiveIncident) -> list[str]:
    results = {True: "it helped", False: "it did not help", None: "result not known yet"}
    return [f"{one_line(tried.text)} - {results[tried.worked]}" for tried in incident.mitigations]


def _numbered(lines: Sequence[str], otherwise: str) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)] or [otherwise]


def _focus(incident: LiveIncident) -> str:
    if incident.phase is Phase.INVESTIGATING:
        return "Finding the cause and the fastest way to restore service"
    return "Restoring service" if incident.mitigated is None else "Watching the mitigation, fixing the cause"


def _chat(
    incident: LiveIncident, now: datetime, due: datetime | None, focus: str, steps: Sequence[str]
) -> str:
    if incident.phase is Phase.INVESTIGATING and incident.updated is None:
        light = _LIGHTS.get(incident.severity, "⚪") if incident.severity else "⚪"
        service = incident.services[0] if incident.services else "service not given"
        return "\n".join(
            (
                f"{light} INCIDENT: {service} {incident.title}",
                f"Impact: {one_line(incident.impact) or 'not known yet'}",
                f"Investigating: {focus or _checking(incident)}",
                "",
            )
        )
    following = "; ".join(steps) or focus or _focus(incident)
    return "\n".join(
        (
            f"UPDATE: {minute(now)}",
            f"Status: {_WORDS[incident.phase].lower()}",
            f"Actions: {'; '.join(_actions(incident)) or 'none yet'}",
            f"Next: {following}" + (f" (next update {minute(due)})" if due else ""),
            "",
        )
    )


def _checking(incident: LiveIncident) -> str:
    suspected = [one_line(h.text) for h in incident.hypotheses if h.status is CauseStatus.SUSPECTED]
    return "; ".join(suspected) or "known errors, recent changes, health of what it depends on"


def _resolved(incident: LiveIncident, now: datetime, style: str) -> str:
    length = span(durations(incident, now)["to_resolve"])
    checked = "verified" if incident.verified else "verification still open"
    cause = one_line(confirmed_cause(incident)) or "still being looked for"
    lines = [
        f"Status: resolved after {length} ({checked})",
        f"Actions: {one_line(incident.resolution) or '; '.join(_actions(incident)) or 'none noted'}",
        f"Affected: {affected(incident)}",
        f"Cause: {cause}",
        "Next: a post-mortem follows. Thank you to everybody who helped, and for your patience.",
    ]
    head = f"UPDATE: {minute(now)}" if style == "chat" else "## Incident Status Update\n"
    if style == "report":
        lines = [f"**{name}**: {text}" for name, _, text in (line.partition(": ") for line in lines)]
    return "\n".join((head, *lines, ""))
