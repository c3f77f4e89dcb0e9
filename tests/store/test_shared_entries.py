"""What a home knows all of its tenants know, and what they learn or tell stays theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, Refused
from kb.model import Status
from kb.model.ledger import Verdict
from kb.starter import make_home
from tests.doubles.encoders import HashedEncoder

pytestmark = pytest.mark.full
LINE = "FATAL the sluice of basin 4 jammed at 0x17"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for folder in (home, home / "tenants" / "payments", home / "tenants" / "billing"):
        make_home(folder)
    return home


def opened(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW)


def of(base: Path, name: str) -> KnowledgeBase:
    return opened(base / "tenants" / name)


def test_what_the_home_learns_every_tenant_finds_at_once_and_no_longer_when_it_is_gone(base: Path) -> None:
    with opened(base) as home, of(base, "payments") as payments, of(base, "billing") as billing:
        assert payments.counts() == billing.counts() == home.counts()
        learned = home.learn_pattern(LINE, "a tree in it", "pull it out").id
        for tenant in (payments, billing):
            answer = tenant.check_known_issues(LINE)
            assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned)
        file = base / "learned" / "patterns.yaml"
        file.write_text(file.read_text().replace("pull it out", "saw it up"))
        assert payments.check_known_issues(LINE).matches[0].fix == "saw it up"
        home.moves.set_status(learned, "retired", "the basin is gone")
        assert billing.check_known_issues(LINE).verdict is not Verdict.KNOWN


def test_what_a_tenant_did_to_an_entry_of_the_home_holds_after_its_ledger_was_restored(
    base: Path, tmp_path: Path
) -> None:
    with opened(base) as home, of(base, "payments") as payments, of(base, "billing") as anew:
        learned = home.learn_pattern(LINE, "a tree in it", "pull it out").id
        payments.moves.set_status(learned, "retired", "we have no trees")
        copy, _ = payments.upkeep.backup(tmp_path / "copy.db")
        assert anew.get(learned).status is Status.CANDIDATE
        anew.upkeep.restore(copy)
        assert anew.get(learned).status is Status.RETIRED
        assert anew.check_known_issues(LINE).verdict is not Verdict.KNOWN


def test_an_edit_of_the_home_s_files_is_seen_where_nobody_opened_the_home(base: Path) -> None:
    with of(base, "payments") as payments:
        payments.counts()
        (base / "learned" / "more_patterns.yaml").write_text(
            f"error_patterns:\n- pattern: '{LINE}'\n  meaning: a tree in it\n  fix: pull it out\n"
        )
        assert payments.check_known_issues(LINE).verdict is Verdict.KNOWN


def test_documents_of_the_home_are_shared_too(base: Path, tmp_path: Path) -> None:
    document = tmp_path / "known_errors.yaml"
    document.write_text(f"patterns:\n- pattern: '{LINE}'\n  meaning: a tree in it\n  fix: pull it out\n")
    with opened(base) as home, of(base, "payments") as payments:
        home.ingest(document)
        assert payments.check_known_issues(LINE).verdict is Verdict.KNOWN
        document.unlink()
        home.ingest(tmp_path)
        assert payments.check_known_issues(LINE).verdict is not Verdict.KNOWN


def test_what_a_tenant_says_of_a_shared_entry_is_its_own(base: Path) -> None:
    with opened(base) as home, of(base, "payments") as payments, of(base, "billing") as billing:
        learned = home.learn_pattern(LINE, "a tree in it", "pull it out").id
        lookup = payments.check_known_issues(LINE).lookup_id
        payments.record_outcome(learned, "resolved", lookup, verified_by="mara")
        payments.moves.set_status(learned, "quarantined", "not with our sluices")
        assert payments.trust_of(payments.get(learned)).n > 0
        assert [one.trust_of(one.get(learned)).n for one in (home, billing)] == [0, 0]
        statuses = [one.get(learned).status for one in (payments, home, billing)]
        assert statuses == ["quarantined", "candidate", "candidate"]


def test_a_tenant_edits_no_shared_entry(base: Path) -> None:
    with opened(base) as home, of(base, "payments") as payments:
        learned = home.learn_pattern(LINE, "a tree in it", "pull it out").id
        with pytest.raises(Refused, match=r"shared by all tenants \(shared/learned/patterns\.yaml\)"):
            payments.editing.source(learned)


def test_what_a_tenant_learns_neither_the_home_nor_another_one_knows(base: Path) -> None:
    with opened(base) as home, of(base, "payments") as payments, of(base, "billing") as billing:
        payments.learn_pattern(LINE, "a tree in it", "pull it out")
        assert [one.check_known_issues(LINE).verdict for one in (payments, home, billing)] == [
            Verdict.KNOWN,
            Verdict.UNKNOWN,
            Verdict.UNKNOWN,
        ]


def test_what_was_lived_in_the_home_is_not_shared(base: Path) -> None:
    with opened(base) as home, of(base, "payments") as payments:
        incident = home.incidents.open("the basin of the mill runs over")
        home.incidents.resolve("pulled a tree out of the sluice")
        assert payments.incidents.find(incident.id) is None
        with pytest.raises(EntryNotFound):
            payments.get(incident.id)
