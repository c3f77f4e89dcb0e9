"""How a log of hundreds of megabytes on stdin is taken: processor seconds, and the most memory that was used.

`python -m benchmarks.big_input [MEGABYTES] [--beside FOLDER] [--only KIND]` writes logs of that size (200 unless told)
into `kb check -`: lines that are fine, one in twenty of them an error, both as docker writes them, both with the line
ends of Windows, a text that is a single line, and lines that come slowly; each with the telling line in the middle.
With FOLDER, a checkout of another commit, the same goes into that one, and the ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

NEEDLE = "FATAL quorum of the ledger store lost, 2 of 5 replicas answer"
_MEGABYTE = 1024 * 1024
_AT_ONCE, _SLOWLY = 10_000, 200
_ERRORS = ("upstream", "socket", "lease", "shard", "cursor", "tenant")


class Taken(NamedTuple):
    """What a command said, what it cost, and its peak memory in MB."""

    said: str
    seconds: float
    memory: float


def fine(number: int) -> str:
    """A line of a service that is well; no two are the same."""
    clock = f"2026-11-02T09:{number // 60 % 60:02}:{number % 60:02}Z"
    return f"{clock} INFO worker-{number % 97} handled request {number * 7919:x} in {number % 450} ms\n"


def mixed(number: int) -> str:
    """The same, every twentieth an error."""
    if number % 20:
        return fine(number)
    what, other = _ERRORS[number // 20 % 6], _ERRORS[number // 120 % 6]
    return f"2026-11-02T09:00:00Z ERROR worker-{number % 97} {what} {number:x} failed: {other} timed out\n"


def by_docker(line: str) -> str:
    """The line as docker's json-file driver keeps it."""
    return json.dumps({"log": line, "stream": "stderr", "time": "2026-11-02T09:02:12.1Z"}) + "\n"


def windows(line: str) -> str:
    """The line with the end of Windows."""
    return line.replace("\n", "\r\n")


def lines(
    megabytes: int, write: Callable[[int], str], carry: Callable[[str], str] = str, pause: float = 0.0
) -> Iterator[bytes]:
    """A log, the needle after half of it."""
    size, number, told = 0, 0, False
    step = _SLOWLY if pause else _AT_ONCE
    while size < megabytes * _MEGABYTE:
        piece = "".join(carry(write(n)) for n in range(number, number + step)).encode()
        number += step
        if not told and size > megabytes * _MEGABYTE // 2:
            told, piece = True, carry(f"2026-11-02T10:00:00Z {NEEDLE}\n").encode() + piece
        size += len(piece)
        time.sleep(pause)
        yield piece


def one_line(megabytes: int) -> Iterator[bytes]:
    """A text without a line end, such as JSON from a collector, the needle in the middle."""
    piece = b'{"level":"info","worker":17,"message":"handled a request","ms":12},' * 15_000
    count = megabytes * _MEGABYTE // len(piece)
    for number in range(count):
        yield piece
        if number == count // 2:
            yield b'{"level":"fatal","message":"' + NEEDLE.encode() + b'"},'


KINDS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "fine": lambda size: lines(size, fine),
    "mixed": lambda size: lines(size, mixed),
    "docker": lambda size: lines(size, mixed, by_docker),
    "windows": lambda size: lines(size, mixed, windows),
    "single line": one_line,
    "slowly": lambda size: lines(min(size, 4), mixed, pause=0.02),
}


def kb(build: Path, *words: str) -> subprocess.Popen[bytes]:
    """A command of a build, which reads from a pipe and says to one."""
    environ = {**os.environ, "PYTHONPATH": str(build)}
    return subprocess.Popen(
        [sys.executable, "-m", "kb", *words],
        cwd=build,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def check(home: Path, pieces: Iterator[bytes], build: Path) -> Taken:
    """What `kb check - --json` of a build says to the pieces."""
    process = kb(build, "--home", str(home), "check", "-", "--json")
    assert process.stdin
    assert process.stdout
    with process.stdin as into:
        for piece in pieces:
            into.write(piece)
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def home_of(build: Path, folder: Path) -> Path:
    """A home that the build itself made: with what it starts with, and the telling line."""
    lesson = ("learn", "pattern", NEEDLE, "--meaning", "two replicas are no quorum", "--fix", "start a third")
    for words in (("init", str(folder)), ("--home", str(folder), *lesson)):
        process = kb(build, *words)
        process.communicate()
        assert process.returncode == 0, f"{build}: kb {' '.join(words)} failed"
    return folder


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("megabytes", type=int, nargs="?", default=200)
    options.add_argument("--beside", type=Path, help="a checkout of another commit")
    options.add_argument("--only", choices=list(KINDS), action="append", help="only logs of this kind")
    given = options.parse_args()
    builds = [Path.cwd(), *([given.beside.resolve()] if given.beside else [])]
    with tempfile.TemporaryDirectory() as folder:
        homes = [home_of(build, Path(folder) / f"home{number}") for number, build in enumerate(builds)]
        resting = [
            check(home, iter([NEEDLE.encode()]), build) for home, build in zip(homes, builds, strict=True)
        ]
        print(f"a line alone: {resting[0].seconds:.2f} s, {resting[0].memory:.0f} MB of memory")
        for kind in given.only or KINDS:
            taken = [
                check(*one)
                for one in zip(homes, (KINDS[kind](given.megabytes) for _ in builds), builds, strict=True)
            ]
            print(_line(kind, taken, resting))


def _line(kind: str, taken: list[Taken], resting: list[Taken]) -> str:
    """The figures of a kind; what a line alone costs is no part of the rate."""
    own = [max(0.01, one.seconds - rest.seconds) for one, rest in zip(taken, resting, strict=True)]
    found = "found" if '"verdict": "known"' in taken[0].said else "MISSED"
    line = f"{kind:12} {own[0]:7.2f} s  {taken[0].memory:4.0f} MB of memory, the telling line was {found}"
    return line + "".join(
        f"; the other build: {seconds:.2f} s ({seconds / own[0]:.1f} x), {one.memory:.0f} MB"
        for seconds, one in zip(own[1:], taken[1:], strict=True)
    )


if __name__ == "__main__":
    main()
