"""A success that comes back within twenty days was a partial one; once, and of the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kb.learning.outcomes import APART, WINDOW, did_not_last
from kb.model.ledger import Outcome, Result

THEN = datetime(2026, 11, 2, 12, tzinfo=UTC)
FIXED = Outcome(
    id="fixed", at=THEN, entry_id="p", result=Result.RESOLVED, incident="first", lookup_id="l1", service="api"
)


def use(**changes: object) -> Outcome:
    """The entry applied again three days later, in another incident of the same service."""
    base = replace(
        FIXED,
        id="again",
        at=THEN + timedelta(days=3),
        result=Result.APPLIED,
        incident="second",
        lookup_id="l2",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("result", [Result.APPLIED, Result.RESOLVED, Result.FAILED, Result.MADE_WORSE])
def test_applying_it_again_in_another_incident_shows_that_the_success_did_not_last(result: Result) -> None:
    assert did_not_last(use(result=result), [FIXED]) is FIXED


@pytest.mark.parametrize(
    "new",
    [
        use(result=Result.NOT_APPLIED),
        use(incident="first"),
        use(lookup_id="l1", incident=None),
        use(service="db"),
        use(at=THEN + WINDOW + timedelta(seconds=1)),
        use(at=THEN - timedelta(days=1)),
        use(incident=None, at=THEN + APART - timedelta(seconds=1)),
        use(incident=None, lookup_id=None),
    ],
    ids=[
        "not applied",
        "the same incident",
        "the same lookup",
        "another service",
        "after the window",
        "before it",
        "another lookup within the hour",
        "nobody knows where",
    ],
)
def test_what_is_no_return_marks_nothing(new: Outcome) -> None:
    assert did_not_last(new, [FIXED]) is None


@pytest.mark.parametrize(
    "new",
    [
        use(service=""),
        use(service="API"),
        use(incident=None),
        use(at=THEN + timedelta(minutes=1)),
        use(at=THEN + WINDOW),
    ],
    ids=[
        "service unknown",
        "spelled otherwise",
        "another lookup",
        "another incident at once",
        "on the last day",
    ],
)
def test_what_is_a_return_marks_the_success(new: Outcome) -> None:
    assert did_not_last(new, [FIXED]) is FIXED


def test_a_success_is_marked_once_and_no_earlier_one_in_its_place() -> None:
    older = replace(FIXED, id="older", at=THEN - timedelta(days=2), incident="zeroth", lookup_id="l0")
    told = replace(use(), id="row", result=Result.RECURRED, success="fixed")
    assert did_not_last(use(incident="third", lookup_id="l3"), [older, FIXED, told]) is None


def test_only_the_first_use_in_an_incident_shows_a_return() -> None:
    between = replace(FIXED, id="between", at=THEN + timedelta(days=4), incident="other", lookup_id="l9")
    again = use(result=Result.RESOLVED, at=THEN + timedelta(days=5))
    assert did_not_last(again, [use(), between]) is None
