"""Words and vectors of a large home: tantivy and cells answer as FTS5 and exact search do, and give way to them."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.lexical import LexicalTable
from kb.index.publisher import main as publish
from kb.model import KnownError, Provenance, Source
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from kb.text.tokens import tokenize
from tests.doubles.encoders import HashedEncoder

NOW = datetime(2026, 11, 2, tzinfo=UTC)
FIRST = [
    "harbour",
    "crane",
    "sluice",
    "tide",
    "buoy",
    "anchor",
    "ferry",
    "mast",
    "winch",
    "keel",
    "hull",
    "rudder",
]
SECOND = ["gate", "pump", "lamp", "log", "rope", "chain", "valve", "motor", "sensor", "door", "wheel", "belt"]
WORDS = [f"{a}{b}" for a in FIRST for b in SECOND]
SIZE = 600


def error(number: int) -> KnownError:
    """A made-up article: ten words, of which some are frequent and some rare."""
    rng = random.Random(number)
    words = [WORDS[min(int(rng.paretovariate(0.4)) - 1, len(WORDS) - 1)] for _ in range(8)] + [
        f"berth{rng.randrange(200)}"
    ]
    return KnownError(
        id=f"error-{number}",
        title=f"{words[0]} {words[1]} fails",
        symptom=" ".join(words),
        provenance=Provenance(source=Source(path="made.md", line=number)),
    )


def open_large(home: Path) -> KnowledgeBase:
    """The home as a large one, whatever its size."""
    encoder = HashedEncoder(like_the_model=False)
    return KnowledgeBase.open(home, encoder=encoder, large_from=1)


def write(kb: KnowledgeBase, numbers: range, file: str = "made") -> None:
    """Let the file hold these articles."""
    record = FileRecord(path=f"/{file}", given=file, sha256="", stamp="", parser="made/1")
    with kb._parts.db.write():
        kb._parts.catalogue.bring_in_step(record, map(error, numbers), now=NOW, fold_copies=True)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with articles, published with words and cells."""
    home = tmp_path_factory.mktemp("filled") / "home"
    make_home(home)
    with open_large(home) as kb:
        write(kb, range(SIZE))
        kb.repair()
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "home"))


@pytest.fixture
def kb(home: Path) -> Iterator[KnowledgeBase]:
    with open_large(home) as opened:
        yield opened


def found(kb: KnowledgeBase, query: str, limit: int = 10) -> list[str]:
    return [hit.entry_id for hit in kb._parts.lexical.search(tokenize(query), limit)]


def published(home: Path) -> Path:
    """The folder of the last generation; one before it stays while somebody reads it."""
    folders = [path for path in (home / "state" / "vectors").iterdir() if path.name.isdigit()]
    return max(folders, key=lambda path: int(path.name))


def test_the_published_folder_of_a_large_home_has_words_and_cells(home: Path) -> None:
    names = {path.name for path in published(home).iterdir()}
    assert {"words", "centres.npy", "matrix.npy"} <= names


def test_both_engines_give_the_same_first_candidates(kb: KnowledgeBase) -> None:
    small, near, first = LexicalTable(kb._parts.db), 0, 0
    questions = [error(number).symptom for number in range(0, SIZE, 20)]
    for question in questions:
        ours = [hit.chunk_id for hit in kb._parts.lexical.search(tokenize(question), 15)]
        theirs = [hit.chunk_id for hit in small.search(tokenize(question), 5)]
        near += len(set(theirs) & set(ours))
        first += ours[0] == theirs[0]
    # Tantivy rounds the lengths of texts, and FTS5 gives words of every other text no weight.
    assert first >= 0.9 * len(questions)
    assert near >= 0.95 * 5 * len(questions)


def test_what_came_since_is_found_at_once_and_scored_like_the_rest(kb: KnowledgeBase) -> None:
    twin, question = error(7), error(7).symptom
    write(kb, range(7, 8), "second")  # a copy: folded into the first
    fresh = KnownError(id="fresh", title=twin.title, symptom=f"{twin.symptom} quay")
    record = FileRecord(path="/third", given="third", sha256="", stamp="", parser="made/1")
    with kb._parts.db.write():
        kb._parts.catalogue.bring_in_step(record, [fresh], now=NOW, fold_copies=True)
    hits = kb._parts.lexical.search(tokenize(question), 40)
    scores = {hit.entry_id: hit.score for hit in reversed(hits)}
    assert found(kb, "quay") == ["fresh"]
    assert scores["fresh"] == pytest.approx(scores["error-7"], rel=0.15)


