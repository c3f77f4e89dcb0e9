"""Questions in people's words: is the entry that explains them first, and how often is there one where none does?

`python -m benchmarks.paraphrases [--held] [--home DIR]` learns the known errors of `benchmarks/questions/entries.yaml`
(with DIR, beside the entries of that home's copy: thresholds must hold in a large home, too) and asks every
paraphrase.  *Right* is the entry first and the verdict not `unknown`.  Then the same question is asked with its own
entry retired: whatever is called `related` then is wrong, and so is what the questions of `strangers.yaml` are called.
Shares come with their 95 % intervals.  Questions with `held: true` are asked only with `--held`, alone.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.questions import read, share
from kb import KnowledgeBase
from kb.model.ledger import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """One paraphrase: its answer with its entry there, and without."""

    question: dict[str, Any]
    entry: str
    answer: Answer
    without: Answer

    @property
    def first(self) -> bool:
        """Whether the right entry is first."""
        return bool(self.answer.matches) and self.answer.matches[0].id == self.entry

    @property
    def right(self) -> bool:
        """Whether it is first and not called unknown."""
        return self.first and self.answer.verdict != "unknown"

    @property
    def in_five(self) -> bool:
        """Whether it is shown at all."""
        return any(match.id == self.entry for match in self.answer.matches[:5])


def learn_all(kb: KnowledgeBase) -> dict[str, str]:
    """Learn every entry; their ids by those of the file."""
    return {
        one["id"]: kb.learn_pattern(
            one["pattern"],
            one["meaning"],
            one["fix"],
            category=one["category"],
            services=[one["service"]],
            tools=[one["tool"]],
        ).id
        for one in read("entries")
    }


def ask_all(kb: KnowledgeBase, ids: dict[str, str], held: bool) -> Iterator[Asked]:
    """Every paraphrase, with its own entry and without."""
    for one in read("paraphrases"):
        if bool(one.get("held")) is held:
            entry = ids[one["entry"]]
            answer = kb.check_known_issues(one["question"], record=False)
            kb.set_status(entry, "retired", "asked without it")
            without = kb.check_known_issues(one["question"], record=False)
            kb.set_status(entry, "active", "asked without it")
            yield Asked(one, entry, answer, without)


def report(asked: list[Asked], strangers: list[Answer], missed: bool) -> None:
    """Print the shares."""
    no_tool = [one for one in asked if not one.question["names_tool"]]
    for what, ones in (("all", asked), ("without the tool's name", no_tool)):
        print(f"{what}: first {share(sum(one.first for one in ones), len(ones))}")
        print(f"  in five {share(sum(one.in_five for one in ones), len(ones))}")
        print(f"  first and not unknown {share(sum(one.right for one in ones), len(ones))}")
    for verdict in ("related", "known"):
        gone = sum(one.without.verdict == verdict for one in asked)
        print(f"own entry gone, called {verdict}: {share(gone, len(asked))}")
    for verdict, count in sorted(Counter(str(one.verdict) for one in strangers).items()):
        print(f"strangers called {verdict}: {share(count, len(strangers))}")
    for one in asked if missed else ():
        if not one.right:
            print(
                f"  {one.answer.verdict}, {'first' if one.first else 'not first'}: {one.question['question'][:110]}"
            )


def main() -> None:
    """Learn, ask, print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--held", action="store_true", help="the third that nothing was tuned on")
    options.add_argument("--home", type=Path, help="a home whose copy they are learned in")
    options.add_argument("--missed", action="store_true", help="print what was missed")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        if given.home:
            shutil.copytree(given.home, home)
        for folder in ("learned", "state"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        with KnowledgeBase.open(home) as kb:
            ids = learn_all(kb)
            asked = list(ask_all(kb, ids, given.held))
            strangers = [
                kb.check_known_issues(one["question"], record=False)
                for one in read("strangers")
                if bool(one.get("held")) is given.held
            ]
    report(asked, strangers, given.missed)


if __name__ == "__main__":
    main()
