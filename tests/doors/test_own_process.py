"""What takes long is answered in a process of its own: it keeps nobody, writes as everybody does, and may die."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import yaml
from mcp_types import CallToolResult, TextContent

from kb import KnowledgeBase
from kb.doors.calls.own_process import OwnProcess, ProcessDied
from kb.doors.mcp.replies import reply
from kb.errors import InvalidInput
from kb.home import find_home
from tests.doors.conftest import connected, served
from tests.doors.test_beside_each_other import CRASHES, calling

pytestmark = pytest.mark.slow
LOG = "all is calm here\n" * 2_000 + "FATAL the anchor chain of ship 4 broke\n"
"""Long enough to be read elsewhere."""


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path_factory.mktemp("own") / "home"))


@pytest.fixture(scope="module")
def process(own_home: Path) -> Iterator[OwnProcess]:
    found = OwnProcess(find_home(own_home))
    yield found
    found.close()


def said(found: object) -> str:
    assert isinstance(found, CallToolResult)
    assert isinstance(found.content[0], TextContent)
    return found.content[0].text


@contextmanager
def calls(process: OwnProcess) -> Iterator[Callable[[], object]]:
    """A call that goes on meanwhile; what is handed out waits for it."""
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(process.answer, "check_known_issues", {"error_text": LOG}, reply, "night-shift")
        time.sleep(0.2)
        yield pending.result


def children(process: int) -> list[int]:
    """Those processes of Python that a process has begun and that still run."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process)], capture_output=True, text=True
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line]


def gone(process: int) -> bool:
    """Whether it ends within a while."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.full
@pytest.mark.parametrize("tool", ["investigate_alert", "debug_prod"])
def test_a_lesson_is_kept_while_the_long_log_of_an_investigation_is_being_read(own_home: Path, tool: str):
    name = "alert" if tool == "investigate_alert" else "symptoms"
    with (
        served(own_home) as (url, _),
        connected(url) as other,
        calling(url, tool, **{name: CRASHES}) as first,
        calling(url, tool, **{name: CRASHES}) as second,
    ):
        learned = other.call("learn_pattern", pattern=f"the winch of {tool} is frozen", fix="thaw it")

        assert not (first.done() and second.done())
        assert first.result(120)
        assert second.result(120)
    assert learned["id"]


def test_an_investigation_that_is_read_elsewhere_writes_down_what_it_found_and_who_asked(
    own_home: Path, process: OwnProcess
):
    given = {"alert": LOG, "service": "anchor", "environment": "harbour"}

    found = process.answer("investigate_alert", given, reply, "night-shift")

    assert isinstance(found, CallToolResult)
    assert not found.is_error
    state = yaml.safe_load((own_home / "state" / "environments.yaml").read_text())
    assert "harbour" in str(state)
    with closing(sqlite3.connect(own_home / "state" / "kb.db")) as db:
        logged = db.execute("SELECT actor FROM events WHERE action LIKE 'Investigated%(anchor in harbour)'")
        assert logged.fetchall() == [("night-shift",)]


def test_it_finds_what_the_server_learned_a_moment_ago(own_home: Path, process: OwnProcess):
    process.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")
    with KnowledgeBase.open(own_home) as kb:
        kb.learn_pattern("FATAL the anchor chain of ship 4 broke", "rust", "a new chain")

    found = process.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")

    assert isinstance(found, CallToolResult)
    assert found.structured_content
    assert found.structured_content["verdict"] == "known"


def test_a_mistake_of_the_caller_s_comes_back_as_a_sentence(process: OwnProcess):
    with pytest.raises(InvalidInput, match=r"`limit` must be a number, at least 1 and at most 50, not '99'"):
        process.answer("check_known_issues", {"error_text": LOG, "limit": 99}, reply, "night-shift")


def test_a_process_that_was_killed_is_told_and_the_next_call_begins_another(process: OwnProcess):
    process.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")
    (first,) = children(os.getpid())
    os.kill(first, signal.SIGSTOP)  # so that the call has begun when it dies
    with calls(process) as pending:
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ProcessDied, match=r"ended before it answered .* ask again"):
            pending()

    found = process.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")

    assert isinstance(found, CallToolResult)
    assert not found.is_error


@pytest.mark.full
@pytest.mark.parametrize(("kilobytes", "begun"), [(0, 0), (40_000, 1)])
def test_what_looks_at_all_of_a_home_begins_it_only_where_the_home_is_large(
    own_home: Path, kilobytes: int, begun: int
):
    with closing(sqlite3.connect(own_home / "state" / "kb.db")) as db, db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('ballast', zeroblob(?))", [kilobytes * 1024])

    with served(own_home) as (url, server), connected(url) as agent:
        summary = agent.call("weekly_summary")
        processes = children(server.pid)

    assert summary["until"]
    assert len(processes) == begun


def test_a_process_that_nobody_asks_ends_and_the_next_call_begins_another(own_home: Path):
    lonely = OwnProcess(find_home(own_home), idle_seconds=0.01)
    lonely.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")
    time.sleep(2)

    found = lonely.answer("check_known_issues", {"error_text": LOG}, reply, "night-shift")

    lonely.close()
    assert isinstance(found, CallToolResult)
    assert not found.is_error


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.full
def test_it_ends_with_the_server_however_that_ends(own_home: Path, how: signal.Signals):
    with served(own_home) as (url, server):
        with connected(url) as agent:
            agent.call("check_known_issues", error_text=LOG)
        (process,) = children(server.pid)

        server.send_signal(how)

        assert gone(server.pid)
        assert gone(process)
