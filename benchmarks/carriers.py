"""What stands in a carrier is read as the program wrote it: `python -m benchmarks.carriers FOLDER`.

FOLDER holds `index.jsonl` and the logs of real carriers (`../shared/carriers`).  For each kind of text (a line, one
with quotes, tabs and other letters, the last line of a traceback) two figures: in how many carriers the text
stands alone once the log is unfolded and a line is made bare, and in how many it stands within a line.  Then of how
many texts that are messages (beside FOLDER; `--logs`: a folder of servers' logs) something is taken.  Then how long
blocks take: one with nothing to undo, one of docker's JSON, and single lines.  `--missed` names what is missed or cut.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from time import perf_counter

from benchmarks.carriers_messages import kept, messages
from kb.text.carriers import bare, unfold


def _same(text: str) -> str:
    return " ".join(text.split())


def standing(log: str, text: str) -> tuple[bool, bool]:
    """Does the text stand alone in a bare line; does it stand within a line?"""
    lines = unfold(log).text.split("\n")
    wanted = _same(text)
    within = any(wanted in _same(line) for line in lines)
    return within and any(_same(bare(line).text) == wanted for line in lines), within


def measured(folder: Path, missed: bool) -> None:
    alone, inside, count = Counter[str](), Counter[str](), Counter[str]()
    for row in map(json.loads, (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()):
        if row["occurrence"] != 2:
            continue
        log = (folder / row["file"]).read_text(encoding="utf-8", errors="replace")
        stands, within = standing(log, row["bare"].strip().splitlines()[-1])
        kind = row["kind"]
        count[kind] += 1
        alone[kind] += stands
        inside[kind] += within
        if missed and not stands:
            print(f"{kind:5} {row['carrier']:24} {'within a line' if within else 'nowhere'}")
    for kind in count:
        print(f"{kind:5} alone {alone[kind]} of {count[kind]}, within a line {inside[kind]} of {count[kind]}")


def cuts(shared: Path, logs: Path | None, missed: bool) -> None:
    """How many messages lose more than blanks, quotes and plain levels."""
    cut, count = Counter[str](), Counter[str]()
    for source, text in messages(shared, logs):
        count[source] += 1
        if not kept(text):
            cut[source] += 1
            if missed:
                print(f"cut: {text[:120]!r} -> {bare(text).text[:80]!r}")
    for source in count:
        print(f"{source}: cut {cut[source]} of {count[source]}")
    print(
        f"messages cut: {cut.total()} of {count.total()} ({100 * cut.total() / max(1, count.total()):.2f} %)"
    )


def timed(name: str, block: str, rounds: int = 5) -> None:
    best = min(_seconds(block) for _ in range(rounds))
    print(f"{name}: {len(block) / 1e6:.1f} MB in {best * 1000:.1f} ms")


def _seconds(block: str) -> float:
    begun = perf_counter()
    unfold(block)
    return perf_counter() - begun


def speed() -> None:
    plain = "".join(
        f"2026-11-29 10:{n // 60 % 60:02}:{n % 60:02},{n % 1000:03} INFO [worker-{n % 9}] shop.orders"
        f": order {n} stored in {n % 77} ms\n"
        for n in range(30_000)
    )
    docker = "".join(
        json.dumps(
            {
                "log": f"order {n} stored in {n % 77} ms\n",
                "stream": "stderr",
                "time": "2026-11-29T09:02:12.123456789Z",
            }
        )
        + "\n"
        for n in range(24_000)
    )
    timed("plain INFO lines", plain)
    timed("24,000 lines of docker's JSON", docker)
    lines = plain.splitlines()[:5000]
    begun = perf_counter()
    for line in lines:
        bare(line)
    print(f"bare: {(perf_counter() - begun) / len(lines) * 1e6:.1f} µs a line")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--logs", type=Path, help="a folder with index.jsonl of what servers logged")
    parser.add_argument(
        "--missed",
        action="store_true",
        help="name each carrier in which the text does not stand alone, and each cut message",
    )
    wanted = parser.parse_args()
    measured(wanted.folder, wanted.missed)
    cuts(wanted.folder.resolve().parent, wanted.logs, wanted.missed)
    speed()


if __name__ == "__main__":
    main()
