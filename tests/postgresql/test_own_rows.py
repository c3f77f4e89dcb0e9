"""A statement of a tenant reads, changes and deletes its own rows alone, whatever form it has."""

from __future__ import annotations

import pytest

from kb.store.postgresql.own_rows import OwnRows

ROWS = OwnRows("payments", "public", {"entries": "id, data", "offers": "entry_id, rank"})
OURS = "entries AS NOT MATERIALIZED (SELECT id, data FROM \"public\".entries WHERE tenant = 'payments')"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("SELECT id FROM entries", f"WITH {OURS} SELECT id FROM entries"),
        (
            "WITH RECURSIVE one(id) AS (SELECT id FROM entries) SELECT id FROM one",
            f"WITH RECURSIVE {OURS}, one(id) AS (SELECT id FROM entries) SELECT id FROM one",
        ),
        ("SELECT nextval($1)", "SELECT nextval($1)"),
        (
            "INSERT INTO entries VALUES ($1) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
            f"WITH {OURS} INSERT INTO entries VALUES ($1)"
            " ON CONFLICT (tenant, id) DO UPDATE SET data = excluded.data",
        ),
        (
            "UPDATE entries SET data = 'no WHERE here' WHERE id = $1 OR id = $2 RETURNING 1",
            f"WITH {OURS} UPDATE entries SET data = 'no WHERE here' WHERE entries.tenant = 'payments'"
            " AND ( id = $1 OR id = $2 ) RETURNING 1",
        ),
        ("DELETE FROM entries", f"WITH {OURS} DELETE FROM entries WHERE entries.tenant = 'payments' "),
        (
            "DELETE FROM entries AS e WHERE (SELECT 1 WHERE true) = 1",
            f"WITH {OURS} DELETE FROM entries AS e WHERE e.tenant = 'payments' AND ( (SELECT 1 WHERE true) = 1) ",
        ),
    ],
)
def test_in_place_of_tables_stand_the_rows_of_the_tenant(said: str, asked: str) -> None:
    assert ROWS.of(said) == asked


def test_a_name_of_a_schema_may_hold_any_sign() -> None:
    rows = OwnRows("payments", 'a"b', {"entries": "id"})
    assert '"a""b".entries' in rows.of("SELECT id FROM entries")
