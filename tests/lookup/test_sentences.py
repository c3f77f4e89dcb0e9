"""What people ask in their own words: the entry that explains it, or nothing, and never more than related."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

LEASES = (
    "lease table full, refusing mooring",
    "the night job never deletes leases of ships that left",
    "purge them",
)
CRANE = (
    "E417 hoist inhibited",
    "the load cell of the crane was calibrated with the hook on it",
    "tare it again",
)
RADIO = (
    "squelch stuck open on channel 12",
    "moisture in the antenna plug of the pilot boats",
    "dry and seal the plug",
)


@pytest.fixture
def harbour(kb: KnowledgeBase) -> KnowledgeBase:
    """A home of some lessons of three services."""
    kb.learn_pattern(*LEASES, services=["berth-planner"], tools=["moorctl"])
    kb.learn_pattern(*CRANE, services=["quay-crane"], tools=["hoistd"])
    kb.learn_pattern(*RADIO, services=["pilot-radio"], tools=["vhfd"])
    for n in range(12):
        kb.learn_pattern(f"ERR pump{n} lost prime", f"air got into line {n}", f"bleed line {n}")
    return kb


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("since last night berth-planner turns every ship away, but our quays are half empty?", LEASES[1]),
        ("we cannot lift anything with the quay crane, it just says inhibited, others are fine", CRANE[1]),
        ("it hisses on the pilots' radio all the time after rain, why is that?", RADIO[1]),
    ],
)
def test_a_question_in_own_words_finds_the_entry_that_explains_it(
    harbour: KnowledgeBase, question: str, meaning: str
):
    answer = harbour.check_known_issues(question)

    assert answer.matches[0].meaning == meaning
    assert answer.verdict is not Verdict.KNOWN


def test_a_question_about_something_else_is_unknown(harbour: KnowledgeBase):
    answer = harbour.check_known_issues("our payroll was late again this month, does anybody know why?")

    assert answer.verdict is Verdict.UNKNOWN


def test_the_service_and_tool_of_a_lesson_are_words_that_it_is_found_by(harbour: KnowledgeBase):
    assert [hit.kind for hit in harbour.search("hoistd", limit=1)] == ["pattern"]
    assert (
        harbour.check_known_issues("hoistd is misbehaving again, what was it?").matches[0].meaning == CRANE[1]
    )
