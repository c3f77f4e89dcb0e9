"""`KnowledgeBase`: the public face.  It composes the parts and computes nothing itself.

Every call first sees what changed in the home since the last one (`memory_sync`), whoever changed it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import EntryNotFound, InvalidInput
from kb.opened import OpenHome
from kb.records import Entry, Status
from kb.records.brief import Brief
from kb.records.ledger import Answer, Event, SearchHit, Trust
from kb.records.moves import Move
from kb.records.receipts import Learned, Receipt

if TYPE_CHECKING:
    from kb.changes.changes import Changes
    from kb.incidents.incidents import Incidents
    from kb.intake import Progress
    from kb.loop.healthy_samples import HealthySamples
    from kb.loop.learning import Details, Lesson
    from kb.loop.weekly import WeeklySummary
    from kb.proposals.proposals import Proposals
    from kb.prose.narrative import Narrative
    from kb.records.healthy import Rehearsal
    from kb.storage.memory import Memory
    from kb.triage.triage import Request


class KnowledgeBase(OpenHome):
    """One home, open.  Use it as a context manager: `with KnowledgeBase.open(home) as kb:`."""

    # -- ask ---------------------------------------------------------------------------------

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
        record: bool = True,
    ) -> Answer:
        """Have we seen this before?  `error_text` is a line, a trace, an alert, or a log as lines.

        `deep` asks all tiers even when a cheap one has settled the question.  The lookup is recorded
        in the ledger with its incident, by default the one that is being worked on; its `lookup_id`
        is what `record_outcome` takes.  With `record=False` (an evaluation) the ledger does not hear of
        it, and there is no `lookup_id`.
        """
        from kb.lookup.answer import answer

        started, now = time.perf_counter(), self._clock()
        problems = self.refresh()
        finding = self._parts.lookup.find(
            error_text,
            tool=tool_name,
            service=service,
            environment=environment,
            limit=max(1, limit),
            deep=deep,
            now=now,
        )
        took_ms = round((time.perf_counter() - started) * 1000, 2)
        ledger = self._parts.ledger if record else None
        return answer(
            finding, ledger, problems, took_ms=took_ms, now=now, actor=self._actor,
            incident=self._incident(incident_id) if record else None,
        )  # fmt: skip

    def _incident(self, given: str = "") -> str | None:
        """The incident given, else the one that is being worked on; None when there is none."""
        if given.strip():
            return given.strip()
        if not self._parts.ledger.open_subjects():
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
            alert=alert, service=service, environment=environment, severity=severity, budget=budget,
            incident_id=incident_id,
        )  # fmt: skip
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
        from kb.triage.investigate import debugging

        request = debugging(service, namespace, environment, symptoms, evidence)
        return self._investigate(request, severity, budget, incident_id)

    def _investigate(self, request: Request, severity: str, budget: int, incident_id: str) -> Brief:
        from kb.triage.investigate import investigate, with_options

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
    ) -> list[SearchHit]:
        """Past incidents, runbooks and fixes for an engineer's words, best first.  Not recorded."""
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

    # -- take in and learn -------------------------------------------------------------------

    def ingest(self, *paths: str | Path, progress: Progress | None = None, extract: bool = False) -> Receipt:
        """Take in files and folders; every file is in the receipt.  Running it twice changes nothing.

        With `extract`, texts that the parsers could not read far enough are sent, without secrets, to the
        model of `ANTHROPIC_API_KEY`; what it marks is checked against the text and stays unverified.
        """
        receipt = self._parts.ingest(paths, now=self._clock(), progress=progress, extract=extract)
        if any(file.retired for file in receipt.files):
            self.incidents.bring_back()
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
        from kb.loop.learning import listed, pattern_lesson

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
        from kb.loop.learning import listed, tool_fix_lesson

        texts = tool_name, error_pattern, root_cause, fix_description
        return self._learn(tool_fix_lesson(*texts, listed(commands), self._details(details), self._clock()))

    def _details(self, given: dict[str, Any]) -> Details:
        from kb.loop.learning import details

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
            entry, result, lookup_id=lookup_id, verified_by=verified_by, note=note, now=now, actor=self._actor,
            incident_id=incident_id.strip() if incident_id or lookup_id else self._incident(),
        )  # fmt: skip
        self._parts.moves.finish(now)
        return self.trust_of(entry)

    def set_status(self, entry_id: str, status: str, reason: str, by: str = "") -> Move:
        """Give an entry another status, as a person: `active` (you reviewed it), `candidate`, `quarantined`, `retired`.

        It is written into the memory file that holds the entry; of an entry from a document the
        move holds while the document says what it says now.  Raises EntryNotFound or InvalidInput.
        """
        from kb.records.moves import BY_HAND, REVIEWED

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

    @cached_property
    def incidents(self) -> Incidents:
        """The incidents as they are lived: `open`, `log`, `mitigate`, `resolve`, `verify` and the rest."""
        return self._parts.incidents(self._clock, lambda: self._actor)

    def session_log(self, action: str, details: str = "") -> Event:
        """Write down what was just done, with the incident that is open, if one is.

        Raises InvalidInput when `action` is empty.
        """
        return self.incidents.note(action, details)

    def memory_append(self, key: str, list_path: str, item: object) -> None:
        """Append an item (data, or a text in JSON or YAML form) to a list of a memory file."""
        self.memory.append(key, list_path, item)
        self._parts.sync.take_in(f"{key}.yaml", self._clock())

    def memory_update(self, key: str, path: str, value: object) -> None:
        """Set the value at a dotted path of a memory file."""
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
        from kb.loop.healthy_samples import HealthySamples

        return HealthySamples(self._parts.healthy, self._clock, self.refresh)

    def rehearse(
        self, entry_id: str, pattern: str, regex: bool | None = None, *, shown: int = 10
    ) -> Rehearsal:
        """The dry run of an edit: which past lookups the entry would gain and lose with this pattern.

        With an empty `entry_id`, of a pattern that is not learned yet.  Writes nothing.  `shown` is how many
        lookups of each sort come back.  Raises EntryNotFound, or InvalidInput for a pattern that cannot be used.
        """
        from kb.loop.rehearsal import rehearse

        self.refresh()
        entry = self.get(entry_id) if entry_id else None
        return rehearse(entry, pattern, regex, self._parts.past, self._parts.healthy, shown)

    def proposals(self, now: datetime | None = None) -> Proposals:
        """What the record suggests to add, merge, retire or run again: `list`, `get`, `accept`, `reject`."""
        self.refresh()
        return self._parts.proposals(now or self._clock(), self._actor)

    # -- look back ---------------------------------------------------------------------------

    def weekly_summary(self, days: float = 7, now: datetime | None = None) -> WeeklySummary:
        """What the ledger says about the `days` before `now`."""
        from kb.loop.weekly import gather

        self.refresh()
        parts, now = self._parts, now or self._clock()
        return gather(parts.ledger, parts.entries, parts.changes, self.incidents.entries, days=days, now=now)

    def weekly_narrative(self, summary: WeeklySummary) -> Narrative:
        """Prose around the numbers of a summary, by the model of `ANTHROPIC_API_KEY`, checked.

        Never raises for what the model or its API does: `missing` says why there is no prose.
        """
        from kb.loop.facts import facts_of
        from kb.prose.client import Client
        from kb.prose.narrative import narrate

        return narrate(facts_of(summary), Client.from_environ())
