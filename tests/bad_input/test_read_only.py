"""A home that can only be read: it answers, says what it could not record, and refuses writes in words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import HomeNotWritable
from kb.starter import make_home
from tests.bad_input.conftest import remount
from tests.conftest import ROOT, RunKb
from tests.store.old_home.make import ASKED_AS, unpack

pytestmark = pytest.mark.sqlite(
    "a file system that cannot be written; tests/postgresql/test_failover.py has a standby"
)

LINE = "FATAL tide gauge 7 reports a negative depth"
LATE = "FATAL sluice 3 is jammed, learned by a process that was killed"


@pytest.fixture
def sealed(disk: Path, request: pytest.FixtureRequest) -> Path:
    """A read-only home; with `wal`, its last entry lies only in the write-ahead log of a killed process."""
    folder = disk / "home"
    make_home(folder)
    with KnowledgeBase.open(folder) as kb:
        kb.learn_pattern(LINE, "the gauge froze")
        kb.check_known_issues("some words that make the vectors")
    if request.param != "clean":
        script = (
            "import os; from kb import KnowledgeBase\n"
            f"KnowledgeBase.open({str(folder)!r}).learn_pattern({LATE!r}); os._exit(0)"
        )
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
        )
        assert (folder / "state" / "kb.db-wal").stat().st_size
    if request.param == "wal without its shm":
        (folder / "state" / "kb.db-shm").unlink()
    remount(disk, "ro")
    return folder


@pytest.mark.parametrize("sealed", ["clean", "wal", "wal without its shm"], indirect=True)
def test_a_read_only_home_answers_and_says_that_nothing_was_recorded(
    sealed: Path, request: pytest.FixtureRequest
):
    with KnowledgeBase.open(sealed) as kb:
        answer = kb.check_known_issues(LINE)
        by_words = kb.check_known_issues("the depth of the tide is below nothing", deep=True)
        late = kb.check_known_issues(LATE)
        with pytest.raises(HomeNotWritable):
            kb.learn_pattern("ERR a second thing happens")
        with pytest.raises(HomeNotWritable):
            kb.session_log("tried")
        with pytest.raises(HomeNotWritable):
            kb.record_outcome(answer.matches[0].id, "resolved")
        assert kb.weekly_summary().read["outcomes"] == 0

    assert (answer.verdict, answer.lookup_id) == ("known", None)
    assert any("the lookup was not recorded" in note and "read-only" in note for note in answer.notes)
    assert by_words.matches
    assert late.verdict == ("unknown" if "[clean]" in request.node.name else "known")


@pytest.mark.parametrize("sealed", ["wal"], indirect=True)
def test_the_command_line_says_the_same_with_exit_code_1(sealed: Path, run_kb: RunKb, tmp_path: Path):
    document = tmp_path / "outage.md"
    document.write_text("# Outage\n\nAll was dark.\n")

    known = run_kb("check", LINE, home=sealed)
    refused = [
        run_kb(*words, home=sealed)
        for words in (
            ("learn", "pattern", "sluice gate jammed"),
            ("ingest", str(document)),
            ("memory", "log", "did"),
        )
    ]

    assert known.returncode == 0
    assert "not recorded" in known.stdout
    for one in refused:
        assert one.returncode == 1
        assert "read-only" in one.stderr.lower()
        assert "Traceback" not in one.stderr


@pytest.mark.parametrize("sealed", ["clean"], indirect=True)
def test_a_file_that_changed_before_the_home_became_read_only_is_named(sealed: Path, disk: Path):
    remount(disk, "rw")
    with (sealed / "learned" / "patterns.yaml").open("a") as out:
        out.write("# changed by hand\n")
    remount(disk, "ro")

    with KnowledgeBase.open(sealed) as kb:
        notes = kb.check_known_issues(LINE).notes

    assert any("learned/patterns.yaml" in note and "cannot be taken in" in note for note in notes)


def test_a_home_of_an_earlier_version_answers_and_says_what_it_lacks(disk: Path):
    old = unpack(disk)
    remount(disk, "ro")

    with KnowledgeBase.open(old, exact_below=50_000) as kb:
        learned = kb.check_known_issues('{"log":"ERROR basket shard 4 has no leader\\n","stream":"stderr"}')
        taught = kb.check_known_issues(ASKED_AS, service="basket")
        trace = kb.check_known_issues(
            'Traceback (most recent call last):\n  File "/x.py", line 7, in total\n'
            "    rate = rates[country]\nKeyError: 'tax_rate'"
        )
        assert kb.search("the disk is full")
        assert kb.proposals().list()

    assert (learned.verdict, learned.matches[0].title) == ("known", "basket shard 17 has no leader")
    assert trace.verdict == "known"
    assert "basket shard 17 has no leader" in [match.title for match in taught.matches]
    assert any("another version of kb made it, and it cannot be written" in note for note in taught.notes)


def test_a_home_that_is_too_old_to_be_read_as_it_is_says_what_to_do(disk: Path, run_kb: RunKb):
    old = unpack(disk)
    with closing(sqlite3.connect(old / "state" / "kb.db")) as db:
        db.execute("PRAGMA user_version = 5")
    remount(disk, "ro")

    refused = run_kb("check", LINE, home=old)

    assert refused.returncode == 1
    assert "older kb (schema 5)" in refused.stderr
    assert "open it once where it can be written" in refused.stderr


@pytest.mark.parametrize("sealed", ["clean"], indirect=True)
def test_that_nobody_is_told_of_incidents_is_said_once(sealed: Path, caplog: pytest.LogCaptureFixture):
    with KnowledgeBase.open(sealed) as kb:
        kb.notices.run(threading.Event())
        assert kb.notices.recent() == []
    assert [one.message for one in caplog.records] == [f"nobody is told of incidents: {sealed} is read-only"]
