"""Exports of trackers, pagers and status pages, as JSON or CSV: a ticket is an incident, else a document.

Known are the shapes of `ingest.trackers.formats`, and tables with a title and a time in columns named as Jira,
ServiceNow, GitLab and PagerDuty name them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from ingest.convert.forms import FileForm
from ingest.deployments.reading import LINE, plain
from ingest.source import Parsed, SourceFile
from ingest.trackers.formats import READERS, plain_text, told_fix
from ingest.trackers.ticket import Ticket
from kb.errors import Problem
from kb.expression import expression
from kb.model import Entry
from kb.text import safe_yaml


def _keys(*names: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"[\"'](?:{name})[\"']\s*:") for name in names)


_MARKS = (
    _keys("title", "created_at|createdAt", "number|iid|incident_number", "body|description|service"),
    _keys("key", "fields", "summary", "created"),
    _keys("number", "short_description", "opened_at|sys_created_on|priority"),
    _keys("name", "incident_updates", "created_at"),
    _keys("reference|sequential_id", "severity", "name|summary", "created_at|started_at"),
)
_COLUMNS: dict[str, str] = {
    "title": r"summary|short description|title|name|subject|incident name|description of incident",
    "key": r"issue key|key|number|id|issue id|incident number|incident id|ticket|reference|iid",
    "text": r"description|details|body|impact",
    "opened": r"created|created at|created \(utc\)|opened|opened at|created on|start(?:ed)?(?: at| time)?|date"
    r"|reported at",
    "resolved": r"resolved|resolved at|closed|closed at|closed at \(utc\)|end(?:ed)?(?: at| time)?",
    "severity": r"severity|priority|urgency|impact level",
    "service": r"components?(?:/s)?|business service|configuration item|service(?:s| name)?|affected services?",
    "kind": r"issue type|type|category",
    "cause": r"root cause|cause|cause notes?",
    "resolution": r"close notes|resolution notes?|fix|resolution details|solution|how (?:it was )?(?:fixed|resolved)",
    "labels": r"labels?|tags",
}
_MAPPING = expression(r"\{\s*['\"]\w+['\"]\s*:")
_CALLED = expression(r"['\"](?:display_value|summary|name|title)['\"]\s*:\s*(?P<q>['\"])(?P<name>.*?)(?P=q)")
_SURE = expression(r"close notes|incident (?:number|id|name)|short description", re.I)


class TrackerExport:
    """The source of tickets."""

    name = "tracker"

    def recognises(self, file: SourceFile) -> float:
        """By the keys or the columns that tickets have."""
        if file.form is FileForm.TABLE:
            header = next(csv.reader(StringIO(file.text[:20_000].lstrip("\ufeff"))), [])
            return 0.75 if _is_ticket_table(header) else 0.0
        if not file.is_data or file.text.lstrip("\ufeff \n\t")[:1] not in ("{", "["):
            return 0.0
        return 0.92 if any(all(mark.search(file.text) for mark in marks) for marks in _MARKS) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """An entry for each ticket."""
        if file.form is FileForm.TABLE:
            tickets = list(_rows(file.text.lstrip("\ufeff")))
        else:
            try:
                tickets = [one for node in safe_yaml.compose(file.text) for one in _tickets(plain(node))]
            except safe_yaml.YamlRefused as error:
                return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        entries: list[Entry] = [ticket.entry(file.path) for ticket in tickets if ticket.title.strip()]
        unnamed = len(tickets) - len(entries)
        problems = (
            (Problem(file.path, None, f"tickets without a title were left out: {unnamed}"),)
            if unnamed
            else ()
        )
        return Parsed(entries=tuple(entries), problems=problems)


def _tickets(value: Any) -> Iterator[Ticket]:
    """The outermost tickets of a document; what stands in a ticket is part of it."""
    if isinstance(value, list):
        for item in value:
            yield from _tickets(item)
    elif isinstance(value, dict):
        for reader in READERS:
            if ticket := reader(value):
                yield ticket
                return
        for key, item in value.items():
            if key != LINE:
                yield from _tickets(item)


def _places(header: list[str]) -> dict[str, int]:
    """Where each column stands that a ticket has; each means one thing."""
    places: dict[str, int] = {}
    for name, words in _COLUMNS.items():
        wanted = re.compile(rf"(?:{words})", re.I)
        for place, cell in enumerate(header):
            if place not in places.values() and wanted.fullmatch(cell.strip().replace("_", " ")):
                places[name] = place
                break
    return places


def _shown(cell: str) -> str:
    """A cell; of one that a script wrote as a mapping (`{'id': …, 'summary': 'Carts'}`), what it is called."""
    if not _MAPPING.match(cell):
        return cell
    named = _CALLED.search(cell)
    return named["name"] if named else ""


def _is_ticket_table(header: list[str]) -> bool:
    named = _places(header)
    return {"title", "opened"} <= named.keys() and len(named) >= 4


def _rows(text: str) -> Iterator[Ticket]:
    reader = csv.reader(StringIO(text))
    header = next(reader, [])
    places = _places(header)
    incidents = any(_SURE.search(cell.replace("_", " ")) for cell in header)
    for row in reader:
        cells = {name: _shown(plain_text(row[place])) for name, place in places.items() if place < len(row)}
        if cells.get("text", "").isdigit():  # the number of an impact
            del cells["text"]
        if not any(cells.values()):
            continue
        service, labels = cells.pop("service", ""), cells.pop("labels", "")
        yield Ticket(
            title=cells.get("title", ""),
            key=cells.get("key", ""),
            text=cells.get("text", ""),
            opened=cells.get("opened", ""),
            resolved=cells.get("resolved", ""),
            severity=cells.get("severity", ""),
            kind=cells.get("kind", ""),
            cause=cells.get("cause", ""),
            resolution=told_fix(cells.get("resolution", "")),
            services=tuple(name.strip() for name in re.split(r"[,;]", service) if name.strip()),
            labels=tuple(name.strip() for name in re.split(r"[,; ]", labels) if name.strip()),
            line=reader.line_num,
            is_incident=incidents,
        )
