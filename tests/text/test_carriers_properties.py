"""Whatever is read, nothing is raised, nothing changes twice, and a long hostile line costs little."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.carriers import bare, unfold
from kb.text.carriers.table import CARRIERS, PHRASE

PARTS = [carrier.example.split("§")[0] for carrier in CARRIERS] + [
    carrier.example.split("§")[-1] for carrier in CARRIERS
]
LINES = st.lists(
    st.one_of(
        st.sampled_from(PARTS),
        st.text(max_size=12),
        st.sampled_from([PHRASE, "disk full", "[", "{", '"', "\\", "\n"]),
    ),
    max_size=8,
).map("".join)


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_a_bare_line_is_a_part_of_the_line_and_stays_bare(line: str):
    found = bare(line)

    assert line[found.start : found.end] == found.text
    assert bare(found.text).text == found.text


@given(LINES, st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=300, deadline=None)
def test_a_block_is_read_and_its_places_are_in_it(block: str, at: int, more: int):
    found = unfold(block, offset=7, line=3)
    at = min(at, len(found.text))

    place = found.place(at, min(at + more, len(found.text)))

    assert 7 <= place.start <= place.end <= 7 + len(block)
    assert 3 <= place.line <= 3 + block.count("\n")
    assert isinstance(dict(found.said(at)), dict)


HOSTILE = [
    *"[{\"'1\\(<#&= aA:|->%/._`│",
    "[a] ",
    '{"a":',
    "\\x41",
    "a=b ",
    'a="b ',
    "2026-11-29 ",
    "ERROR: ",
    "a: ",
    "a | ",
    '<a b="',
    "#012",
    "\x1b[",
    "stderr P ",
    "> ",
    "MESSAGE=",
    "=\n",
    "{\n",
    "<11>",
    "(a1) ",
    "a-1 ",
    " pid=7",
    '"a":"b",',
    ", client: x",
    "a.b.",
    "a::",
    "1:2:",
    "{{",
    "\r",
    ' {"',
    "key=a b ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_line_of_200_kilobytes_is_soon_done(text: str):
    line = text * (200_000 // len(text))
    begun = perf_counter()

    bare(line)
    unfold(line)
    unfold(f"word word word {line} word")

    assert perf_counter() - begun < 2


@pytest.mark.parametrize("inside", ["x" * 5000, "a=" * 2000, "x \ufffd" * 900, "a." * 2000, "a/" * 2000])
@pytest.mark.parametrize("opens", ["[", "(", "<", "{", " | ", " {", "  "])
def test_a_long_word_behind_a_bracket_is_soon_done(opens: str, inside: str):
    begun = perf_counter()

    bare(opens + inside)
    bare(f"2026-11-29T10:15:12Z ERROR shard 9 is lost{opens}{inside}")
    bare(f"2026-11-29T10:15:12Z ERROR {opens}{inside}!")

    assert perf_counter() - begun < 1
