"""The entries: what is known.  One `put` keeps an entry in step with what it is found by (`entry_index`).

Rows are derived from the files that people own; outcomes point at the entry's id, so an entry
that leaves its file is retired, never deleted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kb.model import Entry, Source, Status
from kb.model.entry import OFFERED
from kb.store.database import Database, Row, placeholders, upsert
from kb.store.entry_index import EntryIndex, Found
from kb.store.ids.known_ids import KnownIds, Space
from kb.store.lexical_index import EVERYTHING, Filter, LexicalIndex
from kb.text.entries import codec
from kb.text.entries.identify import Fingerprint
from kb.text.entries.ids import by_key

_COUNTED = {"kind": "e.kind", "status": "e.status", "service": "e.services"}
"""What entries are counted by, and the column that tells it."""
_WITH_COPIES = (
    "SELECT e.id, e.kind, e.data, e.updated_at, c.path, c.section, c.line"
    " FROM entries e LEFT JOIN copies c ON c.entry_id = e.id"
    " WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY c.path, c.line"
)
_INSERT = "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry of the store with what only the store knows."""

    entry: Entry
    copies: tuple[Source, ...] = ()
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The names that an entry goes by in one file."""

    id: str
    title: str
    path: str


class EntryTable:
    """The entries of one home."""

    def __init__(self, db: Database, lexical: LexicalIndex) -> None:
        self._db = db
        self.index, self.ids = EntryIndex(db, lexical), KnownIds(db)

    def get(self, entry_id: str) -> Entry | None:
        """The entry with this id, whatever its status, or None."""
        found = self._db.rows("SELECT kind, data FROM entries WHERE id = ?", [entry_id])
        return codec.loads(found[0]["kind"], found[0]["data"]) if found else None

    def named(self, given: str) -> Entry:
        """The entry with this id, or a clear part of it.  Raises EntryNotFound or InvalidInput."""
        entry = self.get(given) or self.get(self.ids.named(Space.ENTRY, given))
        assert entry is not None, "entries are never deleted while they are named"
        return entry

    def many(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The entries with these ids; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        rows, copies = dict[str, Row](), dict[str, list[Source]]()
        for row in self._db.rows(_WITH_COPIES, [json.dumps(wanted)]):
            rows.setdefault(row["id"], row)
            if row["path"] is not None:
                copies.setdefault(row["id"], []).append(_source(row))
        return {
            key: Stored(codec.loads(row["kind"], row["data"]), tuple(copies.get(key, ())), row["updated_at"])
            for key, row in ((key, rows[key]) for key in wanted if key in rows)
        }

    def places(self) -> Iterator[Place]:
        """Every offered entry with every file that says it, by id."""
        rows = self._db.rows(
            "SELECT id, headline, path FROM entries WHERE status IN (SELECT value FROM json_each(?1))"
            " UNION SELECT e.id, e.headline, c.path FROM copies c JOIN entries e ON e.id = c.entry_id"
            " WHERE e.status IN (SELECT value FROM json_each(?1)) ORDER BY 1, 3",
            [json.dumps(OFFERED)],
        )
        return (Place(row["id"], row["headline"], row["path"]) for row in rows)

    def with_digest(self, digest: str) -> str | None:
        """The id of a live entry that says exactly the same, or None."""
        found = self._db.value(
            "SELECT id FROM entries WHERE digest = ? AND retired_at IS NULL ORDER BY created_at, id", [digest]
        )
        return str(found) if found else None

    def id_in(self, file: str, derived: str) -> str:
        """The id by which the file has the entry of a derived id: another one where older rules masked its title."""
        key = derived.rpartition("-")[2]
        rows = self._db.rows("SELECT id FROM entries WHERE file = ? AND instr(id, ?) > 0", [file, f"-{key}"])
        ids = [row["id"] for row in rows]
        return derived if derived in ids else by_key(ids).get(key, derived)

    def of_file(self, file: str, only: Collection[str] | None = None) -> dict[str, tuple[str, Status]]:
        """Id of every live entry that was read from the file, or of `only` those, with its digest and status."""
        # `+`: by the few ids that are asked for, never by all that the file holds.
        which = "file = ?" if only is None else "+file = ? AND id IN (SELECT value FROM json_each(?))"
        rows = self._db.rows(
            f"SELECT id, digest, status FROM entries WHERE {which} AND retired_at IS NULL",
            [file, *([] if only is None else [json.dumps([*only])])],
        )
        return {row["id"]: (row["digest"], Status(row["status"])) for row in rows}

    def select(self, only: Filter, *, words: Sequence[str] = (), limit: int = 1000) -> list[str]:
        """Ids of the entries that pass the filter and say all the words, newest incident or change first."""
        where, values = only.sql()
        where += " AND instr(lower(e.data), lower(?)) > 0" * len(words)
        values += words
        rows = self._db.rows(
            f"SELECT e.id FROM entries e WHERE {where} ORDER BY coalesce(e.happened, e.updated_at) DESC, e.id LIMIT ?",
            [*values, limit],
        )
        return [row["id"] for row in rows]

    def count(self, only: Filter) -> int:
        """How many entries pass the filter."""
        where, values = only.sql()
        return int(self._db.value(f"SELECT count(*) FROM entries e WHERE {where}", values))

    def counts_by(self, what: str, only: Filter) -> dict[str, int]:
        """How many entries pass the filter, by `kind`, `status` or `service`, the most first."""
        where, values = only.sql()
        column, counted = _COUNTED[what], Counter[str]()
        if replace(only, kinds=(), statuses=()) == EVERYTHING:
            where = f"+{where}"  # (all of an index in the order of the groups is quicker than a part of another one)
        rows = self._db.rows(
            f"SELECT {column} AS name, count(*) AS n FROM entries e WHERE {where} GROUP BY {column}", values
        )
        for row in rows:  # (many entries are about the same services, whose list is parted once)
            for name in json.loads(row["name"]) if what == "service" else [row["name"]]:
                counted[name] += row["n"]
        return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))

    def counts_by_services(self) -> list[tuple[tuple[str, ...], str, int]]:
        """How many offered entries are about the same services and of one kind; none of those that name no service."""
        return [(tuple(json.loads(row["services"])), row["kind"], row["n"]) for row in self._by_services()]

    def about(self, service: str) -> dict[str, list[str]]:
        """Ids of the offered entries about a service by kind, newest incident or change first."""
        if not service:  # (a filter without one is about everything)
            return {}
        where, values = Filter(service=service).sql()
        rows, found = self._newest("id, kind", where, values), dict[str, list[str]]()
        for row in rows:
            found.setdefault(row["kind"], []).append(row["id"])
        return found

    def _by_services(self) -> list[Row]:
        """Rows (services, kind, n): few, as most entries are about the same; a third of the time of counting each."""
        return self._db.rows(
            f"SELECT services, kind, count(*) AS n FROM entries WHERE status IN ({placeholders(OFFERED)})"
            " AND services != '[]' GROUP BY services, kind",
            list(OFFERED),
        )

    def copies_of(self, entry_id: str) -> list[Source]:
        """The other places that say exactly the same."""
        rows = self._db.rows("SELECT * FROM copies WHERE entry_id = ? ORDER BY path, line", [entry_id])
        return [*map(_source, rows)]

    def with_items_to_do(self, service: str) -> list[str]:
        """Ids of the incidents of a service that have an action item which is still to do, newest first."""
        where, values = Filter(("incident",), service).sql()
        items = "SELECT 1 FROM json_each(data, '$.action_items')"
        to_do = f"EXISTS ({items} WHERE CAST(json_extract(value, '$.done') AS INTEGER) = 0)"
        return [row["id"] for row in self._newest("id", f"{where} AND {to_do}", values)]

    def _newest(self, columns: str, where: str, values: Sequence[object]) -> list[Row]:
        """Rows of `entries e`, the newest incident or change first."""
        return self._db.rows(
            f"SELECT {columns} FROM entries e WHERE {where} ORDER BY coalesce(happened, updated_at) DESC, id",
            values,
        )

    def put(self, entry: Entry, *, file: str, fingerprints: Sequence[Fingerprint], now: datetime) -> None:
        """Add or replace an entry and everything that it is found by.  Call inside a write."""
        known = self._db.value("SELECT 1 FROM entries WHERE id = ?", [entry.id])
        self._db.execute(
            f"""{_INSERT} ON CONFLICT(id) DO UPDATE SET kind=excluded.kind, status=excluded.status,
               headline=excluded.headline, digest=excluded.digest, data=excluded.data,
               origin=excluded.origin, file=excluded.file, path=excluded.path,
               section=excluded.section, line=excluded.line, services=excluded.services,
               happened=excluded.happened, updated_at=excluded.updated_at, retired_at=NULL""",
            _row(entry, file, codec.stamp(now)),
        )
        if known:
            self.index.remove(entry.id)
        self._let_be_found([(entry, fingerprints)])

    def put_new(self, found: Sequence[Found], *, file: str, now: datetime) -> None:
        """As `put`, for entries of a file that no row is of, all at once: a third of the time for each of thousands."""
        at = codec.stamp(now)
        self._db.execute_many(_INSERT, [_row(entry, file, at) for entry, _ in found])
        self._let_be_found(found)

    def _let_be_found(self, found: Sequence[Found]) -> None:
        self.index.add([one for one in found if one[0].status in OFFERED])
        for entry, fingerprints in found:
            if entry.status is Status.QUARANTINED:
                self.index.hold(entry, fingerprints)

    def unheard_of(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids of which there is no entry, not even a retired one, no copy and no move."""
        rows = self._db.rows(
            "SELECT value FROM json_each(?) one WHERE NOT EXISTS (SELECT 1 FROM entries WHERE id = one.value)"
            " AND NOT EXISTS (SELECT 1 FROM copies WHERE entry_id = one.value)"
            " AND NOT EXISTS (SELECT 1 FROM moves WHERE entry_id = one.value)",
            [json.dumps(list(ids))],
        )
        return {row["value"] for row in rows}

    def restate(
        self, entry: Entry, status: Status, fingerprints: Sequence[Fingerprint], now: datetime
    ) -> Entry:
        """Give a live entry another status; what it is found by comes and goes with it.  Call inside a write."""
        restated = replace(entry, status=status)
        file = self.file_of(entry.id) or ""
        if _found_as(entry.status) != _found_as(status):
            self.put(restated, file=file, fingerprints=fingerprints, now=now)
            return restated
        self._db.execute(
            "UPDATE entries SET status = ?, data = ? WHERE id = ?", [status, codec.dumps(restated), entry.id]
        )
        return restated

    def reword(self, entry_id: str) -> None:
        """Let an entry be found by the wordings that it is taught now, if it is offered.  Call inside a write."""
        if self._db.value("SELECT status FROM entries WHERE id = ?", [entry_id]) in OFFERED:
            self.index.reword(entry_id)

    def moved(self, entry: Entry) -> None:
        """Note where an unchanged entry now stands in its file."""
        source = entry.provenance.source
        if source:
            self._db.execute(
                "UPDATE entries SET section = ?, line = ?, data = ? WHERE id = ? AND line IS NOT ?",
                [source.section, source.line, codec.dumps(entry), entry.id, source.line],
            )

    def shift(self, file: str, by: str, values: Sequence[object]) -> None:
        """Note by how many lines (SQL of `line`) the live entries of a file moved.  Call inside a write."""
        self._db.execute(
            f"UPDATE entries SET line = line + {by},"
            f" data = json_set(data, '$.provenance.source.line', line + {by})"
            f" WHERE file = ? AND retired_at IS NULL AND {by} != 0",
            [*values, *values, file, *values],
        )

    def retire(self, ids: Iterable[str], now: datetime) -> int:
        """Offer these entries no more, keeping their history.  Returns how many were offered."""
        count = 0
        for entry_id in ids:
            entry = self.get(entry_id)
            if entry is None or entry.status is Status.RETIRED:
                continue
            retired = replace(entry, status=Status.RETIRED)
            self._db.execute(
                "UPDATE entries SET status = ?, data = ?, retired_at = ?, updated_at = ? WHERE id = ?",
                [retired.status, codec.dumps(retired), codec.stamp(now), codec.stamp(now), entry_id],
            )
            self.index.remove(entry_id)
            count += 1
        return count

    def add_copy(self, entry_id: str, file: str, source: Source) -> None:
        """Note that another file says exactly the same."""
        self._db.execute(
            upsert("copies", ("entry_id", "file", "section", "line"), ("path",)),
            [entry_id, file, source.section or "", source.line or 0, source.path],
        )

    def drop_copies(self, file: str) -> None:
        """Forget what the file repeated."""
        self._db.execute("DELETE FROM copies WHERE file = ?", [file])

    def first_copy(self, entry_id: str) -> tuple[str, Source] | None:
        """A file that says the same, and where in it; None when there is none."""
        rows = self._db.rows(
            "SELECT * FROM copies WHERE entry_id = ? ORDER BY path, line LIMIT 1", [entry_id]
        )
        return (rows[0]["file"], _source(rows[0])) if rows else None

    def move_copies(self, old: str, new: str, file: str) -> None:
        """Let the remaining copies of an entry point at the one that `file` now has itself."""
        self._db.execute("DELETE FROM copies WHERE entry_id = ? AND file = ?", [old, file])
        self._db.execute("UPDATE copies SET entry_id = ? WHERE entry_id = ?", [new, old])

    def file_of(self, entry_id: str) -> str | None:
        """The file that a live entry was read from, or None when there is no such entry."""
        found = self._db.value("SELECT file FROM entries WHERE id = ? AND retired_at IS NULL", [entry_id])
        return str(found) if found else None

    def in_quarantine(self) -> list[str]:
        """Ids of all entries in quarantine."""
        return [
            row["id"]
            for row in self._db.rows("SELECT id FROM entries WHERE status = 'quarantined' ORDER BY id")
        ]

    def services(self) -> set[str]:
        """Every service that an offered entry is about."""
        rows = self._db.rows(
            f"SELECT DISTINCT value FROM entries, json_each(services) WHERE status IN ({placeholders(OFFERED)})",
            list(OFFERED),
        )
        return {str(row["value"]) for row in rows}

    def expired_before(self, day: date) -> list[str]:
        """Ids of offered entries whose `expires` lies before the day."""
        rows = self._db.rows(
            f"SELECT id FROM entries WHERE status IN ({placeholders(OFFERED)})"
            " AND json_extract(data, '$.expires') < ? ORDER BY id",
            [*OFFERED, day.isoformat()],
        )
        return [row["id"] for row in rows]

    def counts(self) -> dict[str, int]:
        """How many offered entries there are of each kind."""
        rows = self._db.rows(
            "SELECT kind, count(*) n FROM entries"
            f" WHERE status IN ({placeholders(OFFERED)}) GROUP BY kind ORDER BY kind",
            list(OFFERED),
        )
        return {row["kind"]: row["n"] for row in rows}


def _row(entry: Entry, file: str, at: str) -> list[object]:
    """The values of an entry that is written at a time."""
    source = entry.provenance.source or Source(path=file)
    happened = getattr(entry, "date", None)
    return [
        entry.id,
        entry.kind,
        entry.status,
        entry.headline,
        codec.digest(entry),
        codec.dumps(entry),
        entry.provenance.origin,
        file,
        source.path,
        source.section,
        source.line,
        json.dumps(entry.scope.services),
        happened and happened.isoformat(),
        at,
        at,
        None,
    ]


def _found_as(status: Status) -> Status:
    """Statuses of which an entry is found in the same way, as one of them."""
    return Status.ACTIVE if status in OFFERED else status


def _source(row: Row) -> Source:
    return Source(path=row["path"], section=row["section"] or None, line=row["line"] or None)
