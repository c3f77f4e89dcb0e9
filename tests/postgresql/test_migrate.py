"""A home moves into PostgreSQL and back, with its ledger and memory; a move that is killed is done again."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import Refused
from kb.home import Home
from kb.model import Status
from kb.model.ledger import Verdict
from kb.starter import make_home
from kb.store.upkeep.relocation import goal_of
from tests.conftest import ROOT
from tests.doubles.command import run_command
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import naming

LINE = "FATAL the sluice of basin 4 jammed at 0x17"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def opened(home: Path, url: str | None = None) -> KnowledgeBase:
    return KnowledgeBase(Home(home), database=url, encoder=HashedEncoder(), clock=lambda: NOW, actor="ana")


def moved(source: Path, goal: Path, url: str, source_url: str | None = None) -> dict[str, int]:
    """Move a home; returns the rows by table."""
    with opened(source, source_url) as kb, opened(goal, url) as there:
        return there.upkeep.move_in(kb.upkeep).rows


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """A home in a file of its own, in which something happened."""
    home = tmp_path / "lived"
    make_home(home)
    with opened(home) as kb:
        learned = kb.learn_pattern(f"{LINE} \0 of a log", "a tree in it", "pull it out").id
        asked = kb.check_known_issues(LINE)
        kb.record_outcome(learned, "resolved", asked.lookup_id, verified_by="ana")
        kb.incidents.open("The dam overflows", service="dam", severity="SEV2")
        kb.session_log("pulled it out", "with the crane ☃")
        kb.learn_tool_fix("sluicectl", "basin is locked", "the night crew", "ask them")
    path = home / "learned" / "runbooks.yaml"
    path.write_bytes(b"\xef\xbb\xbf# ours\r\nprocedures: []\r\n")
    return home


@pytest.fixture
def second(postgres_server: PostgresServer) -> Iterator[str]:
    """Another empty database."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


def test_a_home_moves_there_and_back_with_all_that_it_knows(lived: Path, tmp_path: Path, url: str) -> None:
    files = {one.name: one.read_bytes() for one in (lived / "learned").glob("*.yaml")}
    with opened(lived) as kb:
        text = kb.memory.text("learned/patterns")
        open_there = kb.incidents.unfinished()
    there = moved(lived, lived, url)
    with opened(lived, "") as kb:  # the URL is forgotten
        assert ["has its database in PostgreSQL" in one.message for one in kb.refresh()] == [True]
    assert there["outcomes"] == 1
    assert there["events"] >= 2
    with opened(lived, url) as kb:
        assert kb.refresh() == []
        assert kb.memory.text("learned/patterns") == text
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
        assert [one.title for one in kb.incidents.unfinished()] == [one.title for one in open_there]
        kb.learn_pattern("ERROR the weir is dry", "no rain", "wait")
        assert kb.refresh() == []  # the files that were moved are told of no more
        text = kb.memory.text("learned/patterns")

    back = tmp_path / "back"
    goal_of(Home(lived), str(back))
    rows = moved(lived, back, "", url)
    assert rows["lookups"] == there["lookups"] + 1
    assert (back / "learned" / "patterns.yaml").read_text() == text.text
    for name in files.keys() - {"patterns.yaml"}:
        assert (back / "learned" / name).read_bytes() == files[name]
    with opened(back) as kb:
        assert kb.check_known_issues("ERROR the weir is dry").verdict is Verdict.KNOWN
        assert kb.session_log("numbers go on").action == "numbers go on"


def test_vectors_that_were_published_before_a_move_tell_of_no_loss_after_it(
    lived: Path, tmp_path: Path, url: str
) -> None:
    document = tmp_path / "known_errors.yaml"
    document.write_text("patterns:\n- pattern: the weir is dry\n  meaning: no rain\n  fix: wait\n")
    with opened(lived) as kb:
        kb.ingest(document)
        kb.upkeep.repair()
    moved(lived, lived, url)
    with opened(lived, url) as kb:
        assert (kb.refresh(), kb.upkeep.doctor()[0]) == ([], [])


