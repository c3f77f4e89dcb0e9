"""Ways to write a report that were met with eighteen more owners: headings of times, days, questions as heads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ingest.pipeline import Read, decode, parse_file
from kb.model import CauseStatus, Incident

PST = timezone(timedelta(hours=-8))


def incident(text: str, path: str = "postmortems/2026-01-23-queue.md") -> Incident:
    read = decode(text.encode(), path)
    assert isinstance(read, Read)
    (entry,) = parse_file(read.file)[1].entries
    assert isinstance(entry, Incident)
    return entry


def test_a_line_that_is_a_day_is_that_of_the_events_below_it() -> None:
    text = "# Queue is down\n\n## Timeline\n\nAll times in PST\n\n2026-01-22\n\n- 2:54 PM: change merged\n\n"
    text += "2026-01-23\n\n- 4:49 AM: first report\n\n## Root cause\n\nA bug.\n"

    assert [event.at for event in incident(text).timeline if event.at] == [
        datetime(2026, 1, 22, 14, 54, tzinfo=PST),
        datetime(2026, 1, 23, 4, 49, tzinfo=PST),
    ]


def test_a_timeline_goes_on_below_a_heading_of_its_own_level_on_the_day_that_it_has_come_to() -> None:
    text = "# Queue is down\n\n## Timeline\n\nAll times in UTC\n\n### March 6 2026 22:59\n\nIt fails.\n\n"
    text += "### March 12 19:57\n\nIt fails again.\n\n## 23:27 ##\n\nThe reason is found.\n\n"
    text += "## Conclusion\n\nA bug.\n"

    assert [event.at for event in incident(text).timeline] == [
        datetime(2026, 3, 6, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 12, 19, 57, tzinfo=UTC),
        datetime(2026, 3, 12, 23, 27, tzinfo=UTC),
    ]


def test_a_clock_may_end_in_a_or_p_alone_and_code_in_one_line_opens_no_block() -> None:
    text = "# Queue is down\n\n## Timeline\n\n### 2026-01-23 10:45a\n\nIt says:\n\n```ERROR: no route```\n\n"
    text += "### 12:29p\n\nIt is restarted.\n\n## Root cause\n\nA bug.\n"

    assert [(event.time, event.text.split("\n")[0]) for event in incident(text).timeline] == [
        ("2026-01-23 10:45a", "It says:"),
        ("12:29p", "It is restarted."),
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [("2026/03/outage.md", "once"), ("postmortems/outage.md", "since the change of 28 November 2025")],
)
def test_days_stand_before_months_where_the_folder_or_the_names_of_months_say_so(
    path: str, told: str
) -> None:
    text = f"# 04-03-2026 - Queue is down\n\n## Timeline\n\n- 04-03-2026 10:00 UTC - down, {told}\n\n"
    text += "## Root cause\n\nA bug.\n"

    assert incident(text, path).date == date(2026, 3, 4)


def test_a_timeline_begun_from_another_report_does_not_give_the_day() -> None:
    text = "# Nodes hang\n\n## Summary\n\nOn Oct 10, 2026, two nodes did not answer.\n\n"
    text += "## Timeline\n\n### 2026-05-09 10:45\n\nA report comes in.\n\n### 12:29\n\nThey are restarted.\n"

    assert incident(text, "incidents/2026-10-10-nodes.md").date == date(2026, 10, 10)


def test_all_events_are_on_the_day_that_the_timeline_says_but_those_that_name_another() -> None:
    text = "# Disk is full\n\n## Timeline\n\n"
    text += "Unless noted all events happened on 2026-10-21, and all times are in UTC.\n\n"
    text += "- 2026-10-20 00:55: builds fail\n- 01:38: alert\n- 19:27: done\n\n## Root cause\n\nA bug.\n"

    assert [event.at for event in incident(text, "postmortems/disk.md").timeline if event.at] == [
        datetime(2026, 10, 20, 0, 55, tzinfo=UTC),
        datetime(2026, 10, 21, 1, 38, tzinfo=UTC),
        datetime(2026, 10, 21, 19, 27, tzinfo=UTC),
    ]


def test_four_digits_are_a_clock_in_a_column_of_times() -> None:
    text = "# Queue is down on 2026-02-04\n\n## Timeline\n\nAll times in UTC\n\n| Time | Event |\n| --- | --- |\n"
    text += "| 0730 | It is down. |\n| 1210 | It is up. |\n\n## Root cause\n\nA bug.\n"

    assert [event.at for event in incident(text, "postmortems/2026-02-04.md").timeline] == [
        datetime(2026, 2, 4, 7, 30, tzinfo=UTC),
        datetime(2026, 2, 4, 12, 10, tzinfo=UTC),
    ]


def test_questions_are_heads_of_causes_and_fixes() -> None:
    text = "# Postmortem: traces are missing\n\n## Why Did It Fail?\n\n- The port was closed.\n\n"
    text += "## How Did We Fix It?\n\n"
    text += "1. Opened the port.\n\n## Lessons\n\n- Test ports.\n"
    plain = "Postmortem: outage on 2026-11-12\n\nWhat happened?\n\nThe database was away.\n\n"
    plain += "What was the root cause?\n\nA disk had died.\n\nHow did we fix it?\n\nWe replaced the disk.\n"

    marked = incident(text)
    assert [one.text for one in marked.causes] == ["The port was closed."]
    assert marked.resolution == "1. Opened the port."
    unmarked = incident(plain, "postmortems/2026-11-12.txt")
    assert [one.text for one in unmarked.causes] == ["A disk had died."]
    assert unmarked.resolution == "We replaced the disk."


def test_prose_behind_a_list_of_causes_is_one_and_what_announces_the_list_is_none() -> None:
    text = "# Domains are lost\n\n## Root causes\n\nTwo domains looped for an hour.\n\n"
    text += "There are two issues at play:\n\n"
    text += "1. The loop.\n1. The wildcard.\n\n"
    text += "The registrar had a wildcard that nobody had moved along with the rest.\n"

    assert [one.text for one in incident(text).causes] == [
        "The loop.",
        "The wildcard.",
        "The registrar had a wildcard that nobody had moved along with the rest.",
    ]


def test_tasks_are_tasks_below_a_phase_too_and_what_is_only_possible_is_none_beside_them() -> None:
    text = "# Certificate expired\n\n## Root cause\n\nIt expired.\n\n## Detection\n\nPeople told us.\n\n"
    text += "Action Items\n"
    text += "- Renew it by itself\n\n## Possible improvements\n\n- Use another registrar\n"

    assert [item.text for item in incident(text).action_items] == ["Renew it by itself"]


def test_what_was_done_is_read_from_the_opening_and_from_the_sentence_of_an_event_that_tells_it() -> None:
    opening = "# Disclosure\n\n"
    opening += "On 12 January 2026 a token was leaked. Within an hour the token had been revoked, so that "
    opening += "nobody could use it.\n\n## What was impacted\n\nNothing.\n"
    event = "# Queue is down\n\n## Timeline\n\n### 2026-01-23 10:00\n\nIt is down.\n\n### 10:30\n\n"
    event += "Since the node cannot be found, the volume is deleted. It should have been copied before.\n\n"
    event += "### 10:40\n\nThe queue works again.\n"

    (done,) = incident(opening).done
    assert (done.text, done.line) == (
        "Within an hour the token had been revoked, so that nobody could use it.",
        3,
    )
    assert [one.text for one in incident(event).done] == [
        "Since the node cannot be found, the volume is deleted."
    ]


def test_a_cause_read_from_prose_tells_its_line_and_is_shown_as_unverified() -> None:
    text = "# Queue is down\n\n## Summary\n\nOrders were late on 23 January 2026.\nIt was caused by a full disk.\n\n"
    text += "## Timeline\n\n- 10:00 UTC down\n"

    found = incident(text)

    assert [(one.text, one.line) for one in found.causes] == [("It was caused by a full disk.", 6)]
    assert found.advice().meaning == "It was caused by a full disk. (line 6, unverified)"


def test_a_state_in_which_nothing_works_is_only_suspected_to_be_the_cause() -> None:
    text = "# Queue is down\n\n## Summary\n\n"
    text += "Orders were late on 23 January 2026. The certificate of the queue had expired.\n"

    assert [one.status for one in incident(text).causes] == [CauseStatus.SUSPECTED]
