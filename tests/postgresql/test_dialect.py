"""Statements that are written for SQLite mean the same to PostgreSQL."""

from __future__ import annotations

import pytest

from kb.store.postgresql.dialect import only_reads, storable, translated

SAME = {
    "SELECT a FROM b WHERE c = ? AND d > ?": "SELECT a FROM b WHERE c = $1 AND d > $2",
    "SELECT a FROM b WHERE c = ?2 AND d = ?1 AND e = ?": "SELECT a FROM b WHERE c = $2 AND d = $1 AND e = $3",
    "SELECT a FROM b WHERE +c = ? AND +d.e IN (1)": "SELECT a FROM b WHERE c = $1 AND d.e IN (1)",
    "UPDATE a SET b = b + c, d = d + ?": "UPDATE a SET b = b + c, d = d + $1",
    "SELECT a FROM b WHERE c IN () OR d NOT IN ()": "SELECT a FROM b WHERE c = ANY ('{}') OR d <> ALL ('{}')",
    "SELECT a FROM b WHERE c IS ? AND d IS NOT ? AND e IS NULL": (
        "SELECT a FROM b WHERE c IS NOT DISTINCT FROM $1 AND d IS DISTINCT FROM $2 AND e IS NULL"
    ),
    "SELECT a FROM b LIMIT ?": "SELECT a FROM b LIMIT nullif($1, -1)",
    "SELECT a FROM b WHERE c NOT IN (SELECT value FROM json_each(?))": (
        "SELECT a FROM b WHERE c <> ALL (ARRAY(SELECT value FROM json_each($1)))"
    ),
    "SELECT a FROM b WHERE c IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))": (
        "SELECT a FROM b WHERE c = ANY (ARRAY(SELECT CAST(value AS BIGINT) FROM json_each($1)))"
    ),
    "SELECT a FROM b WHERE casefold(c) = casefold(?)": "SELECT a FROM b WHERE kb_casefold(c) = kb_casefold($1)",
}


@pytest.mark.parametrize("given", SAME, ids=range(len(SAME)))
def test_a_statement_is_spelt_as_postgresql_reads_it(given: str) -> None:
    assert translated(given) == SAME[given]


def test_what_changes_something_is_told_from_what_reads() -> None:
    reads = [
        only_reads(sql)
        for sql in ("SELECT 1", " with a as (select 1) select 2", "UPDATE a SET b = 1 RETURNING c")
    ]
    assert reads == [True, True, False]


def test_a_nul_which_no_text_of_postgresql_holds_is_shown_as_its_picture() -> None:
    assert storable(["a\0b", 1, None]) == ["a\u2400b", 1, None]
