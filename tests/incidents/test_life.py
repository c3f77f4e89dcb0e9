"""An incident from the alert to its end: what each step says, needs, and leaves behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput
from kb.incidents.incidents import Incidents
from kb.incidents.life import ITEMS, durations
from kb.incidents.overview import IncidentFilter
from kb.index.encoder import OnnxEncoder
from kb.model.entry import CauseStatus, Severity
from kb.model.incident import LiveIncident, Phase
from tests.conftest import RunKb

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Clock:
    """A clock that goes on by a minute whenever it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, clock=Clock(), actor="ana") as opened:
        yield opened


@pytest.fixture
def incident(kb: KnowledgeBase) -> LiveIncident:
    return kb.incidents.open(
        "checkout fails", service="order-service", environment="prod", severity="P1", alert="5xx above 20 %"
    )


def learned(kb: KnowledgeBase, text: str = "pool of 50 exhausted") -> str:
    return kb.learn_pattern(text, "the pool is too small", "raise its size").id


def test_a_severity_is_kept_as_written_and_on_the_canonical_scale(kb: KnowledgeBase, incident: LiveIncident):
    assert (incident.severity, incident.severity_label, incident.confirmed) == (Severity.SEV1, "P1", True)
    assert kb.incidents.open("slow search").confirmed is False
    assert kb.incidents.set_severity("🟡", incident_id=incident.id).severity is Severity.SEV3


def test_opening_what_is_open_already_gives_that_incident(kb: KnowledgeBase, incident: LiveIncident):
    again = kb.incidents.open(
        "checkout fails", service="order-service", environment="prod", alert="still 5xx"
    )
    assert again.id == incident.id
    assert again.timeline[-1].details == "still 5xx"
    assert len(kb.incidents.open_ones()) == 1


def test_what_a_second_report_of_an_open_incident_says_of_it_holds(kb: KnowledgeBase):
    first = kb.incidents.open("checkout fails", service="order-service", severity="P3")
    again = kb.incidents.open(
        "checkout fails",
        service="order-service",
        severity="P1",
        impact="nobody can pay",
        started="2026-11-21T13:30:00Z",
    )
    assert again.id == first.id
    assert (again.severity, again.impact) == (Severity.SEV1, "nobody can pay")
    assert again.started == datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
    assert (
        kb.incidents.passing(IncidentFilter(open_only=True, severities=("SEV1",)), 5)[0].started
        == again.started
    )
    assert again.timeline[-1].action == "reported again, as begun at 2026-11-21 13:30 UTC"


def test_a_second_report_that_says_less_takes_nothing_away(kb: KnowledgeBase, incident: LiveIncident):
    again = kb.incidents.open("checkout fails", service="order-service", environment="prod")
    assert (again.severity, again.started, again.impact) == (incident.severity, None, "")
    assert [event.kind for event in again.timeline] == ["opened", "note"]


def test_the_command_line_says_that_an_incident_was_open_already(run_kb: RunKb):
    assert "already" not in run_kb("incident", "open", "checkout fails").stderr
    assert "it was open already" in run_kb("incident", "open", "checkout fails").stderr
    run_kb("incident", "resolve", "restarted")
    assert "if it came back: kb incident reopen" in run_kb("incident", "open", "checkout fails").stderr


def test_where_none_is_open_the_last_incident_is_named(kb: KnowledgeBase, incident: LiveIncident):
    kb.incidents.resolve("restarted")
    kb.incidents.close()
    with pytest.raises(InvalidInput, match=f"none is open; the last one was {incident.id}"):
        kb.incidents.get()


def test_the_session_log_belongs_to_the_incident_that_is_open(kb: KnowledgeBase, incident: LiveIncident):
    assert kb.session_log("looked at the pool", "50 of 50 in use").subject == incident.id
    assert kb.incidents.get().timeline[-1].action == "looked at the pool"


def test_the_session_log_belongs_to_no_incident_where_none_or_several_are_open(kb: KnowledgeBase):
    assert kb.session_log("tidied up").subject is None
    kb.incidents.open("one"), kb.incidents.open("two")
    assert kb.session_log("tidied up").subject is None


