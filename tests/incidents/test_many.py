"""Many incidents: what is open is found however many came after it, and what it costs to ask stays what it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.incident import Step
from kb.model.ledger import Event

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Clock:
    """A clock that goes on by a minute whenever it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, clock=Clock()) as opened:
        yield opened


def lived(kb: KnowledgeBase, count: int, *steps: Step, service: str = "search") -> list[str]:
    """Incidents that went through these steps after they were opened, by id, oldest first."""
    ids = [f"incident-20261120-other-{steps[-1] if steps else 'open'}-{number}" for number in range(count)]
    with kb._parts.ledger.write():
        for number, subject in enumerate(ids):
            at = NOW - timedelta(hours=6) + timedelta(seconds=10 * number)
            data = {"services": [service], "environment": "prod", "alert": f"search is slow, {number} %"}
            for step in (Step.OPENED, *steps):
                event = Event(at=at, action=f"search {number} is slow", subject=subject, kind=step, data=data)
                kb._parts.ledger.record_event(event)
    return ids


def test_an_open_incident_stays_in_triage_when_sixty_newer_ones_were_closed(kb: KnowledgeBase):
    mine = kb.incidents.open("basket loses items", service="basket", environment="prod")
    lived(kb, 60, Step.RESOLUTION, Step.CLOSED)

    brief = kb.triage("basket loses items again", service="basket")

    assert brief.incident_id == mine.id


def test_an_open_incident_without_a_service_stays_in_triage_when_sixty_newer_ones_were_closed(
    kb: KnowledgeBase,
):
    mine = kb.incidents.open("the whole site is down")
    lived(kb, 60, Step.RESOLUTION, Step.CLOSED)

    brief = kb.triage("basket loses items", service="basket")

    assert mine.id in str(brief.sections)


def test_an_old_incident_is_named_by_its_id_however_many_came_after_it(kb: KnowledgeBase):
    mine = kb.incidents.open("basket loses items", service="basket")
    kb.incidents.resolve("restarted", incident_id=mine.id)
    kb.incidents.close(mine.id)
    lived(kb, 60, Step.RESOLUTION, Step.CLOSED)

    assert kb.triage("basket loses items", incident_id=mine.id).incident_id == mine.id


def test_a_prevention_that_is_still_to_do_stays_in_triage_when_sixty_newer_incidents_were_closed(
    kb: KnowledgeBase,
):
    mine = kb.incidents.open("basket loses items", service="basket")
    kb.incidents.add_action_item("alert on lost items", owner="ana", incident_id=mine.id)
    kb.incidents.resolve("restarted", incident_id=mine.id)
    kb.incidents.close(mine.id)
    lived(kb, 60, Step.RESOLUTION, Step.CLOSED, service="basket")

    brief = kb.triage("basket is slow", service="basket", budget=3000)

    assert "alert on lost items" in str(brief.sections)


def test_a_prevention_in_an_old_document_stays_in_triage_when_thirty_newer_ones_came(
    kb: KnowledgeBase, tmp_path: Path
):
    pages = tmp_path / "pm"
    pages.mkdir()
    for number in range(30):
        (pages / f"2026-10-{number + 1:02d}-basket.md").write_text(
            f"# Basket outage {number}\n\nService: basket\n\n## Root cause\n\nA full disk on node {number}.\n"
        )
    (pages / "2024-01-02-basket.md").write_text(
        "# Basket forgets\n\nService: basket\n\n## Root cause\n\nNo backup.\n\n"
        "## Action items\n\n- [ ] Back the basket up\n"
    )
    kb.ingest(pages)

    brief = kb.triage("basket is slow", service="basket", budget=3000)

    assert "Back the basket up" in str(brief.sections)


def test_the_list_holds_what_is_open_however_many_came_after_it(kb: KnowledgeBase):
    mine = kb.incidents.open("basket loses items", service="basket")
    closed = lived(kb, 30, Step.RESOLUTION, Step.CLOSED)

    assert [one.id for one in kb.incidents.recent(3)] == [closed[-1], closed[-2], mine.id]


def test_what_is_open_follows_every_step(kb: KnowledgeBase):
    one = kb.incidents.open("basket loses items", service="basket")
    other = kb.incidents.open("search is slow", service="search")
    assert kb.incidents.attached() is None

    kb.incidents.resolve("restarted", incident_id=one.id)
    assert kb.incidents.attached() == other.id

    kb.incidents.close(one.id)
    assert [each.id for each in kb.incidents.open_ones()] == [other.id]

    kb.incidents.reopen("it is back", one.id)
    assert {each.id for each in kb.incidents.open_ones()} == {one.id, other.id}
    assert kb.incidents.attached() is None
    assert kb.incidents.open("basket loses items", service="basket").id == one.id
