"""A dry run of an edit tells which past lookups it would gain and lose, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.errors import EntryNotFound, InvalidInput

WIDE, NARROW = "quota exceeded", "quota exceeded for tenant"
TENANT = "ERROR quota exceeded for tenant 4711"
DISK = "ERROR quota exceeded on volume data-3"
OTHER = "ERROR certificate expired on edge-7"


@pytest.fixture
def entry_id(kb: KnowledgeBase) -> str:
    """A pattern that was asked for three times, resolved one of them, and missed a fourth."""
    learned = kb.learn_pattern(WIDE, "the tenant sends too much", "raise the quota")
    answer = kb.check_known_issues(TENANT, service="billing")
    kb.record_outcome(learned.id, "resolved", answer.lookup_id, verified_by="ana")
    for text in (DISK, DISK, OTHER):
        kb.check_known_issues(text, service="store")
    return learned.id


def everything(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "learned").iterdir()}


def test_a_narrowed_pattern_loses_what_it_no_longer_matches_and_keeps_the_rest(
    kb: KnowledgeBase, entry_id: str
) -> None:
    dry = kb.rehearse(entry_id, NARROW)
    assert (dry.lookups, dry.gained.count, dry.lost.count, dry.kept.count) == (4, 0, 2, 1)
    assert {(one.line, one.service) for one in dry.lost.shown} == {(DISK, "store")}
    (kept,) = dry.kept.shown
    assert (kept.line, kept.service, kept.outcome, kept.outcome_of) == (
        TENANT,
        "billing",
        "resolved",
        entry_id,
    )


def test_a_widened_pattern_gains(kb: KnowledgeBase, entry_id: str) -> None:
    dry = kb.rehearse(entry_id, "(quota exceeded|certificate expired)", regex=True)
    assert (dry.gained.count, dry.lost.count, dry.kept.count) == (1, 0, 3)
    assert dry.gained.shown[0].line == OTHER
    assert dry.gained.shown[0].outcome is None


def test_the_newest_are_shown_and_all_are_counted(kb: KnowledgeBase, entry_id: str) -> None:
    dry = kb.rehearse(entry_id, "nothing like that", shown=2)
    assert (dry.lost.count, len(dry.lost.shown)) == (3, 2)
    assert [one.line for one in dry.lost.shown] == [DISK, DISK]


@pytest.mark.usefixtures("entry_id")
def test_a_pattern_that_is_not_learned_yet_gains_all_that_it_matches(kb: KnowledgeBase) -> None:
    dry = kb.rehearse("", "certificate expired")
    assert (dry.entry_id, dry.before, dry.gained.count) == ("", (), 1)


def test_what_was_found_outside_the_lines_that_are_kept_is_counted_apart(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("checkpoint delayed", "slow disk", "move it")
    alarms = [f"FATAL part {a}{b} corrupt" for a in "abcde" for b in "vwxyz"]
    answer = kb.check_known_issues("\n".join([*alarms, "INFO checkpoint delayed", *alarms]), deep=True)
    assert learned.id in [match.id for match in answer.matches]
    dry = kb.rehearse(learned.id, "checkpoint delayed again")
    assert (dry.lost.count, dry.unseen) == (0, 1)


def test_it_tells_the_healthy_lines_that_the_edit_would_fire_on(kb: KnowledgeBase, entry_id: str) -> None:
    kb.healthy.add(["INFO quota checked for tenant 4711", "INFO all fine"], "billing")
    dry = kb.rehearse(entry_id, "quota")
    assert dry.healthy_templates == 2
    assert dry.healthy[0].lines == ("INFO quota checked for tenant 4711",)
    assert dry.problem.startswith("it fires on 1 of 2 healthy templates of billing")
    assert kb.rehearse(entry_id, NARROW).problem == ""


def test_it_tells_that_the_edit_breaks_a_sample(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("lease lost", "x", "y", must_match=["lease lost by 4"])
    assert "does not match its own sample" in kb.rehearse(learned.id, "lease gone").problem


def test_it_writes_nothing(kb: KnowledgeBase, entry_id: str, home: Path) -> None:
    files, entry = everything(home), kb.get(entry_id)
    kb.rehearse(entry_id, NARROW)
    assert everything(home) == files
    assert kb.get(entry_id) == entry
    assert kb.rehearse(entry_id, NARROW).lookups == 4


def test_a_pattern_or_an_entry_that_cannot_be_used_is_told(kb: KnowledgeBase, entry_id: str) -> None:
    with pytest.raises(InvalidInput, match="lookahead"):
        kb.rehearse(entry_id, "quota(?=x)", regex=True)
    with pytest.raises(InvalidInput, match="pattern is empty"):
        kb.rehearse(entry_id, " ")
    with pytest.raises(EntryNotFound):
        kb.rehearse("nobody", "x")
    (runbook,) = kb.search("", kinds=["runbook"], limit=1)
    with pytest.raises(InvalidInput, match="is a runbook without a signature"):
        kb.rehearse(runbook.id, "x")


def test_the_command_prints_both_sides_and_the_same_as_json(home: Path, entry_id: str) -> None:
    words = ["--home", str(home), "rehearse", entry_id, "--pattern", NARROW]
    text = CliRunner().invoke(app, words).stdout
    assert "of 4 past lookups: 0 gained, 2 lost, 1 kept" in text
    assert f"resolved by {entry_id}" in text
    assert "nothing was written" in text
    data = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (data["lost"]["count"], data["kept"]["shown"][0]["line"]) == (2, TENANT)
