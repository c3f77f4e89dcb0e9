"""A worker of webhooks whose process is killed in the middle of a delivery.

`python -m tests.doubles.killed_hooks HOME STEP` works on what waits and dies at the step of the first delivery: no
clean-up, as by `kill -9`.  The parts are the real ones, with a death before or after one of their writes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from kb import KnowledgeBase
from kb.hooks.following import Following
from kb.hooks.message import Message
from kb.model.brief import Brief
from kb.model.hook import HookState
from kb.store.hooks.deliveries import DeliveryTable
from tests.doubles.killed import die

STEPS = ("after lookup", "before mark", "after mark", "after commit")
"""Where it can die, in order."""


class DyingDeliveries(DeliveryTable):
    """Dies before or after a delivery is marked, within the transaction that does what follows."""

    step = ""

    def mark(self, number: int, state: HookState, incident: str | None = None, note: str = "") -> None:
        """Say how far a delivery is."""
        if self.step == "before mark":
            die()
        super().mark(number, state, incident, note)
        if self.step == "after mark":
            die()


def with_death(kb: KnowledgeBase, step: str) -> None:
    """Let the process of this knowledge base die at that step of the next delivery."""
    inbox = kb.hooks
    real = inbox._following
    table = DyingDeliveries(kb._parts.db)
    table.step = step

    def ask(message: Message) -> Brief:
        brief = inbox.brief(message)
        if step == "after lookup":
            die()
        return brief

    inbox.ask = ask
    inbox._following = replace(real, deliveries=table)
    if step == "after commit":
        inbox._following = DiesAfterCommit(table, real.groups, real.news, real.incidents, real.ask)


class DiesAfterCommit(Following):
    """Dies when what follows is committed, before anything else is done."""

    def follow(self, *given: object) -> None:
        """Do what follows, and die."""
        super().follow(*given)  # type: ignore[arg-type]
        die()


if __name__ == "__main__":
    with KnowledgeBase.open(Path(sys.argv[1]), actor="alerts") as kb:
        with_death(kb, sys.argv[2])
        kb.hooks.work()