def test_the_session_log_follows_the_work_not_what_is_resolved_already(
    kb: KnowledgeBase, incident: LiveIncident
):
    kb.incidents.resolve("rolled back", incident_id=incident.id)
    assert kb.session_log("watched the graphs").subject == incident.id
    other = kb.incidents.open("search is slow")
    assert kb.session_log("looked at the shards").subject == other.id


def test_the_session_log_of_another_process_belongs_to_the_open_incident(kb: KnowledgeBase):
    incident = kb.incidents.open("checkout fails")
    words = [sys.executable, "-m", "kb", "--home", str(kb.home.root), "memory", "log", "looked at the pool"]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    assert incident.id in told.stderr
    assert kb.incidents.get().timeline[-1].action == "looked at the pool"


def test_with_several_open_the_right_one_must_be_named(kb: KnowledgeBase, incident: LiveIncident):
    other = kb.incidents.open("search is slow")
    with pytest.raises(InvalidInput, match=f"{other.id}, {incident.id}"):
        kb.incidents.log("what now?")
    assert kb.incidents.log("looked at the shards", incident_id=other.id).subject == other.id


def test_times_are_those_of_the_steps(kb: KnowledgeBase):
    kb.incidents.open("checkout fails", started="2026-11-21T13:50:00")
    kb.incidents.acknowledge()
    kb.incidents.acknowledge("bo")
    kb.incidents.mitigate("bigger pool", worked=True)
    found = kb.incidents.resolve("closed the connections")
    assert found.acknowledged_by == "ana"
    named = durations(found, found.resolved or START)
    assert named.keys() == {"to_acknowledge", "to_mitigate", "to_resolve"}
    assert timedelta(minutes=10) < named["to_acknowledge"] < named["to_mitigate"] < named["to_resolve"]


@pytest.mark.usefixtures("incident")
def test_a_hypothesis_gathers_evidence_until_it_is_confirmed_or_refuted(kb: KnowledgeBase):
    kb.incidents.hypothesise("the pool is too small", evidence="traffic doubled at 10")
    kb.incidents.hypothesise("connections leak since the deploy")
    kb.incidents.hypothesise("The pool is too small", "refuted", ["traffic is flat"])
    found = kb.incidents.hypothesise(hypothesis_id="h2", status="confirmed", evidence="no conn.Close()")
    small, leak = found.hypotheses
    assert (small.status, small.evidence) == (
        CauseStatus.REFUTED,
        ("traffic doubled at 10", "traffic is flat"),
    )
    assert (leak.text, leak.status) == ("connections leak since the deploy", CauseStatus.CONFIRMED)


@pytest.mark.usefixtures("incident")
def test_a_fix_that_nobody_verified_gains_nothing(kb: KnowledgeBase):
    entry_id = learned(kb)
    before = kb.trust_of(kb.get(entry_id))
    kb.incidents.mitigate("bigger pool", entry_id, worked=True)
    kb.incidents.resolve("bigger pool", entry_id=entry_id)
    kb.incidents.verify(["error_rates", "alerts"])
    kb.incidents.close()
    assert kb.trust_of(kb.get(entry_id)) == before


@pytest.mark.usefixtures("incident")
def test_a_fix_is_credited_once_when_all_six_items_hold(kb: KnowledgeBase):
    entry_id = learned(kb)
    kb.incidents.resolve("bigger pool", entry_id=entry_id)
    kb.incidents.verify(list(ITEMS)[:3])
    found = kb.incidents.verify(list(ITEMS.values())[3:], by="bo")
    kb.incidents.verify("all", by="bo")
    assert (found.phase, found.verified_by) == (Phase.VERIFIED, "bo")
    trust = kb.trust_of(kb.get(entry_id))
    assert (trust.resolved, trust.n) == (1, 1)


