"""The events of an incident's timeline, whatever its form and wherever in the report they stand.

The form is a table, a list, paragraphs, or a heading for each time; without a heading that announces a timeline, it is
the section with the most lines that begin with a time.

Promises: every event of the text is kept, with its time as written; `at` is set only where day, time of day and zone
are all certain.  Lines without a time belong to the event before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from itertools import pairwise

from ingest.markdown.blocks import FENCED
from ingest.markdown.inside import Table
from ingest.markdown.sections import MarkdownSection, plain
from ingest.postmortem.headings import ReportPart
from ingest.postmortem.labels import is_blank, is_blank_line
from ingest.postmortem.report import Report
from ingest.postmortem.times import (
    Moment,
    find_zone,
    first_date,
    has_clock,
    read_moment,
    split_stamp,
    split_stamp_behind,
    stamped_lines,
    told_zone,
)
from kb.expression import expression
from kb.model import TimelineEvent


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event with its day as far as the text tells it, in a stamp or in a line above."""

    event: TimelineEvent
    day: date | None = None
    has_clock: bool = False


_FEWEST_LINES = 3
"""So many lines that begin with a time make a timeline without a heading."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events in the order of the text, and the zone that their times are said to be in."""

    events: tuple[DatedEvent, ...]
    zone: str = ""


def read_timeline(report: Report, known: Moment, *, day_first: bool = False) -> Timeline:
    """The events of all timeline sections, or of the section that reads like one.

    `known` gives the day, or at least the year, of events that do not name theirs.
    """
    known = replace(known, zone=known.zone or told_zone(report.document.body))
    sections = list(report.roots(ReportPart.TIMELINE))
    texts = [(section, _with_colons(_whole_text(report, section))) for section in sections]
    if not any(stamped_lines(text) or "|" in text for _, text in texts):
        texts += [pair for pair in _unannounced(report) if pair[0] not in sections]
    events: list[DatedEvent] = []
    for section, text in texts:
        # What the report says of all its times goes before a zone that may be part of what was quoted.
        zone = find_zone(section.title) or known.zone or find_zone(text[:400])
        known = replace(known, zone=zone if find_zone(section.title) else known.zone)
        found = parse_timeline(text, known, _html_tables(report, section), day_first=day_first)
        events += found
        known = replace(known, zone=zone, day=_last_day(found) or known.day)
    if sections and not events:
        events = [event for _, text in texts for event in prose_events(text)]
    return Timeline(tuple(events), known.zone)


def _with_colons(text: str) -> str:
    """The text with the times of day that its lines begin with as `13:41`, where they are written `13.41`.

    So they are where several lines begin so, and one of the numbers behind the dot is no month.
    """
    written = [int(found["minutes"]) for found in _DOTTED.finditer(text)]
    if len(written) < _FEWEST_DOTTED or max(written) <= _MONTHS_A_YEAR:
        return text
    return _DOTTED.sub(r"\g<before>\g<hours>:\g<minutes>", text)


def _last_day(events: Sequence[DatedEvent]) -> date | None:
    """The day that a timeline has come to, on which it goes on below another heading."""
    return next((event.day for event in reversed(events) if event.day), None)


def _unannounced(report: Report) -> Iterator[tuple[MarkdownSection, str]]:
    """The section with the most lines that begin with a time, if that is a timeline at all."""
    counted = [(stamped_lines(FENCED.sub("", section.text)), section) for section in report.document.sections]
    most = max((count for count, _ in counted), default=0)
    if most >= _FEWEST_LINES:
        yield from ((section, section.text) for count, section in counted if count == most)


def _whole_text(report: Report, section: MarkdownSection) -> str:
    """The text below a timeline's heading; a heading that is itself a time belongs to it."""
    below = report.whole(section)
    return f"## {section.title}\n{below}" if split_stamp(section.title) else below


def _html_tables(report: Report, section: MarkdownSection) -> list[Table]:
    whole = (section, *report.document.children(section))
    return [table for part in whole if "<table" in part.text.lower() for table in part.tables]


