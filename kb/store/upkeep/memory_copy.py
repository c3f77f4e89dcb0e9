"""The memory in a copy of the ledger: that of a home whose memory is rows, and of any home that moves; byte for byte.

What a copy has is put into a home whose own memory nobody has written in yet; no text of anybody is overwritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from kb.errors import FileUnreadable, Refused
from kb.memory.texts import MemoryTexts
from kb.memory.yaml_file import FileText, of_bytes

TABLE = "memory_files"
_MAKE = f"CREATE TABLE {TABLE} (path PRIMARY KEY, text BLOB NOT NULL)"


def add_memory(copy: Path, texts: MemoryTexts) -> None:
    """Put the texts into a copy, an SQLite file.  Raises FileUnreadable for what is no text."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        made.execute("BEGIN")
        made.execute(_MAKE)
        rows = [(key, texts.read(key).raw) for key in texts.names()]
        made.executemany(f"INSERT INTO {TABLE} VALUES (?, ?)", rows)
        made.execute("COMMIT")


def memory_in(found: sqlite3.Connection) -> dict[str, FileText] | None:
    """The texts of a copy by their keys; None where it has none, as its home keeps them in files."""
    if not found.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [TABLE]).fetchone():
        return None
    return {key: of_bytes(raw, key) for key, raw in found.execute(f"SELECT path, text FROM {TABLE}")}


def replaced(
    texts: MemoryTexts, wanted: Mapping[str, FileText], unwritten: Collection[str]
) -> dict[str, FileText]:
    """The texts of a home that are to be replaced by those wanted, or to go; `unwritten` has hashes of nobody's work.

    Raises Refused where the home has others that somebody wrote.
    """
    there, foreign = dict[str, FileText](), list[str]()
    for key in texts.names():
        try:
            there[key] = texts.read(key)
        except FileUnreadable as error:
            foreign.append(str(error))
            continue
        same = key in wanted and wanted[key].sha256 == there[key].sha256
        if not same and there[key].sha256 not in unwritten:
            foreign.append(texts.place(key))
    if foreign:
        raise Refused(
            f"{', '.join(foreign)}: somebody wrote there, and it is not what is to be put in its place; nothing was "
            "changed, take another home or move these away"
        )
    return there


def put_memory(texts: MemoryTexts, wanted: Mapping[str, FileText], there: Mapping[str, FileText]) -> None:
    """Let the home have the texts that are wanted, and no others.  FileChanged is raised where one changed."""
    with texts.together():
        for key in sorted({*wanted, *there}):
            if wanted.get(key) != there.get(key):
                texts.put(key, wanted.get(key), there.get(key))
