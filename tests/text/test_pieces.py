"""A search piece by piece finds what a search of the whole finds."""

from __future__ import annotations

import re

from kb.text.signatures.prepared import every, first, pieces

LINE = "2026-11-29 09:12:00 berth 4 is free, the ferry waits\n"


def test_the_pieces_of_a_text_are_whole_lines_and_all_of_it():
    text = LINE * 5_000 + "x" * 300_000 + "\nthe last line"

    found = list(pieces(text))

    assert "".join(text[start:end] for start, end in found) == text
    assert len(found) > 3
    assert all(text[end - 1] == "\n" for _, end in found[:-1])
    assert list(pieces("")) == []


def test_what_stands_in_a_line_is_found_at_the_same_place_as_in_the_whole():
    text = LINE * 3_000 + "ramp 7 is stuck\n" + LINE * 3_000 + "ramp 8 is stuck"
    words = re.compile(r"(?<=ramp )\d\b|^never")

    assert [match.span() for match in every(words, text)] == [match.span() for match in words.finditer(text)]
    assert (found := first(words, text)) is not None
    assert text[found.start()] == "7"
    assert first(re.compile("harbour"), text) is None
