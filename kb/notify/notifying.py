"""`Notifying`: what was told and to whom, trying a target, sending again by hand, and the loop of a server."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kb.configuration.file import ConfigurationFile
from kb.configuration.sections import Target as Section
from kb.configuration.sense import lacking
from kb.errors import InvalidInput, KbError
from kb.home import Home
from kb.model.notice import Delivery, DeliveryState, Target
from kb.notify import telling
from kb.notify.planning import Planning
from kb.notify.presses import Pressed, Presses
from kb.notify.pressing import Press
from kb.notify.templates import load
from kb.store.engines.turn import Turn
from kb.store.notices.journal import NoticeJournal

if TYPE_CHECKING:
    from kb.notify.running import Running

LOCK = "notify.lock"
"""The file whose lock says which process tells people."""


@dataclass(frozen=True, slots=True)
class Notifying:
    """What people are told of one home."""

    home: Home
    table: NoticeJournal
    configuration: ConfigurationFile
    planning: Planning
    presses: Presses
    clock: Callable[[], datetime]

    def targets(self) -> dict[str, Target]:
        """The targets of `kb.toml`, by name, with their secrets as they are now.

        While it has a mistake those that it named before.  Raises InvalidInput where it has had one from the beginning.
        """
        return {one.name: self._resolved(one) for one in self.configuration.good().notify}

    def notes(self) -> list[str]:
        """Who is told, and who cannot be, each in a sentence; nothing where nobody is named."""
        said = list[str]()
        try:
            targets = self.targets()
        except InvalidInput as error:
            return [f"nobody is told of incidents while {error}"]
        for one in targets.values():
            lacks = " and ".join(lacking(one))
            told = f"cannot be told: it needs {lacks}" if lacks else f"is told of incidents ({one.kind})"
            said.append(f"{one.name} {told}")
        return said

    def recent(self, states: Sequence[str] = (), limit: int = 50) -> list[Delivery]:
        """Deliveries, the newest first, of these states.  Raises InvalidInput for a state that there is not."""
        for state in states:
            if state not in list(DeliveryState):
                raise InvalidInput(f"state {state!r} is none of: {', '.join(DeliveryState)}")
        return self.table.recent([DeliveryState(state) for state in states], limit)

    def counts(self) -> dict[str, int]:
        """How many deliveries there are, by state."""
        return self.table.counts()

    def get(self, delivery_id: str) -> Delivery:
        """The delivery with this id, or a clear part of it.  Raises EntryNotFound or InvalidInput."""
        return self.table.named(delivery_id)

    def send(self, delivery_id: str = "") -> list[Delivery]:
        """Send a delivery again, or all that is due; returns what was tried, as it is afterwards.

        One that was delivered, or may have been, goes out marked as a repeat.  Raises EntryNotFound, or InvalidInput
        where its target is no longer configured.
        """
        if delivery_id:
            delivery = self.get(delivery_id)
            self._renew(delivery)
            return [self._sent(delivery.id)]
        tried = self.running().once()
        if tried is None:
            return self.table.recent([DeliveryState.WAITING])
        return [self.get(one) for one in dict.fromkeys(tried)]

    def test(self, target: str) -> Delivery:
        """Send a test to a target; returns what became of it.  Raises InvalidInput for one that there is not."""
        self._configured(target)
        now = self.clock()
        delivery = Delivery(
            id=f"kb-{uuid.uuid4().hex[:20]}",
            at=now,
            target=target,
            notice=telling.trial(target),
            state=DeliveryState.WAITING,
            due=now,
        )
        self.table.add(delivery)
        return self._sent(delivery.id)

    def secrets(self, kind: str) -> dict[str, str]:
        """The secrets by which presses of a kind of target are believed, by target."""
        return {one.name: one.secret for one in self.targets().values() if one.kind == kind and one.secret}

    def press(self, press: Press) -> Pressed:
        """Record what somebody said by a button, in that person's name.  Raises NotBelieved for a replay."""
        return self.presses.record(press)

    def run(self, stop: threading.Event) -> None:
        """Tell people of what happens until it is stopped."""
        self.running().run(stop)

    def _sent(self, delivery_id: str, seconds: float = 30.0) -> Delivery:
        """The delivery after an attempt; where another process (a server) sends, once that has tried."""
        if self.running().once(delivery_id) is None:
            ends, pause = time.monotonic() + seconds, threading.Event()
            while not self._was_tried(self.get(delivery_id)) and time.monotonic() < ends:
                pause.wait(0.1)
        return self.get(delivery_id)

    @staticmethod
    def _was_tried(delivery: Delivery) -> bool:
        waiting = delivery.state in (DeliveryState.WAITING, DeliveryState.SENDING)
        return not waiting or bool(delivery.reason and delivery.attempts)

    def _renew(self, delivery: Delivery) -> None:
        self._configured(delivery.target)
        if delivery.state is DeliveryState.SENDING:
            raise InvalidInput(f"{delivery.id} is on its way; see: kb notify list")
        repeat = delivery.repeat or delivery.state is DeliveryState.DELIVERED
        again = replace(
            delivery,
            at=self.clock(),
            state=DeliveryState.WAITING,
            due=self.clock(),
            attempts=0,
            repeat=repeat,
            reason="",
        )
        self.table.save(again)

    def _configured(self, target: str) -> Target:
        known = self.targets()
        if target not in known:
            there = f"there are: {', '.join(known)}" if known else "kb.toml has no [[notify]]"
            raise InvalidInput(f"there is no target {target!r}; {there}")
        return known[target]

    def running(self) -> Running:
        """The loop that tells people, not yet begun."""
        from kb.notify.running import Running  # with what sends, a quarter of a second

        return Running(
            self.home.database,
            Turn(self.home, self.home.locks / LOCK),
            self.planning,
            self.targets,
            self.clock,
        )

    def _resolved(self, said: Section) -> Target:
        try:
            template = load(self.home, said.template)
        except KbError as error:
            template = f"# Template\n{str(error).replace('{', '(').replace('}', ')')}\n"
        return Target(
            name=said.name,
            kind=said.kind,
            url=self.configuration.secret(said, "url"),
            token=self.configuration.secret(said, "token"),
            secret=self.configuration.secret(said, "secret"),
            channel=said.channel,
            callback=said.callback,
            sender=said.sender,
            to=said.to,
            template=template,
        )
