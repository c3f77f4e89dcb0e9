"""Every part of the vector index may be damaged: the answer still comes, says so, and doctor heals it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.durability_material import article, story
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doubles.encoders import CountingEncoder, OtherModel

NUMBERS = range(12)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Path:
    """A home with a dozen articles, published."""
    folder = tmp_path_factory.mktemp("filled")
    documents = folder / "documents"
    documents.mkdir()
    shutil.copytree(new_home, folder / "home")
    with KnowledgeBase.open(folder / "home") as kb:
        kb.ingest(*[article(documents, number) for number in NUMBERS])
    return folder / "home"


@pytest.fixture(scope="module")
def expected(filled: Path) -> list[str]:
    """What the undamaged home answers."""
    with KnowledgeBase.open(filled) as kb:
        return asked(kb)[0]


def asked(kb: KnowledgeBase) -> tuple[list[str], str]:
    """The ids that are offered for a text that no signature settles, and the notes."""
    answer = kb.check_known_issues(story(5).paraphrase, limit=10, deep=True)
    return [match.id for match in answer.matches], " ".join(answer.notes)


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def kb(home: Path, counting: CountingEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=counting) as opened:
        yield opened


def generation(home: Path) -> Path:
    (folder,) = [path for path in (home / "state" / "vectors").iterdir() if path.name.isdigit()]
    return folder


def remove_folder(home: Path) -> None:
    shutil.rmtree(generation(home))


def remove_ids(home: Path) -> None:
    (generation(home) / "ids.npy").unlink()


def corrupt_rest(home: Path) -> None:
    path = generation(home) / "rest.npy"
    path.write_bytes(b"\x00rubbish" * (path.stat().st_size // 8))


def truncate_matrix(home: Path) -> None:
    path = generation(home) / "matrix.npy"
    path.write_bytes(path.read_bytes()[:2000])


def alter_matrix(home: Path) -> None:
    path = generation(home) / "matrix.npy"
    raw = bytearray(path.read_bytes())
    raw[-400:] = bytes(400)
    path.write_bytes(raw)


def remove_mark(home: Path) -> None:
    (generation(home) / "READY.json").unlink()


def break_mark(home: Path) -> None:
    (generation(home) / "READY.json").write_text("{")


DAMAGES = [
    remove_folder,
    remove_ids,
    corrupt_rest,
    truncate_matrix,
    alter_matrix,
    remove_mark,
    break_mark,
]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_named_answers_exactly_and_is_rebuilt_without_embedding(
    kb: KnowledgeBase,
    home: Path,
    counting: CountingEncoder,
    expected: list[str],
    damage: Callable[[Path], None],
) -> None:
    damage(home)

    found, notes = asked(kb)
    assert found == expected
    assert "doctor --rebuild" in notes

    _, before = kb.check()
    assert any("doctor --rebuild" in problem for problem in before.problems)

    counting.encoded = 0
    kb.repair(rebuild=True)
    _, after = kb.check()
    assert counting.encoded == 0
    assert after.problems == []
    assert after.published == after.chunks
    found, notes = asked(kb)
    assert found == expected
    assert "doctor" not in notes


def test_lost_cached_vectors_are_taken_from_the_published_ones(
    kb: KnowledgeBase, counting: CountingEncoder
) -> None:
    chunks = kb.check()[1].chunks
    kb._parts.db.execute("DELETE FROM embeddings")

    _, before = kb.check()
    assert before.problems == [f"the cached vectors of {chunks} chunks are lost; run: kb doctor --repair"]

    kb.repair()
    _, after = kb.check()
    assert after.problems == []
    assert counting.encoded == 0
    assert after.embedded == chunks


def test_a_write_after_the_cache_was_lost_does_not_take_the_old_entries_out_of_the_index(
    kb: KnowledgeBase,
) -> None:
    chunks = kb.check()[1].chunks
    kb._parts.db.execute("DELETE FROM embeddings")

    kb.learn_pattern("the sea chart has no soundings", "old chart", "load the new chart")
    kb.check_known_issues("what waits gets its vector now", deep=True)
    kb._parts.vectors.absorb()

    assert kb.check()[1].published > chunks


@pytest.mark.slow
def test_lost_vectors_that_stand_nowhere_are_made_anew(
    kb: KnowledgeBase, home: Path, counting: CountingEncoder
) -> None:
    chunks = kb.check()[1].chunks
    kb._parts.db.execute("DELETE FROM embeddings")
    remove_folder(home)

    kb.repair()

    _, after = kb.check()
    assert (after.problems, after.embedded) == ([], chunks)
    assert 0 < counting.encoded <= chunks


def test_doctor_says_what_waits_and_that_the_next_check_sees_to_it(kb: KnowledgeBase) -> None:
    kb.learn_pattern("the sea chart has no soundings", "old chart", "load the new chart")

    _, report = kb.check()
    assert report.problems == []
    assert report.notes == [f"{report.waiting} new texts wait for their vectors; the next check makes them"]

    kb.check_known_issues("unmapped depths", deep=True)
    assert kb.check()[1].waiting == 0


def test_a_process_that_had_the_index_open_answers_when_its_folder_is_taken_away(
    kb: KnowledgeBase, home: Path, expected: list[str]
) -> None:
    assert asked(kb)[0] == expected
    remove_folder(home)

    assert asked(kb)[0] == expected


@pytest.mark.slow
def test_vectors_of_another_model_are_not_mixed_with_those_of_this_one(
    home: Path, expected: list[str]
) -> None:
    with KnowledgeBase.open(home, encoder=OtherModel()) as kb:
        assert f"of the model {OnnxEncoder().name}; run: kb doctor --rebuild" in asked(kb)[1]

        kb.repair(rebuild=True)
        report = kb.check()[1]
        assert (report.problems, report.embedded) == ([], report.chunks)
        found, notes = asked(kb)
        assert found == expected
        assert "doctor" not in notes
