"""After better masking rules: every fingerprint that is stored is made anew, once, from what it was made of.

A fingerprint carries the version of the rules that made it, so those of two versions never meet.  The
first process that may write brings all of them to its own version in one transaction: of entries and
the wordings that they were taught, of lookups (from their evidence lines) and of swept ones, of healthy lines, and of
the lines that proposals are recognised by.
Where hosts share the database, an older kb among them does not take that back, and what it writes meanwhile is brought
to the new rules by the next call of a newer one.
A read-only home keeps the old ones: its entries are then found by signature, words and
meaning, and each answer says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kb.expression import expression
from kb.model.entry import OFFERED
from kb.store.database import Database
from kb.store.entries import EntryTable
from kb.store.entry_index import KNOWLEDGE_VERSION
from kb.store.upkeep.swept import SweptLookups
from kb.text.entries.identify import fingerprints_of
from kb.text.evidence.alarm import alarm
from kb.text.masking import MASK_VERSION, fingerprint

MADE_BY = "mask_version"
"""The meta key of the version that made the stored fingerprints."""
_HERE = str(MASK_VERSION)
_OF_OLDER = " OR ".join(
    f"(fingerprint >= 'f{number}:' AND fingerprint < 'f{number};')" for number in range(1, MASK_VERSION)
)
"""The fingerprints of all earlier versions, as an index is read."""
_BATCH = 500
_LOOKUPS = 10_000
_FINGERPRINT = expression(r"f\d+:[0-9a-f]+")


class Fingerprints:
    """The stored fingerprints of one home."""

    def __init__(self, db: Database, entries: EntryTable) -> None:
        self._db, self._entries = db, entries
        self._looked = "", 0

    def renew(self) -> bool:
        """Bring them to this version of the rules, if they are of another.  Returns whether they were.

        Costs one read of a setting when there is nothing to do.  Raises HomeNotWritable on a full disk.
        """
        if self._db.read_only:
            return False
        made = self._db.meta(MADE_BY)
        if made == _HERE:
            return self._renew_those_of_older()
        if self._is_newer(made):
            return False
        with self._db.write():
            made = self._db.meta(MADE_BY)
            if made == _HERE or self._is_newer(made):  # another process was quicker
                return False
            self._entries.index.renew_wordings()
            self._renew_entries()
            self._renew_proposals()
            self._renew_lookups()
            self._renew_healthy()
            SweptLookups(self._db).renew()
            self._db.set_meta(MADE_BY, MASK_VERSION)
        return True

    def missed(self) -> str:
        """What a home that other rules made lacks while it cannot be written, in words; else empty."""
        made = self._db.meta(MADE_BY)
        if self._is_newer(made):
            return (
                "a newer kb shares this database: until this one is updated, too, what was learned is found in fewer"
                " forms here"
            )
        if not self._db.read_only or made == _HERE:
            return ""
        return (
            "another version of kb made it, and it cannot be written: what was learned is found in fewer forms,"
            " and what outcomes taught only by words, until it is opened once where it can be written"
        )

    def _is_newer(self, made: str) -> bool:
        """Whether these rules are of a newer kb that shares the database: what it made stays as it is."""
        return not self._db.is_file and made.isdecimal() and int(made) > MASK_VERSION

    def _renew_those_of_older(self) -> bool:
        """Renew entries that an older kb, which shares the database, has written since; looked for when any changed."""
        version = self._db.meta(KNOWLEDGE_VERSION), self._db.servers
        if self._db.is_file or version == self._looked:
            return False
        found = self._db.rows(f"SELECT DISTINCT entry_id FROM fingerprints WHERE {_OF_OLDER}")
        if found:
            with self._db.write():
                ids = [row["entry_id"] for row in found]
                self._entries.index.renew_wordings(ids)
                self._renew(ids)
        self._looked = version
        return bool(found)

    def _renew_entries(self) -> None:
        rows = self._db.rows("SELECT id FROM entries WHERE status IN (?, ?) ORDER BY id", list(OFFERED))
        ids = [row["id"] for row in rows]
        for start in range(0, len(ids), _BATCH):
            self._renew(ids[start : start + _BATCH])
        for stored in self._entries.many(self._entries.in_quarantine()).values():
            self._entries.index.hold(stored.entry, fingerprints_of(stored.entry))

    def _renew(self, ids: Sequence[str]) -> None:
        for entry_id, stored in self._entries.many(ids).items():
            self._entries.index.set_fingerprints(entry_id, fingerprints_of(stored.entry))
            self._entries.index.renew_signatures(stored.entry)
            self._entries.index.renew_whole(stored.entry)

    def _renew_proposals(self) -> None:
        """Call it while the lookups have their old fingerprints, which tell the lines that a proposal is about."""
        asked = {
            row["id"]: (row["fingerprint"], row["evidence"])
            for row in self._db.rows(
                "SELECT id, fingerprint, evidence FROM lookups WHERE fingerprint != '' AND id IN"
                " (SELECT l.value FROM proposals p, json_each(p.data, '$.lookups') l)"
            )
        }
        for row in self._db.rows("SELECT id, data FROM proposals ORDER BY id"):
            said = json.loads(row["data"])
            if keys := _keys(said, asked):
                data = json.dumps({**said, "keys": keys}, ensure_ascii=False)
                self._db.execute("UPDATE proposals SET data = ? WHERE id = ?", [data, row["id"]])

    def _renew_lookups(self) -> None:
        after = ""
        while rows := self._db.rows(  # (of millions, a part at a time)
            "SELECT id, evidence FROM lookups WHERE fingerprint != '' AND id > ? ORDER BY id LIMIT ?",
            [after, _LOOKUPS],
        ):
            self._db.execute_many(
                "UPDATE lookups SET fingerprint = ? WHERE id = ?",
                [(_most_telling(json.loads(row["evidence"])), row["id"]) for row in rows],
            )
            after = rows[-1]["id"]

    def _renew_healthy(self) -> None:
        rows = self._db.rows(
            "SELECT source, fingerprint, line, count, added_at FROM healthy ORDER BY added_at"
        )
        self._db.execute("DELETE FROM healthy")
        self._db.execute_many(
            "INSERT INTO healthy (source, fingerprint, line, count, added_at) VALUES (?,?,?,?,?)"
            " ON CONFLICT(source, fingerprint) DO UPDATE SET count = healthy.count + excluded.count",
            [(row["source"], _renewed(row["fingerprint"], row["line"]), *tuple(row)[2:]) for row in rows],
        )


def _keys(said: Mapping[str, Any], asked: Mapping[str, tuple[str, str]]) -> list[str]:
    """What a stored proposal is recognised by now; empty where it stays as it is."""
    old = {key for key in said["keys"] if _FINGERPRINT.fullmatch(key)}
    if not old:
        return []
    lookups = [asked[one] for one in said["lookups"] if one in asked]
    drawn = [
        *map(fingerprint, said["lines"]),
        *(_most_telling(json.loads(evidence)) for print_, evidence in lookups if print_ in old),
    ]
    made = list(dict.fromkeys(filter(None, drawn)))
    return [*(key for key in said["keys"] if key not in old), *made] if made else []


def _renewed(stored: str, line: str) -> str:
    """The key of a healthy line: its fingerprint, with the mark of a line that is kept beside its template."""
    old, slash, mark = stored.partition("/")
    return f"{fingerprint(line) or old}{slash}{mark}"


def _most_telling(lines: list[str]) -> str:
    """The fingerprint of the gravest line, as of a question; the first of several."""
    made = [(fingerprint(line), alarm(line)) for line in lines]
    telling = [one for one in made if one[0]]
    return max(telling, key=lambda one: one[1])[0] if telling else ""
