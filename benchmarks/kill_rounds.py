"""One kill: a copy of a home, a command in a process that dies, and what is left, looked at and gone on with.

Processes are forks of this one, which has loaded everything, so a round takes a tenth of a second of work; each opens
the home by itself.  The model is not loaded: vectors come from `HashedEncoder`, which writes them like the model's.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import kb.wiring
from benchmarks.durability_material import commented_home
from benchmarks.durability_rounds import yaml_faults, yaml_of
from benchmarks.kill_points import watch
from benchmarks.kill_scenarios import TOKENS, Facts, Scenario, filled, is_kept, words_of
from kb import KnowledgeBase
from kb.store.upkeep.backups import LEDGER
from tests.doubles.command import run_command
from tests.doubles.encoders import HashedEncoder

kb.wiring.OnnxEncoder = partial(HashedEncoder, like_the_model=False)  # type: ignore[assignment,misc]

ENDED, DIED = "ended", "died"


@dataclass(slots=True)
class Round:
    """What became of one kill."""

    ended: str
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def forked(work: Callable[[Callable[..., None]], None], kill_after: float = 0.0) -> tuple[str, list[Any]]:
    """Run `work` in a fork, which is killed after some seconds if it has not ended; how it ended, and what it said.

    Raises AssertionError with its words when it failed.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _in_fork(work, writer)
    os.close(writer)
    if kill_after:
        with os.fdopen(reader, closefd=False) as begun:
            begun.readline()
            time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reader) as pipe:
        said = [json.loads(line) for line in pipe if line.endswith("\n")]
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, said
    return (DIED if os.WIFSIGNALED(status) else ENDED), said


def _in_fork(work: Callable[[Callable[..., None]], None], writer: int) -> None:
    code = 1
    try:
        work(lambda *words: os.write(writer, json.dumps(words).encode() + b"\n") and None)
        code = 0
    except BaseException:
        os.write(writer, json.dumps([traceback.format_exc()]).encode() + b"\n")
    finally:
        os._exit(code)


class Said(NamedTuple):
    """What the doctor says of a home that nobody harmed: its model is not the one that the fork uses, for one."""

    before: list[str]
    after: list[str]


