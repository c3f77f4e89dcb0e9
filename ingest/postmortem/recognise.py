"""Tells a report of an incident from a runbook, a known-error article, a template, an index page.

By the parts it has (some only reports have, others they share), and by the words of title and path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath

from ingest.markdown.blocks import FENCED
from ingest.markdown.sections import MarkdownDocument
from ingest.postmortem.headings import ReportPart
from ingest.postmortem.identity import name_date
from ingest.postmortem.labels import gather_facts, is_blank_line
from ingest.postmortem.report import Report
from ingest.postmortem.times import first_date
from kb.expression import expression

_ENOUGH = 0.4
_NOT_REPORTS = expression(
    r"(?:licen[cs]e|copying|contributing|changelog|code_of_conduct|security|codeowners)\b", re.I
)
_INDEX = expression(r"_?index|readme", re.I)
_TEMPLATE = expression(r"template|vorlage|skeleton|boilerplate", re.I)
_REPORT_WORDS = expression(
    r"post[ _-]?mortem|\bincident(?:s|[ _-]report)?\b|\boutages?\b|\bretro(?:spective)?s?\b|\brca\b"
    r"|root cause analysis|\bdowntime\b"
    r"|service (?:event|disruption|degradation)|after[ -]action|störung|ausfall",
    re.I,
)
_REPORT_FOLDER = expression(
    r"_?(?:post[-_]?mortems?|incidents?|incident[-_](?:reports?|retros?)|outages?|retrospectives?)", re.I
)
_FILED = 0.85
"""What it counts that a dated text with parts of a report lies in a folder of reports: more than symptoms and cure."""
_NOT_FOR_REPORTS = expression(
    r"\b(?:meaning|diagnosis|symptoms?|workaround|troubleshooting|usage|installation"
    r"|getting started|guidelines|objective"
    r"|prerequisites|procedure|how to|applicable versions|related (?:information|articles))\b",
    re.I,
)
_TELLING = (
    ReportPart.TIMELINE,
    ReportPart.ACTIONS,
    ReportPart.LESSONS,
    ReportPart.WENT_WELL,
    ReportPart.WENT_WRONG,
    ReportPart.LUCK,
)
_SUPPORTING = (
    ReportPart.SUMMARY,
    ReportPart.IMPACT,
    ReportPart.CAUSE,
    ReportPart.RESOLUTION,
    ReportPart.DETECTION,
    ReportPart.MITIGATION,
    ReportPart.PREVENTION,
    ReportPart.FINDING,
    ReportPart.RESULT,
    ReportPart.INVESTIGATION,
)

_DECISIVE = {
    ReportPart.TIMELINE,
    ReportPart.WENT_WELL,
    ReportPart.WENT_WRONG,
    ReportPart.LUCK,
    ReportPart.CAUSE,
    ReportPart.FINDING,
    ReportPart.IMPACT,
    ReportPart.RESOLUTION,
    ReportPart.MITIGATION,
}
"""Without one of these, or a title or folder that speaks of incidents, a text is about something else."""

_TOLD_AFTERWARDS = {ReportPart.CAUSE, ReportPart.LESSONS}
"""Who says why it happened and what there was to learn tells of something that happened."""

_ENDED = {ReportPart.RESOLUTION, ReportPart.MITIGATION}
_HAPPENED = expression(r"what happen(?:s|ed)|was ist passiert", re.I)
_TROUBLE = expression(
    r"\b(?:outages?|disruptions?|degrad(?:ation|ed)|unavailab\w+|downtime|down|failed|fails?|failures?"
    r"|failing|crash\w*|errors?|lost|loss|timed out|timeouts?"
    r"|locked up|slow(?:ed|ly)?|corrupt\w*|broke|broken|interruptions?|incidents?|wrong|vanished|stopped"
    r"|leaked?|stalled|unreachable|expired|(?:is|was|are|were|got|disk|dataset|storage|pool) full"
    r"|overload\w*|exhaust\w*|stuck|hung|vulnerabilit\w+|exploit\w*|breach\w*|compromis\w+"
    r"|remote code execution)\b",
    re.I,
)
_PROBLEMS = expression(r"\b(?:issues?|problems?|troubles?)\b", re.I)
_TAGS = ("categories", "category", "tags", "type", "kind", "labels")
"""Keys of front matter that say what a text is."""
_PAST = expression(r"\b(?:was|were|had|did|became|began|went|came|took|lost|\w{3,}ed)\b", re.I)
_ADVICE = expression(r"\b(?:should|must|please|you|your|how to|make sure|ensure)\b", re.I)
_GUIDE = expression(
    r"\b(?:how to|guide|guidelines?|process|policy|template|checklist|index|about|readme|writing)\b", re.I
)
_LINK_BESIDE = expression(
    r"\s*(?:[-*+]|\d+[.)])\s+(?:\S{1,12}\s+)?\[[^\]]+\]\((?!https?:|mailto:|#)[^)]+\).{0,60}"
)
_FEWEST_LINKS = 3
_SURELY_TOLD = 0.45
"""What it counts that the name has the day of an outage, and the text its past: articles have not both."""
_SHORTEST = 12
"""Words of a story, at least."""
_OPENING = 400
"""Characters within which prose says when something happened."""
_WHEN = expression(
    r"(?:(?:incident|outage|start|detection|resolution) )?(?:date|time|day|when|datum|start(?:ed)?|began"
    r"|detected"
    r"|occurred|resolved|duration)(?: and time| at| on)?",
    re.I,
)


def likeness(report: Report, path: str) -> float:
    """How surely a document tells of an incident, 0 to 1; 0 where it probably does not.

    `path` begins with the folder that was asked for.
    """
    if _NOT_REPORTS.match(PurePosixPath(path).name) or not report.document.body.strip():
        return 0.0
    score = _score(report, path)
    return 0.0 if score < _ENOUGH else min(score, 0.95)


def _score(report: Report, path: str) -> float:
    parts = {part for part in report.parts if part}
    telling = len(parts & set(_TELLING))
    supporting = len(parts & set(_SUPPORTING))
    titles = " \n ".join(s.title for s in report.document.sections)
    others = len({word.lower() for word in _NOT_FOR_REPORTS.findall(titles)})
    tagged = " ".join(str(report.document.front.get(key) or "") for key in _TAGS)
    named = bool(_REPORT_WORDS.search(f"{report.document.title} {PurePosixPath(path).name} {tagged}"))
    placed = named or bool(_REPORT_WORDS.search(str(PurePosixPath(path).parent)))
    dated = name_date(path) is not None or "date" in report.document.front
    past = cache(lambda: _tells_of_the_past(report.document))
    told = _told_outage(report, path, past)
    if not placed and not parts & _DECISIVE and not told:
        return 0.0
    score = (
        0.2 * min(telling, 3)
        + 0.1 * (ReportPart.TIMELINE in parts)
        + 0.08 * min(supporting, 5)
        + 0.3 * named
        + 0.2 * (placed and not named)
        + told * (not placed)
        + 0.2 * (not others and _is_short_report(parts, report, path))
    )
    score += 0.25 * (not placed and parts >= _TOLD_AFTERWARDS and past())
    dated = dated or first_date(report.document.body[:1500]) is not None
    if placed and not parts & _DECISIVE and not others and past():
        score += 0.2
    score += 0.15 * dated - 0.15 * others * (told < _SURELY_TOLD)
    if dated and parts & _DECISIVE and any(map(_REPORT_FOLDER.fullmatch, PurePosixPath(path).parts[:-1])):
        score = max(score, _FILED)
    if _INDEX.match(PurePosixPath(path).stem) and ReportPart.TIMELINE not in parts and not dated:
        score -= 0.5
    if _lists_other_texts(report.document):
        score -= 0.5
    return round(score, 2)


def _lists_other_texts(document: MarkdownDocument) -> bool:
    """Whether most of a text is a list of links to texts beside it."""
    lines = [line for line in document.body.split("\n") if line.strip() and not line.startswith("#")]
    links = sum(1 for line in lines if _LINK_BESIDE.fullmatch(line))
    return links >= _FEWEST_LINKS and 2 * links > len(lines)


def _told_outage(report: Report, path: str, past: Callable[[], bool]) -> float:
    """What it counts that a title tells of an outage and the text of its past, more where its day is in the name."""
    title, body = report.document.title, report.document.body[: _OPENING * 2]
    told = _TROUBLE.search(title) or (ReportPart.CAUSE in report.parts and _PROBLEMS.search(title))
    if not told or not past():
        return 0.0
    if name_date(path) or first_date(title):
        return _SURELY_TOLD
    return 0.2 if first_date(body) else 0.0


def _tells_of_the_past(document: MarkdownDocument) -> bool:
    """Whether a text is a story of something that went wrong, rather than a guide to what to do."""
    text = FENCED.sub("", document.body)
    if _GUIDE.search(document.title) or len(text.split()) < _SHORTEST:
        return False
    return (
        len(_PAST.findall(text)) >= 2
        and len(_PAST.findall(text)) > 2 * len(_ADVICE.findall(text))
        and bool(_TROUBLE.search(text))
    )


def _is_short_report(parts: set[ReportPart], report: Report, path: str) -> bool:
    """Whether it says what happened or why, how it ended and when: such a report often tells no more."""
    why = ReportPart.CAUSE in parts or any(_HAPPENED.search(s.title) for s in report.document.sections)
    return why and bool(parts & _ENDED) and _says_when(report, path)


def _says_when(report: Report, path: str) -> bool:
    """Whether the report itself gives a day: in a label, its title or name, or its first words."""
    document = report.document
    if name_date(path) or "date" in document.front or first_date(document.title):
        return True
    facts = gather_facts(document, document.body)
    if any(_WHEN.fullmatch(f.name) and first_date(f.value) for f in facts):
        return True
    return first_date(FENCED.sub("", document.body)[:_OPENING]) is not None


def why_not(report: Report, path: str) -> str:
    """Why a document that looks like a report holds no incident, or an empty string."""
    if not report.document.body.strip():
        return "no text"
    stem = PurePosixPath(path).stem
    if _TEMPLATE.search(stem) and (name_date(path) is None or _blank_lines(report.document) > 2):
        return "a template, not filled in"
    if _blank_lines(report.document) > 5 and not _told_lines(report.document):
        return "a template, not filled in"
    return ""


def _blank_lines(document: MarkdownDocument) -> int:
    return sum(1 for line in document.body.split("\n") if line.strip() and is_blank_line(line))


def _told_lines(document: MarkdownDocument) -> bool:
    lines = [line for line in document.body.split("\n") if line.strip() and not line.startswith("#")]
    return sum(1 for line in lines if not is_blank_line(line)) > len(lines) / 2
