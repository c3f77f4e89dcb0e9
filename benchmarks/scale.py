"""How everything grows: homes of 10,000 and 100,000 entries (`--million`: one of a million), and what they cost.

`python -m benchmarks.scale [--home FOLDER] [--million] [--sizes N …]` prints for each size how fast a home is
filled, what it takes of disk and memory, and what a warm lookup, a lesson and a cold `kb check` take.
With `--home` the homes stay there and are used again.  Texts are made (`scale_material`); they go in as
ingested files do, a file a transaction.  Vectors come from `tests.doubles.encoders.HashedEncoder`, since the
model would take hours; each question pays for the real model all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.scale_material import FILE, Material
from kb import KnowledgeBase
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from tests.doubles.encoders import HashedEncoder

SIZES = (10_000, 100_000)
MILLION = 1_000_000
QUESTIONS = 200
_MB = 1024 * 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument(
        "--home", type=Path, help="keep the homes in this folder, and use those that are there"
    )
    options.add_argument("--million", action="store_true")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.step:
        print(json.dumps(STEPS[given.step](given.home, given.sizes[0])))
        return
    with tempfile.TemporaryDirectory() as scratch:
        for size in (*given.sizes, *((MILLION,) if given.million else ())):
            _report(size, (given.home or Path(scratch)) / str(size))


def _report(size: int, home: Path) -> None:
    print(f"\n== {size:,} entries", flush=True)
    for step in STEPS:
        if step != "fill" or not (home / "filled.json").is_file():
            found = _in_a_process(step, home, size)
            if step == "fill":
                (home / "filled.json").write_text(json.dumps(found))
        else:
            found = json.loads((home / "filled.json").read_text())
        for name, value in found.items():
            print(f"  {name}: {value}", flush=True)


def _in_a_process(step: str, home: Path, size: int) -> dict[str, str]:
    """Each step runs in a process of its own, so that its memory is its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.scale",
        "--step",
        step,
        "--home",
        str(home),
        "--sizes",
        str(size),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


# -- the steps -----------------------------------------------------------------------------------


def fill(home: Path, size: int) -> dict[str, str]:
    """Make the home, or what is still missing of it."""
    material, now = Material.read(), datetime.now(UTC)
    make_home(home)
    with _open(home) as kb:
        parts = kb._parts
        written, rows = 0, _Stopwatch()
        for start in range(0, size, FILE):
            written += _file(parts, material, start, min(size, start + FILE), now, rows)
            _progress("rows", start + FILE, size)
        vectors = _Stopwatch()
        with vectors:
            embedded = parts.embeddings.embed_pending(progress=_counter("vectors"))
        published = _Stopwatch()
        with published:
            parts.vectors.absorb()
    return {
        "rows": f"{written:,} entries, {written / max(rows.wall, 1e-9):.0f} a second, {rows}",
        "vectors": f"{embedded:,} (hashed, not the model), {vectors}",
        "published": str(published),
        "peak memory of it": f"{_peak():.0f} MB",
    }


def _file(parts: Any, material: Material, start: int, end: int, now: datetime, watch: _Stopwatch) -> int:
    path = f"/made/{start // FILE}.md"
    if parts.catalogue.find(path) is not None:
        return 0
    record = FileRecord(path=path, given=path[1:], sha256="", stamp="", parser="made/1")
    entries = [material.entry(number) for number in range(start, end)]
    with watch, parts.db.write():
        parts.catalogue.bring_in_step(record, entries, now=now, fold_copies=True)
    return len(entries)


def disk(home: Path, _size: int) -> dict[str, str]:
    """What lies where."""
    found = {"database": _size_of(home / "state", "kb.db*")}
    for part in sorted((home / "state" / "vectors").glob("[0-9]*/*")):
        size = _size_of(part, "**/*") if part.is_dir() else part.stat().st_size
        found[part.name] = found.get(part.name, 0.0) + size
    return {"disk, MB": ", ".join(f"{name} {size / _MB:.0f}" for name, size in found.items())}


