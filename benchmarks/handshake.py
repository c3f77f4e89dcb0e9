"""How long `kb mcp` takes from nothing to a finished handshake and to a first answer, beside importing mcp alone.

`python -m benchmarks.handshake [RUNS]` prints the medians of the processor time up to the answer, and their ratio to
that of `import mcp.server`: the promise is at most 1.15 for the handshake, and 1.3 for a first question that an exact
tier settles.  Modules are compiled before, as an installation does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from kb import KnowledgeBase
from kb.starter import make_home

PROMISED, PROMISED_ANSWER = 1.15, 1.3
INITIALIZE: dict[str, object] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "handshake", "version": "1"},
    },
}
INITIALIZED: dict[str, object] = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LINE = "FATAL tide gauge {} reports a negative depth"
QUESTION: dict[str, object] = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "check_known_issues", "arguments": {"error_text": LINE.format(9)}},
}


def started(home: Path) -> tuple[float, float]:
    """Processor seconds from the start of the process to its handshake, and to the answer of its first question."""
    with subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        hello, greeted = _ask(process, INITIALIZE)
        process.stdin.write(json.dumps(INITIALIZED) + "\n")
        answer, answered = _ask(process, QUESTION)
        process.stdin.close()
    if '"serverInfo"' not in hello or '"known"' not in answer:
        raise SystemExit(f"no handshake, or not known: {hello[:300]} {answer[:300]}")
    return greeted, answered


def _ask(process: subprocess.Popen[str], message: dict[str, object]) -> tuple[str, float]:
    """What a message is answered with, and the processor seconds up to then."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    return process.stdout.readline(), processor_seconds(process.pid)


def bare() -> float:
    """Processor seconds that Python and mcp take by themselves."""
    script = "import mcp.server; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        spent = processor_seconds(process.pid)
        process.communicate("\n")
    return spent


def processor_seconds(process: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        with KnowledgeBase.open(home) as kb:
            kb.learn_pattern(LINE.format(7), "ice on the sensor", "thaw the gauge")
        rows = [(bare(), *started(home)) for _ in range(runs + 1)][1:]
    alone, greeted, answered = (statistics.median(column) for column in zip(*rows, strict=True))
    hand = statistics.median(row[1] / row[0] for row in rows)
    question = statistics.median(row[2] / row[0] for row in rows)
    print(f"{alone:6.3f} s  python -c 'import mcp.server'")
    print(f"{greeted:6.3f} s  kb mcp, handshake answered")
    print(f"{hand:6.2f}    of it (promised: at most {PROMISED}; median of {runs} runs; processor time)")
    print(f"{answered:6.3f} s  kb mcp, a first question answered that a fingerprint settles")
    print(f"{question:6.2f}    of it (promised: at most {PROMISED_ANSWER})")
    return hand > PROMISED or question > PROMISED_ANSWER


if __name__ == "__main__":
    sys.exit(main())