_TIME_COLUMN = expression(r"\b(?:time|date|day|when|timestamp|at|zeit|datum|uhrzeit|utc|gmt)\b|^time", re.I)
_RULE_CELL = expression(r":?-+:?")
_YEAR = expression(r"\b(20\d\d)\b")
_BULLET = expression(r"^(?P<indent>\s*)(?:[-*+•]|\d+[.)])\s+(?P<text>.*)$")
_HEADING = expression(r"^#{1,6}\s*(?P<text>.*?)\s*#*$")
_ABOUT_TIMES = expression(r"\W*all times\b.{0,40}$", re.I)
_FOUR_DIGITS = expression(r"^\W*([01]\d|2[0-3])([0-5]\d)(?=\W*$|\s*[-–]\s*\d{4}\W*$)")
_OF_TIMES = expression(r"\btimes?\b", re.I)
"""`0730` in a column of times; in one of dates, `2019` is a year."""
_ALL_ON = expression(r"\ball (?:times|events)\b[^\n]{0,60}\bon\b", re.I)
_FALLS_BACK = 6.0
"""Hours that the time of day falls back by at midnight, at least; less is a line out of order."""
_BREAK = expression(r"<br\s*/?>[ \t]*(?=[*_~]*\d{1,2}:\d\d)", re.I)
"""A break before a time, where events follow each other in one paragraph."""
_HTML_TABLE = expression(r"<table\b.*?</table>", re.I | re.S)
_FENCE = expression(r"^\s*(?:```(?!.*`)|~~~)")


_DOTTED = expression(
    r"^(?P<before>[\s*_-]*(?:c\.)?)(?P<hours>[01]?\d|2[0-3])\.(?P<minutes>[0-5]\d)(?=[\s:*_,-])", re.M
)
_FEWEST_DOTTED, _MONTHS_A_YEAR = 3, 12


@dataclass
class _EventDraft:
    """An event being read: its stamp, its lines, and how deep its bullet is indented (-1: no bullet)."""

    stamp: str
    lines: list[str] = field(default_factory=list)
    indent: int = -1
    moment: Moment = field(default_factory=Moment)
    names_day: bool = False

    def event(self) -> DatedEvent:
        text = "\n".join(line.rstrip() for line in self.lines).strip()
        event = TimelineEvent(text=text, time=self.stamp, at=self.moment.at)
        return DatedEvent(event, self.moment.day, self.moment.clock is not None)


def _without_fences(text: str) -> str:
    """The text without the lines that begin and end a block of code, where the timeline is one."""
    return re.sub(r"^[ \t]*(?:```|~~~)\w*[ \t]*$", "", text, flags=re.M) if stamped_lines(text) else text


def parse_timeline(
    text: str, known: Moment, tables: Sequence[Table] = (), *, day_first: bool = False
) -> tuple[DatedEvent, ...]:
    """The events in the text below a timeline heading; `known` tells the day and zone it leaves out.

    `tables` are those that are not written with bars (HTML).
    """
    text = _BREAK.sub("\n", text if stamped_lines(FENCED.sub("", text)) else _without_fences(text))
    said = _lines_about_times(text)
    zone = find_zone(said) or known.zone
    all_on = first_date(said, known.year, day_first) if _ALL_ON.search(said) else None
    known = replace(known, zone=zone, day=all_on or known.day)
    reader = _TimelineReader(known, day_first, headings_only=_is_headed(text), all_on=all_on)
    for table in tables:
        reader.read_rows(table.header, table.rows)
    reader.read((_HTML_TABLE.sub("", text) if tables else text).split("\n"))
    _over_midnight(reader.drafts)
    events = tuple(d.event() for d in reader.drafts if d.stamp or any(map(str.strip, d.lines)))
    return tuple(e for e in events if e.event.text or e.has_clock)


