"""How long `kb mcp` takes from nothing to a finished handshake, beside importing mcp alone.

`python -m benchmarks.handshake [RUNS]` prints the medians and their difference; the promise is less
than a second beyond Python and mcp themselves.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kb.starter import make_home

PROMISED = 1.0
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
    """Seconds from the start of the process to its answer."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "mcp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        spent = time.perf_counter() - started
        process.stdin.close()
    if '"serverInfo"' not in answer:
        raise SystemExit(f"no handshake: {answer[:300]}")
    return spent


def bare() -> float:
    """Seconds that Python and mcp take by themselves."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import mcp.server"], check=True)
    return time.perf_counter() - started


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        pairs = [(bare(), handshake(home)) for _ in range(runs + 1)][1:]
    alone, whole = (statistics.median(column) for column in zip(*pairs, strict=True))
    beyond = statistics.median(hand - alone for alone, hand in pairs)
    print(f"{alone:6.3f} s  python -c 'import mcp.server'")
    print(f"{whole:6.3f} s  kb mcp, handshake answered")
    print(
        f"{beyond:6.3f} s  beyond mcp's own import (promised: less than {PROMISED:.0f} s; median of {runs} pairs)"
    )
    return beyond >= PROMISED


if __name__ == "__main__":
    sys.exit(main())
