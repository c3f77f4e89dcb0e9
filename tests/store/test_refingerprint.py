"""Better masking rules do not orphan what was stored under the old ones."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Tier
from kb.store.upkeep import fingerprints
from kb.text.masking import MASK_VERSION, fingerprint
from tests.conftest import database_of

LEARNED = "replica of block blk_-77120 lost on node worker-7 after 30s"
SEEN_LATER = "replica of block blk_918 lost on node worker-12 after 2 minutes"


@pytest.fixture
def old_home(home: Path, encoder: OnnxEncoder) -> Path:
    """A home whose fingerprints are of the first version of the rules."""
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.learn_pattern(LEARNED, "the disk of a data node fails")
        kb.check_known_issues(SEEN_LATER)
    db = database_of(home)
    db.execute(
        "UPDATE fingerprints SET fingerprint = 'f1:' || substr(fingerprint, 4) || 'old'"
        " WHERE substr(fingerprint, 1, 2) BETWEEN 'f0' AND 'f9'"
    )
    db.execute("UPDATE lookups SET fingerprint = 'f1:0123'")
    for row in (
        ("f1:a", "served blk_1 in 3 ms", 4, "2026-01-01"),
        ("f1:b", "served blk_-2 in 5 ms", 2, "2026-01-02"),
    ):
        db.execute(
            "INSERT INTO healthy (source, fingerprint, line, count, added_at) VALUES ('log', ?, ?, ?, ?)", row
        )
    db.execute("DELETE FROM meta WHERE key = 'mask_version'")
    db.close()
    return home


def _rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(database_of(home)) as db:
        return [tuple(row) for row in db.rows(sql)]


def test_an_entry_of_an_old_home_is_found_by_its_template(old_home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        answer = kb.check_known_issues(SEEN_LATER)

    assert answer.matches[0].title == LEARNED
    assert answer.matches[0].tier is Tier.FINGERPRINT
    left = _rows(old_home, "SELECT * FROM fingerprints WHERE fingerprint LIKE 'f1:%'")
    assert left == []


def test_lookups_and_healthy_lines_follow_the_new_rules(old_home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        kb.refresh()

    assert _rows(old_home, "SELECT fingerprint FROM lookups") == [(fingerprint(SEEN_LATER),)]
    healthy = _rows(old_home, "SELECT fingerprint, line, count FROM healthy")
    assert healthy == [(fingerprint("served blk_9 in 1 ms"), "served blk_1 in 3 ms", 6)]


def test_it_is_done_once(old_home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        kb.refresh()
    db = database_of(old_home)
    db.execute("UPDATE lookups SET fingerprint = 'untouched'")
    db.close()

    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        kb.refresh()

    assert _rows(old_home, "SELECT fingerprint FROM lookups") == [("untouched",)]
    assert _rows(old_home, "SELECT value FROM meta WHERE key = 'mask_version'") == [(str(MASK_VERSION),)]


def test_lookups_of_an_old_home_are_renewed_part_by_part(
    old_home: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fingerprints, "_LOOKUPS", 2)
    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        for number in range(5):
            kb.check_known_issues(f"the {'abcde'[number]} crane is stuck")
    with closing(database_of(old_home)) as db:
        db.execute("UPDATE lookups SET fingerprint = 'f1:0123'")
        db.execute("DELETE FROM meta WHERE key = 'mask_version'")
    with KnowledgeBase.open(old_home, encoder=encoder) as kb:
        kb.refresh()

    with closing(database_of(old_home)) as db:
        found = [row["fingerprint"] for row in db.rows("SELECT fingerprint FROM lookups")]
    assert len(found) == 6
    assert "f1:0123" not in found
    assert len(set(found)) == 6
