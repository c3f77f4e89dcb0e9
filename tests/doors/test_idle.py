"""A server looks after its home while nobody asks, and stops with the block."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from kb.doors.http.health import looked_after
from kb.home import find_home
from tests.doubles.encoders import HashedEncoder


def test_the_copy_of_the_day_is_made_while_nobody_asks(home: Path) -> None:
    before = threading.active_count()
    with looked_after(find_home(home), HashedEncoder(), every=0.05):
        for _ in range(600):
            if list((home / "state").glob("backups/ledger-*.db")):
                break
            time.sleep(0.05)
    assert len(list((home / "state").glob("backups/ledger-*.db"))) == 1
    assert threading.active_count() == before


def test_a_home_that_is_gone_ends_nothing(home: Path, tmp_path: Path) -> None:
    found = find_home(home)
    (home / "state").rename(tmp_path / "away")
    with looked_after(found, HashedEncoder(), every=0.01):
        time.sleep(0.1)