def test_what_was_deleted_is_never_found_and_leaves_no_hole(kb: KnowledgeBase) -> None:
    question = error(5).symptom
    before = found(kb, question, SIZE)
    write(kb, range(100, SIZE))
    after = found(kb, question, 10)
    assert "error-5" in before
    assert len(after) == 10
    assert not {f"error-{number}" for number in range(100)} & set(after)
    assert not {f"error-{number}" for number in range(100)} & {hit.id for hit in kb.search(question)}


def test_a_changed_entry_is_found_by_its_new_words_only(kb: KnowledgeBase) -> None:
    old = error(3)
    record = FileRecord(path="/made", given="made", sha256="", stamp="", parser="made/1")
    changed = [KnownError(id="error-3", title="quay flooded", symptom="water on the quay")]
    with kb._parts.db.write():
        kb._parts.catalogue.bring_in_step(
            record, [*map(error, range(3)), *changed, *map(error, range(4, SIZE))], now=NOW, fold_copies=True
        )
    assert found(kb, "quay flooded")[0] == "error-3"
    assert "error-3" not in found(kb, old.symptom, SIZE)


def test_the_running_totals_are_those_that_counting_gives(kb: KnowledgeBase) -> None:
    write(kb, range(50, SIZE))
    write(kb, range(20), "second")
    row = kb._parts.db.rows(
        "SELECT count(DISTINCT entry_id) entries, count(*) FILTER (WHERE role != 'whole') chunks,"
        " sum(length) tokens FROM chunks"
    )[0]
    entries, chunk, entry = kb._parts.lexical.size()
    assert entries == row["entries"]
    assert chunk == pytest.approx(row["tokens"] / row["chunks"])
    assert entry == pytest.approx(row["tokens"] / row["entries"])


def test_a_home_of_before_the_totals_is_counted_once(kb: KnowledgeBase) -> None:
    expected = kb._parts.lexical.size()
    with kb._parts.db.write():
        kb._parts.db.execute("DELETE FROM meta WHERE key LIKE 'indexed_%'")
    assert kb._parts.lexical.size() == expected
    write(kb, range(SIZE))
    assert kb._parts.lexical.size() == expected


def break_file(folder: Path) -> None:
    for path in (folder / "words").glob("*.idx"):
        path.write_bytes(b"\x07" * 20)


def remove_words(folder: Path) -> None:
    shutil.rmtree(folder / "words")


def empty_meta(folder: Path) -> None:
    (folder / "words" / "meta.json").write_text("{}")


@pytest.mark.parametrize("damage", [break_file, remove_words, empty_meta])
def test_broken_words_leave_the_answer_to_fts5_and_the_answer_says_so(home: Path, damage: object) -> None:
    assert callable(damage)
    question = error(11).symptom
    damage(published(home))
    with open_large(home) as kb:
        answer = kb.check_known_issues(question, deep=True)
        assert "error-11" in found(kb, question)
        assert "FTS5 searched instead" in " ".join(answer.notes)
        _, report = kb.check()
        assert any("kb doctor --rebuild" in problem for problem in report.problems)
        kb.repair(rebuild=True)
        assert "FTS5" not in " ".join(kb.check_known_issues(question, deep=True).notes)
        assert kb.check()[1].problems == []


def test_without_tantivy_fts5_answers_and_the_answer_says_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with open_large(home) as kb:
        answer = kb.check_known_issues(error(11).symptom, deep=True)
        assert "error-11" in [match.id for match in answer.matches]
        assert "pip install tantivy" in " ".join(answer.notes)
        kb.repair(rebuild=True)
        assert "error-11" in found(kb, error(11).symptom)
    assert not (published(home) / "words").exists()


