"""Ways to write a report that were met in public collections: PagerDuty's, headings of the second level, indexes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ingest.pipeline import Read, decode, parse_file
from ingest.postmortem.times import told_zone
from kb.model import CauseStatus, Document, Entry, Incident


def entries(path: str, text: str) -> list[Entry]:
    read = decode(text.encode(), path)
    assert isinstance(read, Read)
    return list(parse_file(read.file)[1].entries)


def incident(text: str, path: str = "postmortems/2026-03-12-queue.md") -> Incident:
    (entry,) = entries(path, text)
    assert isinstance(entry, Incident)
    return entry


PAGER = """## IMPACT TIME

Mar 12 at 15:51 to Mar 12 at 16:12

## DURATION

21m 3s
*All times listed in this report are in
{zone}.

# Queue is not reachable

## Overview

A change of the ingress lost its DNS record.

## Resolution

The change was reverted.

## Timeline

Mar 12, 2026
3:51 PM Triggered through the API.
Violation started: March 12, 2026 at 1:51PM UTC (less than 1 sec ago)
4:12 PM Resolved by Kim.
"""


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Bucharest", 2), ("Pacific Time (US & Canada)", -7), ("Edinburgh, London", 0), ("Buenos Aires", -3)],
)
def test_a_report_whose_times_are_those_of_a_city_has_instants(zone: str, hours: int) -> None:
    found = incident(PAGER.format(zone=zone))

    there = timezone(timedelta(hours=hours))
    assert [event.at for event in found.timeline if event.text.startswith(("Triggered", "Resolved"))] == [
        datetime(2026, 3, 12, 15, 51, tzinfo=there),
        datetime(2026, 3, 12, 16, 12, tzinfo=there),
    ]
    assert (found.started, found.resolved) == (
        datetime(2026, 3, 12, 15, 51, tzinfo=there),
        datetime(2026, 3, 12, 16, 12, tzinfo=there),
    )
    assert (found.date, found.resolution) == (date(2026, 3, 12), "The change was reverted.")


def test_a_city_that_no_zone_is_named_for_gives_no_instants() -> None:
    assert told_zone("All times listed in this report are in\nAtlantis.") == "Atlantis"
    assert incident(PAGER.format(zone="Atlantis")).started is None


def test_an_abbreviation_that_the_text_explains_is_the_zone_of_its_times() -> None:
    text = "# Chain halted\n\n## Timeline\n\n7th Sept 2026 (GST is Gulf standard time [UTC+04])\n\n"
    text += "- 20:20 GST: The chain halts\n- 21:09 GST: Restarted all nodes\n\n## Root cause\n\nA bug.\n"

    found = incident(text, "postmortems/halt.md")

    assert [event.at for event in found.timeline if event.at] == [
        datetime(2026, 9, 7, 16, 20, tzinfo=UTC),
        datetime(2026, 9, 7, 17, 9, tzinfo=UTC),
    ]


def test_a_heading_of_the_second_level_that_opens_a_report_is_its_title() -> None:
    text = "## Incident report: totals of carts were wrong for new customers\n## Date: December 15, 2026\n"
    text += "## Mitigation\n\nThe job was stopped.\n\n## Recommendations\n\n- Test totals\n"

    found = incident(text, "incident-reports/fix_15_dec.md")

    assert found.title == "totals of carts were wrong for new customers"
    assert (found.date, found.mitigation) == (date(2026, 12, 15), "The job was stopped.")
    assert (
        incident("## Summary\n\nA disk was full on 2026-03-12.\n\n## Root cause\n\nLogs.\n").title == "queue"
    )


def test_a_list_of_reports_is_none_although_it_is_full_of_days() -> None:
    links = "".join(f"* [0{n}-Nov-2026 outage of the queue](2026-11-0{n}.md)\n" for n in range(1, 5))

    (entry,) = entries("incident-reports/README.md", f"# incident-reports\n\nAll incidents.\n\n{links}")

    assert isinstance(entry, Document)


def test_a_time_may_stand_before_its_day_and_a_day_may_have_spaces() -> None:
    text = "# Outage of carts 2026 - 06 - 18\n\n## Running log\n\n- **08:51 on 18 June:** Carts are slow\n"
    text += "- **16:35 on 18 June:** Restarted the cache\n\n## Root cause\n\nThe cache was full.\n"

    found = incident(text, "postmortems/carts.md")

    assert found.date == date(2026, 6, 18)
    assert [(event.time, event.text) for event in found.timeline] == [
        ("08:51 on 18 June", "Carts are slow"),
        ("16:35 on 18 June", "Restarted the cache"),
    ]


def test_what_ran_when_it_broke_is_not_what_was_done() -> None:
    failed = "# Brief outage of carts\n\nA pipeline upgrading the ingress on 2026-01-23 failed, and carts were down.\n"
    ended = failed + "\nThe outage was resolved by rolling back the ingress.\n"

    assert incident(failed).done == ()
    assert [one.text for one in incident(ended).done] == [
        "The outage was resolved by rolling back the ingress."
    ]


NESTED = """---
title: Incident on 2026-01-15
---

