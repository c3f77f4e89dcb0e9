"""`kb change …` as a person and a script meet it."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kb.changes.import_git import Imported
from kb.doors.cli.app import app
from kb.errors import InvalidInput


class Kb:
    """The command line, in this process, on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str) -> str:
        done = CliRunner().invoke(
            app, ["change", *words], env={"KB_HOME": str(self.home)}, catch_exceptions=False
        )
        assert done.exit_code == 0, done.stderr
        self.said = done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def run(home: Path) -> Kb:
    kb = Kb(home)
    kb(
        "record",
        "deploy",
        "--service",
        "web",
        "--env",
        "prod",
        "--version",
        "1.0",
        "--at",
        "3d",
        "-m",
        "fix: tokens",
    )
    kb(
        "record",
        "migration",
        "--service",
        "web",
        "--env",
        "prod",
        "-m",
        "add column",
        "--irreversible",
        "--at",
        "2h",
    )
    kb(
        "record",
        "deploy",
        "--service",
        "web",
        "--env",
        "prod",
        "--version",
        "1.1",
        "--at",
        "10m",
        "--result",
        "failed",
    )
    return kb


def test_what_changed_is_a_line_each_newest_first_in_utc(run: Kb):
    lines = run("list", "--since", "7d", "--service", "web").splitlines()

    assert [line.split("UTC  ")[1] for line in lines] == [
        "deployment FAILED  web (prod) 1.1",
        "migration  web (prod): add column",
        "deployment  web (prod) 1.0: fix: tokens",
    ]


def test_a_list_that_is_empty_or_cut_or_leaves_something_out_says_so(run: Kb):
    assert run("list", "--since", "5m") == "no change since 5m\n"
    run("record", "config", "-m", "rotate the certificates of the cluster")

    assert len(run.json("list", "--since", "7d", "--limit", "1")) == 1
    assert "3 older changes not shown" in run.said
    run("list", "--service", "web")
    assert "1 more changes name no service" in run.said


def test_the_rollback_target_comes_with_its_record_and_what_must_be_true_first(run: Kb):
    text = run("rollback-target", "web", "--env", "prod")

    assert "current  1.1" in text
    assert "target   1.0 (fix: tokens), ran well 1 of 1 deployment" in text
    assert "FIRST    the migration 'add column'" in text
    assert "cannot be undone" in text
    found = run.json("rollback-target", "web")
    assert (found["target"]["version"], found["target"]["n"], found["environment"]) == ("1.0", 1, "prod")


def test_no_record_is_said_and_is_no_error(run: Kb):
    assert "target   none\n  FIRST    nothing is on record of what was deployed of api" in run(
        "rollback-target", "api"
    )


def test_drift_is_shown_expired_first_and_can_be_ended(run: Kb):
    assert run("drift") == "no drift is on record\n"
    kept = run.json(
        "record", "drift", "--service", "db", "--reason", "more memory", "--expires", "2999-01-01"
    )
    late = run.json(
        "record", "drift", "--service", "web", "--reason", "SSO", "--at", "9d", "--expires", "2026-01-01"
    )

    assert [line.split()[0] for line in run("drift").splitlines()] == [late["id"], kept["id"]]
    assert "EXPIRED 2026-01-01" in run("drift")
    assert {key: len(found) for key, found in run.json("drift").items()} == {"expired": 1, "active": 1}
    assert run("drift", "--end", late["id"]).startswith(kept["id"])


def test_a_word_without_meaning_is_an_error_that_says_which_have_one(run: Kb):
    with pytest.raises(InvalidInput, match="deployment, rollback, drift, migration, config"):
        run("record", "teleport", "--service", "web")


def test_an_import_tells_what_became_of_the_commits(run: Kb, repository: Path):
    assert run("import-git", str(repository)) == "3 commits read: 3 changes recorded, 0 known already\n"
    again = run.json("import-git", str(repository))
    assert again.keys() == {field.name for field in fields(Imported)}
    assert (again["recorded"], again["known"]) == (0, 3)
