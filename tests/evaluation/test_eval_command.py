"""`kb eval` on a real home."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.evaluation.cases import parse_cases
from kb.evaluation.results import load_run
from kb.evaluation.run import evaluate
from kb.index.encoder import OnnxEncoder
from kb.text.times import utc_now
from tests.conftest import RunKb

POOL = "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute"
SLUICE = "sluice gate 7 did not close within 40 s"
CASES = f"""\
- {{query: "{POOL}", service: checkout, relevant: [the pool is full]}}
- {{query: "2026-05-04 sluice gate 9 did not close within 55 s token=hunter2hunter2", relevant: [sluice.md]}}
- {{query: "an owl sat on the weather vane", relevant: []}}
- {{query: "who knows", relevant: [no-such-file.md]}}
"""


@pytest.fixture(scope="module")
def asked_home(tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder) -> Path:
    """A home with two answers; evaluations leave it as it is."""
    folder = tmp_path_factory.mktemp("asked")
    home = Path(shutil.copytree(new_home, folder / "home"))
    (folder / "cases.yaml").write_text(CASES)
    (folder / "sluice.md").write_text(
        f"# Sluice stays open\n\n## Symptoms\n\n```\n{SLUICE}\n```\n\nOil the hinge.\n"
    )
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.learn_pattern(POOL, "The pool is full", "Close leaked connections")
        kb.ingest(folder / "sluice.md")
        (home / "pattern.txt").write_text(kb.check_known_issues(POOL).matches[0].id)
    return home


def cases_of(home: Path) -> str:
    """The cases, the pattern named by its id."""
    return CASES.replace("the pool is full", (home / "pattern.txt").read_text())


def rows(home: Path) -> dict[str, int]:
    """How many rows each table of the home has."""
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0] for name in names}


def files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*.yaml")}


def test_an_evaluation_asks_as_a_user_does_and_leaves_ledger_and_files_alone(
    asked_home: Path, encoder: OnnxEncoder
) -> None:
    before = rows(asked_home), files(asked_home)
    with KnowledgeBase.open(asked_home, encoder=encoder) as kb:
        run = evaluate(kb, parse_cases(cases_of(asked_home), "cases.yaml"), now=utc_now())

    assert (rows(asked_home), files(asked_home)) == before
    assert before[0]["lookups"] == 1
    pool, sluice, owl, lost = run.results
    assert (pool.rank, pool.verdict, pool.settled_by) == (1, "known", "fingerprint")
    assert (sluice.rank, sluice.settled_by) == (1, "all")
    assert "hunter2" not in sluice.query
    assert owl.verdict == "unknown"
    assert lost.rank is None
    assert run.strangers == ("no-such-file.md",)
    assert run.measured.figures["recall@1"].value == pytest.approx(2 / 3, abs=1e-6)
    assert all(one.tokens > 50 and one.took_ms > 0 for one in run.results if one.first)


def test_a_lookup_is_recorded_unless_it_is_an_evaluation(asked_home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(asked_home, encoder=encoder) as kb:
        quiet = kb.check_known_issues(POOL, record=False)
        assert quiet.lookup_id is None
        assert not quiet.notes
        kb.incidents.open("the pool", severity="SEV2")
        lookups = rows(asked_home)["lookups"]
        assert kb.check_known_issues(POOL, record=False).verdict == "known"
    assert rows(asked_home)["lookups"] == lookups


def test_a_run_is_a_file_that_the_next_one_is_compared_with(
    asked_home: Path, run_kb: RunKb, tmp_path: Path
) -> None:
    cases, saved = tmp_path / "cases.yaml", tmp_path / "run.json"
    cases.write_text(cases_of(asked_home))

    first = run_kb("eval", str(cases), "-o", str(saved), home=asked_home)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("# Evaluation of 4 cases")
    assert "no-such-file.md" in first.stdout
    assert load_run(saved).measured.cases == 4

    again = run_kb(
        "eval", str(cases), "--against", str(saved), "--fail-below", "recall@1=0.9", "--json", home=asked_home
    )
    assert again.returncode == 1
    assert "FAILED: recall@1 is 0.667, below 0.9" in again.stderr
    printed = json.loads(again.stdout)
    assert printed["failed"] == ["recall@1 is 0.667, below 0.9"]
    assert printed["comparison"]["compared"] == 4
    assert all(
        change["difference"]["value"] in (0, None) for change in printed["comparison"]["changes"].values()
    )
    assert printed["comparison"]["worse"] == printed["comparison"]["better"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["absent.yaml"], "absent.yaml: cannot be read"),
        (["bad.yaml"], "bad.yaml:1: the case has no `relevant`"),
        (["good.yaml", "--fail-below", "brier=0.1"], "is to be NAME=NUMBER with one of: recall@1"),
        (["good.yaml", "--fail-below", "mrr=high"], "'high' is no number"),
        (["good.yaml", "--fail-below", "mrr=95"], "figures run from 0 to 1"),
        (["good.yaml", "--against", "bad.yaml"], "bad.yaml: this is no run of kb eval"),
        (["good.yaml", "--against", "absent.json"], "absent.json: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_asked(
    run_kb: RunKb, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "bad.yaml").write_text("- query: x\n")
    (tmp_path / "good.yaml").write_text("- {query: x, relevant: []}\n")
    done = run_kb(
        "eval", *(str(tmp_path / word) if "." in word and "=" not in word else word for word in words)
    )
    assert done.returncode == (1 if "cannot be read" in said else 2)  # as everywhere: not there, or wrong
    assert said in done.stderr
    assert not done.stdout
