"""What is known, looked through: filters of a search, what they would give otherwise, and what became of an entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.operations.catalogue import operation
from kb.store.lexical_index import Filter

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
POSTMORTEM = """# Postmortem: {title}

- Date: {day}
- Severity: {severity}

## Summary

The harbour pump stopped.

## Impact

No ship left the harbour.

## Root cause

A seal broke.

## Timeline

- 10:00 the pump stops
- 10:30 the seal is replaced
"""


@pytest.fixture
def harbour(home: Path, tmp_path: Path, encoder: OnnxEncoder) -> KnowledgeBase:
    for number, (day, severity) in enumerate(
        (("2026-03-01", "SEV1"), ("2026-05-01", "SEV2"), ("2026-07-01", "SEV1"))
    ):
        text = POSTMORTEM.format(title=f"Pump {number} of the harbour", day=day, severity=severity)
        (tmp_path / f"pump-{number}.md").write_text(text)
    kb = KnowledgeBase.open(home, encoder=encoder, clock=lambda: NOW)
    kb.ingest(*tmp_path.glob("pump-*.md"))
    return kb


def test_a_search_is_narrowed_by_severity_and_days(harbour: KnowledgeBase):
    grave = harbour.search("harbour pump", severities=["SEV1"])
    early = harbour.search("harbour pump", ["incident"], until=date(2026, 5, 1))

    assert {hit.title for hit in grave} == {"Pump 0 of the harbour", "Pump 2 of the harbour"}
    assert {hit.title for hit in early} == {"Pump 0 of the harbour", "Pump 1 of the harbour"}


def test_what_was_retired_is_found_by_the_words_that_it_says(harbour: KnowledgeBase):
    entry = next(hit.id for hit in harbour.search("Pump 1 of the harbour", ["incident"]))
    harbour.moves.set_status(entry, "retired", "the pump was replaced")

    assert entry not in [hit.id for hit in harbour.search("harbour pump")]
    assert [hit.id for hit in harbour.search("harbour PUMP", statuses=["retired"])] == [entry]
    assert harbour.search("harbour submarine", statuses=["retired"]) == []


def test_counts_tell_what_each_other_choice_would_give(harbour: KnowledgeBase):
    counts = harbour.known.counts(Filter(["incident"], severities=["SEV2"]))

    assert counts.passing == 1
    assert counts.kinds == {"incident": 1}  # of this severity
    assert counts.severities == {"SEV1": 2, "SEV2": 1}  # of this kind


@pytest.mark.parametrize("given", [{"severity": "SEV9"}, {"status": "lost"}, {"kinds": "boat"}])
def test_a_choice_that_there_is_not_is_told_with_those_there_are(
    harbour: KnowledgeBase, given: dict[str, str]
):
    for name in ("search_incidents", "search_counts"):
        asked = operation(name)
        with pytest.raises(InvalidInput, match="there are: "):
            asked(harbour, **asked.read(given))


def test_what_became_of_an_entry_is_counted_by_windows(home: Path, encoder: OnnxEncoder):
    now = [NOW - timedelta(days=40)]
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: now[0], actor="ana") as kb:
        line = "ERROR the harbour crane lost its hook"
        learned = kb.learn_pattern(line, "the bolt is worn", "replace the bolt")
        for days in (35, 20, 3, 0.5, 0):
            now[0] = NOW - timedelta(days=days)
            answer = kb.check_known_issues(line)
        kb.record_outcome(learned.id, "failed", answer.lookup_id, note="it was the rope")
        kb.check_known_issues("the crane of the yard paints itself blue at noon")

        record = kb.known.record(kb.get(learned.id))

    assert (record.last_day, record.last_week, record.last_month) == (2, 3, 4)
    assert [one.at for one in record.answered][:2] == [NOW, NOW - timedelta(hours=12)]
    assert record.answered[0].lines == (line,)
    assert [(one.result, one.actor, one.note) for one in record.outcomes] == [
        ("failed", "ana", "it was the rope")
    ]


def test_what_is_near_an_entry_comes_with_the_check_that_tells_them_apart(kb: KnowledgeBase):
    one = kb.learn_pattern("the harbour crane lost its hook at the north berth", fix="replace the bolt")
    kb.learn_pattern(
        "the harbour crane lost its hook at the south berth",
        fix="call the smith",
        check="is it the south berth?",
    )

    near = kb.known.record(kb.get(one.id)).near

    assert [(other.title, other.check) for other in near][:1] == [
        ("the harbour crane lost its hook at the south berth", "is it the south berth?")
    ]
