"""Words are found alike in both engines: the same chunks in the same order, with FTS5's own scores."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from kb.index.lexical import LexicalTable
from kb.starter import make_home
from kb.store.database import Database
from kb.store.lexical_index import LexicalHit
from kb.text.entries.chunks import Chunk
from tests.conftest import database_of

pytestmark = pytest.mark.full
WORDS = [
    f"{first}{second}"
    for first in ("quay", "crane", "tide", "buoy", "keel")
    for second in ("lamp", "pump", "log")
]


def texts(count: int) -> list[str]:
    """Made-up texts: some words stand in most of them, others in few, some several times."""
    rng = random.Random(7)
    return [
        " ".join(
            WORDS[min(int(rng.paretovariate(0.6)) - 1, len(WORDS) - 1)] for _ in range(rng.randint(3, 20))
        )
        for _ in range(count)
    ]


@pytest.fixture
def both(tmp_path: Path, shared_home: Path) -> Iterator[Sequence[LexicalTable]]:
    """The index of words of a home that is a file, and of one in PostgreSQL, with the same texts in both."""
    plain = tmp_path / "plain"
    make_home(plain)
    with closing(database_of(plain)) as ours, closing(database_of(shared_home)) as theirs:
        yield [filled(ours), filled(theirs)]


def filled(db: Database) -> LexicalTable:
    index = LexicalTable(db)
    with db.write():
        index.add([(f"entry-{at}", [Chunk(0, "body", text, "")]) for at, text in enumerate(texts(120))])
    return index


def of(hits: Sequence[LexicalHit]) -> list[tuple[str, float]]:
    return [(hit.entry_id, pytest.approx(hit.score, abs=1e-9)) for hit in hits]


@pytest.mark.parametrize("asked", [WORDS[:1], WORDS[3:8], WORDS, ["quaylamp", "nowhere"], ["nowhere"]])
def test_the_best_chunks_and_their_scores_are_the_same(
    both: Sequence[LexicalTable], asked: list[str]
) -> None:
    ours, theirs = (index.search(asked, 20) for index in both)
    assert of(theirs) == [(hit.entry_id, hit.score) for hit in ours]


def test_so_are_they_after_entries_left_and_others_were_taught_words(both: Sequence[LexicalTable]) -> None:
    for index in both:
        with index._db.write():
            index.remove("entry-3")
            index.remove("entry-60")
            index.reword("entry-7", [Chunk(1, "asked", "quaylamp tidelog tidelog", "")])
    ours, theirs = (index.search(WORDS[:6], 30) for index in both)
    assert of(theirs) == [(hit.entry_id, hit.score) for hit in ours]
    assert both[0].size() == both[1].size()
    assert both[0].document_frequencies(WORDS) == both[1].document_frequencies(WORDS)
    assert both[0].holding("tidelog", 0) == both[1].holding("tidelog", 0)


def test_a_word_that_is_longer_than_an_index_takes_is_passed_by(both: Sequence[LexicalTable]) -> None:
    index = both[1]
    with index._db.write():
        index.add([("long", [Chunk(0, "body", f"{'q' * 5_000} capstan", "")])])
    assert [hit.entry_id for hit in index.search(["capstan"], 3)] == ["long"]
