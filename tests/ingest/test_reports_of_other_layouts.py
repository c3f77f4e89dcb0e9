"""Ways to write a report that were met with thirty-two more owners: other languages, other clocks, pages of sites."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ingest.pipeline import Read, decode, parse_file
from kb.model import Incident

JST = timezone(timedelta(hours=9))


def incident(text: str, path: str = "postmortems/2026-01-23-queue.md") -> Incident:
    read = decode(text.encode(), path)
    assert isinstance(read, Read)
    (entry,) = parse_file(read.file)[1].entries
    assert isinstance(entry, Incident)
    return entry


@pytest.mark.parametrize(
    ("day", "cause", "fix", "actions"),
    [
        ("**Fecha del incidente:** 2026-01-22", "Causa raíz", "Acciones tomadas", "Acciones preventivas"),
        ("**Data do incidente:** 2026-01-22", "Causa raiz", "Resolução", "Próximos passos"),
        ("**Date de l'incident** : 2026-01-22", "Cause racine", "Résolution", "Actions correctives"),
        ("**日付**: 2026-01-22", "根本原因分析", "復旧", "アクションアイテム"),
        ("**日期**：2026-01-22", "根因", "修复", "预防"),
    ],
)
def test_heads_and_labels_may_be_of_another_language(day: str, cause: str, fix: str, actions: str) -> None:
    text = f"# Queue\n\n{day}\n\n## {cause}\n\nNo room.\n\n## {fix}\n\nMore room.\n\n## {actions}\n\n- Ask\n- Look\n"

    found = incident(text)

    assert (found.date, [one.text for one in found.causes]) == (date(2026, 1, 22), ["No room."])
    assert (found.resolution, [one.text for one in found.action_items]) == ("More room.", ["Ask", "Look"])


def test_what_a_german_report_did_is_read_from_its_course() -> None:
    text = "# Ausfall der Warteschlange\n\n## Was ist passiert\n\n- 21:10: Der Speicher hängt\n"
    text += "- 21:40: Neustart erfolglos\n- 22:30: Auf den zweiten Speicher umgestellt, wieder erreichbar\n\n"
    text += "## Warum ist es passiert\n\n- Zu viele Schreiber\n\n## Was ändern wir\n\n- Grenzen setzen\n"

    found = incident(text)

    assert [one.text for one in found.done] == ["Auf den zweiten Speicher umgestellt, wieder erreichbar"]
    assert [one.text for one in found.causes] == ["Zu viele Schreiber"]
    assert [one.text for one in found.action_items] == ["Grenzen setzen"]


def test_times_of_day_may_be_written_with_a_dot() -> None:
    text = "# Search is down\n\n## Timeline\n\nAll times in UTC\n\n9.41 It fails\n\n13.42 It is found\n\n"
    text += "14.05 Index rebuilt\n\n## Causes\n\nA bug.\n"

    assert [event.at for event in incident(text).timeline] == [
        datetime(2026, 1, 23, 9, 41, tzinfo=UTC),
        datetime(2026, 1, 23, 13, 42, tzinfo=UTC),
        datetime(2026, 1, 23, 14, 5, tzinfo=UTC),
    ]


def test_three_versions_with_dots_are_no_times_of_day() -> None:
    text = "# Search is down\n\n## Timeline\n\n1.10 is released\n\n1.11 is released\n\n1.12 fails\n\n"
    text += "## Causes\n\nA bug.\n"

    assert not [event.at for event in incident(text).timeline if event.at]


def test_times_are_may_be_said_without_in() -> None:
    text = "# Queue\n\n## Timeline\n\nTimes are JST on 2026-01-22.\n\n| Time | Event |\n| --- | --- |\n"
    text += "| 09:57 | It fails. |\n| 10:13 | It works. |\n\n## Root cause\n\nA bug.\n"

    assert [event.at for event in incident(text).timeline] == [
        datetime(2026, 1, 22, 9, 57, tzinfo=JST),
        datetime(2026, 1, 22, 10, 13, tzinfo=JST),
    ]


def test_events_may_be_labels_with_their_times_behind_them() -> None:
    text = "# Queue\n\n## Timeline of events\n- **Start:**     2026-01-22 23:15 UTC\n"
    text += "- **Detected:**  2026-01-22 23:25 UTC (an alert)\n- **Slow again:** 2026-01-23 00:35-02:43 UTC\n"
    text += "- **Stable:**    2026-01-23 02:50 UTC onwards\n\n## Root cause\n\nA bug.\n"

    assert [(event.time, event.text) for event in incident(text).timeline] == [
        ("2026-01-22 23:15 UTC", "Start"),
        ("2026-01-22 23:25 UTC", "Detected (an alert)"),
        ("2026-01-23 00:35-02:43 UTC", "Slow again"),
        ("2026-01-23 02:50 UTC", "Stable onwards"),
    ]


def test_a_part_may_be_told_in_its_heading() -> None:
    text = "# Queue is down\n\n## Issue summary\n\nIt was down on 22 January 2026.\n\n"
    text += "# Root cause: The certificate of the load balancer had expired and nobody was told.\n\n"
    text += "# Resolution: The certificate was renewed by hand and given to the load balancer.\n"

    found = incident(text)

    assert [one.text for one in found.causes] == [
        "The certificate of the load balancer had expired and nobody was told."
    ]
    assert found.resolution == "The certificate was renewed by hand and given to the load balancer."


def test_the_same_label_before_each_item_makes_items_of_them_and_no_parts() -> None:
    text = "# Queue\n\n## Root cause\n\nA bug.\n\n## Prevention\n- **Action Item**: Standardize the limits.\n"
    text += "- **Action Item**: Integrate the alerts.\n- **Action Item**: Rotate the logs.\n"

    assert len(incident(text).action_items) == 3


def test_what_stands_in_brackets_may_say_that_a_list_is_of_actions() -> None:
    text = (
        "# Queue\n\n## Root cause\n\nA bug.\n\n## Remediation (action items)\n\n- [x] Pin it\n- [ ] Test it\n"
    )

    assert [one.text for one in incident(text).action_items] == ["Pin it", "Test it"]


def test_a_list_of_parts_may_be_indented_as_a_whole() -> None:
    text = "# Queue\n\n## 1. Analysis\n   - **Root Cause**: The disk was full.\n   - **Impact**: No mail.\n"
    text += "   - **Resolution**: The disk was replaced.\n"

    found = incident(text)

    assert [one.text for one in found.causes] == ["The disk was full."]
    assert (found.impact, found.resolution) == ("No mail.", "The disk was replaced.")


def test_contributing_factors_do_not_hide_the_root_cause_above_them() -> None:
    text = "# Queue\n\n## Root cause\n\n**Primary:** the settings of the host were read.\n\n"
    text += "**Contributing factors**\n1. No test looked.\n"

    assert [one.text for one in incident(text).causes] == [
        "the settings of the host were read.",
        "No test looked.",
    ]


def test_a_team_that_analyses_causes_is_none() -> None:
    text = "# Queue\n\nRCA Team: Ann, Bob\n\n## Technical analysis\n\n**Root cause**: a bug\n"

    assert [one.text for one in incident(text).causes] == ["a bug"]


def test_what_explains_a_cause_below_its_heading_is_part_of_it() -> None:
    text = "# Queue\n\n## Root cause\n\n### Technical chain\n\nThe lock was never released.\n"

    assert [one.text for one in incident(text).causes] == ["The lock was never released."]


def test_labels_of_what_helped_are_no_parts_of_the_report() -> None:
    text = "# Queue\n\n## Timeline\n\n- 10:00 It fails\n- 10:20 The policy was changed, all services recovered\n\n"
    text += "## What helped\n\n- **Node recovered**: it came back by itself\n\n## Lessons\n\n- Test it\n"

    found = incident(text)

    assert (found.resolution, [one.time for one in found.done]) == ("", ["10:20"])


def test_a_resolution_that_only_plans_leaves_what_was_done_to_the_course() -> None:
    text = "# Queue\n\n## Timeline\n\n- 10:00 It fails\n- 10:20 We restart the workers and the problem goes away\n\n"
    text += "## Resolution\n\nWe are discussing our options for the future.\n"

    found = incident(text)

    assert "restart the workers" in found.advice().fix
    assert found.resolution == "We are discussing our options for the future."


def test_a_fence_holds_no_timeline() -> None:
    text = "# Chain halt\n\nOn 22 January 2026 it failed.\n\n## Description\n\n```\n"
    text += "".join(f"2026-01-22 05:02:{n} node: block\n" for n in range(10, 15))
    text += "```\n\n- It was the sum.\n\n## Recovery process\n\nThe node was restarted.\n"

    assert not incident(text).timeline


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("# Outage\n\n[«](/posts/2018/04/23/other/)\n\nIt was down.\n", "posts/2026/01/22/outage/index.md"),
        ("---\ntitle: Postmortem of 22nd January 2026\ndate: 2026-02-02\n---\n\nIt was down.\n", "p.md"),
        (
            "import Image from 'image'\nimport { Layout } from '@/layout'\n\nexport const post = {\n"
            "  date: '2026-02-03',\n  title: 'Outage: a post-mortem',\n}\n\n"
            "export default (props) => <Layout {...props} />\n\n"
            "## What happened\n\nOn January 22nd it was down.\n",
            "p.mdx",
        ),
    ],
)
def test_the_day_is_that_of_the_outage_and_not_of_a_page_or_a_link(text: str, path: str) -> None:
    text += "\n## Root cause\n\nThe disk was full.\n\n## Resolution\n\nThe disk was replaced.\n"

    assert incident(text, path).date == date(2026, 1, 22)


def test_a_dated_report_with_symptoms_is_one_in_a_folder_of_reports() -> None:
    text = "# Lock leak\n\n**Date**: 2026-01-22\n\n## Symptoms\n\nIt hangs.\n\n"
    text += "## Root cause\n\nA lock.\n\n## Fix\n\nDowngrade.\n"

    assert incident(text, "postmortems/004-lock.md").date == date(2026, 1, 22)


def test_a_server_that_crashed_is_a_cause_and_a_product_that_was_launched_no_fix() -> None:
    text = "# Site is down\n\nOn January 22, 2026 the database server crashed and the site was down.\n"
    text += "\nThe company launched its shop in 2020.\n"

    found = incident(text)

    assert [one.text.split(",")[-1] for one in found.causes] == [
        " 2026 the database server crashed and the site was down."
    ]
    assert not found.done


def test_items_without_a_time_stand_below_a_line_that_names_the_day() -> None:
    text = "# Queue\n\n## Timeline\n\nJanuary 22, 2026\n\n- 10:00 It fails\n- 11:00 It is seen\n\n"
    text += "January 23, 2026\n\n- The workers are back\n\n## Root cause\n\nNo room.\n"

    assert [event.time for event in incident(text).timeline] == ["10:00", "11:00", "January 23, 2026"]


def test_events_of_one_paragraph_may_stand_apart_by_a_break() -> None:
    text = "# Queue\n\n## Timeline\n\n10:00 It fails.<br>10:20 It is seen.<br>10:40 It is mended.\n"
    text += "\n## Root cause\n\nNo room.\n"

    assert len(incident(text).timeline) == 3


def test_the_prose_before_the_sentence_that_announces_a_list_is_a_cause() -> None:
    text = "# Queue\n\n## Root cause\n\nThe disk of the queue was full since nobody had looked. It came of these:\n\n"
    text += "- Logs\n- Dumps\n\n## Resolution\n\nMore room.\n"

    assert (
        next(one.text for one in incident(text).causes)
        == "The disk of the queue was full since nobody had looked."
    )


def test_a_label_in_the_timeline_does_not_hide_the_section_on_causes() -> None:
    text = "# Queue\n\n## Timeline\n\n- 10:00 It fails\n\n**Root cause:** seen at 10:20\n\n"
    text += "## Possible causes\n\nThe disk was full.\n\n## Resolution\n\nMore room.\n"

    assert [one.text for one in incident(text).causes][-1:] == ["The disk was full."]


def test_lines_without_marks_are_items_and_none_is_not() -> None:
    text = "# Queue\n\n## Root cause\n\nNo room.\n\n## Action items\n\n"
    lines = "Develop a better alert\nAdd room\nTell the team\n"

    assert [one.text for one in incident(text + lines).action_items] == lines.splitlines()
    assert not incident(text + "None.\n").action_items


def test_a_timeline_may_be_a_block_of_code_and_a_heading_may_begin_with_after() -> None:
    block = "# Queue\n\n## Timeline\n\n```\n10:00 UTC - it fails\n10:20 UTC - it is seen\n```\n"
    headed = "# Queue\n\n## Timeline\n\n### 10:00 UTC\n\nIt fails\n\n### After 10:20 UTC\n\nIt is well\n"

    cause = "\n## Root cause\n\nNo room.\n"
    assert [event.time for event in incident(block + cause).timeline] == ["10:00 UTC", "10:20 UTC"]
    assert len(incident(headed + cause).timeline) == 2


def test_a_fix_told_among_the_lessons_and_what_is_understood_now_are_not_what_was_done() -> None:
    text = "# Queue\n\n## Timeline\n\n- 10:00 It fails\n- 10:20 Restarted the queue, it works again\n\n"
    text += (
        "## Root cause\n\nThe bug introduced was a wrong number of workers.\n\n## Lessons\n\n### Quota\n\n"
    )
    text += "**Fix:** Set a smaller disk.\n\nNow we understand that restarting less fixed more.\n"

    found = incident(text)

    assert (found.resolution, [one.time for one in found.done]) == ("", ["10:20"])
