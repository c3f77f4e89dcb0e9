"""A review that is killed between the watch list and its row: the next one completes it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from kb import KnowledgeBase
from kb.memory.watch import KEY, WatchFile
from kb.store.proposals import Reviews
from tests.conftest import ROOT
from tests.review.fixture_week import Clock, days_later

DYING = """
import sys
from dataclasses import replace
from kb import KnowledgeBase
from tests.doubles import killed
from tests.review.fixture_week import Clock

home, who = sys.argv[1:]
with KnowledgeBase.open(home, clock=Clock(), exact_below=1_000_000) as kb:
    reviewing, part = kb._parts.reviewing(), getattr(killed, who)
    if who == "DiesBeforeWatch":
        reviewing = replace(reviewing, watch=part(kb._parts.texts))
    else:
        reviewing = replace(reviewing, records=replace(reviewing.records, reviews=part(kb._parts.db)))
    reviewing.published(None, Clock()(), since_last=True)
"""


@pytest.mark.parametrize(
    ("who", "watched", "noted"),
    [("DiesBeforeWatch", False, False), ("DiesBeforeRow", True, False), ("DiesAfterRow", True, True)],
)
def test_the_next_review_completes_one_that_was_killed(
    own_week: KnowledgeBase, clock: Clock, who: str, watched: bool, noted: bool
) -> None:
    words = [sys.executable, "-c", DYING, str(own_week.home.root), who]
    child = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert child.returncode == -signal.SIGKILL, child.stderr
    reviews, watch = Reviews(own_week._parts.db), WatchFile(own_week._parts.texts)
    assert bool(watch.load().items) == watched
    assert (reviews.last_mark(clock.now) is not None) == noted

    left = own_week.home.memory_file(KEY).read_text() if watched else ""
    days_later(clock, 0.01)
    again = own_week.publish_review(since_last=True)

    assert again.failed == ""
    text = own_week.home.memory_file(KEY).read_text()
    if not noted:  # the same window is told again, a little longer, and the same items stand once
        assert again.summary.read["incidents"] == 2
    assert left in ("", text)
    assert len(watch.load().items) == 3
    assert reviews.last_mark(clock.now) == clock.now
