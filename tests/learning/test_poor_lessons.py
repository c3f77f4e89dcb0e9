"""What can help nobody is refused, or kept from every answer with its reason; the same fault is told again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.model import Status
from kb.model.ledger import Verdict
from tests.conftest import RunKb, database_of

BARE = ["error", "timeout", "Timeout!", "connection refused", "request failed", "ERROR: 500"]
WIDE = [
    ".+",
    r"\w+",
    r"\d+",
    "[a-z]+",
    r"(?i)[a-z ]+",
    r"\S+ \S+",
    "refused|.+",
    "^.{3}",
    r"\d{4}-\d\d",
    "---",
    "the",
]
IMPOSSIBLE = ["lamp$out", r"lamp\bs", r"[^\s\S]lamp"]
BROKEN = ["(unclosed", "lamp(?=s)", "lamp**", "[z-a]"]
CAUSE = ("the lamp is out", "fill it with oil")


@pytest.mark.parametrize("pattern", BARE)
def test_a_text_of_a_hundred_faults_without_cause_or_fix_is_refused(kb: KnowledgeBase, pattern: str) -> None:
    for learn in (kb.learn_pattern, lambda text: kb.learn_tool_fix("lampctl", text)):
        with pytest.raises(InvalidInput, match=r"neither cause nor fix; write the whole line"):
            learn(pattern)
    with pytest.raises(InvalidInput, match="neither cause nor fix"):
        kb.learn_pattern(pattern, "?", "-")


@pytest.mark.parametrize(
    "details",
    [{"meaning": CAUSE[0]}, {"fix": CAUSE[1]}, {"commands": "lampctl fill"}, {"check": "is there oil"}],
)
def test_the_same_text_with_a_word_of_advice_is_learned(kb: KnowledgeBase, details: dict[str, str]) -> None:
    assert kb.learn_pattern("timeout", **details).status is Status.CANDIDATE


def test_a_telling_text_needs_no_cause(kb: KnowledgeBase) -> None:
    assert kb.learn_pattern("LAMP-4711: wick burnt down to the holder").status is Status.CANDIDATE


@pytest.mark.parametrize("pattern", WIDE)
def test_a_pattern_that_fits_every_line_is_refused_whatever_it_advises(
    kb: KnowledgeBase, pattern: str
) -> None:
    regex = pattern not in ("---", "the")
    with pytest.raises(
        InvalidInput,
        match=r"(fits nearly every line, such as .*|neither letter nor digit); write the words that only",
    ):
        kb.learn_pattern(pattern, *CAUSE, regex=regex)


def test_a_narrow_pattern_without_words_is_learned(kb: KnowledgeBase) -> None:
    assert kb.learn_pattern(r"\b[A-Z]{3}-\d{5}\b", *CAUSE).status is Status.CANDIDATE


@pytest.mark.parametrize("pattern", [*IMPOSSIBLE, *BROKEN])
def test_a_regex_that_matches_nothing_or_does_not_compile_is_kept_from_every_answer(
    kb: KnowledgeBase, pattern: str
) -> None:
    learned = kb.learn_pattern(pattern, *CAUSE, regex=True)
    assert learned.status is Status.QUARANTINED
    assert "cannot be used" in learned.note
    assert learned.id not in {match.id for match in kb.check_known_issues(f"{pattern} lamp out").matches}


def test_what_looks_like_a_regex_and_is_none_is_told_when_it_is_learned(
    kb: KnowledgeBase, home: Path
) -> None:
    learned = kb.learn_pattern("lamp (3|4|5 of pier .* went out", *CAUSE)
    assert "looks like a regular expression but cannot be one" in learned.note
    assert "regex: false" in (home / "learned" / "patterns.yaml").read_text()
    answer = kb.check_known_issues("lamp (3|4|5 of pier .* went out")
    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned.id)
    assert not [note for note in answer.notes if "mistake" in note]


BY_HAND = """
hand_patterns:
  - pattern: timeout
  - pattern: '.+'
    fix: fill it
    regex: true
  - pattern: 'lamp$out'
    fix: fill it
    regex: true
  - pattern: 'lamp (a|b|c of .*'
    fix: fill it
  - pattern: LAMP-4711 wick burnt down
    fix: a new wick
