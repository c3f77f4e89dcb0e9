"""Tenants in one database: whatever is asked, and however, no row of one is read, changed or taken by another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput, StoreBroken
from kb.home import Home
from kb.model.ledger import Verdict
from kb.starter import make_home
from kb.store.database import Database
from kb.store.engines.turn import Turn
from kb.store.postgresql import steps
from kb.store.postgresql.pool import MOST
from tests.conftest import database_of
from tests.doors.conftest import connected, served
from tests.doors.test_http_access import with_token
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import naming

pytestmark = pytest.mark.full
LINE = "FATAL the sluice of basin 4 jammed at 0x17"


@pytest.fixture
def url(postgres_server: PostgresServer, database: str) -> str:
    """Of a role that owns the database and is no superuser."""
    return postgres_server.owned(database)


@pytest.fixture
def teams(shared_home: Path) -> Path:
    """The home of the two tenants `payments` and `billing`."""
    for name in ("payments", "billing"):
        make_home(shared_home / "tenants" / name)
    return shared_home


def opened(teams: Path, name: str) -> KnowledgeBase:
    return KnowledgeBase.open(teams / "tenants" / name, encoder=HashedEncoder())


@pytest.fixture
def payments(teams: Path) -> Iterator[Database]:
    with closing(database_of(teams / "tenants" / "payments")) as found:
        yield found


@pytest.fixture
def billing(teams: Path) -> Iterator[Database]:
    with closing(database_of(teams / "tenants" / "billing")) as found:
        yield found


def as_tenant(url: str, tenant: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection that nothing of ours looks at: the database alone keeps tenants apart."""
    return psycopg.connect(url, options=f"-c kb.tenant={tenant}", autocommit=True)


def tables_of(server: PostgresServer, database: str) -> list[str]:
    found = server.run(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname <> 'schema_steps'",
        database,
    )
    return [name for (name,) in found]


def test_every_table_is_guarded_and_no_key_says_whether_another_tenant_has_it(
    teams: Path, postgres_server: PostgresServer, database: str
) -> None:
    assert teams.is_dir()
    unguarded = postgres_server.run(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND c.relname <> 'schema_steps' AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
        " (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))",
        database,
    )
    assert unguarded == []
    keys = postgres_server.run(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisunique"
        " AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'schema_steps%'"
        " AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'tenant'"
        " AND a.attnum = ANY (i.indkey))",
        database,
    )
    assert keys == []


def test_raw_sql_of_a_tenant_finds_and_changes_none_but_its_own(
    teams: Path, url: str, postgres_server: PostgresServer, database: str
) -> None:
    with opened(teams, "payments") as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        kb.check_known_issues(LINE)
    before = {
        name: postgres_server.run(
            f"SELECT t::text FROM {name} t WHERE tenant = 'payments' ORDER BY 1", database
        )
        for name in tables_of(postgres_server, database)
    }
    with as_tenant(url, "billing") as connection:
        for name in before:
            assert connection.execute(
                f"SELECT count(*) FROM {name} WHERE tenant <> 'billing'"
            ).fetchone() == (0,)
            connection.execute(f"DELETE FROM {name}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    f"INSERT INTO {name} SELECT (jsonb_populate_record(null::{name}, $$"
                    '{"tenant": "payments", "term": "x"}$$)).*'
                )
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (0,)
    after = {
        name: postgres_server.run(
            f"SELECT t::text FROM {name} t WHERE tenant = 'payments' ORDER BY 1", database
        )
        for name in before
    }
    assert after == before
    assert all(before[name] for name in ("entries", "lookups", "postings", "meta"))


def test_a_connection_that_was_told_no_tenant_gets_an_error_and_no_rows(teams: Path, url: str) -> None:
    assert teams.is_dir()
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.UndefinedObject, match=r"kb\.tenant"),
    ):
        connection.execute("SELECT * FROM entries")


def test_the_same_ids_and_keys_are_each_tenant_s_own(payments: Database, billing: Database) -> None:
    for db, said in ((payments, "theirs"), (billing, "ours")):
        with db.write():
            db.set_meta("colour", said)
            db.set_meta("colour", f"{said} again")
    assert (payments.meta("colour"), billing.meta("colour")) == ("theirs again", "ours again")


def test_one_that_writes_holds_no_other_tenant_up_and_is_not_seen_by_it(
    payments: Database, billing: Database
) -> None:
    seen = billing.version()
    with payments.write():
        payments.set_meta("colour", "red")
        with billing.at_once(), billing.write():
            billing.set_meta("colour", "blue")
    assert (billing.version(), billing.meta("colour")) == (seen + 1, "blue")


def test_what_happens_to_an_incident_of_a_name_that_another_tenant_has_too_is_its_own(teams: Path) -> None:
    with opened(teams, "payments") as theirs, opened(teams, "billing") as ours:
        for kb in (theirs, ours):
            kb.incidents.open("the basin runs over")
        ours.incidents.resolve("pulled it out")
        assert ours._parts.ledger.unresolved() == []
        assert len(theirs._parts.ledger.unresolved()) == 1


