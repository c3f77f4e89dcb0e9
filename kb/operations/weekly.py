"""The operation that looks back: what happened in a window, and what was learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.operations.arguments import Moment, Text, number
from kb.operations.operation import PAGE, reading

if TYPE_CHECKING:
    from kb.operations.records import CountedRecords
    from kb.review.summary import WeeklySummary

Days = Annotated[float, number(0, 3660), "How many days back, such as 7 or 1."]
Until = Annotated[Moment, "The end of these days, such as 2026-11-30; else now."]


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
    days: Days = 7,
    until: Until = None,
) -> WeeklySummary:
    """What happened in the last days: what came back, what was known, learned, fixed, failed, is to do.

    Call it with days=1 after an incident, with days=7 for the weekly review.  Every part says how many records it was
    counted from.
    """
    return kb.reviews.summary(days, until)


@reading("GET /weekly/records", PAGE, slow=True, more="name one of what is counted, or give a shorter window")
def weekly_records(
    kb: KnowledgeBase,
    what: Annotated[Text, "incidents, lookups, outcomes or entries (the new ones)."],
    name: Annotated[
        Text, "Which of them: a severity or service, a verdict, a result, an entry, a kind; empty is all."
    ] = "",
    days: Days = 7,
    until: Until = None,
) -> CountedRecords:
    """The records that a number of weekly_summary was counted from, the newest first."""
    from kb.operations.records import CountedRecords

    found = kb.reviews.counted(what, name, days, until)
    return CountedRecords(records=found, total=len(found))
