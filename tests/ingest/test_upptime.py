"""Outages as Upptime counts them, and the issues that it opens."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from ingest.pipeline import Read, decode, parse_file
from ingest.source import Parsed
from kb.model import Incident


def parsed(content: Any, name: str) -> tuple[str, Parsed]:
    text = content if isinstance(content, str) else json.dumps(content)
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return parse_file(read.file)


def incidents(content: Any, name: str) -> list[Incident]:
    return [entry for entry in parsed(content, name)[1].entries if isinstance(entry, Incident)]


def test_days_with_an_outage_that_follow_each_other_are_one_incident() -> None:
    minutes = {"2026-11-03": 30, "2026-11-02": 1440, "2026-10-01": 12, "2026-09-01": 0}
    site = {"name": "Shop", "url": "https://shop.example", "slug": "shop", "dailyMinutesDown": minutes}
    well = {"name": "Wiki", "url": "https://wiki.example", "slug": "wiki", "dailyMinutesDown": {}}

    first, second = incidents([site, well], "summary.json")

    assert [(one.title, one.date, one.scope.services) for one in (first, second)] == [
        ("Shop was down", date(2026, 10, 1), ("shop",)),
        ("Shop was down", date(2026, 11, 2), ("shop",)),
    ]
    assert first.summary == (
        "Shop (https://shop.example) was down for 12 min on 2026-10-01, as Upptime counted."
    )
    assert "24 h 30 min from 2026-11-02 to 2026-11-03" in second.summary


def test_a_site_that_is_up_has_no_history_and_one_that_is_down_is_an_incident() -> None:
    text = "url: https://shop.example\nstatus: {}\ncode: {}\nlastUpdated: 2026-11-03T10:00:00Z\n"
    text += "generator: Upptime <x>\n"

    assert parsed(text.format("up", 200), "shop.yml")[1].skipped == (
        "the present state of a site that is up: no history"
    )
    (found,) = incidents(text.format("down", 503), "shop.yml")
    assert (found.title, found.date) == ("shop is down", date(2026, 11, 3))
    assert "HTTP status 503" in found.summary


def test_an_issue_of_upptime_is_an_incident_of_the_site_that_it_names() -> None:
    issue = {
        "number": 12,
        "title": "\U0001f6d1 Shop is down",
        "body": "In `60ecc27`, Shop (https://shop.example) was **down**:\n- HTTP code: 521\n",
        "createdAt": "2026-10-24T10:00:00Z",
        "closedAt": "2026-10-24T10:07:00Z",
        "labels": [{"name": "status"}],
        "comments": [{"body": "**Resolved:** Shop is back up.", "createdAt": "2026-10-24T10:07:00Z"}],
    }
    other = {**issue, "number": 13, "title": "Show what is down the road", "labels": []}

    found = parsed([issue, other], "issues.json")[1].entries

    assert isinstance(found[0], Incident)
    assert found[0].scope.services == ("Shop",)
    assert found[0].resolved == datetime(2026, 10, 24, 10, 7, tzinfo=UTC)
    assert not isinstance(found[1], Incident)
