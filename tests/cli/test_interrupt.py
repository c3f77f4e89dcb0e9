"""Ctrl-C: an ingest says how far it came and goes on from there; every command says that it was stopped."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder, Progress
from tests.conftest import ROOT, RunKb

FILES = 400


def started(*words: str, home: Path) -> subprocess.Popen[str]:
    """`kb` as a process of its own, which a terminal could interrupt."""
    return subprocess.Popen(
        [sys.executable, "-m", "kb", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "KB_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """What it says up to a line with these words."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def count(home: Path, sql: str) -> int:
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db:
        return int(db.execute(sql).fetchone()[0])


READ = "SELECT count(*) FROM files WHERE path LIKE '/%'"
EMBEDDED = "SELECT count(*) FROM embeddings"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for n in range(FILES):
        cause = (
            f"The sluice of lock {n} was shut, since its motor {n * 7} had lost a phase and nobody had looked. "
            * 4
        )
        (folder / f"{n:03}.md").write_text(f"# Outage of lock {n}\n\n## Root cause\n\n{cause}\n")
    return folder


def test_an_ingest_that_is_interrupted_while_it_reads_keeps_every_file_and_goes_on(
    home: Path, documents: Path
) -> None:
    process = started("ingest", str(documents), home=home)
    wait_for(process, "reading files: 40 of")
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert "stopping when this step is done" in said
    (told,) = re.findall(
        r"kb: stopped: (\d+) of 400 files are in; run the same command again, and it goes on", said
    )
    assert 40 <= int(told) < FILES
    assert count(home, READ) == int(told)

    again = started("ingest", str(documents), home=home)
    out, _ = again.communicate()
    assert again.returncode == 0
    assert f"400 files: {FILES - int(told)} added, {told} unchanged" in out


@pytest.mark.full
def test_an_interrupt_while_it_embeds_loses_less_than_a_second_of_it(home: Path, documents: Path) -> None:
    process = started("ingest", str(documents), home=home)
    wait_for(process, "embedding texts:")
    wait_for(process, "embedding texts:")
    process.send_signal(signal.SIGINT)
    at = time.monotonic()
    said = process.communicate()[1]
    assert process.returncode == 130
    assert time.monotonic() - at < 20
    (told,) = re.findall(r"400 of 400 files are in, (\d+) of \d+ texts embedded", said)
    kept = count(home, EMBEDDED)
    rest = count(home, "SELECT count(*) FROM outbox")
    assert kept > 0
    assert rest
    assert int(told) - kept <= 256  # what was embedded since the last commit; how long that is, see below

    again = started("ingest", str(documents), home=home)
    out, _ = again.communicate()
    assert again.returncode == 0
    (embedded,) = re.findall(r"(\d+) texts embedded", out)
    assert int(embedded) < FILES


def test_a_second_ctrl_c_ends_at_once_and_loses_no_file_that_was_read(home: Path, documents: Path) -> None:
    process = started("ingest", str(documents), home=home)
    wait_for(process, "reading files: 40 of")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert "it goes on from there" in said
    assert count(home, READ) >= 40


def test_another_command_says_that_it_was_stopped(home: Path) -> None:
    process = started("healthy", "add", "-", home=home)
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate()
    assert (process.returncode, out) == (130, ""), said
    assert "kb: stopped; what was committed stays" in said
    assert "Traceback" not in said


LOSES = """
import os, signal
from kb.doors.cli import main
from kb.doors.cli.tree import root
from kb.errors import InvalidInput

def loses_the_interrupt(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        pass
    raise InvalidInput("there is nothing in it")

root.tree = lambda words: loses_the_interrupt
main()
"""


def test_what_goes_wrong_after_an_interrupt_that_was_lost_is_the_interrupt() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOSES],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "kb: stopped; what was committed stays\n")


def test_whoever_stops_reading_ends_the_command_with_141(run_kb: RunKb, home: Path) -> None:
    run_kb("learn", "pattern", "FATAL tide gauge 7 reports a negative depth", "-m", "ice " * 5000)
    process = started("memory", "read", "learned/patterns", home=home)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait() == 141


class Slow(OnnxEncoder):
    """An encoder for which a text takes a twentieth of a second, and which notes how many it is given at once."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Any:
        self.__dict__.setdefault("sizes", []).append(len(texts))
        time.sleep(len(texts) / 20)
        return super().encode(texts, progress)


def test_the_slower_texts_are_embedded_the_fewer_are_between_two_commits(home: Path, tmp_path: Path) -> None:
    for n in range(60):
        (tmp_path / f"{n}.md").write_text(f"# Outage of lock {n}\n\nThe sluice {n} was shut.\n")
    encoder = Slow()
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.ingest(*tmp_path.glob("*.md"))
    first, second, *rest = encoder.sizes
    assert first > 10
    assert {second, *rest} <= set(range(1, 11))  # half a second's work
