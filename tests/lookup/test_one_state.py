"""One question reads one state of the home, whatever other processes do to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.store.database import Row

ASKED = "the lighthouse lamp would not turn last night"


def between(
    monkeypatch: pytest.MonkeyPatch, kb: KnowledgeBase, beginning: str, work: Callable[[], object]
) -> None:
    """Let `work` happen, once, right before the first query that begins like this."""
    done, engine = list[bool](), kb._parts.db._engine
    run = engine.run

    def look(sql: str, values: Sequence[object]) -> list[Row]:
        if sql.strip().startswith(beginning) and not done:
            done.append(True)
            work()
        return run(sql, values)

    monkeypatch.setattr(engine, "run", look)


@pytest.mark.parametrize("search", [False, True], ids=["check", "search"])
@pytest.mark.parametrize("query", ["SELECT c.id, c.entry_id, c.role", "SELECT e.id, e.kind, e.data"])
def test_a_question_answers_when_another_process_removes_all_candidates_while_it_reads(
    tmp_path: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch, query: str, search: bool
) -> None:
    for folder in ("learned", "state"):
        (tmp_path / folder).mkdir()
    with KnowledgeBase.open(tmp_path, encoder=encoder) as kb, KnowledgeBase.open(tmp_path) as other:
        kb.learn_pattern("lighthouse lamp does not turn", "its motor is worn", "replace the motor")
        kb.search("is the model loaded")
        between(monkeypatch, kb, query, lambda: _forget_all(tmp_path, other))
        if search:
            assert [hit.title for hit in kb.search(ASKED)] == ["lighthouse lamp does not turn"]
        else:
            assert [m.title for m in kb.check_known_issues(ASKED).matches] == [
                "lighthouse lamp does not turn"
            ]
        assert kb.search(ASKED) == []


def _forget_all(home: Path, other: KnowledgeBase) -> None:
    (home / "learned" / "patterns.yaml").unlink()
    other.refresh()
