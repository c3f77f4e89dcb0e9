"""The items of one writer in a list that several write: replaced as text, everything else as it stands."""

from __future__ import annotations

import pytest

from kb.errors import InvalidInput
from kb.memory.yaml_edit import load, replace_items

MIXED = """\
# top
watch:
  # ana's
  - text: one   # why
    service: a
  - text: two
    by: kb
  # between
  - text: three

  - text: four
    by: kb
other: 1  # end
"""


def ours(item: object) -> bool:
    return isinstance(item, dict) and item.get("by") == "kb"


def replaced(text: str, *names: str) -> str:
    return replace_items(text, "watch", ours, [{"text": name, "by": "kb"} for name in names])


def test_only_the_lines_of_our_items_change() -> None:
    after = replaced(MIXED, "five")
    without = MIXED.replace("  - text: two\n    by: kb\n", "").replace("  - text: four\n    by: kb\n", "")
    assert after == without.replace("three\n", "three\n  - text: five\n    by: kb\n")


FORMS = {
    "flow": "- {by: kb, text: a}",
    "literal first": "- text: |\n    several\n    lines\n  by: kb",
    "literal last": "- by: kb\n  text: |\n    several\n\n    lines",
    "folded": "- by: kb\n  text: >-\n    folded\n    lines",
    "flow list": "- by: kb\n  more: [1,\n    2]",
    "list": "- by: kb\n  more:\n    - a\n    - b: c",
    "nothing": "- by: kb\n  text:",
    "quoted": '- by: kb\n  text: "two\n    lines"',
    "dash alone": "-\n  by: kb\n  text: a",
}


@pytest.mark.parametrize("item", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("indent", ["", "  "])
def test_whatever_form_an_item_has_it_goes_whole_and_nothing_else_does(item: str, indent: str) -> None:
    before, after = f"watch:\n{indent}- text: one\n", f"{indent}# a word\n{indent}- text: last\nother: 1\n"
    mine = "".join(f"{indent}{line}\n" if line else "\n" for line in item.split("\n"))
    assert replace_items(f"{before}{mine}{after}", "watch", ours, ()) == before + after


def test_doing_it_again_changes_nothing() -> None:
    once = replaced(MIXED, "five", "six")
    assert replaced(once, "five", "six") == once


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "watch:\n", "watch: []\n", "other: 1", "other: 1\n"]
)
def test_the_list_is_made_where_there_is_none(text: str) -> None:
    after = replaced(text, "one")
    assert load(after)["watch"] == [{"text": "one", "by": "kb"}]
    assert replaced(after, "one") == after
    assert text.rstrip("\n").removesuffix(" []") in after


def test_nothing_is_made_for_no_items() -> None:
    assert replaced("") == ""
    assert load(replaced("watch:\n- by: kb\n")) == {"watch": None}


@pytest.mark.parametrize("text", ["watch: {a: 1}\n", "watch: [{by: kb}]\n", "- a\n"])
def test_what_is_no_list_of_blocks_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        replaced(text, "one")
