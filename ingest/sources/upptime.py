"""What Upptime keeps of the sites that it watches: `history/summary.json` and `history/SITE.yml`.

The summary counts the minutes of each day on which a site was down: days that follow each other are one incident.  It
tells neither the hour nor what was done; the issues of the repository do (`gh issue list --json …`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ingest.deployments.reading import line_of, mapping, plain, text
from ingest.postmortem.times import first_date
from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression
from kb.model import Incident, Provenance, Scope, Source
from kb.text import safe_yaml

_SUMMARY = expression(r"[\"']dailyMinutesDown[\"']\s*:")
_SITE = expression(r"^generator:\s*Upptime\b", re.M)
_ISSUES = (
    "export the issues of the repository to know more: gh issue list --state all --json number,title,body,…"
)
_WORKS = "the present state of a site that is up: no history"


class Upptime:
    """The source of outages that Upptime counted."""

    name = "upptime"

    def recognises(self, file: SourceFile) -> float:
        """By a key that only its summary has, or its name in the file of a site."""
        return 0.97 if file.is_data and (_SUMMARY.search(file.text) or _SITE.search(file.text)) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """An incident for each run of days with an outage, and for a site that is down."""
        try:
            documents = [plain(node) for node in safe_yaml.compose(file.text)]
        except safe_yaml.YamlRefused as error:
            return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        sites = [
            one for document in documents for one in (document if isinstance(document, list) else [document])
        ]
        found = [one for site in sites if isinstance(site, dict) for one in _incidents(site, file)]
        return Parsed(
            entries=tuple(found), skipped="" if found else _WORKS, notes=(_ISSUES,) if found else ()
        )


def _incidents(site: dict[str, Any], file: SourceFile) -> Iterator[Incident]:
    if "dailyMinutesDown" not in site:
        if text(site, "status") in ("down", "degraded"):
            yield _present(site, file)
        return
    name = text(site, "name") or text(site, "url")
    for days in _runs(mapping(site, "dailyMinutesDown")):
        first, last = min(days), max(days)
        span = f"on {first}" if first == last else f"from {first} to {last}"
        yield _incident(
            f"{name} was down",
            f"{name} ({text(site, 'url')}) was down for {_spent(sum(days.values()))} {span}, as Upptime counted.",
            first,
            site,
            file,
        )


def _present(site: dict[str, Any], file: SourceFile) -> Incident:
    """What the file of one site says while it does not answer; its name is the file's."""
    name, status = file.name.rpartition(".")[0], text(site, "status")
    code = text(site, "code")
    told = f"{name} ({text(site, 'url')}) is {status}" + (
        f": HTTP status {code}" if code.strip("0") else ": no answer"
    )
    when = first_date(text(site, "lastUpdated"))
    return _incident(
        f"{name} is {status}", f"{told}, last seen {when}." if when else f"{told}.", when, site, file
    )


def _incident(title: str, summary: str, day: date | None, site: dict[str, Any], file: SourceFile) -> Incident:
    return Incident(
        title=title,
        date=day,
        summary=summary,
        body=summary,
        scope=Scope(services=(text(site, "slug") or text(site, "name") or file.name.rpartition(".")[0],)),
        provenance=Provenance(source=Source(path=file.path, line=line_of(site))),
    )


def _runs(minutes: dict[str, str]) -> list[dict[date, int]]:
    """The days with an outage and their minutes, those that follow each other together."""
    said = {day: int(count) for key, count in minutes.items() if (day := first_date(key)) and count.isdigit()}
    runs: list[dict[date, int]] = []
    for day in sorted(day for day, count in said.items() if count):
        if runs and day - max(runs[-1]) <= timedelta(days=1):
            runs[-1][day] = said[day]
        else:
            runs.append({day: said[day]})
    return runs


def _spent(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    parts = [f"{hours:,} h" if hours else "", f"{left} min" if left else ""]
    return " ".join(part for part in parts if part)
