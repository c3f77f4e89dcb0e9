"""Thirty-two MCP clients at once against a real `kb serve`, half of them writing, half asking.

`python -m benchmarks.clients [SECONDS] [CLIENTS]` prints errors, lost writes (every acknowledged lesson
and log line is looked for afterwards), and the median and p95 of each kind; beside it one client alone.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from mcp import Client
from mcp_types import Implementation

from kb import KnowledgeBase
from kb.starter import make_home
from kb.storage.encoder import OnnxEncoder

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


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """A real server on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.wait(60)


async def client(url: str, number: int, clients: int, until: float, tally: Tally) -> None:
    """Half of the clients write and half ask; one alone does both in turn."""
    info = Implementation(name=f"client-{number}", version="1")
    async with Client(url, client_info=info) as agent:
        turn = 0
        while time.monotonic() < until:
            turn += 1
            await step(agent, number, turn, (number if clients > 1 else turn // 2) % 2 == 0, tally)


async def step(agent: Client, number: int, turn: int, writes: bool, tally: Tally) -> None:
    text = f"berth {number}x{turn} reports fault {number * 7919 + turn}"
    if not writes:
        question = PARAPHRASES[turn % len(PARAPHRASES)] if turn % 2 else f"berth {number}x1 reports fault"
        await call(agent, "check_known_issues", {"error_text": question}, tally)
    elif turn % 2:
        done = await call(agent, "learn_pattern", {"pattern": text, "fix": f"see berth {number}"}, tally)
        tally.learned += [text] if done else []
    else:
        done = await call(agent, "memory_session_log", {"action": text}, tally)
        tally.logged += [text] if done else []


async def call(agent: Client, tool: str, arguments: dict[str, str], tally: Tally) -> bool:
    started = time.perf_counter()
    try:
        result = await agent.call_tool(tool, arguments)
    except Exception as error:
        tally.errors.append(f"{tool}: {error!r}")
        return False
    tally.spent[tool].append(time.perf_counter() - started)
    if result.is_error:
        tally.errors.append(f"{tool}: {result.content[0]}")
    return not result.is_error


def run(clients: int, seconds: float) -> tuple[Tally, list[str]]:
    """Let the clients work on a home of their own; returns what they saw, and what was lost."""
    tally = Tally()

    async def everybody(url: str) -> None:
        async with Client(url) as agent:  # the model is loaded before anything is measured
            while "not searched" in str(
                (await agent.call_tool("check_known_issues", {"error_text": "a"})).content
            ):
                await anyio.sleep(0.2)
        until = time.monotonic() + seconds
        async with anyio.create_task_group() as tasks:
            for number in range(clients):
                tasks.start_soon(client, url, number, clients, until, tally)

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        with serving(home) as url:
            anyio.run(everybody, url)
        return tally, lost(home, tally)


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


def report(clients: int, seconds: float) -> bool:
    """Run, and print the figures; false when something failed."""
    tally, gone = run(clients, seconds)
    calls = sum(map(len, tally.spent.values()))
    writes = len(tally.learned) + len(tally.logged)
    print(
        f"{clients} client{'s' if clients > 1 else ''}, {seconds:.0f} s: {calls} calls ({calls / seconds:.0f}/s), "
        f"{len(tally.errors)} errors, {len(gone)} of {writes} writes lost"
    )
    for tool, spent in sorted(tally.spent.items()):
        p95 = statistics.quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0]
        print(
            f"  {statistics.median(spent) * 1000:7.1f} ms p50  {p95 * 1000:7.1f} ms p95  {len(spent):5d} x {tool}"
        )
    for error in (*tally.errors[:5], *gone[:5]):
        print(f"  {error[:200]}")
    return not tally.errors and not gone


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    OnnxEncoder().prepare()
    good = [report(1, seconds / 2), report(clients, seconds)]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
