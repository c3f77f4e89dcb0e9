"""A database as it is opened: made or brought up to date where it must be, and, where tenants share it, guarded.

The first tenant that opens a database gives all of its rows an owner (`tenants.sql`); from then on each process is the
one tenant that its home is, and none is let in whom the database would show everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import HomeNotWritable, StoreBroken
from kb.home import SHARED
from kb.store.postgresql import steps
from kb.store.postgresql.connection import takes_no_writes
from kb.store.postgresql.own_rows import OwnRows

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

_THERE = """
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('writes') AND attname = 'tenant')
        AS has_tenants, current_schema() AS schema
"""
_TABLES = """
    SELECT c.relname AS name, row_security_active(c.oid) AS is_guarded,
        string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attname <> 'tenant') AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> 'schema_steps'
    GROUP BY 1, 2 ORDER BY 1
"""
_MAY_ALL = "SELECT rolsuper OR rolbypassrls AS may FROM pg_roles WHERE rolname = current_user"
_IS_BEGUN = "SELECT 1 FROM writes WHERE tenant = current_setting('kb.tenant')"
_BEGIN = "INSERT INTO writes VALUES (0) ON CONFLICT DO NOTHING"
_KEEP_OUT = "LOCK TABLE schema_steps IN ACCESS EXCLUSIVE MODE"
"""Until the steps are taken nobody gets a connection: whoever gets one looks there first."""
_CUT_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND application_name = current_setting('application_name') AND wait_event IS DISTINCT FROM 'advisory'
"""
"""Processes of ours whose connections are older than such a step; those that wait to take it look again themselves."""
_TRIES = 20
"""How often steps are taken anew; the server finds after a second that two wait for each other."""
_LET_ALL = "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY"
"""What a step changes it changes for all tenants, since the role of the URL owns the tables."""


def opened(connection: Connection, tenant: str, place: str) -> OwnRows | None:
    """Have the schema made as this code knows it; returns whose rows are asked for, None where there are no tenants.

    Raises StoreBroken where a newer kb took a step that this one cannot go on beside, or tenants would not be kept
    apart, HomeNotWritable where it has to be made and cannot.
    """
    found, has_tenants, schema = _found(connection)
    wants_tenants = has_tenants or tenant != SHARED
    if found > steps.SCHEMA and not has_tenants and wants_tenants:
        raise StoreBroken(
            f"{place} was written by a newer kb (schema {found}, this one knows {steps.SCHEMA}): let that one make "
            "its first tenant, or update kb"
        )
    if found < steps.SCHEMA or wants_tenants != has_tenants:
        if takes_no_writes(connection):
            raise HomeNotWritable(
                f"{place} is empty or was written by an older kb, or has no tenants yet, and it takes no writes just "
                "now; open it once where it can be written"
            )
        if wants_tenants:
            _refuse_who_may_all(connection, place)
        _take_steps(connection, wants_tenants, place)
    return _guarded(connection, tenant, schema, place) if wants_tenants else None


def _found(connection: Connection) -> tuple[int, bool, str]:
    """How many steps were taken, whether there are tenants, and in which schema."""
    (there,) = connection.execute(_THERE).fetchall()
    return steps.found(connection), there["has_tenants"], there["schema"] or "public"


def _take_steps(connection: Connection, wants_tenants: bool, place: str) -> None:
    """Take them all, or none; once more where others, who go on reading, and these tables kept each other waiting."""
    from psycopg.errors import DeadlockDetected

    for _ in range(_TRIES):
        try:
            return _take(connection, wants_tenants, place)
        except DeadlockDetected:
            pass
    return _take(connection, wants_tenants, place)


def _take(connection: Connection, wants_tenants: bool, place: str) -> None:
    with connection.transaction():
        connection.execute(steps.ALONE)
        steps.refuse_apart(connection, place)  # (another host may have been quicker)
        connection.execute(steps.BEGIN, prepare=False)
        found, has_tenants, _ = _found(connection)
        for table in connection.execute(_TABLES).fetchall() if has_tenants else ():
            connection.execute(_LET_ALL.format(table["name"]), prepare=False)
        for number in range(found + 1, steps.SCHEMA + 1):
            name, said = steps.statements(number)
            connection.execute(said, prepare=False)
            connection.execute(steps.TAKEN, [number, name, steps.APART.get(number)])
        if wants_tenants or has_tenants:
            connection.execute(steps.as_read("tenants.sql"), prepare=False)
        if found and steps.APART.keys() & range(found + 1, steps.SCHEMA + 1):
            connection.execute(_KEEP_OUT)
            connection.execute(_CUT_OTHERS)


def _guarded(connection: Connection, tenant: str, schema: str, place: str) -> OwnRows:
    tables = connection.execute(_TABLES).fetchall()
    open_to_all = [table["name"] for table in tables if not table["is_guarded"]]
    if open_to_all:
        _refuse_who_may_all(connection, place)
        raise StoreBroken(
            f"{place}: row-level security is off for {', '.join(open_to_all)}, so tenants are not kept apart; "
            f"turn it on again: ALTER TABLE {open_to_all[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        )
    if not takes_no_writes(connection) and not connection.execute(_IS_BEGUN).fetchone():
        connection.execute(_BEGIN)
    return OwnRows(tenant, schema, {table["name"]: table["columns"] for table in tables})


def _refuse_who_may_all(connection: Connection, place: str) -> None:
    (role,) = connection.execute(_MAY_ALL).fetchall()
    if role["may"]:
        raise StoreBroken(
            f"{place} has tenants, and the role of the URL is a superuser or has BYPASSRLS: row-level security would "
            "not hold for it; name another role that owns the tables, as: CREATE ROLE kb LOGIN; ALTER DATABASE … OWNER"
        )