def test_it_moves_back_into_its_own_folder_over_the_files_that_nobody_edited_since(
    lived: Path, url: str
) -> None:
    moved(lived, lived, url)
    with opened(lived, url) as kb:
        kb.learn_pattern("ERROR the weir is dry", "no rain", "wait")
        text = kb.memory.text("learned/patterns").text
    (lived / "state" / "kb.db").unlink()
    edited = lived / "learned" / "tool_fixes.yaml"
    before = edited.read_text()
    edited.write_text(f"{before}# by hand\n")
    with pytest.raises(Refused, match=r"tool_fixes.yaml: somebody wrote there"):
        moved(lived, lived, "", url)
    edited.write_text(before)
    moved(lived, lived, "", url)
    assert (lived / "learned" / "patterns.yaml").read_text() == text
    with opened(lived, "") as kb:
        assert kb.refresh() == []


def test_done_again_it_says_that_all_is_there_and_what_came_since_is_refused(lived: Path, url: str) -> None:
    with opened(lived) as kb, opened(lived, url) as there:
        assert not there.upkeep.move_in(kb.upkeep).was_there
        assert there.upkeep.move_in(kb.upkeep).was_there
        there.session_log("one more")
        with pytest.raises(Refused, match=r"something of its own \(.* events"):
            there.upkeep.move_in(kb.upkeep)


def test_a_goal_that_is_not_empty_or_of_another_version_is_refused_and_left_alone(
    lived: Path, tmp_path: Path, url: str, database: str, postgres_server: PostgresServer
) -> None:
    other = tmp_path / "other"
    make_home(other)
    with opened(other) as kb:
        kb.learn_pattern("ERROR the weir is dry", "no rain", "wait")
        text = kb.memory.text("learned/patterns")
    with pytest.raises(Refused, match=r"patterns.yaml: somebody wrote there"):
        moved(lived, other, "")
    with opened(other) as kb:
        assert kb.memory.text("learned/patterns") == text
        assert kb._parts.db.value("SELECT count(*) FROM events") == 0

    with closing(sqlite3.connect(other / "state" / "kb.db")) as db:
        db.execute("PRAGMA user_version = 3")
    with pytest.raises(Refused, match="is of another version of kb"):
        goal_of(Home(lived), str(other))
    with opened(lived, url) as kb:
        kb.counts()
    postgres_server.run("DELETE FROM schema_steps WHERE step > 1", database)
    with pytest.raises(Refused, match=r"is of another version of kb \(schema 1, this one is"):
        goal_of(Home(lived), url)


DYING = """
import os, signal, sys
from pathlib import Path
from kb import KnowledgeBase
from kb.home import Home
from kb.store.database import Database
from kb.store.upkeep import relocation
from tests.doubles.encoders import HashedEncoder

source, goal, url, source_url, at = sys.argv[1:]
steps = [0]

def step(*_):
    steps[0] += 1
    if steps[0] == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

def dying(kind, name):
    real = getattr(kind, name)

    def call(self, *given, **more):
        step()
        done = real(self, *given, **more)
        step()
        return done

    setattr(kind, name, call)

with KnowledgeBase(Home(Path(source)), database=source_url, encoder=HashedEncoder()) as kb:
    with KnowledgeBase(Home(Path(goal)), database=url, encoder=HashedEncoder()) as there:
        kb.refresh(), there._parts
        for name in ("copy_tables", "put_back", "set_meta"):
            dying(Database, name)
        for name in ("_receive", "_check"):
            dying(relocation.Relocation, name)
        dying(type(there._parts.texts), "put")
        dying(type(there.upkeep), "_settle")
        there.upkeep.move_in(kb.upkeep)
        print(steps[0])
"""


