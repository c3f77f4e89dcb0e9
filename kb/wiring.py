"""The parts of one open home, wired together; `knowledge` is their face.

This is the only place that knows which class stands behind which interface.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import HomeBusy, HomeNotWritable, Problem
from kb.home import Home
from kb.index.embeddings import Embeddings
from kb.index.encoder import Encoder, OnnxEncoder
from kb.index.generations import Generations
from kb.index.lexical import Fts5Index
from kb.index.lexical_large import LargeLexicalIndex
from kb.index.publisher import Publisher
from kb.index.signatures import CompiledSignatures
from kb.index.vector_check import VectorReport, check_vectors
from kb.index.vectors import VectorIndex
from kb.learning.healthy import HealthyLines
from kb.learning.lesson import Lessons
from kb.learning.moves import Moves
from kb.learning.outcomes import Outcomes
from kb.learning.trust import TrustBook
from kb.learning.wordings import Teaching
from kb.lookup.causes import OtherCauses
from kb.lookup.lookup import Lookup
from kb.lookup.notes import HeldEntries
from kb.lookup.ranked import RankedTiers
from kb.lookup.search import search
from kb.memory.files import Memory
from kb.memory.watch import WatchFile
from kb.model.ledger import SearchHits
from kb.model.receipts import Receipt
from kb.store.catalogue import Catalogue, FileRecord
from kb.store.changes import ChangeTable
from kb.store.database import Database
from kb.store.entries import EntryTable
from kb.store.healthy import HealthyTable
from kb.store.history import PastLookups
from kb.store.ledger import Ledger
from kb.store.memory_sync import PARSER, MemorySync
from kb.store.moves import MoveTable
from kb.store.upkeep.backups import Backups
from kb.store.upkeep.fingerprints import Fingerprints
from kb.store.wordings import WordingTable

if TYPE_CHECKING:
    from kb.incidents.incidents import Incidents
    from kb.ingesting import Progress
    from kb.proposals.proposals import Proposals
    from kb.review.review import Reviewing
    from kb.review.summary import Proposed
    from kb.triage.triage import Triage


@dataclass
class Parts:
    """Everything that works on one home."""

    home: Home
    db: Database
    entries: EntryTable
    catalogue: Catalogue
    ledger: Ledger
    changes: ChangeTable
    memory: Memory
    sync: MemorySync
    embeddings: Embeddings
    vectors: VectorIndex
    lexical: LargeLexicalIndex
    lookup: Lookup
    trust: TrustBook
    lessons: Lessons
    healthy: HealthyLines
    moves: Moves
    outcomes: Outcomes
    watch: WatchFile
    backups: Backups

    @classmethod
    def of(
        cls,
        home: Home,
        encoder: Encoder | None,
        exact_below: int,
        large_from: int | None = None,
        seconds: float = math.inf,
        under_way: set[str] | None = None,
    ) -> Parts:
        """Open the database and put the parts together; nothing heavy is loaded."""
        db, generations = Database(home.database), Generations(home.vectors)
        embeddings = Embeddings(db, encoder or OnnxEncoder())
        publisher = Publisher(
            db, embeddings, generations, *(() if large_from is None else (large_from, large_from))
        )
        vectors = VectorIndex(db, embeddings, generations, publisher, exact_below)
        lexical = LargeLexicalIndex(db, Fts5Index(db), generations, publisher.generation)
        entries = EntryTable(db, lexical)
        table = MoveTable(db)
        catalogue = Catalogue(db, entries, table)
        ledger = Ledger(db)
        signatures = CompiledSignatures(db, entries.index)
        trust = TrustBook(ledger, table)
        watch = WatchFile(home)
        lookup = Lookup(
            entries,
            RankedTiers(lexical, vectors),
            signatures,
            trust.of,
            OtherCauses(lexical),
            lambda: [*lexical.notes, *vectors.notes],
            HeldEntries(entries, CompiledSignatures(db, entries.index, held=True), table),
            watch.current,
            ledger.balance_for,
            db.snapshot,
            seconds,
        )
        memory, sync = Memory(home), MemorySync(home, db, catalogue, Fingerprints(db, entries), under_way)
        moves = Moves(db, table, entries, memory, sync)
        healthy = HealthyLines(HealthyTable(db), entries, signatures.current, moves)
        lessons = Lessons(memory, sync, catalogue, entries, lexical, vectors, healthy)
        return cls(
            home,
            db,
            entries,
            catalogue,
            ledger,
            ChangeTable(db),
            memory,
            sync,
            embeddings,
            vectors,
            lexical,
            lookup,
            trust,
            lessons,
            healthy,
            moves,
            Outcomes(ledger, moves, Teaching(ledger, WordingTable(db), entries)),
            watch,
            Backups(db),
        )

    def ingest(
        self, paths: Iterable[str | Path], *, now: datetime, progress: Progress | None, extract: bool
    ) -> Receipt:
        """See `KnowledgeBase.ingest`."""
        from kb.ingesting import Intake  # with every parser, a tenth of a second that no question needs
        from kb.prose.client import Client
        from kb.prose.extractor import Extractor

        self.embeddings.encoder.prepare()
        self.sync.refresh(now)
        receipt = Intake(
            self.db,
            self.catalogue,
            self.changes,
            self.ledger,
            self.embeddings,
            self.vectors,
            Extractor(Client.from_environ()) if extract else None,
        ).run(paths, now=now, progress=progress)
        self.healthy.recheck(now)
        return replace(receipt, entries=self.entries.counts())

    def search(
        self, query: str, *, kinds: Sequence[str], service: str, since: date | None, limit: int
    ) -> SearchHits:
        """See `KnowledgeBase.search`."""
        return search(
            query, self.entries, self.lookup.ranked, kinds=kinds, service=service, since=since, limit=limit
        )

    @property
    def past(self) -> PastLookups:
        """The lookups of the past, to be read again."""
        return PastLookups(self.db)

    def incidents(self, clock: Callable[[], datetime], actor: Callable[[], str]) -> Incidents:
        """See `KnowledgeBase.incidents`."""
        from kb.incidents.incidents import Incidents
        from kb.incidents.log import Archive

        return Incidents(
            self.home, self.ledger, Archive(self.entries, self.ledger, self.outcomes), clock, actor
        )

    def proposals(self, now: datetime, actor: str) -> Proposals:
        """See `KnowledgeBase.proposals`."""
        from kb.proposals.accepting import Writer
        from kb.proposals.facts import Sources
        from kb.proposals.proposals import Proposals
        from kb.store.proposals import ProposalTable

        sources = Sources(ProposalTable(self.db), self.entries, self.ledger, self.trust, self.moves.table)
        writer = Writer(self.lessons, self.memory, self.sync, self.entries, self.moves)
        return Proposals(sources, writer, now, actor)

    def triage(self, incidents: Incidents, actor: str = "") -> Triage:
        """See `KnowledgeBase.triage`."""
        from kb.triage.sources import Sources
        from kb.triage.triage import Triage

        def find(query: str, kinds: Sequence[str] = (), *, limit: int = 10) -> SearchHits:
            return self.search(query, kinds=kinds, service="", since=None, limit=limit)

        return Triage(
            Sources(
                lookup=self.lookup,
                search=find,
                entries=self.entries,
                ledger=self.ledger,
                memory=self.memory,
                changes=self.changes.between,
                incidents=incidents.unfinished,
                find_incident=incidents.find,
                watched=self.watch.current,
                actor=actor,
            )
        )

    def reviewing(self, actor: str = "") -> Reviewing:
        """See `KnowledgeBase.weekly_summary` and `publish_review`."""
        from kb.review.review import Records, Reviewing
        from kb.review.upkeep import proposed
        from kb.store.history import Windows
        from kb.store.proposals import Reviews

        windows = Windows(self.db)

        def proposals(now: datetime) -> list[Proposed]:
            return [proposed(row) for row in windows.open_proposals(now)]

        records = Records(self.ledger, self.entries, self.changes, windows, Reviews(self.db), proposals)
        return Reviewing(records, self.memory, self.watch, actor)

    def refresh(self, now: datetime) -> list[Problem]:
        """See `KnowledgeBase.refresh`."""
        with self.db.steady():
            return self._refresh(now)

    def _refresh(self, now: datetime) -> list[Problem]:
        with suppress(HomeBusy):  # what waits has waited before
            self.ledger.deferred.take_in()
        files, written = list[FileRecord](), -1
        try:
            files, written = self.sync.refresh(now), self.db.written
            unwritten = self.moves.finish(now)
            self.healthy.recheck(now)
            missed = [*self.sync.missed(), *unwritten]
        except HomeNotWritable as error:
            missed = [Problem("learned", None, f"what changed in it was not taken in: {error}")]
        if self.db.written != written:
            files = self.catalogue.memory_files(PARSER)
        known = (problem for record in files for problem in record.problems)
        if lost := self.vectors.lost_database():
            missed.append(Problem("state/kb.db", None, lost))
        return [*known, *self.healthy.problems(), *missed, *self.watch.problems()]

    def check(self) -> tuple[list[str], VectorReport]:
        """See `KnowledgeBase.check`."""
        found = check_vectors(self.vectors, self.db, self.embeddings)
        found.problems += self.lexical.problems()
        broken = self.db.check_integrity()
        return [*broken, *filter(None, [self.vectors.lost_database()])], found

    def repair(self, *, rebuild: bool, embed_again: bool) -> None:
        """See `KnowledgeBase.repair`."""
        if embed_again:
            self.embeddings.renew()
        self.embeddings.encoder.prepare()
        self.vectors.save_lost()
        if rebuild:
            self.outcomes.teaching.rebuild()
        self.embeddings.embed_pending()
        if self.vectors.absorb(force=rebuild or embed_again):
            self._give_back()

    def _give_back(self) -> None:
        """Let the database shrink where a quarter of it or more is free; where it cannot, it shrinks another time."""
        size, free = self.db.size()
        if 4 * free >= size:
            self.db.compact()

    def close(self) -> None:
        """Close what is open."""
        self.vectors.close()
        self.lexical.close()
        self.db.close()
