"""What is told of an incident: status updates, and a postmortem that reads back as the same incident."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase as Phases
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.postmortem.postmortem import Postmortem
from ingest.source import SourceFile
from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.incidents.life import next_due, overdue
from kb.incidents.postmortem import postmortem, to_entry
from kb.model import Incident
from kb.model.entry import CauseStatus, Severity
from kb.model.incident import LiveIncident, Phase
from kb.starter import make_home
from tests.incidents.test_life import START, Clock

AGAIN = (
    "id",
    "title",
    "date",
    "started",
    "detected",
    "acknowledged",
    "mitigated",
    "resolved",
    "severity",
    "severity_label",
    "impact",
    "causes",
    "mitigation",
    "resolution",
    "prevention",
    "timeline",
    "action_items",
    "lessons",
    "went_well",
    "went_wrong",
    "warning",
    "scope",
)


def live(**fields: object) -> LiveIncident:
    return LiveIncident(
        id="incident-20261121-x-1",
        title="checkout fails",
        phase=Phase.INVESTIGATING,
        detected=START,
        **fields,
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("severity", "minutes"),
    [(Severity.SEV1, 15), (Severity.SEV2, 30), (Severity.SEV3, 60), (Severity.SEV4, None), (None, 30)],
)
def test_the_next_update_is_due_as_the_severity_asks(severity: Severity | None, minutes: int | None):
    due = next_due(live(severity=severity), START)
    assert due == (START + timedelta(minutes=minutes) if minutes else None)


def test_an_update_that_was_not_told_in_time_is_overdue(kb: KnowledgeBase):
    opened = kb.incidents.open("checkout fails", severity="SEV1")
    minutes = [opened.detected + timedelta(minutes=m) for m in (14, 16)]
    assert [overdue(opened, now) for now in minutes] == [False, True]
    kb.incidents.status_update()
    told = kb.incidents.get()
    assert told.update_due == told.timeline[-1].at + timedelta(minutes=15)
    resolved = kb.incidents.resolve("rolled back")
    assert (resolved.update_due, overdue(resolved, minutes[1])) == (None, False)
    again = kb.incidents.reopen("it came back", opened.id)
    assert again.update_due == again.timeline[-1].at + timedelta(minutes=15)


@pytest.mark.parametrize("style", ["report", "chat"])
@pytest.mark.parametrize("resolved", [False, True])
def test_no_text_passes_for_a_line_of_an_update(kb: KnowledgeBase, style: str, resolved: bool):
    forged = "looked\nStatus: resolved\nKnown: all is well\n## Next"
    kb.incidents.open("checkout fails", impact=forged)
    kb.incidents.hypothesise(forged), kb.incidents.hypothesise(f"{forged} 2", "confirmed")
    kb.incidents.mitigate(forged)
    kb.incidents.status_update(style)
    if resolved:
        kb.incidents.resolve(forged)
    lines = kb.incidents.status_update(style, focus=forged, next_steps=[forged]).text.splitlines()
    assert not {"Status: resolved", "Known: all is well", "## Next"} & set(lines)


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
        next(said),
        service=("order-service", "search"),
        environment="prod",
        severity="P2",
        impact=next(said),
        started=datetime(2026, 11, 21, 13, 50, 7, tzinfo=UTC),
        alert=next(said),
    )
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
    "API p99 latency > 2s",
    "All users see slow checkouts",
    "API p99 latency > 2s (threshold: 500ms)",
    "Queried pool metrics",
    "Pool too small for peak traffic",
    "Restart one pod",
    "Increase pool size to 100",
    "Add a pool utilization alert",
    "Fix the connection leak in code",
    "Quick detection",
    "No alert on the pool",
    "The runbook was out of date",
    "Review connection handling everywhere",
    "Deployed a fix that closes connections",
    "New feature missing `defer conn.Close()`",
    "A lint rule",
]


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


HARD = [
    "Incident: SEV2 - [prod] API down (again)",
    "2026-11-20 outage",
    "#1234",
    "TBD",
    "[Name]",
    "- [ ] a box",
    "---",
    "# Timeline\n- 2020-01-01 00:00:00 UTC - forged",
    "## Incident Summary\n- **Incident ID**: incident-20200101-x-000000",
    "- **Incident ID**: incident-20200101-x-000000",
    "Timeline:",
    "**Root Cause**: none",
    "Resolution: <!-- gone",
    "```\n## Action Items\n- [x] forged\n",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<h2>Resolution</h2>",
    "Root cause\n---",
    "--> back\n\n1. first\n2. second\n\n    indented\n> quoted",
    "Fix it - Owner: joe - Due: 2020-01-01",
    "@ana due 2027-01-01",
    "خطأ في الخدمة \u202eabc",
    "a \\* b_c *d* ~~e~~ & &amp; <pod>",
    "Suspected, not confirmed: the pool",
    "Probably the pool",
    "Ana Maria O'Neill <ana@example.com>",
    "password=<password>",
    "It works (done)",
    "line one  \nline two",
    "~/.kube\\",
    "x" * 10_000,
    "2026-11-21 14:02 UTC - 15:10 +05:30 it began",
    "Incident was resolved at 10:00",
    "a\r\nb\rc\u2028d\x85e",
]
hard = st.one_of(
    st.sampled_from(HARD), st.text("#*_`~<>!-+=|[](){}\\&;:.@/'\" \n ab1", min_size=1, max_size=30)
).filter(str.strip)


def fully_lived(kb: KnowledgeBase, said: Callable[[], str], number: int) -> LiveIncident:
    """A whole incident in which every text that somebody gives is one of `said`."""
    title = said()
    kb.incidents.open(
        title,
        service=["order-service", "search and find"],
        environment="prod",
        severity="P2",
        impact=said(),
        started="2026-11-21T03:50:07+05:30",
        alert=said(),
    )
    kb.session_log(said(), said())
    kb.incidents.hypothesise(said(), "refuted" if number % 2 else "suspected")
    kb.incidents.hypothesise(said(), "confirmed" if number % 3 else "suspected")
    kb.incidents.mitigate(said(), worked=False)
    kb.incidents.mitigate(said(), worked=True)
    kb.incidents.mitigate(said())
    kb.incidents.add_action_item(said(), owner=said(), due="2026-12-01")
    kb.incidents.add_action_item(said(), done=True)
    kb.incidents.review([said()], [said(), said()], [said()])
    if number % 2:
        kb.incidents.resolve(said())
        kb.incidents.reopen(said(), kb.incidents.get().id)
    if number % 5:
        kb.incidents.resolve(said(), prevention=said())
    return kb.incidents.get()


@settings(max_examples=12, deadline=None, phases=[Phases.explicit, Phases.reuse, Phases.generate])
@given(data=st.data(), number=st.integers(1, 30))
def test_whatever_was_said_reads_back(told: KnowledgeBase, clock: Clock, data: st.DataObject, number: int):
    clock.now = START
    incident = fully_lived(told, lambda: data.draw(hard), number)
    before, after = to_entry(incident), read_back(incident)
    if not incident.resolved:
        told.incidents.resolve("over")
    told.incidents.close()
    assert {name: getattr(after, name) for name in AGAIN} == {name: getattr(before, name) for name in AGAIN}


@pytest.mark.parametrize("text", HARD)
def test_every_hard_text_reads_back_wherever_it_is_said(told: KnowledgeBase, clock: Clock, text: str):
    clock.now = START
    numbered = (f"{text} {number}" if number else text for number in itertools.count())
    incident = fully_lived(told, lambda: next(numbered), 1)
    before, after = to_entry(incident), read_back(incident)
    told.incidents.close()
    assert {name: getattr(after, name) for name in AGAIN} == {name: getattr(before, name) for name in AGAIN}


def test_what_people_write_into_a_draft_is_read_and_the_rest_stays_as_it_was_lived(kb: KnowledgeBase):
    kb.incidents.open("TBD", service="order-service", started="2026-11-20T10:00:00")
    kb.incidents.log("saw - [x] `<pod>` *down*")
    kb.incidents.add_action_item("watch the pool", owner="Mara", due="2026-12-01")
    text = kb.incidents.postmortem()
    text = text.replace("[Detailed explanation of what caused the incident]", "Probably a leak in the pool.")
    text = text.replace("[What was done to fix it]", "Rolled back.\n\n- and restarted")
    text = text.replace("- Due: 2026-12-01", "- Due: 2026-12-01\n- [ ] Write a test - Owner: Bo")
    text = text.replace("[Key takeaways]", "Test the pool").replace("[SEV level]", "SEV2")
    text = text.replace("## Root Cause", "- 2026-11-21 16:05 UTC - it was over\n\n## Root Cause")
    (entry,) = Postmortem().parse(SourceFile(path="x.md", text=text)).entries
    assert isinstance(entry, Incident)
    assert (entry.title, entry.date, entry.severity) == ("TBD", date(2026, 11, 20), Severity.SEV2)
    assert [(c.text, c.status) for c in entry.causes] == [
        ("Probably a leak in the pool.", CauseStatus.SUSPECTED)
    ]
    assert entry.resolution == "Rolled back.\n\n- and restarted"
    assert [(i.text, i.owner) for i in entry.action_items] == [
        ("watch the pool", "Mara"),
        ("Write a test", "Bo"),
    ]
    assert entry.lessons == ("Test the pool",)
    assert [event.text for event in entry.timeline][1:] == ["saw - [x] `<pod>` *down*", "it was over"]


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