def test_each_tenant_learns_for_itself(teams: Path) -> None:
    with opened(teams, "payments") as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
    with opened(teams, "billing") as kb:
        answer = kb.check_known_issues(LINE)
    assert (answer.verdict, [one.fix for one in answer.matches if one.fix == "pull it out"]) == (
        Verdict.UNKNOWN,
        [],
    )


def test_each_tenant_has_its_own_turn_at_what_is_done_once(teams: Path) -> None:
    turns = [
        Turn(Home(teams / "tenants" / name), teams / "tenants" / name / "state" / "x.lock")
        for name in ("payments", "billing")
    ]
    try:
        assert [turn.take() for turn in turns] == [True, True]
    finally:
        for turn in turns:
            turn.give()


def test_what_a_home_held_before_its_first_tenant_stays_its_own(shared_home: Path) -> None:
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder()) as kb:
        learned = kb.learn_pattern(LINE, "a tree in it", "pull it out").id
    make_home(shared_home / "tenants" / "payments")
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder()) as kb:
        assert kb.check_known_issues(LINE).matches[0].id == learned
        assert kb.learn_pattern(LINE, "a boat in it", "tow it away").created


def test_a_process_that_began_before_the_first_tenant_reads_its_own_and_is_told_to_begin_anew(
    shared_home: Path,
) -> None:
    with closing(database_of(shared_home)) as old:
        old.set_meta("colour", "red")
        make_home(shared_home / "tenants" / "payments")
        with closing(database_of(shared_home / "tenants" / "payments")) as payments:
            payments.set_meta("colour", "blue")
        assert old.meta("colour") == "red"
        with (
            pytest.raises(StoreBroken, match=r"made after this process began; .* start it anew"),
            old.write(),
        ):
            old.set_meta("colour", "green")


def test_a_server_of_two_tenants_keeps_them_apart_and_within_its_connections(
    teams: Path, postgres_server: PostgresServer, database: str
) -> None:
    tokens = {name: f"{name}-token-of-twenty-signs" for name in ("payments", "billing")}
    (teams / "tokens").write_text("\n".join(f"{name}/write: {token}" for name, token in tokens.items()))
    with served(teams, "--token-file", str(teams / "tokens")) as (url, _):

        def ask(name: str, tool: str, **given: object) -> dict[str, object]:
            with connected(with_token(url, tokens[name])) as agent:
                return dict(agent.call(tool, **given))

        ask("payments", "learn_pattern", pattern=LINE, meaning="a tree", fix="pull it out")
        with ThreadPoolExecutor(8) as pool:
            said = list(
                pool.map(lambda name: ask(name, "check_known_issues", error_text=LINE), [*tokens] * 8)
            )
        (connections,) = postgres_server.run(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND application_name = 'kb'"
        )
    assert [one["verdict"] for one in said] == ["known", "unknown"] * 8
    assert connections[0] <= 3 * (
        MOST + 2
    )  # (of each tenant, and of what both share; two turns at work done once)


def test_a_superuser_is_not_let_in_since_nothing_would_hold_for_it(
    teams: Path, postgres_server: PostgresServer, database: str
) -> None:
    naming(teams, postgres_server.url(database))
    for home in (teams, teams / "tenants" / "payments"):
        with pytest.raises(StoreBroken, match="is a superuser or has BYPASSRLS"):
            database_of(home)


def test_a_table_whose_guard_was_turned_off_is_told(
    teams: Path, postgres_server: PostgresServer, database: str
) -> None:
    postgres_server.run("ALTER TABLE offers DISABLE ROW LEVEL SECURITY", database)
    with pytest.raises(StoreBroken, match="row-level security is off for offers"):
        database_of(teams / "tenants" / "payments")


def test_a_later_step_is_for_all_tenants_and_its_table_is_guarded_like_the_others(
    payments: Database,
    billing: Database,
    teams: Path,
    postgres_server: PostgresServer,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for db in (payments, billing):
        db.set_meta("colour", "red")
    said = "CREATE TABLE later (id TEXT PRIMARY KEY); UPDATE meta SET value = 'blue' WHERE key = 'colour'"
    known, number = steps.statements, steps.SCHEMA + 1
    monkeypatch.setattr(steps, "SCHEMA", number)
    monkeypatch.setattr(steps, "statements", lambda one: ("later", said) if one == number else known(one))
    database_of(teams / "tenants" / "payments").close()
    assert (payments.meta("colour"), billing.meta("colour")) == ("blue", "blue")
    guarded = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname IN ('later', 'meta')"
    assert postgres_server.run(guarded, database) == [(True, True), (True, True)]


def test_a_tenant_names_no_database_of_its_own(teams: Path, url: str) -> None:
    naming(teams / "tenants" / "payments", url)
    with pytest.raises(InvalidInput, match="a tenant has none"):
        database_of(teams / "tenants" / "payments")


def test_a_tenant_has_no_tenants(teams: Path) -> None:
    with pytest.raises(InvalidInput, match="a tenant has no tenants of its own"):
        make_home(teams / "tenants" / "payments" / "tenants" / "cards")
