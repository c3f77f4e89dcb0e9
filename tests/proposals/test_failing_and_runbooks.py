"""Entries that keep failing or expired, runbooks to write, runbooks to run again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.proposal import Proposal, ProposalKind
from tests.proposals.conftest import Clock

RUNBOOK = """\
procedures:
  - name: Move the ledger leader
    when: The ledger leader is stuck
    steps: [Drain it, Move it]  # in this order
    services: [ledger]
    verified: {by: ana, at: 2026-05-20}
"""


def proposed(kb: KnowledgeBase, kind: ProposalKind) -> list[Proposal]:
    return [p.proposal for p in kb.proposals().list() if p.proposal.kind is kind]


def write_runbook(kb: KnowledgeBase, home: Path) -> str:
    (home / "learned/more.yaml").write_text(RUNBOOK)
    return kb.search("Move the ledger leader", kinds=["runbook"])[0].id


def live(kb: KnowledgeBase, title: str, cause: str = "The old leader kept its lease", entry: str = "") -> str:
    opened = kb.incidents.open(title, service="ledger")
    kb.incidents.mitigate("Drained the old leader", entry_id=entry, worked=True, incident_id=opened.id)
    kb.incidents.resolve("Moved the lease by hand", cause=cause, incident_id=opened.id)
    kb.incidents.close(incident_id=opened.id)
    return opened.id


def test_an_entry_that_keeps_failing_is_to_be_retired_with_its_failures(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("queue worker stalled at offset 12", "Leader lost", "Restart the broker")
    for _ in range(3):
        assert proposed(kb, ProposalKind.RETIREMENT) == []
        kb.record_outcome(learned.id, "failed", note="nothing changed")
    (found,) = proposed(kb, ProposalKind.RETIREMENT)
    assert (found.retires, found.weight) == (learned.id, 3)
    assert found.reasons[0].startswith("failed 3 of 3 times")
    assert found.reasons[1] == "in quarantine since 2026-06-01"
    assert "nothing changed" in found.reasons[-1]


def test_an_entry_that_was_never_offered_is_left_alone(kb: KnowledgeBase, clock: Clock) -> None:
    kb.learn_pattern("queue worker stalled at offset 12", "Leader lost", "Restart the broker")
    clock.pass_days(800)
    assert proposed(kb, ProposalKind.RETIREMENT) == []


def test_successes_outweigh_failures(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("queue worker stalled at offset 12", "Leader lost", "Restart the broker")
    for result in ("failed", "resolved", "failed", "resolved", "failed", "resolved"):
        kb.record_outcome(learned.id, result, verified_by="bea")
    assert proposed(kb, ProposalKind.RETIREMENT) == []


def test_an_expired_entry_is_to_be_retired_after_its_day(kb: KnowledgeBase, clock: Clock) -> None:
    learned = kb.learn_pattern("queue worker stalled", "A bug of 2.3", "Restart", expires="2026-06-10")
    assert proposed(kb, ProposalKind.RETIREMENT) == []
    clock.pass_days(15)
    (found,) = proposed(kb, ProposalKind.RETIREMENT)
    assert found.reasons == ("expired on 2026-06-10",)
    kb.proposals().accept(found.id)
    assert kb.get(learned.id).status == "retired"
    assert proposed(kb, ProposalKind.RETIREMENT) == []


def test_retiring_writes_the_status_into_the_file_and_names_the_reason(kb: KnowledgeBase, home: Path) -> None:
    learned = kb.learn_pattern("queue worker stalled at offset 12", "Leader lost", "Restart the broker")
    for _ in range(3):
        kb.record_outcome(learned.id, "failed")
    kb.proposals().accept(proposed(kb, ProposalKind.RETIREMENT)[0].id)
    assert "status: retired" in (home / "learned/patterns.yaml").read_text()
    assert kb.check_known_issues("queue worker stalled at offset 99").verdict == "unknown"


def test_an_entry_of_a_document_is_retired_and_its_file_left(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "quota.md"
    path.write_text("# LedgerQuotaReached\n\n## Meaning\n\nFull.\n\n## Mitigation\n\n- Raise the quota\n")
    kb.ingest(path)
    entry = kb.search("LedgerQuotaReached")[0].id
    for _ in range(3):
        kb.record_outcome(entry, "failed")
    before = path.read_text()
    kb.proposals().accept(proposed(kb, ProposalKind.RETIREMENT)[0].id)
    assert kb.get(entry).status == "retired"
    assert path.read_text() == before


def test_the_same_incident_twice_without_a_runbook_drafts_one(kb: KnowledgeBase, clock: Clock) -> None:
    one = live(kb, "Ledger leader stuck on shard 12")
    assert proposed(kb, ProposalKind.RUNBOOK) == []
    clock.pass_days(5)
    two = live(kb, "Ledger leader stuck on shard 977")
    (found,) = proposed(kb, ProposalKind.RUNBOOK)
    assert found.incidents == (one, two)
    assert found.item["steps"] == ["Drained the old leader", "Moved the lease by hand"]
    done = kb.proposals().accept(found.id)
    entry = kb.get(done.proposal.entry_id)
    assert (entry.kind, entry.status, entry.scope.services) == ("runbook", "candidate", ("ledger",))
    assert proposed(kb, ProposalKind.RUNBOOK) == []


def test_incidents_with_other_causes_are_not_the_same_again(kb: KnowledgeBase) -> None:
    live(kb, "Ledger leader stuck on shard 12", "A deployment left two leaders")
    live(kb, "Ledger leader stuck on shard 977", "Traffic rose to three times the usual")
    assert proposed(kb, ProposalKind.RUNBOOK) == []


def test_no_runbook_is_drafted_where_one_covers_it(kb: KnowledgeBase, home: Path) -> None:
    write_runbook(kb, home)
    live(kb, "Ledger leader stuck on shard 12")
    live(kb, "Ledger leader stuck on shard 977")
    assert proposed(kb, ProposalKind.RUNBOOK) == []


def test_a_runbook_that_was_verified_long_ago_is_to_be_run_again(
    kb: KnowledgeBase, home: Path, clock: Clock
) -> None:
    entry = write_runbook(kb, home)
    assert proposed(kb, ProposalKind.VERIFICATION) == []
    clock.pass_days(200)
    (found,) = proposed(kb, ProposalKind.VERIFICATION)
    assert found.entry_id == entry
    assert found.reasons[0].startswith("verified 212 days ago")
    kb.proposals().accept(found.id, reviewed_by="bea")
    text = (home / "learned/more.yaml").read_text()
    assert yaml.safe_load(text)["procedures"][0]["verified"] == {"by": "bea", "at": date(2026, 12, 18)}
    assert "# in this order" in text
    assert proposed(kb, ProposalKind.VERIFICATION) == []
    clock.pass_days(200)
    assert len(proposed(kb, ProposalKind.VERIFICATION)) == 1


@pytest.mark.parametrize(
    ("result", "verified_by", "says"),
    [
        ("failed", None, "the last time it was used"),
        ("resolved", None, "used 1 times since its verification"),
        ("resolved", "bea", ""),
    ],
)
def test_a_runbook_that_was_used_since_is_to_be_run_again_unless_somebody_looked(
    kb: KnowledgeBase, home: Path, result: str, verified_by: str | None, says: str
) -> None:
    entry = write_runbook(kb, home)
    kb.record_outcome(entry, result, verified_by=verified_by)
    found = proposed(kb, ProposalKind.VERIFICATION)
    assert [says in one.reasons[0] for one in found] == ([True] if says else [])


def test_a_verified_runbook_of_a_document_is_remembered_here(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "quota.md"
    path.write_text("# LedgerQuotaReached\n\n## Meaning\n\nFull.\n\n## Mitigation\n\n- Raise the quota\n")
    kb.ingest(path)
    kb.record_outcome(kb.search("LedgerQuotaReached")[0].id, "failed")
    before = path.read_text()
    (found,) = proposed(kb, ProposalKind.VERIFICATION)
    assert any("which stays as it is" in reason for reason in found.reasons)
    kb.proposals().accept(found.id)
    assert proposed(kb, ProposalKind.VERIFICATION) == []
    assert path.read_text() == before


def test_a_retirement_has_nothing_to_edit(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("queue worker stalled at offset 12", "Leader lost", "Restart the broker")
    for _ in range(3):
        kb.record_outcome(learned.id, "failed")
    with pytest.raises(InvalidInput, match="nothing to edit"):
        kb.proposals().accept(proposed(kb, ProposalKind.RETIREMENT)[0].id, {"fix": "x"})
