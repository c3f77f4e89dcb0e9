"""Published vectors where hosts share no folder: each makes its own of the cache, and embeds nothing again."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.conftest import database_of
from tests.doubles.encoders import CountingEncoder, HashedEncoder
from tests.postgresql.conftest import naming

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def opened(home: Path, encoder: OnnxEncoder | None = None) -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=encoder or HashedEncoder(), clock=lambda: NOW)


@pytest.fixture
def other_host(tmp_path: Path, url: str) -> Path:
    home = tmp_path / "other host"
    for name in ("learned", "state"):
        (home / name).mkdir(parents=True)
    naming(home, url)
    return home


def generation(home: Path) -> str:
    with closing(database_of(home)) as db:
        return db.meta("generation")


def test_a_new_host_answers_by_meaning_without_embedding_anything_again(
    shared_home: Path, other_host: Path, encoder: OnnxEncoder
) -> None:
    with opened(shared_home, encoder) as kb:
        kb.learn_tool_fix("sluicectl", "basin is locked", "the night crew", "ask them")
        kb.upkeep.repair(rebuild=True)
        asked = "who locked the basin"
        here = [(one.id, one.score) for one in kb.search(asked)]
        assert kb._parts.vectors.published().note == ""
    counting = CountingEncoder()
    with opened(other_host, counting) as kb:
        assert [(one.id, one.score) for one in kb.search(asked)] == here
        assert kb._parts.vectors.published().note == ""
        assert counting.encoded == 1  # the question
    assert (other_host / "state" / "vectors" / generation(shared_home) / "READY.json").is_file()


def test_hosts_that_publish_in_turn_do_not_take_the_index_from_each_other(
    shared_home: Path, other_host: Path
) -> None:
    with opened(shared_home) as here, opened(other_host) as there:
        for number, (one, other) in enumerate([(here, there), (there, here), (here, there)]):
            one.learn_pattern(f"ERROR gate {'abc'[number]} lost its chain", "rust", "oil it")
            one.upkeep.repair(rebuild=True)
            one.learn_pattern(f"ERROR weir {'abc'[number]} is dry", "no rain", "wait")
            for kb in (one, other):
                found = [hit.title for hit in kb.search("chain of a gate, weir is dry", limit=20)]
                assert f"ERROR gate {'abc'[number]} lost its chain" in found
                assert f"ERROR weir {'abc'[number]} is dry" in found
                assert kb._parts.vectors.published().note == ""


def test_hosts_that_publish_at_once_publish_one_after_the_other(shared_home: Path, other_host: Path) -> None:
    with opened(shared_home) as kb:
        kb.search("anything")
    before, failed = int(generation(shared_home) or 0), list[BaseException]()

    def publish(home: Path) -> None:
        try:
            with opened(home) as kb:
                for _ in range(3):
                    kb.upkeep.repair(rebuild=True)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=publish, args=[home]) for home in (shared_home, other_host)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert int(generation(shared_home)) == before + 6
