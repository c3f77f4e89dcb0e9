"""Memory as rows: hosts without a common folder read and write one memory; the bytes are those that people wrote."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import FileChanged, FileUnreadable
from kb.memory.exchange import NOTE
from kb.memory.folder import MemoryFolder
from kb.model.ledger import Verdict
from kb.starter import make_home
from kb.store.database import Database
from kb.store.postgresql.memory import MemoryRows
from tests.conftest import ROOT, database_of
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import naming

LINE = "FATAL the sluice of basin 4 jammed at 0x17"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
OURS = """\
# Ours; ask ana before you change it.
error_patterns:
  - pattern: "pump 3 is dry"     # after the flood
    meaning: >-
      no rain
    fix: 'wait'
"""


def opened(home: Path, actor: str = "") -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW, actor=actor)


def bare(folder: Path, url: str) -> Path:
    """The folder of a host that has nothing of its own."""
    for name in ("learned", "state"):
        (folder / name).mkdir(parents=True)
    naming(folder, url)
    return folder


def rows_of(db: Database) -> MemoryRows:
    return MemoryRows(db, lambda: "ana", lambda: NOW)


@pytest.fixture
def rows(shared_home: Path) -> Iterator[MemoryRows]:
    with closing(database_of(shared_home)) as db:
        yield rows_of(db)


def test_what_one_host_learns_another_one_with_a_folder_of_its_own_finds(
    shared_home: Path, tmp_path: Path, url: str
) -> None:
    elsewhere = bare(tmp_path / "elsewhere", url)
    with opened(shared_home, "ana") as here, opened(elsewhere, "ben") as there:
        learned = here.learn_pattern(LINE, "a tree in it", "pull it out").id
        assert there.check_known_issues(LINE).matches[0].id == learned
        there.learn_tool_fix("sluicectl", "basin is locked", "the night crew", "ask them")
        there.memory_append("learned/runbooks", "procedures", {"name": "Free the sluice", "steps": ["pull"]})
        here.memory_update("state/environments", "environments.dam.status", "flooded")
        assert here.memory.text("learned/runbooks") == there.memory.text("learned/runbooks")
        assert there.memory.query("state/environments", "environments.dam.status") == "flooded"
        assert here.search("sluicectl basin is locked")
        assert [here.refresh(), there.refresh()] == [[], []]
    assert not (elsewhere / "learned" / "patterns.yaml").exists()


def test_who_wrote_a_version_and_when_stands_in_its_row(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    with opened(shared_home, "ana") as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
    said = "SELECT version, author, at FROM memory_files WHERE path = 'learned/patterns'"
    assert postgres_server.run(said, database) == [(2, "ana", NOW.isoformat())]


def test_a_splice_keeps_every_other_byte_and_comment(tmp_path: Path, url: str) -> None:
    home = bare(tmp_path / "home", url)
    (home / "learned" / "patterns.yaml").write_text(OURS)
    with opened(home) as kb:
        kb.refresh()
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        text = kb.memory.text("learned/patterns").text
    assert text.startswith(OURS)
    assert LINE in text[len(OURS) :]


def test_the_folder_of_the_first_host_is_taken_over_once_and_said_so(tmp_path: Path, url: str) -> None:
    home, late = bare(tmp_path / "home", url), bare(tmp_path / "late", url)
    raw = b"\xef\xbb\xbf" + OURS.replace("\n", "\r\n").encode()
    (home / "learned" / "patterns.yaml").write_bytes(raw)
    (home / "learned" / "latin.yaml").write_bytes(b"error_patterns: [{pattern: 'caf\xe9'}]\n")
    (late / "learned" / "patterns.yaml").write_text("error_patterns: []\n")
    with opened(home) as kb:
        told = "\n".join(map(str, kb.refresh()))
        assert "1 memory files were taken into the database (learned/patterns)" in told
        assert "learned/latin.yaml: was not taken into the database" in told
        assert "is not UTF-8" in told
        assert kb.memory.text("learned/patterns").raw == raw
        assert kb.check_known_issues("pump 3 is dry").verdict is Verdict.KNOWN
    with opened(late) as kb:
        assert kb.memory.text("learned/patterns").raw == raw
        (problem,) = kb.refresh()
        assert "learned/patterns.yaml: differs from what the home says, and is not read" in str(problem)
    assert (home / "learned" / "patterns.yaml").read_bytes() == raw  # nothing is lost


def test_an_edit_of_the_folder_is_told_and_comes_in_by_import(shared_home: Path) -> None:
    with opened(shared_home) as kb:
        kb.learn_tool_fix("sluicectl", "basin is locked", "the night crew", "ask them")
        assert kb.refresh() == []
        path = shared_home / "learned" / "patterns.yaml"
        text = f"{path.read_text().rstrip()}\n\n  - pattern: '{LINE}'\n    fix: pull it out\n"
        path.write_text(text)
        (problem,) = kb.refresh()
        assert f"kb memory import {shared_home} --dry-run" in problem.message
        assert kb.check_known_issues(LINE).verdict is Verdict.UNKNOWN
        report = kb.memory.beside(shared_home).take_in()
        assert (report.written, report.left) == (("learned/patterns",), ("learned/tool_fixes",))
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
        assert kb.refresh() == []


def test_a_second_host_gets_no_starter_files_of_its_own(shared_home: Path, tmp_path: Path, url: str) -> None:
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
    second = tmp_path / "second"
    second.mkdir()
    naming(second, url)
    assert [one.suffix for one in make_home(second) if one.suffix == ".yaml"] == []
    with opened(second) as kb:
        assert kb.refresh() == []
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN


def test_hosts_that_write_one_file_at_once_lose_nothing(shared_home: Path, tmp_path: Path, url: str) -> None:
    homes = [shared_home, *(bare(tmp_path / name, url) for name in "bcd")]
    failed = list[BaseException]()

    def write(home: Path, name: str) -> None:
        try:
            with opened(home, name) as kb:
                for number in range(5):
                    kb.learn_pattern(f"ERROR gate {name} lost its chain {'x' * number}", "rust", "oil it")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=one) for one in zip(homes, "abcd", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with opened(shared_home) as kb:
        text = kb.memory.text("learned/patterns").text
        assert text.count("ERROR gate ") >= 20
        for name in "abcd":
            found = kb.check_known_issues(f"ERROR gate {name} lost its chain xxxx")
            assert found.verdict is Verdict.KNOWN


def test_imports_beside_lessons_of_another_host_lose_nothing_of_both(
    shared_home: Path, tmp_path: Path, url: str
) -> None:
    folder, elsewhere, failed = (
        tmp_path / "repository",
        bare(tmp_path / "elsewhere", url),
        list[BaseException](),
    )
    with opened(shared_home) as kb:
        kb.memory.beside(folder).export()
    path, rounds = folder / "learned" / "runbooks.yaml", 6

    def learn() -> None:
        try:
            with opened(elsewhere) as kb:
                for number in range(rounds):
                    kb.learn_pattern(f"ERROR gate {'x' * number}y lost its chain", "rust", "oil it")
        except BaseException as error:
            failed.append(error)

    learning = threading.Thread(target=learn)
    learning.start()
    with opened(shared_home) as kb:
        for number in range(rounds):
            path.write_text(f"{path.read_text()}# by hand, {number}\n")
            assert kb.memory.beside(folder).take_in().written == ("learned/runbooks",)
        learning.join()
        assert failed == []
        assert kb.memory.text("learned/runbooks").text == path.read_text()
        report = kb.memory.beside(folder).export()
        assert (report.written, report.conflicts) == (("learned/patterns",), ())
    assert (folder / "learned" / "patterns.yaml").read_text().count("lost its chain") >= rounds


def test_an_edit_is_done_again_with_what_somebody_wrote_meanwhile(
    rows: MemoryRows, shared_home: Path
) -> None:
    seen = list[str]()
    with closing(database_of(shared_home)) as other:

        def edit(text: str) -> str:
            seen.append(text)
            if len(seen) <= 3:  # (the fourth time it holds the lock)
                rows_of(other).change("learned/notes", lambda now: f"{now}# theirs {len(seen)}\n")
            return f"{text}# ours\n"

        rows.change("learned/notes", edit)
    assert rows.read("learned/notes").text == "# theirs 1\n# theirs 2\n# theirs 3\n# ours\n"


def test_a_text_that_is_no_longer_what_was_read_is_not_replaced(rows: MemoryRows) -> None:
    before = rows.read("learned/patterns")
    rows.change("learned/patterns", lambda text: f"{text}# a remark\n")
    with pytest.raises(FileChanged, match="changed by somebody else"):
        rows.put("learned/patterns", before, before)
    with pytest.raises(FileChanged):
        rows.put("learned/patterns", None, before)
    assert rows.read("learned/patterns").text.endswith("# a remark\n")


def test_what_is_no_yaml_is_not_kept(
    rows: MemoryRows,
) -> None:
    before = rows.read("learned/patterns")
    with pytest.raises(FileUnreadable, match=r"learned/patterns.yaml:"):
        rows.change("learned/patterns", lambda _: "error_patterns: [\n")
    assert rows.read("learned/patterns") == before


KILLED = """
import os, signal, sys
from kb import KnowledgeBase
from tests.doubles.encoders import HashedEncoder