@pytest.mark.usefixtures("incident")
def test_an_item_that_does_not_hold_leaves_the_incident_unverified(kb: KnowledgeBase):
    kb.incidents.resolve("bigger pool")
    found = kb.incidents.verify({**dict.fromkeys(ITEMS, True), "complaints": "no"})
    assert found.phase is Phase.RESOLVED
    assert [item.key for item in found.checks if not item.held] == ["complaints"]


@pytest.mark.usefixtures("incident")
def test_what_did_not_help_is_held_against_its_entry_at_once(kb: KnowledgeBase):
    entry_id = learned(kb)
    found = kb.incidents.mitigate("bigger pool", entry_id, worked=False)
    assert found.applied == ()
    assert kb.trust_of(kb.get(entry_id)).failed == 1


def test_what_came_back_counts_against_what_was_applied(kb: KnowledgeBase, incident: LiveIncident):
    entry_id = learned(kb)
    kb.incidents.resolve("bigger pool", entry_id=entry_id)
    kb.incidents.verify("all")
    kb.incidents.close()
    found = kb.incidents.reopen("5xx again", incident.id)
    assert (found.phase, found.resolved, found.closed) == (Phase.INVESTIGATING, None, None)
    trust = kb.trust_of(kb.get(entry_id))
    assert (trust.resolved, trust.failed) == (1, 1)


def test_a_resolved_incident_is_found_and_an_open_one_is_not(kb: KnowledgeBase, incident: LiveIncident):
    assert incident.id not in [hit.id for hit in kb.search("checkout fails order-service")]
    kb.incidents.resolve("restarted the gateway of the checkout", cause="the gateway lost its certificate")
    found = kb.search("gateway lost its certificate", kinds=["incident"])
    assert [hit.id for hit in found] == [incident.id]


@pytest.mark.usefixtures("incident")
def test_the_week_counts_an_incident_that_is_still_open(kb: KnowledgeBase):
    summary = kb.weekly_summary(1)
    assert summary.read["incidents"] == 1
    assert [(one.name, one.count) for one in summary.incidents_by_severity] == [("SEV1", 1)]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda i: i.open(" "), "title is empty"),
        (lambda i: i.open("x", severity="purple"), "no known scale"),
        (lambda i: i.open("x", started="soon"), "is no time"),
        (lambda i: i.open("x", started="2031-01-01"), "in the future"),
        (lambda i: i.hypothesise("x", "proven"), "suspected, confirmed, refuted"),
        (lambda i: i.hypothesise(hypothesis_id="h7"), "no hypothesis 'h7'"),
        (lambda i: i.verify("all"), "not resolved"),
        (lambda i: i.verify(["vibes"]), "not on the checklist"),
        (lambda i: i.verify({"alerts": "maybe"}), "neither true nor false"),
        (lambda i: i.close(), "not resolved"),
        (lambda i: i.add_action_item("x", due="tomorrow"), "write it as 2026-12-31"),
        (lambda i: i.review(), "nothing to review"),
        (lambda i: i.status_update("poem"), "report, chat"),
    ],
)
@pytest.mark.usefixtures("incident")
def test_a_step_that_makes_no_sense_says_why_and_writes_nothing(
    kb: KnowledgeBase, step: Callable[[Incidents], object], message: str
):
    before = len(kb.incidents.get().timeline)
    with pytest.raises(InvalidInput, match=message):
        step(kb.incidents)
    assert len(kb.incidents.get().timeline) == before


def test_an_unknown_entry_or_incident_is_named(kb: KnowledgeBase, incident: LiveIncident):
    with pytest.raises(EntryNotFound, match="'pattern-nowhere'"):
        kb.incidents.mitigate("x", "pattern-nowhere")
    with pytest.raises(EntryNotFound, match=f"incident-1.*open are: {incident.id}"):
        kb.incidents.get("incident-1")


def test_a_closed_incident_takes_no_steps_but_its_review(kb: KnowledgeBase, incident: LiveIncident):
    kb.incidents.resolve("false alarm: the probe was wrong")
    kb.incidents.close()
    with pytest.raises(InvalidInput, match="is closed; reopen it"):
        kb.incidents.mitigate("bigger pool", incident_id=incident.id)
    assert kb.incidents.review(lessons="test the probe", incident_id=incident.id).lessons == (
        "test the probe",
    )


