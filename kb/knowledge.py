"""`KnowledgeBase`: the public face.  It composes the parts and computes nothing itself.

What it is asked stands in `kb.asking`, what it learns in `kb.learning`, how it is kept in `kb.keeping`, how a home
is opened in `kb.opened`; here it looks back.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from kb.errors import HomeNotWritable
from kb.learning import Learning

if TYPE_CHECKING:
    from kb.prose.narrative import Narrative
    from kb.review.review import Review
    from kb.review.summary import WeeklySummary


class KnowledgeBase(Learning):
    """One home, open.  Use it as a context manager: `with KnowledgeBase.open(home) as kb:`."""

    def weekly_summary(self, days: float = 7, now: datetime | None = None) -> WeeklySummary:
        """What the ledger says about the `days` before `now`; rows of `now` and later are not counted.

        Data only, nothing is written; `publish_review` feeds the watch list.
        """
        self.refresh()
        return self._parts.reviewing().summary(days, now or self._clock())

    def publish_review(
        self, days: float | None = None, *, since_last: bool = False, watch: bool = True
    ) -> Review:
        """The review of the `days` (7) that end now, and what triage should look out for next.

        Writes `state/watch.yaml`, unless `watch` is false.  With `since_last` the window begins where
        the last such review ended.  Expired entries are retired and proposals gathered first, so that both
        are told.  What cannot be written is told in the review, not raised.
        """
        self.refresh()
        with suppress(HomeNotWritable):  # the review, which cannot be written either, says so
            self.retire_expired()
        self.proposals().waiting()
        review = self._parts.reviewing(self._actor).published(
            days, self._clock(), since_last=since_last, watch=watch
        )
        self.look_after()
        return review

    def review_notes(self, summary: WeeklySummary) -> list[str]:
        """What a summary of the past cannot count, in words: incidents that came into the home only later."""
        return self._parts.reviewing().notes(summary)

    def weekly_narrative(self, summary: WeeklySummary) -> Narrative:
        """Prose around the numbers of a summary, by the model of `ANTHROPIC_API_KEY`, checked.

        Never raises for what the model or its API does: `missing` says why there is no prose.
        """
        from kb.prose.client import Client
        from kb.prose.narrative import narrate
        from kb.review.facts import facts_of

        return narrate(facts_of(summary), Client.from_environ())
