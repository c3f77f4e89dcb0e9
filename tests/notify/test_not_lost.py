"""Nothing is lost and nothing doubled in silence: kills, tools that are away, slow or busy, two processes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from filelock import FileLock

from kb import KnowledgeBase
from kb.errors import KbError, StoreAway
from kb.index.encoder import OnnxEncoder
from kb.model.notice import Delivery, DeliveryState
from kb.notify import running
from kb.notify.delivering import GIVEN_UP, LONGEST_WAIT, Delivering, backoff
from kb.notify.forms.form import Fate, Sending
from kb.notify.notifying import LOCK
from kb.notify.running import KEPT
from kb.notify.transport import Transport
from kb.store.database import Database
from kb.store.engines.turn import Turn
from kb.store.notices.journal import NoticeJournal
from kb.text.times import utc_now
from tests.conftest import ROOT, RunKb
from tests.doubles.chat_server import TOKEN, ChatServer, Fault
from tests.notify.home import Hands, configure, people_told, target

AGAIN = "Sent again: an earlier attempt may have arrived"


def killed_while_telling(home: Path, when: str) -> int:
    """Tell people in a process of its own that is killed on the way; returns how it ended."""
    words = [sys.executable, "-m", "tests.doubles.dying_teller", str(home), when]
    return subprocess.run(words, cwd=ROOT, env=dict(os.environ), timeout=60, check=False).returncode


@pytest.mark.slow
@pytest.mark.parametrize(("when", "arrived"), [("before", 0), ("after", 1)])
def test_what_was_on_its_way_when_its_process_was_killed_is_sent_again_with_the_same_id(
    when: str, arrived: int, home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        assert killed_while_telling(home, when) == -signal.SIGKILL
        (lost,) = kb.notices.recent()
        assert lost.state is DeliveryState.SENDING
        assert len(chat.messages) == arrived
        kb.notices.send()
        bodies = [one.body for one in chat.messages]
    assert [body["repeat"] for body in bodies] == [False] * arrived + [True]
    assert {body["id"] for body in bodies} == {lost.id}
    assert kb.notices.get(lost.id).state is DeliveryState.DELIVERED


@pytest.mark.slow
def test_matrix_knows_the_repeat_again_and_the_thread_goes_on(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("matrix", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        assert killed_while_telling(home, "after") == -signal.SIGKILL
        kb.notices.send()
        kb.incidents.mitigate("rolled back")
        kb.notices.send()
        first, reply = chat.messages
    assert reply.thread == first.id


class RolledBack(RuntimeError):
    """Ends a transaction."""


def test_a_plan_that_is_rolled_back_loses_nothing(home: Path, kb: KnowledgeBase) -> None:
    def plan_and_fail() -> None:
        with kb._parts.db.write():
            kb.notices.planning.plan()
            assert kb.notices.recent()
            raise RolledBack

    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        with pytest.raises(RolledBack):
            plan_and_fail()
        assert kb.notices.recent() == []
        kb.notices.send()
        assert len(chat.messages) == 1


def test_429_is_waited_for_as_long_as_the_tool_says(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    busy = Fault(status=429, headers={"retry-after": "30"}, body='{"ok": false, "error": "ratelimited"}')
    with ChatServer(busy) as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails")
        (waits,) = kb.notices.send()
        assert (waits.due - clock.now).total_seconds() == 30
        clock.move(seconds=29)
        assert kb.notices.send() == []
        clock.move(seconds=2)
        (done,) = kb.notices.send()
    assert done.state is DeliveryState.DELIVERED
    assert not done.repeat
    assert AGAIN not in chat.messages[0].text


def test_a_tool_that_breaks_off_gets_it_again_marked_as_a_repeat(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with (
        ChatServer(Fault(closes=True, taken=True)) as chat,
        KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb,
    ):
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails")
        (waits,) = kb.notices.send()
        assert waits.repeat
        clock.move(seconds=5)
        kb.notices.send()
        first, second = chat.messages
    assert AGAIN not in first.text
    assert AGAIN in second.text
    assert first.body["metadata"] == second.body["metadata"]


def test_after_a_day_it_is_given_up_and_listed(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    faults = [Fault(status=503, body="down")] * 500
    with ChatServer(*faults) as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("json", chat.url))
        kb.incidents.open("checkout fails")
        while not kb.notices.recent(["failed"]):
            kb.notices.send()
            clock.move(seconds=LONGEST_WAIT * 4)
        (failed,) = kb.notices.recent(["failed"])
        assert clock.now - failed.at > GIVEN_UP
        assert "given up after" in failed.reason
        assert "down" in failed.reason
        chat.faults.clear()
        (sent,) = kb.notices.send(failed.id)
    assert sent.state is DeliveryState.DELIVERED


def test_waits_double_up_to_five_minutes_and_are_spread() -> None:
    assert [backoff(attempts, 0.5) for attempts in (1, 2, 3, 4, 20, 10_000)] == [1, 2, 4, 8, 300, 300]
    assert backoff(1, 0.0) < backoff(1, 1.0)


def test_a_tool_that_hangs_keeps_no_other_waiting(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer(*[Fault(silent=4.0)] * 3) as slow, ChatServer() as quick:
        configure(home, target("json", slow.url, name="slow"), target("json", quick.url, name="quick"))
        with people_told(kb):
            begun = time.monotonic()
            for number in range(3):
                kb.incidents.open(f"trouble {number}", service=f"s{number}")
            quick.wait_for(3)
            assert time.monotonic() - begun < 4


def test_an_update_waits_for_the_first_word_so_that_it_has_a_thread(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with (
        ChatServer(Fault(status=500), Fault(status=500)) as chat,
        KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb,
    ):
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        kb.incidents.mitigate("rolled back")
        for _ in range(6):
            clock.move(seconds=3)
            kb.notices.send()
        first, second = chat.messages
    assert second.thread == first.id


def test_two_processes_do_not_tell_it_twice(home: Path, kb: KnowledgeBase, encoder: OnnxEncoder) -> None:
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder) as other:
        configure(home, target("json", chat.url))
        with people_told(kb), people_told(other):
            for number in range(20):
                kb.incidents.open(f"trouble {number}", service=f"s{number}")
            chat.wait_for(20)
            time.sleep(0.3)
        assert len(chat.messages) == 20
    assert len({one.body["incident_id"] for one in chat.messages}) == 20


def test_what_another_process_writes_is_told_by_the_one_that_tells(
    home: Path, kb: KnowledgeBase, run_kb: RunKb
) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        with people_told(kb):
            run_kb("incident", "open", "checkout fails", "--service", "checkout")
            (message,) = chat.wait_for(1)
            done = run_kb("notify", "test", "on-call")
        assert done.returncode == 0
        assert len(chat.messages) == 2
    assert "checkout fails" in message.text


def test_while_another_process_holds_the_lock_what_waits_is_said(home: Path, kb: KnowledgeBase) -> None:
    configure(home, target("json", "http://127.0.0.1:9"))
    (home / "state" / "locks").mkdir(exist_ok=True)
    with FileLock(home / "state" / "locks" / LOCK, thread_local=False):
        kb.incidents.open("checkout fails")
        assert kb.notices.send() == []
    assert kb.notices.running().once() is not None


def test_a_long_write_of_another_process_makes_no_repeat(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer(Fault(status=200, body="{}", taken=True)) as chat:
        configure(home, target("json", chat.url))
        with people_told(kb):
            kb.incidents.open("checkout fails")
            chat.wait_for(1)
            with kb._parts.db.write():
                time.sleep(1.0)
            time.sleep(0.5)
        (one,) = kb.notices.recent()
    assert one.state is DeliveryState.DELIVERED
    assert not one.repeat


def test_the_loop_ends_when_it_is_told_to(kb: KnowledgeBase) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=kb.beside().notices.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


class Broken(Transport):
    """A mistake in kb: what sends raises something that nobody expected."""

    async def send(self, sending: Sending) -> Fate:
        """Fail."""
        if "first" in sending.notice.headline:
            raise ZeroDivisionError("of ours")
        return await super().send(sending)


def test_a_mistake_of_kb_in_one_message_is_listed_and_the_others_arrive(
    home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        kb.incidents.open("the first one", service="a")
        kb.incidents.open("the second one", service="b")
        replace(kb.notices.running(), transport=Broken).once()
        assert len(chat.messages) == 1
    (failed,) = kb.notices.recent(["failed"])
    assert "this is a mistake in kb itself (ZeroDivisionError: of ours)" in failed.reason


class LostTurn(Turn):
    """A turn whose lock was lost with the way to the database."""

    def take(self) -> bool:
        """It is ours at first."""
        if self._lock.is_locked:
            raise StoreAway("PostgreSQL at db1 cannot be reached")
        return super().take()


def test_a_database_that_went_away_is_told_in_a_line(
    home: Path, kb: KnowledgeBase, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LOOK_AGAIN", 0.0)
    stop = threading.Event()
    telling = kb.notices.running()
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        thread = threading.Thread(
            target=replace(telling, turn=LostTurn(kb.home, home / "state" / "lost.lock")).run, args=(stop,)
        )
        thread.start()
        while not caplog.records:
            time.sleep(0.01)
        stop.set()
        thread.join()

    (said, *_) = caplog.records
    assert said.getMessage() == "nobody is told for now: PostgreSQL at db1 cannot be reached"
    assert said.exc_info is None


def test_what_a_tool_echoes_of_a_token_or_an_address_is_not_kept(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        echo = f"no such hook {chat.url}/json for {TOKEN}"
        chat.faults.append(Fault(status=404, body=echo))
        configure(home, target("json", chat.url, more=f'token = "{TOKEN}"'))
        kb.incidents.open("checkout fails")
        (failed,) = kb.notices.send()
    assert failed.reason == "HTTP 404: no such hook [hidden] for [hidden]"


def test_the_server_ends_soon_though_a_tool_hangs_and_the_message_goes_out_again(
    home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer(Fault(silent=8.0)) as chat:
        configure(home, target("json", chat.url))
        with people_told(kb):
            kb.incidents.open("checkout fails")
            while not chat.requests:
                time.sleep(0.01)
            begun = time.monotonic()
        assert time.monotonic() - begun < 6
        kb.notices.send()
        (message,) = chat.messages
    assert message.body["repeat"] is True


def test_what_was_told_long_ago_goes_and_what_waits_stays(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("json", chat.url))
        kb.incidents.open("checkout fails", service="a")
        kb.notices.send()
        chat.faults += [Fault(status=500)]
        kb.incidents.open("search fails", service="b")
        kb.notices.send()
        clock.move(days=91)
        assert kb.notices.table.sweep(clock.now - KEPT) == 1
        (left,) = kb.notices.recent()
    assert left.state is DeliveryState.WAITING


class PlannedBetween(NoticeJournal):
    """Another thread plans between the look at what is due and its sending."""

    def __init__(self, db: Database, plan: Callable[[], object]) -> None:
        super().__init__(db)
        self._plan = plan

    def next_of(self, target: str) -> Delivery | None:
        """The delivery to a target that is due first."""
        found = super().next_of(target)
        self._plan()
        return found


def test_what_is_added_to_a_message_while_it_is_fetched_is_told(home: Path, kb: KnowledgeBase) -> None:
    def happens() -> None:
        if len(kb.incidents.get().timeline) == 2:
            kb.incidents.mitigate("the second step")
            kb.notices.planning.plan()

    with ChatServer() as chat, closing(Database(home / "state" / "kb.db")) as db:
        configure(home, target("json", chat.url))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        kb.incidents.mitigate("the first step")
        kb.notices.planning.plan()

        async def send() -> None:
            async with Transport() as transport:
                table = PlannedBetween(db, happens)
                delivering = Delivering(table, kb.notices.targets(), transport, utc_now)
                while await delivering.send_next("on-call"):
                    pass

        anyio.run(send)
        texts = "".join(one.text for one in chat.messages)
    assert "the first step" in texts
    assert "the second step" in texts


@pytest.mark.slow
@pytest.mark.parametrize("mistake", ["x = [\n", '[[notify]]\nname = "other"\nkind = "jsn"\n'])
def test_while_the_file_has_a_mistake_a_server_tells_whom_it_named_before(
    mistake: str, home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        with people_told(kb):
            kb.incidents.open("checkout fails", service="checkout")
            chat.wait_for(1)
            with (home / "kb.toml").open("a") as file:
                file.write(mistake)
            kb.incidents.open("search fails", service="search")
            texts = [one.text for one in chat.wait_for(2)]
    assert any("search fails" in text for text in texts)
    assert {one.state for one in kb.notices.recent()} == {DeliveryState.DELIVERED}


def test_what_waits_while_the_file_has_had_a_mistake_from_the_beginning_is_told_once_it_is_mended(
    home: Path, encoder: OnnxEncoder
) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url), "x = [")
        with KnowledgeBase.open(home, encoder=encoder) as kb:
            kb.incidents.open("checkout fails", service="checkout")
            assert kb.notices.notes()[0].startswith(
                "nobody is told of incidents while kb.toml has a mistake ("
            )
            with pytest.raises(KbError, match="has a mistake"):
                kb.notices.send()
            configure(home, target("json", chat.url))
            kb.notices.send()
        assert "checkout fails" in chat.messages[0].text
