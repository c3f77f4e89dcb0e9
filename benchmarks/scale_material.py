"""A home of any size that reads like a real one: made of the public corpora and the starter, and seeded.

Every entry is a real one (of the corpora, of the starter's patterns and fixes) written anew: its form,
its lengths and its punctuation stay, more than half of its words are replaced by words drawn as often as
the corpora use them (Zipf), and one in fifty by a name that no text had before (Heaps: ids, services,
queues of one company).  The number of an entry is its seed, so entry 4711 says the same in every home.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.corpora import CORPORA
from ingest.pipeline import Unreadable, discover, parse_file, read_file
from kb.memory.format import parse_memory
from kb.model import Entry, Incident, KnownError, Origin, Pattern, Provenance, Signature, Source, ToolFix

LEARNED = 0.1
"""The share of patterns and tool fixes, of which each has a signature."""
_REPLACED, _COINED = 0.55, 0.02
_WORD = re.compile(r"[A-Za-z]{3,}")
_TEXTS = (
    "title",
    "name",
    "pattern",
    "error_pattern",
    "meaning",
    "root_cause",
    "fix",
    "symptom",
    "cause",
    "resolution",
    "workaround",
    "body",
    "summary",
    "description",
    "impact",
    "when",
    "mitigation",
    "prevention",
)
_LISTS = ("steps", "lessons", "commands", "went_well", "went_wrong")
_ERRORS = ("failed to", "cannot", "timeout in", "refused by", "panic in", "unexpected", "lost", "rejected")


@dataclass(frozen=True)
class Material:
    """The real entries, and how often their words are used."""

    documents: tuple[Entry, ...]
    learned: tuple[Entry, ...]

    @classmethod
    def read(cls, corpora: Path = CORPORA) -> Material:
        """Parse the corpora and the starter; ends the benchmark where they are absent."""
        if not corpora.is_dir():
            sys.exit(f"{corpora} is not there: nothing to make a home of")
        documents = [entry for path in discover([corpora]) for entry in _entries(path)]
        learned = [
            entry
            for file in sorted(resources.files("kb.starter").iterdir(), key=lambda one: one.name)
            if file.name in ("patterns.yaml", "tool_fixes.yaml")
            for entry in parse_memory(file.read_text(encoding="utf-8"), file.name, Origin.STARTER).entries
            if isinstance(entry, (Pattern, ToolFix))
        ]
        return cls(tuple(documents), tuple(learned))

    @cached_property
    def _words(self) -> tuple[list[str], list[int]]:
        counts = Counter(
            word
            for entry in self.documents
            for passage in entry.passages()
            for word in _WORD.findall(passage.text)
        )
        words = sorted(counts)
        return words, list(accumulate(counts[word] for word in words))

    def entry(self, number: int) -> Entry:
        """Entry `number`, the same in every home."""
        rng = random.Random(number)
        entry = rng.choice(self.learned if rng.random() < LEARNED else self.documents)
        changed: dict[str, Any] = {
            name: self._rewritten(text, rng) for name in _TEXTS if (text := getattr(entry, name, ""))
        }
        changed |= {
            name: tuple(self._rewritten(text, rng) for text in texts)
            for name in _LISTS
            if (texts := getattr(entry, name, ()))
        }
        if isinstance(entry, Incident):
            changed |= {"timeline": (), "causes": ()}
        if isinstance(entry, (Pattern, ToolFix)):
            error = self.error(rng)
            changed["pattern" if isinstance(entry, Pattern) else "error_pattern"] = error
            changed["signatures"] = (Signature(needles=(error,)),)
        elif isinstance(entry, KnownError) and entry.signatures:
            changed["signatures"] = (Signature(needles=(self.error(rng),)),)
        source = Source(path=f"made/{number // FILE}.md", line=number % FILE + 1)
        return replace(
            entry,
            id=f"{entry.kind.replace('_', '-')}-{number}",
            provenance=Provenance(source=source),
            **changed,
        )

    def error(self, rng: random.Random) -> str:
        """The text of an error that one entry alone knows."""
        first, second, third = (self._drawn(rng).lower() for _ in range(3))
        return f"{self._coined(rng)}: {rng.choice(_ERRORS)} {first} {second} {third}"

    def question(self, number: int) -> str:
        """What somebody asks whose trouble entry `number` is about: some of its sentences in other words."""
        rng = random.Random(f"question {number}")
        passages = self.entry(number).passages()
        words = " ".join(p.text for p in passages[:3]).split()
        start = rng.randrange(max(1, len(words) - 25))
        return self._rewritten(" ".join(words[start : start + rng.randrange(8, 26)]), rng, replaced=0.3)

    def _rewritten(self, text: str, rng: random.Random, replaced: float = _REPLACED) -> str:
        def word(match: re.Match[str]) -> str:
            chance = rng.random()
            if chance < _COINED:
                return self._coined(rng)
            return self._drawn(rng) if chance < replaced else match[0]

        return _WORD.sub(word, text)

    def _drawn(self, rng: random.Random) -> str:
        words, counts = self._words
        return rng.choices(words, cum_weights=counts)[0]

    def _coined(self, rng: random.Random) -> str:
        parts = self._drawn(rng).lower(), self._drawn(rng).lower()
        return rng.choice(
            (
                f"{parts[0]}-{parts[1]}-{rng.randrange(1000)}",
                f"{parts[0]}_{parts[1]}",
                f"{parts[0].title()}{parts[1].title()}Error",
            )
        )


FILE = 100
"""Entries of one made file: what is written in one transaction."""


def _entries(path: str | Unreadable) -> Iterator[Entry]:
    read = read_file(path) if isinstance(path, str) else path
    if not isinstance(read, Unreadable):
        yield from parse_file(read.file)[1].entries
