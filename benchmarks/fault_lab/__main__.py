"""`python -m benchmarks.fault_lab list | make --to DIR [SOURCE …] | tell DIR | ask DIR …`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.fault_lab.ask import ask
from benchmarks.fault_lab.make import installed, make, tell
from benchmarks.fault_lab.source import Server, names_of_runs
from benchmarks.fault_lab.sources import SOURCES


def main() -> int:
    """Carry out one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fault_lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the sources, what they want and their faults")
    making = commands.add_parser("make", help="provoke each fault twice and keep the logs")
    making.add_argument("sources", nargs="*", metavar="SOURCE")
    making.add_argument("--to", type=Path, required=True, metavar="DIR")
    making.add_argument("--fault", action="append", default=[], metavar="FAULT", help="only this one")
    making.add_argument("--seed", type=int, default=1, help="another seed gives other ports, ids and pids")
    making.add_argument("--jobs", type=int, default=2)
    making.add_argument("--install", action="store_true", help="install what sources want")
    telling = commands.add_parser("tell", help="find the telling lines of kept logs again")
    telling.add_argument("logs", type=Path, metavar="DIR")
    asking = commands.add_parser("ask", help="learn the first occurrences, ask with the second")
    asking.add_argument("logs", type=Path, metavar="DIR")
    asking.add_argument("--carriers", action="store_true")
    asking.add_argument("--traces", action="store_true")
    asking.add_argument("--jobs", type=int, default=2)
    asking.add_argument("--missed", action="store_true", help="name every miss")
    chosen = parser.parse_args()
    if chosen.command == "list":
        return _list()
    if chosen.command == "tell":
        return 1 if tell(chosen.logs, SOURCES) else 0
    if chosen.command == "ask":
        return ask(
            chosen.logs,
            carriers=chosen.carriers,
            traces=chosen.traces,
            missed=chosen.missed,
            jobs=chosen.jobs,
        )
    if unknown := [name for name in chosen.sources if name not in SOURCES]:
        sys.exit(f"no such source: {', '.join(unknown)}; there are: {', '.join(SOURCES)}")
    if os.geteuid():
        sys.exit("make wants root: each run has namespaces and file systems of its own")
    wanted = [SOURCES[name] for name in chosen.sources or SOURCES]
    able = installed(wanted, install=chosen.install)
    lost = make(able, chosen.to, seed=chosen.seed, jobs=chosen.jobs, faults=chosen.fault)
    return 1 if lost or len(able) < len(wanted) else 0


def _list() -> int:
    for source in SOURCES.values():
        kind = "server" if isinstance(source, Server) else "runtime"
        state = "" if not source.packages.missing() else "  (not installed)"
        print(f"{source.name:18} {kind:8} {' '.join(names_of_runs(source)[1:])}{state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
