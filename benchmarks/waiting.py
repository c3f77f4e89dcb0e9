"""How long others wait while one client asks long logs, beside another build of kb.

`python -m benchmarks.waiting [--beside FOLDER] [--entries N] [--seconds S]` starts `kb serve` on a home of N entries
(their vectors are hashed words: only the questions go through the model).  One client asks a log of 2.9 MB again and
again; another asks single lines; a third polls `/healthz`.  The longest and the median wait are printed, and, since a
wait is also what other programs of the machine take, beside it the processor time of the server between question and
answer (all of its threads: more than that nobody waited for it), and by how much a thread that only sleeps overslept.
With FOLDER, a checkout of another commit (`git worktree add`), the same is done there, and the ratios are printed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.long_logs import failing
from benchmarks.scale import FILE
from benchmarks.scale_material import Material
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from tests.doubles.encoders import HashedEncoder

_LOG = 2_900_000
_PAUSE = 0.02
ROOT = Path(__file__).parents[1]


class RawClient:
    """An MCP client of a few lines, so that what is measured is the server."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=300)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        info = {"name": "waiting", "version": "1"}
        asked = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info}
        self._connection.request("POST", "/mcp", _message("initialize", asked), self._headers)
        answer = self._connection.getresponse()
        self._headers["mcp-session-id"] = answer.headers["mcp-session-id"]
        answer.read()

    def call(self, tool: str, **arguments: object) -> str:
        """The body of the answer."""
        self._connection.request(
            "POST", "/mcp", _message("tools/call", {"name": tool, "arguments": arguments}), self._headers
        )
        return self._connection.getresponse().read().decode()

    def healthz(self) -> None:
        """One look at whether the server is well."""
        self._connection.request("GET", "/healthz")
        self._connection.getresponse().read()


def _message(method: str, params: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def prepared(home: Path, entries: int) -> None:
    """Make a home of so many entries."""
    encoder = HashedEncoder(like_the_model=False)
    encoder.name = OnnxEncoder().name
    make_home(home)
    material, now = Material.read(), datetime.now(UTC)
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        parts = kb._parts
        for start in range(0, entries, FILE):
            path = f"/made/{start // FILE}.md"
            made = [material.entry(number) for number in range(start, min(entries, start + FILE))]
            record = FileRecord(path=path, given=path[1:], sha256="", stamp="", parser="made/1")
            with parts.db.write():
                parts.catalogue.bring_in_step(record, made, now=now, fold_copies=True)
        parts.embeddings.embed_pending()
        parts.vectors.absorb()


@contextmanager
def serving(home: Path, code: Path = ROOT) -> Iterator[tuple[str, int]]:
    """A real server of a checkout on a free port: its URL and process id."""
    environ = {**os.environ, "PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    assert process.stderr
    try:
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        client = RawClient(found[0])
        while "not searched" in client.call("check_known_issues", error_text="a"):  # the model is loaded
            time.sleep(0.2)
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait(120)


def processor_clock(process: int) -> float:
    """Seconds of processor time that all threads of a process have used (Linux: `clock_getcpuclockid(3)`)."""
    return time.clock_gettime((~process << 3) | 2)


def waits(url: str, process: int, seconds: float) -> dict[str, list[float]]:
    """How long each call took, by kind, and of the server's processor time meanwhile."""
    log, source = failing(30_000, random.Random(5))[:_LOG], random.Random(7)
    spent, until = defaultdict[str, list[float]](list), time.monotonic() + seconds
    clients = {"log": RawClient(url), "check": RawClient(url), "healthz": RawClient(url)}
    calls: dict[str, Callable[[], object]] = {
        "log": lambda: clients["log"].call("check_known_issues", error_text=log),
        "check": lambda: clients["check"].call(
            "check_known_issues", error_text=f"ERROR berth {source.randint(1, 999)} refused the ferry"
        ),
        "healthz": clients["healthz"].healthz,
        "sleep of 20 ms": lambda: time.sleep(_PAUSE),
    }

    def repeat(kind: str) -> None:
        while time.monotonic() < until:
            started, used = time.perf_counter(), processor_clock(process)
            calls[kind]()
            spent[kind].append(time.perf_counter() - started)
            spent[f"{kind}, of the processor"].append(processor_clock(process) - used)
            time.sleep(0 if kind == "log" else _PAUSE)

    threads = [threading.Thread(target=repeat, args=(kind,)) for kind in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(spent)


def measured(home: Path, code: Path, seconds: float) -> dict[str, float]:
    """The longest and the median wait of each kind in milliseconds, by a checkout."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        with serving(copy, code) as (url, process):
            found = waits(url, process, seconds)
    figures = {"longest": max, "median": statistics.median}
    return {
        f"{name} {kind}": 1000 * of(times) for kind, times in found.items() for name, of in figures.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, metavar="FOLDER")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home to copy, instead of N entries")
    parser.add_argument(
        "--home-beside", type=Path, metavar="FOLDER", help="theirs, where they cannot read ours"
    )
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    OnnxEncoder().prepare()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if given.home:
            home = given.home
        else:
            prepared(home, given.entries)
        here = measured(home, ROOT, given.seconds)
        theirs = given.home_beside or home
        there = measured(theirs, given.beside.resolve(), given.seconds) if given.beside else {}
    for name, value in here.items():
        beside = f"  beside {there[name]:8.1f} ms, {value / there[name]:.3f} of it" if there.get(name) else ""
        print(f"{value:8.1f} ms  {name}{beside}")


if __name__ == "__main__":
    main()
