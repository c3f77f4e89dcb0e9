"""What was learned in the words of one version, asked in those of another: is it found, and how surely?

`python -m benchmarks.rewordings [--missed]` learns the old wording of every drift of `docs/wording.md` in one
home, each with its own cause and fix, so that they compete, and asks with the new wording; then the reverse.
Printed are counts and shares: *first* (the right entry first), *known* of the drifts where only the wrapper
changed, *related* (or known) of those where the words did, *wrong* (another entry known).  Two faults with one
wording are one entry; a fault whose wording changed twice is several, any of which is right.  Texts that are too
general to be known even where they were learned themselves (`worker died`) are counted apart, learned or asked.
The last share says for how many the table gives the very template.  `--missed` prints each drift that is not
first, or below its verdict.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from kb import KnowledgeBase
from kb.text.masking import fingerprint
from kb.text.rewordings import reworded, rewordings


@dataclass(frozen=True, slots=True)
class Drift:
    """One fault as it was learned and as it is asked, and whether the words changed."""

    learned: str
    asked: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the lookup made of a drift."""

    drift: Drift
    first: bool
    verdict: str
    tells: bool = True
    """What was learned is known by its own text."""

    @property
    def good(self) -> bool:
        """The right entry first, and as surely as its kind should be."""
        return self.first and (
            self.verdict == "known" or (self.drift.kind == "words" and self.verdict == "related")
        )

    @property
    def wrong(self) -> bool:
        """Another entry is called known."""
        return self.verdict == "known" and not self.first


def drifts(back: bool) -> Iterator[Drift]:
    """Every example of the table, old to new, or the reverse."""
    for one in rewordings():
        for example in one.examples:
            pair = (example.after, example.before) if back else (example.before, example.after)
            yield Drift(*pair, one.kind, f"{one.software} {one.old} → {one.new}")


def ask_all(asked: list[Drift]) -> list[Outcome]:
    """Learn what the drifts say first, then ask what they say then."""
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("learned", "state"):
            (Path(scratch) / folder).mkdir()
        with KnowledgeBase.open(Path(scratch)) as kb:
            entries: dict[str, str] = {}
            for one in asked:
                template = fingerprint(one.learned)
                if template not in entries:
                    number = len(entries)
                    entries[template] = kb.learn_pattern(
                        one.learned, meaning=f"cause number {number}", fix=f"step number {number}"
                    ).id
            same = _same_fault(asked)
            of = {entry: same[template] for template, entry in entries.items()}
            return [_ask(kb, one, of, same[fingerprint(one.learned)]) for one in asked]


def _same_fault(asked: list[Drift]) -> dict[str, str]:
    """For each template one that stands for its fault: wordings of one fault are joined, over several versions."""
    stands: dict[str, str] = {}

    def found(template: str) -> str:
        stands.setdefault(template, template)
        while stands[template] != template:
            template = stands[template]
        return template

    for one in asked:
        for text in (one.learned, one.asked):
            for other in (one.learned, *(said.text for said in reworded(text))):
                stands[found(fingerprint(other))] = found(fingerprint(text))
    return {template: found(template) for template in list(stands)}


def _ask(kb: KnowledgeBase, one: Drift, of: dict[str, str], fault: str) -> Outcome:
    answer = kb.check_known_issues(one.asked, record=False)
    first = bool(answer.matches) and of.get(answer.matches[0].id) == fault
    own = kb.check_known_issues(one.learned, record=False)
    return Outcome(one, first, str(answer.verdict), str(own.verdict) == "known")


def report(title: str, outcomes: list[Outcome], general: Set[str], missed: bool) -> None:
    """Print the shares of one direction; `general` are the texts that are not known by themselves."""
    apart = [one for one in outcomes if {one.drift.learned, one.drift.asked} & general]
    wrappers = [one for one in outcomes if one.drift.kind == "wrapper" and one not in apart]
    words = [one for one in outcomes if one.drift.kind == "words"]
    print(f"\n{title}: {len(outcomes)} faults")
    _share("first", sum(one.first for one in outcomes), len(outcomes))
    _share("known, only the wrapper changed", sum(one.good for one in wrappers), len(wrappers))
    print(f"  too general to be known by their own text: {len(apart)}")
    _share("related or known, the words changed", sum(one.good for one in words), len(words))
    _share("another entry known", sum(one.wrong for one in outcomes), len(outcomes))
    _share("turned into one another by the table", sum(_turned(one.drift) for one in outcomes), len(outcomes))
    for kind, ones in (("wrapper", wrappers), ("words", words)):
        print(f"  verdicts of {kind}: {dict(Counter(one.verdict for one in ones))}")
    for one in outcomes if missed else ():
        if not one.good:
            place = "first" if one.first else "not first"
            print(f"    {one.drift.kind}, {place}, {one.verdict}: {one.drift.what}: {one.drift.asked[:110]}")


def _turned(drift: Drift) -> bool:
    """Whether the table by itself makes what was learned out of what is asked, or the reverse."""
    pairs = ((drift.asked, drift.learned), (drift.learned, drift.asked))
    return any(fingerprint(other.text) == fingerprint(b) for a, b in pairs for other in reworded(a))


def _share(what: str, some: int, of: int) -> None:
    print(f"  {what}: {some} of {of} ({some / max(of, 1):.1%})")


def main() -> None:
    """Measure both directions."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--missed", action="store_true", help="print each drift that was missed")
    given = options.parse_args()
    newer, older = (ask_all(list(drifts(back))) for back in (False, True))
    general = {one.drift.learned for one in newer + older if not one.tells}
    report("old wording learned, new one asked", newer, general, given.missed)
    report("new wording learned, old one asked", older, general, given.missed)


if __name__ == "__main__":
    main()
