"""How a log of hundreds of megabytes on stdin is taken: seconds, and the most memory that was used.

`python -m benchmarks.big_input [MEGABYTES]` writes logs of that size (200 unless told) into
`kb check -`, one of many lines and one that is a single line, with the telling line in the middle.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kb import KnowledgeBase
from kb.starter import make_home

NEEDLE = "FATAL quorum of the ledger store lost, 2 of 5 replicas answer"
_MEGABYTE = 1024 * 1024


def many_lines(megabytes: int) -> Iterator[bytes]:
    """A log whose lines differ, the needle after half of it."""
    size, number, half = 0, 0, megabytes * _MEGABYTE // 2
    told = False
    while size < megabytes * _MEGABYTE:
        first = number
        piece = "".join(
            f"2026-11-02T09:{n // 60 % 60:02}:{n % 60:02}Z INFO worker-{n % 97} handled request "
            f"{n * 7919:x} in {n % 450} ms\n"
            for n in range(first, first + 10_000)
        ).encode()
        number += 10_000
        if not told and size > half:
            told, piece = True, f"2026-11-02T10:00:00Z {NEEDLE}\n".encode() + piece
        size += len(piece)
        yield piece


def one_line(megabytes: int) -> Iterator[bytes]:
    """A text without a line end, such as JSON from a collector, the needle in the middle."""
    piece = b'{"level":"info","worker":17,"message":"handled a request","ms":12},' * 15_000
    count = megabytes * _MEGABYTE // len(piece)
    for number in range(count):
        yield piece
        if number == count // 2:
            yield b'{"level":"fatal","message":"' + NEEDLE.encode() + b'"},'


def check(home: Path, pieces: Iterator[bytes]) -> tuple[str, float, float]:
    """What `kb check - --json` says to the pieces, seconds, and its peak memory in MB."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "kb", "--home", str(home), "check", "-", "--json"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    with process.stdin as into:
        for piece in pieces:
            into.write(piece)
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return said, time.perf_counter() - started, used.ru_maxrss / 1024


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        with KnowledgeBase.open(home) as kb:
            kb.learn_pattern(NEEDLE, "two replicas are not a quorum")
        _, _, resting = check(home, iter([NEEDLE.encode()]))
        print(f"one line of text: {resting:.0f} MB of memory")
        for name, pieces in (("many lines", many_lines(megabytes)), ("a single line", one_line(megabytes))):
            said, seconds, peak = check(home, pieces)
            found = '"verdict": "known"' in said
            print(
                f"{megabytes} MB, {name}: {seconds:.1f} s ({megabytes / seconds:.0f} MB/s), {peak:.0f} MB of memory, "
                f"the telling line was {'found' if found else 'MISSED'}"
            )


if __name__ == "__main__":
    main()
