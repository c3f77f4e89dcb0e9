"""What people wrote stays byte for byte: a file after an addition is the file before, plus the addition."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import FileUnreadable, InvalidInput
from kb.memory import yaml_file
from kb.memory.items import set_word
from kb.memory.yaml_edit import append_item, load, replace_items, set_value

NEW = {"pattern": "new: one", "fix": "two\nlines", "commands": ["a b", "# c"]}
LAST_ITEMS = {
    "plain": "- pattern: a\n  fix: b",
    "comment on the line": "- pattern: a\n  fix: b  # why",
    "comment below": "- pattern: a\n  fix: b\n  # ask the db team first",
    "literal": "- pattern: a\n  fix: |\n    one\n    two",
    "literal that holds a hash line": "- pattern: a\n  fix: |\n    one\n    # not a comment",
    "literal that ends in hash and blank": "- pattern: a\n  fix: |\n    one\n    # not a comment\n\n",
    "literal kept": "- pattern: a\n  fix: |+\n    one\n\n\n",
    "literal kept with hash": "- pattern: a\n  fix: |+\n    one\n    # text\n\n",
    "literal stripped": "- pattern: a\n  fix: |-\n    one\n    # text",
    "literal with spaces behind": "- pattern: a\n  fix: |\n    one\n      \n",
    "literal with its indent": "- pattern: a\n  fix: |2\n      one\n    # text",
    "folded": "- pattern: a\n  fix: >\n    one\n    # text\n\n    two",
    "folded kept": "- pattern: a\n  fix: >+\n    one\n\n",
    "quoted over lines": '- pattern: a\n  fix: "one\n\n    - two # text"',
    "single quoted": "- pattern: a\n  fix: 'it''s # text'",
    "plain over lines": "- pattern: a\n  fix: one\n    two",
    "flow item": "- {pattern: a, fix: [b,\n    c]}  # flow",
    "empty value": "- pattern: a\n  fix:",
    "empty value with comment": "- pattern: a\n  fix:  # later",
    "nested list": "- pattern: a\n  commands:\n  - x\n  - y # z",
    "dash alone": "-\n  # why\n  pattern: a",
    "explicit key": "- ? pattern\n  : a",
    "explicit key alone": "- pattern: a\n  ? later",
    "tagged": "- pattern: !!str 1\n  fix: !!str",
    "literal item": "- |\n  one\n  # text",
}
INDENTS = ("", "  ", "      ")
BEFORE = {"nothing": "", "comment": "# ours\n\n", "document": "---\n", "list": "other:\n- x # y\n"}
BEHIND = {
    "nothing": "",
    "comment": "\n# the end\n",
    "key": "zeta: 1 # z\n",
    "blank and key": "\n\n# about zeta\nzeta: 1\n",
    "end of document": "...\n",
}


def indented(text: str, by: str) -> str:
    return "".join(by + line if line.strip("\n") else line for line in text.splitlines(keepends=True))


def common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def is_an_insertion(before: str, after: str) -> bool:
    same = common(before, after)
    fits = range(same, max(same - 400, -1), -1) if len(before) <= len(after) else ()
    return any(after.endswith(before[at:]) for at in fits)


def variants() -> list[tuple[str, str]]:
    found = []
    for (name, item), indent, (head, above), (tail, behind) in itertools.product(
        LAST_ITEMS.items(), INDENTS, BEFORE.items(), BEHIND.items()
    ):
        body = indented(f"- pattern: first\n\n# between\n{item}", indent)
        for end in ("\n", "") if not behind else ("\n",):
            text = f"{above}patterns:\n{body}{'' if body.endswith(chr(10)) else end}{behind}"
            found.append((f"{name}/{len(indent)}/{head}/{tail}/{end!r}", text))
    return found


VARIANTS = dict(variants())


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", LAST_ITEMS)
def test_an_appended_item_leaves_every_other_byte(name: str, newline: str) -> None:
    for which, text in VARIANTS.items():
        if which.startswith(f"{name}/"):
            before = text.replace("\n", newline)
            after = append_item(before, "patterns", NEW)
            assert is_an_insertion(before, after), which
            whole = before if before.endswith(newline) else before + newline
            assert load(after)["patterns"] == [*load(whole)["patterns"], NEW], which
            assert newline == "\n" or after.count("\n") == after.count("\r\n"), which


SHARED = "base: &base\n  fix: b\npatterns:\n- <<: *base\n  pattern: a\n- &last\n  pattern: c\nagain: *last\n"


@pytest.mark.parametrize(
    "text",
    [
        SHARED,
        "x: &x 1\npatterns:\n- *x\n",
        "x: &x 1\npatterns:\n- pattern: *x # why\n\n# end\n",
        "patterns: [a, b]  # flow\n",
        "patterns: [\n  a, # why\n  b,\n]\nother: 1\n",
        "patterns: []  # none\n",
        "patterns: [ ]\nother: 1\n",
        "patterns:  # none yet\nother: 1\n",
        "patterns:\n# none yet\nother: 1\n",
        "{patterns: [a], other: 1}\n",
        "{other: 1}",
        "{}\n",
        "{patterns: []}",
        "# only a comment",
        "# c\n\n",
        "other: 1  # no list\n",
        "other: |+\n  kept\n\n",
        "other: |\n  # text",
        "%YAML 1.1\n---\nother: 1\n...\n",
        "other: 1\n...\n# behind\n",
        "patterns: &all\n- a\n",
        "patterns: !!seq\n- a\n",
        "? patterns\n: - a\n",
        "'patterns':\n- a\n",
        '"patterns": ~ # none\n',
        "patterns: null\n",
        "patterns:\n  - - a\n    - b # c\n",
        'x: "\u2028 \x85"\npatterns:\n- ü # ö\n',
        "x: 1\r\npatterns:\n- a\r\ny: 2\n",
    ],
)
def test_whatever_the_form_of_a_file_only_the_addition_is_new(text: str) -> None:
    after = append_item(text, "patterns", NEW)
    left = re.sub(r"( |^)(\[ ?\]|~|null|\{\})", "", text)
    kept = iter(after)
    assert all(letter in kept for letter in left), after  # nothing went, nothing changed its place
    assert left != text or is_an_insertion(text, after)
    expected = load(text if text.endswith("\n") else text + "\n") or {}
    assert load(after) == {**expected, "patterns": [*(expected.get("patterns") or []), NEW]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("patterns: &p\n- a\nother: *p\n", "alias"),
        ("other: &p\n- a\npatterns: *p\n", "alias"),
        ("a: 1\n---\npatterns:\n- b\n", "several YAML documents"),
        ("- a\n", "not a mapping"),
    ],
)
def test_where_the_rest_would_change_it_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        append_item(text, "patterns", NEW)


keys = st.sampled_from(["pattern", "fix", "note", "meaning"])
words = st.text("ab #:-'\"|>{}[]&*!%@`,?\\é\t", min_size=1, max_size=12)
comments = st.sampled_from(["", "  # why", "\n# between", "\n      # deep", "\n\n"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file of people's items: any scalars in any style, with comments anywhere."""
    pad, lines = draw(st.sampled_from(INDENTS)), ["# ours", "patterns:"]
    for _ in range(draw(st.integers(1, 4))):
        dash = "- "
        for key in draw(st.lists(keys, min_size=1, max_size=3, unique=True)):
            style = draw(st.sampled_from(["'", "|", "|+", "|-", ">", ">+", "plain"]))
            word = draw(words)
            if style == "'":
                said = "'" + word.replace("'", "''") + "'" + draw(comments)
            elif style == "plain":
                said = "word" + draw(comments)
            else:
                more = draw(st.sampled_from(["", "\n", "\n\n", f"\n{pad}      # text"]))
                said = f"{style}\n{pad}      x{word}{more}"
            lines.append(f"{pad}{dash}{key}: {said}")
            dash = "  "
    lines.append(draw(st.sampled_from(["", "# the end", "zeta: 1", "\n\n# about\nzeta: |\n  # text"])))
    return draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(lines).split("\n")) + draw(
        st.sampled_from(["", "\n"])
    )


