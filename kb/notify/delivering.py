"""Deliveries on their way: to each target one after the other, to all of them at the same time, until each arrived.

Before an attempt the row says `sending`; after it, what became of it.  What may be another time waits twice as long
after each attempt, or as long as the tool says, and the whole target waits with it.  What nobody knows the fate of is
sent again with the same id, marked as a repeat.  After a day it is given up, listed, and can be sent by hand.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import anyio

from kb.configuration.sense import lacking
from kb.errors import KbError
from kb.model.notice import Delivery, DeliveryState, Target
from kb.notify.forms.form import Fate, Later, NotTaken, Sending, Taken, Unknown
from kb.notify.telling import plain
from kb.notify.templates import with_template
from kb.notify.transport import Transport
from kb.store.notices.journal import NoticeJournal

FIRST_WAIT = 1.0
"""Seconds before the second attempt; they double with each further one."""
LONGEST_WAIT = 300.0
"""Seconds between two attempts at the most, unless the tool asks for more."""
GIVEN_UP = timedelta(hours=24)
"""After so long nobody is told any more of what happened then, unless by hand."""
INTERRUPTED = "its process ended while it was on its way"

_log = logging.getLogger("kb.notify")


def backoff(attempts: int, chance: float) -> float:
    """Seconds to wait after so many attempts; `chance` (0 to 1) spreads them by a fifth either way."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 30))) * (0.8 + 0.4 * chance)


def after(delivery: Delivery, fate: Fate, now: datetime, chance: float) -> Delivery:
    """The delivery as it is after an attempt."""
    if isinstance(fate, Taken):
        return replace(
            delivery,
            state=DeliveryState.DELIVERED,
            reference=fate.reference,
            reason=fate.note,
            sent_at=now,
        )
    if isinstance(fate, NotTaken):
        return replace(delivery, state=DeliveryState.FAILED, reason=fate.reason)
    repeat = delivery.repeat or isinstance(fate, Unknown)
    if now - delivery.at > GIVEN_UP:
        reason = f"given up after {delivery.attempts} attempts: {fate.reason}"
        return replace(delivery, state=DeliveryState.FAILED, reason=reason, repeat=repeat)
    wait = backoff(delivery.attempts, chance)
    if isinstance(fate, Later) and fate.seconds is not None:
        wait = max(fate.seconds, 0.05)
    due = now + timedelta(seconds=wait)
    return replace(delivery, state=DeliveryState.WAITING, due=due, reason=fate.reason, repeat=repeat)


@dataclass
class Delivering:
    """Sends what is due.  Only one process does, for one home (`kb.notify.running`)."""

    table: NoticeJournal
    targets: Mapping[str, Target]
    transport: Transport
    clock: Callable[[], datetime]
    chance: Callable[[], float] = random.random
    _resumes: dict[str, datetime] = field(default_factory=dict)
    """Targets that must not be asked before a moment."""

    def next_at(self, name: str) -> datetime | None:
        """When the next delivery to a target is due; None while there is none."""
        first = self.table.next_of(name)
        if first is None:
            return None
        return max(first.due, self._resumes.get(name, first.due))

    async def send_next(self, name: str) -> Delivery | None:
        """Send what is due next to a target; None where nothing is due now."""
        now, first = self.clock(), self.table.next_of(name)
        if first is None or first.due > now or self._resumes.get(name, now) > now:
            return None
        sent = await self.send(first.id)
        if sent is None:
            return first  # it was sent, or taken back, since it was looked up
        if sent.state is DeliveryState.WAITING:
            self._resumes[name] = sent.due
        else:
            self._resumes.pop(name, None)
        return sent

    async def send(self, delivery_id: str) -> Delivery | None:
        """Send one that waits; None where it waits no more."""
        # (in a thread: while another process writes, other targets must not wait, nor time run out)
        begun = await anyio.to_thread.run_sync(self.table.begin, delivery_id)
        return await self._attempted(begun) if begun else None

    async def _attempted(self, begun: Delivery) -> Delivery:
        """The delivery after its attempt."""
        done = after(begun, await self._fate(begun), self.clock(), self.chance())
        done = replace(done, reason=_without_secrets(done.reason, self.targets[begun.target]))
        await anyio.to_thread.run_sync(self.table.save, done)
        if done.state is DeliveryState.FAILED:
            _log.warning("%s was not told (%s): %s", done.target, done.id, done.reason)
        return done

    async def _fate(self, delivery: Delivery) -> Fate:
        target = self.targets[delivery.target]
        if lacks := [*lacking(target)]:
            said = (
                f"kb.toml and the environment say too little of {target.name}: it needs {' and '.join(lacks)}"
            )
            return NotTaken(reason=said)
        sending = Sending(
            id=delivery.id,
            at=self.clock(),
            notice=with_template(delivery.notice, target.template),
            target=target,
            repeat=delivery.repeat,
            thread=self.table.thread_of(delivery.target, delivery.incident_id),
        )
        try:
            return await self.transport.send(sending)
        except KbError as error:
            return NotTaken(reason=str(error))
        except Exception as error:  # a mistake in kb: this message is listed, the others go on
            _log.exception("the message %s to %s could not be written", delivery.id, target.name)
            return NotTaken(reason=f"this is a mistake in kb itself ({type(error).__name__}: {error})")


def _without_secrets(reason: str, target: Target) -> str:
    """The reason in one line; what a tool echoes of an address or a token is not kept."""
    for secret in (target.url, target.token, target.secret):
        reason = reason.replace(secret, "[hidden]") if secret else reason
    return plain(reason)
