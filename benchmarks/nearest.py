"""Nearest vectors: cells and Chroma beside exact search, on vectors of real sentences.

`python -m benchmarks.nearest [--sentences N] [--cache FILE]` embeds sentences of the corpora with the real
model and asks for the neighbours of some of them: the share of the true first 10 and first 120 that is found,
milliseconds a question, seconds to build, megabytes on disk.  A generation of more vectors compares a smaller
share of them (`kb.index.nearest`), so several shares are measured.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.corpora import CORPORA
from ingest.pipeline import Unreadable, discover, read_file
from kb.index import chroma, nearest
from kb.index.encoder import OnnxEncoder
from kb.index.published import Exact

QUESTIONS = 300
SHARES = (1 / 25, nearest.SHARE, 1 / 5)
_SENTENCE = re.compile(r"[^\n]{30,300}?(?:[.!?:](?=\s)|\n)")

Nearest = Callable[[np.ndarray, int], list[tuple[int, float]]]


def sentences(count: int) -> list[str]:
    """Different sentences of the corpora, picked by a fixed seed."""
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA} is not there: no real sentences")
    read = (read_file(path) if isinstance(path, str) else path for path in discover([CORPORA]))
    texts = (one.file.text for one in read if not isinstance(one, Unreadable))
    found = sorted({s.strip() for text in texts for s in _SENTENCE.findall(text)})
    random.Random(1).shuffle(found)
    return found[:count]


def vectors(texts: list[str], cache: Path | None) -> np.ndarray:
    """Their unit vectors, kept in `cache` between runs."""
    if cache and cache.is_file() and len(kept := np.load(cache)) == len(texts):
        return kept
    made = OnnxEncoder().encode(texts)
    if cache:
        np.save(cache, made)
    return made


def row(
    name: str, nearest: Nearest, asked: np.ndarray, truth: list[list[int]], built: float, size: float
) -> None:
    """Ask one of them and print its line."""
    spent, first, more = [], [], []
    for vector, right in zip(asked, truth, strict=True):
        started = time.perf_counter()
        found = [chunk for chunk, _ in nearest(vector, len(right))]
        spent.append((time.perf_counter() - started) * 1000)
        first.append(len(set(found[:10]) & set(right[:10])) / 10)
        more.append(len(set(found) & set(right)) / len(right))
    shown = f"{statistics.mean(first):8.1%} {statistics.mean(more):9.1%} {statistics.median(spent):8.2f} ms"
    print(f"{name:32}{shown} {built:9.1f} s {size:8.0f} MB", flush=True)


def size_of(folder: Path) -> float:
    """Megabytes of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sentences", type=int, default=35_000)
    options.add_argument("--cache", type=Path)
    given = options.parse_args()
    texts = sentences(given.sentences)
    matrix = vectors(texts, given.cache)
    # Asked are the vectors between two sentences: alike to several, equal to none.
    pairs = np.random.default_rng(5).integers(0, len(matrix), (QUESTIONS, 2))
    asked = matrix[pairs[:, 0]] + 0.5 * matrix[pairs[:, 1]]
    asked = np.asarray(asked / np.linalg.norm(asked, axis=1, keepdims=True), dtype=np.float32)
    ids = np.arange(len(matrix), dtype=np.int64)
    exact = Exact(ids, nearest.Plain(matrix))
    truth = [[chunk for chunk, _ in exact.nearest(vector, 120)] for vector in asked]
    print(f"{len(texts):,} sentences\n{'':32}{'of 10':>8} {'of 120':>9} {'a question':>11} {'built in':>11}")
    row("exact", exact.nearest, asked, truth, 0.0, matrix.nbytes / 1e6)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cells"
        folder.mkdir()
        started = time.perf_counter()
        nearest.fill_folder(folder, ids, matrix)
        built = time.perf_counter() - started
        stored = np.load(folder / "ids.npy"), nearest.load(folder)
        bytes_ = Exact(*stored)
        row("bytes, all compared", bytes_.nearest, asked, truth, built, size_of(folder))
        for share in SHARES:
            made = nearest.Cells(folder, *stored, rows=round(len(matrix) * share))
            row(f"cells, {share:.0%} compared", made.nearest, asked, truth, built, size_of(folder))
        folder = Path(scratch) / "chroma"
        folder.mkdir()
        started = time.perf_counter()
        chroma.fill_folder(folder, ids, matrix)
        built = time.perf_counter() - started
        collection = chroma.open_folder(folder, len(ids))
        row("Chroma", collection.nearest, asked, truth, built, size_of(folder))
        collection.close()


if __name__ == "__main__":
    main()
