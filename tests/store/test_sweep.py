"""A sweep takes what nobody needs and changes no number that anybody is told."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.model import Origin, Pattern, Provenance, Signature
from kb.model.ledger import Verdict
from kb.review.summary import WeeklySummary
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from kb.store.deferred import LookupRows
from kb.store.upkeep.older import stand_in
from kb.text.entries.codec import stamp
from kb.text.masking import fingerprint
from tests.conftest import RunKb
from tests.doubles.encoders import HashedEncoder
from tests.store.old_home.make import unpack

NOW = datetime(2026, 6, 3, 10, 30, tzinfo=UTC)
NOUNS = ("ledger", "quorum", "beacon", "sluice", "anchor", "harbour", "compass", "rudder")
SERVICES = ("", "pay", "Pay", "mail")
ASKERS = ("ana", "ben", "")


class Aged:
    """A home whose past is written with the clock turned back; rows go in as a lookup puts them in."""

    def __init__(self, folder: Path, seed: int) -> None:
        make_home(folder)
        self.now, self.chance = NOW - timedelta(days=730), random.Random(seed)
        self.kb = KnowledgeBase.open(folder, clock=lambda: self.now, encoder=HashedEncoder())
        self.lookups = list[str]()
        self.known = [
            self.kb.learn_pattern(
                f"the {noun} of the pier lost its bearing {noun}", "worn", f"mend the {noun}"
            ).id
            for noun in NOUNS[:4]
        ]

    def live(self, days: int = 730) -> None:
        """Ask, resolve, open incidents, remove documents, review; several times a day at most."""
        for day in range(days):
            self.now = NOW - timedelta(days=days - day, seconds=self.chance.randint(0, 80_000))
            for _ in range(self.chance.choice((0, 0, 1, 2, 4))):
                self.ask()
            if self.chance.random() < 0.04:
                self.solve()
            if self.chance.random() < 0.03:
                self.bring_and_remove(day)
            if day % 61 == 60:
                self.kb.publish_review()
        self.now = NOW

    def ask(self) -> None:
        """A lookup as the ledger keeps it; now and then the same caller asks again."""
        noun, service, actor = (self.chance.choice(one) for one in (NOUNS, SERVICES, ASKERS))
        line = f"the {noun} of pier {self.chance.randint(1, 3)} lost its bearing {noun}"
        known = noun in NOUNS[:4]
        for _ in range(self.chance.choice((1, 1, 1, 3))):
            self.now += timedelta(
                minutes=self.chance.randint(0, 50), microseconds=self.chance.randint(0, 999_999)
            )
            self.lookups.append(self.record(line, service, actor, known, NOUNS.index(noun)))

    def record(self, line: str, service: str, actor: str, known: bool, number: int) -> str:
        """The row of a lookup, with what it offered."""
        verdict = Verdict.KNOWN if known else self.chance.choice((Verdict.UNKNOWN, Verdict.RELATED))
        offers = [
            (self.known[number % 4], 1, "fingerprint", 0.9),
            (self.known[(number + 1) % 4], 2, "lexical", 0.3),
        ]
        lookup = {
            "id": f"lookup-{len(self.lookups):012d}",
            "at": stamp(self.now),
            "verdict": verdict,
            "fingerprint": fingerprint(line),
            "evidence": f'["{line}", "and a second line that says no more"]',
            "tool": "",
            "service": service,
            "environment": "",
            "took_ms": 1.0,
            "actor": actor,
            "incident": None,
        }
        with self.kb._parts.db.write():
            self.kb._parts.ledger.deferred.insert(
                LookupRows(lookup, offers if verdict != Verdict.UNKNOWN else [])
            )
        return str(lookup["id"])

    def solve(self) -> None:
        """An outcome with its lookup, one without, or an incident that was opened with a lookup."""
        entry, lookup = self.chance.choice(self.known), self.chance.choice(self.lookups or [""])
        how = self.chance.randint(0, 2)
        if how == 0 and lookup:
            self.kb.record_outcome(
                entry, self.chance.choice(("resolved", "failed")), lookup, verified_by="ana"
            )
        elif how == 1:
            self.kb.record_outcome(entry, "applied")
        elif lookup:
            opened = self.kb.incidents.open("the pier is dark", service="pay", lookup_id=lookup)
            self.now += timedelta(minutes=9)
            self.kb.incidents.resolve("mended", entry_id=entry, incident_id=opened.id)
            self.kb.incidents.verify("all", incident_id=opened.id)
            self.kb.incidents.close(opened.id)

    def bring_and_remove(self, day: int) -> None:
        """An entry of a document that is there for a day."""
        catalogue, file = (
            self.kb._parts.catalogue,
            FileRecord(path=f"/srv/{day}.md", given=f"{day}.md", sha256=str(day), stamp="", parser="test 1"),
        )
        entry = Pattern(
            id=f"pattern-{day}",
            pattern=f"odd {day}",
            meaning="once",
            signatures=(Signature(needles=(f"odd {day}",)),),
            provenance=Provenance(origin=Origin.INGESTED),
        )
        with self.kb._parts.db.write():
            catalogue.bring_in_step(file, [entry], now=self.now, fold_copies=True)
        with self.kb._parts.db.write():
            catalogue.forget(file.path, self.now + timedelta(hours=2))


def told(kb: KnowledgeBase, windows: list[tuple[float, datetime]]) -> list[WeeklySummary]:
    return [kb.weekly_summary(days, now) for days, now in windows]


def state(kb: KnowledgeBase, ids: list[str]) -> dict[str, object]:
    """What else is told: trust and history of each entry, what it was taught, proposals, incidents."""
    table = kb._parts.outcomes.teaching.table
    return {
        "trust": [kb.trust_of(kb.get(one)) for one in ids],
        "moves": [kb.moves_of(one) for one in ids],
        "taught": [table.of(one) for one in ids],
        "incidents": kb.incidents.recent(99),
        "proposals": [one.proposal for one in kb.proposals().list()],
        "counts": kb.counts(),
    }


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aged") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_KEEP_DAYS", "off")
        aged = Aged(folder, 7)
        aged.live()
        aged.kb.close()
    return folder


@pytest.fixture
def aged(lived: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived, tmp_path / "aged"))


@pytest.mark.parametrize(("seed", "days"), [(1, 400), (2, 190), (3, 333)])
def test_reviews_of_any_window_trust_wordings_and_proposals_are_the_same_before_and_after(
    aged: Path, seed: int, days: int
) -> None:
    chance = random.Random(seed)
    windows = [(7.0, NOW), (31.0, NOW), (730.0, NOW), (7.0, NOW - timedelta(days=500))]
    windows += [(chance.uniform(0.01, 800), NOW - timedelta(days=chance.uniform(0, 720))) for _ in range(12)]
    with KnowledgeBase.open(aged, clock=lambda: NOW, encoder=HashedEncoder()) as kb:
        ids = [
            row["id"]
            for row in kb._parts.db.rows("SELECT id FROM entries WHERE status != 'retired' ORDER BY id")
        ]
        before, was = told(kb, windows), state(kb, ids)

        report = kb.sweep(days)

        assert report.lookups > 100
        assert report.entries
        assert told(kb, windows) == before
        assert state(kb, ids) == was
        kb._parts.outcomes.teaching.rebuild()
        assert state(kb, ids) == was
        assert kb.sweep(days).lookups == 0


def test_a_dry_run_changes_nothing_and_says_what_the_sweep_then_does(aged: Path, run_kb: RunKb) -> None:
    with KnowledgeBase.open(aged, clock=lambda: NOW, encoder=HashedEncoder()) as kb:
        rows = kb._parts.db.rows("SELECT * FROM lookups ORDER BY id")
        plan = kb.sweep(dry_run=True)
        assert kb._parts.db.rows("SELECT * FROM lookups ORDER BY id") == rows
        assert plan.kept_with_outcome
        assert plan.kept_in_incident

        done = kb.sweep()

    assert replace(done, dry_run=True, bytes_after=plan.bytes_after) == plan
    text = run_kb("sweep", "--dry-run", home=aged)
    assert text.returncode == 0
    assert "their counts stay" in text.stdout
    assert "lookups with an outcome" in text.stdout


@pytest.mark.sqlite("PostgreSQL uses room again by itself")
def test_the_database_file_shrinks(aged: Path) -> None:
    with KnowledgeBase.open(aged, clock=lambda: NOW, encoder=HashedEncoder()) as kb:
        for number in range(3_000):  # each with a page of text that goes
            kb._parts.db.execute(
                "UPDATE lookups SET evidence = json_array(json_extract(evidence, '$[0]'), ?) WHERE id = ?",
                ["ash " * 900, f"lookup-{number:012d}"],
            )
        kb._parts.db.compact()
        before = (aged / "state" / "kb.db").stat().st_size
        report = kb.sweep()
        after = (aged / "state" / "kb.db").stat().st_size
        assert report.note == ""
        assert report.bytes_after == after
    assert after < 0.7 * before


def test_a_lookup_with_an_outcome_an_incident_or_an_open_proposal_stays_however_old(aged: Path) -> None:
    with KnowledgeBase.open(aged, clock=lambda: NOW, encoder=HashedEncoder()) as kb:
        db = kb._parts.db
        old = db.value("SELECT id FROM lookups WHERE repeats IS NULL ORDER BY at LIMIT 1")
        db.execute(
            "INSERT INTO proposals (id, at, kind, data, state) VALUES ('p', '2024', 'pattern', ?, 'open')",
            [json.dumps({"lookups": [old]})],
        )
        needed = {row[0] for row in db.rows("SELECT lookup_id FROM outcomes WHERE lookup_id IS NOT NULL")}
        needed |= {
            row[0]
            for row in db.rows("SELECT json_extract(data, '$.lookup_id') FROM events WHERE kind = 'opened'")
        }
        kb.refresh()
        kb._parts.db.execute("UPDATE proposals SET state = 'open'")

        kb.sweep()

        left = {row["id"] for row in db.rows("SELECT id FROM lookups")}
        assert needed - {None} <= left
        assert old in left


def test_what_comes_back_after_it_was_swept_is_as_old_as_it_was(tmp_path: Path) -> None:
    aged = Aged(tmp_path / "home", 1)
    aged.bring_and_remove(5)
    first = aged.now
    aged.now = NOW
    assert aged.kb.sweep().entries == ("pattern-5",)
    aged.bring_and_remove(5)
    row = aged.kb._parts.db.rows("SELECT created_at FROM entries WHERE id = 'pattern-5'")[0]
    assert datetime.fromisoformat(row["created_at"]) == first
    assert aged.kb._parts.db.value("SELECT count(*) FROM swept_entries") == 0


@pytest.mark.parametrize(("setting", "swept"), [("", True), ("500", True), ("off", False)])
def test_kb_sweeps_by_itself_once_a_day_when_nobody_asks(
    aged: Path, monkeypatch: pytest.MonkeyPatch, setting: str, swept: bool
) -> None:
    monkeypatch.setenv("KB_KEEP_DAYS", setting)
    now = NOW
    with KnowledgeBase.open(aged, clock=lambda: now, encoder=HashedEncoder()) as kb:
        kb.check_known_issues("somebody asks right now")
        count = "SELECT count(*) FROM lookups"
        before = kb._parts.db.value(count)
        kb.look_after()
        assert kb._parts.db.value(count) == before
        now += timedelta(minutes=20)
        kb.look_after()
        assert (kb._parts.db.value(count) < before) == swept
        assert (aged / "state" / "backups" / f"ledger-{now.date()}.db").is_file()


@pytest.mark.parametrize("setting", ["a year", "30", "-1"])
def test_a_setting_that_cannot_be_meant_is_told_and_sweeps_nothing(
    home: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("KB_KEEP_DAYS", setting)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        with pytest.raises(InvalidInput):
            kb.sweep()
        kb.look_after()
        assert any("days" in one for one in kb.check()[0])


@pytest.mark.sqlite("a schema of before PostgreSQL")
def test_an_older_home_that_cannot_be_written_is_read_as_one_where_nothing_was_swept(tmp_path: Path) -> None:
    old = unpack(tmp_path / "old")
    (old / "state" / "kb.db").chmod(0o444)
    with closing(sqlite3.connect(f"file:{old / 'state' / 'kb.db'}?mode=ro", uri=True)) as db:
        stand_in(db, 7)
        assert db.execute("SELECT count(*) FROM lookups WHERE repeats IS NULL").fetchone()[0] > 0
        assert db.execute("SELECT count(*) FROM swept_lookups").fetchone() == (0,)
