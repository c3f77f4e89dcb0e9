"""The same kinds of layout in other words and marks than the cases have."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ingest.pipeline import Read, decode, parse_file
from kb.model import Entry, Incident, KnownError, Runbook


def entries(path: str, text: str) -> list[Entry]:
    read = decode(text.encode(), path)
    assert isinstance(read, Read)
    return list(parse_file(read.file)[1].entries)


def incident(text: str, path: str = "postmortems/2026-07-01-x.md") -> Incident:
    (entry,) = entries(path, text)
    assert isinstance(entry, Incident)
    return entry


def runbook(text: str, path: str = "runbooks/queue.md") -> Runbook:
    (entry,) = entries(path, text)
    assert isinstance(entry, Runbook)
    return entry


def at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "# Outages\n\n# 2026-01-05 Search down\n\n- Severity: P1\n- Root cause: alias deleted\n- Fix: alias moved back\n\n"  # noqa: E501
        "# 2026-01-19 Cart slow\n\n- Severity: P3\n- Root cause: cache emptied\n- Fix: cache warmed\n",
        "# History\n\n## INC-1 Search down\n\nDate: 2026-01-05\nSeverity: SEV1\n\n### Root cause\nalias deleted\n\n"
        "### Resolution\nalias moved back\n\n## INC-2 Cart slow\n\nDate: 2026-01-19\nSeverity: SEV3\n\n"
        "### Root cause\ncache emptied\n\n### Resolution\ncache warmed\n",
        "Search down (January 5, 2026)\n=====\n\n**Root cause**: alias deleted\n\n**Resolution**: alias moved back\n\n"
        "Cart slow (January 19, 2026)\n=====\n\n**Root cause**: cache emptied\n\n**Resolution**: cache warmed\n",
    ],
)
def test_a_log_of_incidents_gives_each_its_own_day_cause_and_fix(text: str) -> None:
    found = [one for one in entries("postmortems/log.md", text) if isinstance(one, Incident)]

    assert [one.date for one in found] == [date(2026, 1, 5), date(2026, 1, 19)]
    assert [[cause.text for cause in one.causes] for one in found] == [["alias deleted"], ["cache emptied"]]
    assert [one.resolution for one in found] == ["alias moved back", "cache warmed"]


def test_one_report_about_two_days_stays_one_incident() -> None:
    text = (
        "# Outage of search\n\n## 2026-07-01\n\nSearch fails for some.\n\n## 2026-07-02\n\nSearch fails for all.\n\n"
        "## Root cause\n\nAn alias was deleted.\n"
    )

    assert len(entries("postmortems/search.md", text)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "The root cause is still under investigation.",
        "We do not know the cause yet; the analysis is ongoing.",
        "TBD",
        "The vendor continues the investigation of the cause.",
    ],
)
def test_a_cause_that_is_still_looked_for_is_none(said: str) -> None:
    assert incident(f"# Outage\n\n## Root cause\n\n{said}\n\n## Impact\n\nNo mail.\n").causes == ()


def test_a_cause_that_an_investigation_found_is_one() -> None:
    said = "The investigation showed that the outage was caused by a full disk."

    assert [cause.text for cause in incident(f"# Outage\n\n## Root cause\n\n{said}\n").causes] == [said]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("*All times are in UTC*", 10),
        ("Timezone: PDT", 17),
        ("(times in Europe/Berlin)", 8),
        ("All timestamps in US/Eastern", 14),
        ("> Times below are given in CEST", 8),
        ("All times are Central European Time", 8),
    ],
)
def test_a_zone_may_be_told_anywhere(zone: str, hour: int) -> None:
    text = f"# Outage\n\n{zone}\n\n## Root cause\n\nA disk.\n\n## Timeline\n\n- 10:00 down\n- 10:30 node restarted\n"

    assert incident(text).timeline[0].at == at(1, hour, 0)


def test_stamps_of_month_and_day_in_brackets_are_times() -> None:
    text = "# Outage\n\n## Timeline (UTC)\n\n- [07-01 22:50] alert\n- [07-01 23:10] restarted\n- [07-02 00:05] resolved\n"  # noqa: E501

    assert [event.at for event in incident(text).timeline] == [at(1, 22, 50), at(1, 23, 10), at(2, 0, 5)]


def test_a_list_that_begins_with_the_newest_does_not_go_over_midnight() -> None:
    text = "# Outage\n\n## Timeline (UTC)\n\n- 11:00 resolved\n- 10:30 node restarted\n- 04:00 alert\n- 03:50 down\n"

    assert {event.at.day for event in incident(text).timeline if event.at} == {1}


def test_labels_below_a_timeline_end_it() -> None:
    text = (
        "# Outage\n\n## Timeline (UTC)\n\n| Time | Event |\n|--|--|\n| 10:00 | down |\n| 10:30 | node restarted |\n\n"
        "**Root cause**\n\nA full disk.\n\n**Action items**\n\n- Add an alert\n"
    )
    found = incident(text)

    assert [event.text for event in found.timeline] == ["down", "node restarted"]
    assert [cause.text for cause in found.causes] == ["A full disk."]
    assert [item.text for item in found.action_items] == ["Add an alert"]


def test_plans_in_sentences_are_items_where_they_say_what_is_to_be_done() -> None:
    text = (
        "# Outage\n\n## Root cause\n\nA disk.\n\n## Next steps\n\nWe thank everybody for their patience.\n\n"
        "We will add an alert on free space.\n\nIt was a long night.\n"
    )

    assert [item.text for item in incident(text).action_items] == ["We will add an alert on free space."]


def test_steps_in_rows_of_a_table_keep_their_commands() -> None:
    found = runbook(
        "# Consumers are behind\n\n| Step | Action | Command |\n|--|--|--|\n"
        "| 1 | Look at the lag | `kafka-consumer-groups.sh --describe --all-groups` |\n"
        "| 2 | Restart | `kubectl -n kafka rollout restart deploy/consumer` |\n",
        "runbooks/KafkaLagHigh.md",
    )

    assert found.name == "KafkaLagHigh"
    assert [step.split(":")[0] for step in found.steps] == ["Look at the lag", "Restart"]
    assert found.commands == (
        "kafka-consumer-groups.sh --describe --all-groups",
        "kubectl -n kafka rollout restart deploy/consumer",
    )


@pytest.mark.parametrize(
    "tabs",
    [
        '<Tabs>\n<TabItem value="eks" label="EKS">\n\n{a}\n\n</TabItem>\n<TabItem value="vm" label="VM">\n\n{b}\n\n</TabItem>\n</Tabs>',  # noqa: E501
        '{{% tabs %}}\n{{% tab title="EKS" %}}\n\n{a}\n\n{{% endtab %}}\n{{% tab title="VM" %}}\n\n{b}\n\n{{% endtab %}}\n{{% endtabs %}}',  # noqa: E501
        ":::{{tab-item}} EKS\n{a}\n:::\n\n:::{{tab-item}} VM\n{b}\n:::",
        '??? note "EKS"\n\n    {a_in}\n\n??? note "VM"\n\n    {b_in}',
    ],
)
def test_tabs_of_other_generators_are_labels_too(tabs: str) -> None:
    a, b = "```bash\nkubectl get pods -A\n```", "```bash\nsudo systemctl restart worker\n```"
    text = tabs.format(a=a, b=b, a_in=a.replace("\n", "\n    "), b_in=b.replace("\n", "\n    "))
    found = runbook(f"# QueueHigh\n\n## Mitigation\n\n{text}\n\n> [!WARNING]\n> Never at night.\n")

    assert [step.split(":")[0] for step in found.steps] == ["EKS", "VM"]
    assert found.commands == ("kubectl get pods -A", "sudo systemctl restart worker")
    assert "Never at night." in found.warning


def test_a_table_of_known_errors_may_be_a_csv() -> None:
    found = entries(
        "known-errors.csv",
        "Error message,Root cause,Fix\ndial tcp: no such host,The resolver is down,Restart the resolver\n",
    )
    (error,) = found

    assert isinstance(error, KnownError)
    assert (error.title, error.cause, error.resolution) == (
        "dial tcp: no such host",
        "The resolver is down",
        "Restart the resolver",
    )


def test_text_between_two_rules_is_no_front_matter() -> None:
    text = "---\nThis page tells of one outage: the disk was full and nobody saw it.\nIt was a long night.\n---\n\n# Outage\n\n## Root cause\n\nA disk.\n"  # noqa: E501

    assert "nobody saw it" in incident(text).body
