"""Words that turn what was learned into its opposite, and those that only tell what failed besides."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict
from kb.text.contradictions import contradicting_word

LEARNED = "disk quota of the ledger volume exceeded"


@pytest.mark.parametrize(
    "line",
    [
        "ERROR disk quota of the ledger volume exceeded; file was not written",
        "could not append: disk quota of the ledger volume exceeded",
        "disk quota of the ledger volume exceeded - not retrying",
        "disk quota of the ledger volume exceeded, replica does not answer",
        "Uncaught (in promise) Error: disk quota of the ledger volume exceeded: condition did not become true",
    ],
)
def test_what_failed_besides_denies_nothing_of_what_was_learned(line: str):
    assert contradicting_word(line, LEARNED, holds=True) == ""


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("no disk quota of the ledger volume exceeded", "no"),
        ("disk quota of the ledger volume exceeded is not what happened", "not"),
        ("disk quota of the ledger volume exceeded (this is not an error)", "not"),
        ("disk quota of the ledger volume exceeded, no action is needed", "no"),
        ("disk quota of the ledger volume exceeded; recovered after 3 s", "recovered"),
    ],
)
def test_that_it_is_not_so_or_over_or_no_error_is_heard_wherever_it_stands(line: str, word: str):
    assert contradicting_word(line, LEARNED, holds=True) == word


def test_of_a_line_that_is_only_like_it_every_negation_counts():
    assert contradicting_word("quota of the volume; file was not written", LEARNED) == "not"


def test_a_line_that_tells_what_could_not_be_done_for_it_is_known(kb: KnowledgeBase):
    learned = kb.learn_pattern(LEARNED, "the ledger is never cut", "cut it").id

    answer = kb.check_known_issues(f"ERROR {LEARNED}; not retrying")
    denied = kb.check_known_issues(f"ERROR no {LEARNED}")

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned)
    assert denied.verdict is not Verdict.KNOWN
