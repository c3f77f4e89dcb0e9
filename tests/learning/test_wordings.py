"""Outcomes teach words: what was asked when an entry resolved the trouble finds that entry the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.learning.wordings import MOST, telling
from kb.model.ledger import Answer, Match, Tier, Verdict
from tests.conftest import ROOT, database_of

LINE = "2026-11-02T09:14:07Z ERROR settle HikariPool-1 - Connection is not available, request timed out after 3012ms"
PATTERN = "HikariPool-1 - Connection is not available"
WORDS = "settle waits for the database and customers cannot pay their invoices"
NEAR = "customers cannot pay their invoices in settle, it waits for the database"


@dataclass
class Clock:
    """A clock that goes on by a minute with every look at it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder, clock: Clock) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, clock=clock, exact_below=50_000, actor="ana") as opened:
        yield opened


@pytest.fixture
def fix(kb: KnowledgeBase) -> str:
    return kb.learn_pattern(PATTERN, "the pool is too small", "raise maximumPoolSize").id


def lived(
    kb: KnowledgeBase,
    entry_id: str,
    result: str = "resolved",
    *,
    words: str = WORDS,
    service: str = "settle",
    verified_by: str | None = "bo",
) -> None:
    """An incident that was asked about in words, then with the line of a log; what came of the entry."""
    incident = kb.incidents.open(f"Trouble with {service}", service=service).id
    kb.check_known_issues(words, service=service, incident_id=incident)
    log = kb.check_known_issues(LINE, service=service, incident_id=incident)
    kb.record_outcome(entry_id, result, log.lookup_id, verified_by=verified_by)
    kb.incidents.resolve("It is over", incident_id=incident)
    kb.incidents.close(incident)


def rows(home: Path) -> list[tuple[object, ...]]:
    """What was taught, as it is stored."""
    with closing(database_of(home)) as db:
        return [tuple(row) for row in db.rows("SELECT * FROM wordings ORDER BY entry_id, fingerprint")]


def match_of(answer: Answer, entry_id: str) -> Match | None:
    """The match for the entry where the answer offers it."""
    found = (one for one in answer.matches if one.id == entry_id)
    return None if answer.verdict is Verdict.UNKNOWN else next(found, None)


def test_words_of_an_incident_find_what_resolved_it_and_say_since_when(kb: KnowledgeBase, fix: str) -> None:
    assert kb.check_known_issues(WORDS, service="settle").verdict is Verdict.UNKNOWN
    lived(kb, fix)

    answer = kb.check_known_issues(WORDS, service="settle")

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, fix)
    assert answer.matches[0].tier is Tier.FINGERPRINT
    assert "asked in these words on 2026-11-02, and it resolved that" in answer.matches[0].reason


def test_near_words_relate_and_settle_nothing(kb: KnowledgeBase, fix: str) -> None:
    lived(kb, fix)
    answer = kb.check_known_issues(NEAR, service="settle")
    match = match_of(answer, fix)
    assert answer.verdict is Verdict.RELATED
    assert match is not None
    assert "near to words that it was asked in" in match.reason


@pytest.mark.parametrize(
    ("verified_by", "service", "said"),
    [(None, "settle", "nobody verified that"), ("bo", "kitchen", "but it was asked for settle")],
)
def test_unverified_words_and_those_of_another_service_only_relate(
    kb: KnowledgeBase, fix: str, verified_by: str | None, service: str, said: str
) -> None:
    lived(kb, fix, verified_by=verified_by)
    answer = kb.check_known_issues(WORDS, service=service)
    match = match_of(answer, fix)
    assert answer.verdict is Verdict.RELATED
    assert match is not None
    assert said in match.reason


def test_what_did_not_resolve_teaches_nothing(kb: KnowledgeBase, fix: str) -> None:
    for result in ("failed", "not_applied", "applied"):
        lived(kb, fix, result, verified_by=None)
    assert kb.check_known_issues(WORDS, service="settle").verdict is Verdict.UNKNOWN


def test_a_failure_for_the_same_words_takes_them_away_and_more_successes_give_them_back(
    kb: KnowledgeBase, fix: str
) -> None:
    def offered() -> bool:
        return match_of(kb.check_known_issues(WORDS, service="settle"), fix) is not None

    lived(kb, fix)
    assert offered()
    lived(kb, fix, "failed", verified_by=None)
    assert not offered()
    lived(kb, fix)
    assert offered()


