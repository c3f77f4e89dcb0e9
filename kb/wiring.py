"""The parts of one open home, wired together: the only place that knows which class stands behind which interface.

What a question needs is put together at once; what only some calls need (reviews, proposals, triage) when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.configuration.file import ConfigurationFile
from kb.errors import HomeBusy, HomeNotWritable, Problem
from kb.home import Home
from kb.index.embeddings import Embeddings
from kb.index.encoder import OnnxEncoder
from kb.index.generations import Generations
from kb.index.lexical import LexicalTable
from kb.index.lexical_large import LargeLexicalIndex
from kb.index.publisher import Publisher
from kb.index.signatures import CompiledSignatures
from kb.index.vectors import VectorIndex
from kb.learning.refusals import Refusals
from kb.learning.trust_book import TrustBook
from kb.lookup.causes import OtherCauses
from kb.lookup.lookup import Lookup
from kb.lookup.notes import HeldEntries
from kb.lookup.ranked import RankedTiers
from kb.lookup.search import search
from kb.memory.watch import WatchFile
from kb.model.ledger import SearchHits
from kb.options import Clock, Options
from kb.store.catalogue import Catalogue, FileRecord
from kb.store.database import Database
from kb.store.engines.memory import HomeMemory
from kb.store.entries import EntryTable
from kb.store.healthy import HealthyTable
from kb.store.ledger import Ledger
from kb.store.lexical_index import Filter
from kb.store.memory_sync import PARSER, MemorySync
from kb.store.moves import MoveTable
from kb.store.upkeep.backups import Backups
from kb.store.upkeep.fingerprints import Fingerprints
from kb.store.wordings import WordingTable

if TYPE_CHECKING:
    from kb.hooks.inbox import HookInbox
    from kb.incidents.incidents import Incidents
    from kb.incidents.log import Archive
    from kb.ingesting import Intake
    from kb.learning.editing import Editing
    from kb.learning.healthy import HealthyLines
    from kb.learning.lesson import Lessons
    from kb.learning.moves import Moves
    from kb.learning.outcomes import Outcomes
    from kb.memory.files import Memory
    from kb.memory.texts import MemoryTexts
    from kb.model import Entry
    from kb.notify.notifying import Notifying
    from kb.proposals.proposals import Proposals
    from kb.review.review import Reviewing
    from kb.review.summary import Proposed
    from kb.store.changes import ChangeTable
    from kb.store.tenants.shared_entries import SharedEntries
    from kb.triage.triage import Triage


@dataclass
class Parts:
    """Everything that works on one home."""

    home: Home
    configuration: ConfigurationFile
    db: Database
    entries: EntryTable
    catalogue: Catalogue
    ledger: Ledger
    sync: MemorySync
    embeddings: Embeddings
    vectors: VectorIndex
    lexical: LargeLexicalIndex
    signatures: CompiledSignatures
    lookup: Lookup
    trust: TrustBook
    healthy_table: HealthyTable
    move_table: MoveTable
    watch: WatchFile
    backups: Backups
    own: HomeMemory
    base: Parts | None = None
    """Of a tenant, those of the home that it belongs to."""

    @classmethod
    def of(cls, home: Home, options: Options) -> Parts:
        """Open the database and put the parts together; nothing heavy is loaded."""
        db, generations = Database(home.database, options.database), Generations(home.vectors)
        embeddings = Embeddings(db, options.encoder or OnnxEncoder())
        large = options.large_from
        publisher = Publisher(db, embeddings, generations, *(() if large is None else (large, large)))
        vectors = VectorIndex(db, embeddings, generations, publisher, options.exact_below)
        lexical = LargeLexicalIndex(db, LexicalTable(db), generations, publisher.generation)
        entries = EntryTable(db, lexical)
        table = MoveTable(db)
        catalogue = Catalogue(db, entries, table)
        ledger = Ledger(db)
        signatures = CompiledSignatures(db, entries.index)
        trust = TrustBook(ledger, table)
        own = HomeMemory.of(home, db, lambda: options.writer, options.clock)
        watch = WatchFile(own.texts)
        lookup = Lookup(
            entries,
            RankedTiers(lexical, vectors),
            signatures,
            trust.of,
            OtherCauses(lexical),
            lambda: [*lexical.notes, *vectors.notes],
            HeldEntries(entries, CompiledSignatures(db, entries.index, held=True), table),
            watch.current,
            trust.balances,
            Refusals(WordingTable(db).told_of).of,
            db.snapshot,
            options.seconds,
        )
        sync = MemorySync(own.texts, db, catalogue, Fingerprints(db, entries), options.under_way)
        return cls(
            home,
            ConfigurationFile(home),
            db,
            entries,
            catalogue,
            ledger,
            sync,
            embeddings,
            vectors,
            lexical,
            signatures,
            lookup,
            trust,
            HealthyTable(db),
            table,
            watch,
            Backups(db, own.texts),
            own,
            cls.of(home.base, replace(options, under_way=set())) if home.base else None,
        )

    @property
    def texts(self) -> MemoryTexts:
        """The texts of the memory files."""
        return self.own.texts

    @cached_property
    def shared(self) -> SharedEntries | None:
        """Of a tenant, what brings in what its home knows."""
        from kb.store.tenants.shared_entries import SharedEntries

        if self.base is None:
            return None
        return SharedEntries(self.base.db, self.base.take_in, self.db, self.catalogue)

    def take_in(self, now: datetime) -> tuple[list[Problem], list[FileRecord]]:
        """See what changed in the memory files; what is to be said of it, and what is remembered of the files."""
        return self.own.take_over(now), self.sync.refresh(now)

    @cached_property
    def memory(self) -> Memory:
        """The YAML that people and agents own."""
        from kb.memory.files import Memory

        return Memory(self.texts)

    @cached_property
    def moves(self) -> Moves:
        """What moves entries from status to status."""
        from kb.learning.moves import Moves

        return Moves(self.db, self.move_table, self.entries, self.memory, self.sync)

    @cached_property
    def lessons(self) -> Lessons:
        """What is learned."""
        from kb.learning.lesson import Lessons

        return Lessons(
            self.memory, self.sync, self.catalogue, self.entries, self.lexical, self.vectors, self.healthy
        )

    @cached_property
    def healthy(self) -> HealthyLines:
        """The healthy lines, and the check of signatures against them."""
        from kb.learning.healthy import HealthyLines

        return HealthyLines(self.healthy_table, self.entries, self.signatures.current, self.moves)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What came of what was offered."""
        from kb.learning.outcomes import Outcomes
        from kb.learning.wordings import Teaching

        teaching = Teaching(self.ledger, WordingTable(self.db), self.entries)
        return Outcomes(self.ledger, self.moves, teaching)

    @cached_property
    def changes(self) -> ChangeTable:
        """What was changed in production."""
        from kb.store.changes import ChangeTable

        return ChangeTable(self.db)

    def intake(self, actor: str, *, extract: bool) -> Intake:
        """What takes in files, in somebody's name.

        With `extract` it asks the model of `ANTHROPIC_API_KEY` about free-form texts.
        """
        from kb.ingesting import Intake  # with every parser, a tenth of a second that no question needs
        from kb.prose.client import Client
        from kb.prose.extractor import Extractor

        extractor = Extractor(Client.from_environ()) if extract else None
        return Intake(
            self.db,
            self.catalogue,
            self.changes,
            self.ledger,
            self.embeddings,
            self.vectors,
            actor,
            extractor,
        )

    def find(self, query: str, kinds: Sequence[str] = (), *, limit: int = 10) -> SearchHits:
        """What a search for these words finds."""
        return search(query, self.entries, self.lookup.ranked, Filter(kinds), limit=limit)

    def incidents(self, clock: Clock, actor: Callable[[], str]) -> Incidents:
        """The incidents as they are lived."""
        from kb.incidents.incidents import Incidents
        from kb.incidents.listing import IncidentListing

        return Incidents(self.home, self.ledger, self._archive(), clock, actor, IncidentListing(self.ledger))

    def _archive(self) -> Archive:
        from kb.incidents.log import Archive
        from kb.store.incidents.belongings import Belongings

        return Archive(self.entries, self.ledger, self.outcomes, Belongings(self.db))

    def editing(self, get: Callable[[str], Entry], clock: Clock, actor: str) -> Editing:
        """Edits of the entries of memory files."""
        from kb.learning.editing import Editing, EditParts

        parts = self.db, self.entries, self.memory, self.sync, self.healthy, self.ledger
        return Editing(EditParts(*parts), get, clock, actor)

    def proposals(self, now: datetime, actor: str) -> Proposals:
        """What the record suggests at a moment, for one who decides."""
        from kb.proposals.accepting import Writer
        from kb.proposals.facts import RecordSources
        from kb.proposals.proposals import Proposals
        from kb.store.proposals import ProposalTable

        sources = RecordSources(
            ProposalTable(self.db), self.entries, self.ledger, self.trust, self.move_table
        )
        writer = Writer(self.lessons, self.memory, self.sync, self.entries, self.moves)
        return Proposals(sources, writer, now, actor)

    def triage(self, incidents: Incidents, actor: str = "", **calls: Any) -> Triage:
        """Briefs about this home; `calls` are the fields of `Triage` beside its sources."""
        from kb.triage.sources import HomeParts
        from kb.triage.triage import Triage

        sources = HomeParts(
            lookup=self.lookup,
            search=self.find,
            entries=self.entries,
            ledger=self.ledger,
            memory=self.memory,
            changes=self.changes.between,
            keeps_changes=self.changes.any,
            incidents=incidents.unfinished,
            find_incident=incidents.find,
            watched=self.watch.current,
            configuration=self.configuration.current,
            actor=actor,
        )
        return Triage(sources, **calls)

    def hooks(self, triage: Callable[[], Triage], clock: Clock, actor: Callable[[], str]) -> HookInbox:
        """What comes in by webhook."""
        from kb.hooks.inbox import HookInbox
        from kb.incidents.by_alert import IncidentsByAlert
        from kb.incidents.listing import IncidentListing

        listing = IncidentListing(self.ledger)
        incidents = IncidentsByAlert(self.home, self.ledger, self._archive(), clock, actor, listing)
        return HookInbox(self.db, self.configuration, incidents, triage, clock)

    def notifying(self, incidents: Incidents, triage: Triage, clock: Clock) -> Notifying:
        """What people are told of this home."""
        from kb.notify.notifying import Notifying
        from kb.notify.planning import Planning
        from kb.notify.presses import Presses
        from kb.notify.sources import HomeTelling
        from kb.store.notices.journal import NoticeJournal
        from kb.store.notices.presses import PressTable
        from kb.store.notices.signals import SignalTable

        table = NoticeJournal(self.db)
        telling = HomeTelling(incidents, triage, self.entries)
        planning = Planning(SignalTable(self.db), table, self.configuration.good, telling, clock)
        presses = Presses(PressTable(self.db), self.entries, self.outcomes, incidents, clock)
        return Notifying(self.home, table, self.configuration, planning, presses, clock)

    def reviewing(self, actor: str = "", **calls: Any) -> Reviewing:
        """Reviews of this home; `calls` are the fields of `Reviewing` that say when and what else is done."""
        from kb.review.review import Reviewing
        from kb.review.upkeep import proposed
        from kb.review.window import Records
        from kb.store.history import Windows
        from kb.store.proposals import Reviews

        windows = Windows(self.db)

        def proposals(now: datetime) -> list[Proposed]:
            return [proposed(row) for row in windows.open_proposals(now)]

        records = Records(
            self.ledger, self.trust, self.entries, self.changes, windows, Reviews(self.db), proposals
        )
        return Reviewing(records, self.memory, self.watch, actor, **calls)

    def refresh(self, now: datetime) -> list[Problem]:
        """See what changed in the memory files; returns the mistakes that stand in them now.

        What cannot be taken in (a full disk, a read-only home) is one of these, not an error.
        """
        with self.db.steady():
            return self._refresh(now)

    def _refresh(self, now: datetime) -> list[Problem]:
        with suppress(HomeBusy):  # what waits has waited before
            self.ledger.deferred.take_in()
        files, written = list[FileRecord](), -1
        try:
            if self.shared:
                self.shared.refresh(now)
            (said, files), written = self.take_in(now), self.db.written
            unwritten = self.moves.finish(now) if self.move_table.pending() else []
            if self.healthy_table.unchecked():
                self.healthy.recheck(now)
            missed = [*said, *self.sync.missed(), *unwritten]
        except HomeNotWritable as error:
            missed = [Problem("learned", None, f"what changed in it was not taken in: {error}")]
        if self.db.written != written:
            files = self.catalogue.memory_files(PARSER)
        known = (problem for record in files for problem in record.problems)
        if lost := self.db.unnamed() or self.vectors.lost_database():
            missed.append(Problem("state/kb.db" if self.db.is_file else "the database", None, lost))
        told = [*self.configuration.problems(), *self.watch.problems(), *self.own.problems()]
        held = self.healthy.problems() if self.healthy_table.version() else []
        return [*known, *held, *missed, *told]

    def close(self) -> None:
        """Close what is open."""
        self.vectors.close()
        self.lexical.close()
        self.db.close()
        if self.base:
            self.base.close()
