"""Two versions of kb that serve one database: each finds what the other writes, and the schema grows meanwhile."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kb.store.postgresql.steps import SCHEMA
from tests.conftest import ROOT
from tests.doors.conftest import Agent, connected, environment, served
from tests.doubles.postgres import PostgresServer

pytestmark = pytest.mark.full
ADDED = """
    CREATE TABLE further_outcomes (id TEXT PRIMARY KEY, at TEXT NOT NULL DEFAULT '');
    CREATE FUNCTION outcome_further() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO further_outcomes VALUES (new.id); RETURN NULL; END $$;
    CREATE TRIGGER outcome_further AFTER INSERT ON outcomes FOR EACH ROW EXECUTE FUNCTION outcome_further();
    CREATE INDEX entries_origin ON entries(origin);
"""
WIDENED = "".join(
    f"ALTER TABLE {table} ADD COLUMN further TEXT;"
    for table in (
        "entries",
        "copies",
        "fingerprints",
        "lookups",
        "offers",
        "outcomes",
        "events",
        "wordings",
        "moves",
    )
)
"""(Prepared statements that read all columns of a table are no more what they were.)"""
BESIDE: Mapping[str, Any] = {"steps": [["", ADDED + WIDENED]], "masks": 1}
APART: Mapping[str, Any] = {
    "steps": [*BESIDE["steps"], ["it would lose outcomes", "ALTER TABLE further_outcomes DROP COLUMN at"]]
}


@contextmanager
def serving(home: Path, version: Mapping[str, Any] | None = None) -> Iterator[Agent]:
    """An agent of a server of this version, or of another one."""
    program = ("tests.doubles.other_version", json.dumps(version)) if version else ("kb",)
    with served(home, program=program) as (url, _), connected(url) as agent:
        yield agent


def learn_and_find(writer: Agent, reader: Agent, name: str) -> None:
    """What one learns the other one finds, and tells what came of it."""
    line = f"FATAL sluice of the {name} basin jammed"
    learned = writer.call("learn_pattern", pattern=line, meaning="a tree in it", fix="pull it out")["id"]
    answer = reader.call("check_known_issues", error_text=line)
    assert (answer["verdict"], answer["matches"][0]["id"]) == ("known", learned)
    told = reader.call("record_outcome", entry_id=learned, result="resolved", lookup_id=answer["lookup_id"])
    assert told["resolved"] == 1
    again = writer.call("check_known_issues", error_text=line)
    assert again["matches"][0]["trust"]["resolved"] == 1


def test_an_older_server_goes_on_while_a_newer_one_adds_to_the_schema(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    with serving(shared_home) as older:
        learn_and_find(older, older, "first")
        for _ in range(8):  # (so that its statements are prepared)
            older.call("check_known_issues", error_text="FATAL sluice of the first basin jammed")
        stop, wrong = threading.Event(), list[BaseException]()

        names = map("".join, itertools.product(("ka", "lo", "mi", "ne", "ru"), repeat=4))

        def ask() -> None:
            while not stop.is_set():
                try:
                    learn_and_find(older, older, next(names))
                except BaseException as error:
                    wrong.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        with serving(shared_home, BESIDE) as newer:
            stop.set()
            asking.join()
            assert wrong == []
            learn_and_find(older, newer, "northern")
            learn_and_find(newer, older, "southern")
            with serving(shared_home) as another:  # an older one that is started beside
                learn_and_find(another, newer, "eastern")
                learn_and_find(newer, another, "western")
            left = "SELECT count(*) FROM fingerprints WHERE fingerprint LIKE 'f7:%'"
            assert newer.call("check_known_issues", error_text="FATAL sluice")
            assert postgres_server.run(left, database) == [(0,)]
    made = postgres_server.run("SELECT step, apart FROM schema_steps ORDER BY step", database)
    assert made == [(number, None) for number in range(1, SCHEMA + 2)]
    told = postgres_server.run("SELECT count(*) > 4 FROM further_outcomes", database)
    assert told == [(True,)]


def test_an_older_server_is_refused_with_a_sentence_once_a_step_keeps_it_apart(shared_home: Path) -> None:
    with serving(shared_home) as older:
        learn_and_find(older, older, "first")
        with serving(shared_home, APART) as newer:
            said = older.refused("learn_pattern", pattern="FATAL a gate", meaning="rust", fix="oil it")
            assert "was written by a newer kb, beside which this one cannot go on" in said
            assert f"(step {SCHEMA + 2}: it would lose outcomes; this one knows {SCHEMA})" in said
            assert "update kb" in older.refused(
                "check_known_issues", error_text="FATAL sluice of the first basin jammed"
            )
            answer = newer.call("check_known_issues", error_text="FATAL sluice of the first basin jammed")
            assert answer["verdict"] == "known"
    command = [sys.executable, "-m", "kb", "check", "FATAL sluice of the first basin jammed"]
    done = subprocess.run(command, cwd=ROOT, env=environment(shared_home), capture_output=True, text=True)
    assert done.returncode
    assert "it would lose outcomes" in done.stderr
