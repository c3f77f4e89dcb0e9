"""Whether the answer that holds the right past incident shows what fixed it, its day and a line of summary.

`python -m benchmarks.what_fixed_it [-v]` ingests the `pm-*` folders of `../shared/corpora`, asks their questions of
`benchmarks/questions/corpora_questions.yaml` (those held back, too) and compares what is shown as fix with
`benchmarks/questions/what_fixed_it.yaml`, which was written by hand from the files.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.questions import FOLDER
from kb import KnowledgeBase
from kb.model.ledger import Match
from kb.starter import make_home

CORPORA = Path("../shared/corpora")


def documents(question: dict[str, object]) -> list[str]:
    wanted = question.get("document") or []
    return [str(one) for one in ([wanted] if isinstance(wanted, str) else wanted)]  # type: ignore[union-attr]


def find(matches: tuple[Match, ...], document: str) -> Match | None:
    """The match of a document, which may say the same as another file."""
    return next((one for one in matches if one.source and one.source.path.endswith(document)), None)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("-v", "--verbose", action="store_true", help="list every miss")
    verbose = options.parse_args().verbose
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA} is not there: nothing to measure")
    fixes: dict[str, str | None] = yaml.safe_load((FOLDER / "what_fixed_it.yaml").read_text())
    questions = yaml.safe_load((FOLDER / "corpora_questions.yaml").read_text())["questions"]
    asked = [(one["question"], doc) for one in questions for doc in documents(one)[:1] if doc in fixes]
    found = told = shown = dated = summed = 0
    with tempfile.TemporaryDirectory() as folder:
        make_home(Path(folder) / "home")
        with KnowledgeBase.open(Path(folder) / "home") as kb:
            kb.ingest(*sorted(CORPORA.glob("pm-*")))
            for question, document in asked:
                match = find(kb.check_known_issues(question).matches, document)
                if match is None:
                    continue
                found += 1
                dated += getattr(match, "date", None) is not None
                summed += bool(getattr(match, "summary", ""))
                wanted = fixes[document]
                told += wanted is not None
                right = wanted is not None and re.search(wanted, match.fix, re.I | re.S) is not None
                shown += right
                if verbose and wanted and not right:
                    print(f"miss: {document}: {match.fix[:200]!r}")
    print(f"questions about past incidents         {len(asked)}")
    print(f"answers that hold the right one        {found} of {len(asked)}")
    print(f"of those whose file tells it, the fix  {shown} of {told}  {shown / max(told, 1):.0%}")
    print(f"with the day                           {dated} of {found}")
    print(f"with a line of summary                 {summed} of {found}")


if __name__ == "__main__":
    main()
