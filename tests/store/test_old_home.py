"""A home that an earlier version made opens: what happened in it stays, and what it knows is found as well as ever.

The home was made by commit 2995bad (`tests/store/old_home/make.py`) and is kept as that version left it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder, Precision
from kb.model import Status
from kb.model.ledger import Tier, Verdict
from kb.model.receipts import FileState
from kb.store.database import SCHEMA
from kb.text.entries import codec
from kb.text.masking import MASK_VERSION
from tests.conftest import ROOT, RunKb
from tests.store.old_home.make import FENCED, GROUP, VOLUME, unpack

pytestmark = pytest.mark.sqlite("a home of before PostgreSQL")

Rows = list[tuple[Any, ...]]

STAYS = {
    "entries": "SELECT id, kind, status, headline, digest, file, created_at, updated_at, retired_at FROM entries"
    " ORDER BY id",
    "outcomes": "SELECT * FROM outcomes ORDER BY id",
    "moves": "SELECT * FROM moves ORDER BY id",
    "lookups": "SELECT id, at, verdict, evidence, tool, service, environment, incident FROM lookups ORDER BY id",
    "offers": "SELECT * FROM offers ORDER BY lookup_id, entry_id",
    "events": "SELECT * FROM events ORDER BY id",
    "changes": "SELECT * FROM changes ORDER BY id",
    "reviews": "SELECT * FROM reviews ORDER BY id",
    "healthy": "SELECT source, line, count, added_at FROM healthy ORDER BY line",
    "wordings": "SELECT entry_id, line, at, services, verified FROM wordings ORDER BY line",
    "proposals": "SELECT id, at, kind, state, decided_at, decided_by, reason FROM proposals ORDER BY id",
    "chunks": "SELECT * FROM chunks WHERE role != 'whole' ORDER BY id",
    "embeddings": "SELECT content_hash, model FROM embeddings ORDER BY 1",
}
"""What a newer version does not touch, by table."""

KNOWN = {
    "pattern-basket-shard-has-no-leader-db83f81b": "ERROR basket shard {n} has no leader",
    "pattern-quay-crane-stalled-stopped-at-row-f99ef2ab": "WARN quay crane {n} stopped at row 19",
    "pattern-merror-tariff-table-is-older-than-5ebd3314": "ERROR tariff table v{n} is older than 120 days",
    "pattern-panic-could-not-write-to-file-no-space-l-71858223": 'PANIC:  could not write to file "pg_wal/xlogtemp.{n}": No space left on device',
    "pattern-audit-refused-comm-for-users-ab90e1c1": "audit: refused comm=nightly-export for {n} users",
    "tool-fix-invoicer-worker-exited-with-code-137-in-dd998e7d": "worker {n} exited with code 137 in pool invoices",
    "pattern-fatal-tide-gauge-reports-a-negative-dept-d06d53a7": "FATAL tide gauge {n} reports a negative depth",
    "pattern-sluice-d-is-jammed-after-d-turns-c71d5767": "sluice {n} is jammed after 4 turns",
    "tool-fix-lockctl-lock-chamber-refused-gate-open-101da5cb": "lock chamber {n} refused: gate open",
    "pattern-kafka-consumer-group-payments-settle-los-10ff0b87": GROUP,
    "known-error-first-request-after-a-pause-fails-with-c-00be6736": "read tcp 10.4.2.17:4{n}->10.4.9.3:443: read: connection reset by peer",
}
"""A line of each entry that has one, with a number in it that varies."""

TRACE = """\
Traceback (most recent call last):
  File "/srv/app/billing/invoice.py", line {n}, in total
    rate = rates[country]
KeyError: 'tax_rate'"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The home, in a folder of its own."""
    return unpack(tmp_path / "old")