home, folder, when = sys.argv[1:]
with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
    kb.refresh()
    rows = kb._parts.texts
    keep = rows._keep

    def dying(key, text):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        keep(key, text)
        if when == "inside":
            os.kill(os.getpid(), signal.SIGKILL)

    rows._keep = dying
    if when == "after":
        kb._parts.sync.take_in = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        kb.learn_pattern("FATAL the sluice of basin 4 jammed at 0x17", "a tree in it", "pull it out")
    kb.memory.beside(__import__("pathlib").Path(folder)).take_in()
"""


@pytest.mark.parametrize("when", ["before", "inside"])
def test_an_import_that_is_killed_leaves_nothing_and_is_done_again(
    shared_home: Path, tmp_path: Path, when: str
) -> None:
    folder = tmp_path / "repository"
    with opened(shared_home) as kb:
        kb.memory.beside(folder).export()
        before = {key: kb.memory.text(key) for key in kb.memory.keys()}  # noqa: SIM118
    for name in ("patterns", "runbooks"):
        path = folder / "learned" / f"{name}.yaml"
        path.write_text(f"{path.read_text()}# by hand\n")
    killed = _killed(shared_home, folder, when)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with opened(shared_home) as kb:
        assert {key: kb.memory.text(key) for key in before} == before
        assert kb.memory.beside(folder).take_in().written == ("learned/patterns", "learned/runbooks")


def test_a_lesson_whose_process_is_killed_after_its_row_is_found_by_the_next_call(
    shared_home: Path, tmp_path: Path
) -> None:
    killed = _killed(shared_home, tmp_path, "after")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with opened(shared_home) as kb:
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN


def _killed(home: Path, folder: Path, when: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", KILLED, str(home), str(folder), when]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_copy_of_the_ledger_has_the_memory_and_a_folder_is_of_no_use_for_it(
    shared_home: Path, tmp_path: Path
) -> None:
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        text = kb.memory.text("learned/patterns")
        copy, _ = kb.upkeep.backup(tmp_path / "copy.db")
    plain = tmp_path / "plain"
    make_home(plain)
    with opened(plain) as kb:
        kb.upkeep.restore(copy)
        assert kb.memory.text("learned/patterns") == text
        assert MemoryFolder(kb.home).read("learned/patterns") == text
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN


def test_a_repository_that_is_ahead_of_a_database_that_was_put_back_is_taken_in_by_decision(
    shared_home: Path, tmp_path: Path, postgres_server: PostgresServer, database: str
) -> None:
    repository = tmp_path / "repository"
    with opened(shared_home) as kb:
        kb.refresh()
    earlier = postgres_server.create(database)
    with opened(shared_home) as kb:
        learned = kb.learn_pattern(LINE, "a tree in it", "pull it out").id
        kb.memory.beside(repository).export()

    naming(shared_home, postgres_server.url(earlier))
    with opened(shared_home) as kb:
        assert kb.memory.beside(repository).take_in().written == ()
        (repository / NOTE).unlink()
        (conflict,) = kb.memory.beside(repository).take_in().conflicts
        assert conflict.key == "learned/patterns"
        assert kb.memory.beside(repository).take_in(over=[conflict.version]).written == ("learned/patterns",)
        assert kb.check_known_issues(LINE).matches[0].id == learned
        assert kb.memory.beside(repository).export().conflicts == ()
    postgres_server.drop(earlier)
