"""`KnowledgeBase`: one home, open, and what can be asked of it.

The daily calls are methods: `check_known_issues`, `search`, `get`, `learn_pattern`, `learn_tool_fix`, `record_outcome`,
`ingest`.  The rest is attributes, each an object of its own: `incidents`, `changes`, `healthy`, `memory`, `proposals`,
`triage`, `notices`, `reviews`, `upkeep`.  Every call first sees what changed in the home since the last one, whoever
changed it.  Heavy parts (SQLite's tools, numpy, models) are loaded by the first call that needs them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kb.errors import HomeNotWritable, Problem
from kb.former import former
from kb.home import Home, find_home
from kb.options import Options

if TYPE_CHECKING:
    from kb.changes.changes import Changes
    from kb.hooks.inbox import HookInbox
    from kb.incidents.incidents import Incidents
    from kb.index.encoder import Encoder
    from kb.ingesting import Progress
    from kb.learning.editing import Editing
    from kb.learning.healthy import HealthySamples
    from kb.learning.known import Known
    from kb.learning.lesson import Details
    from kb.learning.moves import MovesByHand
    from kb.lookup.lookup import OnSighting
    from kb.memory.files import Memory
    from kb.model import Entry
    from kb.model.ledger import Answer, Event, SearchHits, Trust
    from kb.model.receipts import Learned, Receipt
    from kb.notify.notifying import Notifying
    from kb.proposals.proposals import Proposals
    from kb.review.review import Reviewing
    from kb.store.ids.known_ids import KnownIds
    from kb.triage.triage import Triage
    from kb.upkeep import Upkeep
    from kb.wiring import Parts


class KnowledgeBase:
    """One home, open.  Use it as a context manager: `with KnowledgeBase.open(home) as kb:`."""

    def __init__(self, home: Home, options: Options | None = None, **more: Any) -> None:
        """Open nothing yet; `more` are fields of `Options`, such as `clock` and `actor`."""
        self.home = home
        self._options = options or Options(**more)
        self._clock = self._options.clock
        self._beside: list[Self] = []

    @classmethod
    def open(cls, home: str | Path | None = None, **options: Any) -> Self:
        """Open a home: the one given, else `KB_HOME`, else the nearest; `options` as above.  Raises HomeNotFound."""
        return cls(find_home(home), **options)

    def beside(self) -> Self:
        """Another connection to the same home, for another thread; same clock, model and actor, closed with this."""
        other = type(self)(self.home, replace(self._options, encoder=self.encoder))
        self._beside.append(other)
        return other

    @cached_property
    def encoder(self) -> Encoder:
        """What makes vectors, as it was when first asked for; connections beside this one share it."""
        return self._parts.embeddings.encoder

    @cached_property
    def _parts(self) -> Parts:
        from kb.wiring import Parts

        return Parts.of(self.home, self._options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; a second call does nothing."""
        while self._beside:
            self._beside.pop().close()
        if "_parts" in self.__dict__:
            self._parts.close()
            for made in ("_parts", "encoder", "incidents", "hooks", "upkeep"):
                self.__dict__.pop(made, None)

    def refresh(self) -> list[Problem]:
        """See what changed in the memory files; returns the mistakes that stand in them now.

        What cannot be taken in (full disk, read-only home) is one of these: what was taken in before still answers.
        """
        return self._parts.refresh(self._clock())

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A method by a name of an earlier version."""
            return former(self, name)

    def counts(self) -> dict[str, int]:
        """Offered entries, by kind."""
        self.refresh()
        return self._parts.entries.counts()

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

        `deep` asks all tiers even when a cheap one has settled it.  The lookup is recorded, unless `record=False`, with
        its incident, by default the one that is worked on; its `lookup_id` is what `record_outcome` takes.
        `on_sighting` is told of entries as soon as their signature is seen.  Raises NothingAsked for an empty text.
        """
        from kb.lookup.lookup import answer

        started, now = time.perf_counter(), self._clock()
        with self._parts.db.at_once():
            with self._parts.db.steady():
                problems = self.refresh()
                incident = self._incident(incident_id) if record else None
                scan = self._parts.lookup.scanning(on_sighting)
            finding = self._parts.lookup.find(
                error_text,
                tool=tool_name,
                service=self._parts.configuration.current().service_named(service),
                environment=environment,
                limit=max(1, limit),
                deep=deep,
                now=now,
                scan=scan,
            )
            took_ms = round((time.perf_counter() - started) * 1000, 2)
            return answer(
                finding,
                self._parts.ledger if record else None,
                problems,
                took_ms=took_ms,
                now=now,
                actor=self._options.writer,
                incident=incident,
                note=self.ids.strange(incident_id.strip()) if record else "",
            )

    def _incident(self, given: str = "") -> str | None:
        """The incident given, else the one that is being worked on; None when there is none."""
        if given.strip():
            return self.ids.referred(given.strip()) or None
        # what incidents are made of is loaded only where there is one
        return self.incidents.attached() if self._parts.ledger.open_subjects(1) else None

    def search(
        self,
        query: str,
        kinds: Sequence[str] = (),
        service: str = "",
        since: date | None = None,
        limit: int = 10,
        **further: Any,
    ) -> SearchHits:
        """What fits an engineer's words, best first, not recorded; `further`: `until`, `severities`, `statuses`."""
        from kb.lookup.search import search
        from kb.store.lexical_index import Filter

        parts, only = self._parts, Filter(kinds, service, since, **further)
        with parts.db.at_once():
            self.refresh()
            return search(query, parts.entries, parts.lookup.ranked, only, limit=limit)

    def get(self, entry_id: str) -> Entry:
        """The entry with this id, or a clear part of it, whatever its status.  Raises EntryNotFound or InvalidInput."""
        self.refresh()
        return self._parts.entries.named(entry_id)

    @property
    def known(self) -> Known:
        """What is known, looked through: `places`, `record` of one entry, `counts` of what a search passes."""
        from kb.learning.known import Known

        parts, source = self._parts, self._parts.configuration.current().links.source
        return Known(parts.entries, parts.ledger, parts.db, self, self._clock, source)

    @property
    def ids(self) -> KnownIds:
        """Ids by a part of them, and the shortest parts that stand for them."""
        return self._parts.ledger.ids

    def trust_of(self, entry: Entry) -> Trust:
        """The entry's trust now, with the record that it rests on."""
        return self._parts.trust.of([entry], self._clock())[entry.id]

    def ingest(self, *paths: str | Path, progress: Progress | None = None, extract: bool = False) -> Receipt:
        """Take in files and folders; every file is in the receipt.  Running it twice changes nothing.

        With `extract`, texts that the parsers could not read far enough are sent, without secrets, to the model of
        `ANTHROPIC_API_KEY`; what it marks is checked against the text and stays unverified.
        """
        now = self._clock()
        self._parts.embeddings.encoder.prepare()
        self.refresh()
        intake = self._parts.intake(self._options.writer, extract=extract)
        receipt = intake.run(paths, now=now, progress=progress)
        self._parts.healthy.recheck(now)
        receipt = replace(receipt, entries=self._parts.entries.counts())
        if any(file.retired for file in receipt.files):
            self.incidents.bring_back()
        self.upkeep.look_after()
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

        Optional details: `check` (what separates it from look-alikes), `warning`, `services`, `environments`, `tools`,
        `versions`, `must_match`, `must_not_match`, `regex`, `expires`, `author`.  Raises InvalidInput with what is
        wrong; learning the same again writes nothing.
        """
        from kb.learning.lesson import listed, pattern_lesson

        texts = pattern, meaning, fix, listed(commands), category
        lesson = pattern_lesson(*texts, self._details(details), self._clock())
        return self._parts.lessons.keep(lesson, self._clock())

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
        lesson = tool_fix_lesson(*texts, listed(commands), self._details(details), self._clock())
        return self._parts.lessons.keep(lesson, self._clock())

    def _details(self, given: dict[str, Any]) -> Details:
        from kb.learning.lesson import details

        return details({"author": self._options.writer or None, **given})

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

        Only the entry that was applied is credited.  Incident and service are taken from the lookup where they are
        not given; without a lookup, the incident is the one that is being worked on.  `recurred` says of its last
        success that it did not last.  Returns the trust afterwards.  Raises EntryNotFound or InvalidInput.
        """
        entry, now = self.get(entry_id), self._clock()
        named = self.ids.to_count_for(incident_id.strip())
        self._parts.outcomes.record(
            entry,
            result,
            lookup_id=lookup_id,
            verified_by=verified_by,
            note=note,
            now=now,
            actor=self._options.writer,
            incident_id=self._incident(named) if named or not lookup_id else None,
        )
        self._parts.moves.finish(now)
        self.upkeep.keep_copy(now)
        return self.trust_of(entry)

    @property
    def moves(self) -> MovesByHand:
        """The moves of entries from status to status: `set_status`, `undo`, `of`, `retire_expired`."""
        from kb.learning.moves import MovesByHand

        parts = self._parts.moves, self.get, self.refresh, self._parts.outcomes.retire_expired
        return MovesByHand(*parts, self._clock, self._options.writer)

    @property
    def editing(self) -> Editing:
        """Entries of memory files, edited: `source`, `edit`, `rehearse`; `note` for what nothing else records."""
        self.refresh()
        return self._parts.editing(self.get, self._clock, self._options.writer)

    def session_log(self, action: str, details: str = "") -> Event:
        """Write down what was done, with the incident that is open.  Raises InvalidInput for an empty `action`."""
        return self.incidents.note(action, details)

    @cached_property
    def incidents(self) -> Incidents:
        """The incidents as they are lived: `open`, `log`, `mitigate`, `resolve`, `verify` and the rest."""
        return self._parts.incidents(self._clock, lambda: self._options.writer)

    @property
    def changes(self) -> Changes:
        """Changes to production: `record`, `between`, `rollback_target`, `expired_drift`, …"""
        from kb.changes.changes import Changes

        return Changes(self._parts.changes, self._clock, self._options.writer)

    @property
    def healthy(self) -> HealthySamples:
        """Logs that are known to be fine: `add`, `lines`, `sources`, `remove`, `check`."""
        from kb.learning.healthy import HealthySamples

        return HealthySamples(self._parts.healthy, self._clock, self.refresh)

    @property
    def memory(self) -> Memory:
        """The memory files: `read`, `append`, `update`, `query`."""
        return self._parts.memory

    def memory_append(self, key: str, list_path: str, item: object) -> None:
        """Append an item (data, or a text in JSON or YAML form) to a list of a memory file."""
        self._parts.sync.append(self.memory, key, list_path, item, self._clock())

    def memory_update(self, key: str, path: str, value: object) -> None:
        """Set the value at a dotted path of a memory file."""
        self._parts.sync.update(self.memory, key, path, value, self._clock())

    @property
    def proposals(self) -> Proposals:
        """What the record suggests to add, merge, retire or run again, or at a moment: `list`, `accept`, `reject`."""
        self.refresh()
        return self._parts.proposals(self._clock(), self._options.writer)

    @property
    def triage(self) -> Triage:
        """The first minute of an incident: called with an alert it gives the brief; also `investigate_alert`."""
        parts, writer = self._parts, self._options.writer
        calls = {"clock": self._clock, "refresh": self.refresh, "log": self.session_log}
        return parts.triage(self.incidents, writer, at_once=parts.db.at_once, **calls)

    @property
    def notices(self) -> Notifying:
        """What people are told: `targets`, `recent`, `send`, `test`; `press` for their buttons; `run` tells them."""
        return self._parts.notifying(self.incidents, self.triage, self._clock)

    @cached_property
    def hooks(self) -> HookInbox:
        """What comes in by webhook: `accept` keeps it, `work` does what follows from it."""
        return self._parts.hooks(lambda: self.triage, self._clock, lambda: self._options.writer)

    @property
    def reviews(self) -> Reviewing:
        """What happened in a window: `summary`; `publish` feeds the watch list; `notes`, `narrative`."""
        return self._parts.reviewing(
            self._options.writer,
            clock=self._clock,
            refresh=self.refresh,
            before=self._before_a_review,
            after=self.upkeep.look_after,
        )

    def _before_a_review(self) -> None:
        """Retire what expired and gather proposals, so that the review tells of both."""
        with suppress(HomeNotWritable):  # the review, which cannot be written either, says so
            self._parts.outcomes.retire_expired(self._clock())
        self._parts.proposals(self._clock(), self._options.writer).waiting()

    @cached_property
    def upkeep(self) -> Upkeep:
        """Looking after the home: `doctor`, `repair`, `backup`, `restore`, `sweep`, `redact`."""
        from kb.upkeep import Upkeep

        return Upkeep(self._parts, self._clock, self.refresh, lambda: self.incidents.bring_back())
