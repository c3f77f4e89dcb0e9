"""Questions in people's words about real documents: postmortems, status notices, runbooks, known errors.

`python -m benchmarks.corpora_questions [--held] [--home DIR] [--missed]` ingests `../shared/corpora` (or takes DIR, a
home that has them) and asks `benchmarks/questions/corpora_questions.yaml`.  An answer is right when it comes from one
of the question's documents.  Strangers are questions that no document answers.  Shares come with their 95 % intervals;
questions with `held: true` are asked only with `--held`, alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.questions import FOLDER, share
from kb import KnowledgeBase
from kb.model.ledger import Answer, Match

CORPORA = Path("../shared/corpora")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer."""

    question: dict[str, Any]
    answer: Answer

    @property
    def place(self) -> int:
        """The place of the first right match, from 1; 0 when none of five is right."""
        wanted = self.question.get("document", ())
        wanted = [wanted] if isinstance(wanted, str) else wanted
        return next((n for n, one in enumerate(self.answer.matches[:5], 1) if _from(one, wanted)), 0)

    @property
    def right(self) -> bool:
        """Whether a right one is first and the verdict not `unknown`."""
        return self.place == 1 and self.answer.verdict != "unknown"


def _from(match: Match, documents: list[str]) -> bool:
    paths = [source.path for source in (match.source, *match.also) if source]
    return any(path.endswith(document) for path in paths for document in documents)


def report(asked: list[Asked], strangers: list[Answer], missed: bool) -> None:
    """Print the shares, over all and by kind of document."""
    for kind in ("", *sorted({one.question["kind"] for one in asked})):
        ones = [one for one in asked if kind in ("", one.question["kind"])]
        print(f"{kind or 'all'}: first {share(sum(one.place == 1 for one in ones), len(ones))}")
        print(f"  in five {share(sum(one.place > 0 for one in ones), len(ones))}")
        print(f"  first and not unknown {share(sum(one.right for one in ones), len(ones))}")
    for verdict, count in sorted(Counter(str(one.verdict) for one in strangers).items()):
        print(f"strangers called {verdict}: {share(count, len(strangers))}")
    for one in asked if missed else ():
        if not one.right:
            print(f"  {one.answer.verdict}, place {one.place}: {one.question['question'][:120]}")


def ask_all(home: Path, held: bool) -> tuple[list[Asked], list[Answer]]:
    """All questions, and the strangers among them apart."""
    written = yaml.safe_load((FOLDER / "corpora_questions.yaml").read_text(encoding="utf-8"))
    questions, strangers = (
        [one for one in written[part] if bool(one.get("held")) is held] for part in ("questions", "strangers")
    )
    with KnowledgeBase.open(home) as kb:
        if not kb.search("", limit=1):
            kb.ingest(CORPORA)
        ask = lambda one: kb.check_known_issues(one["question"], record=False)  # noqa: E731 - one call in two lists
        return [Asked(one, ask(one)) for one in questions], [ask(one) for one in strangers]


def main() -> None:
    """Ask and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--held", action="store_true", help="the third that nothing was tuned on")
    options.add_argument("--home", type=Path, help="a home that has the corpora")
    options.add_argument("--missed", action="store_true", help="print what was missed")
    given = options.parse_args()
    if not (given.home or CORPORA.is_dir()):
        raise SystemExit(f"{CORPORA} is not there; nothing to ask about")
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch)
        for folder in ("learned", "state"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        asked, strangers = ask_all(home, given.held)
    report(asked, strangers, given.missed)


if __name__ == "__main__":
    main()
