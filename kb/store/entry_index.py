"""What an entry is found by: its chunks, its signatures, its fingerprints, and the wordings that outcomes taught.

Only offered entries have any.  Of an entry in quarantine its signatures and fingerprints are kept apart, so that
whoever meets what it was found by is warned.  All of it changes in the transaction that changes the entry, and
every change raises `KNOWLEDGE_VERSION`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.model import Entry, Pattern, Quirk, Signature, ToolFix
from kb.model.ledger import Wording
from kb.store.database import Database, Row, placeholders, raised
from kb.store.lexical_index import LexicalIndex, Pieces
from kb.store.wordings import WordingTable
from kb.text.entries import codec
from kb.text.entries.chunks import WHOLE, Chunk, chunk, reworded, whole
from kb.text.entries.identify import Fingerprint
from kb.text.signatures.set import sought

KNOWLEDGE_VERSION = "knowledge_version"
"""The meta key of a number that changes with every change of what is offered."""

SIGNATURES_REMOVED = "signatures_removed"
"""The meta key of a number that changes whenever signatures go; while it stays, they only come."""

HELD_REMOVED = "held_removed"
"""The same for the signatures of entries in quarantine."""

TRACES = 7
"""The schema from which the index keeps signatures as they are looked for, not as they were written."""

HELD = 8
"""The schema from which the index keeps what entries in quarantine were found by."""

_KINDS = {"regex": 1, "template": 2}
"""How the column `regex` keeps what kind of signature it is; of a plain literal it is 0."""

# All as one JSON text: ten times as fast as one text for each of tens of thousands.
_AS_JSON = (
    "json_group_array(json_array(entry_id, json_object('needles', json(needles), 'trace', trace{})))".format(
        "".join(f", '{name}', json(iif(regex & {bit}, 'true', 'false'))" for name, bit in _KINDS.items())
    )
)
_AS_JSON_OF_POSTGRESQL = (
    "json_agg(json_build_array(entry_id, json_build_object('needles', needles::json, 'trace', trace{})) ORDER BY rowid)"
    "::text"
).format("".join(f", '{name}', regex & {bit} > 0" for name, bit in _KINDS.items()))

ASKED = "asked"
"""The origin of a fingerprint that an outcome taught (`kb.store.wordings`)."""


Found = tuple[Entry, Sequence[Fingerprint]]
"""An entry and the fingerprints that it is found by."""


class EntryIndex:
    """The ways to the entries of one home."""

    def __init__(self, db: Database, lexical: LexicalIndex) -> None:
        self._db, self._lexical = db, lexical
        self._wordings = WordingTable(db)

    def _touch(self, changes: int = 1) -> None:
        """Raise the number by which every process sees that what is offered has changed."""
        self._db.execute(
            f"INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET {raised('?')}",
            [KNOWLEDGE_VERSION, str(changes), changes],
        )

    def add(self, found: Sequence[Found]) -> None:
        """Let entries that are not found yet be found.  Call inside a write."""
        if not found:
            return
        self._touch(len(found))
        taught = self._wordings.of_all([entry.id for entry, _ in found])
        pieces = list[Pieces]()
        for entry, _ in found:
            chunks = _chunks(entry)
            lines = (one.line for one in taught.get(entry.id, ()))
            pieces.append((entry.id, [*chunks, *reworded(lines, len(chunks))]))
        self._lexical.add(pieces)
        self._add_signatures([entry for entry, _ in found])
        self._add_fingerprints(
            [
                (entry.id, one)
                for entry, prints in found
                for one in _with_taught(prints, taught.get(entry.id, ()))
            ]
        )

    def renew_whole(self, entry: Entry) -> None:
        """Let an entry of a home that was made before there were such pieces have its whole.  Call inside a write."""
        pieces = [piece for piece in _chunks(entry) if piece.role == WHOLE]
        if pieces and not self._db.value(
            "SELECT 1 FROM chunks WHERE entry_id = ? AND role = ?", [entry.id, WHOLE]
        ):
            last = self._db.value("SELECT max(ordinal) FROM chunks WHERE entry_id = ?", [entry.id]) or 0
            self._lexical.extend(entry.id, [replace(piece, ordinal=last + 1) for piece in pieces])

    def hold(self, entry: Entry, fingerprints: Sequence[Fingerprint]) -> None:
        """Keep apart what an entry in quarantine, which is not found, would be found by.  Call inside a write."""
        self._touch()
        self._let_go(entry.id)
        self._add_signatures([entry], "held_signatures")
        self._db.execute_many(
            "INSERT INTO held_fingerprints VALUES (?,?) ON CONFLICT DO NOTHING",
            [(one.value, entry.id) for one in fingerprints],
        )

    def _let_go(self, entry_id: str) -> None:
        self._remove_signatures(entry_id, "held_signatures", HELD_REMOVED)
        self._db.execute("DELETE FROM held_fingerprints WHERE entry_id = ?", [entry_id])

    @property
    def holds(self) -> bool:
        """Whether it keeps what entries in quarantine were found by: not in an older home that cannot be written."""
        return self._db.schema >= HELD

    def held(self, values: Sequence[str]) -> set[str]:
        """The entries in quarantine that have one of these fingerprints."""
        any_held = "SELECT 1 FROM held_fingerprints LIMIT 1"
        if not self._db.kept("anything in quarantine", lambda: self._db.value(any_held)):
            return set()
        sql = f"SELECT entry_id FROM held_fingerprints WHERE fingerprint IN ({placeholders(values)})"
        return {row["entry_id"] for row in self._db.rows(sql, list(values))}

    def renew_signatures(self, entry: Entry) -> None:
        """Let the entry's signatures be looked for as these masking rules have them.  Call inside a write."""
        self._touch()
        self._remove_signatures(entry.id)
        self._add_signatures([entry])

    def _add_signatures(self, entries: Iterable[Entry], table: str = "signatures") -> None:
        self._db.execute_many(
            f"INSERT INTO {table} VALUES (?,?,?,?)",
            [
                (entry.id, json.dumps(sig.needles), _kind(sig), sig.trace)
                for entry in entries
                for sig in sought(entry.signatures)
            ],
        )

    def _remove_signatures(
        self, entry_id: str, table: str = "signatures", mark: str = SIGNATURES_REMOVED
    ) -> None:
        self._db.execute(
            f"INSERT INTO meta SELECT ?1, '1' WHERE EXISTS (SELECT 1 FROM {table} WHERE entry_id = ?2)"
            f" ON CONFLICT (key) DO UPDATE SET {raised(1)}",
            [mark, entry_id],
        )
        self._db.execute(f"DELETE FROM {table} WHERE entry_id = ?", [entry_id])

    def set_fingerprints(self, entry_id: str, fingerprints: Sequence[Fingerprint]) -> None:
        """Let the entry have these fingerprints and no others.  Call inside a write."""
        self._db.execute("DELETE FROM fingerprints WHERE entry_id = ?", [entry_id])
        wordings = self._wordings.of(entry_id)
        self._add_fingerprints([(entry_id, one) for one in _with_taught(fingerprints, wordings)])

    def _add_fingerprints(self, found: Iterable[tuple[str, Fingerprint]]) -> None:
        self._db.execute_many(
            "INSERT INTO fingerprints VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
            [(print_.value, entry_id, print_.origin, print_.template) for entry_id, print_ in found],
        )

    def reword(self, entry_id: str) -> None:
        """Let an entry that is found be found by the wordings that it is taught now, too.  Call inside a write."""
        self._touch()
        wordings = self._wordings.of(entry_id)
        first = 1 + (self._db.value("SELECT max(ordinal) FROM chunks WHERE entry_id = ?", [entry_id]) or 0)
        self._lexical.reword(entry_id, reworded((one.line for one in wordings), first))
        self._db.execute("DELETE FROM fingerprints WHERE entry_id = ? AND origin = ?", [entry_id, ASKED])
        self._db.execute_many(  # (what an outcome taught says more than that another version writes so)
            "DELETE FROM fingerprints WHERE entry_id = ? AND fingerprint = ? AND origin LIKE 'reworded:%'",
            [(entry_id, one.fingerprint) for one in wordings],
        )
        self._add_fingerprints([(entry_id, Fingerprint(one.fingerprint, ASKED, "")) for one in wordings])

    def renew_wordings(self, entry_ids: Sequence[str] | None = None) -> None:
        """After a change of the masking rules, before `set_fingerprints`, of all or of these.  Call inside a write."""
        self._wordings.renew(entry_ids)

    def wordings(self, rows: Sequence[Row]) -> dict[tuple[str, str], Wording]:
        """Those behind rows of `matching_fingerprints`, by entry and fingerprint."""
        asked = [row for row in rows if row["origin"] == ASKED]
        if not asked:
            return {}
        return self._wordings.find(
            sorted({row["entry_id"] for row in asked}), sorted({row["fingerprint"] for row in asked})
        )

    def remove(self, entry_id: str) -> None:
        """Let an entry be found no more.  Call inside a write."""
        self._touch()
        self._lexical.remove(entry_id)
        self._remove_signatures(entry_id)
        self._db.execute("DELETE FROM fingerprints WHERE entry_id = ?", [entry_id])
        self._let_go(entry_id)

    def matching_fingerprints(self, values: Sequence[str]) -> list[Row]:
        """Rows (fingerprint, entry_id, origin, template) of offered entries."""
        return self._db.rows(
            "SELECT fingerprint, entry_id, origin, template FROM fingerprints"
            f" WHERE fingerprint IN ({placeholders(values)})",
            list(values),
        )

    def crashes_of(self, entry_ids: Sequence[str]) -> dict[str, list[str]]:
        """The names of the crashes that each of the entries has, by id; those without one are left out."""
        rows = self._db.rows(
            "SELECT entry_id, template FROM fingerprints WHERE origin = 'crash'"
            f" AND entry_id IN ({placeholders(entry_ids)})",
            list(entry_ids),
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["entry_id"], []).append(row["template"])
        return found

    def first_named(self, keys: Sequence[str], kind: str) -> dict[str, str]:
        """For each name key that offered entries of the kind have, the id of the first of them."""
        rows = self._db.rows(
            # `+`: by the few entries of these names, never by the many of this kind.
            "SELECT f.fingerprint, min(e.id) id FROM fingerprints f JOIN entries e ON e.id = f.entry_id"
            " WHERE f.fingerprint IN (SELECT value FROM json_each(?)) AND +e.kind = ? GROUP BY f.fingerprint",
            [json.dumps(keys), kind],
        )
        return {row["fingerprint"]: row["id"] for row in rows}

    def held_signatures(self, after: int = 0) -> list[tuple[str, Signature]]:
        """As `signatures`, of entries in quarantine."""
        return self.signatures(after, "held_signatures")

    def signatures(self, after: int = 0, table: str = "signatures") -> list[tuple[str, Signature]]:
        """Every offered signature behind row `after`, with its entry's id, in the order in which they came."""
        written = self._db.schema < TRACES  # (as people wrote them, in a home that cannot be written)
        trace = "'' AS trace" if written else "trace"
        rows = f"SELECT entry_id, needles, regex, {trace}, rowid FROM {table} WHERE rowid > ? ORDER BY rowid"
        as_json = _AS_JSON if self._db.is_file else _AS_JSON_OF_POSTGRESQL
        found = codec.signatures(self._db.value(f"SELECT {as_json} FROM ({rows}) AS found", [after]) or "[]")
        return [(key, made) for key, sign in found for made in sought([sign])] if written else found


