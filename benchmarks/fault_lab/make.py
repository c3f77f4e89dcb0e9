"""Provoke the faults of sources and keep their logs: SOURCE/FAULT-n.log and a row of index.jsonl each.

All first occurrences are run before the second ones, so that their clocks differ.  A run is kept only
if the source's rule finds its telling line and nothing of this machine stands in the log; otherwise it is
named with the reason, and its log goes to `not-kept/`, so that nothing is lost in silence.
"""

from __future__ import annotations

import json
import platform
import re
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.fault_lab.inside import Outcome, enter, telling
from benchmarks.fault_lab.packages import TOOLS
from benchmarks.fault_lab.source import HEALTHY, Fault, Server, Source, names_of_runs

Row = dict[str, Any]


def make(
    sources: Sequence[Source], to: Path, *, seed: int = 1, jobs: int = 2, faults: Sequence[str] = ()
) -> int:
    """Run them all, twice each, and write what they gave; the number of runs that were not kept."""
    runs = [
        (source, fault, occurrence)
        for occurrence in (1, 2)
        for source in sources
        for fault in names_of_runs(source)
        if not faults or fault in faults
    ]
    lost = 0
    with ThreadPoolExecutor(jobs) as pool:
        done = pool.map(lambda run: (run, enter(run[0].name, run[1], run[2], seed)), runs)
        for (source, fault, occurrence), outcome in done:
            if why := _unfit(outcome, fault):
                lost += 1
                _keep(to / "not-kept" / source.name / f"{fault}-{occurrence}.log", outcome.log)
                print(f"not kept: {source.name} {fault} {occurrence}: {why[-400:]}", flush=True)
                continue
            file = f"{source.name}/{fault}-{occurrence}.log"
            _keep(to / file, outcome.log)
            write_index(to, [_row(source, fault, occurrence, file, outcome)])
            print(f"{source.name:16} {fault:20} {occurrence}  {outcome.tells[:150]}", flush=True)
    return lost


def _row(source: Source, fault: str, occurrence: int, file: str, outcome: Outcome) -> Row:
    known = source.faults if isinstance(source, Server) else source.crashes
    chosen = next((one for one in known if one.name == fault), None)
    return {
        "source": source.name,
        "version": outcome.version,
        "fault": fault,
        "occurrence": occurrence,
        "file": file,
        "kind": "server" if isinstance(source, Server) else "runtime",
        "tells": outcome.tells,
        "client": outcome.client if isinstance(chosen, Fault) else "",
        "note": chosen.note if chosen else "",
    }


def _unfit(outcome: Outcome, fault: str) -> str:
    """Why a run cannot be kept; empty where it can."""
    if outcome.error:
        return outcome.error
    if fault != HEALTHY and not outcome.tells:
        return "its rule finds no line of the log"
    if mine := _of_this_machine(outcome.log + outcome.client):
        return f"something of this machine stands in it: {mine}"
    return ""


def _of_this_machine(text: str) -> str:
    host = socket.gethostname()
    names = [
        str(TOOLS),
        str(Path.cwd()),
        f"{Path.home()}/",
        platform.release(),
        *([host] if len(host) > 4 else []),
    ]
    found = re.search("|".join(map(re.escape, names)) + r"|localhost\.localdomain", text)
    return text[max(0, found.start() - 30) : found.end() + 30] if found else ""


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_index(to: Path, rows: Iterable[Row]) -> None:
    """Put rows into the index, in place of older rows of the same run."""
    path = to / "index.jsonl"
    old = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    kept = {(row["source"], row["fault"], row["occurrence"]): row for row in [*old, *rows]}
    to.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(kept[key], ensure_ascii=False) + "\n" for key in sorted(kept)))


def tell(to: Path, sources: Mapping[str, Source]) -> int:
    """Find the telling lines of kept logs again, after a rule was mended; the number of rules that find none."""
    index = [json.loads(line) for line in (to / "index.jsonl").read_text().splitlines()]
    lost = 0
    for row in index:
        source = sources.get(row["source"])
        known = (source.faults if isinstance(source, Server) else source.crashes) if source else ()
        rule = next((one.tells for one in known if one.name == row["fault"]), "")
        line = telling((to / row["file"]).read_text(encoding="utf-8"), rule) if rule else ""
        if rule and line != row["tells"]:
            lost += not line
            print(f"{row['file']}: {row['tells']!r} is now {line!r}")
            row["tells"] = line or row["tells"]
    write_index(to, index)
    return lost


def installed(sources: Iterable[Source], *, install: bool) -> list[Source]:
    """Those that can be run; of the others it is said what they want, or that is installed."""
    able = []
    for source in sources:
        missing = source.packages.missing()
        if missing and install:
            source.packages.install()
            missing = source.packages.missing()
        if missing:
            print(f"left out: {source.name} wants {', '.join(missing)}; install with:", file=sys.stderr)
            for command in source.packages.commands():
                print("    " + " ".join(command), file=sys.stderr)
        else:
            able.append(source)
    return able