def _over_midnight(drafts: Sequence[_EventDraft]) -> None:
    """Let the day go on where the time of day falls back by many hours and the stamp names no day.

    Lists that begin with the newest stay as they are, and so do clocks of twelve hours that do not say which half.
    """
    timed = [draft for draft in drafts if draft.moment.clock is not None]
    clocks = [draft.moment.clock for draft in timed if draft.moment.clock]
    falls = sum(one > other for one, other in pairwise(clocks))
    if falls * 2 > len(clocks) or _has_no_half_day(timed):
        return
    days, before = timedelta(), None
    for draft in timed:
        moment = draft.moment
        if draft.names_day:
            days = timedelta()
        elif moment.day and moment.clock and before and _hours(before) - _hours(moment.clock) >= _FALLS_BACK:
            days += timedelta(days=1)
        if days and moment.day:
            draft.moment = replace(moment, day=moment.day + days)
        before = moment.clock


def _has_no_half_day(timed: Sequence[_EventDraft]) -> bool:
    """Whether all hours are written as on a clock face, without a half of the day."""
    hours = [re.search(r"\d{1,2}(?=[:h]\d\d)", draft.stamp) for draft in timed]
    faces = [found[0] for found in hours if found]
    return all(not face.startswith("0") and 1 <= int(face) <= 12 for face in faces) and not any(
        re.search(r"\d\s?[ap]\.?m", draft.stamp, re.I) for draft in timed
    )


def _hours(clock: time) -> float:
    return clock.hour + clock.minute / 60


def _lines_about_times(text: str) -> str:
    """The lines that speak of all times: `All times in UTC`, a table's header."""
    lines = text.split("\n")
    return "\n".join(
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if re.search(
            r"\b(?:times?(?:stamps?)?|events) (?:are |is |were )?(?:\w+ ){0,3}(?:in|as)\b|\ball (?:times|events)\b",
            line,
            re.I,
        )
        or (line.count("|") > 1 and set(following.strip()) <= set("|-: ") and following.strip())
    )


def _is_headed(text: str) -> bool:
    """Whether each event has a heading of its own, so that times in the text below are part of it."""
    headings = [found["text"] for line in text.split("\n") if (found := _HEADING.match(line))]
    return sum(1 for h in headings if (parts := split_stamp(h)) and has_clock(parts[0])) >= 2


