"""A simulated quarter: does the loop make the next incident shorter, and where does it not?

Run `python -m benchmarks.quarter --seeds 20` from the project's root.  Twelve weeks of incidents over ten
services with 40 root causes go past four memories: none, the ancestors' substring memory, our lookup
without the loop (its frozen self), and with it.  All see the same incidents and the same luck.  Both of
ours open every incident, ask in it, and write down how it ended; only the loop hears what came of an
entry, is taught words by that, and holds a review.
`--by-alerts` compares the loop with itself where outcomes come only from ends of alerts, and from buttons.
`--assumptions` prints every number that goes in, with its source or reason; `--sensitivity` moves the
main ones; `-o FILE` keeps the figures as JSON.  Exits with 1 unless the loop is quicker than its frozen
self by an interval that excludes zero.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.quarter_agent import Memory, live
from benchmarks.quarter_alerts import AlertedLoop
from benchmarks.quarter_assumptions import Assumptions, table
from benchmarks.quarter_figures import FIGURES, Figures, Interval, Row, difference, figures
from benchmarks.quarter_memories import ClosedLoop, FrozenSelf, NoMemory, RememberingEncoder, SubstringMemory
from benchmarks.quarter_stream import Quarter

ARMS = ("none", "ancestor", "frozen", "loop")
"""The last is compared with the others, and first of all with the one before it."""

HEARD = ("alerts", "buttons")
"""The loop where nobody types an outcome: from ends of alerts alone, and from buttons as well."""

MOVED: tuple[tuple[str, float], ...] = (
    ("hasty", 0.0),
    ("hasty", 0.4),
    ("changed", 0.0),
    ("changed", 0.5),
    ("records", 0.3),
    ("records", 1.0),
    ("reviews", 0.0),
    ("reviews", 1.0),
)
"""The parameters that `--sensitivity` moves, one at a time."""


@cache
def _encoder() -> RememberingEncoder:
    return RememberingEncoder()


def one_seed(seed: int, given: Assumptions, arms: Sequence[str]) -> list[Row]:
    """One quarter with each memory."""
    quarter, rows = Quarter(seed, given), list[Row]()
    for arm in arms:
        rows += _lived(quarter, arm)
    return rows


def _lived(quarter: Quarter, arm: str) -> Iterator[Row]:
    plain = {"none": NoMemory, "ancestor": SubstringMemory}
    if arm in plain:
        yield from _rows(quarter, arm, plain[arm]())
        return
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        memory: FrozenSelf
        if arm in HEARD:
            presses = quarter.given.presses if arm == "buttons" else 0.0
            memory = AlertedLoop(home, _encoder(), quarter, presses)
        else:
            kind = ClosedLoop if arm == "loop" else FrozenSelf
            memory = kind(home, _encoder(), quarter)
        try:
            yield from _rows(quarter, arm, memory)
        finally:
            memory.close()


def _rows(quarter: Quarter, arm: str, memory: Memory) -> Iterator[Row]:
    return (Row.of(quarter.seed, arm, one) for one in live(quarter, memory))


def run(
    seeds: Sequence[int], given: Assumptions, arms: Sequence[str], workers: int, title: str = "quarters"
) -> list[Row]:
    """All quarters, in processes of their own."""
    rows = list[Row]()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(one_seed, seed, given, arms) for seed in seeds]
        for job in tqdm(as_completed(jobs), total=len(jobs), desc=title, unit="seed", disable=None):
            rows += job.result()
    return sorted(rows, key=lambda row: row.seed)  # stable: within a seed as it was lived


def text(found: Figures, seeds: int) -> str:
    """The report for people, in Markdown."""
    lines = [f"{seeds} seeds; mean over seeds with its 95 % interval (bootstrap).", ""]
    lines += ["| | " + " | ".join(ARMS) + " | loop − frozen, paired |", "|---" * (len(ARMS) + 2) + "|"]
    for name, (called, _) in FIGURES.items():
        cells = [str(found.arms[arm][name]) for arm in ARMS]
        lines.append(f"| {called} | {' | '.join(cells)} | {found.differences[ARMS[-2]][name]} |")
    lines += ["", *_part("week", found.weeks), "", *_part("kind of incident", found.kinds)]
    return "\n".join(lines)


def _part(title: str, parts: Mapping[Any, Mapping[str, Interval]]) -> list[str]:
    """Minutes by week or kind."""
    head = f"| {title} | incidents | {' | '.join(ARMS)} | loop − frozen, paired | |"
    lines = [f"Minutes to mitigation by {title}:", "", head, "|---" * (len(ARMS) + 4) + "|"]
    for name, one in parts.items():
        cells = [f"{one[arm].mean:.1f}" for arm in ARMS]
        said = {"lower": "loop wins", "higher": "LOOP LOSES"}.get(
            one["difference"].separated, "not separated"
        )
        lines.append(
            f"| {name} | {one['count'].mean:.1f} | {' | '.join(cells)} | {one['difference']} | {said} |"
        )
    return lines


def sensitivity(seeds: Sequence[int], given: Assumptions, workers: int) -> Iterator[dict[str, object]]:
    """Loop minus frozen with one parameter moved at a time."""
    arms, minutes, wrong = ARMS[-2:], FIGURES["minutes"][1], FIGURES["wrong_tries"][1]
    for name, value in (("as assumed", 0.0), *MOVED):
        changed: dict[str, Any] = {} if name == "as assumed" else {name: value}
        rows = run(seeds, replace(given, **changed), arms, workers, f"{name} {value:g}")
        yield {
            "parameter": name,
            "value": changed.get(name),
            "minutes": difference(rows, arms[1], arms[0], minutes),
            "wrong_tries": difference(rows, arms[1], arms[0], wrong),
        }


def by_alerts(rows: Sequence[Row], seeds: int) -> str:
    """What is left of the loop's gain where nobody types an outcome, in Markdown."""
    lines = [f"{seeds} seeds; against the frozen self, paired, with the 95 % interval.", ""]
    lines += ["| outcomes | minutes | wrong offers followed | of the loop's gain |", "|---|---|---|---|"]
    minutes, wrong = FIGURES["minutes"][1], FIGURES["wrong_tries"][1]
    whole = difference(rows, "loop", "frozen", minutes).mean
    for arm, called in (
        ("loop", "typed"),
        ("buttons", "ends of alerts and buttons"),
        ("alerts", "ends of alerts"),
    ):
        gain = difference(rows, arm, "frozen", minutes)
        share = f"{gain.mean / whole:.0%}" if whole < 0 else "the loop gained nothing"
        lines.append(f"| {called} | {gain} | {difference(rows, arm, 'frozen', wrong)} | {share} |")
    return "\n".join(lines)


