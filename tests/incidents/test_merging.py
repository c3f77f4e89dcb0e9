"""Incidents that were opened by mistake: two that are one, one that is two; what was noted and recorded goes along."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput, Refused
from kb.index.encoder import OnnxEncoder
from kb.model.entry import Severity
from kb.model.incident import LiveIncident, Phase, Step
from kb.model.ledger import Outcome, Result
from kb.starter import make_home
from tests.conftest import RunKb
from tests.incidents.test_life import kb as kb
from tests.incidents.test_life import learned


@pytest.fixture
def two(kb: KnowledgeBase) -> tuple[LiveIncident, LiveIncident]:
    """Two incidents of one trouble: the one that goes on, and the one that was opened by mistake."""
    return (
        kb.incidents.open("checkout fails", service="checkout", severity="SEV3"),
        kb.incidents.open("orders are slow", service="orders-db", started="2026-11-21T13:40:00Z"),
    )


def outcomes(kb: KnowledgeBase, entry: str) -> list[Outcome]:
    return kb._parts.ledger.outcomes_of([entry]).get(entry, [])


def test_of_two_that_are_one_the_work_of_both_is_in_the_one_that_goes_on(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    kb.incidents.hypothesise("the pool is too small", incident_id=stays.id)
    kb.incidents.hypothesise("the disk is full", status="refuted", incident_id=goes.id)
    kb.incidents.mitigate("restarted the pods", worked=True, incident_id=goes.id)
    kb.incidents.add_action_item("alert at 80 %", owner="priya", incident_id=goes.id)

    merged = kb.incidents.merge(goes.id, into=stays.id)

    assert merged.id == stays.id
    assert merged.merged == (goes.id,)
    assert merged.services == ("checkout", "orders-db")
    assert merged.started == goes.started
    assert merged.severity is Severity.SEV3
    assert [(one.id, one.text) for one in merged.hypotheses] == [
        ("h1", "the pool is too small"),
        ("h2", "the disk is full"),
    ]
    assert merged.phase is Phase.MITIGATING
    assert merged.mitigated
    assert [item.owner for item in merged.action_items] == ["priya"]
    assert [one.id for one in kb.incidents.open_ones()] == [stays.id]
    assert [one.id for one in kb.incidents.recent()] == [stays.id]


def test_what_is_said_of_a_merged_one_is_said_of_the_one_that_goes_on(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    entry = learned(kb)
    kb.incidents.merge(goes.id, into=stays.id)

    assert kb.session_log("looked at the pool").subject == stays.id
    assert kb.incidents.get(goes.id[-6:]).id == stays.id
    assert kb.incidents.log("the pool is full", incident_id=goes.id).subject == stays.id
    kb.record_outcome(entry, "failed", incident_id=goes.id)
    assert outcomes(kb, entry)[0].incident == stays.id


def test_a_third_one_is_merged_through_the_second(kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]):
    stays, goes = two
    third = kb.incidents.open("carts are empty")
    kb.incidents.log("carts time out", incident_id=third.id)
    kb.incidents.merge(third.id, into=goes.id)
    kb.incidents.merge(goes.id, into=stays.id)

    assert kb.incidents.get(third.id).id == stays.id
    kb.incidents.resolve("more connections", incident_id=stays.id)
    assert "carts time out" in kb.incidents.postmortem(stays.id)
    with pytest.raises(Refused, match=rf"{goes.id} was merged into {stays.id} since"):
        kb.incidents.split(incident_id=third.id)


def test_one_fix_in_two_incidents_that_are_one_helped_once(kb: KnowledgeBase):
    stays, goes = kb.incidents.open("checkout fails"), kb.incidents.open("orders are slow")
    entry = learned(kb)
    for incident in (stays, goes):
        kb.incidents.mitigate("raised the pool", entry, True, incident.id)
        kb.incidents.resolve("a larger pool", incident_id=incident.id)
        kb.incidents.verify("all", incident_id=incident.id)
    apart = kb.trust_of(kb.get(entry))
    assert (apart.resolved, apart.recurred) == (2, 1), "applied again elsewhere: the first did not last"

    kb.incidents.merge(goes.id, into=stays.id)

    together = kb.trust_of(kb.get(entry))
    assert (together.resolved, together.recurred) == (1, 0)
    assert {one.incident for one in outcomes(kb, entry)} == {stays.id}

    kb.incidents.split(incident_id=goes.id)
    assert kb.trust_of(kb.get(entry)) == apart


def test_what_was_being_applied_in_a_merged_one_is_credited_when_the_other_is_verified(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    entry = learned(kb)
    kb.incidents.mitigate("raised the pool", entry, incident_id=goes.id)
    kb.incidents.merge(goes.id, into=stays.id)
    kb.incidents.resolve("a larger pool")
    kb.incidents.verify("all", by="mara")

    last = outcomes(kb, entry)[-1]
    assert (last.result, last.incident, last.verified_by) == (Result.RESOLVED, stays.id, "mara")


def test_what_was_merged_by_mistake_is_taken_out_again_as_it_was(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    entry = learned(kb)
    before = kb.incidents.hypothesise("the disk is full", incident_id=goes.id)
    kb.incidents.mitigate("raised the pool", entry, incident_id=goes.id)
    kb.incidents.merge(goes.id, into=stays.id)
    kb.incidents.hypothesise("the pool is too small", incident_id=stays.id)

    back = kb.incidents.split(incident_id=goes.id)

    assert back.id == goes.id
    assert back.phase is Phase.MITIGATING
    assert back.hypotheses == before.hypotheses
    assert outcomes(kb, entry)[0].incident == goes.id
    left = kb.incidents.get(stays.id)
    assert (left.services, left.started, left.merged) == (("checkout",), None, ())
    assert [one.text for one in left.hypotheses] == ["the pool is too small"]
    assert {one.id for one in kb.incidents.open_ones()} == {stays.id, goes.id}
    assert [one.text for one in kb.incidents.hypothesise("a third", incident_id=stays.id).hypotheses] == [
        "the pool is too small",
        "a third",
    ]
    kb.incidents.merge(goes.id, into=stays.id)
    assert kb.incidents.get(goes.id).merged == (goes.id,)


def test_a_merged_one_that_was_over_is_over_when_it_is_taken_out(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    kb.incidents.resolve("it went away", incident_id=goes.id)
    kb.incidents.close(goes.id)
    kb.incidents.merge(goes.id, into=stays.id)
    assert kb.incidents.get(stays.id).resolved is None

    assert kb.incidents.split(incident_id=goes.id).phase is Phase.CLOSED
    assert [one.id for one in kb.incidents.open_ones()] == [stays.id]


def test_steps_of_another_trouble_are_an_incident_of_their_own(kb: KnowledgeBase):
    entry, other = learned(kb), learned(kb, "disk of db-2 is full")
    incident = kb.incidents.open("checkout fails", service="checkout", severity="SEV2")
    kb.incidents.mitigate("raised the pool", entry)
    kb.incidents.log("df says 100 % on db-2")
    kb.incidents.mitigate("deleted old logs", other)
    kb.incidents.log("checkout still fails")
    found = kb.incidents.get()
    numbers = [str(one.id) for one in found.timeline if "db-2" in one.action or "logs" in one.action]

    split = kb.incidents.split("the disk of db-2 is full", numbers, service="orders-db")

    assert split.title == "the disk of db-2 is full"
    assert split.services == ("orders-db",)
    assert (split.severity, split.confirmed) == (Severity.SEV2, False)
    assert [one.text for one in split.mitigations] == ["deleted old logs"]
    assert split.applied == (other,)
    assert split.started == found.timeline[2].at
    left = kb.incidents.get(incident.id)
    assert [one.text for one in left.mitigations] == ["raised the pool"]
    assert left.applied == (entry,)
    assert outcomes(kb, other)[0].incident == split.id
    assert outcomes(kb, entry)[0].incident == incident.id
    kb.incidents.resolve("logrotate", incident_id=split.id)
    draft = kb.incidents.postmortem(split.id)
    assert "df says 100 % on db-2" in draft
    assert "checkout still fails" not in draft
    assert "df says" not in kb.incidents.postmortem(incident.id)


def test_steps_that_are_named_with_the_id_of_a_merged_incident_are_those_of_the_one_that_goes_on(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    kb.incidents.merge(goes.id, into=stays.id)
    kb.incidents.log("df says 100 % on db-2", incident_id=stays.id)
    number = kb.incidents.get().timeline[-1].id

    split = kb.incidents.split("the disk of db-2 is full", str(number), incident_id=goes.id)

    assert split.title == "the disk of db-2 is full"
    assert kb.incidents.get(goes.id).merged == (goes.id,)


def test_an_entry_that_both_applied_keeps_its_outcomes_where_they_were(kb: KnowledgeBase):
    entry = learned(kb)
    incident = kb.incidents.open("checkout fails")
    kb.incidents.mitigate("raised the pool", entry)
    kb.incidents.mitigate("raised the pool of db-2", entry)
    number = kb.incidents.get().timeline[-1].id

    split = kb.incidents.split("db-2 has no connections", str(number))

    assert {one.incident for one in outcomes(kb, entry)} == {incident.id}
    assert split.applied == (entry,)


WRONG = [
    ({}, "say what of"),
    ({"title": "x"}, "say what of"),
    ({"title": "x", "step": "9999"}, "has no step '9999'"),
    ({"title": "x", "step": "{resolution}"}, "tells how far the incident is"),
    ({"title": "x", "step": "{opened}"}, "tells how far the incident is"),
    ({"title": "x", "alert": "DiskFull"}, "has no alert 'DiskFull'; alerts of it: none"),
    ({"step": "{note}"}, "title is empty"),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_what_cannot_be_split_off_is_refused_with_what_to_give(
    kb: KnowledgeBase, given: dict[str, str], said: str
):
    kb.incidents.open("checkout fails")
    kb.incidents.log("looked at the pool")
    steps = {str(one.kind): one.id for one in kb.incidents.resolve("more connections").timeline}

    with pytest.raises(InvalidInput, match=said):
        kb.incidents.split(**{name: value.format(**steps) for name, value in given.items()})

    assert len(kb.incidents.recent()) == 1


def test_what_cannot_be_merged_is_refused(kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]):
    stays, goes = two
    with pytest.raises(Refused, match="there is nothing to merge"):
        kb.incidents.merge(stays.id, into=stays.id)
    kb.incidents.resolve("more connections", incident_id=stays.id)
    with pytest.raises(Refused, match=f"{stays.id} is over and {goes.id} is not"):
        kb.incidents.merge(goes.id, into=stays.id)
    kb.incidents.merge(stays.id, into=goes.id)
    with pytest.raises(Refused, match="there is nothing to merge"):
        kb.incidents.merge(goes.id, into=stays.id)


def test_a_merged_incident_is_not_counted_and_not_found_by_itself(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident]
):
    stays, goes = two
    kb.incidents.resolve("restarted the replica", cause="a lost replica", incident_id=goes.id)
    assert [hit.id for hit in kb.search("lost replica", kinds=["incident"])] == [goes.id]
    kb.incidents.merge(goes.id, into=stays.id)
    assert [hit.id for hit in kb.search("lost replica", kinds=["incident"])] == []
    kb.incidents.resolve("the replica is back", incident_id=stays.id)

    assert [hit.id for hit in kb.search("lost replica", kinds=["incident"])] == [stays.id]
    assert [(one.name, one.count) for one in kb.weekly_summary(7).incidents_by_service] == [
        ("checkout", 1),
        ("orders-db", 1),
    ]


def test_merging_and_splitting_work_from_the_terminal(home: Path, run_kb: RunKb):
    def kb(*words: str) -> str:
        done = run_kb("--home", str(home), *words)
        assert not done.returncode, done.stderr
        return done.stdout

    stays = kb("incident", "open", "checkout fails").split()[0]
    goes = kb("incident", "open", "orders are slow").split()[0]
    kb("incident", "log", "df says 100 % on db-2", "-i", goes)

    assert stays in kb("incident", "merge", goes[-6:], "--into", stays[-6:])
    assert "Merged into it: orders are slow" in kb("incident", "show")
    assert f"{goes} investigating" in kb("incident", "split", "-i", goes[-6:])

    line = next(line for line in kb("incident", "show", "-i", goes).splitlines() if "df says" in line)
    made = kb("incident", "split", "the disk of db-2", "--step", line.split()[0], "-i", goes)
    assert "the-disk-of-db-2" in made
    assert Step.SPLIT in kb("incident", "show", "-i", goes, "--json")


def test_a_ledger_that_is_restored_knows_what_was_merged(
    kb: KnowledgeBase, two: tuple[LiveIncident, LiveIncident], tmp_path: Path, encoder: OnnxEncoder
):
    stays, goes = two
    kb.incidents.merge(goes.id, into=stays.id)
    copy, _ = kb.upkeep.backup(tmp_path / "copy.db")
    other = tmp_path / "other"
    make_home(other)

    with KnowledgeBase.open(other, encoder=encoder) as restored:
        restored.upkeep.restore(copy)
        assert [one.id for one in restored.incidents.recent()] == [stays.id]
        assert restored.incidents.get(goes.id).id == stays.id