def _with_taught(own: Sequence[Fingerprint], taught: Iterable[Wording]) -> list[Fingerprint]:
    """The fingerprints of an entry and those that outcomes taught, in their order: of equal ones the first stands."""
    asked = (Fingerprint(one.fingerprint, ASKED, "") for one in taught)
    others = [one for one in own if one.origin.startswith("reworded:")]
    return [*(one for one in own if not one.origin.startswith("reworded:")), *asked, *others]


def _kind(signature: Signature) -> int:
    return sum(bit for name, bit in _KINDS.items() if getattr(signature, name))


def _chunks(entry: Entry) -> list[Chunk]:
    """The pieces of an entry; of a short one that was learned also one of the whole."""
    chunks = chunk(entry.passages())
    if not isinstance(entry, (Pattern, ToolFix, Quirk)):
        return chunks
    advice, scope = entry.advice(), entry.scope
    names = dict.fromkeys((*scope.tools, *scope.services, *_named(entry)))
    return [*chunks, whole(list(names), entry.headline, (advice.meaning, advice.fix), len(chunks))]


def _named(entry: Entry) -> tuple[str, ...]:
    """The tool or service that an entry is about by its kind."""
    return (
        (entry.tool_name,)
        if isinstance(entry, ToolFix)
        else (entry.service,)
        if isinstance(entry, Quirk)
        else ()
    )
