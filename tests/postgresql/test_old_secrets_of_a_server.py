"""Old secrets in rows of PostgreSQL are told, counted and taken out; nothing else changes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.starter import make_home
from tests.conftest import database_of
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer

pytestmark = pytest.mark.full
SECRET = "Tr0ub4dor-und-3"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def put_in(server: PostgresServer, home: Path) -> None:
    """Write the secret where the word stands, past the gate."""
    with closing(database_of(home)) as db:
        tables = db.tables()
    database = (
        json.loads((home / "kb.toml").read_text().partition("url = ")[2]).rpartition("/")[2].partition("?")[0]
    )
    for table in tables:
        for column in table.texts if table.name != "pieces" else ():
            server.run(
                f"UPDATE {table.name} SET {column} = replace({column}, 'STAND-IN', 'password={SECRET}')"
                f" WHERE {column} LIKE '%STAND-IN%'",
                database,
            )


def test_they_are_told_counted_and_taken_out(postgres_server: PostgresServer, shared_home: Path) -> None:
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        learned = kb.learn_pattern(
            "FATAL login of the crane refused: STAND-IN", "no rights", "ask STAND-IN"
        ).id
        asked = kb.check_known_issues("WARN the winch said STAND-IN and stopped", service="pier")
        kb.record_outcome(learned, "resolved", asked.lookup_id, verified_by="ana", note="STAND-IN")
        kb.session_log("typed STAND-IN", "into the console STAND-IN")
    put_in(postgres_server, shared_home)
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        assert "secrets stand in what was stored" in " ".join(kb.upkeep.doctor()[0])
        dry = kb.upkeep.redact(dry_run=True)
        assert {"lookups.evidence", "outcomes.note", "events.details", "entries.data"} <= dry.places.keys()

        done = kb.upkeep.redact()

        assert (done.kinds, Path(done.backup).is_file()) == (dry.kinds, True)
        assert kb.upkeep.redact(dry_run=True).places == {}
        assert SECRET not in kb.get(learned).headline
        assert kb.trust_of(kb.get(learned)).resolved == 1


def test_a_copy_of_all_that_was_made_before_they_were_taken_out_is_put_back_and_cleaned(
    postgres_server: PostgresServer, shared_home: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        asked = kb.check_known_issues("WARN the winch said STAND-IN and stopped", service="pier")
    put_in(postgres_server, shared_home)
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        copy = Path(kb.upkeep.redact().backup)
    make_home(tmp_path / "plain")
    with KnowledgeBase.open(tmp_path / "plain", encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        kb.upkeep.restore(copy)
        (row,) = kb._parts.db.rows("SELECT evidence FROM lookups WHERE id = ?", [str(asked.lookup_id)])
    assert SECRET in str(read(copy, "SELECT evidence FROM lookups"))
    assert "winch" in row["evidence"]
    assert SECRET not in row["evidence"]


def read(copy: Path, query: str) -> list[object]:
    with closing(sqlite3.connect(copy)) as db:
        return db.execute(query).fetchall()
