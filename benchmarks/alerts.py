"""The whole lookup on labelled queries: right first, in the first five, and what the verdict was.

Run `python -m benchmarks.alerts` from the project's root: makes a home of the three runbook folders
of `../shared/corpora`, asks every query of `alert_to_runbook` (any of the labelled files is right)
and of `no_match_alerts` (the right answer is unknown).  `--home HOME` uses one that is there;
`--folder NAME` (may be repeated) takes these folders alone, and the queries that they answer.
`benchmarks/ranking.py` compares the ranking alone with its peers.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from kb import KnowledgeBase
from kb.model.ledger import Answer
from kb.starter import make_home

SHARED = Path(__file__).resolve().parents[2] / "shared"
FOLDERS = ("rb-prometheus-operator", "rb-openshift", "rb-kubevirt")


def is_right(answer: Answer, relevant: list[str], first: int) -> bool:
    """Whether one of the first matches comes from a relevant file."""
    paths = [s.path for m in answer.matches[:first] for s in (m.source, *m.also) if s]
    return any(path.endswith(wanted) for path in paths for wanted in relevant)


def ask(kb: KnowledgeBase, name: str, folders: Sequence[str]) -> None:
    """Ask one file of pairs and print what came of it."""
    rows = [json.loads(line) for line in (SHARED / "pairs" / f"{name}.jsonl").read_text().splitlines()]
    rows = [row for row in rows if not row["relevant"] or _is_there(row["relevant"], folders)]
    answers = [(kb.check_known_issues(row["query"], limit=10), row["relevant"]) for row in rows]
    verdicts = Counter(str(answer.verdict) for answer, _ in answers)
    print(f"\n{name}: {len(rows)} queries; verdicts {dict(verdicts)}")
    if any(relevant for _, relevant in answers):
        for first in (1, 3, 5):
            right = sum(is_right(answer, relevant, first) for answer, relevant in answers)
            print(f"  right in the first {first}: {right / len(rows):.1%}")
        known = [(a, r) for a, r in answers if a.verdict == "known"]
        wrong = sum(not is_right(answer, relevant, 1) for answer, relevant in known)
        print(f"  known and wrong: {wrong} of {len(known)}")
    took = quantiles([answer.took_ms for answer, _ in answers], n=100)
    print(f"  took p50 {took[49]:.0f} ms, p95 {took[94]:.0f} ms")


def _is_there(relevant: Sequence[str], folders: Sequence[str]) -> bool:
    return any(path.partition("/")[0] in folders for path in relevant)


def main() -> None:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--home", type=Path, help="a home that holds the runbooks already")
    options.add_argument("--folder", action="append", help="ask of this folder alone; may be repeated")
    given = options.parse_args()
    folders = given.folder or FOLDERS
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there: nothing to measure")
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        if given.home is None:
            make_home(home)
        with KnowledgeBase.open(home) as kb:
            if given.home is None:
                kb.ingest(*(SHARED / "corpora" / folder for folder in folders))
            ask(kb, "alert_to_runbook", folders)
            ask(kb, "no_match_alerts", folders)


if __name__ == "__main__":
    main()
