"""`kb eval --draft`: cases from what was asked and what came of it, for a person to check and `kb eval` to read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.evaluation.cases import parse_cases
from tests.conftest import RunKb

GAUGE = "FATAL tide gauge 7 reports a negative depth"
SLUICE = "ERROR sluice gate 3 is jammed"


@pytest.fixture
def asked(kb: KnowledgeBase) -> tuple[str, str]:
    """A home in which one question was answered well twice, and one badly; the ids of both entries."""
    gauge = kb.learn_pattern(GAUGE, "it froze", "thaw it").id
    sluice = kb.learn_pattern(SLUICE, "gravel", "dig").id
    for verified in ("mara", None):
        lookup = kb.check_known_issues(GAUGE, service="tide").lookup_id
        kb.record_outcome(gauge, "resolved", lookup, verified)
    kb.record_outcome(sluice, "not_applied", kb.check_known_issues(SLUICE).lookup_id)
    kb.check_known_issues("an owl sits on the crane")  # of which nothing is known
    return gauge, sluice


def test_a_question_is_one_case_however_often_it_was_asked(asked: tuple[str, str], run_kb: RunKb) -> None:
    done = run_kb("eval", "--draft")
    assert done.returncode == 0
    cases = {case.query: case for case in parse_cases(done.stdout, "cases.yaml").cases}
    assert set(cases) == {GAUGE, SLUICE}
    assert (cases[GAUGE].relevant, cases[GAUGE].service) == ((asked[0],), "tide")
    assert cases[SLUICE].relevant == ()
    assert not any(case.checked for case in cases.values())


def test_each_case_says_on_what_it_rests_and_that_a_person_has_to_check_it(
    asked: tuple[str, str], run_kb: RunKb
) -> None:
    text = run_kb("eval", "--draft").stdout
    assert text.startswith("# Cases for `kb eval`, proposed from the ledger")
    assert "A person has to check each one" in text
    assert f"# resolved by {GAUGE} on 20" in text
    assert ", verified by mara\n" in text
    assert f"# {SLUICE} was offered: not applied ({asked[1]})" in text
    assert "# nothing is known to have helped: name what would have" in text
    assert text.count("\n  checked: false\n") == 2


def test_the_file_is_read_by_eval_which_says_that_nobody_has_checked_it(
    asked: tuple[str, str], run_kb: RunKb, tmp_path: Path
) -> None:
    del asked
    file = tmp_path / "cases.yaml"
    assert run_kb("eval", "--draft", "-o", str(file)).returncode == 0
    done = run_kb("eval", str(file), "--json")
    assert done.returncode == 0, done
    assert "2 of 2 cases are marked `checked: false`" in done.stderr
    assert "keys that say nothing" not in done.stderr
    assert len(json.loads(done.stdout)["run"]["results"]) == 2
    file.write_text(file.read_text().replace("  checked: false\n", ""))
    assert "checked" not in run_kb("eval", str(file)).stderr


def test_a_file_that_is_there_is_never_written_over(
    asked: tuple[str, str], run_kb: RunKb, tmp_path: Path
) -> None:
    del asked
    file = tmp_path / "cases.yaml"
    file.write_text("- {query: a, relevant: []}\n")
    done = run_kb("eval", "--draft", "-o", str(file))
    assert done.returncode == 1
    assert "may hold what somebody checked" in done.stderr
    assert file.read_text() == "- {query: a, relevant: []}\n"


def test_without_an_outcome_nothing_is_proposed_and_what_to_do_is_said(run_kb: RunKb) -> None:
    run_kb("check", GAUGE)
    done = run_kb("eval", "--draft")
    assert (done.returncode, done.stdout) == (0, "")
    assert "kb outcome ENTRY resolved --lookup LOOKUP" in done.stderr


def test_an_outcome_of_an_incident_tells_of_what_was_asked_in_it(kb: KnowledgeBase, run_kb: RunKb) -> None:
    entry = kb.learn_pattern(GAUGE, "it froze", "thaw it").id
    incident = kb.incidents.open("Gauge dark", service="tide").id
    kb.check_known_issues("the tide gauge is dark", incident_id=incident)
    kb.record_outcome(entry, "resolved", incident_id=incident)
    (case,) = parse_cases(run_kb("eval", "--draft").stdout, "cases.yaml").cases
    assert (case.query, case.relevant) == ("the tide gauge is dark", (entry,))


def test_an_outcome_that_names_no_lookup_tells_of_the_last_one_that_offered_its_entry(
    kb: KnowledgeBase, run_kb: RunKb
) -> None:
    entry = kb.learn_pattern(GAUGE, "it froze", "thaw it").id
    kb.check_known_issues(GAUGE.replace("7", "5"))
    kb.check_known_issues(GAUGE.replace("7", "9"))
    kb.record_outcome(entry, "resolved", verified_by="mara")

    (case,) = parse_cases(run_kb("eval", "--draft").stdout, "cases.yaml").cases

    assert (case.query, case.relevant) == (GAUGE.replace("7", "9"), (entry,))


def test_checked_says_true_or_false() -> None:
    assert not parse_cases("- {query: a, relevant: [], checked: no}", "c.yaml").cases[0].checked
    assert parse_cases("- {query: a, relevant: [], checked: true}", "c.yaml").cases[0].checked
    with pytest.raises(InvalidInput, match=r"c\.yaml:1: `checked` is to be true or false, not 'soon'"):
        parse_cases("- {query: a, relevant: [], checked: soon}", "c.yaml")


def test_neither_files_nor_draft_is_a_mistake_of_the_command_line(run_kb: RunKb) -> None:
    done = run_kb("eval")
    assert done.returncode == 2
    assert "--draft" in done.stderr