# Incident on 2026-01-15 Carts and TLS

- **Key events**
  - Fault occurs 2026-01-15 07:15
  - First detected: 2026-01-15 13:45
  - Resolved 2026-01-15 15:09

- **Time to repair**: 0h 30m

- **Impact**:
  - Old browsers could not open carts

- **Resolution**:
    The ingress was changed to allow TLS 1.2

- **Review actions**:
  - Test old browsers
  - Tell teams before an upgrade
"""


def test_a_report_that_is_one_list_has_its_parts_below_the_bold_items() -> None:
    found = incident(NESTED, "incidents/2026-01-15-tls.md")

    assert (found.date, found.impact) == (date(2026, 1, 15), "- Old browsers could not open carts")
    assert found.resolution == "The ingress was changed to allow TLS 1.2"
    assert [(event.time, event.text) for event in found.timeline] == [
        ("2026-01-15 07:15", "Fault occurs"),
        ("2026-01-15 13:45", "First detected"),
        ("2026-01-15 15:09", "Resolved"),
    ]
    assert [item.text for item in found.action_items] == ["Test old browsers", "Tell teams before an upgrade"]


def test_the_first_event_below_a_bold_label_is_there_once() -> None:
    text = "# Carts were down\n\n**Timeline (UTC)**\n\n- 10:00 Carts are down\n- 10:10 Restarted\n\n"
    text += "**Root cause**\n\nA bug.\n"

    assert [event.text for event in incident(text).timeline] == ["Carts are down", "Restarted"]


@pytest.mark.parametrize(
    "text",
    [
        "# 2026-02-13 Search down\n\n## Symptom\n\n502 on every page.\n\n## Investigation\n\nA pid file was left.\n\n"
        "## Resolution\n\nWe removed the file and restarted search.\n",
        "# Preproduction crash\n\n## What happens\n\n* the pool was full and two machines stopped\n\n"
        "## Why this happens\n\n* a partition was resized before\n\n## What was done\n\n* rolled back the machine\n",
        "# Stalled sync of products\n\nThere were mails that the sync failed since it was busy.\n\n"
        "## Repairing sync\n\nWe rolled the clone back and it worked again.\n",
    ],
)
def test_a_story_of_what_broke_is_an_incident_in_any_folder_where_its_name_has_the_day(text: str) -> None:
    found = incident(text, "docs/reports/2026-02-13-search.md")

    assert found.date == date(2026, 2, 13)
    assert found.resolution


def test_a_resolution_that_only_guesses_at_the_cause_fixed_nothing() -> None:
    text = "# Metrics were down\n\n## Impact\n\nNo metrics.\n\n## Resolution\n\n"
    text += "We suspect a network outside to be the cause of this outage.\n"

    found = incident(text)

    assert (found.resolution, found.done) == ("", ())
    assert [one.status for one in found.causes] == [CauseStatus.SUSPECTED]


def test_the_first_of_two_days_between_which_it_lasted_is_that_of_the_incident() -> None:
    text = "# Delays\n\nBetween November 11 and November 15, 2025 events were delayed.\n\n## Root cause\n\nA limit.\n"

    assert incident(text, "postmortems/2025-11-15-delays.md").date == date(2025, 11, 11)


@pytest.mark.parametrize(
    "mistake",
    [
        "When we moved the table we forgot to copy its index.",
        "The role of readers was accidentally granted the right to write.",
        "As a result of an upgrade of the driver, idle sessions were closed.",
        "A new name of the key caused every agent to fail at its start.",
    ],
)
def test_a_mistake_that_the_background_tells_is_the_cause_where_nothing_is_called_one(mistake: str) -> None:
    text = f"# Retrospective: orders late\n\n## Background\n\nOrders are copied every minute. {mistake}\n\n"
    text += "## Timeline\n\n- 2026-03-12 10:00 UTC - orders are late\n"

    assert [one.text for one in incident(text).causes] == [mistake]
    called = text.replace("\n\n## Timeline", " It was caused by the nightly export.\n\n## Timeline")
    assert [one.text for one in incident(called).causes] == ["It was caused by the nightly export."]


def test_what_stops_by_itself_is_no_deed_and_brackets_take_nothing_from_one() -> None:
    text = (
        "# Retrospective: no workers\n\n## Background\n\nWorkers were missing.\n\n## Timeline\n\n"
        "- 2026-03-12 10:00 UTC - the scaler starts its loop\n"
        "- 2026-03-12 10:05 UTC - the scaler stops creating machines\n"
        "- 2026-03-12 10:30 UTC - kim kills the pod of the scaler (causing a new one to be made)\n"
        "- 2026-03-12 10:40 UTC - bo lands a patch for the loop\n"
        "- 2026-03-12 10:50 UTC - issue considered resolved\n"
    )
    deeds = [
        "kim kills the pod of the scaler (causing a new one to be made)",
        "bo lands a patch for the loop",
    ]

    assert [one.text for one in incident(text).done] == deeds
