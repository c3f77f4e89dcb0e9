"""Of a memory file that changed, only the items that changed: what they say now, and what moved with them.

A file is remembered as its pieces (`kb.memory.pieces`), by their hashes.  Whatever cannot be told from the
changed items alone (a list that becomes one of another kind, an id that stands twice) is left to a full reading;
both end in the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest

from yaml.nodes import Node

from kb.errors import Problem
from kb.memory import pieces as memory_pieces
from kb.memory.format import is_read_by_items, kind_of, read_item, telling
from kb.memory.pieces import Piece
from kb.model import Entry, Origin
from kb.store.database import Database
from kb.text.entries.ids import with_ids

_MOST_CHANGED = 500
"""Changed items from which on a full reading costs no more."""
_MOST_RUNS = 20
"""Places in which items were put in or taken out, at most; each costs a statement that moves what is below."""
_END = 2**62


@dataclass(frozen=True, slots=True)
class Known:
    """A piece as the store remembers it."""

    hash: str
    section: str
    line: int
    said: frozenset[str]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovedLines:
    """Lines of the file as it was, from `first` to `last`, that stand `by` lines further down now."""

    first: int
    last: int
    by: int


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """What changed: the entries that are new or say something else, and the ids of those that were there before."""

    entries: tuple[Entry, ...]
    before: tuple[str, ...]
    problems: tuple[Problem, ...]
    runs: tuple[MovedLines, ...]
    gone: tuple[str, ...]
    made: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """Of the rest of a file: what the items of its lists say of their kinds, and the ids that are taken there."""

    said: tuple[Known, ...] = ()
    taken: frozenset[str] = frozenset()


NOTHING = Around()


class PieceTable:
    """The pieces of the memory files of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, file: str) -> dict[str, Known]:
        """The pieces of the file by hash; none where it has to be read as a whole."""
        return {one.hash: one for one in self.between(file, 0, _END)}

    def between(self, file: str, first: int, end: int) -> list[Known]:
        """The pieces that begin at these lines, in order."""
        rows = self._db.rows(
            "SELECT hash, section, line, said, ids FROM pieces WHERE file = ? AND line >= ? AND line < ? ORDER BY line",
            [file, first, end],
        )
        return [
            Known(row["hash"], row["section"], row["line"], _words(row["said"]), tuple(row["ids"].split()))
            for row in rows
        ]

    def piece_at(self, file: str, line: int) -> int | None:
        """The first line of the piece that holds a line, or None."""
        found = self._db.value("SELECT max(line) FROM pieces WHERE file = ? AND line <= ?", [file, line])
        return None if found is None else int(found)

    def piece_from(self, file: str, line: int) -> int | None:
        """The first line of the first piece that begins there or below, or None."""
        found = self._db.value("SELECT min(line) FROM pieces WHERE file = ? AND line >= ?", [file, line])
        return None if found is None else int(found)

    def said(self, file: str, section: str, but: Collection[str]) -> tuple[Known, ...]:
        """What the items of a list say of its kind, but for these."""
        # From one text to the next larger one: in a list of thousands all say one of a few.
        rows = self._db.rows(
            "WITH RECURSIVE one(said) AS (SELECT min(said) FROM pieces WHERE file = ?1 AND section = ?2 UNION ALL"
            " SELECT (SELECT min(said) FROM pieces WHERE file = ?1 AND section = ?2 AND said > one.said) FROM one"
            " WHERE one.said IS NOT NULL)"
            " SELECT said FROM one WHERE EXISTS (SELECT 1 FROM pieces p WHERE file = ?1 AND section = ?2"
            " AND p.said = one.said AND hash NOT IN (SELECT value FROM json_each(?3)))",
            [file, section, json.dumps([*but])],
        )
        return tuple(Known("", section, 0, _words(row["said"]), ()) for row in rows)

    def last_of(self, file: str, section: str) -> int | None:
        """The first line of the last item of a list, or None."""
        sql = "SELECT max(line) FROM pieces WHERE file = ? AND section = ? AND said != ''"
        found = self._db.value(sql, [file, section])
        return None if found is None else int(found)

    def replace(self, file: str, pieces: Iterable[Known]) -> None:
        """Remember the pieces of a file that was read as a whole.  Call inside a write."""
        self._db.execute("DELETE FROM pieces WHERE file = ?", [file])
        self._add(file, pieces)

    def apply(self, file: str, part: ChangedPart) -> None:
        """Remember what changed.  Call inside a write."""
        self._db.execute_many(
            "DELETE FROM pieces WHERE file = ? AND hash = ?", [(file, one) for one in part.gone]
        )
        if part.runs:
            by, values = lines_moved(part.runs)
            self._db.execute(f"UPDATE pieces SET line = line + {by} WHERE file = ?", [*values, file])
        self._add(file, part.made)

    def _add(self, file: str, pieces: Iterable[Known]) -> None:
        self._db.execute_many(
            "INSERT INTO pieces VALUES (?,?,?,?,?,?)",
            [
                (file, one.hash, one.section, one.line, " ".join(sorted(one.said)), " ".join(one.ids))
                for one in pieces
            ],
        )


def lines_moved(runs: Sequence[MovedLines]) -> tuple[str, list[int]]:
    """By how many lines the row of a line moves, as SQL and its values."""
    cases = " ".join("WHEN line BETWEEN ? AND ? THEN ?" for _ in runs)
    return f"CASE {cases} ELSE 0 END", [value for run in runs for value in (run.first, run.last, run.by)]


