"""Writing a lesson into its memory file, and making sure that it is found from then on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.errors import HomeNotWritable, InvalidInput
from kb.loop import learning
from kb.loop.healthy import HealthyLines
from kb.loop.learning import Lesson
from kb.records import Entry, Status
from kb.records.receipts import Learned
from kb.storage.catalogue import Catalogue
from kb.storage.entries import EntryTable
from kb.storage.lexical import LexicalIndex
from kb.storage.memory import Memory
from kb.storage.memory_sync import MemorySync
from kb.storage.vectors import VectorIndex
from kb.storage.yamledit import IdTaken
from kb.text.one_line import one_line
from kb.text.sought import sought
from kb.text.tokens import tokenize
from kb.text.trace import told_first

_LOOKED_AT = 30
_LINES_SHOWN = 6
_KNOWN = "this was known already; nothing was written"
_IN_WORDS = {Status.QUARANTINED: "in quarantine", Status.RETIRED: "retired"}


@dataclass(frozen=True, slots=True)
class Lessons:
    """Where lessons are kept."""

    memory: Memory
    sync: MemorySync
    catalogue: Catalogue
    entries: EntryTable
    lexical: LexicalIndex
    vectors: VectorIndex
    healthy: HealthyLines

    def keep(self, lesson: Lesson, now: datetime) -> Learned:
        """Write the lesson, unless exactly that is known.  Raises InvalidInput or HomeNotWritable."""
        try:
            return self._keep(lesson, now)
        except IdTaken:  # another process was quicker with this id, or a retired item has it: look at that
            return self._keep(lesson, now, retired=True)

    def _keep(self, lesson: Lesson, now: datetime, *, retired: bool = False) -> Learned:
        self.sync.refresh(now)
        near = self._near(lesson)
        lesson = learning.renamed(lesson, self.entries.id_in(lesson.key, lesson.entry.id))
        existing = self._find(lesson.entry.id, retired=retired)
        if existing is not None and not learning.says_the_same(existing, lesson.entry):
            lesson = learning.renamed(lesson, learning.distinct_id(lesson.entry))
            existing = self._find(lesson.entry.id, retired=retired)
        if existing is not None:
            return self._known_already(existing, lesson, near)
        with self.sync.writing(lesson.key):
            last = self.sync.last_piece(lesson.key, lesson.list_path)
            before = self.memory.append(lesson.key, lesson.list_path, lesson.item, last=last)
            self.sync.take_in(f"{lesson.key}.yaml", now, before)
        self._found_or_raise(lesson)
        status, reason = self._screened(lesson, now)
        notes = [f"quarantined: {reason}"] if reason else [*_looked_for(lesson)]
        try:
            self.vectors.absorb_when_grown()
        except HomeNotWritable as error:
            notes.append(f"learned, but {error}")
        return Learned(
            id=lesson.entry.id,
            status=status,
            created=True,
            file=f"{lesson.key}.yaml",
            similar=tuple(near),
            note="; ".join(notes),
        )

    def _screened(self, lesson: Lesson, now: datetime) -> tuple[Status, str]:
        """The status after the healthy lines had their say, and why it is in quarantine, if it is."""
        self.healthy.recheck(now)
        reason = lesson.quarantined or self.healthy.reason_for(lesson.entry.id)
        return (Status.QUARANTINED, reason) if reason else (lesson.entry.status, "")

    def _find(self, entry_id: str, *, retired: bool) -> Entry | None:
        """The entry; one that was retired only where its item still stands in the file."""
        entry = self.entries.get(entry_id)
        return None if entry is None or (entry.status is Status.RETIRED and not retired) else entry

    def _near(self, lesson: Lesson) -> list[str]:
        """Ids of entries that tell of the same fault (`learning.tells_the_same_fault`), the nearest first."""
        new = lesson.entry
        words = tokenize(f"{new.headline}\n{new.advice().meaning}")
        ids = dict.fromkeys(hit.entry_id for hit in self.lexical.search(words, _LOOKED_AT))
        found = self.entries.many(ids)
        return [key for key in ids if key in found and learning.tells_the_same_fault(found[key].entry, new)]

    def _found_or_raise(self, lesson: Lesson) -> None:
        """An acknowledged write is in the store; if it is not, the file says why."""
        if self.entries.get(lesson.entry.id) is None:
            record = self.catalogue.find(lesson.key)
            said = "; ".join(map(str, record.problems)) if record else "the file was not read"
            raise InvalidInput(
                f"the entry was written to {lesson.key}.yaml but cannot be read from there: {said}"
            )

    def _known_already(self, existing: Entry, lesson: Lesson, near: Sequence[str]) -> Learned:
        note = _KNOWN
        if bad := _IN_WORDS.get(existing.status):
            reason = self.healthy.reason_for(existing.id) or f"see why: kb status {existing.id}"
            note += f". It is {bad}, so it is not offered: {reason}"
        return Learned(
            id=existing.id,
            status=existing.status,
            created=False,
            file=f"{lesson.key}.yaml",
            similar=tuple(one for one in near if one != existing.id),
            note=note,
        )


def _looked_for(lesson: Lesson) -> Iterator[str]:
    """What will be looked for, where a person may have meant another thing: the lines of a text, a regex as text."""
    if said := lesson.to_the_letter:
        yield said
    for signature in sought(lesson.entry.signatures):
        if signature.trace:
            lines = told_first(signature)
            more = f", and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else ""
            shown = "; ".join(one_line(line, 100) for line in lines[:_LINES_SHOWN])
            yield f"these lines of it are looked for, the first ones weigh most: {shown}{more}"
