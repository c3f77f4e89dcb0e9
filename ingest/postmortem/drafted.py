"""Postmortems that `kb incident postmortem` drafted, read back exactly.

The draft escapes what was noted, so every part that still has its form is read for what it says, not
by likelihood; a part that somebody wrote anew is read like that of any other postmortem.  The id
counts only where the draft has it: among the facts of its summary, never in what was logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypedDict

from ingest.markdown.sections import MarkdownSection
from ingest.postmortem.headings import ReportPart
from ingest.postmortem.report import Report
from kb.expression import expression
from kb.model import ActionItem, Cause, CauseStatus, Incident, Scope, TimelineEvent
from kb.text.escaping import from_line, from_quote
from kb.text.severities import parse_severity

_TITLE = expression(r"^# Incident Post-Mortem: (?P<title>.+)$", re.M)
_ID = expression(r"incident-\d{8}-[a-z0-9-]+")
_FACT = expression(r"^- \*\*(?P<name>[A-Z][\w ]+)\*\*: (?P<value>.+)$")
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
_EVENT = expression(rf"^- (?P<time>{_TIME}) - (?P<text>.*)$")
_CAUSE = expression(r"^- (?P<status>Confirmed|Suspected, not confirmed): (?P<text>.*)$")
_ITEM = expression(
    r"^- \[(?P<mark>[ x])\] (?P<text>.*) - Owner: (?P<owner>.*?) - Due: (?P<due>\d{4}-\d\d-\d\d|\[Date\])$"
)
_POINT = expression(r"^- (?!\[[ xX]?\])(?P<text>.*)$")
_PLACEHOLDER = expression(r"\[[^\]]*\]")
_MILESTONES = ("started", "detected", "acknowledged", "mitigated", "resolved")


class _Read(TypedDict, total=False):
    """The fields of an incident whose part of the draft still has its form."""

    title: str
    date: date
    started: datetime | None
    detected: datetime | None
    acknowledged: datetime | None
    mitigated: datetime | None
    resolved: datetime | None
    severity_label: str
    impact: str
    causes: tuple[Cause, ...]
    mitigation: str
    resolution: str
    prevention: str
    timeline: tuple[TimelineEvent, ...]
    action_items: tuple[ActionItem, ...]
    lessons: tuple[str, ...]
    went_well: tuple[str, ...]
    went_wrong: tuple[str, ...]
    warning: str


def drafted_id(report: Report) -> str:
    """The id of the incident that the report was drafted from, or an empty text; other numbering is not ours."""
    for section in report.document.sections:
        if section.title == "Incident Summary" and section.level == 2:
            written = _facts(section).get("Incident ID", "").strip("` ")
            return written if _ID.fullmatch(written) else ""
    return ""


def exactly(incident: Incident, report: Report) -> Incident:
    """The incident with every part that still has the form of the draft as it was lived."""
    sections: dict[str, MarkdownSection] = {}
    for section in report.document.sections:
        if section.level == 2 and not report.document.children(section):
            sections.setdefault(section.title, section)
    summary = sections.get("Incident Summary")
    facts = _facts(summary) if summary else {}
    read = _Read(**_of_facts(facts, report), **_of_lists(sections), **_of_prose(sections))
    found = replace(_unescaped(incident), **read)
    if "severity_label" in read:
        found = replace(found, severity=parse_severity(found.severity_label))
    return replace(found, scope=_scope(incident.scope, facts)) if facts else found


def _unescaped(incident: Incident) -> Incident:
    """What was read from lists that somebody added to, without the escapes of the draft."""
    return replace(
        incident,
        causes=tuple(replace(cause, text=from_line(cause.text)) for cause in incident.causes),
        timeline=tuple(replace(event, text=from_line(event.text)) for event in incident.timeline),
        action_items=tuple(replace(item, text=from_line(item.text)) for item in incident.action_items),
        lessons=tuple(map(from_line, incident.lessons)),
        went_well=tuple(map(from_line, incident.went_well)),
        went_wrong=tuple(map(from_line, incident.went_wrong)),
    )


def _facts(summary: MarkdownSection) -> dict[str, str]:
    """The labelled values of the summary, still escaped, the first of each name."""
    found: dict[str, str] = {}
    for line in summary.text.split("\n"):
        if fact := _FACT.match(line):
            found.setdefault(fact["name"], fact["value"].strip())
    return found


def _of_facts(facts: Mapping[str, str], report: Report) -> _Read:
    read = _Read()
    if title := _TITLE.search(report.document.body):
        read["title"] = from_line(title["title"])
    if facts.get("Date") and (day := _day(facts["Date"])):
        read["date"] = day
    if "Severity" in facts:
        read["severity_label"] = _value(facts["Severity"])
    if "Impact" in facts:
        analysis = report.text(ReportPart.IMPACT)
        read["impact"] = "\n".join(part for part in (_value(facts["Impact"]), analysis) if part)
    if _moment(facts.get("Detected", "")):  # the draft always has it: so the times are as they were drafted
        for name in _MILESTONES:
            written = facts.get(name.capitalize(), "")
            if not written or _moment(written):
                read[name] = _moment(written)  # type: ignore[literal-required]
    return read


def _of_lists(sections: Mapping[str, MarkdownSection]) -> _Read:
    read = _Read()
    if events := _all(_EVENT, sections.get("Timeline")):
        read["timeline"] = tuple(
            TimelineEvent(text=from_line(e["text"]), time=e["time"], at=_moment(e["time"])) for e in events
        )
    if causes := _all(_CAUSE, sections.get("Root Cause")):
        status = {True: CauseStatus.CONFIRMED, False: CauseStatus.SUSPECTED}
        read["causes"] = tuple(
            Cause(text=from_line(c["text"]), status=status[c["status"] == "Confirmed"]) for c in causes
        )
    if items := _all(_ITEM, sections.get("Action Items")):
        read["action_items"] = tuple(_item(i) for i in items if not _PLACEHOLDER.fullmatch(i["text"]))
    for name, title in (
        ("lessons", "Lessons Learned"),
        ("went_well", "What Went Well"),
        ("went_wrong", "What Went Wrong"),
    ):
        if (points := _points(sections.get(title))) is not None:
            read[name] = points  # type: ignore[literal-required]
    return read


def _of_prose(sections: Mapping[str, MarkdownSection]) -> _Read:
    read = _Read()
    if points := _points(sections.get("Mitigation")):
        read["mitigation"] = "\n".join(points)
    if points := _points(sections.get("Tried Without Success")):
        read["warning"] = "; ".join(points)
    for name in ("resolution", "prevention"):
        section = sections.get(name.capitalize())
        if section and re.search(r"^>", section.text, re.M):
            read[name] = from_quote(section.text.strip("\n"))
    return read


def _all(form: re.Pattern[str], section: MarkdownSection | None) -> list[re.Match[str]]:
    """Every line of the section, if all have the form; else nothing."""
    lines = [line.rstrip() for line in section.text.split("\n") if line.strip()] if section else []
    found = [match for line in lines if (match := form.match(line))]
    return found if len(found) == len(lines) else []


def _points(section: MarkdownSection | None) -> tuple[str, ...] | None:
    """The points of a plain list, the template's placeholders left out; None where it is no such list."""
    found = _all(_POINT, section)
    return (
        tuple(from_line(p["text"]) for p in found if not _PLACEHOLDER.fullmatch(p["text"])) if found else None
    )


def _item(found: re.Match[str]) -> ActionItem:
    due = None if found["due"] == "[Date]" else _day(found["due"])
    return ActionItem(
        text=from_line(found["text"]),
        owner=_value(found["owner"]) or None,
        due=due,
        done=found["mark"] == "x",
    )


def _scope(scope: Scope, facts: Mapping[str, str]) -> Scope:
    services = tuple(_names(facts["Services"])) if "Services" in facts else scope.services
    environment = _value(facts.get("Environment", ""))
    return replace(scope, services=services, environments=(environment,) if environment else ())


def _names(written: str) -> Iterator[str]:
    if not _PLACEHOLDER.fullmatch(written):
        yield from (from_line(name) for name in written.split(", ") if name.strip())


def _value(written: str) -> str:
    return "" if _PLACEHOLDER.fullmatch(written) else from_line(written)


def _moment(written: str) -> datetime | None:
    if not re.fullmatch(_TIME, written):
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:
        return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
