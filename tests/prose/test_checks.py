"""A number that was not computed, an id or a quote that does not exist: none gets through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.review import Fact, Facts
from kb.prose.checks import filled, find_quote, whole_sentences, why_rejected

POOL = "pattern-pool-exhausted-1a2b3c4d"
FACTS = Facts(
    values={
        "incidents_total": Fact(value=3, unit="incident"),
        "incidents_sev1": Fact(value=1, unit="SEV1 incident"),
        "median_mitigated": Fact(value=42.0, unit="min", units="min"),
        "open_item_1": Fact(value="alert at 80 %"),
    },
    entries={POOL: "Pool of 20 exhausted"},
)


@pytest.mark.parametrize(
    ("text", "cites", "shown"),
    [
        ("There were {incidents_total}.", [], "There were 3 incidents."),
        ("{incidents_sev1} took {median_mitigated}.", [], "1 SEV1 incident took 42 min."),
        ("{entry:" + POOL + "} came up again.", [POOL], "“Pool of 20 exhausted” came up again."),
        ("Still open: {open_item_1}.", [], "Still open: “alert at 80 %”."),
        (f"The pool ({POOL}) ran dry.", [POOL], f"The pool ({POOL}) ran dry."),
    ],
)
def test_computed_facts_and_known_entries_are_filled_in(text: str, cites: list[str], shown: str):
    assert why_rejected(text, cites, FACTS) == ""
    assert filled(text, FACTS) == shown


@pytest.mark.parametrize(
    "text",
    [
        "There were 4 incidents, see {incidents_total}.",
        "Four incidents, not {incidents_total}.",
        "There were ٤ incidents beside {incidents_total}.",
        "{incidents_total} took ½ of the week.",
        "There were more than {incidents_total}.",
        "There were {incidents_total} more.",
        "There were 1{incidents_total}.",
        "{incidents_total}{incidents_sev1} happened.",
        "Nothing failed during {incidents_total}.",
        "Most of {incidents_total} were known.",
        "{incidents_total} percent were known.",
        "There were {incidents_lost}.",
        "There were {incidents_total.",
        "There were {incidents_total}, see [this](evil).",
        "There were {incidents_total}, see https://evil.example.",
        "There were <b>{incidents_total}</b>.",
        "All is well.",
        "",
    ],
)
def test_what_is_not_computed_is_rejected_with_a_reason(text: str):
    assert why_rejected(text, [], FACTS)


def test_an_id_that_does_not_exist_is_rejected_wherever_it_stands():
    assert "'pattern-made-up'" in why_rejected("It was {incidents_total}.", ["pattern-made-up"], FACTS)
    assert "'pattern-made-up'" in why_rejected("It was {entry:pattern-made-up}.", [POOL], FACTS)
    assert "number" in why_rejected("It was pattern-made-up-99.", [POOL], FACTS)
    assert "number" in why_rejected(f"It was {POOL}5.", [POOL], FACTS)


@settings(max_examples=40)
@given(st.text(max_size=20), st.integers(0, 10**6))
def test_no_digit_ever_gets_through_outside_a_placeholder(around: str, number: int):
    assert why_rejected(f"{around} {number} {{incidents_total}}", [POOL], FACTS)


TEXT = """# Outage

We first thought that
the pool was too small. It was not the pool: a deploy
leaked connections.

- Rolled back at 14:20 UTC.
- Report the supported ports."""


def test_a_quote_occurs_word_for_word_white_space_aside():
    assert find_quote("a deploy leaked   connections", TEXT)
    assert find_quote("A deploy leaked connections", TEXT) is None
    assert find_quote("the deploy leaked connections", TEXT) is None
    assert find_quote("port", TEXT) is None
    assert find_quote("...", TEXT) is None
    assert find_quote("", TEXT) is None


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("the pool was too small", "We first thought that the pool was too small."),
        ("the pool", "We first thought that the pool was too small."),
        ("leaked connections.", "It was not the pool: a deploy leaked connections."),
        ("Rolled back", "Rolled back at 14:20 UTC."),
        ("supported ports", "Report the supported ports."),
    ],
)
def test_a_quote_is_widened_to_its_sentence_so_that_it_cannot_drop_a_not(quote: str, sentence: str):
    place = find_quote(quote, TEXT)
    assert place
    assert whole_sentences(TEXT, *place) == sentence


@settings(max_examples=60)
@given(st.text(alphabet="ab .\n-", max_size=80), st.data())
def test_every_cut_of_a_text_at_words_is_found_in_it_again(text: str, data: st.DataObject):
    words = text.split()
    if not any(word.isalnum() for word in words):
        return
    at = data.draw(st.sampled_from([i for i, word in enumerate(words) if word.isalnum()]))
    place = find_quote(words[at], text)
    assert place
    assert words[at] in whole_sentences(text, *place)
