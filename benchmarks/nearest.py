"""Nearest vectors: exact search, cells, Chroma, faiss and usearch, on real vectors.

`python -m benchmarks.nearest [--sentences N] [--vectors N] [--cache FILE] [--engines A,B,...] [--at-once 8]` embeds
sentences of the corpora with the real model and asks for the neighbours of others that were left out.  More `--vectors`
than sentences are made of real ones: each is one of them, moved as another lies from its own nearest neighbour, so that
distances are real ones.  Each engine builds a folder, adds 500 vectors to a copy as a publication does, and is asked by
a process of its own.  Times are of the processor (all threads), files are in the page cache; memory is that of the
asking process beyond numpy's, its own and with the mapped files.  What is not installed is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import CORPORA
from benchmarks.nearest_engines import ENGINES, Engine, installed
from ingest.pipeline import Unreadable, discover, read_file
from kb.index.encoder import OnnxEncoder
from kb.index.nearest import Plain
from kb.index.published import Exact

QUESTIONS, FIRST, MORE = 250, 10, 120
ADDED = 500
_SENTENCE = re.compile(r"[^\n]{30,300}?(?:[.!?:](?=\s)|\n)")
_BLOCK = 2_000


def sentences(count: int) -> list[str]:
    """Different sentences of the corpora, picked by a fixed seed."""
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA} is not there: no real sentences")
    read = (read_file(path) if isinstance(path, str) else path for path in discover([CORPORA]))
    texts = (one.file.text for one in read if not isinstance(one, Unreadable))
    found = sorted({s.strip() for text in texts for s in _SENTENCE.findall(text)})
    random.Random(1).shuffle(found)
    return found[:count]


def vectors(count: int, cache: Path | None) -> np.ndarray:
    """Unit vectors of so many sentences, kept in `cache` between runs."""
    if cache and cache.is_file() and len(kept := np.load(cache)) >= count:
        return kept[:count]
    made = OnnxEncoder().encode(sentences(count))
    if cache:
        np.save(cache, made)
    return made


def neighbours(matrix: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest other row of each of `rows`, and its cosine; one that is the same is none."""
    found, cosine = [], []
    for start in range(0, len(rows), _BLOCK):
        some = rows[start : start + _BLOCK]
        all_ = matrix[some] @ matrix.T
        all_[all_ > 0.9999] = -1.0
        found.append(all_.argmax(axis=1))
        cosine.append(all_.max(axis=1))
    return np.concatenate(found), np.concatenate(cosine)


def grown(real: np.ndarray, count: int) -> np.ndarray:
    """The real rows and as many made ones as are missing, in a mixed order.

    A made row is a real one, turned by the angle between another and its nearest neighbour, in the direction in
    which that neighbour lies (as far as it stands square to the row).
    """
    rng = np.random.default_rng(23)
    there, _ = neighbours(real, np.arange(len(real)))
    rows = np.empty((count, real.shape[1]), dtype=np.float32)
    rows[: len(real)] = real
    for start in range(len(real), count, _BLOCK):
        some = slice(start, min(count, start + _BLOCK))
        base, other = (real[(at := rng.integers(0, len(real), some.stop - start))] for _ in range(2))
        step = real[there[at]] - other
        angle = np.arccos(np.clip(np.vecdot(other, real[there[at]]), -1, 1))[:, None]
        step -= np.vecdot(step, base)[:, None] * base
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        rows[some] = np.cos(angle) * base + np.sin(angle) * step
    rng.shuffle(rows)
    return rows


