"""The notebook over a home's cases, what it is drawn from, and that it is kept without outputs."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from kb import KnowledgeBase
from kb.evaluation.cases import Case, load_cases
from kb.evaluation.compare import misses
from kb.evaluation.figures import curve
from kb.evaluation.results import CaseResult, save_run
from kb.evaluation.run import ask_all, evaluate
from kb.text.times import utc_now
from tests.conftest import ROOT

NOTEBOOK = ROOT / "notebooks" / "evaluation.ipynb"
WICK = "wickd: wick of lamp 7 burnt down to the holder"
CASES = f"""\
- {{query: "{WICK}", group: lamps, relevant: ["{WICK}"]}}
- {{query: "the lamps stay dark, their wicks are burnt", group: lamps, relevant: ["{WICK}"]}}
- {{query: "{WICK}", group: owls, relevant: [an owl sat on the vane]}}
- {{query: "an owl | two owls on the vane", group: owls, relevant: []}}
"""


def result(confidence: float | None, *, right: bool, answerable: bool = True) -> CaseResult:
    relevant = ("x",) if answerable else ()
    return CaseResult(key="", query="", relevant=relevant, rank=1 if right else None, confidence=confidence)


def test_the_curve_has_a_point_for_each_confidence_that_was_shown() -> None:
    results = [
        result(0.9, right=True),
        result(0.5, right=False),
        result(0.5, right=True),
        result(None, right=False),
    ]
    found = [(point.threshold, point.answers, point.covered, point.wrong) for point in curve(results)]
    assert found == [(0.9, 1, 1 / 4, 0.0), (0.5, 3, 2 / 4, 1 / 3)]


def test_without_an_answerable_case_there_is_no_curve() -> None:
    assert curve([result(0.9, right=False, answerable=False)]) == []
    assert curve([]) == []


def test_the_most_confident_miss_comes_first_and_says_what_came_and_what_was_right(kb: KnowledgeBase) -> None:
    kb.learn_pattern(WICK, "no oil", "fill it")
    owl = kb.learn_pattern("owl sits on lamp 7 of the lighthouse", "mice", "a cat")
    cases = [
        Case(query="lighthouse lamp with an owl", relevant=("nothing of this name",)),
        Case(query=WICK, relevant=(owl.id,)),
        Case(query=WICK, relevant=(WICK,)),
    ]
    results = [evaluate_one(kb, case) for case in cases]
    found = misses(kb, cases, results)
    assert [miss.result.query for miss in found] == [WICK, "lighthouse lamp with an owl"]
    assert found[0].first is not None
    assert found[0].first.title == WICK
    assert found[0].right is not None
    assert (found[0].right.id, found[0].place) == (owl.id, 2)
    assert found[0].specificity > found[1].specificity


def evaluate_one(kb: KnowledgeBase, case: Case) -> CaseResult:
    (found,), _ = ask_all(kb, [case])
    return found


@pytest.mark.slow
def test_the_notebook_tells_of_a_home(
    kb: KnowledgeBase, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, older, now = tmp_path / "cases.yaml", tmp_path / "older.json", tmp_path / "now.json"
    file.write_text(CASES)
    save_run(evaluate(kb, load_cases([file]), now=utc_now()), older)
    kb.learn_pattern(WICK, "no oil", "fill it")

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)  # the kernel drops its first path, that of the script
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    parameters.source = (
        f'HOME = "{home}"\nCASES = ["{file}"]\nAGAINST = "{older}"\nSAVE = "{now}"\nWORST = 10'
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    told = {
        cell.id: [output.get("data", {}) for output in cell.get("outputs", [])] for cell in notebook.cells
    }
    said = {key: "\n".join(data.get("text/markdown", "") for data in found) for key, found in told.items()}
    assert "# Evaluation of 4 cases" in said["figures"]
    assert "| lamps |" in said["reliability"]
    assert [any("image/png" in data for data in told[key]) for key in ("reliability", "coverage")] == [
        True,
        True,
    ]
    assert "| from a confidence of | answers |" in said["coverage"]
    assert "Better now: " in said["changes"]
    assert f"| {WICK} |" in said["misses"]
    assert len(json.loads(now.read_text())["results"]) == 4


def test_the_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells if cell.get("outputs")] == []
