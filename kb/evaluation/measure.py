"""From results to everything that is told of them.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from kb.evaluation.figures import TENTHS, Columns, figures, number, tenth_of, threshold
from kb.evaluation.results import Latency, Measured, Result, Tenth, VerdictCount
from kb.records.ledger import Verdict

EVERY = "every"
"""The name under which the latency of all lookups stands."""


def measure(results: Sequence[Result]) -> Measured:
    """Everything that is told of these results; figures without cases to count are None."""
    table = Columns.of(results)
    tokens = [one.tokens for one in results if one.tokens]
    return Measured(
        cases=len(results),
        answerable=int(table.answerable.sum()),
        figures=figures(results),
        threshold=threshold(table),
        reliability=tuple(reliability(results)),
        verdicts={verdict: _behind(results, verdict) for verdict in Verdict if _gave(results, verdict)},
        latency=latency(results),
        tokens=float(np.median(tokens)) if tokens else None,
    )


def reliability(results: Iterable[Result]) -> Iterator[Tenth]:
    """Ten rows: of the first matches shown with a probability in each tenth, how many were right."""
    shown = [(one.confidence, one.right) for one in results if one.confidence is not None]
    probability = np.array([confidence for confidence, _ in shown], dtype=float)
    right = np.array([was for _, was in shown], dtype=float)
    tenths = tenth_of(probability)
    for tenth in range(TENTHS):
        inside = tenths == tenth
        n = int(inside.sum())
        yield Tenth(
            above=tenth / TENTHS, n=n,
            probability=number(probability[inside].mean()) if n else None,
            right=number(right[inside].mean()) if n else None,
        )  # fmt: skip


def latency(results: Sequence[Result]) -> dict[str, Latency]:
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


def _gave(results: Iterable[Result], verdict: str) -> bool:
    return any(one.verdict == verdict for one in results)


def _behind(results: Iterable[Result], verdict: str) -> VerdictCount:
    given = [one for one in results if one.verdict == verdict]
    right = sum(one.right for one in given)
    unanswerable = sum(not one.relevant for one in given)
    return VerdictCount(
        cases=len(given), right=right, wrong=len(given) - right - unanswerable, unanswerable=unanswerable
    )