"""


def test_in_a_file_edited_by_hand_each_is_told_with_its_line_and_nothing_is_lost(
    kb: KnowledgeBase, home: Path, run_kb: RunKb
) -> None:
    path = home / "learned" / "hand.yaml"
    path.write_text(BY_HAND)
    said = {problem.line: problem.message for problem in kb.problems() if problem.path == "learned/hand.yaml"}
    assert sorted(line for line in said if line) == [3, 4, 7, 10]
    assert "neither cause nor fix" in said[3]
    assert "fits nearly every line" in said[4]
    assert "no text can match it" in said[7]
    assert "looked for to the letter" in said[10]
    assert path.read_text() == BY_HAND
    done = run_kb("doctor")
    assert "learned/hand.yaml:3" in done.stdout + done.stderr
    found = kb.check_known_issues("LAMP-4711 wick burnt down").matches
    assert found[0].fix == "a new wick"
    assert "timeout" not in {match.title for match in kb.check_known_issues("timeout").matches}


def test_what_an_older_version_let_in_is_kept_from_answers_from_now_on(
    home: Path, encoder: OnnxEncoder
) -> None:
    (home / "learned" / "hand.yaml").write_text(BY_HAND)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.counts()
    with closing(database_of(home)) as db:
        db.execute("UPDATE entries SET status = 'active' WHERE status = 'quarantined'")
        db.execute("UPDATE files SET problems = '[]' WHERE path = 'learned/hand'")
        db.execute("DELETE FROM meta WHERE key = 'screened_by'")
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        assert [one.line for one in kb.problems() if one.path == "learned/hand.yaml"] == [3, 4, 7, 10]
        assert "timeout" not in {match.title for match in kb.check_known_issues("timeout").matches}


def test_the_command_line_says_why_and_writes_nothing(home: Path, run_kb: RunKb) -> None:
    before = (home / "learned" / "patterns.yaml").read_text()
    done = run_kb("learn", "pattern", "timeout")
    assert done.returncode != 0
    assert "neither cause nor fix" in done.stderr
    assert (home / "learned" / "patterns.yaml").read_text() == before


SAME = [
    (
        (
            "pool of orders-db exhausted: waited 5000 ms for a connection",
            "the pool is too small for the peak",
        ),
        ("orders-db: exhausted pool, waited long for connection", ""),
    ),
    (
        ("lighthouse-api answers 503 since wickd is gone", "wickd was killed by the memory limit of its pod"),
        ("no healthy upstream for lighthouse-api", "memory limit of the pod killed wickd"),
    ),
]


@pytest.mark.parametrize(("first", "again"), SAME, ids=["symptom", "cause"])
def test_the_same_fault_in_other_words_is_told(
    kb: KnowledgeBase, first: tuple[str, str], again: tuple[str, str]
) -> None:
    kb.learn_pattern("the flux of lamp 12 fell below its level", "the mirror is dirty")
    one = kb.learn_pattern(*first)
    assert one.id in kb.learn_pattern(*again).similar
    assert one.id in kb.learn_tool_fix("lampctl", *again).similar


def test_another_fault_of_the_same_service_is_not_told(kb: KnowledgeBase) -> None:
    kb.learn_pattern("lighthouse-api answers 503 since wickd is gone", "wickd was killed by the memory limit")
    other = kb.learn_pattern(
        "lighthouse-api answers 401 to the harbour", "the token of the harbour has expired"
    )
    assert other.similar == ()


@pytest.mark.parametrize(
    "name", ["category", "commands", "services", "environments", "tools", "versions", "must_not_match"]
)
def test_no_field_of_a_lesson_holds_a_whole_log(kb: KnowledgeBase, name: str):
    log = "the gauge hums " * 10_000

    with pytest.raises(
        InvalidInput, match=f"{name} has .* characters, more than 20000; keep the telling line"
    ):
        kb.learn_pattern(
            "gauge 12 hums at night", "a loose screw", **{name: log if name == "category" else [log]}
        )
