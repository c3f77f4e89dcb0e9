"""What was told to be "not this one" is no answer to the same question any more, and to every other as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Answer, Verdict

PATTERN = "tide gauge 7 refuses moorings: counter doubled"
LINE = "2026-11-02T09:14:07Z ERROR tide gauge 7 refuses moorings: counter doubled"
LATER = "2026-11-09T17:40:00Z ERROR tide gauge 9 refuses moorings: counter doubled"


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, actor="ana") as opened:
        yield opened


@pytest.fixture
def entry(kb: KnowledgeBase) -> str:
    return kb.learn_pattern(PATTERN, "the gauge counts twice", "reset the counter").id


def ask(kb: KnowledgeBase, text: str = LINE, result: str = "", entry: str = "", **place: str) -> Answer:
    answer = kb.check_known_issues(text, **place)
    if result:
        kb.record_outcome(entry, result, answer.lookup_id)
    return answer


def is_answer(answer: Answer, entry: str) -> bool:
    return answer.verdict is not Verdict.UNKNOWN and any(
        one.id == entry and one.confidence >= 0.25 for one in answer.matches
    )


def test_it_is_the_nearest_and_no_match_and_the_answer_says_who_said_so(kb: KnowledgeBase, entry: str):
    assert ask(kb, LINE, "not_applied", entry).verdict is Verdict.KNOWN

    answer = ask(kb, LATER)

    assert answer.verdict is Verdict.UNKNOWN
    assert answer.matches[0].id == entry  # told, and not hidden
    assert "by ana that this very text is not this one" in answer.matches[0].reason
    assert any(entry in note and "would be an answer" in note for note in answer.notes)


def test_another_entry_for_the_same_text_goes_first(kb: KnowledgeBase, entry: str):
    other = kb.learn_pattern(PATTERN, "a gull sits on the gauge", "chase it away").id
    first = ask(kb).matches[0].id
    ask(kb, LINE, "not_applied", first)

    answer = ask(kb)

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, ({entry, other} - {first}).pop())
    assert not is_answer(answer, first)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{LINE}\nFATAL the harbour closes its gate since nobody could be moored", {}),
        ("ERROR tide gauge refuses moorings: counter doubled after a restart of berth control", {}),
        (LINE, {"service": "harbour"}),
        (LINE, {"environment": "staging"}),
    ],
)
def test_for_any_other_text_or_place_it_stays_an_answer(
    kb: KnowledgeBase, entry: str, text: str, place: dict[str, str]
):
    before = ask(kb, text, **place)
    ask(kb, LINE, "not_applied", entry)

    after = ask(kb, text, **place)

    assert is_answer(after, entry)
    assert [(one.id, one.confidence) for one in after.matches] == [
        (one.id, one.confidence) for one in before.matches
    ]


def test_in_a_log_what_runs_beside_the_error_does_not_matter(kb: KnowledgeBase, entry: str):
    def log(words: str) -> str:
        calm = [f"INFO {word} {number} passes the buoy" for number, word in enumerate(words.split())]
        return "\n".join([*calm, LINE, *calm])

    assert is_answer(ask(kb, log("otter heron lynx plover"), "not_applied", entry), entry)

    assert not is_answer(ask(kb, log("seal gull crab eider tern")), entry)


def test_one_press_takes_no_answer_away_that_helped_with_this_text_before(kb: KnowledgeBase, entry: str):
    ask(kb, LINE, "resolved", entry)
    ask(kb, LINE, "not_applied", entry)
    assert is_answer(ask(kb), entry)

    ask(kb, LINE, "not_applied", entry)
    assert not is_answer(ask(kb), entry)

    ask(kb, LINE, "resolved", entry)
    assert is_answer(ask(kb), entry)


def test_of_one_lookup_the_last_word_counts_however_often_it_is_said(kb: KnowledgeBase, entry: str):
    ask(kb, LINE, "resolved", entry)
    ask(kb, LINE, "resolved", entry)
    answer = ask(kb)
    for _ in range(5):
        kb.record_outcome(entry, "not_applied", answer.lookup_id)
    assert is_answer(ask(kb), entry)

    other = ask(kb, LATER, "not_applied", entry, service="harbour")
    assert not is_answer(ask(kb, LINE, service="harbour"), entry)
    kb.record_outcome(entry, "resolved", other.lookup_id)
    assert is_answer(ask(kb, LINE, service="harbour"), entry)


def test_without_a_lookup_nothing_is_known_of_the_text(kb: KnowledgeBase, entry: str):
    kb.record_outcome(entry, "not_applied")

    assert is_answer(ask(kb), entry)


def test_trust_does_not_look_at_it(kb: KnowledgeBase, entry: str):
    before = kb.trust_of(kb.get(entry)).value
    ask(kb, LINE, "not_applied", entry)

    assert kb.trust_of(kb.get(entry)).value == pytest.approx(before)


def test_it_holds_in_another_process_and_after_an_edit_of_the_entry(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder, entry: str
):
    ask(kb, LINE, "not_applied", entry)
    file = home / "learned" / "patterns.yaml"
    file.write_text(file.read_text().replace("reset the counter", "reset the counter by hand"))
    kb.close()

    with KnowledgeBase.open(home, encoder=encoder, actor="bo") as other:
        assert not is_answer(ask(other), entry)
