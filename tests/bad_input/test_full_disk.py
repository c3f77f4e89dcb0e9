"""A disk that is full: a clear error or an answer, nothing lost, and all is well once there is room again."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import HomeNotWritable
from kb.starter import make_home
from tests.bad_input.conftest import fill
from tests.conftest import RunKb

pytestmark = pytest.mark.sqlite(
    "the disk that its file lies on; python -m benchmarks.shared_chaos fills a server's"
)

LINE = "FATAL tide gauge 7 reports a negative depth"


@pytest.fixture
def small(disk: Path) -> Path:
    """A home on the small disk that knows one thing."""
    folder = disk / "home"
    make_home(folder)
    with KnowledgeBase.open(folder) as kb:
        kb.learn_pattern(LINE, "the gauge froze")
        kb.check_known_issues("some words that make the vectors")
    return folder


def snapshot(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "learned").iterdir()}


@pytest.mark.slow
def test_with_no_room_at_all_questions_are_answered_and_writes_refused(
    small: Path, disk: Path, run_kb: RunKb
):
    document = disk.parent / "outage.md"
    document.write_text("# Outage of the sluice\n\nThe sluice was shut because of quuxite in the hinge.\n")
    filler, before = fill(disk), snapshot(small)

    known = run_kb("check", LINE, home=small)
    refused = [
        run_kb(*words, home=small)
        for words in (
            ("learn", "pattern", "ERR a second thing happens"),
            ("ingest", str(document)),
            ("memory", "append", "learned/patterns", "error_patterns", "{pattern: a third thing}"),
            ("memory", "log", "did something"),
            ("doctor", "--rebuild"),
        )
    ]

    assert known.returncode == 0
    assert known.stdout.startswith("KNOWN")
    assert "the lookup was not recorded" in known.stdout
    for one in refused:
        assert one.returncode == 1, one
        assert "kb: " in one.stderr
        assert "Traceback" not in one.stderr
        assert "full" in one.stderr or "No space left" in one.stderr
    assert snapshot(small) == before

    filler.unlink()
    assert run_kb("learn", "pattern", "ERR a second thing happens", home=small).returncode == 0
    assert run_kb("ingest", str(document), home=small).returncode == 0
    assert "hinge" in run_kb("search", "quuxite hinge", home=small).stdout
    assert run_kb("doctor", home=small).returncode == 0


@pytest.mark.parametrize("kilobytes", [8, 40, 160])
def test_whatever_room_is_left_what_was_acknowledged_is_found(small: Path, disk: Path, kilobytes: int):
    filler = fill(disk, kilobytes * 1024)
    acknowledged, refused = [], []
    with KnowledgeBase.open(small) as kb:
        for number in range(12):
            text = f"ERR sluice number {'abcdefghijkl'[number]} is jammed by driftwood"
            try:
                kb.learn_pattern(text, "driftwood " * 60)
                acknowledged.append(text)
            except HomeNotWritable as error:
                refused.append(str(error))
        assert kb.check_known_issues(LINE).verdict == "known"

    filler.unlink()

    with KnowledgeBase.open(small) as kb:
        for text in (LINE, *acknowledged):
            assert kb.check_known_issues(text).verdict == "known", text
        assert kb.learn_pattern("ERR there is room again", "yes").created
        assert kb.problems() == []
        broken, vectors = kb.check()
        assert broken == []
        assert vectors.problems == []
    assert refused or kilobytes > 80
    assert not list((small / "learned").glob(".*.tmp"))


def test_absorbing_on_a_full_disk_loses_no_vector_and_leaves_no_ruin(small: Path, disk: Path):
    filler = fill(disk, 48 * 1024)  # enough for the database, not for the vectors
    with KnowledgeBase.open(small) as kb:
        with pytest.raises(HomeNotWritable, match=r"nothing is lost.*kb doctor --repair"):
            kb.repair(rebuild=True)
        assert list((small / "state" / "vectors").glob("*.building")) == []
        assert kb.check_known_issues("depth of the tide gauge is below nothing", deep=True).matches

        filler.unlink()
        kb.repair(rebuild=True)

        assert kb.check()[1].problems == []


def test_a_limit_on_the_size_of_files_is_a_clear_error_too(home: Path):
    """The same without a file system of its own: writes beyond 300 kB fail with EFBIG."""
    script = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, {resource.RLIM_INFINITY}))\n"
        "from kb.doors.cli import main; main()"
    )
    text = "ERR sluice number {} is jammed by driftwood"

    for number in range(12):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                script,
                "--home",
                str(home),
                "learn",
                "pattern",
                text.format(number),
                "-m",
                "driftwood and gravel " * 900,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
        if done.returncode:
            break

    assert done.returncode == 1
    assert done.stderr.startswith("kb: ")
    assert "Traceback" not in done.stderr
    with KnowledgeBase.open(home) as kb:
        assert kb.check_known_issues(text.format(0)).verdict == "known"
        assert kb.check()[0] == []
