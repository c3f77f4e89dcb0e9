"""Texts that look like something known and are something else: never `known`, whatever they are near to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Verdict

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "near_misses.yaml").read_text())
LEARNED, NEAR_MISSES = CASES["learned"], CASES["near_misses"]


@pytest.fixture(scope="module")
def taught(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[KnowledgeBase]:
    """A home that has learned everything that the texts come near to."""
    home = copytree(new_home, tmp_path_factory.mktemp("taught") / "home")
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for one in LEARNED["patterns"]:
            kb.learn_pattern(**one)
        for one in LEARNED["tool_fixes"]:
            kb.learn_tool_fix(one["tool"], one["error"], one["cause"], one["fix"])
        for one in LEARNED["runbooks"]:
            (home.parent / f"{one['name']}.md").write_text(
                f"# {one['name']}\n\n## Meaning\n\n{one['text']}\n\n## Mitigation\n\n1. Look at its log.\n"
            )
        kb.ingest(*home.parent.glob("*.md"))
        yield kb


@pytest.mark.parametrize("case", NEAR_MISSES, ids=lambda case: f"{case['text'][:50]} ({case['nears']})")
def test_a_near_miss_is_not_known(taught: KnowledgeBase, case: dict[str, str]) -> None:
    answer = taught.check_known_issues(
        case["text"],
        tool_name=case.get("tool", ""),
        service=case.get("service", ""),
        environment=case.get("environment", ""),
    )
    best = answer.matches[0] if answer.matches else None
    assert answer.verdict is not Verdict.KNOWN, best and (best.title, best.confidence, best.reason)


def test_there_are_more_than_fifty_near_misses() -> None:
    assert len({(case["text"], case.get("tool"), case.get("environment")) for case in NEAR_MISSES}) > 50


@pytest.mark.parametrize("one", LEARNED["runbooks"], ids=lambda one: one["name"])
def test_a_runbook_comes_first_for_what_it_says(taught: KnowledgeBase, one: dict[str, str]) -> None:
    answer = taught.check_known_issues(one["text"])
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].title == one["name"]


@pytest.mark.parametrize("one", LEARNED["tool_fixes"], ids=lambda one: one["tool"])
def test_the_fix_of_a_tool_is_known_for_its_own_error(taught: KnowledgeBase, one: dict[str, str]) -> None:
    answer = taught.check_known_issues(one["error"], tool_name=one["tool"])
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].fix == one["fix"]


@pytest.mark.parametrize(
    "text",
    [one["pattern"] for one in LEARNED["patterns"] if len(one["pattern"].split()) > 4],
)
def test_a_telling_pattern_is_known_by_its_own_text(taught: KnowledgeBase, text: str) -> None:
    answer = taught.check_known_issues(f"2026-11-02T10:11:12Z ERROR {text}")
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].title == text


def test_what_a_ranked_match_rests_on_and_what_it_lacks_is_said_in_words(taught: KnowledgeBase) -> None:
    match = taught.check_known_issues("x509: certificate is valid for a.example.com").matches[0]
    assert "of the rarest words" in match.reason
    assert "of its title is in the text" in match.reason
    assert "the text lacks words of its pattern" in match.reason
