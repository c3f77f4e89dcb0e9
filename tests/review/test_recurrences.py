"""When an incident is the same one again, and how far its prevention is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kb.records import ActionItem, Incident, Scope
from kb.review.cases import Case
from kb.review.recurrences import recurrences, repeats
from kb.review.summary import Recurrence
from tests.review.fixture_week import MONDAY

SINCE = MONDAY - timedelta(days=7)


def case(name: str, days_ago: float, *, service: str = "checkout", texts: dict[str, bool] | None = None,
         applied: tuple[str, ...] = (), items: tuple[ActionItem, ...] = ()) -> Case:  # fmt: skip
    at = MONDAY - timedelta(days=days_ago)
    incident = Incident(
        id=name,
        title=name,
        detected=at,
        action_items=items,
        scope=Scope(services=(service,) if service else ()),
    )
    return Case(at, incident, at, texts or {}, frozenset(applied))


def found(*cases: Case) -> tuple[Recurrence, ...]:
    return recurrences(sorted(cases, key=lambda one: one.at), SINCE, MONDAY)


SAME = {"f1:pool": True}


def test_the_same_template_is_the_same_incident() -> None:
    (one,) = found(case("old", 10, texts=SAME), case("new", 1, texts=SAME))
    assert (one.incident_id, one.earlier_id, one.fingerprint, one.days) == ("new", "old", "f1:pool", 9.0)


def test_the_same_fix_is_the_same_incident() -> None:
    (one,) = found(
        case("old", 10, applied=("pattern-1",)), case("new", 1, applied=("pattern-1", "pattern-2"))
    )
    assert (one.shared, one.entry_id) == ("the same fix (pattern-1)", "pattern-1")


def test_another_service_is_another_incident() -> None:
    assert found(case("old", 10, service="search", texts=SAME), case("new", 1, texts=SAME)) == ()


def test_a_service_that_one_of_them_does_not_know_does_not_separate_them() -> None:
    assert len(found(case("old", 10, service="", texts=SAME), case("new", 1, texts=SAME))) == 1


def test_a_text_that_tells_little_needs_the_service_of_both() -> None:
    down = {"f1:down": False}
    assert found(case("old", 10, service="", texts=down), case("new", 1, texts=down)) == ()
    assert len(found(case("old", 10, texts=down), case("new", 1, texts=down))) == 1


@pytest.mark.parametrize(("days", "within"), [(20.9, True), (21.1, False)])
def test_twenty_days_are_marked(days: float, within: bool) -> None:
    (one,) = found(case("old", days, texts=SAME), case("new", 1, texts=SAME))
    assert one.within_window is within


@pytest.mark.parametrize(
    ("states", "prevention"),
    [((), "none"), ((True,), "done"), ((None, True), "not_said"), ((True, False), "open")],
)
def test_how_far_the_prevention_is(states: tuple[bool | None, ...], prevention: str) -> None:
    items = tuple(ActionItem(text=f"item {n}", done=state) for n, state in enumerate(states))
    (one,) = found(case("old", 10, texts=SAME, items=items), case("new", 1, texts=SAME))
    assert one.prevention == prevention
    assert len(one.open_items) == sum(state is False for state in states)


def test_preventions_of_all_earlier_ones_count_and_open_ones_go_first() -> None:
    item = ActionItem(text="alert on it", owner="ana", due=date(2026, 11, 1), done=False)
    other = {"f1:other": True}
    first, *rest = found(
        case("a", 40, texts=SAME, items=(item,)), case("b", 10, texts=SAME), case("c", 2, texts=SAME),
        case("d", 9, texts=other), case("e", 3, texts=other),
    )  # fmt: skip
    assert (first.incident_id, first.earlier_id, first.times) == ("c", "b", 2)
    assert [(one.text, one.overdue) for one in first.open_items] == [("alert on it", True)]
    assert [one.incident_id for one in rest] == ["e"]


def test_repeats_are_counted_in_the_week_they_happen() -> None:
    cases = [case("a", 30, texts=SAME), case("b", 20, texts=SAME), case("c", 2, texts=SAME)]
    assert repeats(cases, MONDAY - timedelta(days=84)) == {"b", "c"}
    assert [one.incident_id for one in found(*cases)] == ["c"]
