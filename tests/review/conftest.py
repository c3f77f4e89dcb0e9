"""The fixture week, lived once: tests that only read share its home, tests that write get a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.review.page import as_html
from kb.review.summary import WeeklySummary
from kb.starter import make_home
from tests.review.fixture_week import Clock, Written, live_the_week


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> tuple[Path, Written]:
    """A home in which the week was lived, and its ids."""
    folder, clock = tmp_path_factory.mktemp("week") / "home", Clock()
    clock.at(2, 9)
    make_home(folder)
    with KnowledgeBase.open(folder, clock=clock, encoder=encoder) as kb:
        return folder, live_the_week(kb, clock)


@pytest.fixture(scope="session")
def summary(lived: tuple[Path, Written], encoder: OnnxEncoder) -> WeeklySummary:
    """The summary of the week."""
    with KnowledgeBase.open(lived[0], clock=Clock(), encoder=encoder) as kb:
        return kb.weekly_summary()


@pytest.fixture(scope="session")
def page(summary: WeeklySummary) -> str:
    """Its page, drawn once: drawing takes longer than most tests."""
    return as_html(summary)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ids(lived: tuple[Path, Written]) -> Written:
    return lived[1]


@pytest.fixture
def week(lived: tuple[Path, Written], clock: Clock, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    """The shared home at the end of its week; only to be read."""
    with KnowledgeBase.open(lived[0], clock=clock, encoder=encoder) as kb:
        yield kb


@pytest.fixture
def own_week(
    lived: tuple[Path, Written], clock: Clock, encoder: OnnxEncoder, tmp_path: Path
) -> Iterator[KnowledgeBase]:
    """A copy of it, to be written."""
    home = shutil.copytree(lived[0], tmp_path / "home")
    with KnowledgeBase.open(home, clock=clock, encoder=encoder) as kb:
        kb.counts()  # whoever else opens it finds its database
        yield kb
