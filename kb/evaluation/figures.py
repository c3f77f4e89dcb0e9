"""From results to figures with their intervals, the reliability table, latencies, and coverage against wrong answers.

One formula, on weighted results, serves a figure and its bootstrap interval: with every weight 1 it gives the figure
itself; with the counts of a resample it gives what the figure would have been on another draw of cases.  Resampling is
within answerable and unanswerable cases, so that every draw has both (percentile bootstrap: Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993, chapters 13 and 16).  Drawn from a fixed seed: the same results, the same
interval.  Two runs of the same cases are compared on the same draws, which is what makes small changes visible.

What each confidence, taken as the threshold for answering, gives and costs is the risk-coverage curve (`curve`;
El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010); `coverage` is one point of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.evaluation.results import CaseResult, Figure, Latency, Measured, Tenth, VerdictCount
from kb.model.ledger import Verdict

Array = NDArray[Any]
RESAMPLES = 1000
"""Draws behind an interval."""
INTERVAL = 0.95
"""The share of the draws within the interval."""
TENTHS = 10
"""Rows of the reliability table."""
EVERY = "every"
"""The name of the latency of all lookups."""


def measure(results: Sequence[CaseResult]) -> Measured:
    """Everything that is told of these results; figures without cases to count are None."""
    table = Columns.of(results)
    tokens = [one.tokens for one in results if one.tokens]
    return Measured(
        cases=len(results),
        answerable=int(table.answerable.sum()),
        figures=figures(results),
        threshold=threshold(table),
        reliability=tuple(reliability(results)),
        verdicts={
            verdict: _verdict_count(results, verdict) for verdict in Verdict if _occurs(results, verdict)
        },
        latency=latency(results),
        tokens=float(np.median(tokens)) if tokens else None,
    )


def reliability(results: Iterable[CaseResult]) -> Iterator[Tenth]:
    """Ten rows: of the first matches shown with a probability in each tenth, how many were right."""
    shown = [(one.confidence, one.right) for one in results if one.confidence is not None]
    probability = np.array([confidence for confidence, _ in shown], dtype=float)
    right = np.array([was for _, was in shown], dtype=float)
    tenths = tenth_of(probability)
    for tenth in range(TENTHS):
        inside = tenths == tenth
        n = int(inside.sum())
        yield Tenth(
            above=tenth / TENTHS,
            n=n,
            probability=number(probability[inside].mean()) if n else None,
            right=number(right[inside].mean()) if n else None,
        )


def latency(results: Sequence[CaseResult]) -> dict[str, Latency]:
    """Percentiles (with linear interpolation) of all lookups, and of those that each tier settled."""
    tiers = dict.fromkeys(sorted(one.settled_by for one in results if one.settled_by))
    parts = {tier: [one.took_ms for one in results if one.settled_by == tier] for tier in tiers}
    return {
        name: _percentiles(times)
        for name, times in (*parts.items(), (EVERY, [r.took_ms for r in results]))
        if times
    }


def _percentiles(times: Sequence[float]) -> Latency:
    p50, p95, p99 = (round(float(value), 2) for value in np.percentile(times, [50, 95, 99]))
    return Latency(n=len(times), p50=p50, p95=p95, p99=p99)


def _occurs(results: Iterable[CaseResult], verdict: str) -> bool:
    return any(one.verdict == verdict for one in results)


def _verdict_count(results: Iterable[CaseResult], verdict: str) -> VerdictCount:
    given = [one for one in results if one.verdict == verdict]
    right = sum(one.right for one in given)
    unanswerable = sum(not one.relevant for one in given)
    return VerdictCount(
        cases=len(given), right=right, wrong=len(given) - right - unanswerable, unanswerable=unanswerable
    )


def figures(results: Sequence[CaseResult]) -> dict[str, Figure]:
    """Every figure with its interval."""
    table = Columns.of(results)
    once = np.ones((1, len(results)))
    drawn = [weights[:, table.order] for weights in draws(results)]
    found = {}
    for name, formula in FIGURES.items():
        values = np.concatenate([formula(table, weights) for weights in drawn])
        low, high = interval(values)
        found[name] = Figure(value=number(formula(table, once)[0]), low=low, high=high)
    return found


_BLOCK = 100
"""Draws that are made at a time."""
_SEED = 20_260_101


def draws(results: Sequence[CaseResult]) -> Iterator[Array]:
    """Blocks of weights, of shape (100, n) for n results in their order: how often each was drawn, a row a draw."""
    random = np.random.default_rng(_SEED)
    answerable = np.array([bool(one.relevant) for one in results], dtype=bool)
    for _ in range(RESAMPLES // _BLOCK):
        weights = np.zeros((_BLOCK, len(results)))
        for stratum in (np.flatnonzero(answerable), np.flatnonzero(~answerable)):
            if stratum.size:
                even = np.full(stratum.size, 1 / stratum.size)
                weights[:, stratum] = random.multinomial(stratum.size, even, size=_BLOCK)
        yield weights


def interval(values: Array) -> tuple[float | None, float | None]:
    """The middle of the drawn values; nothing where none could be counted."""
    counted = values[~np.isnan(values)]
    if not counted.size:
        return None, None
    low, high = np.quantile(counted, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return number(low), number(high)


def number(value: float) -> float | None:
    """A plain number, None for nan."""
    return None if np.isnan(value) else round(float(value), 6)


@dataclass(frozen=True)
class Columns:
    """Results as columns of shape (n,), by falling confidence.

    `order` is the place that each had among the results, `starts` where ties of confidence begin.
    """

    order: Array
    starts: Array
    answerable: Array
    shown: Array
    right: Array
    rank: Array
    confidence: Array
    known: Array
    unknown: Array
    judged: Array

    @classmethod
    def of(cls, results: Sequence[CaseResult]) -> Columns:
        """The columns; a result that showed nothing stands last, below every confidence."""
        shown = np.array([one.confidence is not None for one in results], dtype=bool)
        confidence = np.array(
            [one.confidence if one.confidence is not None else -1.0 for one in results], float
        )
        rank = np.array([one.rank or np.inf for one in results], float)
        answerable = np.array([bool(one.relevant) for one in results], dtype=bool)
        known = np.array([one.verdict == Verdict.KNOWN for one in results], dtype=bool)
        unknown = np.array([one.verdict == Verdict.UNKNOWN for one in results], dtype=bool)
        order = np.argsort(-confidence, kind="stable")
        ordered = confidence[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(results) else order
        right = answerable & shown & (rank == 1)
        judged = np.array([bool(one.verdict) for one in results], dtype=bool)
        columns = (answerable, shown, right, rank, confidence, known, unknown, judged)
        return cls(order, starts, *(column[order] for column in columns))


Formula = Callable[[Columns, Array], Array]
"""From columns of n results and weights of shape (draws, n) to a figure a draw; nan where there is nothing to count."""


def recall(depth: int) -> Formula:
    """Recall at `depth`: the share of answerable cases with a right match among the first `depth`."""

    def formula(table: Columns, weights: Array) -> Array:
        return _share(weights, table.answerable & (table.rank <= depth), table.answerable)

    return formula


def mrr(table: Columns, weights: Array) -> Array:
    """Mean reciprocal rank of the first right match, 0 where none was shown (Voorhees, TREC-8, 1999)."""
    return _share(weights, table.answerable / table.rank, table.answerable)


def brier(table: Columns, weights: Array) -> Array:
    """Mean of (probability - outcome) squared over first matches that were shown (Brier, 1950)."""
    return _share(weights, table.shown * (table.confidence - table.right) ** 2, table.shown)


def calibration_error(table: Columns, weights: Array) -> Array:
    """Expected calibration error: how far the tenths of the reliability table are off, weighted by their size.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
    """
    tenths, off = tenth_of(table.confidence), np.zeros(len(weights))
    for tenth in range(TENTHS):
        inside = table.shown & (tenths == tenth)
        off += np.abs(weights @ (inside * (table.confidence - table.right)))
    return _ratio(off, weights @ table.shown.astype(float))


WRONG = 0.05
"""The share of wrong answers at which coverage is told."""


def coverage(table: Columns, weights: Array) -> Array:
    """Share of answerable cases answered rightly at the lowest threshold where `WRONG` of the answers are wrong.

    An answer is a first match whose confidence reaches the threshold; it is wrong when it is not a right
    one, whether there was a right one or not.  A point of the risk-coverage curve (El-Yaniv and Wiener,
    "On the Foundations of Noise-free Selective Classification", 2010).
    """
    right, given = _cumulated(table, weights)
    best = np.where(_few_are_wrong(right, given), right, 0.0).max(axis=1, initial=0.0)
    return _ratio(best, weights @ table.answerable.astype(float))


def threshold(table: Columns) -> float | None:
    """The threshold that `coverage` is told at; None where every one lets more wrong answers through."""
    (right,), (given,) = _cumulated(table, np.ones((1, len(table.order))))
    allowed = np.flatnonzero(_few_are_wrong(right, given))
    return float(table.confidence[table.starts[allowed[-1]]]) if allowed.size else None


def _few_are_wrong(right: Array, given: Array) -> Array:
    """At which thresholds there are answers, of which at most the share `WRONG` is wrong."""
    return np.asarray((given > 0) & (given - right <= WRONG * given + 1e-9))


def auroc(table: Columns, weights: Array) -> Array:
    """The chance that an answerable case got a higher confidence than an unanswerable one, ties half.

    The area under the ROC curve as the Mann-Whitney statistic (Hanley and McNeil, 1982).
    """
    return _area(table, weights, table.answerable)


def auroc_right(table: Columns, weights: Array) -> Array:
    """The same for right first matches against all other cases: does confidence tell which to believe?"""
    return _area(table, weights, table.right)


def known_wrong(table: Columns, weights: Array) -> Array:
    """Share of the answers called `known` whose first match is not right: the mistake that costs most."""
    return _share(weights, table.known & ~table.right, table.known)


def unknown_answerable(table: Columns, weights: Array) -> Array:
    """Share of the answerable cases that are called `unknown`."""
    return _share(weights, table.unknown & table.answerable, table.judged & table.answerable)


FIGURES: dict[str, Formula] = {
    "recall@1": recall(1),
    "recall@3": recall(3),
    "recall@5": recall(5),
    "mrr": mrr,
    "coverage": coverage,
    "auroc": auroc,
    "auroc_right": auroc_right,
    "known_wrong": known_wrong,
    "unknown_answerable": unknown_answerable,
    "brier": brier,
    "calibration_error": calibration_error,
}
"""Every figure by its name."""
LOWER_IS_BETTER = ("known_wrong", "unknown_answerable", "brier", "calibration_error")


def tenth_of(confidence: Array) -> Array:
    """Which tenth a probability falls into, 0 to 9; exactly 1 belongs to the last."""
    return np.clip(np.floor(confidence * TENTHS + 1e-9), 0, TENTHS - 1)


def _cumulated(table: Columns, weights: Array) -> tuple[Array, Array]:
    """Right answers and answers given at each distinct confidence as threshold, highest first."""
    if not len(table.starts):
        return np.zeros((len(weights), 0)), np.zeros((len(weights), 0))
    right = np.add.reduceat(weights * table.right, table.starts, axis=1).cumsum(axis=1)
    given = np.add.reduceat(weights * table.shown, table.starts, axis=1).cumsum(axis=1)
    # What showed nothing stands last and answers at no threshold.
    return right, np.where(table.shown[table.starts], given, 0.0)


def _area(table: Columns, weights: Array, positive: Array) -> Array:
    if not len(table.starts):
        return np.full(len(weights), np.nan)
    good = np.add.reduceat(weights * positive, table.starts, axis=1)
    bad = np.add.reduceat(weights * ~positive, table.starts, axis=1)
    below = bad.sum(axis=1, keepdims=True) - bad.cumsum(axis=1)
    won = (good * (below + bad / 2)).sum(axis=1)
    return _ratio(won, good.sum(axis=1) * bad.sum(axis=1))


def _share(weights: Array, counted: Array, of: Array) -> Array:
    return _ratio(weights @ counted.astype(float), weights @ of.astype(float))


def _ratio(above: Array, below: Array) -> Array:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One threshold: first matches of at least this confidence count as answers."""

    threshold: float
    """The confidence."""
    answers: int
    """Cases that are answered."""
    covered: float
    """Of the answerable cases, the share that is answered rightly."""
    wrong: float
    """Of the answers, the share that is wrong, whether there was a right one or not."""


def curve(results: Sequence[CaseResult]) -> list[Point]:
    """A point for each confidence that was shown, the highest first; none where no case is answerable."""
    answerable = sum(bool(one.relevant) for one in results)
    shown = sorted((one.confidence, one.right) for one in results if one.confidence is not None)[::-1]
    points, right = list[Point](), 0
    for answers, (threshold, was_right) in enumerate(shown, 1):
        right += was_right
        tied = answers < len(shown) and shown[answers][0] == threshold
        if answerable and not tied:
            points.append(
                Point(
                    threshold=threshold,
                    answers=answers,
                    covered=right / answerable,
                    wrong=(answers - right) / answers,
                )
            )
    return points
