"""Trust follows success, never repetition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.learning.outcomes import did_not_last
from kb.learning.trust import HALF_LIFE_DAYS, PRIORS, prior, record_in_words, trust
from kb.model import Origin, Pattern, Provenance, Runbook, Verification
from kb.model.ledger import Outcome, Result, Standing

QUICK = settings(max_examples=60, deadline=None)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_numbers = count()


def entry(origin: Origin = Origin.LEARNED) -> Pattern:
    return Pattern(id="p", pattern="x", provenance=Provenance(origin=origin))


def outcome(
    result: Result, days_ago: float = 1, verified_by: str | None = None, incident: str | None = None
) -> Outcome:
    return Outcome(
        id=f"o{next(_numbers)}",
        at=NOW - timedelta(days=days_ago),
        entry_id="p",
        result=result,
        verified_by=verified_by,
        incident=incident,
    )


incidents = st.sampled_from([None, "a", "b", "c", "d"])
plain = st.sampled_from([one for one in Result if one is not Result.RECURRED])
outcome_rows = st.builds(outcome, plain, st.floats(0, 2000), st.sampled_from([None, "ana"]), incidents)


@st.composite
def histories(draw: st.DrawFn) -> list[Outcome]:
    """Outcomes in any order, some of the successes with a row that says that they came back."""
    rows = draw(st.lists(outcome_rows, max_size=12))
    back = [one for one in rows if one.result is Result.RESOLVED and draw(st.booleans())]
    return [*rows, *(replace(outcome(Result.RECURRED), success=one.id) for one in back)]


origins = st.sampled_from(list(PRIORS))


@QUICK
@given(origins, histories(), st.floats(0, 2000), st.sampled_from([None, "ana"]), incidents)
def test_a_success_never_lowers_trust(
    origin: Origin, past: list[Outcome], age: float, by: str | None, incident: str | None
) -> None:
    before = trust(entry(origin), past, NOW).value
    after = trust(entry(origin), [*past, outcome(Result.RESOLVED, age, by, incident)], NOW).value
    assert after >= before


bad = st.sampled_from([Result.FAILED, Result.MADE_WORSE])


@QUICK
@given(origins, histories(), st.floats(0, 2000), bad, incidents)
def test_a_failure_never_raises_trust(
    origin: Origin, past: list[Outcome], age: float, bad: Result, incident: str | None
) -> None:
    before = trust(entry(origin), past, NOW).value
    assert trust(entry(origin), [*past, outcome(bad, age, None, incident)], NOW).value <= before


steps = st.tuples(
    st.sampled_from([Result.RESOLVED, Result.FAILED, Result.NOT_APPLIED]),
    st.sampled_from([None, "ana"]),
    st.sampled_from(["a", "b", "c", "d", "e"]),
    st.floats(0, 9),
    st.sampled_from(["", "api", "db"]),
)


@QUICK
@given(origins, st.lists(steps, max_size=10), st.sampled_from([None, "ana"]), st.sampled_from(["a", "f"]))
def test_a_success_never_lowers_trust_even_when_it_shows_that_an_earlier_one_did_not_last(
    origin: Origin, told: list[tuple[Result, str | None, str, float, str]], by: str | None, incident: str
) -> None:
    """The ledger as it grows: each use may mark an earlier success, as `record_outcome` does."""
    ledger, at = list[Outcome](), NOW - timedelta(days=100)
    for result, verified_by, where, days, service in [*told, (Result.RESOLVED, by, incident, 0.5, "api")]:
        at += timedelta(days=days)
        new = replace(outcome(result, 0, verified_by, where), at=at, service=service)
        before, success = trust(entry(origin), ledger, at).value, did_not_last(new, ledger)
        if success is not None:
            ledger.append(replace(new, id=f"r{next(_numbers)}", result=Result.RECURRED, success=success.id))
        ledger.append(new)
        after = trust(entry(origin), ledger, at).value
        assert after >= before if result is Result.RESOLVED else after <= before


@QUICK
@given(origins, histories(), st.sampled_from([Result.NOT_APPLIED, Result.APPLIED]), incidents)
def test_repetition_alone_changes_nothing(
    origin: Origin, past: list[Outcome], result: Result, incident: str | None
) -> None:
    before = trust(entry(origin), past, NOW)
    more = [outcome(result, 1, None, incident) for _ in range(5)]
    assert trust(entry(origin), [*past, *more], NOW) == before


@QUICK
@given(origins, histories())
def test_telling_the_success_of_an_incident_again_changes_nothing(
    origin: Origin, past: list[Outcome]
) -> None:
    told = [*past, outcome(Result.RESOLVED, 0, "ana", "again")]
    once = trust(entry(origin), told, NOW)
    again = [outcome(Result.RESOLVED, 0, by, "again") for by in ("ana", None, "ben")]
    assert trust(entry(origin), [*told, *again], NOW) == once


@QUICK
@given(origins, st.data())
def test_the_order_of_evidence_of_one_age_does_not_matter(origin: Origin, data: st.DataObject) -> None:
    past = [replace(one, at=NOW - timedelta(days=3)) for one in data.draw(histories())]
    assert trust(entry(origin), data.draw(st.permutations(past)), NOW) == trust(entry(origin), past, NOW)


@QUICK
@given(origins, histories())
def test_trust_never_reads_as_certainty_and_lies_within_its_interval(
    origin: Origin, past: list[Outcome]
) -> None:
    found = trust(entry(origin), past, NOW)
    assert 0.0 < found.low <= found.value <= found.high < 1.0


@QUICK
@given(origins, st.lists(outcome_rows.filter(lambda one: one.result is not Result.RESOLVED)))
def test_without_a_success_trust_never_exceeds_its_prior(origin: Origin, past: list[Outcome]) -> None:
    found, nothing = trust(entry(origin), past, NOW), trust(entry(origin), [], NOW)
    assert found.value <= nothing.value
    assert found.high <= nothing.high
    assert found.standing is not Standing.ESTABLISHED


def test_ten_thousand_successes_are_no_certainty() -> None:
    found = trust(entry(), [outcome(Result.RESOLVED, 0, "ana") for _ in range(20_000)], NOW)
    assert (found.value, found.high) == (0.9999, 0.9999)


def test_a_hundred_observations_without_a_success_say_nothing() -> None:
    seen = [outcome(Result.APPLIED) for _ in range(50)] + [outcome(Result.NOT_APPLIED) for _ in range(50)]
    assert trust(entry(), seen, NOW) == trust(entry(), [], NOW)


def test_thirteen_failures_and_one_success_read_as_failing() -> None:
    past = [*(outcome(Result.FAILED) for _ in range(13)), outcome(Result.RESOLVED, 0, "ana")]
    found = trust(entry(Origin.WRITTEN), past, NOW)
    assert found.standing is Standing.FAILING
    assert found.high < 0.5


def test_what_helped_for_long_and_failed_three_times_since_is_failing() -> None:
    past = [outcome(Result.RESOLVED, 30 + n, "ana") for n in range(10)]
    standings = [
        trust(entry(), [*past, *(outcome(Result.FAILED, n) for n in range(failures))], NOW).standing
        for failures in range(4)
    ]
    assert standings == [Standing.ESTABLISHED, Standing.ESTABLISHED, Standing.NEW, Standing.FAILING]


def test_two_of_three_is_a_mixed_record_even_when_nobody_verified_them() -> None:
    past = [outcome(Result.RESOLVED, 5), outcome(Result.RESOLVED, 4), outcome(Result.MADE_WORSE, 3)]
    assert trust(entry(), past, NOW).standing is Standing.NEW


def test_a_verified_success_counts_more_than_an_unverified_one() -> None:
    verified = trust(entry(), [outcome(Result.RESOLVED, verified_by="ana")], NOW)
    unverified = trust(entry(), [outcome(Result.RESOLVED)], NOW)
    assert verified.value > unverified.value > trust(entry(), [], NOW).value


def test_a_success_that_came_back_counts_two_thirds() -> None:
    success = outcome(Result.RESOLVED, 0, "ana", "a")
    back = replace(outcome(Result.RECURRED, 0), success=success.id)
    assert trust(entry(), [success, back], NOW).value == round((1 + 2 / 3) / (2 + 2 / 3), 4)


def test_evidence_counts_half_after_a_half_life() -> None:
    aged = trust(entry(), [outcome(Result.RESOLVED, HALF_LIFE_DAYS, "ana")], NOW)
    assert aged.value == round(1.5 / 2.5, 4)


def test_an_outcome_after_now_is_not_counted() -> None:
    assert trust(entry(), [outcome(Result.RESOLVED, -1)], NOW).n == 0


def test_what_a_person_reviewed_starts_higher_than_what_was_extracted_and_that_than_what_was_learned() -> (
    None
):
    run = Runbook(name="Failover", verified=Verification(by="ana"))
    values = [
        trust(one, [], NOW).value
        for one in (run, entry(Origin.WRITTEN), entry(Origin.INGESTED), entry(Origin.LEARNED))
    ]
    assert values == [0.75, 0.75, 0.6667, 0.5]
    assert prior(entry(), reviewed=True) == prior(run)


def test_the_record_is_told_in_words() -> None:
    past = [
        outcome(Result.RESOLVED, 3, incident="b"),
        outcome(Result.RESOLVED, 19, incident="a"),
        outcome(Result.FAILED, 5),
    ]
    assert record_in_words(trust(entry(), past, NOW)) == "resolved 2 of 3, last 2026-11-18"
    back = replace(outcome(Result.RECURRED, 3), success=past[1].id)
    assert (
        record_in_words(trust(entry(), [*past, back], NOW)) == "resolved 2 of 3, 1 came back, last 2026-11-18"
    )
    assert record_in_words(trust(entry(), [], NOW)) == "no record yet"
