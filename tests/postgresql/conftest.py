"""Homes whose database is PostgreSQL, named in their `kb.toml`; several may have one and the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.starter import make_home
from kb.store.postgresql import pool
from tests.doubles.postgres import PostgresServer


@pytest.fixture(autouse=True)
def _once(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("engine") != "sqlite":
        pytest.skip("these name their databases themselves, and run without --engine")


@pytest.fixture(autouse=True)
def _none_stays_open(_once: None) -> Iterator[None]:
    """What a test opens, it closes: another one counts the connections of this process."""
    before = set(pool._open)
    yield
    assert set(pool._open) <= before


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of an empty database."""
    name = postgres_server.create()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def url(postgres_server: PostgresServer, database: str) -> str:
    """Where it is."""
    return postgres_server.url(database)


@pytest.fixture
def shared_home(tmp_path: Path, url: str) -> Path:
    """A new home that has its database there."""
    home = tmp_path / "shared"
    home.mkdir()
    naming(home, url)
    make_home(home)
    return home


def naming(home: Path, url: str) -> None:
    """Name the database of a home in its `kb.toml`, for its owner's eyes alone."""
    file = home / "kb.toml"
    file.write_text(f'[database]\nurl = "{url}"\n')
    file.chmod(0o600)


Terminate = Callable[[], int]


@pytest.fixture
def cut(postgres_server: PostgresServer, database: str) -> Terminate:
    """Cuts every connection to the database; returns how many there were."""

    def end() -> int:
        rows = postgres_server.run(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'"
        )
        return len(rows)

    return end
