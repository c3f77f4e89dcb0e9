"""Statements of a tenant name its own rows alone: the guard of ours, beside the database's.  Pure.

Where tenants share a database, row-level security lets no connection see rows of another tenant (`tenants.sql`).  What
is asked here does not rely on that: in place of each table that a statement reads stand the rows of one tenant, and
what it changes or deletes must be of that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from kb.expression import expression

OWN = "tenant = '{}'"
"""Which rows are a tenant's."""
_WORD = expression(r"\b[a-z_]+\b")
_CONFLICT = expression(r"\bON CONFLICT ?\(")
_WITH = expression(r"\s*WITH\s+(?:RECURSIVE\s+)?")
_SIGN = expression(r"'(?:[^']|'')*'|[()]|\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|RETURNING)\b")
_CHANGED = expression(r"(?:UPDATE|DELETE FROM)\s+(\w+)(?:\s+AS\s+(\w+))?")


class OwnRows:
    """The rows of one tenant."""

    def __init__(self, tenant: str, schema: str, columns: Mapping[str, str]) -> None:
        """`columns` are those of each table, but for `tenant`, as they are listed."""
        self.tenant, self.which = tenant, OWN.format(tenant)
        schema = schema.replace('"', '""')
        self._sources = {
            table: f'{table} AS NOT MATERIALIZED (SELECT {names} FROM "{schema}".{table} WHERE {self.which})'
            for table, names in columns.items()
        }
        self.of = lru_cache(1024)(self._of)
        """A statement of PostgreSQL that reads, changes and deletes rows of the tenant alone."""

    def _of(self, sql: str) -> str:
        sql = _CONFLICT.sub("ON CONFLICT (tenant, ", self._changing(sql))
        read = sorted(self._sources.keys() & set(_WORD.findall(sql)))
        if not read:
            return sql
        rows = ", ".join(self._sources[table] for table in read)
        begun = _WITH.match(sql)
        return f"{begun[0]}{rows}, {sql[begun.end() :]}" if begun else f"WITH {rows} {sql}"

    def _changing(self, sql: str) -> str:
        """An UPDATE or DELETE of rows of the tenant alone; anything else as it is."""
        signs = list(_outside(sql))
        kind, begin = next((one for one in signs if one[0] not in ("WHERE", "RETURNING")), ("", 0))
        if kind not in ("UPDATE", "DELETE"):
            return sql
        changed = _CHANGED.match(sql, begin)
        if changed is None:
            raise ValueError(f"what this statement changes is not told apart: {sql[:80]}")
        own = f"{changed[2] or changed[1]}.{self.which}"
        where = next((at for word, at in signs if word == "WHERE" and at > begin), None)
        end = next((at for word, at in signs if word == "RETURNING"), len(sql))
        if where is None:
            return f"{sql[:end]} WHERE {own} {sql[end:]}"
        after = where + len("WHERE")
        return f"{sql[:after]} {own} AND ({sql[after:end]}) {sql[end:]}"


def _outside(sql: str) -> Iterator[tuple[str, int]]:
    """The words that make a statement, outside of brackets and texts, with their places."""
    depth = 0
    for found in _SIGN.finditer(sql):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0 and found[0][0] not in "()'":
            yield found[0], found.start()
