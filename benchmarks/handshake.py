"""How long `kb mcp` takes from nothing to a finished handshake, beside importing mcp alone.

`python -m benchmarks.handshake [RUNS]` prints the medians of the processor time up to the answer, and their ratio: the
promise is at most 1.15 times that of `import mcp.server`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from kb.starter import make_home

PROMISED = 1.15
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "handshake", "version": "1"},
    },
}


def handshake(home: Path) -> float:
    """Processor seconds from the start of the process to its answer."""
    with subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        spent = processor_seconds(process.pid)
        process.stdin.close()
    if '"serverInfo"' not in answer:
        raise SystemExit(f"no handshake: {answer[:300]}")
    return spent


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
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        pairs = [(bare(), handshake(home)) for _ in range(runs + 1)][1:]
    alone, whole = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(hand / alone for alone, hand in pairs)
    print(f"{alone:6.3f} s  python -c 'import mcp.server'")
    print(f"{whole:6.3f} s  kb mcp, handshake answered")
    print(f"{ratio:6.2f}    of it (promised: at most {PROMISED}; median of {runs} pairs; processor time)")
    return ratio > PROMISED


if __name__ == "__main__":
    sys.exit(main())
