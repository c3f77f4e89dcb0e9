"""Vectors of two bytes a component: what is found is what exact search finds, and damage is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.index import nearest
from kb.index.nearest import Cells, fill_folder
from kb.index.published import Exact


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    """Unit vectors in groups that lie together, as those of texts about the same do."""
    rng = np.random.default_rng(3)
    middles = rng.standard_normal((60, 64))
    rows = middles[rng.integers(0, 60, 4_000)] + 0.6 * rng.standard_normal((4_000, 64))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


IDS = np.arange(4_000, dtype=np.int64) * 3


def test_with_both_bytes_a_row_is_what_was_written(tmp_path: Path, matrix: np.ndarray) -> None:
    nearest.write(tmp_path, matrix)
    rows = nearest.load(tmp_path)
    picked = np.array([7, 0, 3_999, 7])
    assert np.abs(rows.exactly(picked) - matrix[picked]).max() < 1e-5


def test_with_one_byte_a_cosine_is_nearly_right(tmp_path: Path, matrix: np.ndarray) -> None:
    nearest.write(tmp_path, matrix)
    spans = [(10, 2_000), (2_500, 2_501), (3_000, 3_000), (3_990, 4_000), (0, 10)]
    rows = np.concatenate([np.arange(*span) for span in spans])
    for stored in (nearest.load(tmp_path), nearest.Plain(matrix)):
        about = stored.about(spans, matrix[5])
        assert np.abs(about - matrix[rows] @ matrix[5]).max() < 5e-3


def test_the_nearest_are_those_of_exact_search_with_their_cosines(tmp_path: Path, matrix: np.ndarray) -> None:
    nearest.write(tmp_path, matrix)
    stored, exact = Exact(IDS, nearest.load(tmp_path)), Exact(IDS, nearest.Plain(matrix))
    for question in matrix[:40]:
        ours, truth = dict(stored.nearest(question, 50)), dict(exact.nearest(question, 50))
        assert len(ours.keys() & truth.keys()) >= 49
        assert max(abs(ours[chunk] - truth[chunk]) for chunk in ours.keys() & truth.keys()) < 1e-5


def test_cells_find_in_the_bytes_what_they_find_in_floats(tmp_path: Path, matrix: np.ndarray) -> None:
    fill_folder(tmp_path, IDS, matrix)
    ids = np.load(tmp_path / "ids.npy")
    cells = Cells(tmp_path, ids, nearest.load(tmp_path), rows=4_000)
    exact = Exact(IDS, nearest.Plain(matrix))
    found = [[chunk for chunk, _ in who.nearest(matrix[9], 10)] for who in (cells, exact)]
    assert found[0] == found[1]


def test_a_row_of_zeros_stays_one(tmp_path: Path) -> None:
    nearest.write(tmp_path, np.zeros((3, 8), dtype=np.float32))
    assert not nearest.load(tmp_path).exactly(np.array([0, 2])).any()


def test_a_folder_of_an_earlier_version_is_read(tmp_path: Path, matrix: np.ndarray) -> None:
    np.save(tmp_path / "matrix.npy", matrix)
    found = Exact(IDS, nearest.load(tmp_path)).nearest(matrix[4], 3)
    assert found[0] == (12, pytest.approx(1.0, abs=1e-6))


@pytest.mark.parametrize("name", nearest.FILES)
def test_a_file_that_is_missing_or_too_short_is_an_error_and_no_answer(
    tmp_path: Path, matrix: np.ndarray, name: str
) -> None:
    nearest.write(tmp_path, matrix)
    whole = (tmp_path / name).read_bytes()

    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises((OSError, ValueError)):
        nearest.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises((OSError, ValueError)):
        nearest.load(tmp_path)
