"""When an incident was detected, acknowledged, mitigated and resolved, from clear words only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ingest.postmortem.labels import LabelledFact
from ingest.postmortem.times import Moment, read_moment
from kb.expression import expression
from kb.model import TimelineEvent

_LABELS = {
    "started": r"(?:incident |outage |impact |event )?(?:start(?:ed|s)?|began|begin)(?: time| at| date)?"
    r"|time started",
    "detected": r"(?:incident )?detect(?:ed|ion)(?: time| at)?|time (?:detected|of detection)",
    "acknowledged": r"(?:incident )?acknowledged(?: time| at)?|time acknowledged",
    "mitigated": r"(?:incident |impact )?mitigat(?:ed|ion)(?: time| at)|mitigated|time mitigated",
    "resolved": r"(?:incident |outage |impact )?(?:resolved|ended)(?: time| at| on| when)?|resolution time"
    r"|time resolved|(?:incident |outage |impact |event )?end(?:s|ed)?(?: time| date| at)?",
}
_EVENTS = {
    "started": r"\b(?:outage|incident|impact) (?:starts|started|begins|began)\b|^problem starts\b",
    "detected": r"\b(?:incident|issue|problem|outage|anomaly) (?:was |is )?(?:first "
    r"|initially )?(?:detected|identified by monitoring)"
    r"|^\**detect(?:ed|ion)\b|^\**incident (?:opened|declared)|\balert(?:s|ing)? (?:was "
    r"|were )?(?:fired|triggered|fires|received)",
    "acknowledged": r"\backnowledge[sd]\b|\backed\b",
    "mitigated": r"\b(?:incident|issue|impact|outage|problem) (?:was |is |has been )?(?:fully "
    r"|partially )?mitigated\b|^\**mitigated\b",
    "resolved": r"\b(?:incident|issue|problem|outage) (?:was |is |has been |declared |marked as "
    r"|considered )?(?:fully |completely |now )?"
    r"(?:resolved|over|ended|ends|closed)\b|^\**(?:fully )?(?:resolved|resolution)\b"
    r"|\ball (?:systems|services) (?:are |were )?"
    r"(?:verified |back |fully )*(?:operational|recovered|restored)|\bfully (?:recovered"
    r"|restored)\b|\bservice (?:was |is )?(?:fully )?restored\b",
}
_DENIED = expression(
    r"\b(?:not|un|no longer|should be|will be|would be|if|until|before|expected|believed|thought)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The named times of an incident; what is not said is None."""

    started: datetime | None = None
    detected: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None


def find_milestones(
    facts: Iterable[LabelledFact], timeline: Iterable[TimelineEvent], day: date | None, zone: str = ""
) -> Milestones:
    """The milestones that labels give, else those that the wording of timeline events gives."""
    events = [event for event in timeline if event.at is not None]
    found = {
        name: _labelled(name, tuple(facts), Moment(day, None, zone)) or _told(name, events)
        for name in _LABELS
    }
    start = found["detected"] or found["started"]
    if start and found["resolved"] and found["resolved"] < start:
        found["resolved"] = None
    return Milestones(**found)


def _labelled(name: str, facts: tuple[LabelledFact, ...], known: Moment) -> datetime | None:
    wanted = re.compile(_LABELS[name], re.I)
    for fact in facts:
        zone = re.search(r"\(([A-Z]{3,4})\)$", fact.name.upper())
        label = re.sub(r"\s*\(.*\)$", "", fact.name)
        if wanted.fullmatch(label):
            moment = read_moment(fact.value, Moment(known.day, None, zone[1] if zone else known.zone))
            if moment.at is not None:
                return moment.at
    return None


def _told(name: str, events: list[TimelineEvent]) -> datetime | None:
    wanted = re.compile(_EVENTS[name], re.I)
    times = []
    for event in events:
        said = wanted.search(event.text)
        if said and event.at and not _DENIED.search(event.text[max(0, said.start() - 40) : said.end()]):
            times.append(event.at)
    return (max(times) if name == "resolved" else min(times)) if times else None
