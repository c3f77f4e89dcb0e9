"""Coverage against wrong answers: what each confidence, taken as the threshold for answering, gives and costs.

The risk-coverage curve (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010);
`kb.evaluation.figures.coverage` is one point of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.evaluation.results import Result


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


def curve(results: Sequence[Result]) -> list[Point]:
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
                    threshold=threshold, answers=answers, covered=right / answerable,
                    wrong=(answers - right) / answers,
                )
            )  # fmt: skip
    return points
