"""What is told of an incident: status updates, and a postmortem that reads back as the same incident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase as Phases
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.postmortem import Postmortem
from ingest.source import SourceFile
from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.incidents.entry import to_entry
from kb.incidents.postmortem import postmortem
from kb.incidents.updates import next_due, overdue
from kb.records import Incident
from kb.records.live import LiveIncident, Phase
from kb.records.parts import Severity
from kb.starter import make_home
from tests.incidents.test_life import START, Clock

AGAIN = (
    "id", "title", "date", "started", "detected", "acknowledged", "mitigated", "resolved", "severity",
    "severity_label", "impact", "causes", "mitigation", "resolution", "prevention", "timeline", "action_items",
    "lessons", "went_well", "went_wrong", "warning", "scope",
)  # fmt: skip


def live(**fields: object) -> LiveIncident:
    return LiveIncident(id="incident-20261121-x-1", title="checkout fails", phase=Phase.INVESTIGATING,
                        detected=START, **fields)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "minutes"),
    [(Severity.SEV1, 15), (Severity.SEV2, 30), (Severity.SEV3, 60), (Severity.SEV4, None), (None, 30)],
)
def test_the_next_update_is_due_as_the_severity_asks(severity: Severity | None, minutes: int | None):
    due = next_due(live(severity=severity), START)
    assert due == (START + timedelta(minutes=minutes) if minutes else None)


def test_an_update_that_was_not_told_in_time_is_overdue():
    incident = live(severity=Severity.SEV1)
    assert not overdue(incident, START + timedelta(minutes=14))
    assert overdue(incident, START + timedelta(minutes=16))
    assert not overdue(live(severity=Severity.SEV1, resolved=START), START + timedelta(days=1))


def test_known_and_suspected_are_told_apart(kb: KnowledgeBase):
    kb.incidents.open("checkout fails", service="order-service", severity="SEV2")
    kb.incidents.hypothesise("the pool is too small")
    kb.incidents.hypothesise("the deploy leaks connections", "confirmed")
    text = kb.incidents.status_update().text
    assert "Known: the deploy leaks connections" in text
    assert "Suspected: the pool is too small" in text
    assert "**Severity**: SEV2" in text


def test_the_first_words_in_the_channel_are_the_initial_assessment_then_come_updates(kb: KnowledgeBase):
    kb.incidents.open("checkout fails", service="order-service", severity="critical", impact="all buyers")
    first = kb.incidents.status_update("chat").text
    kb.incidents.mitigate("restarted the pods", worked=False)
    second = kb.incidents.status_update("chat", next_steps=["roll back"]).text
    assert first.startswith("🔴 INCIDENT: order-service checkout fails\nImpact: all buyers\nInvestigating: ")
    assert second.startswith("UPDATE: ")
    assert "Status: mitigating\nActions: restarted the pods - it did not help\nNext: roll back" in second


def test_a_resolved_incident_is_told_as_resolved_and_no_update_is_due(kb: KnowledgeBase):
    kb.incidents.open("checkout fails")
    kb.incidents.resolve("rolled back", cause="a bad deploy")
    update = kb.incidents.status_update("chat")
    assert update.next_due is None
    assert "Status: resolved after" in update.text
    assert "verification still open" in update.text


def lived(kb: KnowledgeBase, words: list[str], number: int) -> LiveIncident:
    """A whole incident, told in the given words."""
    said = iter(words)
    kb.incidents.open(
        next(said), service=("order-service", "search"), environment="prod", severity="P2",
        impact=next(said), started=datetime(2026, 11, 21, 13, 50, 7, tzinfo=UTC), alert=next(said),
    )  # fmt: skip
    kb.incidents.acknowledge()
    kb.session_log(next(said))
    kb.incidents.hypothesise(next(said), "refuted" if number % 2 else "suspected")
    kb.incidents.mitigate(next(said), worked=False)
    kb.incidents.mitigate(next(said), worked=True)
    kb.incidents.add_action_item(next(said), owner="Mara", due="2026-12-01")
    kb.incidents.add_action_item(next(said), done=True)
    kb.incidents.review(next(said), [next(said), next(said)], next(said))
    kb.incidents.resolve(next(said), cause=next(said) if number % 3 else "", prevention=next(said))
    kb.incidents.verify("all", by="bo")
    return kb.incidents.close()


def read_back(incident: LiveIncident) -> Incident:
    parsed = Postmortem().parse(SourceFile(path="docs/incidents/x.md", text=postmortem(incident)))
    (entry,) = parsed.entries
    assert isinstance(entry, Incident)
    return entry


WORDS = [
    "API p99 latency > 2s", "All users see slow checkouts", "API p99 latency > 2s (threshold: 500ms)",
    "Queried pool metrics", "Pool too small for peak traffic", "Restart one pod", "Increase pool size to 100",
    "Add a pool utilization alert", "Fix the connection leak in code", "Quick detection",
    "No alert on the pool", "The runbook was out of date", "Review connection handling everywhere",
    "Deployed a fix that closes connections", "New feature missing `defer conn.Close()`", "A lint rule",
]  # fmt: skip


def test_a_drafted_postmortem_reads_back_as_the_same_incident(kb: KnowledgeBase):
    with KnowledgeBase.open(kb.home.root, clock=Clock()) as opened:
        incident = lived(opened, WORDS, 1)
    before, after = to_entry(incident), read_back(incident)
    assert {name: getattr(after, name) for name in AGAIN} == {name: getattr(before, name) for name in AGAIN}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("told")
    make_home(folder)
    with KnowledgeBase.open(folder, clock=clock) as opened:
        yield opened


@settings(
    max_examples=12, deadline=None, derandomize=True, phases=[Phases.explicit, Phases.reuse, Phases.generate]
)
@given(
    words=st.lists(
        st.from_regex(r"[A-Z][a-z]{3,9}( [a-z0-9]{2,9}| `[a-z.]{3,8}\(\)`| v[1-9]\.[0-9]){2,8}", fullmatch=True),
        min_size=16, max_size=16, unique=True,
    ),
    number=st.integers(1, 6),
)  # fmt: skip
def test_whatever_was_said_reads_back(told: KnowledgeBase, clock: Clock, words: list[str], number: int):
    clock.now = START
    incident = lived(told, words, number)
    before, after = to_entry(incident), read_back(incident)
    names = [name for name in AGAIN if name not in ("title", "impact")]  # those lose their backticks
    assert {name: getattr(after, name) for name in names} == {name: getattr(before, name) for name in names}


def test_what_was_not_said_stays_the_templates_blank_and_is_no_value(kb: KnowledgeBase):
    incident = kb.incidents.open("checkout fails")
    text = kb.incidents.postmortem()
    assert "[SEV level]" in text
    entry = read_back(incident)
    assert (entry.severity, entry.causes, entry.action_items, entry.lessons) == (None, (), (), ())


def test_a_draft_names_nobody_but_the_owners_of_action_items(home: Path):
    with KnowledgeBase.open(home, actor="joe.blogs") as kb:
        kb.incidents.open("checkout fails")
        kb.incidents.log("deployed without review")
        kb.incidents.add_action_item("review deploys", owner="Mara")
        text = kb.incidents.postmortem()
    assert "joe.blogs" not in text
    assert "Owner: Mara" in text


def test_a_saved_draft_is_ingested_as_the_incident_that_was_lived(kb: KnowledgeBase):
    incident = kb.incidents.open("checkout fails", service="order-service")
    kb.incidents.resolve("rolled back", cause="a bad deploy of the tide table")
    path = kb.incidents.save_postmortem()
    receipt = kb.ingest(path)
    assert path.parent == kb.home.root / "docs/incidents"
    assert path.name == f"{incident.detected:%Y-%m-%d}-order-service.md"
    assert receipt.files[0].entries == (incident.id,)
    assert [hit.id for hit in kb.search("bad deploy of the tide table", kinds=["incident"])] == [incident.id]
    kb.incidents.close()
    assert kb.get(incident.id).provenance.source.path == str(path)
    assert kb.weekly_summary(1).read["incidents"] == 1


def test_a_second_draft_does_not_overwrite_what_people_edited(kb: KnowledgeBase):
    (kb.home.root / ".agents/retros").mkdir(parents=True)
    kb.incidents.open("checkout fails", service="order-service")
    path = kb.incidents.save_postmortem()
    path.write_text(path.read_text() + "\nedited\n")
    with pytest.raises(InvalidInput, match="holds this incident already"):
        kb.incidents.save_postmortem()
    other = kb.incidents.open("checkout is slow", service="order-service")
    assert kb.incidents.save_postmortem(incident_id=other.id).name.endswith("-order-service-2.md")
    assert path.parent.name == "retros"
    assert path.read_text().endswith("edited\n")
