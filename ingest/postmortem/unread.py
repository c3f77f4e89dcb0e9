"""What a report says and its reader could not place, counted by kind for the receipt; all of it stays in the body."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.markdown.sections import LABEL_LEVEL
from ingest.postmortem.headings import ReportPart
from ingest.postmortem.report import Report
from ingest.postmortem.times import has_clock
from kb.model import TimelineEvent

UNREAD = "unread: "
"""What a note begins with that counts such things; it ends with `: NUMBER`."""


def unread_notes(report: Report, timeline: tuple[TimelineEvent, ...]) -> Iterator[str]:
    """A note for each kind that was found."""
    clocks = sum(event.at is None and has_clock(event.time) for event in timeline)
    if clocks:
        yield f"{UNREAD}times of events that are no instant, since day or zone is not told: {clocks}"
    if sections := sum(1 for _ in _unknown(report)):
        yield f"{UNREAD}sections of no known kind: {sections}"
    if not timeline and any(report.sections(ReportPart.TIMELINE)):
        yield f"{UNREAD}timelines without an event that can be told apart: 1"


def _unknown(report: Report) -> Iterator[str]:
    for section, part in zip(report.document.sections, report.parts, strict=True):
        if part is None and 1 < section.level < LABEL_LEVEL and section.text.strip():
            yield section.title