def test_bytes_that_rotted_in_the_words_are_reported_by_the_check(home: Path) -> None:
    (idx,) = (published(home) / "words").glob("*.idx")
    data = bytearray(idx.read_bytes())
    data[len(data) // 3] ^= 0xFF
    idx.write_bytes(bytes(data))
    with open_large(home) as kb:
        problems = kb.check()[1].problems
    assert any("words" in problem and idx.name in problem for problem in problems)


def test_missing_cells_leave_the_answer_to_exact_search_and_the_answer_says_so(home: Path) -> None:
    (published(home) / "centres.npy").unlink()
    with open_large(home) as kb:
        answer = kb.check_known_issues(error(11).symptom, deep=True)
    assert "error-11" in [match.id for match in answer.matches]
    assert "exact search did" in " ".join(answer.notes)


def test_altered_cells_are_found_when_they_are_opened_and_doctor_names_them(home: Path) -> None:
    path = published(home) / "centres.npy"
    raw = bytearray(path.read_bytes())
    raw[-400:] = bytes(400)
    path.write_bytes(raw)
    with open_large(home) as kb:
        answer, problems = kb.check_known_issues(error(11).symptom, deep=True), kb.upkeep.doctor()[1].problems
    assert "error-11" in [match.id for match in answer.matches]
    assert "exact search did" in " ".join(answer.notes)
    assert any("centres.npy" in problem and "doctor --rebuild" in problem for problem in problems)


def test_a_whole_large_home_is_healthy(kb: KnowledgeBase) -> None:
    assert kb.check()[0] == []
    assert kb.check()[1].problems == []
    assert kb.check_known_issues(error(9).symptom, deep=True).matches[0].id == "error-9"


def test_the_published_folder_of_a_small_home_has_its_vectors_and_nothing_that_nobody_asks(
    tmp_path: Path,
) -> None:
    make_home(tmp_path)
    with KnowledgeBase.open(tmp_path, encoder=HashedEncoder(like_the_model=False)) as kb:
        write(kb, range(30))
        kb.repair()
        assert found(kb, error(4).symptom)
    names = {path.name for path in published(tmp_path).iterdir()}
    assert names == {"READY.json", "ids.npy", "matrix.npy", "rest.npy", "scales.npy"}


def test_little_that_waits_is_not_worth_a_generation_of_a_large_home(kb: KnowledgeBase) -> None:
    generation = kb._parts.vectors.generation()
    write(kb, range(3), "second")
    record = FileRecord(path="/third", given="third", sha256="", stamp="", parser="made/1")
    fresh = KnownError(id="fresh", title="quay flooded", symptom="water on the quay")
    with kb._parts.db.write():
        kb._parts.catalogue.bring_in_step(record, [fresh], now=NOW, fold_copies=True)
    kb._parts.embeddings.embed_pending()
    kb._parts.vectors.absorb_if_worthwhile()
    assert kb._parts.vectors.generation() == generation
    assert kb.check_known_issues("water on the quay, flooded", deep=True).matches[0].id == "fresh"


def test_what_is_published_behind_an_open_home_is_seen_by_it(home: Path, kb: KnowledgeBase) -> None:
    write(kb, range(SIZE, SIZE + 5), "second")
    kb._parts.embeddings.embed_pending()
    before = kb._parts.vectors.generation()
    publish(str(home / "state" / "kb.db"), "hashed-words", "1", "1")
    assert kb._parts.vectors.generation().number == before.number + 1
    assert kb._parts.vectors.outbox_size() == 0
    assert found(kb, error(SIZE + 3).symptom)
    assert kb.check()[1].problems == []


def _publish_again(home: Path) -> None:
    with open_large(home) as kb:
        write(kb, range(SIZE, SIZE + 50), "second")
        kb.repair(rebuild=True)


def test_what_another_process_publishes_is_found_by_one_that_is_open(home: Path, kb: KnowledgeBase) -> None:
    question = error(SIZE + 9).symptom
    assert f"error-{SIZE + 9}" not in found(kb, question)
    other = multiprocessing.get_context("spawn").Process(target=_publish_again, args=(home,))
    other.start()
    other.join()
    assert other.exitcode == 0
    assert f"error-{SIZE + 9}" in found(kb, question)
    assert kb._parts.lexical.notes == []
    assert kb.check()[1].problems == []


def test_how_rare_a_word_is_stays_known_in_a_question_of_thousands_of_words(kb: KnowledgeBase) -> None:
    kb.learn_pattern("harbour crane froze", "it froze", "warm it")
    words = [*(f"word{number}" for number in range(3_000)), "harbour"]
    assert kb._parts.lexical.document_frequencies(words)["harbour"] == 1
