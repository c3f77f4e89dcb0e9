"""An incident report by its parts: which sections tell the cause, the timeline, the lessons.

A section belongs to the part that its own heading announces, else to that of the heading above it.
Below a timeline or a list of actions everything is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ingest.markdown.sections import LABEL_LEVEL, MarkdownDocument, MarkdownSection
from ingest.postmortem.headings import ReportPart, bare_heading, part_of
from ingest.postmortem.labels import without_blanks
from ingest.postmortem.times import split_stamp, stamped_lines
from kb.expression import expression

_WHOLE = (ReportPart.TIMELINE, ReportPart.ACTIONS)
_PHASES = (
    ReportPart.DETECTION,
    ReportPart.INVESTIGATION,
    ReportPart.MITIGATION,
    ReportPart.RESOLUTION,
    ReportPart.PREVENTION,
    ReportPart.CAUSE,
    ReportPart.IMPACT,
)
_STEPS = ("action", "actions", "immediate actions", "actions taken", "steps taken", "result")
"""Labels that tell what was done in a phase, not what is still to do."""
_TASKS = expression(r"\bitems?\b|\bfollow|\bto.?dos?\b|\bnext\b|corrective|preventi|\btasks?\b", re.I)
"""Words of a heading that says what is still to do, whatever phase it stands below."""
_ENDING = (
    ReportPart.CAUSE,
    ReportPart.RESOLUTION,
    ReportPart.MITIGATION,
    ReportPart.PREVENTION,
    ReportPart.ACTIONS,
    ReportPart.LESSONS,
    ReportPart.WENT_WELL,
    ReportPart.WENT_WRONG,
    ReportPart.LUCK,
    ReportPart.IMPACT,
    ReportPart.STEPS,
)
"""Parts that are none of a timeline, although their headings may stand below its."""
_ENDING_LABELS = (
    ReportPart.CAUSE,
    ReportPart.ACTIONS,
    ReportPart.LESSONS,
    ReportPart.WENT_WELL,
    ReportPart.WENT_WRONG,
)
_ACTING = (ReportPart.ACTIONS, ReportPart.STEPS, ReportPart.RESULT)
_LOOKING_BACK = (ReportPart.WENT_WELL, ReportPart.WENT_WRONG, ReportPart.LUCK)
"""Parts whose labelled items (`**Node recovered**: …`) are points of theirs."""
_EXPLAINING = (ReportPart.ANALYSIS, ReportPart.INVESTIGATION)
"""Headings that below one on causes go on explaining them (`Technical chain`)."""


@dataclass(frozen=True)
class Report:
    """A document whose sections are sorted into parts; `parts[i]` belongs to `document.sections[i]`."""

    document: MarkdownDocument

    @cached_property
    def parts(self) -> tuple[ReportPart | None, ...]:
        """The part of each section."""
        return tuple(_parts(self.document))

    @cached_property
    def _part_at(self) -> dict[int, ReportPart | None]:
        return dict(zip((s.line for s in self.document.sections), self.parts, strict=True))

    def sections(self, *wanted: ReportPart) -> Iterator[MarkdownSection]:
        """The sections of any of these parts, in document order."""
        for section, part in zip(self.document.sections, self.parts, strict=True):
            if part in wanted:
                yield section

    def roots(self, wanted: ReportPart) -> Iterator[MarkdownSection]:
        """The sections that begin a part: those not below another section of it."""
        last: MarkdownSection | None = None
        for section in self.sections(wanted):
            if last is None or section not in self.document.children(last):
                last = section
                yield section

    def text(self, *wanted: ReportPart) -> str:
        """What a report says of these parts: own texts in order, subheadings kept, blanks left out."""
        pieces = []
        for section in self.sections(*wanted):
            own = part_of(section.title) in wanted
            body = told(section)
            if body and not (section.level < LABEL_LEVEL and self._is_told_by_labels(section)):
                keeps_title = section.level and not own and part_of(section.title) not in _ACTING
                pieces.append(f"{section.title}: {body}" if keeps_title else body)
        return "\n\n".join(pieces)

    def whole(self, section: MarkdownSection) -> str:
        """The raw text of a section with its subsections, without those that belong to another part."""
        part_at = self._part_at
        mine = part_at[section.line]
        others = [child for child in self.document.children(section) if part_at[child.line] is not mine]
        if not others:
            return self.document.under(section)
        blank = {n for child in others for n in range(child.line, child.last_line + 1)}
        last = max(s.last_line for s in (section, *self.document.children(section)))
        lines = self.document.lines
        return "\n".join("" if n in blank else lines[n - 1] for n in range(section.line + 1, last + 1)).strip(
            "\n"
        )

    def _is_told_by_labels(self, section: MarkdownSection) -> bool:
        """A phase whose labels say what was done (`**Actions**`, `**Result**`) is told by those."""
        return any(part_of(child.title) in _ACTING for child in self.document.children(section))


def told(section: MarkdownSection) -> str:
    """A section's own text without blanks and without the rule that closes it."""
    return re.sub(
        r"(?:\n|\A)\s*(?:-{3,}|\*{3,}|_{3,})\s*\Z", "", without_blanks(section.text).strip()
    ).strip()


def _parts(document: MarkdownDocument) -> Iterator[ReportPart | None]:
    titles = [s for s in document.sections if s.level == 1]
    title = titles[0] if len(titles) == 1 and len(document.sections) > 1 else None
    above: list[tuple[int, ReportPart | None]] = []
    for section in document.sections:
        before: ReportPart | None = None
        while above and above[-1][0] >= section.level:
            level, part = above.pop()
            before = part if level == section.level else None
        own = None if section is title or section.level == 0 else part_of(section.title)
        if own is None and before is ReportPart.TIMELINE and split_stamp(section.title):
            own = ReportPart.TIMELINE
        if own in _ENDING and above and above[-1][1] is ReportPart.TIMELINE and _ends_timeline(section):
            above.append((section.level, own))
            yield own
            continue
        inside = section.level == LABEL_LEVEL and any(1 < level < LABEL_LEVEL for level, _ in above)
        is_step = inside and bare_heading(section.title) in _STEPS
        is_task = bool(_TASKS.search(section.title))
        inherited = above[-1][1] if above else None
        is_fix = own is ReportPart.RESOLUTION and inherited is ReportPart.LESSONS
        if section.level == LABEL_LEVEL and (inherited in _LOOKING_BACK or is_fix):
            own = inherited
        above.append((section.level, _choose(own, inherited, is_step=is_step, is_task=is_task)))
        yield above[-1][1]


def _ends_timeline(section: MarkdownSection) -> bool:
    """Whether a heading below a timeline's is about something else: it has no times of its own."""
    if not section.text.strip() or stamped_lines(section.text):
        return False
    return section.level < LABEL_LEVEL or part_of(section.title) in _ENDING_LABELS


def _choose(
    own: ReportPart | None, inherited: ReportPart | None, *, is_step: bool, is_task: bool
) -> ReportPart | None:
    if inherited in _WHOLE or own is None:
        return inherited
    if own in _EXPLAINING and inherited is ReportPart.CAUSE:
        return inherited
    if is_step:
        return inherited or ReportPart.OTHER
    if own in _ACTING and inherited in _PHASES and not is_task:
        return inherited
    return own
