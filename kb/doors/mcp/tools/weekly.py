"""The tool that looks back: what happened in a window, and what was learned from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import NUMBER
from kb.doors.mcp.offers import PAGE, Offer, reading
from kb.review.summary import WeeklySummary


class LookingBack:
    """The tool over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        return (
            reading(self.weekly_summary, PAGE, newest=("log",), more="a shorter window (days) shows less"),
        )

    def weekly_summary(
        self,
        days: Annotated[
            float, Field(gt=0, le=3660), NUMBER, Field(description="How many days back, such as 7 or 1.")
        ] = 7,
    ) -> WeeklySummary:
        """What happened in the last days: what came back, what was known, learned, fixed, failed, is to do.

        Call it with days=1 after an incident, with days=7 for the weekly review.  Every part says how
        many records it was counted from.
        """
        return self._kb.reviews.summary(days)