@given(files())
def test_any_file_is_itself_plus_the_addition(text: str) -> None:
    try:
        before = load(text if text.endswith("\n") else text + "\n")
    except ValueError:
        return
    after = append_item(text, "patterns", NEW)
    assert is_an_insertion(text, after)
    assert load(after)["patterns"] == [*before["patterns"], NEW]


@given(files(), st.data())
def test_a_value_that_is_set_changes_only_the_lines_of_its_item(text: str, data: st.DataObject) -> None:
    try:
        before = load(text if text.endswith("\n") else text + "\n")
    except ValueError:
        return
    number = data.draw(st.integers(0, len(before["patterns"]) - 1))
    value = data.draw(st.sampled_from(["new", "two\nlines # x", ["a", "b"], {"x": 1}, None, True, ""]))
    after = set_value(text, f"patterns.{number}.fix", value)
    expected = [
        {**item, **({"fix": value} if at == number else {})} for at, item in enumerate(before["patterns"])
    ]
    assert load(after if after.endswith("\n") else after + "\n") == {**before, "patterns": expected}
    head = common(text, after)
    tail = common(text[::-1], after[::-1])
    starts = [
        at for at in range(len(text)) if text.startswith("- ", at) and text[:at].rstrip(" ")[-1:] in "\n"
    ]
    if len(starts) == len(before["patterns"]):
        assert head >= starts[number]
        assert number + 1 == len(starts) or tail >= len(text) - starts[number + 1]


