"""What an incident is called and on which day it happened.

The day is the one on which the incident began, taken from the first of these that has one: a label
that says so (`Date:`, `Started:`), the title where the timeline confirms it, the first time of day in
the timeline, its first day, the days in its heading, front matter, the name of file or folder (which
often give the day of writing), the title, the first lines of the text.

The title is the first that says more than "postmortem".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from ingest.markdown.sections import MarkdownDocument, plain
from ingest.postmortem.headings import ReportPart, part_of
from ingest.postmortem.labels import LabelledFact, fact, is_blank
from ingest.postmortem.report import Report
from ingest.postmortem.timeline import Timeline
from ingest.postmortem.times import date_in_name, find_dates, first_date
from kb.expression import expression
from kb.text.tokens import first_sentence

_OWN_DATE = (
    r"(?:incident|outage|event|impact) (?:start(?:ed)?(?: (?:time|date))?|date(?:[ /&]*time)?|day)"
    r"|date (?:and time )?of (?:the )?(?:incident|outage|event)"
    r"|date of occurrence|occurred(?: on)?|start(?:ed)?(?: (?:time|date|at))?|date started|began"
)
_DATE = r"(?:incident )?date(?:s|[ /&]*time| and time| \(utc\))?|when|datum|tag|day|time of incident"
_GENERIC = expression(
    r"\b(?:an?|the|of|for|to|on|in|and|our|incidents?|reports?|post[ -]?mortems?"
    r"|retro(?:spective)?s?|review|summary|analysis|rca|root|cause"
    r"|example|session|platform|operations?|production|respond|response|issue|name|title|template"
    r"|blameless|document|writeup|write|up"
    r"|after|action|aar|sev(?:erity)?[ -]?\d|p[0-5]|id|inc|pm|#?\d+)\b|[\W_]+",
    re.I,
)
_PREFIX = expression(
    r"^(?:(?:incident\s+)?(?:post[ -]?mortem|report|rca|review|date)(?:\s+(?:report|date))?"
    r"|(?:sev(?:erity)?[ -]?\d|p[0-5])\s+incident"
    r"|pm\d{4}-\d+|incident)\s*(?:[:–—|]|\s-|-\s)\s*",
    re.I,
)
_ID = expression(r"(?=.*\d)[0-9a-f-]{6,40}|\d+|(?:inc|pm|incident|postmortem)[-_ ]?\d+", re.I)
"""A file name that only numbers what it holds."""
_TITLE_LENGTH = 120
_TELLING_WORDS = 6
"""So many words of a heading tell what happened, also where one of them is the name of a part."""
_ALERT = expression(r"^\s*(?:user:\s*)?alert(?: name)?\s*:\s*(?P<text>\S.*)$", re.I | re.M)


def incident_title(document: MarkdownDocument, facts: tuple[LabelledFact, ...], path: str) -> str:
    """The first title that says what happened; at worst the file's name."""
    best = ""
    for candidate in _titles(document, facts, path):
        cleaned = clean_title(candidate)
        if is_blank(cleaned) or re.search(r"\{\{|^\[[^\]]*\]$", cleaned):
            continue
        best = best or cleaned
        if _GENERIC.sub("", cleaned):
            return cleaned
    return best or PurePosixPath(path).name


def clean_title(written: str) -> str:
    """A title without the words and the date that every report's title has in front."""
    title = plain(written).strip()
    for _ in range(3):
        shorter = _PREFIX.sub("", title)
        lead = next(find_dates(shorter), None)
        if lead and lead.start <= 1:
            rest = re.sub(
                r"^\s*(?:\d{1,2}:\d\d\s*(?:[AP]M)?\s*(?:[A-Z]{3,4})?)?[\s,:–—-]*", "", shorter[lead.end :]
            )
            shorter = rest or shorter
        if shorter == title or not shorter:
            break
        title = shorter
    return title.strip(" .:-–—") or plain(written).strip()


def alert_text(text: str) -> str:
    """What an alert that the text quotes said (`Alert: …`), or an empty string."""
    found = _ALERT.search(text)
    return found["text"].strip() if found else ""


_DAY_FOLDERS = expression(r"(?<!\d)((?:19|20)\d\d)/(\d\d)/(\d\d)/(?:[^/]+/){0,2}$")
"""`2018/04/24/fileserver-outage/`, as sites lay out what they publish."""
_TARGET = expression(r"(?<=\])\([^()\s]*\)|(?<=\]:)\s+\S+|\bhttps?://\S+")
"""Where a link leads: a day in it is that of another text."""
_ON_A_DAY = expression(r"\b(?:on|between|from) (?:the )?((?:\w+day,? )?[^.;\n]{6,40})", re.I)
_OPENING = 800
_WRITTEN_WITHIN = timedelta(days=14)
_PUBLISHED_WITHIN = timedelta(days=90)


def incident_date(
    report: Report, facts: tuple[LabelledFact, ...], course: Timeline, path: str, *, day_first: bool
) -> date | None:
    """The day on which the incident began, or None where nothing says it."""
    return next(_dates(report, facts, course, path, day_first), None)


