"""`kill -9` in the middle of every command that writes, and of what brings an older home up to date.

`python -m benchmarks.kills [--rounds N] [--only NAME] [--seed N]` kills each command of `kill_scenarios` N times inside
its work: two thirds before a statement or a change of a file, spread evenly over all that it makes, the rest after a
random part of the time that it takes.  After each kill a fresh process opens the home and looks (the doctor, every
memory file, every row that was there), acknowledged writes are looked for, and what was not acknowledged is run again,
as its caller would.  Prints a line a command, and what is lost or wrong.  Exit code 1 when anything is.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kill_rounds import DIED, Home, Round, killed, measured
from benchmarks.kill_scenarios import SCENARIOS, Scenario

COLUMNS = {"points": 6, "kills": 6, "acknowledged": 12, "lost": 5, "wrong": 6}
_TRIES = 3


def rounds_of(
    base: Home, scenario: Scenario, rounds: int, chance: random.Random
) -> tuple[int, Iterator[Round]]:
    """How many points there are, and the kills that landed inside the work."""
    points, seconds = measured(base, scenario)
    by_time = rounds // 3

    def kills() -> Iterator[Round]:
        for number in range(rounds - by_time):
            at = 1 + int((number + chance.random()) * points / (rounds - by_time))
            yield killed(base, scenario, at=min(at, points))
        for _ in range(by_time):
            tries = (
                killed(base, scenario, after=chance.uniform(0.001, seconds * 0.9)) for _ in range(_TRIES)
            )
            yield next((one for one in tries if one.ended == DIED), Round("too late"))

    return points, kills()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    total, chance = Counter[str](), random.Random(given.seed)
    print(f"{'command':24} {' '.join(f'{what:>{width}}' for what, width in COLUMNS.items())}")
    with tempfile.TemporaryDirectory() as folder:
        base = Home(Path(folder))
        for scenario in SCENARIOS:
            if not given.only or scenario.name in given.only:
                total += _table_line(base, scenario, given.rounds, chance)
    print(_line("all", total))
    sys.exit(1 if total["lost"] or total["wrong"] else 0)


def _table_line(base: Home, scenario: Scenario, rounds: int, chance: random.Random) -> Counter[str]:
    found, faults = Counter[str](), list[str]()
    try:
        points, kills = rounds_of(base, scenario, rounds, chance)
    except AssertionError as error:  # it does not even run: the others are worth a look all the same
        points, kills, faults = 0, iter(()), [str(error)]
        found["wrong"] = 1
    found["points"] = points
    for one in kills:
        found.update(
            kills=one.ended == DIED, acknowledged=one.acknowledged, lost=len(one.lost), wrong=bool(one.wrong)
        )
        faults += [f"lost {token}" for token in one.lost] + one.wrong
    print(_line(scenario.name, found), flush=True)
    for fault, times in Counter(faults).items():
        print(f"    {times} x {fault}", flush=True)
    return found


def _line(name: str, counted: Counter[str]) -> str:
    numbers = (f"{counted[what]:{width}}" for what, width in COLUMNS.items())
    return f"{name:24} {' '.join(numbers)}"


if __name__ == "__main__":
    main()