def main() -> int:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--seeds", type=int, default=20, help="how many quarters")
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--assumptions", action="store_true", help="print what goes in, and stop")
    options.add_argument(
        "--sensitivity", action="store_true", help="move the main assumptions, one at a time"
    )
    options.add_argument(
        "--by-alerts",
        action="store_true",
        help="outcomes from ends of alerts and from buttons, beside typed ones",
    )
    options.add_argument("-o", "--output", type=Path, help="JSON with all figures and rows")
    asked, given = options.parse_args(), Assumptions()
    if asked.assumptions:
        print(table(given))
        return 0
    seeds = range(asked.first, asked.first + asked.seeds)
    if asked.sensitivity:
        moved = list(_printed(sensitivity(seeds, given, asked.workers)))
        _keep(asked.output, {"seeds": list(seeds), "sensitivity": moved})
        return 0
    if asked.by_alerts:
        print(by_alerts(run(seeds, given, ("frozen", *HEARD, "loop"), asked.workers), len(seeds)))
        return 0
    rows = run(seeds, given, ARMS, asked.workers)
    found = figures(rows, ARMS)
    print(text(found, len(seeds)))
    kept = {
        "assumptions": asdict(given),
        "seeds": list(seeds),
        **found.as_data(),
        "rows": [asdict(r) for r in rows],
    }
    _keep(asked.output, kept)
    return 0 if found.differences["frozen"]["minutes"].separated == "lower" else 1


def _printed(moved: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
    print(
        "| parameter | value | minutes, loop − frozen | wrong offers followed, loop − frozen |\n|---|---|---|---|"
    )
    for one in moved:
        value = "" if one["value"] is None else one["value"]
        cells = one["parameter"], value, one["minutes"], one["wrong_tries"]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        yield {key: asdict(v) if hasattr(v, "mean") else v for key, v in one.items()}  # type: ignore[call-overload]


def _keep(path: Path | None, figures: dict[str, object]) -> None:
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
