"""The notebook runs over a home, and is kept without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from kb import KnowledgeBase
from tests.conftest import ROOT
from tests.review.fixture_week import Written

NOTEBOOK = ROOT / "notebooks" / "weekly_review.ipynb"


@pytest.mark.slow
def test_the_notebook_tells_the_fixture_week(
    lived: tuple[Path, Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with KnowledgeBase.open(lived[0]) as kb:
        kb.counts()  # (its process finds the database that was opened last, on either engine)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    parameters.source = f'HOME = "{lived[0]}"\nDAYS = 7\nUNTIL = "2026-11-16T09:00"'
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()

    told = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    assert [output.data["text/html"].count("<svg") for output in told["plots"]] == [1, 1, 1, 1]
    assert "2 incidents, 1 of them seen before." in told["text"][0].data["text/markdown"]
    assert "| 2026-11-09 | 2 | 1 | 2 | 0 | 3 | 55 |" in told["weeks"][0].data["text/markdown"]
    assert not (lived[0] / "state" / "watch.yaml").exists()


def test_the_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells if cell.get("outputs")] == []
