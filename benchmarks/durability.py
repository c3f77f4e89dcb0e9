"""Does anything get lost?  Many writers at once, `kill -9` at random moments, writing while asking.

Run `python -m benchmarks.durability` from the project's root: `learners`, `kills` or `mixed` for one
of the three, `--rounds` for the number of kills, `--seconds` for the mixed run, `--seed` to repeat
one.  Exit code 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.durability_material import commented_home
from benchmarks.durability_rounds import (
    JOBS,
    Write,
    all_at_once,
    doctor,
    healthy_or_waiting,
    kill,
    mixed,
    verified,
    yaml_faults,
    yaml_of,
)


def learners(home: Path, processes: int = 8, each: int = 25) -> bool:
    """Everybody learns at once."""
    before, started = yaml_of(home), time.perf_counter()
    written = all_at_once(home, processes, each)
    seconds = time.perf_counter() - started
    faults, wrong = yaml_faults(before), wrongs(home, written)
    print(
        f"{processes} processes, {each} learns each: {len(set(written))} entries in {seconds:.1f} s;"
        f" YAML faults {faults}, wrong in a fresh process {wrong}"
    )
    return len({one for _, one in written}) == processes * each and not faults and not wrong


def wrongs(home: Path, written: list[Write]) -> dict[str, list[int]]:
    """What is wrong with the writes, without what is fine."""
    report = verified(home, written)
    return {name: found for name, found in report.items() if found and name not in ("asked", "generation")}


def kills(home: Path, rounds: int, chance: random.Random) -> bool:
    """SIGKILL to a learner, an ingester and an absorber in turn."""
    before, written, fine = yaml_of(home), list[Write](), True
    for number in range(rounds):
        one = kill(home, JOBS[number % len(JOBS)], number * 150, chance)
        written += one.written
        healthy, faults = healthy_or_waiting(home), yaml_faults(before)
        wrong = wrongs(home, [*one.written, *chance.sample(written, min(20, len(written)))])
        fine = fine and healthy and not wrong and not faults
        print(
            f"{number + 1:3} {one.job:7} killed after {one.after:.2f} s, {len(one.written):3} acknowledged;"
            f" {'healthy' if healthy else 'NOT HEALTHY'}; wrong {wrong or 'nothing'}; YAML {faults or 'ok'}",
            flush=True,
        )
    wrong, (code, report) = wrongs(home, written), doctor(home)
    print(
        f"{rounds} kills, {len(written)} acknowledged writes: wrong at the end {wrong or 'nothing'};"
        f" doctor {code} {report['problems'] or ''}"
    )
    return fine and not wrong and code == 0


def writing_while_asking(home: Path, seconds: float) -> bool:
    """Four processes write and ask at once."""
    came = mixed(home, 4, seconds)
    code, report = doctor(home)
    print(
        f"4 processes for {seconds:.0f} s: {came.writes} writes, {came.generations} generations,"
        f" {came.asked} queries, {came.fresh} fresh processes: {len(came.faults)} missed or undead;"
        f" doctor {code} {report['problems'] or ''}"
    )
    for fault in came.faults[:20]:
        print("  ", fault)
    return not came.faults and code == 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=["all", "learners", "kills", "mixed"], default="all")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    runs = {
        "learners": lambda home: learners(home),
        "kills": lambda home: kills(home, given.rounds, random.Random(given.seed)),
        "mixed": lambda home: writing_while_asking(home, given.seconds),
    }
    fine = True
    for name, run in runs.items():
        if given.what in ("all", name):
            with tempfile.TemporaryDirectory() as folder:
                fine = run(commented_home(Path(folder) / "home")) and fine
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
