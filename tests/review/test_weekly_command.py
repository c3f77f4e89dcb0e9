"""`kb weekly`: three formats, a file, windows that follow one another, and what it says on the side."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.memory.watch import KEY

Run = Callable[..., Result]


@pytest.fixture
def run(own_week: KnowledgeBase) -> Run:
    """The command on the fixture week's home; what it raises is what `kb` would print."""
    return lambda *words: CliRunner().invoke(
        app, ["weekly", *words], env={"KB_HOME": str(own_week.home.root)}
    )


UNTIL = ("--until", "2026-11-16T09:00:00")


def test_markdown_is_what_it_prints_and_the_past_is_left_alone(run: Run, own_week: KnowledgeBase) -> None:
    done = run(*UNTIL)
    assert done.exit_code == 0
    assert done.stdout.startswith("# Incident review 2026-11-09 09:00 to 2026-11-16 09:00 UTC\n\n2 incidents")
    assert done.stderr == ""
    assert not own_week.home.memory_file(KEY).exists()


@pytest.mark.parametrize("words", [("--json",), ("--format", "json"), ("--json", "--format", "json")])
def test_json(run: Run, words: tuple[str, ...]) -> None:
    summary = json.loads(run(*UNTIL, *words).stdout)
    assert summary["read"]["incidents"] == 2
    assert summary["durations"][1] == {"name": "to_mitigate", "median_minutes": 55.0, "n": 2, "without": 0}


def test_a_page_goes_into_a_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "week.html"
    done = run(*UNTIL, "--format", "html", "-o", str(out))
    assert done.stdout == ""
    assert f"written to {out}" in done.stderr
    assert out.read_text().startswith("<!doctype html>")


def test_a_review_of_now_feeds_the_watch_list_unless_told_not_to(run: Run, own_week: KnowledgeBase) -> None:
    path = own_week.home.memory_file(KEY)
    assert "watch list" not in run("--no-watch", "--days", "30").stderr
    assert not path.exists()
    assert " on the watch list (state/watch.yaml)" in run("--days", "30").stderr
    assert path.exists()


def test_since_last_begins_where_the_last_one_ended(run: Run) -> None:
    first = run("--since-last", "--json")
    assert "this is the first review with --since-last: it covers the last 7 days" in first.stderr
    run("--json")
    second = json.loads(run("--since-last", "--json").stdout)
    assert second["since"] == json.loads(first.stdout)["until"]


def test_a_watch_list_that_cannot_be_written_is_told_and_the_review_is_printed(
    run: Run, own_week: KnowledgeBase
) -> None:
    own_week.home.memory_file(KEY).write_text("watch: [\n")
    done = run()
    assert done.exit_code == 1
    assert done.stdout.startswith("# Incident review")
    assert "watch.yaml:" in done.stderr
    assert "the watch list was not written" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since-last", "--until", "2026-11-16"), "--since-last ends now"),
        (("--since-last", "--days", "3"), "two windows"),
        (("--json", "--format", "html"), "two formats"),
        (("--days", "0"), "is no window"),
        ((*UNTIL, "-o", "/proc/nowhere/week.md"), "cannot be written"),
    ],
)
def test_what_contradicts_itself_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code != 0
    assert said in str(done.exception)