def test_trust_is_what_it_would_be_without_the_words(kb: KnowledgeBase, fix: str) -> None:
    other = kb.learn_pattern("upstream reset before headers", "a mesh hiccup", "drain the node").id
    kb.record_outcome(other, "resolved", verified_by="bo")
    lived(kb, fix)
    assert kb.trust_of(kb.get(fix)).value == kb.trust_of(kb.get(other)).value


def test_general_words_and_healthy_lines_teach_nothing(kb: KnowledgeBase, fix: str, tmp_path: Path) -> None:
    assert telling(["it is slow"]) == []
    assert telling(["connection refused"]) == []
    fine = tmp_path / "fine.log"
    fine.write_text(f"{WORDS}\n")
    kb.healthy.add(fine)
    lived(kb, fix)
    assert match_of(kb.check_known_issues(WORDS, service="settle"), fix) is None


def test_of_a_log_only_the_alarming_lines_teach() -> None:
    calm = [
        f"INFO settle ledger page {word} flushed to archive" for word in ("alpha", "bravo", "carol", "delta")
    ]
    assert [line for _, line in telling([*calm, LINE])] == [LINE]
    assert [line for _, line in telling([calm[0], LINE])] == [calm[0], LINE]


def test_two_entries_that_the_same_words_led_to_are_alternatives(kb: KnowledgeBase, fix: str) -> None:
    other = kb.learn_pattern(
        "statement scans order_lines", "the planner lost its index", "analyze order_lines"
    ).id
    lived(kb, fix)
    lived(kb, other)

    answer = kb.check_known_issues(WORDS, service="settle")

    assert answer.alternatives
    assert {one.id for one in answer.matches} >= {fix, other}


def test_a_lookup_that_another_entry_resolved_teaches_that_one_alone(kb: KnowledgeBase, fix: str) -> None:
    other = kb.learn_pattern(
        "statement scans order_lines", "the planner lost its index", "analyze order_lines"
    ).id
    incident = kb.incidents.open("Trouble", service="settle").id
    first = kb.check_known_issues(WORDS, service="settle", incident_id=incident)
    kb.record_outcome(other, "resolved", first.lookup_id, verified_by="bo")
    second = kb.check_known_issues(LINE, service="settle", incident_id=incident)
    kb.record_outcome(fix, "resolved", second.lookup_id, verified_by="bo")

    answer = kb.check_known_issues(WORDS, service="settle")

    assert match_of(answer, other) is not None
    assert match_of(answer, fix) is None


def test_what_was_known_as_something_else_is_not_taught_what_ended_the_incident(
    kb: KnowledgeBase, fix: str
) -> None:
    line = "WARN mooring winch 3 lost its limit switch"
    winch = kb.learn_pattern(line, "salt water", "dry the switch").id
    incident = kb.incidents.open("quay lights out").id
    assert kb.check_known_issues(line).verdict == "known"

    kb.record_outcome(fix, "resolved", verified_by="mara", incident_id=incident)

    assert [one.id for one in kb.check_known_issues(line).matches] == [winch]


def test_what_was_known_as_something_else_that_did_not_help_is_taught_what_did(
    kb: KnowledgeBase, fix: str
) -> None:
    line = "WARN mooring winch 3 lost its limit switch"
    winch = kb.learn_pattern(line, "salt water", "dry the switch").id
    incident = kb.incidents.open("quay lights out").id
    kb.record_outcome(winch, "failed", kb.check_known_issues(line).lookup_id, incident_id=incident)

    kb.record_outcome(fix, "resolved", verified_by="mara", incident_id=incident)

    assert fix in {one.id for one in kb.check_known_issues(line).matches}


def test_a_lesson_that_the_end_of_its_incident_names_is_found_by_what_was_asked(kb: KnowledgeBase) -> None:
    incident = kb.incidents.open("Trouble", service="settle").id
    kb.check_known_issues(WORDS, service="settle", incident_id=incident)
    lesson = kb.learn_pattern(PATTERN, "the pool is too small", "raise maximumPoolSize").id
    kb.incidents.resolve("raised it", "the pool was too small", entry_id=lesson, incident_id=incident)
    kb.incidents.close(incident)
    assert match_of(kb.check_known_issues(WORDS, service="settle"), lesson) is not None

    kb.incidents.reopen("it came back", incident)
    assert match_of(kb.check_known_issues(WORDS, service="settle"), lesson) is None


