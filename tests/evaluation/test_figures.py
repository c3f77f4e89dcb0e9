"""The figures of a set of results that was counted by hand."""

from __future__ import annotations

import random

import pytest

from kb.evaluation.figures import Columns, figures, measure, reliability, threshold
from kb.evaluation.results import CaseResult


def result(confidence: float | None, rank: int | None = None, answerable: bool = True, **more) -> CaseResult:
    key = more.pop("key", f"{confidence}-{rank}-{answerable}")
    relevant = ("a",) if answerable else ()
    return CaseResult(key=key, query="q", relevant=relevant, rank=rank, confidence=confidence, **more)


#          confidence  place of the right one
COUNTED = [
    result(0.9, 1),
    result(0.8, 2),
    result(0.6, 1),
    result(0.3, None),
    result(0.7, None, answerable=False),
    result(None, None, answerable=False),
]


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("recall@1", 2 / 4),
        ("recall@3", 3 / 4),
        ("recall@5", 3 / 4),
        ("mrr", (1 + 1 / 2 + 1 + 0) / 4),
        ("brier", (0.1**2 + 0.8**2 + 0.4**2 + 0.3**2 + 0.7**2) / 5),
        ("calibration_error", (0.1 + 0.8 + 0.4 + 0.3 + 0.7) / 5),
        ("coverage", 1 / 4),  # only the first is above every wrong one
        ("auroc", (2 + 4) / 8),  # two answerable ones lie above 0.7, all four above nothing shown
        ("auroc_right", (4 + 2) / 8),  # 0.9 lies above the four that are not right, 0.6 above two
    ],
)
def test_a_figure_is_what_it_is_when_counted_by_hand(name: str, by_hand: float) -> None:
    assert figures(COUNTED)[name].value == pytest.approx(by_hand, abs=1e-6)


def test_figures_do_not_depend_on_the_order_of_the_cases() -> None:
    shuffled = random.Random(1).sample(COUNTED, len(COUNTED))
    assert {n: f.value for n, f in figures(shuffled).items()} == {
        n: f.value for n, f in figures(COUNTED).items()
    }


def test_one_wrong_answer_in_twenty_is_five_percent_and_allowed() -> None:
    nineteen = [result(0.9 - n / 1000, 1) for n in range(19)]

    allowed = figures([*nineteen, result(0.5, 2), result(0.4, 2)])
    assert allowed["coverage"].value == pytest.approx(19 / 21, abs=1e-6)
    assert threshold(Columns.of([*nineteen, result(0.5, 2), result(0.4, 2)])) == 0.5

    too_many = figures([*nineteen[:18], result(0.5, 2), result(0.4, 1)])
    assert too_many["coverage"].value == pytest.approx(19 / 20, abs=1e-6)  # at 0.4 it is one in twenty again


def test_a_threshold_cannot_part_answers_of_the_same_confidence() -> None:
    tied = [result(0.9, 1), result(0.9, 2)]
    assert figures(tied)["coverage"].value == 0
    assert threshold(Columns.of(tied)) is None


def test_ties_count_half_for_the_area_under_the_curve() -> None:
    assert figures([result(0.5, 1), result(0.5, None, answerable=False)])["auroc"].value == 0.5


def test_what_cannot_be_counted_has_no_figure() -> None:
    only_answerable, nothing = figures([result(0.5, 1)]), figures([])
    assert only_answerable["auroc"].value is None
    assert only_answerable["auroc"].low is None
    assert all(figure.value is None for figure in nothing.values())
    assert figures([result(None, None, answerable=False)])["brier"].value is None


def test_an_interval_holds_its_figure_narrows_with_cases_and_is_the_same_each_time() -> None:
    few, many = figures(COUNTED * 5), figures(COUNTED * 50)
    for name, figure in few.items():
        if figure.value is None:
            assert name in ("known_wrong", "unknown_answerable")  # these results have no verdicts
            continue
        assert figure.low <= figure.value <= figure.high, name
        assert many[name].high - many[name].low < figure.high - figure.low, name
    assert figures(COUNTED * 5) == few


def test_the_reliability_table_holds_what_was_said_against_what_was_so() -> None:
    rows = list(
        reliability([result(0.91, 1), result(0.97, 1), result(0.98, 2), result(1.0, 1), result(0.2, None)])
    )

    assert [row.n for row in rows] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 4]
    assert rows[9].probability == pytest.approx((0.91 + 0.97 + 0.98 + 1.0) / 4)
    assert rows[9].right == 3 / 4
    assert (rows[2].probability, rows[2].right) == (0.2, 0)
    assert rows[0].probability is None


def test_verdicts_are_counted_by_what_stood_behind_them() -> None:
    measured = measure(
        [
            result(0.9, 1, verdict="known"),
            result(0.9, 2, verdict="known"),
            result(0.9, None, answerable=False, verdict="known"),
            result(0.1, 1, verdict="unknown"),
            result(0.1, None, answerable=False, verdict="unknown"),
        ]
    )

    assert measured.figures["known_wrong"].value == pytest.approx(2 / 3, abs=1e-6)
    assert measured.figures["unknown_answerable"].value == pytest.approx(1 / 3, abs=1e-6)
    known, unknown = measured.verdicts["known"], measured.verdicts["unknown"]
    assert (known.cases, known.right, known.wrong, known.unanswerable) == (3, 1, 1, 1)
    assert (unknown.cases, unknown.right, unknown.wrong, unknown.unanswerable) == (2, 1, 0, 1)
    assert "related" not in measured.verdicts


def test_latency_is_told_by_the_tier_that_settled_it() -> None:
    quick = [result(0.9, 1, settled_by="fingerprint", took_ms=ms) for ms in (1.0, 2.0, 3.0)]
    slow = [result(0.5, 1, settled_by="all", took_ms=ms) for ms in (10.0, 30.0)]

    latency = measure([*quick, *slow]).latency

    assert (latency["fingerprint"].n, latency["fingerprint"].p50) == (3, 2.0)
    assert latency["all"].p50 == 20.0
    assert latency["all"].p95 == pytest.approx(29.0)
    assert (latency["every"].n, latency["every"].p50) == (5, 3.0)
