"""One of several processes that write, retire, publish and ask at the same time, and check what they get.

The processes share a log of what is true: `live` is written after an entry was acknowledged,
`going` before it is retired, `gone` after that.  Appends to one file have an order, so a reader who
reads the log before and after a query knows what it had to find and what it must not have found.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.durability_children import say
from benchmarks.durability_material import article, story, write
from kb import KnowledgeBase
from kb.memory import yaml_file

ASKED_AT_ONCE = 20


@dataclass
class Truth:
    """The shared log, and what it says."""

    path: Path
    live: dict[str, int] = field(default_factory=dict)
    going: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    _read: int = 0

    def tell(self, what: str, entry_id: str, number: int = 0) -> None:
        """Append a line; the system appends small writes whole."""
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{json.dumps([what, entry_id, number])}\n".encode())
        os.close(handle)

    def catch_up(self) -> None:
        """Read the lines that came since."""
        with self.path.open("rb") as log:
            log.seek(self._read)
            for line in log:
                self._read += len(line)
                what, entry_id, number = json.loads(line)
                if what == "live":
                    self.live[entry_id] = number
                else:
                    (self.going if what == "going" else self.gone).add(entry_id)


@dataclass
class Asker:
    """Asks for what is live by the very vectors of its texts, and for what is gone."""

    kb: KnowledgeBase
    truth: Truth
    chance: random.Random
    asked: int = 0
    faults: list[str] = field(default_factory=list)
    _vectors: dict[str, np.ndarray] = field(default_factory=dict)

    def ask(self) -> None:
        """One round of queries against the truth of this moment."""
        self.truth.catch_up()
        gone = set(self.truth.gone)
        wanted = [one for one in self.truth.live if one not in self.truth.going]
        wanted = [*wanted[-5:], *self.chance.sample(wanted, min(ASKED_AT_ONCE, len(wanted)))]
        for entry_id in wanted[:3]:
            matches = self.kb.check_known_issues(story(self.truth.live[entry_id]).text, limit=10).matches
            self._judge(entry_id, [match.id for match in matches], gone, "check")
        self.kb._parts.vectors.search("what waits for its vector gets it now", 5)
        for entry_id in wanted:
            self._judge(entry_id, self._nearest(entry_id), gone, "vector")
        for entry_id in self.chance.sample(sorted(gone), min(5, len(gone))):
            self._judge(None, self._nearest(entry_id), gone, "vector of a deleted one")

    def _nearest(self, entry_id: str) -> list[str]:
        text = story(self.truth.live[entry_id]).text
        if text not in self._vectors:
            self._vectors[text] = self.kb._parts.embeddings.encoder.encode([text])[0]
        return [hit.entry_id for hit in self.kb._parts.vectors.nearest_to(self._vectors[text], 10)]

    def _judge(self, wanted: str | None, found: list[str], gone: set[str], how: str) -> None:
        self.asked += 1
        if back := gone & set(found):
            self.faults.append(f"{how}: deleted but returned: {sorted(back)}")
        if wanted and wanted not in found:
            self.truth.catch_up()
            if wanted not in self.truth.going:
                self.faults.append(f"{how}: missed {wanted}; notes {self.kb._parts.vectors.notes}")


@dataclass
class Writer:
    """Learns, ingests, retires and publishes; every entry has one writer."""

    kb: KnowledgeBase
    truth: Truth
    chance: random.Random
    number: int
    documents: Path
    learned: dict[str, int] = field(default_factory=dict)
    ingested: dict[str, int] = field(default_factory=dict)

    def act(self) -> None:
        """One write at random."""
        act = self.chance.choices(
            [self.learn, self.ingest, self.unlearn, self.remove, self.absorb], [10, 4, 4, 2, 1]
        )[0]
        act()

    def learn(self) -> None:
        """Add an entry to a memory file."""
        self.number += 1
        entry_id = write(self.kb, self.number)
        self.learned[entry_id] = self.number
        self.truth.tell("live", entry_id, self.number)

    def ingest(self) -> None:
        """Ingest a new article."""
        self.number += 1
        receipt = self.kb.ingest(article(self.documents, self.number))
        (entry_id,) = receipt.files[0].entries
        self.ingested[entry_id] = self.number
        self.truth.tell("live", entry_id, self.number)

    def unlearn(self) -> None:
        """Take an entry out of its memory file, as people do."""
        if not self.learned:
            return
        entry_id = self.chance.choice(list(self.learned))
        name = "tool_fixes" if self.learned.pop(entry_id) % 2 else "patterns"
        home = self.kb.home
        self.truth.tell("going", entry_id)
        yaml_file.change(home.learned / f"{name}.yaml", home.locks, lambda text: without(text, entry_id))
        self.kb.refresh()
        self.truth.tell("gone", entry_id)

    def remove(self) -> None:
        """Delete an article and ingest its folder again."""
        if not self.ingested:
            return
        entry_id = self.chance.choice(list(self.ingested))
        self.truth.tell("going", entry_id)
        (self.documents / f"article-{self.ingested.pop(entry_id)}.md").unlink()
        self.kb.ingest(self.documents)
        self.truth.tell("gone", entry_id)

    def absorb(self) -> None:
        """Publish a new generation."""
        self.kb._parts.vectors.absorb(force=True)


def without(text: str, entry_id: str) -> str:
    """The YAML text without the list item of this id."""
    lines = text.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.strip() == f"- id: {entry_id}")
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and lines[end].startswith(" " * (indent + 1)):
        end += 1
    return "".join(lines[:start] + lines[end:])


def mix(home: Path, worker: str, seconds: str) -> None:
    """Write and ask in turn for some seconds."""
    truth, chance = Truth(home / "truth.log"), random.Random(int(worker))
    documents = home / "documents" / worker
    documents.mkdir()
    with KnowledgeBase.open(home) as kb:
        writer = Writer(kb, truth, chance, 2000 * int(worker), documents)
        asker = Asker(kb, Truth(truth.path), chance)
        until, writes = time.monotonic() + float(seconds), 0
        while time.monotonic() < until:
            for _ in range(3):
                writer.act()
            writes += 3
            asker.ask()
        say(
            {
                "writes": writes,
                "asked": asker.asked,
                "faults": asker.faults,
                "generation": kb._parts.vectors.generation().number,
            }
        )


def ask(home: Path, *_: str) -> None:
    """A fresh process that asks once."""
    with KnowledgeBase.open(home) as kb:
        asker = Asker(kb, Truth(home / "truth.log"), random.Random())
        asker.ask()
        say(
            {
                "writes": 0,
                "asked": asker.asked,
                "faults": asker.faults,
                "generation": kb._parts.vectors.generation().number,
            }
        )


if __name__ == "__main__":
    job, place, *rest = sys.argv[1:]
    {"mix": mix, "ask": ask}[job](Path(place), *rest)
