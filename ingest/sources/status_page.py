"""Incidents of a status page as cState keeps them: front matter with severity, affected, resolvedWhen.

Promises: times are instants only where the front matter says their zone; a maintenance notice is
an incident like others, of the lowest severity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ingest.markdown.sections import MarkdownDocument, parse_markdown
from ingest.postmortem.causes import cause
from ingest.postmortem.identity import as_date, name_date
from ingest.postmortem.story.causes import Passage, told_causes
from ingest.postmortem.story.done import line_of, what_was_done
from ingest.postmortem.timeline import parse_timeline
from ingest.postmortem.times import Moment, find_zone, stamped_lines
from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.model import Cause, Incident, Origin, Provenance, Scope, Source, TimelineEvent
from kb.text.severities import parse_severity

_OWN_KEYS = ("resolvedWhen", "affected", "severity", "resolved")
_KNOWN = ("title", "date", "section", *_OWN_KEYS)


class StatusPage:
    """The source of incidents announced on a status page."""

    name = "status page"

    def recognises(self, file: SourceFile) -> float:
        """By the keys that only cState's front matter has."""
        if not file.is_prose or not file.text.lstrip("\ufeff").startswith("---"):
            return 0.0
        head = file.text[:4000].replace("\r\n", "\n").split("\n---", 1)[0]
        keys = {line.split(":", 1)[0].strip() for line in head.split("\n") if ":" in line}
        if not {"title", "date"} <= keys:
            return 0.0
        if {"informational", "section"} <= keys:  # a notice of maintenance, which nothing is affected by
            return 0.85
        return min(1.0, 0.35 * sum(key in keys for key in _OWN_KEYS[:3]) + 0.15 * ("resolved" in keys))

    def parse(self, file: SourceFile) -> Parsed:
        """One incident."""
        document = parse_markdown(file.text, file.path)
        if not document.front:
            return Parsed(problems=document.problems, skipped="the front matter cannot be read")
        odd = tuple(
            Problem(file.path, _line_of(file.text, key), f"`{key}` is not a date: {document.front[key]!r}")
            for key in ("date", "resolvedWhen")
            if document.front.get(key) and as_date(document.front[key]) is None
        )
        return Parsed(entries=(_incident(document, file),), problems=(*document.problems, *odd))


def _incident(document: MarkdownDocument, file: SourceFile) -> Incident:
    front = document.front
    day = as_date(front.get("date")) or name_date(file.path)
    label = str(front.get("severity") or "")
    body = document.body
    timeline = _updates(body, day)
    return Incident(
        title=document.title or file.name,
        date=day,
        started=_instant(front.get("date")),
        resolved=_instant(front.get("resolvedWhen")) if front.get("resolved") is not False else None,
        severity=parse_severity(label),
        severity_label=label,
        summary=body.strip(),
        causes=tuple(_causes(body, document)),
        timeline=timeline,
        done=what_was_done(timeline, (), body, document.lines),
        body=body,
        scope=Scope(services=_affected(front.get("affected"))),
        provenance=Provenance(origin=Origin.INGESTED, source=Source(path=file.path, line=1)),
        extra={key: value for key, value in front.items() if key not in _KNOWN},
    )


def _causes(body: str, document: MarkdownDocument) -> Iterator[Cause]:
    """What the updates tell of the cause, each with its line."""
    for one in told_causes([Passage(body, 2, is_past=False)], document.title):
        found = cause(one.text, doubtful=not one.says_so)
        yield replace(found, line=line_of(one.text, document.lines))


def _updates(body: str, day: date | None) -> tuple[TimelineEvent, ...]:
    if stamped_lines(body) < 2:
        return ()
    known = Moment(day, None, find_zone(body[:200]))
    return tuple(dated.event for dated in parse_timeline(body, known))


def _instant(value: Any) -> datetime | None:
    """A time with its zone; one without is not an instant."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _affected(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value] if value else []
    return tuple(dict.fromkeys(str(name).strip() for name in names if name is not None))


def _line_of(text: str, key: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)
