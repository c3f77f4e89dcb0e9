"""`Learning`: what a home takes in, what it learns, and what came of its advice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import InvalidInput
from kb.keeping import Keeping

if TYPE_CHECKING:
    from kb.changes.changes import Changes
    from kb.intake import Progress
    from kb.loop.healthy_samples import HealthySamples
    from kb.loop.learning import Details, Lesson
    from kb.proposals.proposals import Proposals
    from kb.records.healthy import Rehearsal
    from kb.records.ledger import Trust
    from kb.records.moves import Move
    from kb.records.receipts import Learned, Receipt
    from kb.storage.memory import Memory


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
        self._keep_copy(now)
        return self.trust_of(entry)

    def set_status(self, entry_id: str, status: str, reason: str, by: str = "") -> Move:
        """Give an entry another status, as a person: `active` (you reviewed it), `candidate`, `quarantined`, `retired`.

        It is written into the memory file that holds the entry; of an entry from a document the
        move holds while the document says what it says now.  Raises EntryNotFound or InvalidInput.
        """
        from kb.records import Status
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
