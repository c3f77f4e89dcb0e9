"""Entries that are written together are stored as if each had been written by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.large_files import entry as written
from kb import KnowledgeBase
from kb.index.vectors import LEFT_TO_DOCTOR
from kb.model import Entry, Status
from kb.text import rewordings
from kb.text.entries.identify import fingerprints_of
from kb.text.secrets.search import find, without_secrets

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
TABLES = (
    "entries",
    "chunks",
    "chunk_terms",
    "term_entries",
    "signatures",
    "held_signatures",
    "fingerprints",
    "held_fingerprints",
    "outbox",
    "meta",
    "copies",
)
ODD = """
  - pattern: error
  - pattern: 'AttributeError: ''Depot'' object has no attribute ''shelf'''
    fix: "curl -H 'Authorization: Bearer Zm9vYmFyYmF6cXV4LTEyMzQ1Njc4OTA' http://depot"
  - pattern: the same thing twice
    fix: once
  - pattern: the same thing twice
    fix: and again
  - id: lantern
    pattern: 'the lantern of dock <*> went out: café closed'
    fix: light it
"""


def home(folder: Path) -> KnowledgeBase:
    for name in ("learned", "state"):
        (folder / name).mkdir(parents=True)
    return KnowledgeBase.open(folder, clock=lambda: NOW)


def text(numbers: Sequence[int]) -> str:
    return "error_patterns:\n" + "".join(map(written, numbers)) + ODD


def stored(kb: KnowledgeBase) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that comes of the entries; what FTS5 finds, not how it keeps it."""
    return {
        name: sorted((tuple(row) for row in kb._parts.db.rows(f"SELECT * FROM {name}")), key=repr)
        for name in TABLES
    }


def entries_of(kb: KnowledgeBase) -> list[Entry]:
    rows = kb._parts.db.rows("SELECT id FROM entries ORDER BY rowid")
    return [one.entry for one in kb._parts.entries.many(row["id"] for row in rows).values()]


def test_entries_written_together_are_stored_as_those_written_one_by_one(tmp_path: Path) -> None:
    with home(tmp_path / "file") as kb:
        (kb.home.learned / "patterns.yaml").write_text(text(range(40)))
        kb.problems()
        entries = entries_of(kb)
    assert {Status.ACTIVE, Status.QUARANTINED} <= {one.status for one in entries}
    found = [(one, fingerprints_of(one)) for one in entries]
    with home(tmp_path / "one") as one, home(tmp_path / "together") as together:
        with one._parts.db.write():
            for entry, prints in found:
                one._parts.entries.put(entry, file="learned/patterns", fingerprints=prints, now=NOW)
        with together._parts.db.write():
            together._parts.entries.put_new(found, file="learned/patterns", now=NOW)
        assert stored(together) == stored(one)
        assert stored(one)["chunks"]


def test_a_file_that_is_read_at_once_is_stored_as_one_that_grew(tmp_path: Path) -> None:
    with home(tmp_path / "grown") as grown, home(tmp_path / "whole") as whole:
        for size in (1, 2, 150, 300):
            (grown.home.learned / "patterns.yaml").write_text(text(range(size)))
            grown.problems()
        (whole.home.learned / "patterns.yaml").write_text(text(range(300)))
        whole.problems()
        sql = (
            "SELECT id, kind, status, digest, data, file, section, line FROM entries WHERE retired_at IS NULL"
        )
        assert [tuple(row) for row in whole._parts.db.rows(f"{sql} ORDER BY id")] == [
            tuple(row) for row in grown._parts.db.rows(f"{sql} ORDER BY id")
        ]
        for name in ("term_entries", "fingerprints", "held_fingerprints", "held_signatures"):
            assert stored(whole)[name] == [row for row in stored(grown)[name] if row[1] != 0]
        assert [str(one) for one in whole.problems()] == [str(one) for one in grown.problems()]
        assert whole._parts.lexical.size() == grown._parts.lexical.size()


def test_an_id_of_another_file_is_not_taken_away_by_a_file_that_is_read_later(tmp_path: Path) -> None:
    with home(tmp_path / "home") as kb:
        for name in ("here", "there"):
            (kb.home.learned / f"{name}.yaml").write_text(text(range(3)))
            kb.problems()
        files = [
            row["file"]
            for row in kb._parts.db.rows("SELECT file FROM entries WHERE id LIKE 'lantern%' ORDER BY 1")
        ]
    assert files == ["learned/here", "learned/there"]


def test_a_question_does_not_wait_for_the_vectors_of_thousands_of_new_texts(tmp_path: Path) -> None:
    with home(tmp_path / "home") as kb:
        (kb.home.learned / "patterns.yaml").write_text(text(range(LEFT_TO_DOCTOR // 4 + 100)))
        answer = kb.check_known_issues("orders went away for good")
        assert kb._parts.db.value("SELECT count(*) FROM embeddings") == 0
        assert any("not searchable by meaning yet; run: kb doctor --repair" in note for note in answer.notes)
        (kb.home.learned / "patterns.yaml").write_text(text(range(20)))
        kb.check_known_issues("orders went away for good")
        assert kb._parts.db.value("SELECT count(*) FROM embeddings") > 0


PIECES = st.sampled_from(
    [
        "password=",
        "hunter2hunter2",
        "token",
        " ",
        "\n",
        "\\u0022",
        "é",
        "Bearer ",
        "abcDEF123456789xyz",
        ": ",
        '"',
        "\0",
        "key",
        "glpat-",
        "-----BEGIN PRIVATE KEY-----",
        "%3d",
        "shard went away",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=8))
def test_texts_looked_through_together_hide_no_secret_of_one_of_them(texts: list[str]) -> None:
    assert without_secrets(texts) == {one for one in texts if one.isascii() and not find(one)}


@pytest.mark.parametrize("before", ["", "é ", "x" * 300 + " "])
def test_every_piece_of_text_of_the_table_of_wordings_is_seen_in_a_line(before: str) -> None:
    anchors, _ = rewordings._anchors()
    assert all(rule in rewordings._rules_for(f"{before}{anchor} 7") for anchor, rule in anchors)
