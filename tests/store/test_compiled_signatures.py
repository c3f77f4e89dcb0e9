"""What was compiled for a long text is kept on disk, and never trusted blindly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.lexical import LexicalTable
from kb.index.signatures import CompiledSignatures
from kb.model import Pattern, Signature
from kb.store.database import Database
from kb.store.entries import EntryTable
from kb.text.signatures.set import SignatureSet

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LONG = "nothing to see here\n" * 40_000 + "ledger shard aa-bh lost its quorum\n"


def _named(number: int) -> str:
    """A name without digits, which would be taken for what varies."""
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")
    return f"{letters[:2]}-{letters[2:]}"


@pytest.fixture
def entries(tmp_path: Path) -> EntryTable:
    """A store with 300 signatures."""
    (tmp_path / "state").mkdir()
    db = Database(tmp_path / "state" / "kb.db")
    made = EntryTable(db, LexicalTable(db))
    with db.write():
        for number in range(300):
            _put(made, f"p-{number}", f"shard {_named(number)} lost its quorum")
    return made


def _put(entries: EntryTable, entry_id: str, *needles: str) -> None:
    entry = Pattern(
        id=entry_id, pattern=needles[0], meaning="m", signatures=(Signature(needles=tuple(needles)),)
    )
    entries.put(entry, file="learned/patterns", fingerprints=(), now=NOW)


@pytest.fixture
def fresh(entries: EntryTable) -> Callable[[], CompiledSignatures]:
    """What a new process sees of that store."""
    return lambda: CompiledSignatures(entries._db, entries.index)


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


@pytest.mark.parametrize(
    "text", ["ledger shard aa-bh lost its quorum at the crane", LONG + "the crane froze\n"]
)
def test_what_came_since_is_found_beside_what_was_compiled(
    entries: EntryTable, fresh: Callable[[], CompiledSignatures], text: str
) -> None:
    signatures = fresh()
    before = signatures.current()
    before.scan(text)
    with entries._db.write():
        _put(entries, "new", "the crane")
        _put(entries, "both", "lost its quorum", "the crane")

    after = signatures.current()
    assert [hit.key for hit in after.scan(text)] == ["p-17", "new", "both"]
    assert after.scan(text) == SignatureSet.compile(after.items).scan(text)


def test_what_is_gone_or_was_changed_since_is_not_found(
    entries: EntryTable, fresh: Callable[[], CompiledSignatures]
) -> None:
    signatures = fresh()
    signatures.current()
    with entries._db.write():
        _put(entries, "new", "shard aa-bh has lost its mind")
        entries.retire(["p-299"], NOW)
        _put(entries, "p-17", "shard aa-bh found it again")

    text = "shard ac-jj lost its quorum, shard aa-bh lost its quorum, shard aa-bh has lost its mind"
    assert [hit.key for hit in signatures.current().scan(text)] == ["new"]


def test_a_small_home_has_no_such_file(kb: KnowledgeBase, home: Path) -> None:
    kb.check_known_issues(LONG)

    assert not (home / "state" / "kb.db.signatures").exists()