@given(files(), st.data())
def test_a_removed_item_takes_only_its_own_lines_along(text: str, data: st.DataObject) -> None:
    try:
        before = load(text if text.endswith("\n") else text + "\n")
    except ValueError:
        return
    gone = data.draw(st.sampled_from(before["patterns"]))
    if before["patterns"].count(gone) == 1:
        after = replace_items(text, "patterns", lambda one: one == gone, [])
        kept = iter(after)
        removed = [one for one in before["patterns"] if one != gone]
        assert (load(after if after.endswith("\n") else after + "\n") or {})["patterns"] == (removed or None)
        rest = iter(text)
        assert all(letter in rest for letter in kept)


@pytest.mark.parametrize(
    ("text", "path", "value", "after"),
    [
        ("a:\n- x: 'old' # why\n  y: 2\n", "a.0.x", "new", "a:\n- x: new # why\n  y: 2\n"),
        ("a:\n- x: |\n    old\n    # text\n  y: 2 # z\n", "a.0.x", "new", "a:\n- x: new\n  y: 2 # z\n"),
        ("a: {x: 1,  y: 2} # z\n", "a.x", "b, c", "a: {x: 'b, c',  y: 2} # z\n"),
        ("a: {x: 1 } # z\n", "a.y", 2, "a: {x: 1, y: 2 } # z\n"),
        ("a:\n  x:\n  - 1\n  - 2\nb:   3 # z\n", "a.x", "w", "a:\n  x: w\nb:   3 # z\n"),
        ("a:\n  x: w # z\nb:   3\n", "a.x", [1, 2], "a:\n  x: # z\n  - 1\n  - 2\nb:   3\n"),
        ("a: &a 1\nb: *a # z\n", "b", 2, "a: &a 1\nb: 2 # z\n"),
        ("a: 1\r\nb: 2\r\n", "c.d", 3, "a: 1\r\nb: 2\r\nc:\r\n  d: 3\r\n"),
        ("a:   # why\nb: 2\n", "a", 3, "a: 3   # why\nb: 2\n"),
    ],
)
def test_an_update_changes_the_value_alone(text: str, path: str, value: object, after: str) -> None:
    assert set_value(text, path, value) == after


def test_a_value_that_an_alias_shows_elsewhere_is_not_changed_behind_its_back() -> None:
    with pytest.raises(InvalidInput, match="alias"):
        set_value("a: &a {x: 1}\nb: *a\n", "b.x", 2)
    with pytest.raises(InvalidInput, match="alias"):
        set_value("a: &a\n  x: 1\nb: *a\n", "a.x", 2)


def test_a_word_in_a_flow_mapping_leaves_the_others_as_they_are() -> None:
    text = "a: [{x: 1,   y: 'z'}]  # flow\n"
    assert set_word(text, ("a", 0), "status", "new") == "a: [{x: 1,   y: 'z', status: new}]  # flow\n"


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    file = tmp_path / "patterns.yaml"
    file.write_bytes(b"\xef\xbb\xbfpatterns:\r\n- a\r\n")
    yaml_file.change(file, tmp_path / "locks", lambda text: append_item(text, "patterns", "b"))
    assert file.read_bytes() == b"\xef\xbb\xbfpatterns:\r\n- a\r\n- b\r\n"


def test_a_file_of_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "patterns.yaml"
    file.write_bytes(raw := "patterns:\n- ä\n".encode("utf-16"))
    with pytest.raises(FileUnreadable, match="UTF-8"):
        yaml_file.change(file, tmp_path / "locks", lambda text: append_item(text, "patterns", "b"))
    assert file.read_bytes() == raw


@pytest.mark.parametrize("relative", [True, False])
def test_a_link_is_written_at_its_target_and_stays_a_link(tmp_path: Path, relative: bool) -> None:
    shared, home = tmp_path / "shared", tmp_path / "home"
    shared.mkdir(), home.mkdir()
    (target := shared / "team.yaml").write_text("patterns:\n- a\n")
    target.chmod(0o640)
    (link := home / "patterns.yaml").symlink_to("../shared/team.yaml" if relative else target)

    yaml_file.change(link, tmp_path / "locks", lambda text: append_item(text, "patterns", "b"))

    assert link.is_symlink()
    assert target.read_text() == "patterns:\n- a\n- b\n"
    assert target.stat().st_mode & 0o7777 == 0o640
    assert [one.name for one in (*shared.iterdir(), *home.iterdir())] == ["team.yaml", "patterns.yaml"]
