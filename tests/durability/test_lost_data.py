"""Damage is told, with what can be had back: vectors, the database, and the history that only it holds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput, StoreBroken
from kb.index.encoder import OnnxEncoder
from kb.starter import make_home
from kb.store.upkeep.backups import KEPT, whole_copy, write_copy
from tests.conftest import RunKb

LINE = "FATAL tide gauge 7 reports a negative depth"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def published(home: Path, encoder: OnnxEncoder) -> Path:
    """The folder of the published vectors of a home that has some."""
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.repair(rebuild=True)
        return home / "state" / "vectors" / str(kb._parts.vectors.generation().number)


def flipped(matrix: Path) -> None:
    raw = bytearray(matrix.read_bytes())
    raw[-401] ^= 0x40
    matrix.write_bytes(raw)


def with_nan(matrix: Path) -> None:
    scales = matrix.with_name("scales.npy")
    there = np.load(scales)
    there[1] = np.nan
    np.save(scales, there)


@pytest.mark.parametrize("damage", [flipped, with_nan])
def test_a_byte_of_the_vectors_that_changed_is_told_by_doctor_and_not_searched(
    home: Path, encoder: OnnxEncoder, damage: object
) -> None:
    folder = published(home, encoder)
    with KnowledgeBase.open(home, encoder=encoder, exact_below=50_000) as kb:
        expected = [hit.id for hit in kb.search("pods run out of memory")]
    damage(folder / "matrix.npy")  # type: ignore[operator]

    with KnowledgeBase.open(home, encoder=encoder, exact_below=50_000) as kb:
        assert [hit.id for hit in kb.search("pods run out of memory")] == expected
        assert any("not as it was written" in problem for problem in kb.check()[1].problems)
        kb.repair(rebuild=True)
        assert kb.check()[1].problems == []


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_an_empty_database_beside_published_vectors_says_that_there_were_entries(
    home: Path, encoder: OnnxEncoder, how: str
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for number in range(3):
            kb.learn_pattern(f"{LINE} {'abc'[number]}", fix="thaw it")
    published(home, encoder)
    for file in (home / "learned").glob("*.yaml"):
        file.unlink()
    for file in (home / "state").glob("kb.db*"):
        file.unlink()
    if how == "empty":
        (home / "state" / "kb.db").touch()

    with KnowledgeBase.open(home, encoder=encoder) as kb:
        told = "\n".join(map(str, kb.refresh()))
        assert "this home had entries" in told
        assert "kb restore" in told
        assert any("this home had entries" in problem for problem in kb.check()[0])


def test_a_whole_home_says_nothing_of_that(home: Path, encoder: OnnxEncoder) -> None:
    published(home, encoder)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        assert kb.refresh() == []
        assert kb.check()[0] == []


def test_a_cut_database_says_what_can_be_had_back(home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.learn_pattern(LINE, fix="thaw it")
    database = home / "state" / "kb.db"
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 3])
    with pytest.raises(StoreBroken, match=r"memory files.*kb ingest.*kb restore.*state/backups"):
        ask_everything(home, encoder)


def ask_everything(home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.check_known_issues(LINE)
        kb.check()
        kb.record_outcome("nothing", "resolved")


def test_an_outcome_is_had_back_in_another_folder_from_another_path(
    home: Path, encoder: OnnxEncoder, tmp_path: Path, run_kb: RunKb
) -> None:
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: NOW) as kb:
        learned = kb.learn_pattern(LINE, fix="thaw it")
        asked = kb.check_known_issues("the tide meter froze over at pier 7")
        kb.record_outcome(learned.id, "resolved", asked.lookup_id, verified_by="ana")
        incident = kb.incidents.open("tide gauge down").id
        trust = kb.trust_of(kb.get(learned.id))
    made = run_kb("backup", str(tmp_path / "elsewhere" / "copy.db"), home=home)
    assert made.returncode == 0, made.stderr
    other = tmp_path / "other home"
    make_home(other)
    shutil.copytree(home / "learned", other / "learned", dirs_exist_ok=True)
    done = run_kb("restore", str(tmp_path / "elsewhere" / "copy.db"), home=other)
    assert done.returncode == 0, done.stderr
    assert "1 outcomes" in done.stdout
    with KnowledgeBase.open(other, encoder=encoder, clock=lambda: NOW) as kb:
        assert kb.trust_of(kb.get(learned.id)) == trust
        assert kb.incidents.get(incident).title == "tide gauge down"
    again = run_kb("restore", str(tmp_path / "elsewhere" / "copy.db"), home=other)
    assert again.returncode == 1
    assert "history of its own" in again.stderr


def test_a_copy_a_day_is_kept_for_a_week(home: Path, encoder: OnnxEncoder) -> None:
    now = NOW
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: now) as kb:
        learned = kb.learn_pattern(LINE, fix="thaw it")
        for day in range(KEPT + 2):
            now = NOW + timedelta(days=day)
            kb.record_outcome(learned.id, "resolved")
            kb.record_outcome(learned.id, "applied")
    names = sorted(file.name for file in (home / "state" / "backups").iterdir())
    assert names == [f"ledger-{(NOW + timedelta(days=day)).date()}.db" for day in range(2, KEPT + 2)]


def test_a_copy_of_an_older_kb_brings_no_secret(home: Path, encoder: OnnxEncoder, tmp_path: Path) -> None:
    copy, now = tmp_path / "copy.db", NOW
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: now) as kb:
        learned = kb.learn_pattern(LINE, fix="thaw it")
        for _ in range(3):
            now += timedelta(minutes=2)
            asked = kb.check_known_issues(LINE)
            kb.record_outcome(
                learned.id, "resolved", asked.lookup_id, verified_by="ana", note="typed STAND-IN"
            )
        trust = kb.trust_of(kb.get(learned.id))
        kb.backup(copy)
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("UPDATE outcomes SET note = 'typed password=Tr0ub4dor-und-3'")
        db.execute("DROP TABLE swept_lookups")
        db.execute("DROP TABLE swept_entries")
    other = tmp_path / "other home"
    make_home(other)
    shutil.copytree(home / "learned", other / "learned", dirs_exist_ok=True)

    with KnowledgeBase.open(other, encoder=encoder, clock=lambda: now) as kb:
        kb.restore(copy)
        assert kb.trust_of(kb.get(learned.id)) == trust
        assert trust.resolved == 1
        notes = {row["note"] for row in kb._parts.db.rows("SELECT note FROM outcomes")}
    assert notes == {"typed password=[redacted:secret]"}


@pytest.mark.parametrize("name", ["ledger-2026-05-19.db", "before-redact-2026-05-19T101112.db"])
def test_what_a_killed_copy_left_goes_with_the_next_one_and_that_of_a_running_process_stays(
    home: Path, encoder: OnnxEncoder, name: str
) -> None:
    folder = home / "state" / "backups"
    folder.mkdir()
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, running = (folder / f".{name}.{process}.tmp" for process in (ended.pid, os.getppid()))
    left.write_bytes(b"half")
    running.write_bytes(b"half")
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: NOW) as kb:
        write_copy(kb._parts.db, folder / "ledger-2026-05-20.db")
        whole_copy(kb._parts.db, folder / "before-redact-2026-05-20T101112.db")
    assert not left.exists()
    assert running.exists()


@pytest.mark.parametrize("text", [b"", b"a letter, not a database" * 99])
def test_what_is_no_copy_is_refused(home: Path, encoder: OnnxEncoder, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "copy.db").write_bytes(text)
    with KnowledgeBase.open(home, encoder=encoder) as kb, pytest.raises(InvalidInput, match="copy"):
        kb.restore(tmp_path / "copy.db")