class Home:
    """The home that all rounds begin with: an entry with a record, questions, an incident, proposals, drift."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.facts, self._said = folder, Facts(), dict[str, Said]()
        forked(lambda _say: self._make())
        self.facts = json.loads((folder / "facts.json").read_text())

    def _make(self) -> None:
        home = commented_home(self.folder / "home")
        with KnowledgeBase.open(home) as opened:
            entry = opened.learn_pattern("FATAL tide gauge reports a negative depth", "ice", "thaw it").id
            opened.record_outcome(entry, "resolved", note="before all")
            for number in range(9):
                opened.check_known_issues(f"WARN bollard {number} gave way under the hawser", service="pier")
            proposal = opened.proposals().list()[0].proposal.id
            drift = opened.changes.record(
                "drift", service="pier", environment="prod", version="9", reason="a test"
            ).id
            incident = opened.incidents.open("the pier is dark", service="pier").id
            opened.repair()
        shutil.rmtree(
            home / "state" / "backups"
        )  # so that the first outcome or ingest makes the copy of the day
        facts = {"entry": entry, "proposal": proposal, "drift": drift, "incident": incident}
        (self.folder / "facts.json").write_text(json.dumps(facts))

    def ready(self, scenario: Scenario) -> Path:
        """A copy in which the command can run, made once."""
        folder = self.folder / scenario.name.replace(" ", "_")
        home = folder / "home"
        if not home.is_dir():
            folder.mkdir()
            shutil.copytree(self.folder / "home", home)

            def make(_say: object) -> None:
                facts = self.facts_of(home)
                scenario.prepare(home, facts)
                for words in scenario.before:
                    done = _run(home, [filled(word, facts, TOKENS[0]) for word in words])
                    assert done.returncode == 0, done.stderr

            forked(make)
        return home

    def said(self, scenario: Scenario) -> Said:
        """What the doctor says before the command, which may be what it mends, and after it, when nobody kills it."""
        if scenario.name not in self._said:
            copy = _copied(self.ready(scenario))
            before = _looked_at(copy)
            forked(partial(_write_all, copy, scenario, self.facts_of(copy), 0))
            self._said[scenario.name] = Said(before, _looked_at(copy))
            shutil.rmtree(copy.parent)
        return self._said[scenario.name]

    def facts_of(self, home: Path) -> Facts:
        """The facts of a copy of the home."""
        return {**self.facts, "documents": str(home / "documents")}


def _run(home: Path, words: list[str]) -> Any:
    return run_command(*words, environment={**os.environ, "KB_HOME": str(home)}, folder=home)


def measured(base: Home, scenario: Scenario) -> tuple[int, float]:
    """How many points the unkilled command meets, and how many seconds it takes."""
    home = base.ready(scenario)
    copy = _copied(home)
    started = time.perf_counter()
    ended, said = forked(partial(_write_all, copy, scenario, base.facts_of(copy), 0))
    seconds = time.perf_counter() - started
    assert ended == ENDED
    wrong = _kept_not(copy, scenario, base.facts_of(copy), _tokens(scenario))
    assert not wrong, (scenario.name, wrong, said)
    shutil.rmtree(copy.parent)
    return int(said[-1][1]), seconds


def killed(base: Home, scenario: Scenario, *, at: int = 0, after: float = 0.0) -> Round:
    """Kill the command before point `at`, or after some seconds, and look at what is left."""
    home = _copied(base.ready(scenario))
    facts, before = base.facts_of(home), yaml_of(home)
    rows = _rows(home)
    ended, said = forked(partial(_write_all, home, scenario, facts, at), kill_after=after)
    acknowledged = [str(one[1]) for one in said if one[0] == "done"]
    found = Round(ended, len(acknowledged))
    found.lost = _kept_not(home, scenario, facts, acknowledged)
    found.wrong += yaml_faults({path: text for path, text in before.items() if path.exists()})
    found.wrong += [f"{path} is gone" for path in before if not path.exists()]
    expected = base.said(scenario)
    found.wrong += [one for one in _looked_at(home) if one not in (*expected.before, *expected.after)]
    if scenario.name not in ("sweep", "restore", "(from schema 1)"):
        found.wrong += [
            f"{name}: a row is gone" for name, had in rows.items() if had - _rows(home).get(name, set())
        ]
    left = [token for token in _tokens(scenario) if token not in acknowledged]
    found.wrong += [one for one in _gone_on_with(home, scenario, facts, left) if one not in expected.after]
    shutil.rmtree(home.parent)
    return found


def _tokens(scenario: Scenario) -> list[str]:
    return list(TOKENS[: scenario.times])


def _copied(home: Path) -> Path:
    folder = home.parent / f"round-{time.monotonic_ns()}"
    return Path(shutil.copytree(home, folder / "home", symlinks=True))


def _write_all(home: Path, scenario: Scenario, facts: Facts, at: int, say: Callable[..., None]) -> None:
    points = watch(home, at)
    say("begun")
    for token in _tokens(scenario):
        done = _run(home, list(words_of(scenario, facts, token)))
        assert done.returncode == 0, done.stderr
        say("done", token)
    say("points", points.count)


def _looked_at(home: Path) -> list[str]:
    """What a fresh process finds wrong with the home; vectors that still wait to be made are nothing wrong."""

    def look(say: Callable[..., None]) -> None:
        with KnowledgeBase.open(home, exact_below=50_000) as opened:
            broken, vectors = opened.check()
            if vectors.problems and all("not searchable by meaning yet" in one for one in vectors.problems):
                opened.repair()
                broken, vectors = opened.check()
            say([*broken, *vectors.problems, *map(str, opened.refresh())])

    return [str(one) for one in forked(look)[1][0][0]]


def _gone_on_with(home: Path, scenario: Scenario, facts: Facts, tokens: list[str]) -> list[str]:
    """What is wrong after everything that was not acknowledged was run again, as its caller would."""

    def again(say: Callable[..., None]) -> None:
        for token in tokens:
            kept = is_kept(home, scenario, facts, token)
            done = _run(home, list(words_of(scenario, facts, token)))
            refused = not scenario.again and kept and done.returncode == 1
            say("" if done.returncode == 0 or refused else f"again, {token}: {done.stderr.strip()[:300]}")

    said = [str(one[0]) for one in forked(again)[1] if one[0]]
    wrong = [
        f"not there after it was run again: {token}" for token in _kept_not(home, scenario, facts, tokens)
    ]
    left = [str(path) for path in home.rglob("*.tmp") if "documents" not in path.parts]
    return [*said, *wrong, *_looked_at(home), *left]


def _kept_not(home: Path, scenario: Scenario, facts: Facts, tokens: list[str]) -> list[str]:
    return [token for token in tokens if not is_kept(home, scenario, facts, token)]


def _rows(home: Path) -> dict[str, set[Any]]:
    """The keys of what happened, by table; nothing where there is no database yet."""
    found = dict[str, set[Any]]()
    if not (home / "state" / "kb.db").is_file():
        return found
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db:
        for table in LEDGER:
            if (
                db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone()
                and table != "healthy"
            ):
                found[table] = {row[0] for row in db.execute(f"SELECT * FROM {table}")}
    return found
