"""Half an hour of thirty-two clients against a real `kb serve`: do memory and latency stay flat, is any write lost?

`python -m benchmarks.soak [--minutes M] [--calls N] [--clients C] [--entries E | --home FOLDER]` lets the clients go
through incidents with all tools (`benchmarks.soak_shift`), at the rate at which N calls take M minutes, and ends when
both are over.  Each minute it prints the calls and errors so far, the median and p95 of that minute (of all calls, and
of checks), and of the server its own memory (anonymous; what files map comes and goes), that of the process which reads
long texts, open files, threads, and the write-ahead log.  At the end it prints how memory and latency moved from the
second fifth of the time to the last, each tool, and the acknowledged writes that a fresh process does not find.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from benchmarks.handshake import processor_seconds
from benchmarks.soak_shift import shift
from benchmarks.waiting import ROOT, RawClient, prepared, serving
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder

_MB = 1024


@dataclass
class Seen:
    """What the clients saw; shared by their threads."""

    spent: list[tuple[str, float]] = field(default_factory=list)
    """Since the last minute: the tool and the seconds."""
    tools: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """From the beginning."""
    calls: int = 0
    errors: list[str] = field(default_factory=list)
    patterns: set[str] = field(default_factory=set)
    logged: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Minute:
    """One line: latencies in milliseconds, memory in megabytes."""

    at: float
    calls: int
    errors: int
    p50: float
    p95: float
    check_p95: float
    memory: float
    beside: float
    files: int
    threads: int
    log: float


class Refused(Exception):
    """A tool that was refused, or no answer at all."""


def client(url: str, number: int, seen: Seen, pause: float, over: threading.Event) -> None:
    agent = RawClient(url)

    def call(tool: str, **given: object) -> dict[str, Any]:
        started = time.perf_counter()
        try:
            answer = json.loads(agent.call(tool, **given))
        except (OSError, ValueError, HTTPException) as error:
            raise Refused(f"{tool}: {error!r}") from None
        took = time.perf_counter() - started
        seen.spent.append((tool, took))
        seen.tools[tool].append(1000 * took)
        seen.calls += 1
        result = answer.get("result", {"isError": True, "content": [answer]})
        if result.get("isError"):
            raise Refused(f"{tool}: {result['content'][0]}")
        _note(tool, given, result["structuredContent"], seen)
        found: dict[str, Any] = result["structuredContent"]
        return found

    started, done = time.monotonic() + pause * number / 32, 0
    while not over.is_set():
        try:
            for _ in shift(number, call):
                done += 1
                over.wait(max(0.0, started + done * pause - time.monotonic()))
                if over.is_set():
                    return
        except Refused as error:
            seen.errors.append(str(error))


def _note(tool: str, given: dict[str, object], answer: dict[str, Any], seen: Seen) -> None:
    """What was acknowledged, to be looked for at the end."""
    if tool == "learn_pattern":
        seen.patterns.add(str(given["pattern"]))
    elif tool == "memory_session_log":
        seen.logged.add(str(given["action"]))
    elif tool == "incident_open":
        seen.incidents.add(str(answer["id"]))


def lost(home: Path, seen: Seen) -> list[str]:
    """Acknowledged writes that a fresh process does not find."""
    with KnowledgeBase.open(home) as kb:
        written = {item["pattern"] for item in kb.memory.query("learned/patterns", "error_patterns")}
        incidents = {one.id for one in kb.incidents.recent(1_000_000)}
        log = "\n".join(kb.weekly_summary(1).log)
    gone = [*(seen.patterns - written), *(seen.incidents - incidents)]
    return gone + [text for text in seen.logged if text not in log]


def minute(process: int, home: Path, seen: Seen, started: float) -> Minute:
    """What is to be said of the last minute."""
    spent, seen.spent = seen.spent, []
    times = [1000 * seconds for _, seconds in spent] or [0.0]
    checks = [1000 * seconds for tool, seconds in spent if tool == "check_known_issues"] or [0.0]
    wal = home / "state" / "kb.db-wal"
    place = Path(f"/proc/{process}")
    return Minute(
        at=(time.monotonic() - started) / 60,
        calls=seen.calls,
        errors=len(seen.errors),
        p50=statistics.median(times),
        p95=_p95(times),
        check_p95=_p95(checks),
        memory=_memory(process),
        beside=sum(map(_memory, _children(process))),
        files=len(list((place / "fd").iterdir())),
        threads=len(list((place / "task").iterdir())),
        log=wal.stat().st_size / _MB / _MB if wal.exists() else 0.0,
    )


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _memory(process: int) -> float:
    """Megabytes of its own that are resident."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / _MB for line in status.splitlines() if line.startswith("RssAnon"))


