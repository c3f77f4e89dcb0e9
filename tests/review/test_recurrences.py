"""When an incident is the same one again, and how far its prevention is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import ActionItem, Incident, Scope
from kb.review.cases import Case
from kb.review.incidents import recurrences, repeats
from kb.review.summary import Recurrence
from tests.review.fixture_week import MONDAY

SINCE = MONDAY - timedelta(days=7)


def case(
    name: str,
    days_ago: float,
    *,
    service: str = "checkout",
    texts: dict[str, bool] | None = None,
    applied: tuple[str, ...] = (),
    items: tuple[ActionItem, ...] = (),
) -> Case:
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
        case("a", 40, texts=SAME, items=(item,)),
        case("b", 10, texts=SAME),
        case("c", 2, texts=SAME),
        case("d", 9, texts=other),
        case("e", 3, texts=other),
    )
    assert (first.incident_id, first.earlier_id, first.times) == ("c", "b", 2)
    assert [(one.text, one.overdue) for one in first.open_items] == [("alert on it", True)]
    assert [one.incident_id for one in rest] == ["e"]


def test_repeats_are_counted_in_the_week_they_happen() -> None:
    cases = [case("a", 30, texts=SAME), case("b", 20, texts=SAME), case("c", 2, texts=SAME)]
    assert repeats(cases, MONDAY - timedelta(days=84)) == {"b", "c"}
    assert [one.incident_id for one in found(*cases)] == ["c"]


def _alike(one: Case, other: Case) -> bool:
    """The rule as the module states it, pair by pair."""
    if one.services and other.services and not one.services & other.services:
        return False
    same = bool(one.services & other.services)
    texts = any(text in other.texts and (tells or same) for text, tells in one.texts.items())
    return texts or bool(one.applied & other.applied)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "search", "checkout"]),
            st.sets(st.sampled_from(["f1:pool", "f1:down", "f1:disk"]), max_size=2),
            st.sets(st.sampled_from(["pattern-1", "pattern-2"]), max_size=1),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_incidents_are_told_from_all_before_them_as_if_each_pair_was_compared(
    made: list[tuple[str, set[str], set[str], bool]],
) -> None:
    cases = [
        case(
            f"case-{number:02d}",
            6 - number / 4,
            service=service,
            applied=tuple(applied),
            texts={text: text != "f1:down" for text in sorted(texts)},
            items=(ActionItem(text=f"item {number}", done=False),) if item else (),
        )
        for number, (service, texts, applied, item) in enumerate(made)
    ]
    told = {one.incident_id: one for one in found(*cases)}
    for number, one in enumerate(cases):
        before = [other for other in cases[:number] if _alike(one, other)]
        assert (one.id in told) == bool(before)
        if before:
            assert (told[one.id].times, told[one.id].earlier_id) == (len(before), before[-1].id)
            wanted = [item.text for other in before for item in other.incident.action_items]
            assert [item.text for item in told[one.id].open_items] == wanted


def test_three_thousand_incidents_alike_are_told_in_a_moment() -> None:
    cases = [case(f"case-{number:04d}", 6 - number / 1000, texts=SAME) for number in range(3_000)]
    assert {one.incident_id: one.times for one in found(*cases)}["case-2999"] == 2_999
