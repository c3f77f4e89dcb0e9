"""`OpenHome`: one home, open: its parts, its clock, who writes, and whether all is well with it.

Heavy parts (SQLite's tools, numpy, models) are loaded by the first call that needs them.

`Asking`: the questions to a home, and the incidents that they are asked in.

Every call first sees what changed in the home since the last one (`memory_sync`), whoever changed it.

`Keeping`: what keeps a home whole and small: copies of its ledger, and rows swept that nobody needs.

`Learning`: what a home takes in, what it learns, and what came of its advice.

`KnowledgeBase`: the public face.  It composes the parts and computes nothing itself.

What it is asked stands in `kb.base`, what it learns in `kb.base`, how it is kept in `kb.base`, how a home
is opened in `kb.base`; here it looks back.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kb.errors import EntryNotFound, HomeBusy, HomeNotWritable, InvalidInput, Problem
from kb.home import Home, find_home
from kb.model.receipts import RedactReport, SweepReport

if TYPE_CHECKING:
    from kb.changes.changes import Changes
    from kb.incidents.incidents import Incidents
    from kb.index.encoder import Encoder
    from kb.index.vector_check import VectorReport
    from kb.ingesting import Progress
    from kb.learning.healthy import HealthySamples
    from kb.learning.lesson import Details, Lesson
    from kb.lookup.lookup import OnSighting
    from kb.memory.files import Memory
    from kb.model import Entry
    from kb.model.brief import Brief
    from kb.model.healthy import Rehearsal
    from kb.model.ledger import Answer, Event, SearchHits, Trust
    from kb.model.receipts import Learned, Receipt
    from kb.model.status import Move
    from kb.proposals.proposals import Proposals
    from kb.prose.narrative import Narrative
    from kb.review.review import Review
    from kb.review.summary import WeeklySummary
    from kb.store.entries import Place
    from kb.triage.triage import Request
    from kb.wiring import Parts

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock that is used when none is given."""
    return datetime.now(UTC)


