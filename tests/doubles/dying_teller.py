"""A process that tells people and is killed in the middle of it, as by `kill -9`.

`python -m tests.doubles.dying_teller HOME before|after` dies with the first message: before a byte of it is sent, or
when the tool has answered and nobody has written that down.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from kb import KnowledgeBase
from kb.notify.forms.form import Fate, Sending
from kb.notify.transport import Transport
from tests.doubles.killed import die


class DiesBefore(Transport):
    """The process dies before anything is sent."""

    async def send(self, sending: Sending) -> Fate:
        """Send it once, and say what became of it."""
        del sending
        die()


class DiesAfter(Transport):
    """The process dies when the message has arrived."""

    async def send(self, sending: Sending) -> Fate:
        """Send it once, and say what became of it."""
        await super().send(sending)
        die()


if __name__ == "__main__":
    with KnowledgeBase.open(sys.argv[1]) as kb:
        replace(kb.notices.running(), transport=DiesBefore if sys.argv[2] == "before" else DiesAfter).once()
