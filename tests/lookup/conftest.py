"""A home of one's own to learn in and to ask, where the meaning of words does not matter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.doubles.encoders import HashedEncoder


@pytest.fixture
def known(new_home: Path, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A copy of a new home, with vectors of words instead of the model's."""
    home = Path(shutil.copytree(new_home, tmp_path / "home"))
    with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
        yield kb
