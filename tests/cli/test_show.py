"""`kb show` is a page that a person reads: what it is first, then words, and no field of the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import RunKb

TRACE = """Traceback (most recent call last):
  File "/srv/lamp/wick.py", line 12, in light
    raise WickBurntError("wick of lamp 7 burnt down")
lamp.wick.WickBurntError: wick of lamp 7 burnt down"""
LOOKED_FOR = [
    (
        "wick burnt down to the holder",
        None,
        "a text that says `wick burnt down to the holder`, in upper or lower case",
    ),
    ("lamp 12 of pier 7 went out", None, "where <*> stands for anything (numbers, ids, names)"),
    (
        r"lamp \d+ went (out|dark)",
        None,
        r"a text that fits the regular expression `lamp \d+ went (out|dark)`",
    ),
    (TRACE, None, "a text with enough of these "),
]
RAW = (
    "kind:",
    "needles",
    "template:",
    "trace:",
    "regex:",
    "scope:",
    "provenance:",
    "source:",
    "null",
    "[]",
    "{}",
)


@pytest.mark.parametrize(("pattern", "regex", "said"), LOOKED_FOR, ids=["text", "line", "regex", "trace"])
def test_a_signature_is_told_in_words(
    home: Path, run_kb: RunKb, pattern: str, regex: bool | None, said: str
) -> None:
    with KnowledgeBase.open(home) as kb:
        entry_id = kb.learn_pattern(pattern, "no oil", "fill it", regex=regex).id
    shown = run_kb("show", entry_id).stdout
    assert said in shown
    assert [word for word in RAW if word in shown] == []


def test_the_first_line_names_what_it_is(home: Path, run_kb: RunKb) -> None:
    with KnowledgeBase.open(home) as kb:
        pattern = kb.learn_pattern(
            "wick burnt down to the holder", "no oil", "fill it", services="lamps, pier"
        ).id
        fix = kb.learn_tool_fix(
            "lampctl", "gate of the harbour is shut", fix_description="open it", author="ana"
        ).id
    shown = run_kb("show", pattern).stdout
    assert shown.startswith("Pattern: wick burnt down to the holder\n\n")
    assert "\nstatus: candidate, not verified yet\n" in shown
    assert "\nholds for: services lamps, pier\n" in shown
    assert "\nknown from: learned/patterns.yaml, error_patterns, line " in shown
    shown = run_kb("show", fix).stdout
    assert shown.startswith("Tool fix: lampctl: gate of the harbour is shut\n\n")
    assert "learned by ana, 20" in shown


def test_json_has_every_field_as_it_is(home: Path, run_kb: RunKb) -> None:
    with KnowledgeBase.open(home) as kb:
        entry_id = kb.learn_pattern("wick burnt down to the holder", "no oil", "fill it").id
    shown = json.loads(run_kb("show", entry_id, "--json").stdout)
    assert shown["kind"] == "pattern"
    assert shown["signatures"][0]["needles"] == ["wick burnt down to the holder"]
    assert {"trust", "moves", "scope", "provenance"} <= shown.keys()
