"""Parts that die while they write, as `kill -9` would: before the write, or right after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import NoReturn

from kb.memory.watch import WatchFile
from kb.model.review import WatchItem
from kb.store.proposals import ReviewRow, Reviews


def die() -> NoReturn:
    """End this process at once; nothing is flushed, nobody is told."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")


class DiesBeforeWatch(WatchFile):
    """The process dies before the watch list is written."""

    def save(self, items: Sequence[WatchItem]) -> None:
        """Put these in place of what the last summary wrote; everything else in the file stays."""
        del items
        die()


class DiesBeforeRow(Reviews):
    """The process dies before it is noted that there was a review."""

    def add(self, review: ReviewRow, actor: str = "") -> None:
        """Keep that a review was made.  Raises HomeNotWritable."""
        del review, actor
        die()


class DiesAfterRow(Reviews):
    """The process dies right after it was noted that there was a review."""

    def add(self, review: ReviewRow, actor: str = "") -> None:
        """Keep that a review was made.  Raises HomeNotWritable."""
        super().add(review, actor)
        die()