class OpenHome:
    """What every use of a home rests on; `KnowledgeBase` is what it is used for."""

    def __init__(
        self,
        home: Home,
        *,
        clock: Clock = utc_now,
        encoder: Encoder | None = None,
        exact_below: int = 0,
        large_from: int | None = None,
        actor: str | Callable[[], str] = "",
        seconds: float = math.inf,
        under_way: set[str] | None = None,
    ) -> None:
        """`exact_below`: vector sets smaller than this are searched without Chroma (see `index.vectors`);
        `large_from`: how many chunks make a home a large one (see `index.publisher`).

        `actor` is who writes, or what tells who writes now, where one process serves many.
        `seconds`: how long a question may read in its text before it is answered with what was read.
        `under_way`: the memory files that a connection of this process is writing (`beside` hands it on).
        """
        self.home = home
        self._clock, self._encoder, self._given_actor = clock, encoder, actor
        self._exact_below, self._large_from, self._seconds = exact_below, large_from, seconds
        self._under_way = set[str]() if under_way is None else under_way
        self._beside: list[Self] = []

    @property
    def _actor(self) -> str:
        return self._given_actor if isinstance(self._given_actor, str) else self._given_actor()

    @classmethod
    def open(cls, home: str | Path | None = None, **options: Any) -> Self:
        """Open a home: the one given, else `KB_HOME`, else the nearest.  Raises HomeNotFound."""
        return cls(find_home(home), **options)

    def beside(self) -> Self:
        """Another connection to the same home, for another thread; same clock, model and actor, closed with this."""
        other = type(self)(
            self.home,
            clock=self._clock,
            encoder=self._parts.embeddings.encoder,
            exact_below=self._exact_below,
            large_from=self._large_from,
            actor=self._given_actor,
            seconds=self._seconds,
            under_way=self._under_way,
        )
        self._beside.append(other)
        return other

    @cached_property
    def _parts(self) -> Parts:
        from kb.wiring import Parts

        return Parts.of(
            self.home, self._encoder, self._exact_below, self._large_from, self._seconds, self._under_way
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; a second call does nothing."""
        while self._beside:
            self._beside.pop().close()
        if "_parts" in self.__dict__:
            self._parts.close()
            del self.__dict__["_parts"]
            self.__dict__.pop("incidents", None)

    def refresh(self) -> list[Problem]:
        """See what changed in the memory files; returns the mistakes that stand in them now.

        What cannot be taken in (a full disk, a read-only home) is one of these, not an error: what
        was taken in before still answers.
        """
        return self._parts.refresh(self._clock())

    def problems(self) -> list[Problem]:
        """Every mistake that stands in memory files and ingested files now."""
        self.refresh()
        read = (problem for record in self._parts.catalogue.records() for problem in record.problems)
        return [*read, *self._parts.healthy.problems(everywhere=True), *self._parts.watch.problems()]

    def counts(self) -> dict[str, int]:
        """Entries on offer, by kind."""
        self.refresh()
        return self._parts.entries.counts()

    def places(self) -> Iterator[Place]:
        """The names that everything on offer goes by: id, title, path; copies in other files as well."""
        self.refresh()
        return self._parts.entries.places()

    @property
    def model(self) -> str:
        """The embedding model's name."""
        return self._parts.embeddings.encoder.name

    def check(self) -> tuple[list[str], VectorReport]:
        """What is wrong with the database, in words, and the state of the vectors.  Changes nothing."""
        self.refresh()
        return self._parts.check()

    def repair(self, *, rebuild: bool = False, embed_again: bool = False) -> None:
        """Embed what waits and publish it.

        With `rebuild`, derive what outcomes taught from the ledger, and make the vector index from the cache.  With
        `embed_again`, make the vectors themselves anew, in the precision that a new home would get on this processor.
        """
        self.refresh()
        self._parts.repair(rebuild=rebuild, embed_again=embed_again)

    def prepare_model(self) -> None:
        """Export the embedding model of this home, if it is not there yet (half a minute).  Raises StoreBroken."""
        self._parts.embeddings.encoder.prepare()

    def model_ready(self) -> bool:
        """Whether the embedding model was exported already; if not, ingest does it (half a minute)."""
        return self._parts.embeddings.encoder.ready()


class Asking(OpenHome):
    """What is asked at the start of an incident and after it."""

    def check_known_issues(
        self,
        error_text: str | Iterable[str] = "",
        tool_name: str = "",
        service: str = "",
        environment: str = "",
        limit: int = 5,
        *,
        deep: bool = False,
        incident_id: str = "",
        on_sighting: OnSighting | None = None,
        record: bool = True,
    ) -> Answer:
        """Have we seen this before?  `error_text` is a line, a trace, an alert, or a log as lines.

        `deep` asks all tiers even when a cheap one has settled the question.  The lookup is recorded
        in the ledger with its incident, by default the one that is being worked on; its `lookup_id`
        is what `record_outcome` takes.  `on_sighting` is told of entries as soon as their signature is
        seen, block by block, before the text has ended.  With `record=False` (an evaluation) the ledger
        does not hear of it, and there is no `lookup_id`.  Raises NothingAsked for an empty text, and
        records nothing.
        """
        from kb.lookup.lookup import answer

        started, now = time.perf_counter(), self._clock()
        with self._parts.db.at_once():
            problems = self.refresh()
            finding = self._parts.lookup.find(
                error_text,
                tool=tool_name,
                service=service,
                environment=environment,
                limit=max(1, limit),
                deep=deep,
                now=now,
                on_sighting=on_sighting,
            )
            took_ms = round((time.perf_counter() - started) * 1000, 2)
            ledger = self._parts.ledger if record else None
            return answer(
                finding,
                ledger,
                problems,
                took_ms=took_ms,
                now=now,
                actor=self._actor,
                incident=self._incident(incident_id) if record else None,
            )

    def _incident(self, given: str = "") -> str | None:
        """The incident given, else the one that is being worked on; None when there is none."""
        if given.strip():
            return given.strip()
        if not self._parts.ledger.open_subjects(1):
            return None  # answered without loading what incidents are made of
        return self.incidents.attached()

    def triage(
        self,
        alert: object,
        service: str = "",
        environment: str = "",
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The first minute of an incident on one page of at most `budget` tokens.

        `alert` is a text, Alertmanager's JSON (as text or as data), or a log.  What is given explicitly
        wins over what the alert says.  Raises InvalidInput for an empty alert or a bad budget.
        """
        from kb.triage.triage import Request

        request = Request(
            alert=alert,
            service=service,
            environment=environment,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )
        with self._parts.db.at_once():
            problems = self.refresh()
            return self._parts.triage(self.incidents, self._actor).brief(
                request, problems=problems, now=self._clock()
            )

    def investigate_alert(
        self,
        alert: object,
        evidence: object = None,
        service: str = "",
        environment: str = "",
        *,
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The brief for an alert and what tools said of it (a text, a list, or a mapping of tool to output).

        Updates `state/environments.yaml` and logs the findings.  Calls no cluster.
        """
        from kb.triage.triage import Request

        request = Request(alert=alert, service=service, environment=environment, evidence=evidence)
        return self._investigate(request, severity, budget, incident_id)

    def debug_prod(
        self,
        service: str = "",
        namespace: str = "",
        symptoms: object = None,
        evidence: object = None,
        environment: str = "",
        *,
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The same for a service that misbehaves without an alert; the namespace may tell the environment."""
        from kb.triage.triage import debugging

        request = debugging(service, namespace, environment, symptoms, evidence)
        return self._investigate(request, severity, budget, incident_id)

    def _investigate(self, request: Request, severity: str, budget: int, incident_id: str) -> Brief:
        from kb.triage.triage import investigate, with_options

        request, problems = with_options(request, severity, budget, incident_id), self.refresh()
        triage = self._parts.triage(self.incidents, self._actor)
        return investigate(triage, request, self.session_log, problems=problems, now=self._clock())

    def search(
        self,
        query: str,
        kinds: Sequence[str] = (),
        service: str = "",
        since: date | None = None,
        limit: int = 10,
    ) -> SearchHits:
        """Past incidents, runbooks and fixes for an engineer's words, best first.  Not recorded."""
        with self._parts.db.at_once():
            self.refresh()
            return self._parts.search(query, kinds=kinds, service=service, since=since, limit=limit)

    def get(self, entry_id: str) -> Entry:
        """The entry with this id, whatever its status.  Raises EntryNotFound."""
        self.refresh()
        entry = self._parts.entries.get(entry_id)
        if entry is None:
            raise EntryNotFound(f"there is no entry {entry_id!r}; ids come from: kb check, kb search")
        return entry

    def trust_of(self, entry: Entry) -> Trust:
        """The entry's trust now, with the record that it rests on."""
        return self._parts.trust.of([entry], self._clock())[entry.id]

    @cached_property
    def incidents(self) -> Incidents:
        """The incidents as they are lived: `open`, `log`, `mitigate`, `resolve`, `verify` and the rest."""
        return self._parts.incidents(self._clock, lambda: self._actor)

    def session_log(self, action: str, details: str = "") -> Event:
        """Write down what was just done, with the incident that is open, if one is.

        Raises InvalidInput when `action` is empty.
        """
        return self.incidents.note(action, details)


KEEP_DAYS = "KB_KEEP_DAYS"
"""The environment variable that says after how many days old rows are swept; `off` where only `kb sweep` does it."""
QUIET = timedelta(minutes=15)
"""How long nothing was asked or noted for a moment to be a quiet one."""
_MUCH_ROOM = 16e6
_SWEPT_ON = "swept_on"
"""The meta key of the day of the last sweep."""


class Keeping(Asking):
    """Looking after a home."""

    def backup(self, file: str | Path = "") -> tuple[Path, int]:
        """Copy the ledger (lookups, outcomes, incidents, moves, …) to a file, else to `state/backups/`.

        Returns the file and how many rows it has.  Raises HomeNotWritable.
        """
        from kb.store.upkeep.backups import write_copy

        day = self._clock().date().isoformat()
        copy = Path(file) if file else self._parts.backups.folder / f"ledger-{day}.db"
        return copy, write_copy(self.home.database, copy)

    def restore(self, file: str | Path) -> dict[str, int]:
        """Put a copy of the ledger into this home, which must have no history of its own.  Returns rows by table.

        What outcomes taught, and the incidents that were opened live, follow from it.  Raises InvalidInput.
        """
        self.refresh()
        from kb.store.upkeep.secrets import OldSecrets

        found = self._parts.backups.restore(Path(file))
        old = OldSecrets(self._parts.db, self._parts.entries)
        if old.find():  # rows of a copy pass no door
            old.rewrite()
        self._parts.outcomes.teaching.rebuild()
        self.incidents.bring_back()
        return found

    def sweep(self, days: int | None = None, *, dry_run: bool = False) -> SweepReport:
        """Sweep lookups and retired entries that are older than `days` days (400) and that nobody needs.

        Counts by week and titles stay, so reviews of any time say what they said.  A copy of the ledger is made
        before, if there is none of the day; the file shrinks afterwards.  With `dry_run` nothing changes.  Raises
        InvalidInput for fewer days than proposals look back, HomeNotWritable.
        """
        from kb.store.upkeep.sweep import Sweep

        self.refresh()
        sweep, now = Sweep(self._parts.db), self._clock()
        plan = sweep.plan(_checked(days if days is not None else keep_days() or 0), now)
        if dry_run:
            return plan
        self._keep_copy(now)
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
            in_your_files=tuple(lines_with_secrets(self.home)),
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

        The room that swept rows took is used again; `kb sweep` gives it back to the disk.
        """
        now = self._clock()
        self._keep_copy(now)
        with suppress(HomeBusy, HomeNotWritable, InvalidInput):
            if (days := keep_days()) and self._is_quiet(now):
                from kb.store.upkeep.sweep import Sweep

                Sweep(self._parts.db).run(days, now)
                self._parts.db.set_meta(_SWEPT_ON, now.date())

    def _keep_copy(self, now: datetime) -> None:
        """Copy the ledger, once a day; a copy that fails must not fail what was recorded."""
        with suppress(HomeNotWritable):
            self._parts.backups.daily(now.date())

    def _is_quiet(self, now: datetime) -> bool:
        """Whether the sweep of the day is still to do, and nobody asked or noted anything lately."""
        db = self._parts.db
        if db.read_only or date.fromisoformat(db.meta(_SWEPT_ON, "0001-01-01")) >= now.date():
            return False
        return not self._parts.ledger.anything_since(now - QUIET)

    def check(self) -> tuple[list[str], VectorReport]:
        """See `OpenHome.check`; a setting that cannot be read is wrong, too, and room that nothing uses is noted."""
        wrong, vectors = super().check()
        size, free = self._parts.db.size()
        if free > max(_MUCH_ROOM, size / 4):
            vectors.notes.append(
                f"{free / 1e6:.0f} MB of state/kb.db hold nothing: kb uses them again, kb sweep gives them back"
            )
        try:
            keep_days()
        except InvalidInput as error:
            wrong.append(str(error))
        return [*wrong, *self._secrets_left()], vectors

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


def keep_days() -> int | None:
    """After how many days old rows are swept; None where that is turned off.  Raises InvalidInput."""
    from kb.store.upkeep.sweep import KEPT_DAYS

    given = os.environ.get(KEEP_DAYS, "").strip()
    if given.casefold() == "off":
        return None
    if given and not given.isdecimal():
        raise InvalidInput(
            f"{KEEP_DAYS}={given!r} is no number of days; give one, such as {KEPT_DAYS}, or off"
        )
    return _checked(int(given)) if given else KEPT_DAYS


def _checked(days: int) -> int:
    from kb.store.upkeep.sweep import KEPT_DAYS, LEAST_DAYS

    if days == 0:  # turned off, and asked for by hand
        return KEPT_DAYS
    if days < LEAST_DAYS:
        raise InvalidInput(
            f"{days} days are too few: proposals are drafted from the lookups of half a year; give {LEAST_DAYS} or more"
        )
    return days


class Learning(Keeping):
    """Documents in, lessons in, outcomes in; and the decisions that follow from them."""

    def ingest(self, *paths: str | Path, progress: Progress | None = None, extract: bool = False) -> Receipt:
        """Take in files and folders; every file is in the receipt.  Running it twice changes nothing.

        With `extract`, texts that the parsers could not read far enough are sent, without secrets, to the
        model of `ANTHROPIC_API_KEY`; what it marks is checked against the text and stays unverified.
        """
        receipt = self._parts.ingest(paths, now=self._clock(), progress=progress, extract=extract)
        if any(file.retired for file in receipt.files):
            self.incidents.bring_back()
        self.look_after()
        return receipt

    def learn_pattern(
        self,
        pattern: str,
        meaning: str = "",
        fix: str = "",
        commands: str | Iterable[str] | None = None,
        category: str = "",
        **details: Any,
    ) -> Learned:
        """Keep an error pattern; it is found at once, by every process.

        Optional details: `check` (what separates it from look-alikes), `warning`, `services`,
        `environments`, `tools`, `versions`, `must_match`, `must_not_match`, `regex`, `expires`,
        `author`.  Raises InvalidInput with what is wrong; learning the same again writes nothing.
        """
        from kb.learning.lesson import listed, pattern_lesson

        lesson = pattern_lesson(
            pattern, meaning, fix, listed(commands), category, self._details(details), self._clock()
        )
        return self._learn(lesson)

    def learn_tool_fix(
        self,
        tool_name: str,
        error_pattern: str,
        root_cause: str = "",
        fix_description: str = "",
        commands: str | Iterable[str] | None = None,
        **details: Any,
    ) -> Learned:
        """Keep what makes a tool fail and what helps; details as for `learn_pattern`."""
        from kb.learning.lesson import listed, tool_fix_lesson

        texts = tool_name, error_pattern, root_cause, fix_description
        return self._learn(tool_fix_lesson(*texts, listed(commands), self._details(details), self._clock()))

    def _details(self, given: dict[str, Any]) -> Details:
        from kb.learning.lesson import details

        return details({"author": self._actor or None, **given})

    def _learn(self, lesson: Lesson) -> Learned:
        return self._parts.lessons.keep(lesson, self._clock())

    def record_outcome(
        self,
        entry_id: str,
        result: str,
        lookup_id: str | None = None,
        verified_by: str | None = None,
        note: str = "",
        incident_id: str = "",
    ) -> Trust:
        """What came of applying an entry: `applied`, `resolved`, `failed`, `not_applied`, `made_worse`, `recurred`.

        Only the entry that was applied is credited.  Incident and service are taken from the lookup
        where they are not given; without a lookup, the incident is the one that is being worked on.
        `recurred` says of its last success that it did not last.  Returns the trust afterwards.
        Raises EntryNotFound, or InvalidInput for an unknown result or lookup.
        """
        entry, now = self.get(entry_id), self._clock()
        self._parts.outcomes.record(
            entry,
            result,
            lookup_id=lookup_id,
            verified_by=verified_by,
            note=note,
            now=now,
            actor=self._actor,
            incident_id=incident_id.strip() if incident_id or lookup_id else self._incident(),
        )
        self._parts.moves.finish(now)
        self._keep_copy(now)
        return self.trust_of(entry)

    def set_status(self, entry_id: str, status: str, reason: str, by: str = "") -> Move:
        """Give an entry another status, as a person: `active` (you reviewed it), `candidate`, `quarantined`, `retired`.

        It is written into the memory file that holds the entry; of an entry from a document the
        move holds while the document says what it says now.  Raises EntryNotFound or InvalidInput.
        """
        from kb.model import Status
        from kb.model.status import BY_HAND, REVIEWED

        if status not in list(Status):
            raise InvalidInput(f"status {status!r} is none of: {', '.join(Status)}")
        rule = REVIEWED if status == Status.ACTIVE else BY_HAND
        entry, now = self.get(entry_id), self._clock()
        return self._parts.moves.move(
            entry.id, Status(status), rule=rule, reason=reason, actor=by or self._actor, now=now
        )

    def undo_move(self, entry_id: str, reason: str = "", by: str = "") -> Move:
        """Take back the last move of an entry's status.  Raises EntryNotFound, or InvalidInput when there is none."""
        entry = self.get(entry_id)
        return self._parts.moves.undo(entry.id, reason=reason, actor=by or self._actor, now=self._clock())

    def retire_expired(self) -> list[Move]:
        """Retire the entries that expired more than a month ago; returns how they moved."""
        self.refresh()
        return self._parts.outcomes.retire_expired(self._clock())

    def moves_of(self, entry_id: str) -> list[Move]:
        """The moves of an entry's status, oldest first.  Raises EntryNotFound."""
        return self._parts.moves.history(self.get(entry_id).id)

    def memory_append(self, key: str, list_path: str, item: object) -> None:
        """Append an item (data, or a text in JSON or YAML form) to a list of a memory file."""
        name = key.removesuffix(".yaml")
        with self._parts.sync.writing(name):
            last = self._parts.sync.last_piece(name, list_path)
            before = self.memory.append(key, list_path, item, last=last)
            self._parts.sync.take_in(f"{key}.yaml", self._clock(), before)

    def memory_update(self, key: str, path: str, value: object) -> None:
        """Set the value at a dotted path of a memory file."""
        with self._parts.sync.writing(key.removesuffix(".yaml")):
            self.memory.update(key, path, value)
            self._parts.sync.take_in(f"{key}.yaml", self._clock())

    @property
    def memory(self) -> Memory:
        """The memory files: `read`, `append`, `update`, `query`."""
        return self._parts.memory

    @property
    def changes(self) -> Changes:
        """Changes to production: `record`, `between`, `rollback_target`, `expired_drift`, …"""
        from kb.changes.changes import Changes

        return Changes(self._parts.changes, self._clock, self._actor)

    @property
    def healthy(self) -> HealthySamples:
        """Logs that are known to be fine: `add`, `lines`, `sources`, `remove`, `check`."""
        from kb.learning.healthy import HealthySamples

        return HealthySamples(self._parts.healthy, self._clock, self.refresh)

    def rehearse(
        self, entry_id: str, pattern: str, regex: bool | None = None, *, shown: int = 10
    ) -> Rehearsal:
        """The dry run of an edit: which past lookups the entry would gain and lose with this pattern.

        With an empty `entry_id`, of a pattern that is not learned yet.  Writes nothing.  `shown` is how many
        lookups of each sort come back.  Raises EntryNotFound, or InvalidInput for a pattern that cannot be used.
        """
        from kb.learning.rehearsal import rehearse

        self.refresh()
        entry = self.get(entry_id) if entry_id else None
        return rehearse(entry, pattern, regex, self._parts.past, self._parts.healthy, shown)

    def proposals(self, now: datetime | None = None) -> Proposals:
        """What the record suggests to add, merge, retire or run again: `list`, `get`, `accept`, `reject`."""
        self.refresh()
        return self._parts.proposals(now or self._clock(), self._actor)


class KnowledgeBase(Learning):
    """One home, open.  Use it as a context manager: `with KnowledgeBase.open(home) as kb:`."""

    def weekly_summary(self, days: float = 7, now: datetime | None = None) -> WeeklySummary:
        """What the ledger says about the `days` before `now`; rows of `now` and later are not counted.

        Data only, nothing is written; `publish_review` feeds the watch list.
        """
        self.refresh()
        return self._parts.reviewing().summary(days, now or self._clock())

    def publish_review(
        self, days: float | None = None, *, since_last: bool = False, watch: bool = True
    ) -> Review:
        """The review of the `days` (7) that end now, and what triage should look out for next.

        Writes `state/watch.yaml`, unless `watch` is false.  With `since_last` the window begins where
        the last such review ended.  Expired entries are retired and proposals gathered first, so that both
        are told.  What cannot be written is told in the review, not raised.
        """
        self.refresh()
        with suppress(HomeNotWritable):  # the review, which cannot be written either, says so
            self.retire_expired()
        self.proposals().waiting()
        review = self._parts.reviewing(self._actor).published(
            days, self._clock(), since_last=since_last, watch=watch
        )
        self.look_after()
        return review

    def review_notes(self, summary: WeeklySummary) -> list[str]:
        """What a summary of the past cannot count, in words: incidents that came into the home only later."""
        return self._parts.reviewing().notes(summary)

    def weekly_narrative(self, summary: WeeklySummary) -> Narrative:
        """Prose around the numbers of a summary, by the model of `ANTHROPIC_API_KEY`, checked.

        Never raises for what the model or its API does: `missing` says why there is no prose.
        """
        from kb.prose.client import Client
        from kb.prose.narrative import narrate
        from kb.review.facts import facts_of

        return narrate(facts_of(summary), Client.from_environ())