@pytest.fixture
def base(old: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    """The home, open at the moment at which the earlier version was asked about it."""
    at = datetime.fromisoformat(said(old)["at"])
    with KnowledgeBase.open(
        old, encoder=encoder, exact_below=50_000, clock=lambda: at, actor="ana"
    ) as opened:
        yield opened


def said(home: Path) -> dict[str, Any]:
    """What the earlier version said of the home."""
    found: dict[str, Any] = json.loads((home.parent / "said.json").read_text())
    return found


def rows(home: Path, sql: str) -> Rows:
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db:
        return db.execute(sql).fetchall()


def everything(home: Path) -> dict[str, Rows]:
    """Every row of every table that is no index of its own."""
    tables = rows(
        home, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'chunk_terms%'"
    )
    return {name: sorted(rows(home, f"SELECT * FROM {name}"), key=repr) for (name,) in tables}


def test_what_happened_in_it_stays(old: Path, base: KnowledgeBase):
    before = {name: rows(old, sql) for name, sql in STAYS.items()}

    base.refresh()

    assert {name: rows(old, sql) for name, sql in STAYS.items()} == before


def test_its_vectors_stay_in_half_the_bytes_and_in_the_precision_that_they_were_made_in(
    old: Path, base: KnowledgeBase
):
    sql = "SELECT vector FROM embeddings ORDER BY content_hash"
    before = [np.frombuffer(vector, dtype="<f4") for (vector,) in rows(old, sql)]

    base.refresh()

    after = [np.frombuffer(vector, dtype="<f2") for (vector,) in rows(old, sql)]
    assert len(before) > 20
    assert np.abs(np.array(after, dtype=np.float32) - np.array(before)).max() < 1e-4
    assert rows(old, "SELECT DISTINCT model FROM embeddings") == [("all-MiniLM-L6-v2",)]
    assert base.check()[1].problems == []


def test_it_is_asked_with_the_model_that_its_vectors_were_made_by_until_they_are_made_again(old: Path):
    question = "the database answers no more, and the pool of connections is used up"
    with KnowledgeBase.open(old, encoder=OnnxEncoder(precision=Precision.INT8)) as kb:
        first = kb.check_known_issues(question, deep=True)
        kb.learn_pattern("lock gate seventeen never closes", "its hinge rusts", "grease it")
        kb.check_known_issues(question, deep=True)
        assert models(old) == {"all-MiniLM-L6-v2"}
        assert "--embed-again" in " ".join(kb.check()[1].notes)

        kb.repair(embed_again=True)

        assert models(old) == {"all-MiniLM-L6-v2+int8"}
        assert kb.check()[1].problems == []
        assert "--embed-again" not in " ".join(kb.check()[1].notes)
        again = kb.check_known_issues(question, deep=True)
    assert [one for one in first.notes if "meaning" in one] == []
    assert {one.id for one in again.matches[:3]} & {one.id for one in first.matches[:3]}


def models(home: Path) -> set[str]:
    """The models that the cached vectors of a home are of."""
    return {name for (name,) in rows(home, "SELECT DISTINCT model FROM embeddings")}


def test_it_says_of_trust_incidents_and_proposals_what_it_said(old: Path, base: KnowledgeBase):
    expected = said(old)

    trust = {one: base.trust_of(base.get(one)) for one in expected["trust"]}

    assert {key: [one.value, one.n, str(one.last or "")] for key, one in trust.items()} == expected["trust"]
    lived = [[one.id, one.title, len(one.timeline)] for one in base.incidents.recent(9)]
    assert lived == expected["incidents"]
    assert {one.proposal.id for one in base.proposals().list()} == set(expected["open_proposals"])
    assert [str(one) for one in base.problems()] == expected["problems"]


def test_its_schema_fingerprints_and_signatures_are_of_today(old: Path, base: KnowledgeBase):
    base.refresh()

    assert rows(old, "PRAGMA user_version") == [(SCHEMA,)]
    assert rows(old, "SELECT value FROM meta WHERE key = 'mask_version'") == [(str(MASK_VERSION),)]
    for table in ("fingerprints", "healthy", "wordings", "lookups"):
        left = rows(old, f"SELECT * FROM {table} WHERE fingerprint NOT GLOB 'f{MASK_VERSION}:*'")
        assert [row for row in left if not str(row[0]).startswith("name:")] == []
    kept = rows(old, "SELECT data FROM proposals")
    assert [data for (data,) in kept if '"f3:' in data] == []
    looked_for = rows(old, "SELECT needles, regex, trace FROM signatures")
    assert ('["basket shard <*> has no leader"]', 2, "") in looked_for
    assert [trace[-1] for needles, _, trace in looked_for if "tax_rate" in needles] == ["N"]


@pytest.mark.parametrize("entry_id", KNOWN)
def test_each_entry_is_known_by_its_line_whatever_carries_it(base: KnowledgeBase, entry_id: str):
    line = KNOWN[entry_id].format(n=8317)
    carried = {
        "plain": line,
        "docker": json.dumps({"log": f"{line}\n", "stream": "stderr", "time": "2026-03-02T10:01:02.7Z"}),
        "cri": f"2026-03-02T10:01:02.712345678Z stderr F {line}",
        "compose": f"app-1  | {line}",
    }

    found = {name: base.check_known_issues(text) for name, text in carried.items()}

    said_of = {name: (one.verdict, one.matches[0].id) for name, one in found.items()}
    assert said_of == dict.fromkeys(carried, (Verdict.KNOWN, entry_id))


@pytest.mark.parametrize("entry", ["41", "77"])
def test_a_pattern_of_many_lines_is_known_as_a_trace(base: KnowledgeBase, entry: str):
    lines = TRACE.format(n=entry).splitlines()
    prefixes = ("", "2026-03-02T10:01:02.712345678Z stderr F ", "app-1  | ")
    carried = ["\n".join(f"{prefix}{one}" for one in lines) for prefix in prefixes]
    carried.append("\n".join(json.dumps({"log": f"{one}\n", "stream": "stderr"}) for one in lines))

    found = [base.check_known_issues(text) for text in carried]

    assert [one.verdict for one in found] == [Verdict.KNOWN] * 4
    assert {one.matches[0].title for one in found} == {"KeyError: 'tax_rate' (and 3 more lines)"}


def test_each_entry_is_known_by_its_own_text(base: KnowledgeBase):
    texts = {
        one.id: getattr(one, "pattern", "") or getattr(one, "error_pattern", "")
        for place in base.places()
        if (one := base.get(place.id)).signatures and not any(sign.regex for sign in one.signatures)
    }

    found = {key: base.check_known_issues(text) for key, text in texts.items() if text}

    assert len(found) >= 9
    assert {key: (one.verdict, one.matches[0].id) for key, one in found.items()} == {
        key: (Verdict.KNOWN, key) for key in found
    }


def test_words_that_an_outcome_taught_still_lead_to_the_entry(base: KnowledgeBase):
    found = base.check_known_issues(
        "the till says that shard 91 of the basket is an orphan", service="basket"
    )

    assert (found.verdict, found.matches[0].id) == (
        Verdict.KNOWN,
        "pattern-basket-shard-has-no-leader-db83f81b",
    )
    assert found.matches[0].tier is Tier.FINGERPRINT


def test_what_healthy_lines_quarantined_stays_and_what_a_person_put_back_stays_as_well(base: KnowledgeBase):
    report = base.healthy.check()

    assert [one.entry_id for one in report.quarantined] == ["pattern-lease-renewed-late-c44b4e7b"]
    assert (report.fresh, report.released, report.problems) == ((), (), ())
    assert base.get("pattern-cache-warmed-late-f9320db7").status is Status.ACTIVE


def test_healthy_lines_are_held_against_what_is_looked_for_now(old: Path, base: KnowledgeBase):
    with closing(sqlite3.connect(old / "state" / "kb.db")) as db, db:
        db.execute(
            "INSERT INTO healthy VALUES ('api', 'f3:0', 'INFO basket shard 3 has no leader yet', 1, '2026-03-02')"
        )

    base.refresh()

    entry = base.get("pattern-basket-shard-has-no-leader-db83f81b")
    assert entry.status is Status.QUARANTINED
    assert "basket shard 3 has no leader yet" in base.moves_of(entry.id)[-1].reason


def test_what_was_rejected_is_not_proposed_again_and_what_was_open_is_the_same_proposal(base: KnowledgeBase):
    before = {one.proposal.id for one in base.proposals().list()}

    for template in (FENCED, GROUP, VOLUME):
        base.check_known_issues(template.format(n=7))
    after = {one.proposal.id: one.proposal for one in base.proposals().list()}

    assert after.keys() == before
    (grown,) = [one for one in after.values() if any("fencing" in line for line in one.lines)]
    assert grown.weight == 4


def test_the_watch_list_still_knows_what_was_asked_and_not_known(base: KnowledgeBase):
    notes = base.check_known_issues(FENCED.format(n=9)).notes

    assert any("asked 3 times and not known" in note for note in notes)


def test_its_last_watch_list_is_scored_by_what_is_asked_now(old: Path, encoder: OnnxEncoder):
    moment = [datetime.fromisoformat(said(old)["at"]) + timedelta(days=2)]
    with KnowledgeBase.open(old, encoder=encoder, exact_below=50_000, clock=lambda: moment[0]) as base:
        base.check_known_issues(FENCED.format(n=9))
        moment[0] += timedelta(days=5)
        scored = base.weekly_summary().watch

    came_up = [one for one in scored if one.came_up]
    assert [one.title.split()[0] for one in came_up] == ["ledger"]


def test_reading_its_files_again_changes_nothing(old: Path, base: KnowledgeBase):
    base.refresh()
    before = {name: rows(old, STAYS[name]) for name in ("entries", "moves", "chunks")}
    patterns = old / "learned" / "patterns.yaml"

    patterns.write_text(patterns.read_text() + "# one more comment\n")
    base.refresh()

    assert {name: rows(old, STAYS[name]) for name in before} == before


def test_its_documents_are_the_same_ones_when_they_are_ingested_again(old: Path, base: KnowledgeBase):
    copies = shutil.copytree(old.parent / "documents", old.parent / "copied")
    here = f"replace({{0}}, '/srv/a/documents', '{old.parent / 'documents'}')"
    with closing(sqlite3.connect(old / "state" / "kb.db")) as db, db:
        db.execute(f"UPDATE files SET path = {here.format('path')}")
        db.execute(f"UPDATE entries SET file = {here.format('file')}")
    # Newer readers find more in two of them: factors that nobody confirmed, and commands that stand in a line.
    told_more = {"2026-04-15-api-latency-connection-leak.md", "KE-0011-pods-stuck-terminating.md"}
    same = "SELECT id, kind, status, headline, file, created_at, retired_at FROM entries ORDER BY id"
    before, ids = rows(old, STAYS["entries"]), rows(old, same)

    again = base.ingest(old.parent / "documents")
    elsewhere = base.ingest(copies)

    updated = {file.entries[0] for file in again.files if file.state is FileState.UPDATED}
    assert {
        Path(file.path).name for file in again.files if file.state is not FileState.UNCHANGED
    } == told_more
    assert rows(old, same) == ids
    assert {row for row in rows(old, STAYS["entries"]) if row[0] not in updated} == {
        row for row in before if row[0] not in updated
    }
    assert sum(len(file.copies) for file in elsewhere.files) == 4


def test_a_digest_of_an_earlier_version_is_the_digest_of_today(old: Path, base: KnowledgeBase):
    stored = dict(rows(old, "SELECT id, digest FROM entries"))

    assert {key: codec.digest(base.get(key)) for key in stored} == stored


def test_a_status_is_written_for_an_entry_whose_name_would_be_another_today(old: Path, base: KnowledgeBase):
    entry_id = "pattern-panic-could-not-write-to-file-no-space-l-71858223"

    base.set_status(entry_id, "quarantined", "it is another disk", "ben")
    base.refresh()

    assert base.get(entry_id).status is Status.QUARANTINED
    assert rows(old, "SELECT done FROM moves ORDER BY id DESC LIMIT 1") == [(1,)]
    text = (old / "learned" / "patterns.yaml").read_text()
    assert "fix: Make room in pg_wal\n    status: quarantined" in text


def test_learning_again_what_it_knows_writes_nothing(base: KnowledgeBase):
    learned = base.learn_pattern(
        'PANIC:  could not write to file "pg_wal/xlogtemp.12345": No space left on device',
        "The disk of the write-ahead log is full",
        "Make room in pg_wal",
    )

    assert (learned.created, learned.id) == (
        False,
        "pattern-panic-could-not-write-to-file-no-space-l-71858223",
    )


def test_comments_and_unknown_keys_of_its_files_stay(old: Path, base: KnowledgeBase):
    base.set_status("pattern-basket-shard-has-no-leader-db83f81b", "candidate", "not so sure", "ben")

    text = (old / "learned" / "patterns.yaml").read_text()
    assert "# any shard" in text
    assert "ticket: BASK-12          # a key that kb does not know" in text
    assert "rota: {monday: ben, tuesday: cleo}" in text


def test_opening_it_twice_renews_it_once(old: Path, encoder: OnnxEncoder):
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with KnowledgeBase.open(old, encoder=encoder, clock=lambda: at) as first:
        first.refresh()
        first.proposals().list()
    before = everything(old)

    with KnowledgeBase.open(old, encoder=encoder, clock=lambda: at + timedelta(seconds=1)) as second:
        second.refresh()
        second.proposals().list()

    assert everything(old) == before


def test_two_processes_that_open_it_at_once_do_not_clash(old: Path):
    script = (
        "import sys; from kb import KnowledgeBase; sys.stdin.readline()\n"
        f"with KnowledgeBase.open({str(old)!r}, exact_below=50_000) as kb:\n"
        "    print(kb.check_known_issues('ERROR basket shard 3 has no leader').verdict, kb.problems()[1:])\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(2)
    ]

    for one in started:  # both are waiting for their line
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    said_by = [one.communicate(timeout=60) for one in started]

    assert said_by == [("known []\n", "")] * 2
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]
    assert rows(old, "SELECT count(*) FROM lookups WHERE evidence LIKE '%shard 3 %'") == [(2,)]


def test_the_doctor_says_that_it_is_healthy(old: Path, run_kb: RunKb):
    found = run_kb("doctor", "--json", home=old)

    assert json.loads(found.stdout)["problems"] == []
    assert found.returncode == 0
