"""Several incidents in one file: which headings begin one each, and the text of each on the lines that it has.

Headings of one level begin incidents where at least two of them, and half of all, carry a day or call themselves an
incident, and each has a part below it that only reports have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ingest.markdown.sections import LABEL_LEVEL, MarkdownSection
from ingest.postmortem.headings import ReportPart, part_of
from ingest.postmortem.report import Report
from ingest.postmortem.times import first_date, has_clock, split_stamp
from kb.expression import expression

_PARTS = {
    ReportPart.CAUSE,
    ReportPart.RESOLUTION,
    ReportPart.MITIGATION,
    ReportPart.IMPACT,
    ReportPart.TIMELINE,
    ReportPart.SUMMARY,
    ReportPart.ACTIONS,
    ReportPart.FINDING,
    ReportPart.LESSONS,
    ReportPart.DETECTION,
}
_NAMED = expression(r"\b(?:incident|outage|post-?mortem|INC)[ #:-]*\w*\d", re.I)
_DATED_LABEL = expression(r"^(?:incident )?(?:date|day|when|started?|began|occurred|start time)$", re.I)


@dataclass(frozen=True, slots=True)
class OneOfSeveral:
    """An incident of a file: its heading, its day where the heading gives one, the file's text with all else blank."""

    title: str
    line: int
    day: date | None
    text: str


def several_incidents(report: Report, text: str, *, day_first: bool) -> list[OneOfSeveral]:
    """The incidents of a file that tells of at least two; nothing of any other file."""
    starts = _starts(report, day_first)
    if len(starts) < 2:
        return []
    lines = text.replace("\r\n", "\n").split("\n")
    found = []
    for section in starts:
        last = max([section.last_line, *(child.last_line for child in report.document.children(section))])
        own = [line if section.line <= number <= last else "" for number, line in enumerate(lines, 1)]
        own[section.line - 1] = f"# {section.title}"
        if section.line < last and re.fullmatch(r"\s*(?:=+|-+)\s*", own[section.line]):
            own[section.line] = ""
        day = first_date(section.title, day_first=day_first)
        found.append(OneOfSeveral(section.title, section.line, day, "\n".join(own)))
    return found


def _starts(report: Report, day_first: bool) -> list[MarkdownSection]:
    siblings: dict[tuple[tuple[str, ...], int], list[MarkdownSection]] = defaultdict(list)
    for section, part in zip(report.document.sections, report.parts, strict=True):
        if (
            1 <= section.level < LABEL_LEVEL
            and part is not ReportPart.TIMELINE
            and part is not ReportPart.ACTIONS
        ):
            siblings[section.path, section.level].append(section)
    for group in siblings.values():
        telling = [section for section in group if _is_incident(report, section, day_first)]
        if len(telling) >= 2 and len(telling) * 2 >= len(group):
            return telling
    return []


def _is_incident(report: Report, section: MarkdownSection, day_first: bool) -> bool:
    stamp = split_stamp(section.title)
    if (stamp and has_clock(stamp[0])) or part_of(section.title) in (ReportPart.ACTIONS, ReportPart.LESSONS):
        return False
    below = set(_parts_below(report, section))
    dated = first_date(section.title, day_first=day_first) is not None
    if dated or _NAMED.search(section.title):
        return bool(below & _PARTS)
    return len(below & _PARTS) >= 2 and _has_own_day(report, section)


def _parts_below(report: Report, section: MarkdownSection) -> Iterator[ReportPart]:
    for child in report.document.children(section):
        if part := part_of(child.title):
            yield part


def _has_own_day(report: Report, section: MarkdownSection) -> bool:
    """Whether a label of the section itself says when it was."""
    labelled = (child for child in report.document.children(section) if child.level == LABEL_LEVEL)
    return any(_DATED_LABEL.match(child.title) and first_date(child.text[:60]) for child in labelled)
