"""What was compiled for a long text is kept on disk, and never trusted blindly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.records import Pattern, Signature
from kb.storage.database import Database
from kb.storage.entries import EntryTable
from kb.storage.lexical import Fts5Index
from kb.storage.signatures import CompiledSignatures

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LONG = "nothing to see here\n" * 40_000 + "ledger shard 17 lost its quorum\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], CompiledSignatures]:
    """What a new process sees of a store with 300 signatures."""
    (tmp_path / "state").mkdir()
    db = Database(tmp_path / "state" / "kb.db")
    entries = EntryTable(db, Fts5Index(db))
    with db.write():
        for number in range(300):
            text = f"shard {number} lost its quorum"
            entry = Pattern(
                id=f"p-{number}", pattern=text, meaning="m", signatures=(Signature(needles=(text,)),)
            )
            entries.put(entry, file="learned/patterns", fingerprints=(), now=NOW)
    return lambda: CompiledSignatures(db, entries)


def _scanned(signatures: CompiledSignatures) -> list[str]:
    found = [hit.key for hit in signatures.current().scan(LONG)]
    signatures.keep()
    return found


def test_the_next_process_has_it_ready(fresh: Callable[[], CompiledSignatures], tmp_path: Path) -> None:
    first = _scanned(fresh())
    second = fresh()

    assert second.current().worth_keeping
    assert _scanned(second) == first == ["p-17"]
    assert (tmp_path / "state" / "kb.db.signatures").exists()


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: data[:-9],
    lambda data: b"x" + data,
    lambda data: data[:0],
    lambda data: data[:60] + b"?" + data[61:],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_passed_over_and_written_anew(
    fresh: Callable[[], CompiledSignatures], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "state" / "kb.db.signatures"
    assert _scanned(fresh()) == ["p-17"]
    whole = path.read_bytes()
    path.write_bytes(damage(whole))

    assert _scanned(fresh()) == ["p-17"]
    assert path.read_bytes() == whole


def test_a_small_home_has_no_such_file(kb: KnowledgeBase, home: Path) -> None:
    kb.check_known_issues(LONG)

    assert not (home / "state" / "kb.db.signatures").exists()
