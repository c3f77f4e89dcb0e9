"""The connections of a process to a database: no more than it may have, none that broke; who waits is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kb.errors import StoreAway
from kb.starter import make_home
from kb.store.database import Database
from kb.store.postgresql import pool, room
from tests.conftest import database_of
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import Terminate, naming

pytestmark = pytest.mark.full
MOST = 3


@pytest.fixture
def several(shared_home: Path) -> Iterator[list[Database]]:
    """A dozen that ask one database, in a process that may have three connections to it."""
    with (shared_home / "kb.toml").open("a") as file:
        file.write(f"connections = {MOST}\n")
    with ExitStack() as stack:
        yield [stack.enter_context(closing(database_of(shared_home))) for _ in range(12)]


def count(server: PostgresServer, database: str) -> int:
    (row,) = server.run(
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND application_name = 'kb'"
    )
    return int(row[0])


def test_a_dozen_that_read_and_write_at_once_share_three(
    several: list[Database], postgres_server: PostgresServer, database: str
) -> None:
    def work(number: int) -> int:
        db = several[number % len(several)]
        with db.write():
            db.set_meta(f"number {number}", number)
        with db.snapshot():
            assert db.meta(f"number {number}") == str(number)
        return count(postgres_server, database)

    with ThreadPoolExecutor(12) as threads:
        seen = list(threads.map(work, range(60)))
    assert 1 <= max(seen) <= MOST
    assert several[0].value("SELECT count(*) FROM meta WHERE key LIKE 'number %'") == 60


def test_who_finds_none_free_is_told_and_one_that_is_given_back_serves_again(
    several: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.1)
    with ExitStack() as held:
        for db in several[:MOST]:
            held.enter_context(db.snapshot())
            db.version()
        with pytest.raises(
            StoreAway, match=r"none of the 3 connections .* database\.connections in kb\.toml"
        ):
            several[MOST].version()
    assert several[MOST].version() == several[0].version()


@pytest.fixture
def of_tenants(tmp_path: Path, postgres_server: PostgresServer, database: str) -> Iterator[list[Database]]:
    """A home and four tenants that ask one database, in a process that may have four connections in all."""
    naming(tmp_path, postgres_server.owned(database))
    with (tmp_path / "kb.toml").open("a") as file:
        file.write("connections_in_all = 4\n")
    homes = [tmp_path, *(tmp_path / "tenants" / name for name in ("atlas", "borea", "cirrus", "delos"))]
    for home in homes:
        make_home(home)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(database_of(home))) for home in homes for _ in range(3)]


def test_all_tenants_of_a_process_share_what_it_may_have_also_where_each_call_needs_two(
    of_tenants: list[Database], postgres_server: PostgresServer, database: str
) -> None:
    def work(number: int) -> int:
        home, tenant = of_tenants[number % 3], of_tenants[3 + number % 12]
        with tenant.snapshot():
            tenant.meta("home_id")
            with home.snapshot():
                home.meta("home_id")
                (of_all,) = room._open.values()
                seen = of_all.there
        with tenant.write():
            tenant.set_meta(f"number {number}", number)
        return seen

    with ThreadPoolExecutor(12) as threads:
        assert 2 <= max(threads.map(work, range(120))) <= 4
    while count(postgres_server, database) > 4:  # (a server may take a moment to end one that was closed)
        time.sleep(0.01)
    sql = "SELECT count(*) FROM meta WHERE key LIKE 'number %'"
    assert [tenant.value(sql) for tenant in of_tenants[3::3]] == [30, 30, 30, 30]


def test_who_finds_none_free_of_all_tenants_is_told_what_allows_more(
    of_tenants: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.1)
    told = list[StoreAway]()

    def another() -> None:
        with pytest.raises(
            StoreAway, match=r"of all tenants, .* database\.connections_in_all in kb\.toml"
        ) as said:
            of_tenants[9].version()
        told.append(said.value)

    with of_tenants[0].snapshot(), of_tenants[3].snapshot(), of_tenants[6].snapshot():
        with ThreadPoolExecutor(1) as threads:
            threads.submit(another).result()
        assert of_tenants[9].version() >= 0  # who holds one already has the last
    assert len(told) == 1
    assert of_tenants[9].version() >= 0


def test_connections_that_broke_are_replaced_however_often(several: list[Database], cut: Terminate) -> None:
    for number in range(2 * MOST):
        with several[0].snapshot(), several[1].snapshot():
            several[0].version()
            several[1].version()
            cut()
            with pytest.raises(StoreAway):
                several[0].version()
        with several[2].write():
            several[2].set_meta("number", number)
    assert several[3].meta("number") == str(2 * MOST - 1)


def test_none_is_left_when_all_are_closed(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    first, second = database_of(shared_home), database_of(shared_home)
    assert count(postgres_server, database) == 1
    first.close()
    first.close()
    assert second.version() >= 0
    second.close()
    assert pool._open == {}
    assert room._open == {}