def name_year(document: MarkdownDocument, path: str) -> int | None:
    """The year that front matter, the file's name or its title gives to dates without one."""
    if day := _published(document) or name_date(path) or first_date(document.title):
        return day.year
    if written := re.search(r"(?<!\d)20\d\d(?!\d)", PurePosixPath(path).name):
        return int(written[0])
    years = {found.day.year for found in find_dates(document.body)}
    return years.pop() if len(years) == 1 else None


def name_date(path: str, *, day_first: bool = False) -> date | None:
    """The day that a file's name, or its folder's, gives; `2023-04/04-25-x.md` needs both."""
    pure = PurePosixPath(path)
    if day := date_in_name(pure.name, day_first=day_first):
        return day
    if day := date_in_name(pure.parent.name, day_first=day_first):
        return day
    if folders := _DAY_FOLDERS.search(f"{pure.with_suffix('')}/"):
        return first_date("-".join(folders.groups()))
    part = re.match(r"(\d\d)[-_](\d\d)(?!\d)", pure.name)
    folder = re.fullmatch(r"((?:19|20)\d\d)(?:[-_](\d\d))?", pure.parent.name)
    if part and folder and folder[2] in (None, part[1]):
        return first_date(f"{folder[1]}-{part[1]}-{part[2]}")
    return None


def _published(document: MarkdownDocument) -> date | None:
    """The day that front matter gives."""
    return as_date(document.front.get("date") or document.front.get("post_date"))


def as_date(value: object) -> date | None:
    """The day of a value of front matter, which may be a date, a time or text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else first_date(str(value))


def _titles(document: MarkdownDocument, facts: tuple[LabelledFact, ...], path: str) -> Iterator[str]:
    yield document.title
    yield fact(facts, r"(?:incident )?(?:title|name|headline)|incident|issue|subject|titel")
    yield fact(facts, r"scenario|problem|alert(?: name)?")
    yield alert_text(document.body)
    pure = PurePosixPath(path)
    stem = (
        pure.parent.name
        if pure.stem.lower() in ("index", "readme", "postmortem", "incident", "report")
        else pure.stem
    )
    words = stem if " " in stem else re.sub(r"[_-]+", " ", re.sub(r"^\d{4}-\d\d-\d\d|^\d\d-\d\d", "", stem))
    heading = next((s.title for s in document.sections if s.level == 1), "")
    first = next((line.strip() for line in document.body.split("\n") if line.strip()), "")
    if (
        not heading
        and not document.title
        and 3 < len(first) < 120
        and not first.endswith((".", ":"))
        and first[0] not in "#|*->`"
    ):
        yield first
    opening = next((s.title for s in document.sections if s.title), "")
    if not heading and not document.title and first.startswith("#"):
        yield opening if part_of(opening) is None or len(opening.split()) >= _TELLING_WORDS else ""
    if _ID.fullmatch(stem):
        yield first_sentence(fact(facts, "headline|summary|description|tl ?dr"), _TITLE_LENGTH)
    yield words
    yield document.title


def _dates(
    report: Report, facts: tuple[LabelledFact, ...], course: Timeline, path: str, day_first: bool
) -> Iterator[date]:
    document = report.document
    for names in (_OWN_DATE, _DATE):
        yield from _labelled_dates([f for f in facts if f.line or names is _OWN_DATE], names, day_first)
    published = _published(document) or name_date(path, day_first=day_first)
    if (
        published
        and _is_far(published, course)
        and published in [*_told_before(published, document.body, day_first)]
    ):
        yield published  # the timeline was begun from another report's
    titled = first_date(document.title, published.year if published else None, day_first)
    if titled and any(dated.day == titled for dated in course.events):
        yield titled
    yield from (dated.day for dated in course.events if dated.day and dated.has_clock)
    yield from (dated.day for dated in course.events if dated.day)
    for section in report.sections(ReportPart.TIMELINE):
        yield from (found.day for found in find_dates(section.title, day_first=day_first))
    if titled and published and timedelta(0) < published - titled <= _PUBLISHED_WITHIN:
        yield titled  # front matter and file name say when it was published
    yield from _told_before(published, document.body, day_first)
    yield from _labelled_dates(facts, _DATE, day_first)
    yield from (day for day in (name_date(path, day_first=day_first), titled) if day)
    for section in document.sections:
        text = _TARGET.sub("", f"{section.title}\n{section.text}"[:1500])
        yield from (found.day for found in find_dates(text, name_year(document, path), day_first))


def _is_far(day: date, course: Timeline) -> bool:
    """Whether a timeline begins weeks away from a day."""
    first = next((dated.day for dated in course.events if dated.day), None)
    return first is not None and abs(first - day) > _WRITTEN_WITHIN


def _labelled_dates(facts: Iterable[LabelledFact], names: str, day_first: bool) -> Iterator[date]:
    for found in facts:
        if re.fullmatch(names, found.name, re.I) and (day := first_date(found.value, day_first=day_first)):
            yield day


def _told_before(published: date | None, body: str, day_first: bool) -> Iterator[date]:
    """A day that the opening tells of (`on March 11, …`), if the report was published soon after it."""
    for said in _ON_A_DAY.finditer(body[:_OPENING]):
        day = first_date(said[1], published.year if published else None, day_first)
        if day and published and timedelta(0) <= published - day <= _WRITTEN_WITHIN:
            yield day
