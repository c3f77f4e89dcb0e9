"""`Upkeep`: what keeps a home whole and small: its health, copies of its ledger, rows swept that nobody needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kb.configuration.file import checked_days
from kb.configuration.sections import KEPT_DAYS
from kb.errors import HomeBusy, HomeNotWritable, InvalidInput, Problem
from kb.model.overview import Overview
from kb.model.receipts import Migration, RedactReport, SweepReport
from kb.store.hooks.deliveries import DeliveryTable
from kb.store.notices.journal import NoticeJournal

if TYPE_CHECKING:
    from kb.index.vector_check import VectorReport
    from kb.store.upkeep.deeds import Deeds
    from kb.wiring import Parts

QUIET = timedelta(minutes=15)
"""How long nothing was asked or noted for a moment to be a quiet one."""
RECENT = timedelta(days=7)
"""How far back an overview looks for answers of which nobody said what came of them."""
_MUCH_ROOM = 16e6
_SWEPT_ON = "swept_on"
"""The meta key of the day of the last sweep."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Looking after one home."""

    _parts: Parts
    _clock: Callable[[], datetime]
    refresh: Callable[[], list[Problem]]
    """Sees first what changed in the home; returns the mistakes in its memory files."""
    _bring_back: Callable[[], object]
    """Gives the incidents that were lived here their entries back, where those are missing."""

    def problems(self) -> list[Problem]:
        """Every mistake that stands in memory files and ingested files now."""
        self.refresh()
        read = (problem for record in self._parts.catalogue.records() for problem in record.problems)
        parts = self._parts
        told = [*parts.configuration.problems(), *parts.watch.problems(), *parts.own.problems()]
        return [*read, *self._parts.healthy.problems(everywhere=True), *told]

    def overview(self) -> Overview:
        """How the home is, from what is counted already: nothing is gathered, embedded or checked for it."""
        mistakes, parts, now = self.refresh(), self._parts, self._clock()
        files, last = parts.catalogue.documents()
        return Overview(
            home=str(parts.home.root),
            entries=parts.entries.counts(),
            last_ingest=last,
            files=files,
            proposals=int(parts.db.value("SELECT count(*) FROM proposals WHERE state = 'open'")),
            quarantined=len(parts.entries.in_quarantine()),
            unembedded=parts.embeddings.pending(),
            without_outcome=parts.ledger.without_outcome(now - RECENT),
            mistakes=tuple(map(str, mistakes)),
        )

    @property
    def deeds(self) -> Deeds:
        """Who did what, newest first."""
        from kb.store.upkeep.deeds import Deeds

        return Deeds(self._parts.db)

    def doctor(self) -> tuple[list[str], VectorReport]:
        """What is wrong with the home, in words, and the state of the vectors.  Changes nothing.

        A setting that cannot be read is wrong, too; room that nothing uses is noted.
        """
        from kb.index.vector_check import check_vectors

        self.refresh()
        parts = self._parts
        vectors = check_vectors(parts.vectors, parts.db, parts.embeddings)
        vectors.problems += parts.lexical.problems()
        lost = parts.db.unnamed() or parts.vectors.lost_database()
        wrong = [*parts.db.check_integrity(), *filter(None, [lost])]
        size, free = parts.db.size()
        if free > max(_MUCH_ROOM, size / 4):
            vectors.notes.append(
                f"{free / 1e6:.0f} MB of state/kb.db hold nothing: kb uses them again, kb sweep gives them back"
            )
        try:
            parts.configuration.keep_days()
        except InvalidInput as error:
            wrong.append(str(error))
        return [*wrong, *self._failed_deliveries(), *self._untold(), *self._secrets_left()], vectors

    def repair(self, *, rebuild: bool = False, embed_again: bool = False) -> None:
        """Embed what waits and publish it; deliveries of webhooks that failed are tried again by the next server.

        With `rebuild`, derive what outcomes taught from the ledger, and make the vector index from the cache.  With
        `embed_again`, make the vectors themselves anew, in the precision that a new home would get on this processor.
        """
        self.refresh()
        parts = self._parts
        if rows := DeliveryTable(parts.db).failures():
            DeliveryTable(parts.db).try_again([number for number, *_ in rows], self._clock())
        if embed_again:
            parts.embeddings.renew()
        parts.embeddings.encoder.prepare()
        parts.vectors.save_lost()
        if rebuild:
            parts.outcomes.teaching.rebuild()
        parts.trust.add_up()
        parts.embeddings.embed_pending()
        if parts.vectors.absorb(force=rebuild or embed_again):
            self._give_back()

    def _give_back(self) -> None:
        """Let the database shrink where a quarter of it or more is free; where it cannot, it shrinks another time."""
        size, free = self._parts.db.size()
        if 4 * free >= size:
            self._parts.db.compact()

    def prepare_model(self) -> None:
        """Export the embedding model of this home, if it is not there yet (some seconds).  Raises StoreBroken."""
        self._parts.embeddings.encoder.prepare()

    def begin_model(self) -> None:
        """Begin to export the embedding model elsewhere, while this process does something else."""
        self._parts.embeddings.encoder.prepare_later()

    def model_ready(self) -> bool:
        """Whether the embedding model was exported already; if not, ingest does it (some seconds)."""
        return self._parts.embeddings.encoder.ready()

    def backup(self, file: str | Path = "") -> tuple[Path, int]:
        """Copy the ledger (lookups, outcomes, incidents, moves, …) to a file, else to `state/backups/`.

        Returns the file and how many rows it has.  Raises HomeNotWritable.
        """
        day = self._clock().date().isoformat()
        copy = Path(file) if file else self._parts.backups.folder / f"ledger-{day}.db"
        return copy, self._parts.backups.write(copy)

    def restore(self, file: str | Path) -> dict[str, int]:
        """Put a copy of the ledger into this home, which must have no history of its own.  Returns rows by table.

        What outcomes taught, and the incidents that were opened live, follow from it.  Raises InvalidInput.
        """
        from kb.starter import unwritten

        self.refresh()
        found = self._parts.backups.restore(Path(file), unwritten())
        self._settle()
        return found

    def move_in(self, source: Upkeep) -> Migration:
        """Let this home, which has nothing of its own, have the ledger and the memory of another one.

        All of it arrives or nothing; done again, what arrived is found there.  While it lasts nobody else writes into
        the source.  Raises Refused where this one has anything else, HomeNotWritable, StoreBroken.
        """
        from kb.memory.exchange import common_of
        from kb.starter import unwritten
        from kb.store.upkeep.relocation import Relocation

        source.refresh()
        mine, theirs = self._parts, source._parts
        free = {*unwritten(), *common_of(mine.home.root).values()}
        content, there = Relocation(mine.db, mine.texts, free).move(theirs.db, theirs.texts)
        mine.own.note_known()
        mine.vectors.note_moved_in()
        with suppress(OSError):
            mine.db.note_where()
        self._settle()
        return Migration(rows=content.rows, memory=tuple(sorted(content.memory)), was_there=there)

    def _settle(self) -> None:
        """What follows from a ledger that was put in."""
        from kb.store.upkeep.secrets import OldSecrets

        if self._parts.shared:
            self._parts.shared.look_again()
        self.refresh()
        old = OldSecrets(self._parts.db, self._parts.entries)
        if old.find():  # rows of a copy pass no door
            old.rewrite()
        self._parts.outcomes.teaching.rebuild()
        self._parts.trust.add_up()
        self._bring_back()

    def sweep(self, days: int | None = None, *, dry_run: bool = False) -> SweepReport:
        """Sweep lookups and retired entries that are older than `days` days (400) and that nobody needs.

        Counts by week and titles stay, so reviews of any time say what they said.  A copy of the ledger is made
        before, if there is none of the day; the file shrinks afterwards.  With `dry_run` nothing changes.  Raises
        InvalidInput for fewer days than proposals look back, HomeNotWritable.
        """
        from kb.store.upkeep.sweep import Sweep

        self.refresh()
        sweep, now = Sweep(self._parts.db), self._clock()
        plan = sweep.plan(
            checked_days(days) if days else self._parts.configuration.keep_days() or KEPT_DAYS, now
        )
        if dry_run:
            return plan
        self.keep_copy(now)
        sweep.run(plan.days, now)
        self._parts.db.set_meta(_SWEPT_ON, now.date())
        note = self._parts.db.compact()
        return replace(plan, dry_run=False, bytes_after=self._parts.db.size()[0], note=note)

    def redact(self, *, dry_run: bool = False) -> RedactReport:
        """Take secrets out of rows that were stored before redaction knew their form, and out of the daily copies.

        The whole database is copied first, beside the daily copies.  Ids, places and counts stay.  With `dry_run`
        nothing changes.  Memory files are their owners': their lines are told.  Raises HomeNotWritable.
        """
        from kb.store.upkeep.backups import whole_copy
        from kb.store.upkeep.secrets import OldSecrets, lines_with_secrets, rewrite_copy

        self.refresh()
        parts, now = self._parts, self._clock()
        old, copies = OldSecrets(parts.db, parts.entries), parts.backups
        found, kinds, places = old.find(), Counter[str](), Counter[str]()
        for (place, kind), count in found.items():
            kinds[kind] += count
            places[place] += count
        in_copies = {
            copy.name: count for copy in copies.daily_ones() if (count := rewrite_copy(copy, dry_run=True))
        }
        report = RedactReport(
            dry_run=True,
            kinds=dict(kinds),
            places={**places, **in_copies},
            in_your_files=tuple(lines_with_secrets(self._parts.texts)),
        )
        if dry_run or not (found or in_copies):
            return report
        moment = now.isoformat(timespec="seconds").replace(":", "")
        backup = whole_copy(parts.db, copies.folder / f"before-redact-{moment}.db")
        if found and old.rewrite():
            parts.db.path.with_name(f"{parts.db.path.name}.signatures").unlink(missing_ok=True)
            parts.vectors.absorb(force=True)
        for copy in copies.daily_ones():
            rewrite_copy(copy)
        note = parts.db.compact()
        return replace(report, dry_run=False, backup=str(backup), note=note)

    def look_after(self) -> None:
        """Copy the ledger and sweep, each once a day, the sweep only when nobody asks; what fails is tried again.

        Outcomes of entries that nobody asked for are added up.  The room that swept rows took is used again;
        `kb sweep` gives it back to the disk.
        """
        now = self._clock()
        self.keep_copy(now)
        with suppress(HomeBusy, HomeNotWritable, InvalidInput):
            self._parts.trust.add_up()
            if (days := self._parts.configuration.keep_days()) and self._is_quiet(now):
                from kb.store.upkeep.sweep import Sweep

                Sweep(self._parts.db).run(days, now)
                self._parts.db.set_meta(_SWEPT_ON, now.date())

    def keep_copy(self, now: datetime) -> None:
        """Copy the ledger, once a day; a copy that fails must not fail what was recorded."""
        with suppress(HomeNotWritable):
            self._parts.backups.daily(now.date())

    def _is_quiet(self, now: datetime) -> bool:
        """Whether the sweep of the day is still to do, and nobody asked or noted anything lately."""
        db = self._parts.db
        if db.read_only or date.fromisoformat(db.meta(_SWEPT_ON, "0001-01-01")) >= now.date():
            return False
        return not self._parts.ledger.anything_since(now - QUIET)

    def _failed_deliveries(self) -> list[str]:
        """What is said of webhooks' deliveries that could not be worked on."""
        if not (rows := DeliveryTable(self._parts.db).failures()):
            return []
        _, at, hook, why = rows[0]
        return [
            f"{len(rows)} deliveries of webhooks could not be worked on, the last one of {hook} at {at[:19]}Z: {why}; "
            "kb serve tries them again after: kb doctor --repair"
        ]

    def _untold(self) -> list[str]:
        """What is said of messages that could not be delivered."""
        count, last = NoticeJournal(self._parts.db).untold()
        if last is None:
            return []
        return [
            f"{count} messages could not be delivered, the last one to {last.target}: {last.reason}; "
            "see: kb notify list --state failed"
        ]

    def _secrets_left(self) -> list[str]:
        """What is said of secrets in rows, in copies and in memory files; nothing where there are none."""
        report = self.redact(dry_run=True)
        wrong = []
        if report.places:
            places = ", ".join(f"{count} in {place}" for place, count in sorted(report.places.items()))
            wrong.append(
                f"secrets stand in what was stored before kb knew their form ({places}); kb redact --dry-run counts "
                "them by kind, kb redact takes them out"
            )
        if report.in_your_files:
            shown = ", ".join(report.in_your_files[:5])
            wrong.append(f"memory files hold secrets: {shown}; take them out, and out of the history of git")
        return wrong
