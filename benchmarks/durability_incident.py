"""Processes that live one incident at the same time, over and over, until somebody kills them.

`python -m benchmarks.durability_incident live HOME INCIDENT ENTRY OTHER`; prints a line for every acknowledged step.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import count
from pathlib import Path

from kb import KnowledgeBase
from kb.errors import InvalidInput


def live(home: Path, incident: str, entry: str, other: str) -> None:
    """Try, log, resolve, verify, reopen: each step has consequences in other tables; `other` never helps."""
    with KnowledgeBase.open(home, actor=f"agent {os.getpid()}") as kb:
        kb.counts()
        print(json.dumps(["ready"]), flush=True)
        for number in count():
            name = f"{os.getpid()}.{number}"
            for step in (
                lambda name=name: kb.incidents.mitigate(f"tried {name}", other, worked=False),
                lambda name=name: kb.session_log(f"looked {name}"),
                lambda name=name: kb.incidents.resolve(f"fixed {name}", entry_id=entry),
                lambda: kb.incidents.verify("all"),
                lambda name=name: kb.incidents.reopen(f"came back {name}", incident),
            ):
                try:
                    step()
                except InvalidInput:  # another process was quicker: resolved it, or opened it again
                    continue
                print(json.dumps([name]), flush=True)


if __name__ == "__main__":
    live(Path(sys.argv[2]), *sys.argv[3:])
