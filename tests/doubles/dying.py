"""A knowledge base whose process is killed in the middle of an outcome that moves an entry.

`python -m tests.doubles.dying HOME ENTRY STEP` records a failure and dies at the step: no clean-up, as by
`kill -9`.  The parts are the real ones, with a death before or after one of their writes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from kb.base import KnowledgeBase
from kb.home import find_home
from kb.learning.moves import Moves
from kb.memory.files import Memory
from kb.model.ledger import Outcome
from kb.model.status import Move
from kb.options import Options
from kb.store.ledger import Ledger
from kb.store.moves import MoveTable
from kb.wiring import Parts

STEPS = ("before outcome", "after outcome", "after move", "after commit", "after YAML", "after all")
"""Where it can die, in order."""


def die() -> NoReturn:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("the process outlived SIGKILL")


class DyingLedger(Ledger):
    """Dies before or after it keeps an outcome."""

    step = ""

    def record_outcome(self, outcome: Outcome) -> None:
        """Keep what came of applying an entry."""
        if self.step == "before outcome":
            die()
        super().record_outcome(outcome)
        if self.step == "after outcome":
            die()


class DyingTable(MoveTable):
    """Dies after it has kept a move, which is not committed yet."""

    step = ""

    def add(self, move: Move) -> Move:
        """Keep a move (its id is given here).  Call inside a write."""
        kept = super().add(move)
        if self.step == "after move":
            die()
        return kept


class DyingMemory(Memory):
    """Dies before or after it changes a file."""

    step = ""

    def edit(self, key: str, edit: Callable[[str], str]) -> None:
        """Replace the file's text by `edit(text)`, under its lock; an edit that changes nothing writes nothing."""
        if self.step == "after commit":
            die()
        super().edit(key, edit)
        if self.step == "after YAML":
            die()


class DyingMoves(Moves):
    """Dies when a move is complete, before anybody is told."""

    def complete(self, move: Move, now: datetime) -> None:
        """Write a pending move into its file, unless that says something else by now."""
        super().complete(move, now)
        die()


def with_death(home: Path, step: str) -> KnowledgeBase:
    """The home, open, that will die at the step of its next outcome which moves an entry."""
    parts = Parts.of(find_home(home), Options())
    ledger, table, memory = DyingLedger(parts.db), DyingTable(parts.db), DyingMemory(parts.texts)
    ledger.step = table.step = memory.step = step
    kind = DyingMoves if step == "after all" else Moves
    moves = kind(parts.db, table, parts.entries, memory, parts.sync)
    kb = KnowledgeBase(parts.home)
    kb.__dict__["_parts"] = replace(parts, ledger=ledger)
    kb._parts.moves = moves
    return kb


if __name__ == "__main__":
    with_death(Path(sys.argv[1]), sys.argv[3]).record_outcome(sys.argv[2], "failed", *sys.argv[4:])
