"""One symptom, several causes: are all shown, and which comes first when the text holds the evidence for one?

`python -m benchmarks.ambiguous [FOLDER] [--held]` reads `ambiguous.yaml` of FOLDER (`benchmarks/questions`), learns the
causes of each symptom among 120 other entries, once in their order and once in reverse, and asks for the symptom alone
(*all shown*: every cause stands among the first five) and with its log (*right first*).  What tells causes apart is not
learned as their check; `--checks` learns it, too.  Questions with `held: true` are left out unless `--held` asks for
them alone.  Printed are shares with their 95 % intervals (Wilson).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.questions import FOLDER, read, share
from kb import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one symptom in one order of learning."""

    symptom: str
    learned: str
    all_shown: bool
    right_first: bool
    said_several: bool


def ask_all(folder: Path, held: bool, checks: bool) -> list[Outcome]:
    """Every symptom, learned in both orders."""
    symptoms = [one for one in read("ambiguous", folder) if bool(one.get("held")) is held]
    return [
        outcome
        for way in (1, -1)
        for outcome in _ask(
            symptoms, read("entries", folder), "in order" if way > 0 else "in reverse", way, checks
        )
    ]


def _ask(
    symptoms: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], name: str, way: int, checks: bool
) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("learned", "state"):
            (Path(scratch) / folder).mkdir()
        with KnowledgeBase.open(Path(scratch)) as kb:
            for one in others:
                kb.learn_pattern(one["pattern"], one["meaning"], one["fix"], services=[one["service"]])
            ids: dict[str, str] = {}
            for symptom in symptoms:
                for cause in symptom["entries"][::way]:
                    ids[cause["id"]] = kb.learn_pattern(
                        cause["pattern"],
                        cause["meaning"],
                        cause["fix"],
                        check=cause["evidence"] if checks else "",
                        services=[cause["service"]] if cause.get("service") else [],
                    ).id
            for symptom in symptoms:
                alone = kb.check_known_issues(symptom["without_evidence"], record=False)
                shown = {match.id for match in alone.matches}
                told = kb.check_known_issues(symptom["log"], record=False).matches
                yield Outcome(
                    symptom["id"],
                    name,
                    {ids[key] for key in symptom["all"]} <= shown,
                    bool(told) and told[0].id == ids[symptom["right"]],
                    alone.alternatives,
                )


def main() -> None:
    """Print the shares, and what was missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    options.add_argument("--held", action="store_true", help="the third that nothing was tuned on")
    options.add_argument(
        "--checks", action="store_true", help="learn what tells the causes apart as their check"
    )
    given = options.parse_args()
    outcomes = ask_all(given.folder, given.held, given.checks)
    for what in ("all_shown", "said_several", "right_first"):
        print(
            f"{what.replace('_', ' ')}: {share(sum(getattr(one, what) for one in outcomes), len(outcomes))}"
        )
        print(
            "   missed:",
            ", ".join(f"{one.symptom} ({one.learned})" for one in outcomes if not getattr(one, what)),
        )


if __name__ == "__main__":
    main()
