"""One server, many clients: nobody waits for somebody else's long text or slow write, and all see what was written."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import connected, served

slow = pytest.mark.slow
CRASHES = "".join(
    f"[{n}.000] BUG: unable to handle page fault for address: {n:x}\n[{n}.1] RIP: 0010:foo+0x1/0x2\n"
    for n in range(40_000)
)[:2_900_000]
"""What takes long to read: every line may begin a crash."""
CALM = "all is calm here\n" * 40_000


@pytest.fixture(scope="module")
def served_home(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[tuple[str, Path]]:
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("beside") / "home"))
    with served(home) as (url, _):
        yield url, home


@contextmanager
def calling(url: str, tool: str, /, **arguments: Any) -> Iterator[Future[dict[str, Any]]]:
    """A call by a client of its own, which goes on meanwhile."""
    with connected(url) as agent, ThreadPoolExecutor(1) as pool:
        yield pool.submit(agent.call, tool, **arguments)


def healthz(url: str) -> dict[str, Any]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    connection.request("GET", "/healthz")
    found = json.loads(connection.getresponse().read())
    connection.close()
    assert isinstance(found, dict)
    return found


@slow
@pytest.mark.parametrize("tool", ["check_known_issues", pytest.param("triage", marks=pytest.mark.full)])
@pytest.mark.full
def test_a_check_is_answered_while_long_logs_are_still_being_read(served_home: tuple[str, Path], tool: str):
    url, _ = served_home
    name = "error_text" if tool == "check_known_issues" else "alert"
    with (
        connected(url) as other,
        calling(url, tool, **{name: CRASHES}) as first,
        calling(url, tool, **{name: CRASHES}) as second,
        calling(url, tool, **{name: CRASHES}) as third,
    ):
        checked = other.call("check_known_issues", error_text="the tide gauge is frozen")
        learned = other.call("learn_pattern", pattern=f"the {tool} gauge is frozen", fix="thaw it")
        well = healthz(url)

        assert not all(call.done() for call in (first, second, third))
        assert first.result(60)
        assert second.result(60)
        assert third.result(60)
    assert checked["lookup_id"]
    assert learned["id"]
    assert well["ok"] is True


@slow
def test_checks_and_healthz_are_answered_while_a_write_waits_for_another_process(
    served_home: tuple[str, Path],
):
    url, home = served_home
    with connected(url) as other:
        other.call("check_known_issues", error_text="is everything open by now")
        writer = sqlite3.connect(home / "state" / "kb.db", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with calling(url, "memory_session_log", action="the ramp was greased") as logged:
            found = other.call("check_known_issues", error_text="the ramp is stuck")
            well = healthz(url)
            waited = not logged.done()
            writer.execute("ROLLBACK")
            writer.close()

            assert logged.result(60)["action"] == "the ramp was greased"

    assert waited
    assert found["lookup_id"]
    assert well["ok"] is True


@slow
def test_what_one_client_learned_every_other_finds_at_once(served_home: tuple[str, Path]):
    url, _ = served_home
    with connected(url) as one, connected(url) as other, connected(url) as third:
        for number in range(5):
            one.call("learn_pattern", pattern=f"FATAL winch {'abcde'[number]} lost its rope", fix="splice it")
            for agent in (other, third):
                asked = agent.call(
                    "check_known_issues", error_text=f"FATAL winch {'abcde'[number]} lost its rope"
                )
                assert asked["verdict"] == "known"


@slow
def test_writers_beside_each_other_lose_nothing_and_are_named(served_home: tuple[str, Path]):
    url, home = served_home

    def write(number: int) -> None:
        with connected(url) as agent:
            for turn in range(3):
                agent.call("learn_pattern", pattern=f"crane {number} x{turn} stopped", fix="start it")
                agent.call("check_known_issues", error_text=f"crane {number} x{turn} stopped")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))

    with KnowledgeBase.open(home) as kb:
        items = kb.memory.query("learned/patterns", "error_patterns")
    found = {item["pattern"]: item["author"] for item in items}
    assert all(found[f"crane {n} x{turn} stopped"] == "night-shift" for n in range(6) for turn in range(3))


def test_a_file_that_one_connection_is_writing_is_left_to_it_and_all_others_are_looked_at(
    home: Path, encoder: OnnxEncoder
):
    patterns, fixes = home / "learned" / "patterns.yaml", home / "learned" / "tool_fixes.yaml"
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        other = kb.beside()
        other.refresh()
        with kb._parts.sync.writing("learned/patterns"):
            patterns.write_text(
                "error_patterns:\n  - {id: rust, pattern: the anchor chain rusts, fix: paint it}\n"
            )
            fixes.write_text(
                "tool_fixes:\n  - {id: thaw, tool_name: winch, error_pattern: the winch froze, fix: thaw it}\n"
            )
            other.refresh()
            meanwhile = {place.id for place in other.places()}
            own = {place.id for place in kb.places()}
        afterwards = {place.id for place in other.places()}

    assert {"rust", "thaw"} & meanwhile == {"thaw"}
    assert {"rust", "thaw"} <= own
    assert {"rust", "thaw"} <= afterwards


class AlwaysWritten(set[str]):
    """Files that are always being written by somebody, as where many learn at once."""

    def discard(self, key: str) -> None:
        """Somebody else is at it again."""


def test_who_learns_what_another_connection_has_just_written_is_told_that_it_is_known(
    home: Path, tmp_path: Path, encoder: OnnxEncoder
):
    lesson = ("the north crane stopped", "frost", "thaw it")
    elsewhere = Path(shutil.copytree(home, tmp_path / "elsewhere"))
    with KnowledgeBase.open(elsewhere, encoder=encoder) as kb:
        first = kb.learn_pattern(*lesson)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.refresh()
        kb._parts.sync.under_way = AlwaysWritten({"learned/patterns"})
        written = elsewhere / "learned" / "patterns.yaml"
        shutil.copy(written, home / "learned" / "patterns.yaml")  # and not taken in yet

        second = kb.learn_pattern(*lesson)

        assert (second.id, second.created) == (first.id, False)
        assert kb.check_known_issues(lesson[0]).verdict == "known"


def test_a_text_that_takes_too_long_is_answered_with_what_was_read(home: Path, encoder: OnnxEncoder):
    known, last = "FATAL the anchor chain of ship 4 broke", "ERROR nobody is on the bridge"
    text = f"ERROR the compass spins\n{CALM}{known}\n{last}\n"
    with KnowledgeBase.open(home, encoder=encoder, seconds=0) as kb:
        kb.learn_pattern(known, "rust", "a new chain")

        answer = kb.check_known_issues(text)

    assert any("reading took longer than 0 s" in note for note in answer.notes)
    assert answer.verdict == "known"  # what is known word for word is looked for in all of it
    assert [match.title for match in answer.matches] == [known]


def test_a_text_that_is_read_in_time_says_nothing_of_it(home: Path, encoder: OnnxEncoder):
    with KnowledgeBase.open(home, encoder=encoder, seconds=600) as kb:
        notes = kb.check_known_issues("ERROR the compass spins\n" + CALM).notes

    assert not any("reading took longer" in note for note in notes)
