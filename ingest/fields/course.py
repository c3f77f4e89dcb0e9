"""The course of an incident: the events of its timeline, wherever in the report they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.fields.headings import Part
from ingest.fields.moments import Moment, split_stamp, stamped_lines
from ingest.fields.report import Report
from ingest.fields.timeline import DatedEvent, parse_timeline, prose_events
from ingest.fields.zones import find_zone, told_zone
from ingest.markdown import Section
from ingest.markdown_blocks import Table

_FEWEST_LINES = 3
"""So many lines that begin with a time make a timeline without a heading."""


@dataclass(frozen=True, slots=True)
class Course:
    """The events in the order of the text, and the zone that their times are said to be in."""

    events: tuple[DatedEvent, ...]
    zone: str = ""


def read_course(report: Report, known: Moment, *, day_first: bool = False) -> Course:
    """The events of all timeline sections, or of the section that reads like one.

    `known` gives the day, or at least the year, of events that do not name theirs.
    """
    known = replace(known, zone=known.zone or told_zone(report.document.body))
    sections = list(report.roots(Part.TIMELINE))
    texts = [(section, _whole_text(report, section)) for section in sections] or list(_unannounced(report))
    events: list[DatedEvent] = []
    for section, text in texts:
        zone = find_zone(section.title) or find_zone(text[:400]) or known.zone
        known = replace(known, zone=zone if find_zone(section.title) else known.zone)
        events += parse_timeline(text, known, _html_tables(report, section), day_first=day_first)
        known = replace(known, zone=zone)
    if sections and not events:
        events = [event for _, text in texts for event in prose_events(text)]
    return Course(tuple(events), known.zone)


def _unannounced(report: Report) -> Iterator[tuple[Section, str]]:
    """The section with the most lines that begin with a time, if that is a timeline at all."""
    counted = [(stamped_lines(section.text), section) for section in report.document.sections]
    most = max((count for count, _ in counted), default=0)
    if most >= _FEWEST_LINES:
        yield from ((section, section.text) for count, section in counted if count == most)


def _whole_text(report: Report, section: Section) -> str:
    """The text below a timeline's heading; a heading that is itself a time belongs to it."""
    below = report.whole(section)
    return f"## {section.title}\n{below}" if split_stamp(section.title) else below


def _html_tables(report: Report, section: Section) -> list[Table]:
    whole = (section, *report.document.children(section))
    return [table for part in whole if "<table" in part.text.lower() for table in part.tables]