def ask(home: Path, size: int) -> dict[str, str]:
    """Warm lookups of every sort in one process."""
    material, rng, figures = Material.read(), random.Random(3), dict[str, str]()
    with _open(home) as kb:
        signed = [e for n in rng.sample(range(size), QUESTIONS * 8) if (e := material.entry(n)).signatures]
        alike = [e.signatures[0].needles[0] for e in signed if e.kind != "known_error"][:QUESTIONS]
        noted = [
            f"2026-11-02T03:12:55Z ERROR worker-7 {e.signatures[0].needles[0]}, giving up" for e in signed
        ]
        words = [material.question(n) for n in rng.sample(range(size), QUESTIONS)]
        first = _timed(lambda: kb.check_known_issues(words[0]))
        figures["first question"] = f"{first:.0f} ms"
        for name, texts, deep in (
            ("settled by fingerprint", alike, False),
            ("settled by signature", noted[:QUESTIONS], False),
            ("all tiers", words, True),
        ):
            figures[name] = _latencies(kb, texts, deep)
        figures["memory"] = f"peak {_peak():.0f} MB, warm {_resident():.0f} MB, mapped files included"
        figures["open files"] = str(len(list(Path("/proc/self/fd").iterdir())))
    return figures


def _latencies(kb: KnowledgeBase, texts: list[str], deep: bool) -> str:
    for text in texts[:5]:
        kb.check_known_issues(text, deep=deep)
    verdicts, spent, worked = dict[str, int](), list[float](), list[float]()
    for text in texts:
        started, busy = time.perf_counter(), time.process_time()
        answer = kb.check_known_issues(text, deep=deep)
        spent.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        verdicts[answer.verdict] = verdicts.get(answer.verdict, 0) + 1
    cut = statistics.quantiles(spent, n=100)
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    wall = f"p50 {cut[49]:.1f}, p95 {cut[94]:.1f}, p99 {cut[98]:.1f} ms"
    return f"{wall}; processor p50 {statistics.median(worked):.1f} ms ({said})"


def learn(home: Path, _size: int) -> dict[str, str]:
    """Lessons, each with a question that must find it at once."""
    spent, found = list[float](), 0
    with _open(home) as kb:
        kb.check_known_issues("anything at all", deep=True)
        for number in range(20):
            name = f"lesson-{os.getpid()}-{number}"
            pattern = f"{name}: the harbour crane refused to lower its hook"
            spent.append(_timed(lambda pattern=pattern: kb.learn_pattern(pattern, "it froze", "warm it")))
            found += any(name in match.title for match in kb.check_known_issues(pattern).matches)
    return {
        "learn_pattern": f"p50 {statistics.median(spent):.0f}, worst {max(spent):.0f} ms; {found} of 20 found at once"
    }


def cold(home: Path, size: int) -> dict[str, str]:
    """`kb check` by signature, each in a new process."""
    material = Material.read()
    texts = [
        e.signatures[0].needles[0] for n in range(size - 200, size) if (e := material.entry(n)).signatures
    ]
    spent = []
    for text in texts[:6]:
        command = [sys.executable, "-m", "kb", "--home", str(home), "check", f"ERROR {text} (again)"]
        spent.append(
            _timed(lambda command=command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        )
    return {"cold kb check by signature": f"p50 {statistics.median(spent[1:]):.0f} ms (first {spent[0]:.0f})"}


STEPS: dict[str, Callable[[Path, int], dict[str, str]]] = {
    "fill": fill,
    "disk": disk,
    "ask": ask,
    "learn": learn,
    "cold": cold,
}


# -- small things --------------------------------------------------------------------------------


class _Stopwatch:
    """Seconds of the wall clock and of the processor, added up over its `with` blocks."""

    wall = busy = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.busy -= time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.busy += time.process_time()

    def __str__(self) -> str:
        return f"{self.wall:.0f} s ({self.busy:.0f} s of the processor)"


@contextmanager
def _open(home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
        yield kb


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / _MB


def _size_of(folder: Path, pattern: str) -> float:
    return float(sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file()))


def _counter(what: str) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        _progress(what, done, 0)

    return count


def _progress(what: str, done: int, total: int) -> None:
    if done % 25_600 == 0 or done == total:
        print(f"{what} {done:,}" + (f" of {total:,}" if total else ""), file=sys.stderr)


if __name__ == "__main__":
    main()
