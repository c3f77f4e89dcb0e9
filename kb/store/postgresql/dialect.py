"""The statements of `kb.store`, written for SQLite, as PostgreSQL reads them.  Pure.

Most of what differs is not here: functions that only SQLite has are functions of the schema (`functions.sql`), and
`rowid` is a column there.  What is left is a handful of spellings, and what is asked of a database about itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kb.expression import expression
from kb.store.engines.engine import Row, Table

COLUMNS = """
    SELECT c.relname AS name, a.attname AS column, a.atttypid = 'text'::regtype AS is_text,
        a.attidentity != '' AS is_number,
        coalesce(a.attnum = ANY (i.indkey), false) AS is_key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum
"""
"""The columns of all tables, in order."""
BEHIND = """
    SELECT setval(sequence, greatest(last, pg_sequence_last_value(sequence::regclass)))
    FROM (SELECT pg_get_serial_sequence('{table}', '{name}') AS sequence, max({name}) AS last FROM {table}) AS numbers
    WHERE last IS NOT NULL
"""
"""Numbers of rows only rise, also past those of other tenants."""
SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
"""Bytes of all tables, with their indexes."""
BROKEN = """
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
"""
"""Indexes that are not to be trusted."""
OWN_COLUMNS = ("rowid", "tenant")
"""Columns that SQLite has not."""
_OWN_TABLES = ("schema_steps", "writes", "chunk_terms", "postings", "memory_files")
"""Tables that SQLite has not, or keeps for itself."""
_MARK = expression(r"\?(\d*)")
_ANY_OF = expression(r"\b(NOT )?IN \(SELECT (value|CAST\(value AS \w+\)) FROM json_each\((\?\d*)\)\)")
_NONE_OF = expression(r"\b(NOT )?IN \(\)")
_SAME = expression(r"\bIS (NOT )?(?=\?)")
_HINT = expression(r"(?<=[\s(])\+(?=[a-z])")
_MOST = expression(r"\bLIMIT (\?\d*)")
_FOLD = expression(r"\bcasefold\(")
_ALL_COLUMNS = expression(r"\*(?!\))")
_READS = expression(r"\s*(SELECT|WITH|EXPLAIN|SHOW)\b", re.IGNORECASE)


@lru_cache(1024)
def translated(sql: str) -> str:
    """A statement with `$1` for its values.

    A list that is asked for as JSON becomes an array, which an index is read by; `+`, which keeps SQLite from an index,
    goes; `IS ?` compares as it does there, also with nothing; a limit of -1 is none.
    """
    sql = _ANY_OF.sub(_any_of, sql)
    sql = _NONE_OF.sub(lambda found: "<> ALL ('{}')" if found[1] else "= ANY ('{}')", sql)
    sql = _SAME.sub(lambda found: f"IS {'' if found[1] else 'NOT '}DISTINCT FROM ", sql)
    sql = _MOST.sub(r"LIMIT nullif(\1, -1)", _HINT.sub("", sql))
    return _numbered(_FOLD.sub("kb_casefold(", sql))


def _any_of(found: re.Match[str]) -> str:
    without, value, given = found.groups()
    return f"{'<> ALL' if without else '= ANY'} (ARRAY(SELECT {value} FROM json_each({given})))"


def _numbered(sql: str) -> str:
    """`?` takes the number behind the highest one before it, as in SQLite."""
    last = 0

    def number(found: re.Match[str]) -> str:
        nonlocal last
        own = int(found[1] or last + 1)
        last = max(last, own)
        return f"${own}"

    return _MARK.sub(number, sql)


def tables_of(columns: Iterable[Row]) -> list[Table]:
    """The tables that hold texts, of what `COLUMNS` tells; a tenant is none of theirs."""
    found = dict[str, list[Row]]()
    for row in columns:
        if row["name"] not in _OWN_TABLES and row["column"] != "tenant":
            found.setdefault(row["name"], []).append(row)
    return [
        Table(name, texts, _keys_of(rows))
        for name, rows in found.items()
        if (texts := [one["column"] for one in rows if one["is_text"]])
    ]


def _keys_of(columns: Sequence[Row]) -> list[str]:
    if any(one["column"] == "rowid" for one in columns):
        return ["rowid"]
    return [one["column"] for one in columns if one["is_key"]]


def only_reads(sql: str) -> bool:
    """Whether a statement changes nothing."""
    return bool(_READS.match(sql))


def prepared(sql: str) -> bool | None:
    """Whether the server keeps a statement: None where it is asked often, and what comes of it has the same columns.

    One that asks for all columns is not kept: a step of a newer kb may have added one to the table.
    """
    return False if _ALL_COLUMNS.search(sql) else None


def storable(values: Sequence[object]) -> Sequence[object]:
    """The values of a statement; NUL, which no text of PostgreSQL can have, is the picture of it."""
    if any(type(one) is str and "\0" in one for one in values):
        return [one.replace("\0", "\u2400") if isinstance(one, str) else one for one in values]
    return values
