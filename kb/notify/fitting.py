"""A notice within the size that a tool takes: what counts most stays, and what was left out is said.  Pure.

The lines of a notice stand in the order of their weight (as the brief's do), so the end goes first: of the draft
of a postmortem, then of the sections.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kb.model.brief import Section
from kb.model.notice import Notice

LONGEST_LINE = 600
"""Characters of a line; what is longer is read in the entry."""
LONGEST_HEADLINE = 140
"""Characters of a headline: Slack's header has 150, a subject is not read further."""

Size = Callable[[Notice], int]


def fitted(notice: Notice, size: Size, limit: int) -> Notice:
    """As much of the notice as is no larger than `limit`, by what `size` measures of it."""
    whole = _with_short_lines(notice)
    if size(whole) <= limit:
        return whole
    fits, too_many = 0, _count(whole)
    while fits + 1 < too_many:
        middle = (fits + too_many) // 2
        if size(_first(whole, middle)) <= limit:
            fits = middle
        else:
            too_many = middle
    return _first(whole, fits)


def shortened(text: str, most: int) -> str:
    """The text in no more than `most` characters, with a sign where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _with_short_lines(notice: Notice) -> Notice:
    sections = tuple(
        Section(title=one.title, lines=tuple(shortened(line, LONGEST_LINE) for line in one.lines))
        for one in notice.sections
    )
    facts = tuple((name, shortened(value, 200)) for name, value in notice.facts)
    return replace(
        notice, headline=shortened(notice.headline, LONGEST_HEADLINE), sections=sections, facts=facts
    )


def _count(notice: Notice) -> int:
    return sum(len(section.lines) for section in notice.sections) + len(notice.document.splitlines())


def _first(notice: Notice, kept: int) -> Notice:
    """The first lines of it, and how many more there are."""
    left_out = _count(notice) - kept
    sections = list[Section]()
    for section in notice.sections:
        if lines := section.lines[:kept]:
            sections.append(Section(title=section.title, lines=lines))
        kept -= len(lines)
    document = "\n".join(notice.document.splitlines()[:kept])
    return replace(notice, sections=(*sections, _rest(notice, left_out)), document=document)


def _rest(notice: Notice, left_out: int) -> Section:
    lines = "1 line" if left_out == 1 else f"{left_out} lines"
    if notice.document:
        where = f": `kb incident postmortem {notice.incident_id}` has the whole draft"
    else:
        where = f": `kb incident show {notice.incident_id}` has all" if notice.incident_id else ""
    return Section(title="Left out", lines=(f"{lines} did not fit here{where}",))
