"""Nothing is lost and nothing doubled in silence: kills, tools that are away, slow or busy, two processes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.notice import DeliveryState
from kb.notify.delivering import GIVEN_UP, LONGEST_WAIT, backoff
from kb.notify.notifying import LOCK
from tests.conftest import ROOT, RunKb
from tests.doubles.chat_server import ChatServer, Fault
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
