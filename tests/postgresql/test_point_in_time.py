"""A server that is lost, and put back to a moment: what was acknowledged before is there, nothing of what came after.

Hosts have more than the database then: vectors, signatures and lists of a time that is undone, under numbers that are
given again.  What they answer must be of the database alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import StoreAway
from kb.incidents.overview import IncidentFilter
from kb.model.ledger import Verdict
from kb.starter import make_home
from kb.store.postgresql import pool
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer, address, archiving, back_up, kill, put_back, running
from tests.postgresql.conftest import naming

pytestmark = pytest.mark.full
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
BEFORE = [f"ERROR gate {name} lost its chain" for name in ("alder", "birch", "cedar")]
UNDONE = [f"FATAL sluice {name} jammed at noon" for name in ("delta", "estuary", "fjord")]
SINCE = [f"CRITICAL pump {name} ran dry" for name in ("granite", "heather", "iron")]


class Lost:
    """A database with its archive and a base backup, which is destroyed and put back to a moment."""

    def __init__(self, folder: Path, archive: Path, backup: Path) -> None:
        self.server = PostgresServer(address(folder, 5432))
        self._folder, self._archive, self._backup = folder, archive, backup
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        return self.server.url("kb")

    def back_up(self) -> None:
        back_up(self._folder, self._backup)

    def moment(self) -> str:
        """Now, well behind what was committed, and well before what will be."""
        time.sleep(0.05)
        ((now,),) = self.server.run("SELECT clock_timestamp()::text")
        time.sleep(0.05)
        return str(now)

    def destroy(self) -> None:
        ((last,),) = self.server.run("SELECT pg_walfile_name(pg_switch_wal())")
        while self.server.run(f"SELECT 1 FROM pg_stat_archiver WHERE last_archived_wal >= '{last}'") == []:
            time.sleep(0.05)
        kill(self._folder)

    def put_back(self, moment: str) -> None:
        self._stack.enter_context(put_back(self._folder, self._backup, self._archive, moment))
        while self.server.run("SELECT pg_is_in_recovery()") != [(False,)]:
            time.sleep(0.05)

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def lost() -> Iterator[Lost]:
    with tempfile.TemporaryDirectory(prefix="kb-pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made) / "server"
        folder.mkdir()
        Path(made).chmod(0o755)
        archive, backup = folder / "archive", folder / "backup"
        with running(folder, ["listen_addresses=", *archiving(archive)]):
            found = Lost(folder, archive, backup)
            found.server.run("CREATE DATABASE kb")
            try:
                yield found
            finally:
                found.close()


@pytest.fixture
def hosts(tmp_path: Path, lost: Lost) -> tuple[Path, Path]:
    """The folders of two hosts that share the database."""
    made = tmp_path / "one", tmp_path / "other"
    for home in made:
        home.mkdir()
        naming(home, lost.url)
        make_home(home)
    return made


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "AWAY_SECONDS", 0.0)


def opened(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW)


def learn(kb: KnowledgeBase, lines: list[str]) -> list[str]:
    """Learn each line, and publish what is searched by meaning."""
    ids = [kb.learn_pattern(line, f"why: {line}", f"mend what {line} says").id for line in lines]
    kb.upkeep.repair(rebuild=True)
    return ids


def found(kb: KnowledgeBase, query: str) -> list[tuple[str, float]]:
    return [(hit.id, round(hit.score, 4)) for hit in kb.search(query, limit=20)]


def opens(kb: KnowledgeBase, title: str) -> None:
    kb.incidents.open(title, service="sluices")


def titles(kb: KnowledgeBase) -> set[str]:
    return {one.title for one in kb.incidents.passing(IncidentFilter(service="sluices"), 20)}


def problems(kb: KnowledgeBase) -> list[str]:
    said, vectors = kb.upkeep.doctor()
    return [*said, *vectors.problems]


def test_after_a_restore_to_a_moment_every_host_answers_from_the_database_alone(
    lost: Lost, hosts: tuple[Path, Path], tmp_path: Path
) -> None:
    here, there = hosts
    with opened(here) as kb, opened(there) as other:
        ids = learn(kb, BEFORE)
        asked = kb.check_known_issues(BEFORE[0])
        kb.record_outcome(ids[0], "resolved", asked.lookup_id, verified_by="ana")
        opens(kb, "gates open by themselves")
        lost.back_up()
        learn(kb, ["WARN the barrier hums"])
        moment = lost.moment()

        undone = learn(kb, UNDONE)
        kb.record_outcome(ids[0], "failed")
        opens(kb, "the delta is flooded")
        for one in (kb, other):
            assert one.check_known_issues(UNDONE[1]).matches[0].id == undone[1]
            assert undone[2] in dict(found(one, "what about the sluice fjord"))
            assert "the delta is flooded" in titles(one)
        lost.destroy()
        with pytest.raises(StoreAway, match="cannot be reached"):
            other.learn_pattern("ERROR nothing", "nobody", "never")
        lost.put_back(moment)

        with opened(here) as anew:  # a process that was started since, and gives the same numbers again
            since = learn(anew, SINCE)
            opens(anew, "the pumps are dry")
        empty = tmp_path / "host without a past"
        empty.mkdir()
        naming(empty, lost.url)
        make_home(empty)
        for home, living in ((here, kb), (there, other), (there, opened(there)), (empty, opened(empty))):
            first = living.check_known_issues(BEFORE[0])
            assert (first.verdict, first.matches[0].id) == (Verdict.KNOWN, ids[0]), home
            assert (first.matches[0].trust.resolved, first.matches[0].trust.failed) == (1, 0)
            for line, entry in zip(SINCE, since, strict=True):
                answer = living.check_known_issues(line)
                assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, entry)
            for line in UNDONE:
                answer = living.check_known_issues(line)
                assert answer.verdict is not Verdict.KNOWN
                assert not {one.id for one in answer.matches} & set(undone)
            for query in ("what about the sluice fjord", "the pump heather", "a chain of a gate"):
                with opened(empty) as new:
                    assert found(living, query) == found(new, query)
            assert titles(living) == {"gates open by themselves", "the pumps are dry"}
            assert problems(living) == []
            memory = str(living.memory.read("learned/patterns"))
            assert [line in memory for line in (*BEFORE, *SINCE)] == [True] * 6
            assert [line in memory for line in UNDONE] == [False] * 3
            assert living.refresh() == []
            if living not in (kb, other):
                living.close()
