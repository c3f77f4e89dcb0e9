"""Transactions: what is written inside another one is kept, or undone, as a whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb.errors import HomeBusy
from kb.store.database import Database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "state").mkdir()
    with closing(Database(tmp_path / "state" / "kb.db")) as opened:
        yield opened


def kept(db: Database, key: str) -> str:
    """What another connection sees."""
    with closing(Database(db.path)) as other:
        return other.meta(key)


def test_what_is_written_inside_a_snapshot_is_kept(db: Database) -> None:
    with db.snapshot():
        db.meta("any")
        with db.write():
            db.set_meta("crane", "froze")
    assert kept(db, "crane") == "froze"


def test_a_snapshot_that_only_read_leaves_nothing_behind(db: Database) -> None:
    with db.snapshot():
        db.meta("any")
    with db.write():
        db.set_meta("crane", "froze")
    assert kept(db, "crane") == "froze"


def test_a_write_inside_another_that_fails_is_undone_alone(db: Database) -> None:
    with db.write():
        db.set_meta("outer", "stays")
        with pytest.raises(LookupError):
            _write_and_fail(db)
    assert (kept(db, "outer"), kept(db, "inner")) == ("stays", "")


def test_a_write_in_a_snapshot_that_another_process_overtook_says_so_and_changes_nothing(
    db: Database,
) -> None:
    with pytest.raises(HomeBusy, match="another process wrote"):
        _read_be_overtaken_and_write(db)
    assert (kept(db, "theirs"), kept(db, "ours")) == ("1", "")


def test_what_a_question_writes_does_not_wait_for_another_process(db: Database) -> None:
    busy = pytest.raises(HomeBusy, match="another process is writing")
    with closing(Database(db.path)) as other, other.write(), busy, db.at_once(), db.write():
        db.set_meta("ours", "1")
    with db.write():
        db.set_meta("ours", "2")
    assert kept(db, "ours") == "2"


def test_a_look_at_many_settings_reads_them_once_and_sees_what_is_written_from_here(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[str]()
    with db.write():
        db.set_meta("crane", "froze")
    run = db._engine.run
    monkeypatch.setattr(db._engine, "run", lambda sql, values: read.append(sql) or run(sql, values))
    with db.steady():
        before = [db.meta(key) for key in ("crane", "crane", "none")]
        with db.write():
            db.set_meta("crane", "thawed")
        after = [db.meta("crane"), db.meta("crane")]
    assert (before, after) == (["froze", "froze", ""], ["thawed", "thawed"])
    assert sum("FROM meta" in sql for sql in read) == 2


def test_what_another_process_writes_is_seen_by_the_next_look(db: Database) -> None:
    with db.steady():
        before = db.meta("theirs")
        _write_beside(db)
    with db.steady():
        assert (before, db.meta("theirs")) == ("", "1")


def test_what_is_read_under_the_lock_is_what_stands_there_now(db: Database) -> None:
    with db.steady():
        db.meta("theirs")
        _write_beside(db)
        with db.write():
            assert db.meta("theirs") == "1"


def test_a_write_that_is_undone_leaves_no_setting_behind(db: Database) -> None:
    with db.steady():
        with pytest.raises(LookupError):
            _write_and_fail(db)
        assert db.meta("inner") == ""


def _write_and_fail(db: Database) -> None:
    with db.write():
        db.set_meta("inner", "goes")
        raise LookupError


def _read_be_overtaken_and_write(db: Database) -> None:
    with db.snapshot():
        db.meta("any")
        _write_beside(db)
        with db.write():
            db.set_meta("ours", "1")


def _write_beside(db: Database) -> None:
    with closing(Database(db.path)) as other:
        other.set_meta("theirs", "1")


@pytest.mark.sqlite("a server reads ahead by itself")
def test_what_is_written_after_the_file_was_read_ahead_is_seen_by_processes_that_come_and_go(
    tmp_path: Path,
) -> None:
    path = tmp_path / "home" / "state" / "kb.db"
    path.parent.mkdir(parents=True)
    other = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT max(key) FROM meta').fetchone())"

    def seen() -> str:
        return subprocess.run([sys.executable, "-c", other, path], capture_output=True, text=True).stdout

    with closing(Database(path)) as db:
        db.set_meta("y", 1)
        db.read_ahead(least=0)
        first = seen()  # and goes: it must not take itself for the last one
        db.set_meta("z", 2)
        second = seen()

    assert (first, second) == ("('y',)\n", "('z',)\n")
