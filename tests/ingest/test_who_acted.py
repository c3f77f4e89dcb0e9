"""What is shown as done was done by those who ended the trouble: no plans, sayings, attempts or checks."""

from __future__ import annotations

import pytest

from ingest.postmortem.postmortem import Postmortem
from ingest.postmortem.story.deeds import was_done
from ingest.source import SourceFile
from kb.model import Incident


def read(text: str) -> Incident:
    (entry,) = Postmortem().parse(SourceFile(path="postmortems/2026-03-30-shop.md", text=text)).entries
    assert isinstance(entry, Incident)
    return entry


def in_timeline(*events: str) -> list[str]:
    """What of a course that begins with trouble is shown as done."""
    rows = "".join(f"- 10:{number:02} {event}\n" for number, event in enumerate(events, 10))
    told = read(
        f"# Incident on 2026-03-30: shop down\n\n## Timeline (UTC)\n\n- 10:00 Alerts fire\n{rows}"
    ).done
    return [measure.text for measure in told]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ann verified that the replicas were restarted",
        "zone 2 reports increased error rates",
        "The growth of the queue increase happened slowly over the day",
        "Fix reviewed by two engineers",
        "The last alert stopped",
        "Two customers raised support requests about lost orders",
        "Users cleared their caches",
        "The route was deleted from the table by the cleanup job",
        "We have more room because the vacuum freed up what we deleted",
        "Tried restarting the broker",
        "New image deployed, but still no connection to the queue",
        "Node 7 crashes even after rolling back to 1.4",
        "Service is restored",
        "Added checks to prevent such overwrites in the future",
        "How do we change the table in production?",
        "Enabled phone notifications for the on-call engineer",
        "Scaling up the database, but no improvement in error rates",
    ],
)
def test_what_nobody_did_to_end_the_trouble_is_no_deed(sentence: str) -> None:
    assert not was_done(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We found the broken node and restarted it",
        "Service is restored by switching to the backup",
        "Tried restarting the broker, and the queue recovered",
        "We stopped all writers",
        "npm revoked all tokens",
        "Rollback",
        "Ann powers the server back on",
        "We re-ran the renewal",
    ],
)
def test_what_somebody_did_is_a_deed(sentence: str) -> None:
    assert was_done(sentence)


def test_a_verb_in_its_base_form_is_a_deed_in_a_timeline_and_a_demand_in_prose() -> None:
    sentence = "Replace the two adapters"

    assert was_done(sentence)
    assert not was_done(sentence, in_prose=True)
    assert was_done("We had to replace the two adapters", in_prose=True)


def test_what_stands_before_anybody_saw_trouble_set_it_off() -> None:
    incident = read(
        "# Incident on 2026-03-30: shop down\n\n## Timeline (UTC)\n\n- 09:00 Meeting\n"
        "- 09:10 Build 12 deployed to all shops\n- 09:20 Alerts fire\n- 09:40 Build 12 taken out\n- 09:50 All good\n"
    )

    assert [measure.text for measure in incident.done] == ["Build 12 taken out"]


def test_a_release_told_before_the_trouble_is_news_and_no_fix() -> None:
    incident = read(
        "# Incident on 2026-03-30: shop down\n\n## Summary\n\nOn Monday our team released version 3 to all shops."
        " Hours later orders were lost. We put the old queue back and replaced the broken worker.\n"
    )

    assert [measure.text for measure in incident.done] == [
        "We put the old queue back and replaced the broken worker."
    ]


def test_a_step_of_which_the_next_event_says_that_it_was_no_help_is_left_out() -> None:
    told = in_timeline("Broker restarted", "This did not help.", "Disk replaced", "All good again")

    assert told == ["Disk replaced"]


def test_an_attempt_counts_where_the_next_event_tells_of_recovery() -> None:
    told = in_timeline("Pipeline attempted rerun", "Everything is back to normal")

    assert told == ["Pipeline attempted rerun"]


def test_steps_that_lead_up_to_the_one_that_ended_it_are_kept_and_older_ones_are_not() -> None:
    told = in_timeline(
        "Cache size changed", "Load looks odd", "New key created", "Exporter restarted", "All good again"
    )

    assert told == ["New key created", "Exporter restarted"]


def test_a_diagnosis_is_no_cause_as_a_whole_where_the_report_says_why() -> None:
    incident = read(
        "# Incident on 2026-03-30: charts empty\n\n## Summary\n\nCharts were empty for a day.\n\n## Diagnosis\n\n"
        "The pages themselves loaded, and all tests passed.\n\nReports of users reach us by mail only.\n\n"
        "## Outage\n\nThe outage was caused by a library that we loaded from another address.\n"
    )

    assert [cause.text for cause in incident.causes] == [
        "The outage was caused by a library that we loaded from another address."
    ]


def test_findings_stand_as_causes_where_nothing_else_tells_one() -> None:
    incident = read(
        "# Incident on 2026-03-30: charts empty\n\n## Timeline\n\n- 10:00 Charts empty\n- 10:30 Charts back\n\n"
        "## Findings\n\n- Disk of node 4 at its limit\n"
    )

    assert [cause.text for cause in incident.causes] == ["Disk of node 4 at its limit"]


def test_new_and_proposed_mitigations_are_no_fix() -> None:
    incident = read(
        "# Incident on 2026-03-30: shop down\n\n## Summary\n\nThe shop was down.\n\n## New mitigations\n\n"
        "- All dependencies are pinned.\n\n## Resolution\n\nRolled back to 1.2.\n"
    )

    assert incident.mitigation == ""
    assert incident.resolution == "Rolled back to 1.2."
    assert "pinned" in incident.prevention
