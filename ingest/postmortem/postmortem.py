"""Postmortems in Markdown or plain text, of any common layout, as incidents.

Promises: a part that the text does not have stays empty; the blanks of a template are not values;
the whole text is kept in `body`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from ingest.markdown.sections import LABEL_LEVEL, MarkdownDocument, MarkdownSection, parse_markdown
from ingest.postmortem.actions import announced_actions, listed_actions, parse_actions
from ingest.postmortem.causes import cause, is_contributing, is_only_a_guess, parse_causes
from ingest.postmortem.drafted import drafted_id, exactly
from ingest.postmortem.headings import ReportPart, part_of
from ingest.postmortem.identity import alert_text, incident_date, incident_title, name_year
from ingest.postmortem.labels import LabelledFact, fact, gather_facts, is_blank_line, with_headings
from ingest.postmortem.milestones import find_milestones
from ingest.postmortem.recognise import likeness, why_not
from ingest.postmortem.report import Report
from ingest.postmortem.several import OneOfSeveral, several_incidents
from ingest.postmortem.story.causes import Passage, told_causes
from ingest.postmortem.story.done import line_of, tells_a_deed, what_was_done
from ingest.postmortem.timeline import read_timeline
from ingest.postmortem.times import Moment, writes_day_first
from ingest.postmortem.unread import unread_notes
from ingest.source import Parsed, SourceFile
from kb.expression import expression
from kb.model import ActionItem, Cause, Document, Incident, Origin, Provenance, Scope, Source
from kb.text.severities import parse_severity, severity_in_prose

_FACT_LINE = expression(r"\s*(?:[-*]\s+)?\**[\w ]{2,20}\**:\**\s")
_FEW_WORDS = 20
_SETTING = expression(
    r"(?:title|layout|permalink|slug|date|weight|uuid|id|image|url|draft|type|template|author|summary):", re.I
)
_LONGEST_FRONT = 500
_EXPLAINING = (
    ReportPart.ANALYSIS,
    ReportPart.SUMMARY,
    ReportPart.INVESTIGATION,
    ReportPart.RESOLUTION,
)
"""Where a cause is told that has no part of its own."""
_DETAILED = (ReportPart.ANALYSIS, ReportPart.INVESTIGATION)
_MENTIONING = (ReportPart.WENT_WRONG, ReportPart.DETECTION, ReportPart.IMPACT, ReportPart.MITIGATION)
"""Where it is at least mentioned."""
_ONLY_POSSIBLE = expression(r"\b(?:possible|potential|could|ideas?|suggest\w*|recommend\w*)\b", re.I)
"""A heading of what might be done, which is no task where a report has tasks."""
_FRONT_TEXTS = ("summary", "description", "excerpt")
_CONCLUDES = expression(r"conclusion|\bsummary|analysis", re.I)
_TELLING = (
    ReportPart.STEPS,
    ReportPart.SUMMARY,
    ReportPart.INVESTIGATION,
    ReportPart.DETECTION,
    ReportPart.ANALYSIS,
    ReportPart.CAUSE,
    ReportPart.IMPACT,
    ReportPart.WENT_WELL,
)


class Postmortem:
    """The source of incidents told after the fact."""

    name = "postmortem"

    def recognises(self, file: SourceFile) -> float:
        """By its parts: those only reports have, those others share, and the words of title and path."""
        if not file.is_prose:
            return 0.0
        report = _read(file)
        return 1.0 if drafted_id(report) else likeness(report, file.place or file.path)

    def parse(self, file: SourceFile) -> Parsed:
        """One incident, or the reason why the file tells of none."""
        report = _read(file)
        own_id = drafted_id(report)
        if own_id:
            drafted = exactly(replace(_incident(report, file), id=own_id), report)
            return Parsed(entries=(drafted,), problems=report.document.problems)
        if reason := why_not(report, file.path):
            return Parsed(problems=report.document.problems, skipped=reason)
        several = several_incidents(
            report, file.text, day_first=writes_day_first(report.document.body, file.place)
        )
        if several:
            entries = [_one_of(one, file) for one in several]
            return Parsed(
                entries=(*_rest(report, several, file), *entries), problems=report.document.problems
            )
        incident = _incident(report, file)
        notes = tuple(unread_notes(report, incident.timeline))
        return Parsed(entries=(incident,), problems=report.document.problems, notes=notes)


def _one_of(one: OneOfSeveral, file: SourceFile) -> Incident:
    """One incident of a file that tells of several."""
    found = _incident(_read(replace(file, text=one.text)), replace(file, text=one.text), one.day)
    source = Source(path=file.path, section=found.title, line=one.line)
    return replace(found, provenance=replace(found.provenance, source=source))


def _rest(report: Report, several: list[OneOfSeveral], file: SourceFile) -> Iterator[Document]:
    """What stands outside all incidents of a file, where it says something."""
    lines = list(report.document.lines)
    for one in several:
        own = one.text.split("\n")
        lines = ["" if n < len(own) and own[n] else line for n, line in enumerate(lines)]
    text = "\n".join(lines).strip()
    prose = " ".join(line for line in text.split("\n") if not line.startswith("#"))
    if len(prose.split()) > _FEW_WORDS:
        title = report.document.title or file.name
        yield Document(title=title, body=text, provenance=Provenance(source=Source(path=file.path, line=1)))


def read_incident(text: str, path: str) -> Incident:
    """What a text tells of one incident, whatever else it may be; `path` only says where it stands."""
    file = SourceFile(path=path, text=text)
    return _incident(_read(file), file)


def _read(file: SourceFile) -> Report:
    return _report(file.text, file.path)


@lru_cache(maxsize=1)
def _report(text: str, path: str) -> Report:
    """The parts of a text; kept for a moment, since a file is looked at before it is read."""
    return Report(parse_markdown(with_headings(text.replace("\r\n", "\n")), path))


def _incident(report: Report, file: SourceFile, own_day: date | None = None) -> Incident:
    document = report.document
    facts = gather_facts(document, document.body)
    day_first = writes_day_first(document.body, file.place or file.path)
    undated = read_timeline(report, Moment(year=name_year(document, file.path)), day_first=day_first)
    day = own_day or incident_date(report, facts, undated, file.path, day_first=day_first)
    course = read_timeline(report, Moment(day), day_first=day_first)
    timeline = tuple(dated.event for dated in course.events)
    times = find_milestones(facts, timeline, day, course.zone)
    label = _severity_label(document, facts)
    causes = tuple(_causes(report))
    mitigation = report.text(ReportPart.MITIGATION)
    resolution = report.text(ReportPart.RESOLUTION) or report.text(ReportPart.RESULT)
    resolution = "" if is_only_a_guess(resolution) else resolution
    return Incident(
        title=incident_title(document, facts, file.path),
        date=day,
        started=times.started,
        detected=times.detected,
        acknowledged=times.acknowledged,
        mitigated=times.mitigated,
        resolved=times.resolved,
        severity=parse_severity(label),
        severity_label=label,
        summary=_summary(report, facts),
        impact=report.text(ReportPart.IMPACT) or fact(facts, r"(?:user |customer |business )?impact"),
        causes=causes,
        mitigation=mitigation,
        resolution=resolution,
        done=()
        if tells_a_deed(f"{mitigation}\n\n{resolution}")
        else what_was_done(
            timeline, _told(report), document.body, document.lines, [one.text for one in causes]
        ),
        prevention=report.text(ReportPart.PREVENTION),
        timeline=timeline,
        action_items=tuple(_actions(report)),
        lessons=tuple(_points(report, ReportPart.LESSONS)),
        went_well=tuple(_points(report, ReportPart.WENT_WELL)),
        went_wrong=tuple(_points(report, ReportPart.WENT_WRONG)),
        check=report.text(ReportPart.CHECK),
        warning="; ".join(_points(report, ReportPart.TRIED)),
        body="\n\n".join(part for part in (_front(document), document.body) if part),
        scope=Scope(services=_services(facts), environments=_environments(facts)),
        provenance=Provenance(
            origin=Origin.INGESTED,
            author=fact(facts, r"authors?|written by|author\(s\)|verfasser") or None,
            source=Source(path=file.path, line=_first_line(file.text)),
        ),
    )


def _told(report: Report) -> Iterator[tuple[str, str]]:
    """The prose that tells of what happened, by the name of its part."""
    if not report.text(ReportPart.SUMMARY) and (opening := _opening(report)):
        yield ReportPart.SUMMARY.value, opening
    for part in _TELLING:
        if text := report.text(part):
            yield part.value, text
    for section in report.sections(ReportPart.LESSONS):
        if _CONCLUDES.search(section.title):
            yield "conclusion", section.text


def _causes(report: Report) -> Iterator[Cause]:
    """From the sections on causes, else from sentences that state a cause, else the findings as they stand.

    A diagnosis tells what was looked at, too, so that it is no cause as a whole where any part says why.
    """
    if stated := [*_headed_causes(report, ReportPart.CAUSE)]:
        yield from stated
        return
    findings = [Passage(section.text, 2) for section in report.sections(ReportPart.FINDING)]
    told = told_causes([*findings, *_passages(report)], report.document.title)
    lines = report.document.lines
    for one in told:
        yield replace(cause(one.text, doubtful=not one.says_so), line=line_of(one.text, lines))
    if not told:
        yield from _headed_causes(report, ReportPart.FINDING)


def _headed_causes(report: Report, part: ReportPart) -> list[Cause]:
    """The causes below the headings and labels of a part."""
    sections = list(report.sections(part))
    labelled = [
        s
        for s in sections
        if s.level == LABEL_LEVEL and part_of(s.title) is part and not is_contributing(s.title)
    ]
    headed = [s for s in sections if s.level < LABEL_LEVEL and s.text.strip()]
    if headed:  # a label elsewhere, such as in the timeline, says less than the section on causes
        below = [child for s in headed for child in report.document.children(s)]
        labelled = [s for s in labelled if s in below]
    telling = labelled or sections
    stating = [section for section in telling if not _explains(section)]
    found = (
        [cause for section in chosen for cause in parse_causes(section)] for chosen in (stating, telling)
    )
    return next(filter(None, found), [])


def _explains(section: MarkdownSection) -> bool:
    """Whether a section below one on causes goes into detail (`Technical details`), rather than telling one more."""
    titles = (*section.path, section.title)
    last = max(
        (place for place, title in enumerate(titles) if part_of(title) is ReportPart.CAUSE), default=-1
    )
    return any(part_of(title) in _DETAILED for title in titles[last + 1 :])


def _passages(report: Report) -> Iterator[Passage]:
    """The prose in which a cause may be told: what explains, what only mentions it, the timeline."""
    yield from (
        Passage(said, 1) for name in _FRONT_TEXTS if isinstance(said := report.document.front.get(name), str)
    )
    top = _level_of_title(report.document)
    for section, part in zip(report.document.sections, report.parts, strict=True):
        explains = part in _EXPLAINING or (part is ReportPart.LESSONS and _CONCLUDES.search(section.title))
        if explains or section.level <= top:
            yield Passage(section.text, 2)
        elif part is None or part in _MENTIONING:
            yield Passage(section.text, 1)
        elif part is ReportPart.TIMELINE:
            yield Passage(section.text, 0, is_past=False)


def _level_of_title(document: MarkdownDocument) -> int:
    """The level of the heading that is the title: 1, or that of a heading above all others of a text without such."""
    levels = [section.level for section in document.sections if section.level]
    first = min(levels, default=1)
    return first if levels[:1] == [first] and levels.count(first) == 1 and first < LABEL_LEVEL else 1


def _actions(report: Report) -> Iterator[ActionItem]:
    roots = list(report.roots(ReportPart.ACTIONS))
    decided = [root for root in roots if not _ONLY_POSSIBLE.search(root.title)]
    roots = decided if any(parse_actions(report.document, root) for root in decided) else roots
    for root in roots:
        yield from parse_actions(report.document, root)
    if not roots:
        for section in report.document.sections if ReportPart.PREVENTION not in report.parts else ():
            yield from announced_actions(section)
        for section in report.roots(ReportPart.PREVENTION):
            yield from (
                parse_actions(report.document, section)
                if not report.document.children(section)
                else (item for s in report.sections(ReportPart.PREVENTION) for item in listed_actions(s))
            )


def _points(report: Report, part: ReportPart) -> Iterator[str]:
    """List items, or paragraphs where there is no list."""
    for section in report.sections(part):
        points: Iterable[str] = section.items or re.split(r"\n\s*\n", section.text)
        for point in points:
            if point.strip() and not is_blank_line(point) and not re.fullmatch(r"[-*_ ]{3,}", point.strip()):
                yield " ".join(point.split()) if not section.items else point


def _summary(report: Report, facts: tuple[LabelledFact, ...]) -> str:
    """The summary, else the text before the first heading, else the alert and what was found.

    What front matter calls a summary goes before it; what it merely describes the page with goes behind.
    """
    text = report.text(ReportPart.SUMMARY) or _opening(report)
    front = {f.name: f.value for f in facts if not f.line}
    before = [front[name] for name in ("summary", "abstract", "tldr") if name in front]
    behind = [front[name] for name in ("description", "excerpt") if name in front]
    told = [said for said in (*before, text, *behind) if said]
    if told:
        return "\n\n".join(said for n, said in enumerate(told) if not any(said in one for one in told[:n]))
    found = (alert_text(report.document.body), report.text(ReportPart.FINDING), fact(facts, "description"))
    return "\n".join(text for text in found if text)


def _opening(report: Report) -> str:
    """The text before the first heading, without its facts."""
    first = next((s for s in report.document.sections if s.level <= 1 and s.text.strip()), None)
    if first is None or part_of(first.title) not in (None, ReportPart.SUMMARY):
        return ""
    lines = first.text.split("\n")
    return "\n".join(line for line in lines if not _FACT_LINE.match(line)).strip()


def _front(document: MarkdownDocument) -> str:
    """What front matter says and a search may be after: names and texts, no dates, no settings of a site."""
    said = (f"{key}: {value}" for key, value in document.front.items() if isinstance(value, str))
    return "\n".join(line for line in said if not _SETTING.match(line) and len(line) < _LONGEST_FRONT)


def _severity_label(document: MarkdownDocument, facts: tuple[LabelledFact, ...]) -> str:
    label = fact(
        facts,
        r"(?:incident |initial )?(?:severity|sev|priority|criticality|schweregrad|priorität)(?: level)?",
    )
    if label and parse_severity(label):
        return label
    if named := severity_in_prose(f"{document.title} {fact(facts, 'scenario|incident|summary')}"):
        return named
    said = re.search(r"\b(?:severity|priority)\b\W{1,4}(?:\w+\W+)?(SEV[\s-]?\d|P\d)\b", document.body, re.I)
    return said[1] if said else ""


def _services(facts: tuple[LabelledFact, ...]) -> tuple[str, ...]:
    named = fact(
        facts,
        r"(?:affected |impacted )?(?:services?|components?|systems?)(?: affected| impacted)?"
        r"|affected|betroffene dienste",
    )
    if len(named) > 200:
        return ()
    return tuple(
        dict.fromkeys(name.strip(" `.") for name in re.split(r"[,;]|\s+and\s+", named) if name.strip(" `."))
    )


def _environments(facts: tuple[LabelledFact, ...]) -> tuple[str, ...]:
    named = fact(facts, r"(?:affected )?(?:environments?|umgebung)")
    return (
        tuple(part.strip(" `.") for part in named.split(",") if part.strip(" `.")) if len(named) < 60 else ()
    )


def _first_line(text: str) -> int:
    heading = re.search(r"^#|^\S", text, re.M)
    return text.count("\n", 0, heading.start()) + 1 if heading else 1
