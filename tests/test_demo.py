"""The README prints what it says; the demo shows what it promises, and says so when it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs import readme
from docs.demo import BrokenPromise, promise
from kb.starter import make_home
from tests.conftest import ROOT, lend_vectors


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> readme.Session:
    return readme.Session(tmp_path_factory.mktemp("readme"))


@pytest.fixture(scope="module")
def page(session: readme.Session) -> str:
    """The README as it prints now, in a folder that stays."""
    return readme.page_of(session)


@pytest.mark.slow
def test_the_examples_of_the_readme_print_what_it_says(page: str) -> None:
    assert (ROOT / "README.md").read_text() == page, "README.md is out of date; run: make docs"


@pytest.mark.slow
@pytest.mark.usefixtures("page")
def test_the_demo_keeps_its_promises(tmp_path: Path, session: readme.Session) -> None:
    make_home(tmp_path / "home")
    lend_vectors(session.folder / "incidents", tmp_path / "home")  # both ingest the same examples
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "docs.demo", str(tmp_path / "home")]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "All of it held" in done.stdout


def test_a_promise_that_is_not_kept_ends_the_demo() -> None:
    with pytest.raises(BrokenPromise, match="the cause is named"):
        promise(False, "the cause is named")
