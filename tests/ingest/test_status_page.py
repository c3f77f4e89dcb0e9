"""Status-page incidents, from their front matter."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ingest.postmortem.postmortem import Postmortem
from ingest.source import SourceFile
from ingest.sources.status_page import StatusPage
from kb.model import Incident, Severity

OUTAGE = """\
---
title: Downloads are slow
date: 2024-03-01T14:05:00-00:00
resolved: true
resolvedWhen: 2024-03-01T15:00:00-00:00
severity: disrupted
affected:
  - downloads
  - mirrors
section: issue
author: lee
---

The slowness was caused by a full disk.
"""


def parsed(text: str) -> Incident:
    (entry,) = StatusPage().parse(SourceFile(path="issues/slow.md", text=text)).entries
    assert isinstance(entry, Incident)
    return entry


def test_an_outage_gives_times_severity_and_services() -> None:
    incident = parsed(OUTAGE)
    assert (incident.title, incident.date) == ("Downloads are slow", date(2024, 3, 1))
    assert incident.started == datetime(2024, 3, 1, 14, 5, tzinfo=UTC)
    assert incident.resolved == datetime(2024, 3, 1, 15, 0, tzinfo=UTC)
    assert (incident.severity, incident.severity_label) == (Severity.SEV2, "disrupted")
    assert incident.scope.services == ("downloads", "mirrors")
    assert [c.text for c in incident.causes] == ["The slowness was caused by a full disk."]
    assert incident.extra == {"author": "lee"}


def test_a_time_without_a_zone_gives_the_day_only() -> None:
    incident = parsed(OUTAGE.replace("T14:05:00-00:00", " 14:05:00"))
    assert (incident.date, incident.started) == (date(2024, 3, 1), None)


def test_an_open_incident_is_not_resolved() -> None:
    assert parsed(OUTAGE.replace("resolved: true", "resolved: false")).resolved is None


def test_a_date_that_is_none_is_a_problem_on_its_line() -> None:
    text = OUTAGE.replace("date: 2024-03-01T14:05:00-00:00", "date: yesterday")
    (problem,) = StatusPage().parse(SourceFile(path="issues/slow.md", text=text)).problems
    assert problem.line == 3


def test_a_status_page_wins_over_the_postmortem_source() -> None:
    file = SourceFile(path="status/incidents/2024-03-01-slow.md", text=OUTAGE)
    assert StatusPage().recognises(file) > Postmortem().recognises(file)


def test_ordinary_front_matter_is_not_claimed() -> None:
    text = "---\ntitle: A post\ndate: 2024-03-01\n---\n\nHello.\n"
    assert StatusPage().recognises(SourceFile(path="blog/a.md", text=text)) == 0


def test_a_notice_that_affects_nothing_is_one_of_the_status_page_too() -> None:
    text = "---\ntitle: Maintenance\ndate: 2024-02-24 10:35:00\ninformational: true\nsection: issue\n---\n\nAt 12.\n"

    assert StatusPage().recognises(SourceFile(path="issues/notice.md", text=text)) > 0.8
    assert (parsed(text).title, parsed(text).date) == ("Maintenance", date(2024, 2, 24))