def pieces_of(text: str, documents: Sequence[Node], entries: Sequence[Entry]) -> list[Known]:
    """The pieces of a file that was read as a whole, with the ids of its entries; none where one stands twice."""
    found = memory_pieces.of_whole(text, documents)
    if found is None or len({entry.id for entry in entries}) < len(entries):
        return []
    lines = sorted((_line(entry), entry.id) for entry in entries)
    known, at = list[Known](), 0
    for (piece, node), following in zip(found, [*(piece.line for piece, _ in found[1:]), None], strict=True):
        ids = list[str]()
        while at < len(lines) and (following is None or lines[at][0] < following):
            ids.append(lines[at][1])
            at += 1
        said = frozenset(telling(node) if piece.head else ())
        known.append(Known(piece.hash, piece.section, piece.line, said, tuple(ids)))
    return known


def part_of(
    text: str, known: Mapping[str, Known], problems: Sequence[Problem], path: str, around: Around = NOTHING
) -> ChangedPart | None:
    """What changed in a text that was remembered in these pieces; None where the file must be read as a whole.

    `around` is what must be known of the rest of the file, where the text is a part of it.
    """
    pieces = memory_pieces.split(text) if known else None
    if pieces is None or any(one.line is None for one in problems):
        return None
    stay = [(piece, known[piece.hash]) for piece in pieces if piece.hash in known]
    changed = [piece for piece in pieces if piece.hash not in known]
    gone = [*(known.keys() - {piece.hash for piece, _ in stay})]
    ends = _ends(known.values())
    runs = _runs(stay, ends)
    if runs is None or len(changed) > _MOST_CHANGED or not all(map(_can_be_read_alone, changed)):
        return None
    nodes = [memory_pieces.item_alone(piece, text) for piece in changed]
    items = [(piece, node) for piece, node in zip(changed, nodes, strict=True) if node is not None]
    said = _said([*around.said, *(one for _, one in stay)], items)
    before = _said([*around.said, *known.values()], ())
    same_kinds = all(kind_of(one, said[one]) is kind_of(one, before[one]) for one in said if one in before)
    if len(items) < len(changed) or not same_kinds or not all(map(_can_be_read_alone, map(known.get, gone))):
        return None
    there = {*around.taken} | {one for _, piece in stay for one in piece.ids}
    told = [*_moved(problems, stay, ends)]
    return _read(items, said, there, [known[one] for one in gone], runs, told, path)


def _read(
    items: Sequence[tuple[Piece, Node]],
    said: Mapping[str, set[str]],
    there: set[str],
    gone: Sequence[Known],
    runs: Sequence[MovedLines],
    told: list[Problem],
    path: str,
) -> ChangedPart | None:
    entries, made = list[Entry](), list[Known]()
    before = tuple(one for piece in gone for one in piece.ids)
    for piece, node in items:
        found = read_item(node, piece.section, said[piece.section], path, Origin.WRITTEN)
        by = piece.line - 1 - piece.head.count("\n")
        told += [replace(one, line=(one.line or 1) + by) for one in found.problems]
        named = with_ids(
            found.entries, "", before if all(one.id for one in found.entries) else (*there, *before)
        )
        if any(one.id in there for one in named):
            return None
        there.update(one.id for one in named)
        entries += [set_down(one, by) for one in named]
        ids = tuple(one.id for one in named)
        made.append(Known(piece.hash, piece.section, piece.line, frozenset(telling(node)), ids))
    told.sort(key=lambda one: one.line or 0)
    return ChangedPart(
        tuple(entries),
        before,
        tuple(told),
        tuple(run for run in runs if run.by),
        tuple(one.hash for one in gone),
        tuple(made),
    )


def _can_be_read_alone(piece: Piece | Known | None) -> bool:
    is_item = bool(piece.head if isinstance(piece, Piece) else piece and piece.said)
    return piece is not None and is_item and is_read_by_items(piece.section)


def _said(known: Iterable[Known], items: Iterable[tuple[Piece, Node]]) -> dict[str, set[str]]:
    """What the items of each list say of its kind."""
    found: dict[str, set[str]] = {}
    for one in known:
        found.setdefault(one.section, set()).update(one.said)
    for piece, node in items:
        found.setdefault(piece.section, set()).update(telling(node))
    return found


def _runs(stay: Sequence[tuple[Piece, Known]], ends: Mapping[str, int]) -> list[MovedLines] | None:
    """Where what stayed stands now; None where it changed its order, or moved in too many ways."""
    runs, above = list[MovedLines](), 0
    for piece, one in stay:
        if one.line <= above:
            return None
        above, by = one.line, piece.line - one.line
        if runs and runs[-1].by == by:
            runs[-1] = replace(runs[-1], last=ends[one.hash])
        else:
            runs.append(MovedLines(one.line, ends[one.hash], by))
    return runs if len(runs) <= _MOST_RUNS else None


def _ends(known: Iterable[Known]) -> dict[str, int]:
    """The last line of each piece, by its hash."""
    ordered = sorted(known, key=lambda one: one.line)
    return {one.hash: (after.line - 1 if after else _END) for one, after in zip_longest(ordered, ordered[1:])}


def _moved(
    problems: Sequence[Problem], stay: Sequence[tuple[Piece, Known]], ends: Mapping[str, int]
) -> Iterator[Problem]:
    """The problems of what stayed, where they stand now."""
    for problem in problems:
        for piece, one in stay:
            if one.line <= (problem.line or 0) <= ends[one.hash]:
                yield replace(problem, line=(problem.line or 0) + piece.line - one.line)


def set_down(entry: Entry, by: int) -> Entry:
    """The entry so many lines further down."""
    source = entry.provenance.source
    moved = source and replace(source, line=(source.line or 1) + by)
    return replace(entry, provenance=replace(entry.provenance, source=moved))


def _line(entry: Entry) -> int:
    source = entry.provenance.source
    return source.line or 1 if source else 1


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())
