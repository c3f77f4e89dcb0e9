"""Secrets that stand in old rows, from before redaction knew them, are told and taken out; nothing else changes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.conftest import RunKb
from tests.doubles.encoders import HashedEncoder

pytestmark = pytest.mark.sqlite(
    "it looks at the bytes of the file; tests/postgresql/test_old_secrets_of_a_server.py at the rows"
)

SECRET = "Tr0ub4dor-und-3"
SAID = f"FATAL login of the crane refused: password={SECRET}"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def aged(home: Path) -> dict[str, str]:
    """A home with a secret in every kind of row, as a kb without today's redaction left them; ids by name."""
    with KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        learned = kb.learn_pattern(
            "FATAL login of the crane refused: STAND-IN", "no rights", "ask STAND-IN of the harbour"
        )
        asked = kb.check_known_issues("WARN the winch said STAND-IN and stopped", service="pier")
        kb.record_outcome(learned.id, "resolved", asked.lookup_id, verified_by="ana", note="STAND-IN")
        kb.session_log("typed STAND-IN", "into the console STAND-IN")
        incident = kb.incidents.open("the pier is dark STAND-IN").id
        kb.changes.record("deployment", service="pier", version="9", summary="STAND-IN")
        kb.repair(rebuild=True)
        kb.backup()
    for database in (home / "state" / "kb.db", *(home / "state" / "backups").glob("*.db")):
        put_in(database)
    return {"entry": learned.id, "lookup": str(asked.lookup_id), "incident": incident}


def put_in(database: Path) -> None:
    """Write the secret where the word stands, past the gate."""
    with closing(sqlite3.connect(database)) as db, db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table.startswith(("chunk_terms", "sqlite_", "pieces")):
                continue
            for column in [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"]:
                db.execute(
                    f"UPDATE {table} SET {column} = replace({column}, 'STAND-IN', ?) WHERE instr({column}, 'STAND-IN')",
                    [f"password={SECRET}"],
                )


def holds_it(home: Path, but: str = "") -> list[str]:
    """The files of the home in which the secret stands."""
    found = [
        file
        for file in (home / "state").rglob("*")
        if file.is_file() and SECRET.encode() in file.read_bytes()
    ]
    return [file.name for file in found if not but or file.name != Path(but).name]


def test_doctor_tells_them_a_dry_run_counts_them_and_redact_takes_them_out_of_every_byte(
    home: Path, run_kb: RunKb
) -> None:
    ids = aged(home)
    told = run_kb("doctor", home=home)
    assert told.returncode == 1
    assert "kb redact --dry-run" in told.stdout
    assert SECRET not in told.stdout
    before = (home / "state" / "kb.db").read_bytes()

    dry = json.loads(run_kb("redact", "--dry-run", "--json", home=home).stdout)

    assert (home / "state" / "kb.db").read_bytes() == before
    assert dry["kinds"]
    assert {"lookups.evidence", "outcomes.note", "events.details", "entries.data", "changes.data"} <= set(
        dry["places"]
    )

    done = json.loads(run_kb("redact", "--json", home=home).stdout)

    assert done["kinds"] == dry["kinds"]
    assert Path(done["backup"]).stat().st_mode & 0o777 == 0o600
    assert holds_it(home, but=done["backup"]) == []
    assert json.loads(run_kb("redact", "--dry-run", "--json", home=home).stdout)["places"] == {}
    assert "kb redact" not in run_kb("doctor", home=home).stdout
    with KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        assert kb.trust_of(kb.get(ids["entry"])).resolved == 1
        assert kb.incidents.get(ids["incident"]).title.startswith("the pier is dark password=[redacted:")


def test_an_entry_is_found_as_before(home: Path) -> None:
    ids = aged(home)
    with KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        kb.redact()
        answer = kb.check_known_issues(SAID)
    assert (answer.verdict, answer.matches[0].id) == ("known", ids["entry"])


def test_a_home_without_any_is_left_as_it_is(home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.session_log("the password was changed", "token expired, secretName: my-secret")
        report = kb.redact()
        assert (report.kinds, report.places, report.backup) == ({}, {}, None)
        assert kb.check()[0] == []
    assert not (home / "state" / "backups").exists()


def test_lines_of_memory_files_are_their_owners_and_are_told(home: Path, encoder: OnnxEncoder) -> None:
    file = home / "learned" / "notes.yaml"
    text = f"# ours\nconsole:\n  password: {SECRET}\n"
    file.write_text(text)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        assert any("learned/notes.yaml:3" in one and SECRET not in one for one in kb.check()[0])
        assert kb.redact().in_your_files
    assert file.read_text() == text


@pytest.mark.parametrize("damage", [b"", b"not a database at all, but a letter" * 40])
def test_a_copy_that_is_no_database_is_passed_by(home: Path, damage: bytes) -> None:
    aged(home)
    (home / "state" / "backups" / "ledger-2026-05-01.db").write_bytes(damage)
    with KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        assert kb.redact().backup
