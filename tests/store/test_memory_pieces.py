"""Of a changed memory file only the changed items are read, and the store then says what a full reading says."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.memory.pieces import of_whole, split
from kb.store.memory_window import changed
from kb.text import safe_yaml

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
HEAD = "# ours\npod_patterns:\n"
QUIRKS = "services:\n  db:\n    quirks:\n    - name: slow start\n      description: takes a minute\n"


def item(name: str, fix: str = "restart it", pad: str = "  ") -> str:
    return f"{pad}- pattern: {name} failed in zone\n{pad}  fix: {fix}\n"


def home_with(folder: Path, text: str) -> KnowledgeBase:
    for name in ("learned", "state"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "learned" / "patterns.yaml").write_bytes(text.encode())
    return KnowledgeBase.open(folder, clock=lambda: NOW)


def said(kb: KnowledgeBase) -> dict[str, Any]:
    """What the store knows of the file: entries on offer, problems, and what they are found by."""
    db = kb._parts.db
    sql = "SELECT id, status, digest, section, line, data FROM entries WHERE retired_at IS NULL ORDER BY id"
    rows = [{**dict(row), "data": json.loads(row["data"])} for row in db.rows(sql)]
    pieces = [tuple(row) for row in db.rows("SELECT * FROM pieces ORDER BY line")]
    found = [tuple(row) for row in db.rows("SELECT entry_id, fingerprint FROM fingerprints ORDER BY 1, 2")]
    needles = [tuple(row) for row in db.rows("SELECT entry_id, needles FROM signatures ORDER BY 1, 2")]
    return {
        "entries": rows,
        "problems": [str(one) for one in kb.problems()],
        "pieces": pieces,
        "by": (found, needles),
    }


def statements(kb: KnowledgeBase) -> list[str]:
    run = list[str]()
    engine = kb._parts.db._engine
    one, many = engine.run, engine.run_many
    engine.run = lambda sql, values: run.append(sql) or one(sql, values)
    engine.run_many = lambda sql, rows: run.extend(sql for _ in rows) or many(sql, rows)
    return run


ALIASED = "  - pattern: gamma x y\n    fix: *f\n"
EDITS = {
    "one behind the last": lambda text: text.replace("zeta: 1", item("delta") + "zeta: 1"),
    "one between": lambda text: text.replace(item("beta"), item("delta") + item("beta")),
    "one changed": lambda text: text.replace("restart it", "drain it", 1),
    "one gone": lambda text: text.replace(item("beta"), ""),
    "all gone": lambda text: (
        text.replace(item("alpha"), "").replace(item("beta"), "").replace(item("gamma"), "")
    ),
    "two swapped": lambda text: (
        text.replace("alpha", "x").replace("beta", "alpha").replace("x failed", "beta failed")
    ),
    "one twice": lambda text: text.replace(item("beta"), item("beta") * 2),
    "another id twice": lambda text: text.replace(item("beta"), item("beta") + item("beta", "other fix")),
    "a mistake": lambda text: text.replace(item("beta"), item("beta") + "    status: odd\n"),
    "a mistake below": lambda text: (
        text + "more_patterns:\n- fix: no name\n- pattern: p q r\n  regex: maybe\n"
    ),
    "another kind": lambda text: text.replace(item("beta"), item("beta") + "    steps: [one]\n"),
    "an open quote": lambda text: text.replace(item("beta"), '  - pattern: "b\n' + item("beta")),
    "a quote over items": lambda text: text.replace(
        item("beta"), '  - pattern: "b\n' + item("beta") + '    x"\n'
    ),
    "an alias": lambda text: text.replace(item("alpha"), "  - pattern: &a b c failed\n    note: *a\n"),
    "an alias across": lambda text: text.replace("fix: r", "fix: &f r", 1).replace(item("gamma"), ALIASED),
    "a key twice": lambda text: text + "pod_patterns:\n- pattern: again and again\n",
    "a list as text": lambda text: text.replace("zeta: 1", "zeta: |\n  - pattern: a\n  more"),
    "comments": lambda text: text.replace(item("beta"), "  # between\n\n" + item("beta") + "# at the left\n"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "quirks": lambda text: text.replace("takes a minute", "takes an hour"),
    "a text as item": lambda text: text.replace(item("beta"), "  - just a text\n"),
    "two documents": lambda text: text + "---\na: 1\n",
    "another list": lambda text: (
        "tool_fixes:\n- tool_name: kubectl\n  error_pattern: no such host found\n" + text
    ),
}


@pytest.mark.parametrize("second", ["one behind the last", "one gone", "a mistake", "comments"])
@pytest.mark.parametrize("first", EDITS)
def test_the_store_says_what_a_full_reading_says(tmp_path: Path, first: str, second: str) -> None:
    text = HEAD + item("alpha") + item("beta") + item("gamma") + "zeta: 1\n" + QUIRKS
    with home_with(tmp_path / "kept", text) as kb:
        kb.refresh()
        for number, edit in enumerate((EDITS[first], EDITS[second])):
            text = edit(text)
            (tmp_path / "kept/learned/patterns.yaml").write_bytes(text.encode())
            kb.refresh()
            try:
                safe_yaml.compose(text)
            except ValueError:
                return
            with home_with(tmp_path / f"fresh{number}", text) as fresh:
                fresh.refresh()
                one, other = said(kb), said(fresh)
                # A full reading finds no pieces where an alias stays within its item; a part may keep its own.
                assert one | {"pieces": other["pieces"] and one["pieces"]} == other, text


def test_any_edits_after_each_other_end_in_the_same_rows(tmp_path: Path) -> None:
    draw = random.Random(7)
    names = [
        f"{one} {two}"
        for one in ("disk", "pool", "lease", "queue", "shard")
        for two in ("full", "lost", "slow")
    ]
    items = [item(name) for name in names[:6]]
    with home_with(tmp_path / "kept", HEAD + "".join(items) + QUIRKS) as kb:
        for turn in range(25):
            for _ in range(draw.randint(1, 3)):
                at, name = draw.randrange(len(items) + 1), draw.choice(names)
                new = (
                    [item(name, draw.choice(["a", "b\n    check: c", "|\n      # d\n"]))]
                    if draw.random() < 0.6
                    else []
                )
                items[at : at + draw.choice([0, 0, 1])] = new
            text = draw.choice([HEAD, "# more\n" + HEAD]) + "".join(items) + draw.choice(["", QUIRKS])
            (tmp_path / "kept/learned/patterns.yaml").write_text(text)
            kb.refresh()
            with home_with(tmp_path / f"fresh{turn}", text) as fresh:
                fresh.refresh()
                assert said(kb) == said(fresh), text


@pytest.mark.parametrize("behind", ["", "other_patterns:\n- pattern: stands below it all\n"])
def test_a_learn_into_a_large_file_reads_none_of_the_others(tmp_path: Path, behind: str) -> None:
    text = HEAD + "".join(item(f"thing {n} of") for n in range(300)) + behind
    with home_with(tmp_path / "kept", text) as kb:
        kb.refresh()
        kb.learn_pattern("warm up of it", fix="f", category="pod")
        run = statements(kb)
        for number in range(3):
            run.clear()
            assert kb.learn_pattern(f"brand new thing {number}x", fix="f", category="pod").created
            assert len(run) <= 80
        text = (tmp_path / "kept/learned/patterns.yaml").read_text()
        with home_with(tmp_path / "fresh", text) as fresh:
            fresh.refresh()
            assert said(kb)["entries"] == said(fresh)["entries"]
            assert said(kb)["pieces"] == said(fresh)["pieces"]


@given(st.lists(st.sampled_from(["a", "b", "\n", "- "]), max_size=12), st.data())
def test_the_changed_part_is_all_that_differs(parts: list[str], data: st.DataObject) -> None:
    before = "".join(parts)
    at = data.draw(st.integers(0, len(before)))
    after = (
        before[:at]
        + data.draw(st.sampled_from(["", "a", "- b\n"]))
        + before[data.draw(st.integers(at, len(before))) :]
    )
    start, end = changed(before, after)
    tail = before[end:]
    assert after.startswith(before[:start])
    assert after.endswith(tail)
    assert start + len(tail) <= len(after)


lines = st.sampled_from(
    [
        "a:",
        "b: 1",
        "c: |",
        "d: 'x",
        "x'",
        "- p: 1",
        "  - q: 2",
        "  - r: |",
        "    text",
        "    # t",
        "# c",
        "",
        '  - "s',
        '    t"',
        "- [u,",
        "  v]",
        "  - w: {",
        "  }",
        "- *x",
        "- &x y",
        "  s: t",
        "- - n",
    ]
)


@settings(max_examples=400)
@given(st.lists(lines, max_size=9))
def test_pieces_that_are_proved_say_alone_what_they_say_together(drawn: list[str]) -> None:
    text = "\n".join(drawn) + "\n"
    try:
        documents = safe_yaml.compose(text)
    except ValueError:
        return
    for piece, node in of_whole(text, documents) or ():
        alone = safe_yaml.value(safe_yaml.compose(piece.alone(text))[0])[piece.section]
        assert alone == ([safe_yaml.value(node)] if piece.head else safe_yaml.value(node))


def test_a_text_without_plain_keys_has_no_pieces() -> None:
    assert [split(text) for text in ("", "- a\n", "{a: 1}\n", "--- \na: 1\n", "a: 1\rb: 2\n")] == [None] * 5
