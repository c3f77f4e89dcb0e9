"""The worker's lookups: beside what opens incidents, one at a time, and never in its way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kb.errors import StoreBroken
from kb.hooks.inbox import HookInbox
from kb.hooks.message import Message
from kb.hooks.worker import Lookups
from kb.model.brief import Brief
from kb.model.hook import HookState
from tests.hooks.conftest import Inbox, alerts


class SlowInbox(HookInbox):
    """Its lookups wait until they are let go."""

    let_go = threading.Event()
    broken = False

    def brief(self, message: Message) -> Brief:
        """What is known of an alert."""
        self.let_go.wait(20)
        if self.broken:
            raise StoreBroken("the index cannot be read")
        return super().brief(message)


@pytest.fixture
def slow(inbox: Inbox) -> SlowInbox:
    real = inbox.kb.hooks
    made = SlowInbox(inbox.kb._parts.db, real._file, real._following.incidents, real._triage, inbox.kb._clock)
    made.let_go = threading.Event()
    return made


@pytest.fixture
def lookups(slow: SlowInbox) -> Iterator[Lookups]:
    @contextmanager
    def opened() -> Iterator[HookInbox]:
        yield slow

    made = Lookups(opened, seconds=0.5)
    yield made
    slow.let_go.set()
    made.end()


def first(inbox: Inbox) -> Message:
    inbox.accepts(alerts(now=inbox.now))
    (one,) = inbox.kb.hooks.deliveries.due(inbox.now, HookState.WAITING, 1)
    found = inbox.kb.hooks._read(one, inbox.kb.hooks.configuration())
    assert found
    return found


def test_a_brief_that_is_there_in_time_is_given(inbox: Inbox, slow: SlowInbox, lookups: Lookups):
    slow.let_go.set()

    message = first(inbox)
    slow.brief(message)  # the first one loads what it needs
    brief = lookups.ask(message)

    assert brief
    assert brief.lookup_id


def test_only_the_first_one_waits_for_what_is_late(inbox: Inbox, slow: SlowInbox, lookups: Lookups):
    message = first(inbox)

    begun = time.monotonic()
    found = [lookups.ask(message) for _ in range(50)]
    took = time.monotonic() - begun
    slow.let_go.set()
    lookups._thread.submit(lambda: None).result()

    assert found == [None] * 50
    assert took < 5
    assert lookups.ask(message)


def test_what_cannot_be_looked_up_does_not_keep_an_incident_from_being_opened(
    inbox: Inbox, slow: SlowInbox, lookups: Lookups
):
    slow.let_go.set()
    slow.broken = True

    assert lookups.ask(first(inbox)) is None
