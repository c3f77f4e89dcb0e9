"""An incident for whoever joins it, what is like it, its draft with sources, and lists of incidents with counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput
from kb.incidents.similar import similar
from kb.index.encoder import OnnxEncoder
from kb.operations.catalogue import operation

NOW = datetime(2026, 5, 20, 14, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kb(tmp_path: Path, new_home: Path, encoder: OnnxEncoder, clock: Clock) -> Iterator[KnowledgeBase]:
    import shutil

    home = Path(shutil.copytree(new_home, tmp_path / "home"))
    with KnowledgeBase.open(home, encoder=encoder, clock=clock, actor="ana") as opened:
        yield opened


def ask(kb: KnowledgeBase, name: str, **given: Any) -> Any:
    asked = operation(name)
    return asked(kb, **asked.read(given))


def test_what_is_known_suspected_unchecked_and_ruled_out_stand_apart(kb: KnowledgeBase):
    one = kb.incidents.open("ferry api is slow", service="ferry-api")
    kb.incidents.hypothesise("the lock of berth 4 is held", "confirmed", ["held for 9 minutes"])
    kb.incidents.hypothesise("the cache is cold", evidence=["hit rate 4 %"])
    kb.incidents.hypothesise("a bot asks in a loop")
    kb.incidents.hypothesise("the network drops packets", "refuted", ["no retransmits"])

    told = ask(kb, "incident_overview", incident_id=one.id)

    assert [
        [cause.text for cause in group]
        for group in (told.known, told.suspected, told.unchecked, told.ruled_out)
    ] == [
        ["the lock of berth 4 is held"],
        ["the cache is cold"],
        ["a bot asks in a loop"],
        ["the network drops packets"],
    ]


def test_changes_of_its_place_before_it_are_told_and_those_of_others_and_after_it_are_not(kb: KnowledgeBase):
    kb.changes.record("deployment", "ferry-api", "prod", version="v2", at="2h")
    kb.changes.record("deployment", "ferry-api", "stage", version="v3", at="2h")
    kb.changes.record("deployment", "harbour-api", "prod", version="v4", at="2h")
    kb.changes.record("config", "", "prod", summary="new certificate", at="3h")
    kb.changes.record("deployment", "ferry-api", "prod", version="v1", at="30h")
    one = kb.incidents.open("ferry api is slow", service="ferry-api", environment="production")
    kb.changes.record("rollback", "ferry-api", "prod", version="v1")

    told = ask(kb, "incident_overview", incident_id=one.id)

    assert [change.version or change.summary for change in told.changes] == ["v2", "new certificate"]


def test_the_timeline_has_what_was_merged_into_it_and_tells_which_steps_may_be_split_off(kb: KnowledgeBase):
    one = kb.incidents.open("ferry api is slow", service="ferry-api")
    other = kb.incidents.open("tickets are not sold", service="tickets")
    kb.incidents.log("queue of 900", incident_id=other.id)
    kb.incidents.log("restarted a pod", incident_id=one.id)
    kb.incidents.merge(other.id, one.id)

    told = ask(kb, "incident_overview", incident_id=other.id)

    assert told.incident.id == one.id
    assert [(step.text.split(":")[0], step.may_be_split) for step in told.steps] == [
        ("Incident detected", False),
        ("queue of 900", False),
        ("restarted a pod", True),
        ("Merged into it", False),
    ]
    assert [merged.title for merged in told.merged] == ["tickets are not sold"]
    assert told.last == max(event.id for event in kb.incidents.get(one.id).timeline)


def test_an_update_that_was_not_posted_in_time_is_told_as_late(kb: KnowledgeBase, clock: Clock):
    kb.incidents.open("ferry api is slow", severity="SEV1")
    assert not ask(kb, "incident_overview").overdue

    clock.now += timedelta(minutes=20)
    late = ask(kb, "incident_overview")
    ask(kb, "incident_status_update", style="chat")
    told = ask(kb, "incident_overview")

    assert (late.overdue, told.overdue) == (True, False)
    assert "ferry api is slow" in told.last_update


def test_a_past_incident_is_like_this_one_with_a_reason_and_how_it_ended(kb: KnowledgeBase):
    first = kb.incidents.open("ferry api refuses moorings at berth 7", service="ferry-api")
    kb.incidents.mitigate("drained berth 7", worked=True)
    kb.incidents.resolve("reset the counter of berth 7", cause="the gauge counts twice")
    kb.incidents.verify("all")
    kb.incidents.close()
    now = kb.incidents.open("ferry api refuses moorings at berth 9", service="ferry-api")

    similar = ask(kb, "incident_similar", incident_id=now.id)

    (found,) = [one for one in similar.incidents if one.id == first.id]
    assert found.causes == ("the gauge counts twice",)
    assert found.ended == "drained berth 7\nreset the counter of berth 7"
    assert found.why
    assert now.id not in {one.id for one in similar.incidents}


def test_the_words_that_two_incidents_share_are_told_as_they_were_written(kb: KnowledgeBase):
    first = kb.incidents.open("the databases of berth 7 refused moorings", service="ferry-api")
    kb.incidents.resolve("restarted them")
    kb.incidents.close(first.id)
    now = kb.incidents.open("moorings refused: databases exhausted", service="pier-api")

    nothing, hits = kb.check_known_issues("zzz"), kb.search(now.title, ("incident",))
    found = similar(now, nothing, hits, kb.known.entries_by_id([first.id]), 5).incidents

    assert [one.why for one in found] == ["it shares the words databases, moorings, refused"]


def test_looking_for_what_is_similar_is_no_lookup_that_is_counted(kb: KnowledgeBase, clock: Clock):
    kb.incidents.open("ferry api refuses moorings", service="ferry-api")

    ask(kb, "incident_similar")

    assert kb.reviews.summary(now=clock.now + timedelta(minutes=5)).read["lookups"] == 0


def test_every_statement_of_a_draft_that_was_noted_has_its_sources_and_others_are_missing(kb: KnowledgeBase):
    kb.incidents.open("ferry api is slow", service="ferry-api", severity="SEV2")
    kb.incidents.hypothesise("the lock of berth 4 is held", evidence=["held for 9 minutes"])
    kb.incidents.mitigate("restarted the api", worked=False)
    kb.incidents.resolve("released the lock", cause="the lock of berth 4 is held", prevention="a timeout")
    kb.incidents.add_action_item("set a timeout", "bo")
    kb.incidents.review(went_well=["the alert was quick"])

    draft = ask(kb, "incident_draft")

    said = {source.number: source.text for source in draft.sources}
    for part in draft.parts:
        for line in part.lines:
            assert bool(line.sources) != line.missing, (part.heading, line)
    parts = {
        part.heading: [(line.text, [said[n] for n in line.sources]) for line in part.lines]
        for part in draft.parts
    }
    assert parts["Root cause"] == [
        (
            "Confirmed: the lock of berth 4 is held",
            [
                "Suspected: the lock of berth 4 is held",
                "Root cause identified: the lock of berth 4 is held",
            ],
        )
    ]
    assert parts["What ended it"] == [("released the lock", ["Incident resolved: released the lock"])]
    assert parts["So that it cannot come back"] == [("a timeout", ["Incident resolved: released the lock"])]
    assert parts["Tried without success"][0][0] == "Did not help: restarted the api"
    assert parts["To do"] == [("set a timeout (bo, no day yet)", ["To do: set a timeout"])]
    assert parts["Went well"] == [("the alert was quick", ["Review: the alert was quick"])]
    assert parts["Lessons"] == [("What was learned", [])]
    assert draft.markdown == kb.incidents.postmortem()


def test_a_list_has_open_ones_first_and_counts_tell_what_another_filter_would_give(kb: KnowledgeBase):
    kb.incidents.open("a is slow", service="a", severity="SEV1")
    closed = kb.incidents.open("b is slow", service="b", severity="P2")
    kb.incidents.open("b is gone", service="b")
    kb.incidents.resolve("it was the moon", incident_id=closed.id)
    kb.incidents.close(closed.id)

    listed = ask(kb, "incident_list", severity="SEV1, SEV2, unknown")
    of_b = ask(kb, "incident_counts", service="B", open_only=True)

    assert [one.title for one in listed.incidents] == ["b is gone", "a is slow", "b is slow"]
    assert (of_b.passing, of_b.open, of_b.all) == (1, 1, 2)
    assert of_b.severities == {"unknown": 1}
    assert of_b.services == {"a": 1, "b": 1}


def test_of_incidents_of_one_second_the_last_one_comes_first(kb: KnowledgeBase):
    titles = ["zinc is low", "anchor is lost", "mast is bent", "buoy drifts"]
    for title in titles:
        kb.incidents.open(title, severity="SEV2")

    listed = ask(kb, "incident_list", severity="SEV2")

    assert [one.title for one in listed.incidents] == titles[::-1]


def test_a_list_that_was_read_once_follows_what_others_note_merge_and_split(kb: KnowledgeBase):
    slow = kb.incidents.open("a is slow", service="a")
    gone = kb.incidents.open("b is gone", service="b")
    before = ask(kb, "incident_counts")
    with kb.beside() as other:
        other.incidents.set_severity("SEV1", "nobody can pay", slow.id)
        other.incidents.open("c is lost", service="c")
        other.incidents.merge(gone.id, slow.id)

    merged = ask(kb, "incident_counts")
    kb.incidents.split(incident_id=gone.id)
    split = ask(kb, "incident_counts")

    assert (before.severities, before.services) == ({"unknown": 2}, {"a": 1, "b": 1})
    assert (merged.severities, merged.all) == ({"SEV1": 1, "unknown": 1}, 2)
    assert merged.services == {"a": 1, "b": 1, "c": 1}
    assert (split.all, split.services) == (3, {"a": 1, "b": 1, "c": 1})


def test_a_severity_of_no_scale_is_no_filter(kb: KnowledgeBase):
    with pytest.raises(InvalidInput, match="'urgent' is none of: SEV1, SEV2, SEV3, SEV4"):
        ask(kb, "incident_list", severity="urgent")


def test_a_service_is_told_with_its_quirks_incidents_changes_and_alert_rules(
    kb: KnowledgeBase, tmp_path: Path
):
    rules, books = tmp_path / "rules.yaml", tmp_path / "FerrySlow.md"
    rules.write_text(
        "groups:\n- name: ferry\n  rules:\n"
        "  - alert: FerrySlow\n    expr: ferry_seconds > 3\n    labels: {service: ferry-api, severity: critical}\n"
        "  - alert: FerryGone\n    expr: up == 0\n    labels: {service: ferry-api, severity: critical}\n"
        "  - alert: MoonGone\n    expr: moon == 0\n"
    )
    books.write_text(
        "# FerrySlow\n\n## Meaning\n\nThe ferry waits.\n\n## Mitigation\n\n1. Look\n2. Release the oldest lock\n"
    )
    kb.ingest(rules, books)
    kb.memory_append("learned/service_quirks", "services.ferry-api.quirks", {"name": "slow after a deploy"})
    kb.changes.record("deployment", "ferry-api", "prod", version="v2")
    kb.incidents.open("ferry api is slow", service="Ferry-API")

    found = ask(kb, "service_overview", service="ferry-api")
    listed = ask(kb, "services")

    assert [(one.name, str(one.runbook)) for one in found.rules] == [
        ("FerryGone", "none"),
        ("FerrySlow", "written"),
    ]
    assert found.rules[1].runbook_id
    assert [one.name for one in found.quirks] == ["slow after a deploy"]
    assert [one.version for one in found.changes] == ["v2"]
    assert [one.title for one in found.open] == ["ferry api is slow"]
    counted = listed.services[0]
    assert (counted.name, counted.open, counted.quirks, counted.rules, counted.without_runbook) == (
        "ferry-api",
        1,
        1,
        2,
        1,
    )
    assert (counted.changes, listed.rules, listed.covered) == (1, 3, 1)
    assert [one.name for one in listed.unplaced] == ["MoonGone"]


def test_of_a_service_that_nobody_named_that_is_said(kb: KnowledgeBase):
    with pytest.raises(EntryNotFound, match="nothing is known about a service 'sextant'"):
        ask(kb, "service_overview", service="sextant")


def test_what_was_asked_and_not_known_is_counted_by_template_until_somebody_knows_it(
    kb: KnowledgeBase, clock: Clock
):
    for berth in range(3):
        kb.check_known_issues(f"FATAL: berth {berth} of the tide gauge is dry", service=f"gauge-{berth}")
        clock.now += timedelta(days=1)
    clock.now += timedelta(days=10)
    kb.check_known_issues("the lantern of the pier flickers in green")

    found = ask(kb, "unknowns")
    newest = ask(kb, "unknowns", order="newest", only_new=True)

    first, second = found.unknowns
    assert (first.count, first.wants_draft, first.is_new) == (3, True, False)
    assert first.services == ("gauge-0", "gauge-1", "gauge-2")
    assert first.last - first.first > timedelta(days=1)
    assert (second.count, second.wants_draft, second.is_new) == (1, False, True)
    assert [one.line for one in newest.unknowns] == [second.line]
    assert (found.total, found.new, found.wanting, found.lookups) == (2, 1, 1, 4)

    kb.learn_pattern(first.line, "the tide is out", "wait for it")

    assert [one.line for one in ask(kb, "unknowns").unknowns] == [second.line]


def test_a_pattern_that_is_proposed_for_an_unknown_is_named(kb: KnowledgeBase, clock: Clock):
    for berth in range(3):
        kb.check_known_issues(f"FATAL: berth {berth} of the tide gauge is dry")
        clock.now += timedelta(hours=2)
    (proposed,) = [one.proposal for one in kb.proposals.list() if one.proposal.kind == "pattern"]

    (found,) = ask(kb, "unknowns").unknowns

    assert found.proposal_id == proposed.id