def asked_of(real: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """Sentences that were left out, then as many that lie between two, alike to several, equal to none."""
    pairs = np.random.default_rng(5).integers(0, len(real), (len(left_out), 2))
    between = real[pairs[:, 0]] + 0.5 * real[pairs[:, 1]]
    between /= np.linalg.norm(between, axis=1, keepdims=True)
    return np.asarray(np.concatenate([left_out, between]), dtype=np.float32)


def answering(engine: str, folder: Path, asked: Path) -> None:
    """What a process of its own does: open, ask, and print what was found and what it took, as JSON."""
    questions, before = np.load(asked), _memory()
    started = time.process_time()
    ask = ENGINES[engine].open(folder)
    found = [ask(questions[0], MORE)]
    cold, spent = time.process_time() - started, []
    for question in questions:
        started = time.process_time()
        found.append(ask(question, MORE))
        spent.append(time.process_time() - started)
    own, mapped = (after - was for after, was in zip(_memory(), before, strict=True))
    print(
        json.dumps(
            {
                "found": [[int(one) for one in rows] for rows in found[1:]],
                "cold": cold * 1000,
                "warm": statistics.median(spent) * 1000,
                "own": own,
                "mapped": mapped,
            }
        )
    )


def _memory() -> tuple[float, float]:
    """Megabytes of this process: its own, and those of files that it has mapped."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, mapped = (int(lines[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return own, mapped


def ask_at_once(engine: str, folder: Path, asked: Path, processes: int) -> list[dict[str, Any]]:
    """As many processes that answer the same questions at the same time."""
    command = [sys.executable, "-m", "benchmarks.nearest", "--answer", engine, str(folder), str(asked)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
    answers = [one.communicate()[0] for one in running]
    return [json.loads(answer) for answer in answers]


def recall(found: list[list[int]], truth: list[list[int]], first: int) -> float:
    """The share of the true `first` that is among the `first` found."""
    shares = [
        len(set(ours[:first]) & set(right[:first])) / first for ours, right in zip(found, truth, strict=True)
    ]
    return statistics.mean(shares)


def measure(
    name: str, engine: Engine, matrix: np.ndarray, asked: Path, truth: list[list[int]], at_once: int
) -> Iterator[str]:
    """The cells of its line."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, more = Path(scratch) / "1", Path(scratch) / "2"
        folder.mkdir(), more.mkdir()
        started = time.process_time()
        engine.build(folder, matrix)
        built = time.process_time() - started
        started = time.process_time()
        engine.add(folder, more, np.concatenate([matrix, matrix[:ADDED][::-1]]), ADDED)
        added = time.process_time() - started
        (alone,) = ask_at_once(name, folder, asked, 1)
        half = len(truth) // 2
        yield f"{recall(alone['found'][:half], truth[:half], FIRST):8.3f}"
        yield f"{recall(alone['found'][:half], truth[:half], MORE):8.3f}"
        yield f"{recall(alone['found'][half:], truth[half:], FIRST):8.3f}"
        yield f"{alone['warm']:8.2f}{alone['cold']:8.0f}"
        yield f"{built:9.1f}{added:9.1f}{size_of(folder):8.0f}{alone['own']:7.0f}{alone['mapped']:7.0f}"
        if at_once > 1:
            many = ask_at_once(name, folder, asked, at_once)
            yield f"{statistics.median(one['warm'] for one in many):8.2f}{sum(one['own'] for one in many):8.0f}"


def size_of(folder: Path) -> float:
    """Megabytes of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sentences", type=int, default=35_000)
    options.add_argument("--vectors", type=int, default=0)
    options.add_argument("--cache", type=Path)
    options.add_argument("--engines", default=",".join(ENGINES))
    options.add_argument("--at-once", type=int, default=1)
    options.add_argument("--answer", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.answer:
        answering(given.answer[0], Path(given.answer[1]), Path(given.answer[2]))
        return
    kept = vectors(given.sentences + QUESTIONS, given.cache)
    real, count = kept[:-QUESTIONS], given.vectors or given.sentences
    matrix = grown(real, count) if count > len(real) else real
    print(
        f"{len(real):,} real vectors"
        + (f" and {count - len(real):,} made of them" if count > len(real) else "")
    )
    for whose, rows in (("real", real), ("all", matrix)):
        _, cosine = neighbours(rows, np.random.default_rng(3).integers(0, len(rows), 1_000))
        quarters = np.percentile(cosine, [25, 50, 75])
        print(
            f"cosine of a row's nearest, quartiles, {whose}: " + ", ".join(f"{one:.3f}" for one in quarters)
        )
    asked = asked_of(real, kept[-QUESTIONS:])
    exact = Exact(np.arange(len(matrix), dtype=np.int64), Plain(matrix))
    truth = [[row for row, _ in exact.nearest(vector, MORE)] for vector in asked]
    many = f"{given.at_once:>5} ms{'own MB':>8}" if given.at_once > 1 else ""
    print(
        f"{'':32}{'of 10':>8}{'of 120':>8}{'between':>8}{'warm ms':>8}{'cold ms':>8}"
        f"{'build s':>9}{'+500 s':>9}{'disk MB':>8}{'own MB':>7}{'mapped':>7}{many}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        np.save(Path(scratch) / "asked.npy", asked)
        for name in given.engines.split(","):
            engine = ENGINES[name]
            if not installed(engine):
                print(f"{engine.name:32} {engine.package} is not installed: left out")
                continue
            cells = measure(name, engine, matrix, Path(scratch) / "asked.npy", truth, given.at_once)
            print(f"{engine.name:32}{''.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
