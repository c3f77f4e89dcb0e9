"""A primary that dies: its replica answers what is asked, and what writes is refused until one takes over."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from kb import KnowledgeBase
from kb.errors import HomeNotWritable
from kb.model.ledger import Verdict
from kb.starter import make_home
from kb.store.postgresql import pool
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer, address, kill, promote, running, standby
from tests.postgresql.conftest import naming

pytestmark = pytest.mark.full
LINE = "FATAL the sluice of basin 4 jammed at 0x17"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kb-pg-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture
def two() -> Iterator[tuple[Path, Path]]:
    """The folders of a primary and of its replica, which has what was committed before the commit returns."""
    with folder() as first, folder() as second, running(first, ["listen_addresses="]):
        primary = PostgresServer(address(first, 5432))
        primary.run("CREATE DATABASE kb")
        with standby(second, first, 5433):
            primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.run("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            primary.run("SELECT pg_reload_conf()")
            while not primary.run("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"):
                time.sleep(0.05)
            yield first, second


def test_a_killed_primary_stops_writes_alone_and_nothing_that_was_acknowledged_is_lost(
    tmp_path: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PRIMARY_SECONDS", 0.2)
    primary, replica = two
    home = tmp_path / "home"
    home.mkdir()
    hosts = ",".join(quote(str(one), safe="") for one in two)
    naming(home, f"postgresql://postgres@/kb?host={hosts}&port=5432,5433")
    make_home(home)
    with KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW) as kb:
        learned = kb.learn_pattern(LINE, "a tree in it", "pull it out").id
        asked = kb.check_known_issues(LINE)
        kb.record_outcome(learned, "resolved", asked.lookup_id, verified_by="ana")

        kill(primary)
        answer = kb.check_known_issues(LINE)
        assert (answer.verdict, answer.lookup_id) == (Verdict.KNOWN, None)
        assert answer.matches[0].trust.resolved == 1
        with pytest.raises(HomeNotWritable, match="takes no writes just now"):
            kb.record_outcome(learned, "resolved", asked.lookup_id)

        PostgresServer(address(replica, 5433)).run("ALTER SYSTEM SET synchronous_standby_names = ''")
        promote(replica)
        time.sleep(0.3)
        assert kb.record_outcome(learned, "failed").failed == 1
        assert kb.check_known_issues(LINE).lookup_id
