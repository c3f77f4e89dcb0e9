"""A judged candidate as it is shown: with the piece of the question it rests on, and its commands filled in."""

from __future__ import annotations

import re
from datetime import date
from typing import TypedDict

from kb.lookup.question import Question
from kb.lookup.verdict import Judged, is_same_service
from kb.records import Entry, Incident, Origin
from kb.records.ledger import Evidence, Match
from kb.text.one_line import first_sentence
from kb.text.titles import title_line
from kb.text.tokens import tokenize

_SUMMARY = 200
_COMPARED = 5_000
"""Characters of an entry that are compared with the lines of the question."""


class _Told(TypedDict, total=False):
    """What a match says of an incident beside its advice."""

    date: date | None
    severity: str
    summary: str


def to_match(one: Judged, question: Question) -> Match:
    """The match that is handed out."""
    entry, advice = one.entry, one.entry.advice()
    return Match(
        id=entry.id,
        kind=entry.kind,
        title=title_line(entry.headline),
        confidence=one.confidence,
        tier=one.found.tier,
        reason=one.reason,
        evidence=one.found.evidence or closest_line(question, entry),
        meaning=advice.meaning,
        fix=advice.fix,
        commands=tuple(filled(command, one.found.captures) for command in advice.commands),
        check=advice.check,
        warning=advice.warning,
        trust=one.trust,
        standing=one.trust.standing,
        status=entry.status,
        source=entry.provenance.source,
        also=one.copies,
        same_service=is_same_service(question, entry),
        general=entry.provenance.origin is Origin.STARTER,
        **_told(entry),
    )


def _told(entry: Entry) -> _Told:
    """What tells one incident from another at a glance; nothing of other kinds."""
    if not isinstance(entry, Incident):
        return {}
    severity = entry.severity.value if entry.severity else entry.severity_label
    summary = first_sentence(entry.summary or entry.impact, _SUMMARY)
    return {"date": entry.date, "severity": severity, "summary": summary}


def closest_line(question: Question, entry: Entry) -> Evidence | None:
    """The line of the question that shares most words with the entry; of equals the most telling."""
    if not question.evidence:
        return None
    words = set(tokenize("\n".join(passage.text for passage in entry.passages())[:_COMPARED]))
    line = max(
        (one.line for one in question.evidence),
        key=lambda line: (len(words.intersection(tokenize(line.text))), line.score, -line.line),
    )
    return Evidence(text=line.text, line=line.line, start=line.start, end=line.end)


def filled(command: str, captures: dict[str, str]) -> str:
    """The command with `{name}`, `$name` and `<name>` replaced by what the signature captured.

    A captured text that could change the command (anything but letters, digits and `._:/@-`) is not
    put in: the text of a log is data.
    """
    for name, value in captures.items():
        if re.fullmatch(r"[\w.:/@-]+", value) and not value.startswith("-"):
            command = re.sub(rf"\{{{name}\}}|\${name}\b|<{name}>", lambda _, value=value: value, command)  # type: ignore[misc]
    return command
