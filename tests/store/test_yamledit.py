"""Edits leave every byte that they do not concern as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import InvalidInput
from kb.memory.yaml_edit import append_item, load, set_value

OWNED = """# ours
pod_patterns:
  # the first
  - pattern: "a: b"    # quoted on purpose
    mystery_key: [1, 2]

  - pattern: c
    fix: |
      two
      lines

# the end
other: {x: 1}
empty: []   # nothing yet
bare:
"""


def test_an_item_goes_behind_the_last_one_and_nothing_else_changes() -> None:
    after = append_item(OWNED, "pod_patterns", {"pattern": "new"})
    assert after == OWNED.replace("      lines\n", "      lines\n  - pattern: new\n")


def test_an_empty_list_keeps_its_comment() -> None:
    after = append_item(OWNED, "empty", {"pattern": "new"})
    assert "empty:" in after
    assert "# nothing yet" in after
    assert load(after)["empty"] == [{"pattern": "new"}]


@pytest.mark.parametrize("path", ["bare", "fresh", "nested.deep.list"])
def test_a_list_that_is_not_there_is_made(path: str) -> None:
    after = append_item(OWNED, path, "x")
    found = load(after)
    for key in path.split("."):
        found = found[key]
    assert found == ["x"]
    assert all(line in after for line in ("# ours", "# the first", "# quoted on purpose", "# the end"))


def test_an_append_to_something_else_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not a list"):
        append_item(OWNED, "other", "x")


def test_a_value_is_set_and_comments_stay() -> None:
    after = set_value(OWNED, "pod_patterns.1.fix", "one line")
    assert load(after)["pod_patterns"][1]["fix"] == "one line"
    assert all(line in after for line in ("# ours", "# the first", "# quoted on purpose", "# the end"))


scalars = st.text(max_size=40) | st.integers() | st.booleans() | st.none()
items = st.dictionaries(
    st.text("abcdefgh_", min_size=1), scalars | st.lists(st.text(max_size=20), max_size=3), min_size=1
)


@given(items)
def test_whatever_is_appended_reads_back_as_it_was(item: dict[str, object]) -> None:
    assert (
        load(append_item(OWNED, "pod_patterns", item))["pod_patterns"][-1]
        == load(append_item("", "x", item))["x"][0]
    )
