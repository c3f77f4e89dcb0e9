"""Thirty-two clients at once against a real `kb serve`, half of them writing, half asking.

`python -m benchmarks.clients [SECONDS] [CLIENTS] [--entries N | --home FOLDER] [--beside FOLDER]` prints errors, lost
writes (every acknowledged lesson and log line is looked for afterwards), the median and p95 of each kind, and the
processor time a call of the server and of the clients, which are a few lines over HTTP so that they are light; before
it one client alone.  With --beside, a checkout of another commit (`git worktree add`), the same is done there in turn,
and the median ratios of --pairs such runs are printed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

from benchmarks.handshake import processor_seconds
from benchmarks.waiting import ROOT, RawClient, prepared, serving
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder

PARAPHRASES = [
    "the ferry does not leave because its ramp is stuck",
    "ERROR bilge pump 3 overheats after an hour",
    "the radar shows nothing since the update",
    "cannot reach the harbour office, connection refused",
]


@dataclass
class Tally:
    """What the clients saw."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    learned: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    processor: float = 0.0
    """Seconds that the server took."""
    own: float = 0.0
    """Seconds that the clients took."""

    @property
    def calls(self) -> int:
        """How many were answered."""
        return sum(map(len, self.spent.values()))


def client(url: str, number: int, clients: int, until: float, tally: Tally) -> None:
    """Half of the clients write and half ask; one alone does both in turn."""
    agent, turn = RawClient(url), 0
    while time.monotonic() < until:
        turn += 1
        step(agent, number, turn, (number if clients > 1 else turn // 2) % 2 == 0, tally)


def step(agent: RawClient, number: int, turn: int, writes: bool, tally: Tally) -> None:
    text = f"berth {number}x{turn} reports fault {number * 7919 + turn}"
    if not writes:
        question = PARAPHRASES[turn % len(PARAPHRASES)] if turn % 2 else f"berth {number}x1 reports fault"
        call(agent, "check_known_issues", {"error_text": question}, tally)
    elif turn % 2:
        done = call(agent, "learn_pattern", {"pattern": text, "fix": f"see berth {number}"}, tally)
        tally.learned += [text] if done else []
    else:
        done = call(agent, "memory_session_log", {"action": text}, tally)
        tally.logged += [text] if done else []


def call(agent: RawClient, tool: str, arguments: dict[str, str], tally: Tally) -> bool:
    started = time.perf_counter()
    try:
        answer = json.loads(agent.call(tool, **arguments))
    except (OSError, ValueError, HTTPException) as error:
        tally.errors.append(f"{tool}: {error!r}")
        return False
    tally.spent[tool].append(time.perf_counter() - started)
    result = answer.get("result", {"isError": True, "content": [answer]})
    if result.get("isError"):
        tally.errors.append(f"{tool}: {result['content'][0]}")
    return not result.get("isError")


def run(clients: int, seconds: float, home: Path, code: Path) -> tuple[Tally, list[str]]:
    """Let the clients work on a copy of a home; returns what they saw, and what was lost."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        with serving(copy, code) as (url, process):
            before, own, until = processor_seconds(process), time.process_time(), time.monotonic() + seconds
            threads = [
                threading.Thread(target=client, args=(url, number, clients, until, tally))
                for number in range(clients)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            tally.processor, tally.own = processor_seconds(process) - before, time.process_time() - own
        return tally, lost(copy, tally)


def lost(home: Path, tally: Tally) -> list[str]:
    """Acknowledged writes that a fresh process does not find."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    with KnowledgeBase.open(home) as kb:
        items = kb.memory.query("learned/patterns", "error_patterns") if tally.learned else []
        written = {item["pattern"] for item in items}
        known = {hit.title for hit in kb.search("", ("pattern",), limit=100_000)}
        log = "\n".join(kb.weekly_summary(1, now=now).log)
    learned = [text for text in tally.learned if text not in written or text not in known]
    return learned + [text for text in tally.logged if text not in log]


def report(clients: int, seconds: float, home: Path, code: Path) -> tuple[bool, dict[str, float]]:
    """Run, and print the figures; whether all went well, and what is compared."""
    tally, gone = run(clients, seconds, home, code)
    writes = len(tally.learned) + len(tally.logged)
    each = 1000 * tally.processor / max(1, tally.calls)
    print(
        f"{clients} client{'s' if clients > 1 else ''}, {seconds:.0f} s: {tally.calls} calls"
        f" ({tally.calls / seconds:.0f}/s), {len(tally.errors)} errors, {len(gone)} of {writes} writes lost,"
        f" {each:.1f} ms of the processor each (and {1000 * tally.own / max(1, tally.calls):.1f} ms of the clients')"
    )
    for tool, spent in sorted(tally.spent.items()):
        print(
            f"  {statistics.median(spent) * 1000:7.1f} ms p50  {_p95(spent):7.1f} ms p95  {len(spent):5d} x {tool}"
        )
    for error in (*tally.errors[:5], *gone[:5]):
        print(f"  {error[:200]}")
    p95 = _p95([one for spent in tally.spent.values() for one in spent])
    figures = {"calls a second": tally.calls / seconds, "p95, ms": p95, "processor ms a call": each}
    return not tally.errors and not gone, figures


def _p95(spent: list[float]) -> float:
    return 1000 * (statistics.quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=8.0)
    parser.add_argument("clients", type=int, nargs="?", default=32)
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home to copy, instead of N entries")
    parser.add_argument("--beside", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--home-beside", type=Path, metavar="FOLDER", help="theirs, where they cannot read ours"
    )
    parser.add_argument("--pairs", type=int, default=1)
    given = parser.parse_args()
    OnnxEncoder().prepare()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        if not given.home:
            prepared(home, given.entries)
        well, _ = report(1, given.seconds / 2, home, ROOT)
        ratios = defaultdict[str, list[float]](list)
        for _ in range(given.pairs if given.beside else 1):
            good, here = report(given.clients, given.seconds, home, ROOT)
            well = well and good
            if given.beside:
                theirs = given.home_beside or home
                _, there = report(given.clients, given.seconds, theirs, given.beside.resolve())
                for name, value in here.items():
                    ratios[name].append(value / there[name])
        for name, found in ratios.items():
            print(
                f"{name}: {statistics.median(found):.2f} of theirs ({', '.join(f'{one:.2f}' for one in found)})"
            )
    return not well


if __name__ == "__main__":
    sys.exit(main())
