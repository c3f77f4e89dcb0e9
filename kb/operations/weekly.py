"""The operation that looks back: what happened in a window, and what was learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.operations.arguments import number
from kb.operations.operation import PAGE, reading

if TYPE_CHECKING:
    from kb.review.summary import WeeklySummary


def _in_words(summary: WeeklySummary) -> str:
    from kb.review.report import as_markdown

    return as_markdown(summary)


@reading(
    "GET /weekly",
    PAGE,
    newest=("log",),
    slow=True,
    more="a shorter window (days) shows less",
    words=_in_words,
)
def weekly_summary(
    kb: KnowledgeBase,
    days: Annotated[float, number(0, 3660), "How many days back, such as 7 or 1."] = 7,
) -> WeeklySummary:
    """What happened in the last days: what came back, what was known, learned, fixed, failed, is to do.

    Call it with days=1 after an incident, with days=7 for the weekly review.  Every part says how many records it was
    counted from.
    """
    return kb.reviews.summary(days)