class _TimelineReader:
    """Goes through the lines once, opening an event at each stamp and adding the rest to the open one."""

    def __init__(
        self, known: Moment, day_first: bool, *, headings_only: bool, all_on: date | None = None
    ) -> None:
        self.drafts: list[_EventDraft] = []
        self._known = known
        self._day_first = day_first
        self._headings_only = headings_only
        self._all_on = all_on
        """The day of every event that names no other."""
        self._in_code = False
        self._new_day = False
        """Whether a line without a time of day has just named a day for those below it."""
        self._day: _EventDraft | None = None
        """That line, where it says no more."""

    def read(self, lines: Sequence[str]) -> None:
        block: list[str] = []
        for line in [*lines, ""]:
            if line.lstrip().startswith("|") and not self._in_code:
                block.append(line)
                continue
            if block:
                self.read_rows(*_bar_table(block))
                block = []
            self._read_line(line)

    def read_rows(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        columns = _time_columns(header, rows := list(rows))
        year = _YEAR.search(" ".join(header))
        for row in rows:
            stamp = " ".join(plain(row[i]) for i in columns if i < len(row) and row[i].strip())
            rest = [cell.strip() for i, cell in enumerate(row) if i not in columns and cell.strip()]
            if (
                (not stamp and not rest)
                or all(is_blank(cell) for cell in rest)
                or _is_template_row(stamp, rest)
            ):
                continue
            dated = f"{stamp}, {year[1]}" if year and not _YEAR.search(stamp) else ""
            reading = _with_year(stamp, year[1]) if dated and year else stamp
            if _OF_TIMES.search(" ".join(header[i] for i in columns if i < len(header))):
                reading = _FOUR_DIGITS.sub(r"\1:\2", reading)
            self._open(stamp, " | ".join(rest), reading=reading)

    def _read_line(self, line: str) -> None:
        if _FENCE.match(line):
            self._in_code = not self._in_code
        if self._in_code or _FENCE.match(line) or not line.strip():
            self._add(line)
        elif heading := _HEADING.match(line):
            self._read_heading(heading["text"])
        elif bullet := _BULLET.match(line):
            self._read_bullet(len(bullet["indent"].expandtabs(4)), bullet["text"])
        elif not self._open_stamped(line, -1) and self.drafts:
            self._add(line.strip())

    def _read_heading(self, text: str) -> None:
        if not self._open_stamped(text, -1, always=True) and self.drafts:
            self._add(plain(text))

    def _read_bullet(self, indent: int, text: str) -> None:
        if is_blank_line(text) and not split_stamp(text):
            return
        if self._open_stamped(text, indent):
            return
        current = self.drafts[-1] if self.drafts else None
        if day := self._day_above(current, indent):
            self.drafts.append(replace(day, lines=[text], indent=indent))
            return
        if current is None or (not self._headings_only and current.indent >= 0 and indent <= current.indent):
            self.drafts.append(_EventDraft("", [text], indent))
        else:
            self._add(f"{' ' * indent}- {text}")

    def _day_above(self, current: _EventDraft | None, indent: int) -> _EventDraft | None:
        """The line that names the day of an item without a time; None where the item belongs to an event."""
        if self._day is None or current is None or self._headings_only:
            return None
        begins = current is self._day and not any(map(str.strip, current.lines))
        goes_on = current.stamp == self._day.stamp and current.indent == indent and current is not self._day
        return self._day if begins or goes_on else None

    def _open_stamped(self, line: str, indent: int, *, always: bool = False) -> bool:
        parts = split_stamp(line) or split_stamp_behind(line)
        if parts is None or (self._headings_only and not always):
            return False
        self._open(parts[0], parts[1], indent)
        return True

    def _open(self, stamp: str, text: str, indent: int = -1, reading: str = "") -> None:
        moment = read_moment(reading or stamp, self._known, day_first=self._day_first)
        if moment.day is not None and self._all_on is None:
            self._known = replace(self._known, day=moment.day)
        if _ABOUT_TIMES.match(text):
            return
        names_day = first_date(reading or stamp, moment.year, self._day_first) is not None
        self.drafts.append(_EventDraft(stamp, [text], indent, moment, names_day or self._new_day))
        self._new_day = names_day and moment.clock is None
        self._day = self.drafts[-1] if self._new_day and not text.strip() else None

    def _add(self, line: str) -> None:
        if self.drafts:
            self.drafts[-1].lines.append(line)


def _with_year(stamp: str, year: str) -> str:
    """`Sun Oct 31 21:33` with the year that the column's header gives."""
    return re.sub(r"([A-Za-z]{3,9}\.? \d{1,2})\b", rf"\1, {year},", stamp, count=1)


def _bar_table(lines: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    has_header = len(rows) > 1 and all(_RULE_CELL.fullmatch(cell) or not cell for cell in rows[1])
    header = rows[0] if has_header else []
    return header, rows[2:] if has_header else rows


def _time_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    named = [i for i, name in enumerate(header) if _TIME_COLUMN.search(plain(name)) and len(plain(name)) < 40]
    if named and len(named) < len(header):
        return named
    return [0] if rows and any(row and split_stamp(row[0]) for row in rows) else []


def _is_template_row(stamp: str, rest: Sequence[str]) -> bool:
    return (
        (is_blank(stamp) and bool(stamp))
        or re.match(r"(?:20xx|YYYY|\[|\{\{)", stamp) is not None
        or (
            "HH:mm" in stamp
            and all(re.fullmatch(r"(?:short )?(?:event )?description\.?", cell, re.I) for cell in rest)
        )
    )


def prose_events(text: str) -> Iterator[DatedEvent]:
    """A timeline that gives no times: each paragraph is an event."""
    for paragraph in re.split(r"\n\s*\n", text):
        joined = " ".join(line.strip() for line in paragraph.split("\n")).strip()
        if joined and not is_blank_line(joined) and not joined.startswith("#"):
            yield DatedEvent(TimelineEvent(text=joined))
