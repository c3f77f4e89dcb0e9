"""One server, and three of one base: what more of them give, and what limits them.

`python -m benchmarks.shared_throughput [--seconds 30] [--entries 3000] [--share 0.2]` (as root, on Linux with cgroups
of version 1) fills a base in PostgreSQL and lets 24 clients ask one `kb serve` as fast as it answers, and then three.
First each server has a share of a core, as a small host has of which there are enough: what three give is then not
limited by this machine.  Then each has what it gets of the cores that are here.

Told are answers a second, the processor time that one takes in the servers and in the database, and how much of this
machine's processor was idle: where nothing is, more servers on it give no more.  The clients, a few lines over HTTP,
run on it, too.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.handshake import processor_seconds
from benchmarks.scale_material import Material
from benchmarks.waiting import ROOT, RawClient, prepared, serving
from kb.starter import make_home
from tests.doubles.postgres import PostgresServer, address, running

CLIENTS, QUESTIONS = 24, 400
_GROUPS = Path("/sys/fs/cgroup/cpu")
_PERIOD = 100_000
"""Microseconds in which a server has its share."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--entries", type=int, default=3_000)
    options.add_argument("--share", type=float, default=0.2, help="of a core, for each server")
    given = options.parse_args()
    with ExitStack() as open_:
        scratch = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="kb-bench-")))
        port = open_.enter_context(running(place, ["listen_addresses=", "shared_buffers=256MB"]))
        server = PostgresServer(address(place, port))
        homes = _homes(scratch, server.url(server.create()), given.entries)
        for share in (given.share, None):
            told = "as much of the processor as each gets" if share is None else f"{share} of a core each"
            rates = [_asked(homes[:count], given.seconds, share, told) for count in (1, 3)]
            print(f"three give {rates[1] / rates[0]:.2f} times what one gives, with {told}", flush=True)


def _homes(scratch: Path, url: str, entries: int) -> list[Path]:
    """The folders of three hosts that share one base, which is filled."""
    homes = [scratch / name for name in ("one", "two", "three")]
    for home in homes:
        home.mkdir()
        (home / "kb.toml").write_text(f'[database]\nurl = "{url}"\n')
    prepared(homes[0], entries)
    for home in homes[1:]:
        make_home(home)
    return homes


def _asked(homes: Sequence[Path], seconds: float, share: float | None, told: str) -> float:
    """Let the clients ask the servers of these homes, and print what came of it; returns answers a second."""
    with ExitStack() as open_:
        servers = [open_.enter_context(serving(home, ROOT)) for home in homes]
        _ask([url for url, _ in servers], 10.0)  # the first answers load what later ones find there
        for _, process in servers:
            open_.enter_context(_limited(process, share))
        before = _spent([process for _, process in servers]), _of_database(), _idle()
        answers = _ask([url for url, _ in servers], seconds)
        after = _spent([process for _, process in servers]), _of_database(), _idle()
    each = [1000 * (late - early) / answers for late, early in zip(after[:2], before[:2], strict=True)]
    idle = (after[2] - before[2]) / seconds / (os.cpu_count() or 1)
    print(
        f"{len(homes)} of them, {told}: {answers / seconds:.1f} answers a second; of the processor {each[0]:.1f} ms"
        f" each in the servers, {each[1]:.1f} in the database; {idle:.0%} of {os.cpu_count()} cores idle",
        flush=True,
    )
    return answers / seconds


def _ask(urls: Sequence[str], seconds: float) -> int:
    """Ask for so long, each client one server; returns how many answers came."""
    material, counts = Material.read(), [0] * CLIENTS
    texts = [material.question(number) for number in range(QUESTIONS)]
    ends = time.monotonic() + seconds

    def work(number: int) -> None:
        agent, rng = RawClient(urls[number % len(urls)]), random.Random(number)
        while time.monotonic() < ends:
            answer = agent.call("check_known_issues", error_text=rng.choice(texts))
            assert "verdict" in answer, answer[:500]
            counts[number] += time.monotonic() < ends

    threads = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


@contextmanager
def _limited(process: int, share: float | None) -> Iterator[None]:
    """A process with a share of a core, or with all that it gets."""
    if share is None:
        yield
        return
    group = _GROUPS / f"kb-{process}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(int(share * _PERIOD)))
        (group / "cgroup.procs").write_text(str(process))
        yield
    finally:
        (_GROUPS / "cgroup.procs").write_text(str(process))
        group.rmdir()


def _spent(processes: Sequence[int]) -> float:
    return sum(map(processor_seconds, processes))


def _of_database() -> float:
    """Seconds of processor time of every process of PostgreSQL that is there."""
    found = subprocess.run(["pgrep", "-x", "postgres"], capture_output=True, text=True, check=True)
    return _spent([*map(int, found.stdout.split())])


def _idle() -> float:
    """Seconds for which the cores of this machine had nothing to do, added up."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
