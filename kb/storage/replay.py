"""Past lookups as a dry run reads them: what each was asked, what it answered, what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.records.ledger import Result, Tier, Verdict
from kb.storage.database import Database

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """One lookup; `lines` are its telling lines, redacted, as the ledger keeps them."""

    id: str
    at: datetime
    verdict: Verdict
    service: str
    lines: tuple[str, ...]


class PastLookups:
    """The lookups of one home, to be read again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def newest_first(self) -> Iterator[AskedBefore]:
        """All lookups, a thousand in memory at a time."""
        before = ("9999", "")
        while rows := self._db.rows(
            "SELECT id, at, verdict, service, evidence FROM lookups WHERE (at, id) < (?, ?)"
            " ORDER BY at DESC, id DESC LIMIT ?",
            [*before, _AT_ONCE],
        ):
            for row in rows:
                yield AskedBefore(
                    row["id"], datetime.fromisoformat(row["at"]), Verdict(row["verdict"]), row["service"],
                    tuple(json.loads(row["evidence"])),
                )  # fmt: skip
            before = (rows[-1]["at"], rows[-1]["id"])

    def found_by_signature(self, entry_id: str) -> set[str]:
        """The lookups that offered the entry because its signature was in the text."""
        rows = self._db.rows(
            "SELECT lookup_id FROM offers WHERE entry_id = ? AND tier = ?", [entry_id, Tier.SIGNATURE]
        )
        return {row["lookup_id"] for row in rows}

    def last_outcomes(self, lookup_ids: Sequence[str]) -> dict[str, tuple[Result, str]]:
        """The last outcome of each lookup that has one, with the entry that it is about."""
        rows = self._db.rows(
            "SELECT lookup_id, result, entry_id FROM outcomes"
            " WHERE lookup_id IN (SELECT value FROM json_each(?)) ORDER BY at, id",
            [json.dumps(list(lookup_ids))],
        )
        return {row["lookup_id"]: (Result(row["result"]), row["entry_id"]) for row in rows}
