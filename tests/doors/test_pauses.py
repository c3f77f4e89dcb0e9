"""What a server made once is not looked through for garbage again and again; garbage is found all the same."""

from __future__ import annotations

import ctypes
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.doors.calls.workers import GROWN, Heap


class Node:
    """What can be part of a cycle."""

    def __init__(self) -> None:
        self.other: Node | None = None


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_much_that_was_made_and_stays_is_set_aside_once():
    heap = Heap()
    heap.settle()
    before = gc.get_freeze_count()
    kept = [[number] for number in range(2 * GROWN)]
    heap.settle()
    after = gc.get_freeze_count()
    few = [[number] for number in range(100)]
    heap.settle()

    assert after - before >= len(kept)
    assert gc.get_freeze_count() == after, few


def test_cycles_that_are_made_afterwards_are_still_collected():
    heap = Heap()
    heap.settle()
    one, other = Node(), Node()
    one.other, other.other = other, one
    gone = weakref.ref(one)
    del one, other

    heap.settle()
    gc.collect()

    assert gone() is None


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library keeps what is free")
def test_memory_that_is_free_is_given_back():
    def own() -> int:
        """Kilobytes."""
        status = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))

    blocks = [ctypes.create_string_buffer(60_000) for _ in range(2_000)]
    for block in blocks:
        ctypes.memset(block, 1, 60_000)
    kept, full = blocks[::100], own()
    del blocks, block

    heap = Heap(trim_seconds=0)
    heap.settle()

    assert len(kept) == 20
    assert full - own() > 100_000