def test_secrets_do_not_get_into_the_timeline(kb: KnowledgeBase):
    kb.incidents.open("login fails", alert="password=hunter2secret99")
    kb.incidents.log("tried token ghp_abcdefghijklmnopqrstuvwxyz0123456789")
    assert "hunter2" not in (text := str(kb.incidents.get()))
    assert "ghp_abc" not in text


def test_several_agents_write_at_once_and_nothing_is_lost(home: Path, encoder: OnnxEncoder):
    def agent(number: int) -> None:
        with KnowledgeBase.open(home, encoder=encoder, actor=f"agent {number}") as kb:
            for step in range(5):
                kb.incidents.hypothesise(f"cause {number}.{step}")
                kb.session_log(f"looked at {number}.{step}")

    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.incidents.open("checkout fails")
        agents = [threading.Thread(target=agent, args=[number]) for number in range(4)]
        for thread in agents:
            thread.start()
        for thread in agents:
            thread.join()
        found = kb.incidents.get()

    assert len({one.id for one in found.hypotheses}) == len({one.text for one in found.hypotheses}) == 20
    assert len(found.timeline) == 1 + 40


@pytest.mark.usefixtures("incident")
def test_a_cause_that_is_confirmed_already_is_not_noted_again(kb: KnowledgeBase):
    kb.incidents.hypothesise("the deploy leaks connections", "confirmed")
    found = kb.incidents.resolve("rolled back", cause="The deploy leaks connections")
    assert [event.kind for event in found.timeline].count("hypothesis") == 1


def test_after_the_close_the_postmortem_is_that_of_the_incident_that_was_closed_last(
    kb: KnowledgeBase, incident: LiveIncident
) -> None:
    kb.incidents.resolve("restarted")
    kb.incidents.close()
    assert "checkout fails" in kb.incidents.postmortem()
    assert kb.incidents.save_postmortem().is_file()
    assert kb.incidents.add_action_item("raise the pool").id == incident.id
    assert kb.incidents.review(lessons="watch the pool").id == incident.id


def test_what_came_back_without_an_id_is_the_incident_that_was_closed_last(
    kb: KnowledgeBase, incident: LiveIncident
) -> None:
    kb.incidents.resolve("restarted")
    kb.incidents.close()
    assert kb.incidents.reopen("checkout fails again").id == incident.id


def test_what_came_back_without_an_id_is_the_open_incident_that_is_resolved(
    kb: KnowledgeBase, incident: LiveIncident
) -> None:
    kb.incidents.open("search is slow")
    kb.incidents.resolve("restarted", incident_id=incident.id)
    assert kb.incidents.reopen("checkout fails again").id == incident.id


def test_a_step_that_goes_on_with_an_incident_never_means_a_closed_one(
    kb: KnowledgeBase, incident: LiveIncident
) -> None:
    kb.incidents.resolve("restarted", incident_id=incident.id)
    kb.incidents.close()
    for step in (
        lambda: kb.incidents.log("looked"),
        lambda: kb.incidents.mitigate("restart"),
        kb.incidents.close,
    ):
        with pytest.raises(InvalidInput, match="none is open"):
            step()


def test_the_command_line_reopens_the_last_incident_or_the_one_that_is_named(run_kb: RunKb) -> None:
    first = run_kb("incident", "open", "checkout fails").stdout.split()[0]
    run_kb("incident", "resolve", "restarted")
    run_kb("incident", "close")
    assert run_kb("incident", "postmortem").returncode == 0
    assert run_kb("incident", "reopen", "it is back").stdout.split()[0] == first
    run_kb("incident", "resolve", "restarted again")
    assert run_kb("incident", "reopen", first, "it is back again").stdout.split()[0] == first
    assert "one reason" in run_kb("incident", "reopen", first, "it", "is", "back").stderr
