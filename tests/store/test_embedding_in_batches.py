"""What waits to be embedded is found wherever it stands in the outbox, a page at a time."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.index import embeddings


@pytest.fixture
def lessons(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Eight lessons, each with a text that waits; a page holds two of them."""
    monkeypatch.setattr(embeddings, "_PAGE", 2)
    monkeypatch.setattr(embeddings, "_FIRST", 1)
    words = "quay", "crane", "tide", "buoy", "keel", "lamp", "pump", "hull"
    for word in words:
        kb.learn_pattern(f"the {word} refuses to turn", "a drill", "end the drill")
    return [f"the {word} refuses to turn" for word in words]


def test_texts_that_wait_behind_pages_of_those_that_do_not_are_embedded(
    kb: KnowledgeBase, lessons: list[str]
) -> None:
    waiting = kb._parts.embeddings.pending()
    assert waiting >= len(lessons)
    assert kb._parts.embeddings.embed_pending(limit=waiting - 1) == waiting - 1
    assert kb._parts.embeddings.embed_pending() == 1
    assert kb._parts.embeddings.pending() == 0


def test_a_number_whose_text_is_gone_is_passed_by(kb: KnowledgeBase, lessons: list[str]) -> None:
    db = kb._parts.db
    with db.write():
        gone = db.value("SELECT min(chunk_id) FROM outbox")
        db.execute("DELETE FROM chunks WHERE id = ?", [gone])
    assert kb._parts.embeddings.embed_pending() >= len(lessons) - 1
    assert kb._parts.embeddings.pending() == 0
