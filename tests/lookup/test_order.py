"""Of equally relevant candidates established goes before new before failing, for any values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kb.lookup.candidates import Found
from kb.lookup.judging import HERE, TAUGHT, Judged, judge
from kb.lookup.offering import offered
from kb.lookup.question import ask
from kb.lookup.scoring import KNOWN, RELATED
from kb.lookup.verdict import OFFSETS, in_order, rank_score
from kb.model import Pattern, Scope
from kb.model.ledger import Standing, Tier, Trust
from kb.store.entries import Stored

QUICK = settings(max_examples=60, deadline=None)

probabilities = st.floats(0, 1)
trusts = st.builds(
    Trust,
    value=st.floats(0.0001, 0.9999),
    resolved=st.integers(0, 99),
    n=st.integers(0, 200),
    standing=st.sampled_from(Standing),
)


def judged(confidence: float, trust: Trust, name: str = "p") -> Judged:
    return Judged(
        Pattern(id=name, pattern=name), Found(name, Tier.LEXICAL, "", None, 0.0), confidence, "", trust
    )


@QUICK
@given(probabilities, st.lists(trusts, max_size=9))
def test_for_equal_relevance_established_goes_before_new_before_failing(
    confidence: float, records: list[Trust]
) -> None:
    ordered = [one.trust.standing for one in in_order([judged(confidence, record) for record in records])]
    assert ordered == sorted(ordered, key=list(Standing).index)


@QUICK
@given(probabilities, probabilities, trusts, trusts)
def test_a_record_moves_a_candidate_by_less_than_two_in_log_odds(
    one: float, other: float, first: Trust, second: Trust
) -> None:
    moved = rank_score(one, first) - rank_score(one, second)
    assert abs(moved) < 2.0
    assert abs(rank_score(other, first) - rank_score(other, second) - moved) < 1e-9


@QUICK
@given(st.floats(KNOWN, 1), st.floats(0, KNOWN, exclude_max=True), trusts, trusts)
def test_what_settles_the_question_is_not_displaced_by_what_only_relates(
    known: float, related: float, first: Trust, second: Trust
) -> None:
    best, *_ = in_order([judged(related, second, "related"), judged(known, first, "known")])
    assert best.entry.id == "known"


@QUICK
@given(st.lists(st.tuples(probabilities, trusts), min_size=2, max_size=9), st.data())
def test_a_more_relevant_candidate_of_the_same_record_is_never_behind(
    pairs: list[tuple[float, Trust]], data: st.DataObject
) -> None:
    record = data.draw(trusts)
    ordered = in_order([judged(confidence, record) for confidence, _ in pairs])
    shown = [min(0.999, max(0.001, one.confidence)) for one in ordered]
    assert shown == sorted(shown, reverse=True)


@QUICK
@given(st.lists(st.tuples(st.floats(RELATED, 1), trusts), max_size=12), st.integers(2, 5))
def test_a_new_entry_is_offered_although_established_ones_would_fill_the_list(
    pairs: list[tuple[float, Trust]], limit: int
) -> None:
    ordered = in_order([judged(c, record, f"p{n}") for n, (c, record) in enumerate(pairs)])
    shown = offered(ordered, limit)
    assert len(shown) == min(limit, len(ordered))
    assert shown[:-1] == ordered[:limit][:-1]
    assume(any(one.trust.standing is Standing.NEW for one in ordered))
    assert any(one.trust.standing is not Standing.ESTABLISHED for one in shown)


def test_a_hundred_observations_without_a_success_do_not_outrank_one_success() -> None:
    seen = Trust(value=0.75, n=0)
    once = Trust(value=0.6, resolved=1, n=1, standing=Standing.ESTABLISHED)
    assert [one.entry.id for one in in_order([judged(0.6, seen, "seen"), judged(0.6, once, "once")])] == [
        "once",
        "seen",
    ]


def test_a_score_below_zero_is_still_moved_in_the_right_direction() -> None:
    """A product would lift the failing one of two candidates whose scores are negative."""
    good, bad = Trust(value=0.9, standing=Standing.ESTABLISHED), Trust(value=0.1, standing=Standing.FAILING)
    assert rank_score(0.3, bad) < rank_score(0.3, good) < 0.2
    assert [one.entry.id for one in in_order([judged(0.3, bad, "bad"), judged(0.3, good, "good")])] == [
        "good",
        "bad",
    ]


def test_no_record_of_one_line_or_service_lifts_what_fails_over_what_is_established() -> None:
    failing = Trust(value=0.1, failed=4, n=4, standing=Standing.FAILING)
    established = Trust(value=0.6, resolved=4, n=4, standing=Standing.ESTABLISHED)
    lifted = replace(judged(0.9, failing, "failing"), lift=TAUGHT + HERE)
    assert in_order([lifted, judged(0.9, established, "established")])[0].entry.id == "established"
    assert OFFSETS[Standing.ESTABLISHED] - OFFSETS[Standing.FAILING] > TAUGHT + HERE


@QUICK
@given(st.floats(0, RELATED, exclude_max=True))
def test_the_same_service_alone_relates_nothing_that_its_text_leaves_far_off(strength: float) -> None:
    entry = Pattern(id="p", pattern="p", scope=Scope(services=("orders",)))
    question, found = ask("anything odd", service="orders"), Found("p", Tier.LEXICAL, "", None, strength)
    judgement = judge(question, found, Stored(entry), Trust(value=0.5), datetime(2026, 11, 2, tzinfo=UTC))
    assert strength <= judgement.confidence + 0.001
    assert judgement.confidence <= 1.3 * strength + 0.001
