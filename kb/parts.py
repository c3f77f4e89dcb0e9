"""The parts of one open home, wired together; `knowledge` is their face.

This is the only place that knows which class stands behind which interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import HomeNotWritable, InvalidInput, Problem
from kb.home import Home
from kb.lookup.lookup import Lookup
from kb.lookup.search import search
from kb.lookup.tiers import RankedTiers
from kb.loop import learning
from kb.loop.learning import Lesson
from kb.loop.trust import TrustBook
from kb.records import Entry, Status
from kb.records.ledger import SearchHit
from kb.records.receipts import Learned, Receipt
from kb.storage.catalogue import Catalogue
from kb.storage.database import Database
from kb.storage.embeddings import Embeddings
from kb.storage.encoder import Encoder, OnnxEncoder
from kb.storage.entries import EntryTable
from kb.storage.generations import Generations
from kb.storage.ledger import Ledger
from kb.storage.lexical import Fts5Index
from kb.storage.memory import Memory
from kb.storage.memory_sync import PARSER, MemorySync
from kb.storage.signatures import CompiledSignatures
from kb.storage.vector_check import VectorReport, check_vectors
from kb.storage.vectors import VectorIndex
from kb.storage.yamledit import IdTaken
from kb.text.tokens import tokenize

if TYPE_CHECKING:
    from kb.intake import Progress


@dataclass
class Parts:
    """Everything that works on one home."""

    home: Home
    db: Database
    lexical: Fts5Index
    entries: EntryTable
    catalogue: Catalogue
    ledger: Ledger
    memory: Memory
    sync: MemorySync
    embeddings: Embeddings
    vectors: VectorIndex
    lookup: Lookup
    trust: TrustBook

    @classmethod
    def of(cls, home: Home, encoder: Encoder | None, exact_below: int) -> Parts:
        """Open the database and put the parts together; nothing heavy is loaded."""
        db = Database(home.database)
        lexical = Fts5Index(db)
        entries = EntryTable(db, lexical)
        catalogue = Catalogue(db, entries)
        embeddings = Embeddings(db, encoder or OnnxEncoder())
        vectors = VectorIndex(db, embeddings, Generations(home.vectors), exact_below)
        ledger = Ledger(db)
        signatures = CompiledSignatures(db, entries)
        trust = TrustBook(ledger)
        lookup = Lookup(entries, RankedTiers(lexical, vectors), signatures.current, trust.of, lambda: vectors.notes)
        return cls(
            home, db, lexical, entries, catalogue, ledger, Memory(home), MemorySync(home, db, catalogue),
            embeddings, vectors, lookup, trust,
        )  # fmt: skip

    def ingest(self, paths: Iterable[str | Path], *, now: datetime, progress: Progress | None) -> Receipt:
        """See `KnowledgeBase.ingest`."""
        from kb.intake import Intake  # with every parser, a tenth of a second that no question needs

        self.embeddings.encoder.prepare()
        self.sync.refresh(now)
        receipt = Intake(self.db, self.catalogue, self.embeddings, self.vectors).run(paths, now=now, progress=progress)
        return replace(receipt, entries=self.entries.counts())

    def search(
        self, query: str, *, kinds: Sequence[str], service: str, since: date | None, limit: int
    ) -> list[SearchHit]:
        """See `KnowledgeBase.search`."""
        return search(
            query, self.entries, self.lookup.ranked, kinds=kinds, service=service, since=since, limit=limit
        )

    def learn(self, lesson: Lesson, now: datetime) -> Learned:
        """Write the lesson into its memory file and make it findable."""
        try:
            return self._learn(lesson, now)
        except IdTaken:  # another process was quicker with this id: look at what it wrote
            return self._learn(lesson, now)

    def _learn(self, lesson: Lesson, now: datetime) -> Learned:
        self.sync.refresh(now)
        near = self._near(lesson)
        existing = self._live(lesson.entry.id)
        if existing is not None and learning.says_the_same(existing, lesson.entry):
            return self._already(existing, lesson, near)
        if existing is not None:
            lesson = learning.renamed(lesson, learning.distinct_id(lesson.entry))
            if again := self._live(lesson.entry.id):
                return self._already(again, lesson, near)
        self.memory.append(lesson.key, lesson.list_path, lesson.item)
        self.take_in(f"{lesson.key}.yaml", now)
        self._found_or_raise(lesson)
        note = f"quarantined: {lesson.quarantined}" if lesson.quarantined else ""
        try:
            self.vectors.absorb_when_grown()
        except HomeNotWritable as error:
            note = "; ".join(filter(None, [note, f"learned, but {error}"]))
        return Learned(
            id=lesson.entry.id, status=lesson.entry.status, created=True, file=f"{lesson.key}.yaml",
            similar=tuple(near), note=note,
        )  # fmt: skip

    def _live(self, entry_id: str) -> Entry | None:
        """The entry, unless it was retired: what is learned again then is new."""
        entry = self.entries.get(entry_id)
        return None if entry is None or entry.status is Status.RETIRED else entry

    def refresh(self, now: datetime) -> list[Problem]:
        """See `KnowledgeBase.refresh`."""
        try:
            self.sync.refresh(now)
            missed = self.sync.missed()
        except HomeNotWritable as error:
            missed = [Problem("learned", None, f"what changed in it was not taken in: {error}")]
        return [*(problem for record in self.catalogue.records(PARSER) for problem in record.problems), *missed]

    def take_in(self, path: str, now: datetime) -> None:
        """Bring the store in step with a memory file that was just written."""
        try:
            self.sync.refresh(now)
        except HomeNotWritable as error:
            raise HomeNotWritable(
                f"{path} has it now, but it is not found yet ({error}); make room: the next command takes it in"
            ) from error

    def _already(self, existing: Entry, lesson: Lesson, near: Sequence[str]) -> Learned:
        return Learned(
            id=existing.id, status=existing.status, created=False, file=f"{lesson.key}.yaml",
            similar=tuple(one for one in near if one != existing.id), note="this was known already; nothing was written",
        )  # fmt: skip

    def _near(self, lesson: Lesson) -> list[str]:
        """Ids of entries of the same kind whose title says nearly the same."""
        headline = lesson.entry.headline
        ids = dict.fromkeys(hit.entry_id for hit in self.lexical.search(tokenize(headline), 30))
        return [
            one.entry.id
            for one in self.entries.many(ids).values()
            if one.entry.kind == lesson.entry.kind and learning.overlap(one.entry.headline, headline) >= learning.NEAR
        ]

    def _found_or_raise(self, lesson: Lesson) -> None:
        """An acknowledged write is in the store; if it is not, the file says why."""
        if self.entries.get(lesson.entry.id) is None:
            path = f"{lesson.key}.yaml"
            problems = self.catalogue.find(lesson.key)
            said = "; ".join(map(str, problems.problems)) if problems else "the file was not read"
            raise InvalidInput(f"the entry was written to {path} but cannot be read from there: {said}")

    def check(self) -> tuple[list[str], VectorReport]:
        """See `KnowledgeBase.check`."""
        return self.db.check_integrity(), check_vectors(self.vectors, self.db, self.embeddings)

    def repair(self, *, rebuild: bool) -> None:
        """See `KnowledgeBase.repair`."""
        self.embeddings.encoder.prepare()
        self.vectors.save_lost()
        self.embeddings.embed_pending()
        self.vectors.absorb(force=rebuild)

    def close(self) -> None:
        """Close what is open."""
        self.vectors.close()
        self.db.close()

