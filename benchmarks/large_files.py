"""What memory files of thousands of entries cost: a learn into one, and the first look at files written by hand.

`python -m benchmarks.large_files [ENTRIES]` makes homes with one file of 5,000 entries, and with two that hold 25,000
(or ENTRIES) together, and prints a learn as a multiple of one into an empty home of the same run, its SQL statements,
and the first check in seconds an entry of that run's own parse.  Promised: a learn into 5,000 entries takes at most
three times that into none, and 80 statements; after 25,000 it takes 0.3 s at most; the first check there 10 s.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from kb import KnowledgeBase
from kb.starter import make_home
from kb.text import safe_yaml

_WORDS = (
    "orders",
    "payments",
    "billing",
    "search",
    "queue",
    "broker",
    "proxy",
    "cache",
    "shard",
    "replica",
    "lease",
    "quota",
    "token",
    "mutex",
    "socket",
)
_LEARNS = 9
_TIMES, _STATEMENTS, _SECONDS, _FIRST = 3.0, 80, 0.3, 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one home: the first check, a parse of its files alone, and the median learn with its statements."""

    first: float
    parse: float
    learn: float
    statements: int


def entry(number: int) -> str:
    """An entry as a person writes it; no two look alike once what varies is masked."""
    one, two, three, four = (_WORDS[number // 15**power % 15] for power in range(4))
    letters = "".join(chr(97 + number // 26**power % 26) for power in range(4))
    return (
        f'  - pattern: "{one} {two} failed in {three} {four} step x{letters}"\n'
        f"    meaning: the {two} of {one} is full\n    fix: restart the {three} and drain the {four}\n"
        f"    commands:\n    - kubectl rollout restart deploy/{one}\n"
    )


def measure(folder: Path, sizes: Sequence[int]) -> Cost:
    """A home whose files have these many entries: its first check, and learns after it."""
    make_home(folder)
    numbers = count()
    for which, size in enumerate(sizes):
        text = "error_patterns:\n" + "".join(entry(next(numbers)) for _ in range(size))
        (folder / "learned" / ("patterns.yaml" if not which else f"more{which}.yaml")).write_text(text)
    started = time.perf_counter()
    for file in (folder / "learned").glob("*.yaml"):
        safe_yaml.compose(file.read_text())
    parse = time.perf_counter() - started
    with KnowledgeBase.open(folder) as kb:
        started = time.perf_counter()
        kb.check_known_issues("orders payments failed in search queue step xaaaa")
        first = time.perf_counter() - started
        learns = [_learn(kb, number) for number in range(_LEARNS)]
    seconds, statements = zip(*learns[1:], strict=True)
    return Cost(first, parse, statistics.median(seconds), max(statements))


def _learn(kb: KnowledgeBase, number: int) -> tuple[float, int]:
    run = list[str]()
    # (lines that begin with `--` are what FTS5 does within a statement)
    trace = kb._parts.db._engine.connection.set_trace_callback
    trace(lambda sql: None if sql.startswith("--") else run.append(sql))
    started = time.perf_counter()
    kb.learn_pattern(
        f"brand new thing {'abcdefghi'[number]} broke down", "meaning", "fix", "kubectl get pods", "error"
    )
    spent = time.perf_counter() - started
    trace(None)
    return spent, len(run)


def main() -> int:
    """Print the figures; fails where a promise is not kept."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    with tempfile.TemporaryDirectory() as scratch:
        none, large, two = (
            measure(Path(scratch) / name, sizes)
            for name, sizes in {"none": [0], "one": [5_000], "two": [most // 2, most - most // 2]}.items()
        )
    times = large.learn / none.learn
    print(f"learn into an empty file: {none.learn * 1000:.0f} ms, {none.statements} statements")
    print(
        f"learn into 5,000 entries: {times:.1f} times that (at most {_TIMES:.0f}), {large.statements} statements"
    )
    print(
        f"learn beside {most:,}: {two.learn:.2f} s, {two.learn / none.learn:.1f} times that into an empty file"
    )
    print(
        f"first check of {most:,}: {two.first:.1f} s, {two.first / two.parse:.1f} times reading the YAML alone"
    )
    kept = (
        times <= _TIMES and large.statements <= _STATEMENTS and two.learn <= _SECONDS and two.first <= _FIRST
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
