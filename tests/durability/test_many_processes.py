"""Many processes at once: nothing that was acknowledged is lost, nothing that was deleted comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.durability_material import commented_home
from benchmarks.durability_rounds import (
    all_at_once,
    child,
    lines_of,
    mixed,
    not_found,
    writes_in,
    yaml_faults,
    yaml_of,
)


@pytest.mark.slow
def test_eight_processes_that_learn_at_once_lose_nothing(home: Path) -> None:
    commented_home(home)
    before = yaml_of(home)

    written = all_at_once(home, processes=8, each=15)

    assert len({entry_id for _, entry_id in written}) == 120
    assert yaml_faults(before) == []
    assert not_found(home, written) == []


@pytest.mark.slow
def test_processes_that_learn_the_same_at_once_write_it_once(home: Path) -> None:
    commented_home(home)

    running = [child("learn", home, 0, 12) for _ in range(4)]
    written = {write for process in running for write in writes_in(lines_of(process))}

    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert len({entry_id for _, entry_id in written}) == 12
    text = "".join(yaml_of(home).values())
    assert all(text.count(f"id: {entry_id}\n") == 1 for _, entry_id in written)


@pytest.mark.slow
def test_writing_and_asking_at_once_misses_nothing_and_returns_nothing_deleted(home: Path) -> None:
    commented_home(home)
    before = yaml_of(home)

    came = mixed(home, processes=4, seconds=2)

    assert came.faults == []
    assert came.writes > 0
    assert came.asked > 0
    assert yaml_faults(before) == []
