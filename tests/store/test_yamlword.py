"""Setting one word leaves every other byte alone, where the text allows it, and always means what was asked."""

from __future__ import annotations

import pytest

from kb.memory.items import set_word
from kb.memory.yaml_edit import load


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n- x: 1\n  status: old  # why\n\n- y: 2\n", "a:\n- x: 1\n  status: new  # why\n\n- y: 2\n"),
        (
            "a:\n    - x: 1\n\n    # next\n    - y: 2\n",
            "a:\n    - x: 1\n      status: new\n\n    # next\n    - y: 2\n",
        ),
        ("a:\n- x: 1", "a:\n- x: 1\n  status: new\n"),
        (
            "a:\n- x: |\n    two\n    lines\n- y: 2\n",
            "a:\n- x: |\n    two\n    lines\n  status: new\n- y: 2\n",
        ),
        ("a:\n- x:\n  - 1\n  - 2\nb: ü\n", "a:\n- x:\n  - 1\n  - 2\n  status: new\nb: ü\n"),
        ("a:\n- 'ü': ä\n  status: \"old\" # ö\n", "a:\n- 'ü': ä\n  status: new # ö\n"),
    ],
)
def test_only_the_word_changes(before: str, after: str) -> None:
    assert set_word(before, ("a", 0), "status", "new") == after


@pytest.mark.parametrize(
    "text", ["a: [{x: 1}]\n", "a: [{x: 1, status: old}]  # flow\n", "a:\n- x: 1\n  status: |\n    old\n"]
)
def test_other_forms_mean_the_same(text: str) -> None:
    expected = load(text)
    expected["a"][0]["status"] = "new"
    assert load(set_word(text, ("a", 0), "status", "new")) == expected
