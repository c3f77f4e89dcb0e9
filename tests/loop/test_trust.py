"""Trust follows success, never repetition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kb.loop.trust import HALF_LIFE_DAYS, PRIORS, record_in_words, trust
from kb.records import Origin, Pattern, Provenance
from kb.records.ledger import Outcome, Result

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def entry(origin: Origin = Origin.LEARNED) -> Pattern:
    return Pattern(id="p", pattern="x", provenance=Provenance(origin=origin))


def outcome(result: Result, days_ago: float = 1, verified_by: str | None = None) -> Outcome:
    return Outcome(
        id="o", at=NOW - timedelta(days=days_ago), entry_id="p", result=result, verified_by=verified_by
    )


outcomes = st.lists(
    st.builds(outcome, st.sampled_from(Result), st.floats(0, 2000), st.sampled_from([None, "ana"])),
    max_size=12,
)
origins = st.sampled_from(list(PRIORS))


@given(origins, outcomes, st.floats(0, 2000), st.sampled_from([None, "ana"]))
def test_a_success_never_lowers_trust(
    origin: Origin, past: list[Outcome], age: float, by: str | None
) -> None:
    before = trust(entry(origin), past, NOW).value
    assert trust(entry(origin), [*past, outcome(Result.RESOLVED, age, by)], NOW).value >= before


@given(origins, outcomes, st.floats(0, 2000), st.sampled_from([Result.FAILED, Result.MADE_WORSE]))
def test_a_failure_never_raises_trust(origin: Origin, past: list[Outcome], age: float, bad: Result) -> None:
    before = trust(entry(origin), past, NOW).value
    assert trust(entry(origin), [*past, outcome(bad, age)], NOW).value <= before


@given(origins, outcomes)
def test_not_applied_changes_nothing(origin: Origin, past: list[Outcome]) -> None:
    before = trust(entry(origin), past, NOW)
    assert trust(entry(origin), [*past, outcome(Result.NOT_APPLIED)], NOW) == before


@given(origins, outcomes)
def test_trust_never_reads_as_certainty(origin: Origin, past: list[Outcome]) -> None:
    assert 0.0 < trust(entry(origin), past, NOW).value < 1.0


def test_a_verified_success_counts_more_than_an_unverified_one() -> None:
    verified = trust(entry(), [outcome(Result.RESOLVED, verified_by="ana")], NOW)
    unverified = trust(entry(), [outcome(Result.RESOLVED)], NOW)
    assert verified.value > unverified.value > trust(entry(), [], NOW).value


def test_evidence_counts_half_after_a_half_life() -> None:
    aged = trust(entry(), [outcome(Result.RESOLVED, HALF_LIFE_DAYS, "ana")], NOW)
    assert aged.value == round(1.5 / 2.5, 4)


def test_an_outcome_after_now_is_not_counted() -> None:
    assert trust(entry(), [outcome(Result.RESOLVED, -1)], NOW).n == 0


def test_the_record_is_told_in_words() -> None:
    past = [outcome(Result.RESOLVED, 3), outcome(Result.RESOLVED, 19), outcome(Result.FAILED, 5)]
    assert record_in_words(trust(entry(), past, NOW)) == "resolved 2 of 3, last 2026-11-18"
    assert record_in_words(trust(entry(), [], NOW)) == "no record yet"
