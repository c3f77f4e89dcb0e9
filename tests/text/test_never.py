"""A regex that no text can match is told from one that some text matches."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.signatures.regex import compile_regex, never_matches

NOTHING = [
    "end$of",
    "line^begins",
    r"disk\bfull",
    r"full\B-",
    r"[^\s\S]",
    r"[^\w\W]+x",
    r"a\Ab",
    r"a\zb",
    r"(one|two)$three",
    r"(?:a$b)+",
    r"x*a\bb",
    r"(a\bb|c^d)",
    "^ab^",
    r"\b\bx\B$",
    r"(?i)no$thing",
    r"((a|b)+^c)?d$e",
]
SOMETHING = [
    "refused",
    "^refused$",
    r"\brefused\b",
    r"refused$\s*again",
    r"refused$\n^again",
    r"x\B",
    r"(a\bb)?c",
    "(a\\bb)*c",
    r"(a\bb|c)",
    r"\Astarts",
    r"ends\z",
    r"a\\zb",
    r"[^a]$",
    r".*",
    r"\x{41}\b",
    r"\pL+$x?",
    "(?:^|,)x",
    "a{0}$",
    r"é\bx",
    r"(?s).^x",
]


@pytest.mark.parametrize("pattern", NOTHING)
def test_what_can_never_match_is_told(pattern: str) -> None:
    assert never_matches(pattern)


@pytest.mark.parametrize("pattern", SOMETHING)
def test_what_some_text_matches_is_not(pattern: str) -> None:
    assert not never_matches(pattern)


def test_a_regex_of_many_nested_parts_is_judged_at_once() -> None:
    pattern = "(" * 60 + r"a\b" + ")*" * 60 + "b"
    assert not never_matches(pattern)


_PIECE = st.sampled_from(
    ["a", "b", "-", "\\n", "^", "$", r"\b", r"\B", ".", "[ab]", "[^a]", r"\w", r"\W", r"\s", "|"]
)
_REGEX = st.recursive(
    st.lists(_PIECE, min_size=1, max_size=5).map("".join),
    lambda inner: st.tuples(inner, st.sampled_from(["", "*", "+", "?", "{2}"]), inner).map(
        lambda parts: f"({parts[0]}){parts[1]}{parts[2]}"
    ),
    max_leaves=4,
)


@given(_REGEX, st.text("ab-\n é", max_size=12))
@settings(max_examples=600)
def test_nothing_that_matches_a_text_is_called_impossible(pattern: str, text: str) -> None:
    if compile_regex(pattern).search(text.encode()):
        assert not never_matches(pattern)