def _children(process: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split() if Path(f"/proc/{line}/status").exists()]


def watch(process: int, home: Path, seen: Seen, minutes: float, calls: int) -> list[Minute]:
    """Print a line a minute until time and calls are over."""
    print(
        "minute   calls errors     p50     p95  checks'     memory  beside   files threads     log",
        flush=True,
    )
    lines, started = list[Minute](), time.monotonic()
    while True:
        time.sleep(min(60.0, max(1.0, minutes * 60 / 5)))
        line = minute(process, home, seen, started)
        lines.append(line)
        print(
            f"{line.at:6.1f} {line.calls:7d} {line.errors:6d} {line.p50:7.1f} {line.p95:7.1f} {line.check_p95:8.1f} ms"
            f" {line.memory:7.1f} {line.beside:7.1f} MB {line.files:4d} {line.threads:7d} {line.log:7.1f} MB",
            flush=True,
        )
        if line.at >= minutes and line.calls >= calls:
            return lines


def moved(lines: Sequence[Minute]) -> str:
    """How the figures moved from the second fifth of the time (all is warm then) to the last."""
    fifth = max(1, len(lines) // 5)
    early, late = lines[fifth : 2 * fifth] or lines[:1], lines[-fifth:]
    calls = late[-1].calls - early[-1].calls
    told = []
    for name, unit in (("memory", "MB"), ("beside", "MB"), ("p50", "ms"), ("p95", "ms"), ("check_p95", "ms")):
        before, after = (statistics.median(getattr(line, name) for line in part) for part in (early, late))
        slope = (after - before) / max(1, calls) * 10_000
        told.append(f"{name}: {before:.1f} -> {after:.1f} {unit}, {slope:+.2f} {unit} in 10,000 calls")
    return "\n".join(told)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--entries", type=int, default=1_000)
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home to copy, instead of E entries")
    given = parser.parse_args()
    OnnxEncoder().prepare()
    seen, over = Seen(), threading.Event()
    pause = given.clients * given.minutes * 60 / given.calls
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if given.home:
            shutil.copytree(given.home, home)
        else:
            prepared(home, given.entries)
        with serving(home, ROOT) as (url, process):
            threads = [
                threading.Thread(target=client, args=(url, number, seen, pause, over), daemon=True)
                for number in range(given.clients)
            ]
            for thread in threads:
                thread.start()
            before = processor_seconds(process)
            lines = watch(process, home, seen, given.minutes, given.calls)
            each = 1000 * (processor_seconds(process) - before) / max(1, seen.calls)
            over.set()
            for thread in threads:
                thread.join(120)
        gone = lost(home, seen)
    writes = len(seen.patterns) + len(seen.logged) + len(seen.incidents)
    print(moved(lines))
    for tool, spent in sorted(seen.tools.items(), key=lambda pair: -sum(pair[1])):
        print(
            f"  {statistics.median(spent):8.1f} ms p50  {_p95(spent):8.1f} ms p95  {len(spent):6d} x {tool}"
        )
    print(f"{seen.calls} calls, {len(seen.errors)} errors, {each:.1f} ms of the server's processor a call")
    print(f"{len(gone)} of {writes} writes lost")
    for text in (*dict.fromkeys(error[:160] for error in seen.errors[:50]), *gone[:5]):
        print(f"  {text}")
    return bool(gone or seen.errors)


if __name__ == "__main__":
    sys.exit(main())
