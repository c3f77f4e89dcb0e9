"""Proposals on the command line and over MCP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.index.encoder import OnnxEncoder
from kb.model.proposal import Waiting
from kb.operations.catalogue import operations
from kb.operations.proposals import proposal_accept, proposals_list
from tests.proposals.conftest import FENCING, ask, line


def run(home: Path, *words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words], input=input, catch_exceptions=False)


def asked(home: Path) -> str:
    """A home in which the same was asked twice lately; returns the id of what is proposed."""
    with KnowledgeBase.open(home, exact_below=50_000) as kb:
        ask(kb, FENCING, 2)
        return kb.proposals().list()[0].proposal.id


def test_the_table_names_kind_records_id_and_reasons(home: Path) -> None:
    one = asked(home)
    shown = run(home, "proposals").stdout
    assert shown.splitlines()[1].split()[:3] == ["pattern", "2", one]
    assert "- asked 2 times on" in shown


def test_an_empty_home_says_what_was_looked_at(home: Path) -> None:
    assert run(home, "proposals").stdout.startswith("nothing is proposed (looked at 0 unanswered lookups, ")


def test_one_record_that_was_looked_at_is_said_as_one() -> None:
    counts = {"unanswered_lookups": 1, "entries": 1, "outcomes": 0, "incidents": 1_200}

    said = Waiting(proposals=(), looked_at=counts).looked_at_in_words

    assert said == "1 unanswered lookup, 1 entry, 0 outcomes, 1,200 incidents"


def test_the_yaml_that_is_printed_can_be_edited_and_accepted(home: Path, tmp_path: Path) -> None:
    one = asked(home)
    printed = run(home, "proposals", one, "--yaml").stdout
    assert printed.startswith(f"# {one}: a pattern to append to learned/patterns.yaml\n# - asked 2 times")
    (tmp_path / "edit.yaml").write_text(
        printed.replace("meaning: ''", "meaning: Two leaders").replace("fix: ''", "fix: Restart the old one")
    )
    entry = run(home, "accept", one, "--edit", str(tmp_path / "edit.yaml")).stdout.strip()
    items = yaml.safe_load((home / "learned/patterns.yaml").read_text())["error_patterns"]
    assert [(item["id"], item["meaning"], item["status"]) for item in items] == [
        (entry, "Two leaders", "candidate")
    ]
    assert json.loads(run(home, "check", line(FENCING, 55), "--json").stdout)["verdict"] == "known"
    assert "nothing is proposed" in run(home, "proposals").stdout


def test_edits_come_from_stdin_too(home: Path) -> None:
    one = asked(home)
    done = run(
        home, "accept", one, "--edit", "-", "--reviewed-by", "bea", "--json", input="fix: Restart it\n"
    )
    told = json.loads(done.stdout)
    assert told["decision"]["state"] == "accepted"
    assert told["proposal"]["reviewed_by"] == "bea"


def test_rejecting_takes_it_off_the_list(home: Path) -> None:
    one = asked(home)
    run(home, "reject", one, "--reason", "a drill")
    assert json.loads(run(home, "proposals", "--json").stdout)["proposals"] == []
    assert "rejected on" in run(home, "proposals", one).stdout


def test_agents_list_accept_and_reject(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 2)
    (found,) = proposals_list(kb).proposals
    accepted = proposal_accept(kb, proposal_id=found.proposal.id, edits={"fix": "Restart it"})
    assert accepted.decision.state == "accepted"
    assert proposals_list(kb).proposals == ()


def test_only_listing_is_open_to_those_who_may_only_read() -> None:
    reads = {name: one.reads for name, one in operations().items() if name.startswith("proposal")}
    assert reads == {
        "proposals_list": True,
        "proposal_show": True,
        "proposal_accept": False,
        "proposal_reject": False,
    }


@pytest.mark.parametrize("owned", [True, False], ids=["memory file", "document"])
def test_the_yaml_of_a_verification_is_taken_as_it_was_printed(
    home: Path, tmp_path: Path, encoder: OnnxEncoder, owned: bool
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        if owned:
            runbook = "procedures:\n- name: Raise the quota\n  steps: [Raise it]\n"
            (home / "learned" / "more.yaml").write_text(runbook)
        else:
            page = "# QuotaReached\n\n## Meaning\n\nFull.\n\n## Mitigation\n\n- Raise the quota\n"
            (tmp_path / "quota.md").write_text(page)
            kb.ingest(tmp_path / "quota.md")
        kb.record_outcome(kb.search("raise the quota", kinds=["runbook"])[0].id, "failed")
        (found,) = [one for one in kb.proposals().list() if one.proposal.kind == "verification"]
    printed = tmp_path / "p.yaml"
    printed.write_text(run(home, "proposals", found.proposal.id, "--yaml").stdout)

    done = run(home, "accept", found.proposal.id, "--edit", str(printed), "--reviewed-by", "bea")

    assert (done.exit_code, f"{found.proposal.entry_id} is verified" in done.output) == (0, True)