def test_only_the_newest_words_are_kept(kb: KnowledgeBase, fix: str) -> None:
    nouns = ["otter", "heron", "badger", "lynx", "marten", "plover", "stoat", "curlew", "weasel", "osprey"]
    for noun in nouns:
        asked = kb.check_known_issues(f"the {noun} ledger of settle lost its quarterly balance")
        kb.record_outcome(fix, "resolved", asked.lookup_id, verified_by="bo")
    found = [
        match_of(kb.check_known_issues(f"the {noun} ledger of settle lost its quarterly balance"), fix)
        for noun in nouns
    ]
    exact = ["asked in these words" in one.reason if one else False for one in found]
    assert exact == [False] * (len(nouns) - MOST) + [True] * MOST


def test_the_words_survive_an_edit_of_the_entry_a_new_index_and_a_new_start(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder, fix: str
) -> None:
    lived(kb, fix)
    file = home / "learned" / "patterns.yaml"
    file.write_text(file.read_text().replace("raise maximumPoolSize", "raise maximumPoolSize to 40"))
    assert kb.check_known_issues(WORDS, service="settle").matches[0].fix == "raise maximumPoolSize to 40"
    kb.set_status(fix, "retired", "for a test")
    assert match_of(kb.check_known_issues(WORDS, service="settle"), fix) is None
    kb.set_status(fix, "active", "it is good")
    kb.repair(rebuild=True)
    kb.close()
    with KnowledgeBase.open(home, encoder=encoder) as again:
        assert again.check_known_issues(WORDS, service="settle").verdict is Verdict.KNOWN
        assert match_of(again.check_known_issues(NEAR, service="settle"), fix) is not None
        assert again.check()[0] == []


def test_the_words_survive_better_masking_rules(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder, fix: str
) -> None:
    lived(kb, fix)
    kb.close()
    with closing(database_of(home)) as db:
        db.execute("UPDATE wordings SET fingerprint = 'f1:' || substr(fingerprint, 4)")
        db.execute("DELETE FROM fingerprints WHERE origin = 'asked'")
        db.execute("DELETE FROM meta WHERE key = 'mask_version'")
    with KnowledgeBase.open(home, encoder=encoder) as again:
        assert again.check_known_issues(WORDS, service="settle").verdict is Verdict.KNOWN


def test_a_rebuild_derives_the_words_from_the_ledger(kb: KnowledgeBase, home: Path, fix: str) -> None:
    lived(kb, fix)
    before = rows(home)
    with closing(database_of(home)) as db:
        db.execute("DELETE FROM wordings")
    kb.repair(rebuild=True)
    assert len(before) == 2
    assert rows(home) == before
    assert kb.check_known_issues(WORDS, service="settle").verdict is Verdict.KNOWN


@pytest.mark.parametrize(("step", "known"), [("after outcome", True), ("after commit", False)])
def test_a_process_killed_on_the_way_leaves_outcome_and_words_in_step(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder, fix: str, step: str, known: bool
) -> None:
    asked = kb.check_known_issues(WORDS, service="settle")
    kb.record_outcome(fix, "resolved", asked.lookup_id, verified_by="bo")
    for _ in range(8):  # the next failure moves the entry to quarantine, so that every step is passed
        kb.record_outcome(fix, "failed")
    kb.set_status(fix, "active", "the failures were of another kind")
    again = kb.check_known_issues(WORDS, service="settle")
    for _ in range(2):
        kb.record_outcome(fix, "failed")
    kb.close()

    command = [sys.executable, "-m", "tests.doubles.dying", str(home), fix, step, str(again.lookup_id)]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)

    assert killed.returncode == -signal.SIGKILL
    with KnowledgeBase.open(home, encoder=encoder) as after:
        failed = after.trust_of(after.get(fix)).failed
        assert (bool(rows(home)), failed) == ((True, 10) if known else (False, 11))


def test_of_causes_with_one_symptom_that_goes_first_which_helped_the_service_or_the_line_asked(
    kb: KnowledgeBase,
) -> None:
    text = "upstream connect error for tenant pool shard"
    one = kb.learn_pattern(text, "a certificate expired", "renew the certificate").id
    two = kb.learn_pattern(text, "a release moved the health path", "set the probe's path").id
    for entry_id, service in ((one, "gateway"), (two, "catalogue")):
        asked = kb.check_known_issues(f"{text} of {service}", service=service)
        kb.record_outcome(entry_id, "resolved", asked.lookup_id, verified_by="bo")

    for entry_id, service in ((one, "gateway"), (two, "catalogue")):
        answer = kb.check_known_issues(f"ERROR {text}", service=service)
        assert answer.matches[0].id == entry_id
        assert f"it resolved this for {service} before" in answer.matches[0].reason
