"""Whatever acts on a terminal or deceives a reader has a mark in its place; everything else stays."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.escaping import escaped, visible

ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\U000e0000-\U000e007f]"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\r\nnext ü 👩\u200d💻", "plain\ttext\r\nnext ü 👩\u200d💻"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]52;c;ZWNobw==\x07b", "a␛b"),
        ("\x1b]8;;https://bad.example\x1b\\kubectl\x1b]8;;\x1b\\", "␛kubectl␛"),
        ("\x9d52;c;ZWNobw==\x9cb", "␛b"),
        ("\x1b]0;title that never ends", "␛"),
        ("\x1b[2J\x1b[1;1Hgone", "␛␛gone"),
        ("\x1bPq#0\x1b\\x", "␛x"),
        ("\x9b2Jx", "␛x"),
        ("rm \u202e/ fr-\u202c", "rm ⟨U+202E⟩/ fr-⟨U+202C⟩"),
        ("ls" + "\u200b" * 12 + " -l", "ls⟨U+200B×12⟩ -l"),
        ("a\U000e0041\U000e0042b", "a⟨U+E0041×2⟩b"),
        ("safe command\rrm -r x", "safe command␍rm -r x"),
        ("a\x08\x07\x00\x7f", "a␈␇␀␡"),
        ("a\u2028b\x85c", "a⟨U+2028⟩b⟨U+0085⟩c"),
    ],
)
def test_a_mark_stands_where_something_would_act(text: str, shown: str) -> None:
    assert visible(text) == shown


pieces = st.lists(
    st.text(max_size=5)
    | st.sampled_from(["\x1b[", "\x1b]8;;", "\x1b", "\x07", "\r", "\n", "\x9b", "m", "\u202e", "\u200d"])
)


@given(pieces)
def test_nothing_is_left_that_acts_and_doing_it_again_changes_nothing(parts: list[str]) -> None:
    shown = visible("".join(parts))
    assert not ACTING.search(shown.replace("\r\n", "\n"))
    assert visible(shown) == shown
    assert "".join(parts).count("\n") == shown.count("\n")


@given(st.text())
def test_escaped_json_says_the_same(text: str) -> None:
    shown = escaped(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(shown) == {"a": text}
    assert not any(unicodedata.category(letter) == "Cc" for letter in shown)
