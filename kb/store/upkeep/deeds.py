"""Who did what, read from the tables that keep it: the audit of a home.

Every decision, outcome, step of an incident, edit, change, ingest and review has its row already, with the moment and
who did it; nothing is kept a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kb.model.receipts import Deed
from kb.model.status import BY_PERSON
from kb.store.database import Database, Row, placeholders
from kb.text.entries.codec import stamp

_DEEDS = """
    SELECT at, actor, 'outcome' AS what, entry_id AS about, result AS said,
        trim(note || CASE WHEN coalesce(verified_by, '') = '' THEN '' ELSE ' (verified by ' || verified_by || ')' END)
        AS details, rowid AS number, 1 AS by_person FROM outcomes
    UNION ALL SELECT at, actor, 'status', entry_id, was || ' → ' || became, reason, id,
        CASE WHEN rule IN ({by_person}) THEN 1 ELSE 0 END FROM moves
    UNION ALL SELECT decided_at, decided_by, 'proposal', id, state, reason, rowid, 1 FROM proposals
        WHERE decided_at IS NOT NULL AND state IN ('accepted', 'rejected')
    UNION ALL SELECT at, actor,
        CASE WHEN kind IN ('edit', 'ingest') THEN kind WHEN subject IS NULL THEN 'log' ELSE 'incident' END,
        coalesce(subject, json_extract(data, '$.about'), ''),
        CASE WHEN kind IN ('note', 'edit', 'ingest') THEN action ELSE kind || ': ' || action END, details, id,
        CASE kind WHEN 'edit' THEN 1 ELSE 0 END
        FROM events
    UNION ALL SELECT at, actor, 'change', id, trim(kind || ' of ' || service || ' ' || version), '', rowid, 0
        FROM changes WHERE file IS NULL
    UNION ALL SELECT made_at, actor, 'review', '',
        'reviewed ' || substr(since, 1, 10) || ' to ' || substr(until, 1, 10), '', id, 0 FROM reviews
    UNION ALL SELECT created_at, coalesce(json_extract(data, '$.provenance.author'), ''), 'lesson', id,
        'learned ' || kind, headline, rowid, 0 FROM entries WHERE origin = 'learned'
"""
_LOOKUPS = """
    UNION ALL SELECT at, actor, 'lookup',
        coalesce((SELECT entry_id FROM offers WHERE lookup_id = lookups.id AND rank = 1), ''), verdict,
        coalesce(json_extract(evidence, '$[0]'), ''), rowid, 0 FROM lookups
"""
_TITLED = """
    SELECT *, coalesce((SELECT headline FROM entries WHERE id = about),
        (SELECT json_extract(data, '$.title') FROM proposals WHERE id = about), '') AS title FROM ({deeds}) AS titled
"""
LOOKUP = "lookup"
"""Asking changes nothing, and there is more of it than of all the rest: it is told where it is asked for."""
WHAT = (
    "outcome",
    "status",
    "proposal",
    "incident",
    "log",
    "edit",
    "change",
    "ingest",
    "review",
    "lesson",
    LOOKUP,
)
"""The sorts of deeds."""


class Deeds:
    """The deeds of one home, newest first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def between(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        what: Sequence[str] = (),
        actor: str = "",
        about: str = "",
        by_person: bool = False,
        limit: int = 100,
    ) -> tuple[list[Deed], int]:
        """Those of a window (all without one), and how many there are; `by_person` leaves decisions of people alone.

        Lookups are among them only where `what` names them.
        """
        where, values = (
            ["at >= ?", "at < ?"],
            [stamp(since) if since else "", stamp(until) if until else "9999"],
        )
        if what:
            where.append(f"what IN ({placeholders(what)})")
            values += what
        if actor:
            where.append("casefold(actor) = casefold(?)")
            values.append(actor)
        if about:
            where.append("about = ?")
            values.append(about)
        if by_person:
            where.append("by_person = 1 AND what IN ('status', 'proposal', 'edit')")
        deeds = _DEEDS.format(by_person=placeholders(BY_PERSON)) + (_LOOKUPS if LOOKUP in what else "")
        chosen = f"FROM ({deeds}) AS deeds WHERE {' AND '.join(where)}"
        rows = self._db.rows(
            _TITLED.format(deeds=f"SELECT * {chosen} ORDER BY at DESC, what, number DESC LIMIT ?"),
            [*BY_PERSON, *values, limit],
        )
        return [*map(_deed, rows)], int(self._db.value(f"SELECT count(*) {chosen}", [*BY_PERSON, *values]))


def _deed(row: Row) -> Deed:
    return Deed(
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        what=row["what"],
        about=row["about"],
        said=row["said"],
        details=row["details"],
        title=row["title"],
    )