def _dies(source: Path, goal: Path, url: str, source_url: str, at: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", DYING, str(source), str(goal), url, source_url, str(at)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.full
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_move_that_is_killed_at_any_step_is_done_again(
    lived: Path, tmp_path: Path, postgres_server: PostgresServer, second: str, way: str
) -> None:
    if way == "back":
        moved(lived, lived, second)
    source_url = second if way == "back" else ""
    names, at = list[str](), 1
    try:
        while True:
            names.append(postgres_server.create())
            goal = Path(shutil.copytree(lived, tmp_path / f"goal {at}")) if way == "back" else lived
            if way == "back":
                (goal / "state" / "kb.db").unlink()
            url = "" if way == "back" else postgres_server.url(names[-1])
            killed = _dies(lived, goal, url, source_url, at)
            if killed.returncode == 0:
                break
            assert killed.returncode == -signal.SIGKILL, killed.stderr
            with opened(lived, source_url) as kb, opened(goal, url) as there:
                report = there.upkeep.move_in(kb.upkeep)
                assert report.rows["outcomes"] == 1
                assert there.upkeep.move_in(kb.upkeep).was_there
                assert not (goal / "state" / ".moving.db").exists()
                assert there.memory.text("learned/patterns") == kb.memory.text("learned/patterns")
                assert there.refresh() == []
            at += 3
    finally:
        for name in names:
            postgres_server.drop(name)
    assert at > 20


def test_a_goal_that_is_neither_is_refused_before_anything_is_made(lived: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "KB_HOME": str(lived)}
    for goal in ("mysql://db/kb", " "):
        done = run_command("migrate", "--to", goal, environment=environment)
        assert done.returncode == 2
        assert "neither of the form postgresql://" in done.stderr
    (tmp_path / "file").write_text("")
    done = run_command("migrate", "--to", str(tmp_path / "file"), environment=environment)
    assert "is a file; name a folder" in done.stderr
    done = run_command(
        "migrate", "--to", "postgresql://nobody@/none?host=%2Fnowhere", environment=environment
    )
    assert "cannot be reached" in done.stderr


def test_a_tenant_moves_by_itself_there_and_back_and_the_home_s_move_says_so(
    lived: Path, tmp_path: Path, postgres_server: PostgresServer, database: str
) -> None:
    url, tenant, back = postgres_server.owned(database), lived / "tenants" / "payments", tmp_path / "back"
    make_home(tenant)
    with opened(tenant) as kb:
        shared = kb.check_known_issues(LINE).matches[0].id
        kb.moves.set_status(shared, "retired", "we have no basin")
        kb.learn_pattern("ERROR the weir is dry", "no rain", "wait")
    done = run_command("migrate", "--to", url, environment={**os.environ, "KB_HOME": str(lived)})
    assert f"kb --home {tenant} migrate --to the same URL" in done.stderr
    with opened(tenant, url) as kb:  # somebody asks before the tenant has moved
        assert kb.get(shared).status is not Status.RETIRED
    moved(tenant, tenant, url)
    for home, where in ((lived, back), (tenant, back / "tenants" / "payments")):
        goal_of(Home(home), str(where))
        moved(home, where, "", url)
    for home, there in ((tenant, url), (back / "tenants" / "payments", "")):
        with opened(home, there) as kb:
            assert kb.get(shared).status is Status.RETIRED
            assert kb.check_known_issues("ERROR the weir is dry").verdict is Verdict.KNOWN


def test_the_command_moves_and_says_what_to_do_next(lived: Path, tmp_path: Path, url: str) -> None:
    environment = {**os.environ, "KB_HOME": str(lived)}
    done = run_command("migrate", "--to", url, environment=environment)
    assert done.returncode == 0, done.stderr
    assert "memory files are there as they were here, by count and by hash" in done.stdout
    assert "set KB_DATABASE_URL" in done.stderr
    again = run_command("migrate", "--to", url, environment=environment)
    assert "all of it was there already" in again.stderr
    naming(lived, url)
    files = tmp_path / "files"
    done = run_command("migrate", "--to", str(files), environment=environment)
    assert done.returncode == 0, done.stderr
    assert (files / "learned" / "patterns.yaml").read_bytes() == (
        lived / "learned" / "patterns.yaml"
    ).read_bytes()
