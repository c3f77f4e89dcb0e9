"""The Tab key on a home whose database is a server: ids with their titles, and silence where it cannot be reached."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.starter import make_home
from tests.cli.test_completion import complete
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import naming

pytestmark = pytest.mark.full
LINE = "FATAL tide gauge 7 reports a negative depth"


def learned(home: Path) -> str:
    with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
        return kb.learn_pattern(LINE, "it froze", "thaw it", services=["tide"]).id


def test_ids_and_services_are_those_of_the_database(shared_home: Path) -> None:
    entry = learned(shared_home)
    assert complete("bash", shared_home, "show", "pattern-fatal") == [entry]
    assert complete("bash", shared_home, "check", "--service", "ti") == ["tide"]


def test_a_tenant_gets_its_own(tmp_path: Path, postgres_server: PostgresServer, database: str) -> None:
    naming(tmp_path, postgres_server.owned(database))
    make_home(tmp_path)
    payments = tmp_path / "tenants" / "payments"
    for folder in ("learned", "state"):
        (payments / folder).mkdir(parents=True)
    entry = learned(payments)
    assert complete("bash", payments, "show", "pattern-fatal") == [entry]
    assert complete("bash", tmp_path, "show", "pattern-fatal") == []


def test_an_empty_database_gets_no_tables_by_it(
    tmp_path: Path, url: str, postgres_server: PostgresServer, database: str
) -> None:
    (tmp_path / "learned").mkdir()
    (tmp_path / "state").mkdir()
    naming(tmp_path, url)
    assert complete("bash", tmp_path, "show", "pattern") == []
    assert postgres_server.run("SELECT to_regclass('schema_steps')", database) == [(None,)]


def test_a_server_that_says_nothing_is_not_waited_for(shared_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        naming(shared_home, f"postgresql://kb@127.0.0.1:{silent.getsockname()[1]}/kb")
        started = time.monotonic()
        assert complete("bash", shared_home, "show", "pattern") == []
        assert time.monotonic() - started < 6
