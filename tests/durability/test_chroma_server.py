"""A real Chroma server (`KB_CHROMA_URL`) answers like the published folder; without it, the folder does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.durability_material import article, story, write
from kb import KnowledgeBase
from kb.index import published
from kb.model.ledger import Answer
from kb.starter import make_home
from tests.conftest import lend_vectors

ARTICLES, LEARNED = range(5), range(100, 102)


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[None]:
    """`chroma run`, until the block ends."""
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--path",
        str(folder),
        "--port",
        str(port),
    ]
    with (folder.parent / "chroma.log").open("a") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "ANONYMIZED_TELEMETRY": "False"}
        )
    try:
        until = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert server.poll() is None, (folder.parent / "chroma.log").read_text()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def filled(folder: Path, known: Path) -> KnowledgeBase:
    """A home with articles that are published and patterns that wait in the outbox.

    Its texts take the vectors that the home `known` has for them.
    """
    make_home(folder / "home")
    (folder / "documents").mkdir(parents=True)
    lend_vectors(known, folder / "home")
    kb = KnowledgeBase.open(folder / "home")
    kb.ingest(*[article(folder / "documents", number) for number in ARTICLES])
    for number in LEARNED:
        write(kb, number)
    return kb


def answers(kb: KnowledgeBase) -> list[Answer]:
    return [kb.check_known_issues(story(number).paraphrase, deep=True) for number in (*ARTICLES, *LEARNED)]


def shown(found: list[Answer]) -> list[list[tuple[str, float]]]:
    return [[(match.title, round(match.confidence, 4)) for match in answer.matches] for answer in found]


def notes_of(found: list[Answer]) -> str:
    return " ".join(note for answer in found for note in answer.notes)


@pytest.mark.slow
def test_a_chroma_server_answers_like_the_published_folder_and_may_go_away(
    tmp_path: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chroma").mkdir()
    with filled(tmp_path / "alone", known=new_home) as kb:
        expected = shown(answers(kb))
    port = free_port()
    monkeypatch.setenv("KB_CHROMA_URL", f"http://127.0.0.1:{port}")

    with chroma_server(tmp_path / "chroma", port):
        kb = filled(tmp_path / "server", known=tmp_path / "alone" / "home")
        served = answers(kb)
        assert shown(served) == expected
        assert "did not answer" not in notes_of(served)
        kb._parts.vectors.absorb()
        assert shown(answers(kb)) == expected
        assert kb.check()[1].problems == []

    # A process that had it open goes on; so does one that starts while it is away, and writes there.
    away = answers(kb)
    assert shown(away) == expected
    assert all("Chroma's server did not answer" in notes_of([answer]) for answer in away)
    with KnowledgeBase.open(tmp_path / "server" / "home") as other:
        write(other, 300)
        other.check_known_issues("what waits gets its vector now", deep=True)
        other._parts.vectors.absorb()
        found = other.check_known_issues(story(300).paraphrase, deep=True)
        assert story(300).text in found.matches[0].title
        assert "Chroma's server did not answer" in notes_of([found])
        assert any("server" in problem for problem in other.check()[1].problems)

    # Back again, it lacks what was published meanwhile: doctor says so and fills it.
    # It is asked again meanwhile, but not by each of doctor's many probes: a connection costs a tenth of a second.
    monkeypatch.setattr(published, "RETRY_SECONDS", 0.3)
    with chroma_server(tmp_path / "chroma", port):
        assert any("kb doctor --rebuild" in problem for problem in kb.check()[1].problems)
        kb.repair(rebuild=True)
        assert kb.check()[1].problems == []
        assert "did not answer" not in notes_of(answers(kb))
    kb.close()


def test_without_its_package_the_folder_answers_and_says_what_to_install(
    tmp_path: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled(tmp_path, known=new_home) as kb:
        expected = shown(answers(kb))
    monkeypatch.setenv("KB_CHROMA_URL", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "chromadb", None)  # an import of it fails, as if it were not installed

    with KnowledgeBase.open(tmp_path / "home") as kb:
        found = answers(kb)

    assert shown(found) == expected
    assert "pip install 'incident-kb[chroma]'" in notes_of(found)
