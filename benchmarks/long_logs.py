"""What a question costs, from a line that is known at once to logs of 3 MB, beside another build of kb.

`python -m benchmarks.long_logs [--beside FOLDER] [--short] [--pairs N]` asks a home of 21 patterns: a line that a
fingerprint settles (other numbers each time), 2.6 MB of lines that are all fine, 3 MB of different errors, and both
as docker writes them; with `--short` only the line.  With FOLDER, a checkout of another commit (`git worktree add`),
the same is asked there, in turns, N times, and the medians of the ratios are printed.
Times are processor seconds of the best of some rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "lease",
    "shard",
    "queue",
    "socket",
    "table",
    "index",
    "cursor",
    "batch",
    "ledger",
    "order",
    "tenant",
    "cache",
    "route",
    "probe",
    "shadow",
    "vector",
]
_ROUNDS, _QUESTIONS = 3, 40


def fine(lines: int, source: random.Random) -> str:
    """Lines of a service that is well."""
    return "".join(
        f"{_clock(n)}Z INFO  [http-{n % 8}] c.e.orders.Api - served order {source.randint(1, 10**6)} for tenant"
        f" {source.randint(1, 999)} in {source.randint(1, 99)} ms\n"
        for n in range(lines)
    )


def failing(lines: int, source: random.Random) -> str:
    """Errors that all differ."""
    word = lambda: source.choice(_WORDS)  # noqa: E731 - one word after the other, in one sentence
    return "".join(
        f"{_clock(n)}Z ERROR [http-{n % 8}] {word()} {word()} failed: {word()} {word()} {word()} refused"
        f" {word()}{source.choice('abcdefgh')} {word()} {source.randint(1, 10**6)} code x{word()}{word()}\n"
        for n in range(lines)
    )


def _clock(number: int) -> str:
    return f"2026-11-29T09:{number // 60 % 60:02d}:{number % 60:02d}.{number % 1000:03d}"


def by_docker(log: str) -> str:
    """The log as docker's json-file driver keeps it."""
    fields = {"stream": "stderr", "time": "2026-11-29T09:02:12.123456789Z"}
    return "".join(json.dumps({"log": f"{line}\n", **fields}) + "\n" for line in log.splitlines())


def measure(short: bool) -> dict[str, float]:
    """Milliseconds of each question, by this interpreter's `kb`."""
    from kb import KnowledgeBase

    source = random.Random(1)
    well, ill = fine(26_000, source), failing(24_000, source)[:3_000_000]
    logs = {"all fine": well, "all errors": ill}
    logs |= {f"{name}, docker": by_docker(log)[:3_000_000] for name, log in logs.items()}
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("learned", "state"):
            (Path(scratch) / folder).mkdir()
        with KnowledgeBase.open(scratch) as kb:
            for letter in "abcdefghijklmnopqrstu":
                kb.learn_pattern(_question(letter, 17), meaning="it lost its leader", fix="start it again")
            kb.check_known_issues("is the model loaded", record=False)
            numbers = iter(range(100, 10**6))
            figures = {"settled early": _best(lambda: _ask_many(kb, numbers)) / _QUESTIONS}
            for name, log in logs.items() if not short else ():
                figures[name] = _best(lambda log=log: kb.check_known_issues(log, record=False))  # type: ignore[misc]
    return figures


def _question(letter: str, number: int) -> str:
    return f"stock ledger {letter * 5} refuses write: shard {number} has no leader since epoch {number * 7}"


def _ask_many(kb: object, numbers: object) -> None:
    for _ in range(_QUESTIONS):
        answer = kb.check_known_issues(_question("a", next(numbers)), record=False)  # type: ignore[attr-defined, call-overload]
        assert answer.verdict == "known", answer


def _best(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        best = min(best, (time.process_time() - started) * 1000)
    return best


def _in(folder: Path, short: bool) -> dict[str, float]:
    """The figures of the build in a folder, in a process of its own."""
    command = [sys.executable, __file__, "--json", *(["--short"] if short else [])]
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=True, env=environ)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--beside", type=Path, help="a checkout of another commit")
    options.add_argument("--short", action="store_true", help="ask the line alone")
    options.add_argument("--pairs", type=int, default=1, help="how often both builds are asked in turns")
    options.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.json:
        print(json.dumps(measure(given.short)))
        return
    beside = given.beside.resolve() if given.beside else None
    pairs = [
        (_in(Path.cwd(), given.short), _in(beside, given.short) if beside else {}) for _ in range(given.pairs)
    ]
    for name in pairs[0][0]:
        ours = statistics.median(one[name] for one, _ in pairs)
        line = f"{name:22} {ours:9.2f} ms"
        if beside:
            times = statistics.median(one[name] / other[name] for one, other in pairs)
            line += f"  {times:5.2f} x of {statistics.median(other[name] for _, other in pairs):9.2f} ms"
        print(line)


if __name__ == "__main__":
    main()
