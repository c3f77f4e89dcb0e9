"""What a question reads does not grow with what happened in the home; counted in steps of SQLite, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import aged_home
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model import Status
from kb.starter import make_home
from kb.store.entry_index import EntryIndex

pytestmark = pytest.mark.sqlite("it counts the instructions of SQLite's machine")

SHARE = 0.05
"""Of the histories of the benchmark: 3,000 moves, 250 closed incidents, 72 open ones, 60 entries in quarantine."""


@pytest.fixture
def opened(tmp_path: Path, encoder: OnnxEncoder) -> Iterator[Callable[[aged_home.History], KnowledgeBase]]:
    homes: list[KnowledgeBase] = []

    def make(history: aged_home.History) -> KnowledgeBase:
        make_home(tmp_path / str(len(homes)))
        homes.append(kb := KnowledgeBase.open(tmp_path / str(len(homes)), encoder=encoder))
        history.write(kb, aged_home.learn(kb), SHARE, datetime.now(UTC))
        kb.check_known_issues(aged_home.question("a", 3))
        return kb

    yield make
    for kb in homes:
        kb.close()


def steps(kb: KnowledgeBase, work: Callable[[], object]) -> int:
    """Instructions of SQLite's machine, to the nearest ten, that the work takes."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 10
        return 0

    kb._parts.db._engine.connection.set_progress_handler(tick, 10)
    work()
    kb._parts.db._engine.connection.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize("history", aged_home.HISTORIES[1:], ids=lambda one: one.write.__name__)
def test_a_settled_question_reads_no_more_of_a_home_with_a_long_history(
    opened: Callable[[aged_home.History], KnowledgeBase], history: aged_home.History
) -> None:
    empty, aged = opened(aged_home.HISTORIES[0]), opened(history)
    plain, old = (
        steps(kb, lambda kb=kb: kb.check_known_issues(aged_home.question("a", 11))) for kb in (empty, aged)
    )
    assert old <= aged_home.ALLOWED * plain


@pytest.mark.parametrize("work", ["open an incident", "log to it"])
def test_a_step_of_an_incident_reads_no_more_where_many_are_open(
    opened: Callable[[aged_home.History], KnowledgeBase], work: str
) -> None:
    few = opened(aged_home.History("few", _few))
    many = opened(aged_home.History("many", aged_home.open_ones))
    plain, old = (steps(kb, lambda kb=kb: aged_home.WORK[work](kb)) for kb in (few, many))
    assert old <= aged_home.ALLOWED * plain


def test_an_entry_in_quarantine_warns_by_its_fingerprint_and_by_its_signature_until_it_comes_back(
    kb: KnowledgeBase,
) -> None:
    line = kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm the hook").id
    piece = kb.learn_pattern("winch (oiled|dry) slipped on drum [0-9]+", "wet", "dry it", regex=True).id
    kb.set_status(line, Status.QUARANTINED, reason="it made things worse")
    kb.set_status(piece, Status.QUARANTINED, reason="it made things worse")

    def warned(text: str) -> bool:
        return "quarantined (it made things worse)" in " ".join(kb.check_known_issues(text).notes)

    assert warned("harbour crane 9 refused to lower its hook")
    assert warned("today the winch dry slipped on drum 12 again")
    assert not warned("tide tables are missing for harbour 9")

    kb.set_status(line, Status.CANDIDATE, reason="looked at")
    assert not warned("harbour crane 9 refused to lower its hook")


def test_a_home_from_before_knows_what_its_quarantined_entries_are_found_by(
    home: Path, encoder: OnnxEncoder
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        one = kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm the hook").id
        kb.set_status(one, Status.QUARANTINED, reason="it made things worse")
        with kb._parts.db.write():
            kb._parts.db.execute("DELETE FROM held_signatures")
            kb._parts.db.execute("DELETE FROM held_fingerprints")
            kb._parts.db.execute("DELETE FROM meta WHERE key = 'mask_version'")  # as the migration leaves it
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        notes = kb.check_known_issues("harbour crane 9 refused to lower its hook").notes
    assert "it made things worse" in " ".join(notes)


def test_a_read_only_home_from_before_warns_as_well(
    home: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        one = kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm the hook").id
        kb.set_status(one, Status.QUARANTINED, reason="it made things worse")
        monkeypatch.setattr(EntryIndex, "holds", False)
        notes = kb.check_known_issues("harbour crane 9 refused to lower its hook").notes
    assert "it made things worse" in " ".join(notes)


def test_the_benchmark_prints_a_ratio_for_each_history(tmp_path: Path) -> None:
    lines = list(aged_home.compare(tmp_path, aged_home.HISTORIES[-1], 0.005))
    assert "ratio" in lines[0]
    assert [line.split(":")[0].strip() for line in lines[1:]] == list(aged_home.WORK)


def _few(kb: KnowledgeBase, ids: list[str], _share: float, now: datetime) -> None:
    aged_home.open_ones(kb, ids, 0.01, now)
