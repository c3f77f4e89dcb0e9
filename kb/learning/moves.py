"""Changes of status that hold at once, survive a killed process, and can be taken back.

A move is a row with its reason.  In the transaction of that row the store takes the new status, so
lookup follows at once.  Where a memory file owns the entry, its `status:` is written next, and then
the row is marked done; `finish` does both for moves whose process died before.  A document is never
written: there the last move goes on holding while the document says what it said.  Whoever writes
another status into the file in the meantime wins, and the move is marked as overruled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kb.errors import EntryNotFound, FileUnreadable, InvalidInput, KbError, Problem, Refused
from kb.memory import items
from kb.memory.files import Memory
from kb.model import Entry, Status
from kb.model.status import BY_HAND, REVIEWED, UNDONE, Move, MoveState
from kb.store.database import Database
from kb.store.entries import EntryTable
from kb.store.memory_sync import MemorySync
from kb.store.moves import MoveTable
from kb.text.entries.identify import fingerprints_of
from kb.text.redact import redact
from kb.text.signatures.signature import sample_failure

_ON_OFFER = (Status.ACTIVE, Status.CANDIDATE)
_LEARNED = "learned/"


@dataclass(frozen=True)
class Moves:
    """The moves of one home, and the files that they are written into."""

    db: Database
    table: MoveTable
    entries: EntryTable
    memory: Memory
    sync: MemorySync

    def move(self, entry_id: str, to: Status, *, rule: str, reason: str, actor: str, now: datetime) -> Move:
        """Give an entry another status.  Raises EntryNotFound or InvalidInput.

        It holds from now on; it comes back as pending where its file cannot be written yet
        (`finish`, which every call of the knowledge base begins with, tells why and tries again).
        """
        with self.db.write():
            move = self.begin(entry_id, to, rule=rule, reason=reason, actor=actor, now=now)
        self.finish(now)
        return self.table.find(move.id) or move

    def begin(self, entry_id: str, to: Status, *, rule: str, reason: str, actor: str, now: datetime) -> Move:
        """The move without the file: it holds from the commit on, and `finish` writes it.  Call inside a write."""
        entry = self.entries.get(entry_id)
        if entry is None:
            raise EntryNotFound(f"there is no entry {entry_id!r}; ids come from: kb check, kb search")
        file = self.entries.file_of(entry_id)
        self._check(entry, to, reason, file)
        last = self.table.last(entry_id)
        owned = (file or "").startswith(_LEARNED)
        said = last.said if last and self._holds(last, entry, owned=owned) else entry.status
        if owned and last and last.state is MoveState.PENDING:
            self.table.set_state(last.id, MoveState.DONE)  # this one writes the file instead
        self.entries.restate(entry, to, fingerprints_of(entry), now)
        return self.table.add(
            Move(
                id=0,
                at=now,
                entry_id=entry_id,
                was=entry.status,
                became=to,
                rule=rule,
                reason=redact(reason.strip()).text,
                actor=actor,
                said=said,
                state=MoveState.PENDING if owned else MoveState.DONE,
            )
        )

    def _check(self, entry: Entry, to: Status, reason: str, file: str | None) -> None:
        if file is None:
            raise Refused(f"{entry.id} has left its file; bring it back there, or learn it again")
        if entry.status is to:
            raise Refused(f"{entry.id} is {to} already")
        if not reason.strip():
            raise InvalidInput("the reason is empty; say in a few words why the status changes")
        if to in _ON_OFFER and (failure := sample_failure(entry)):
            raise Refused(f"{entry.id} fails its own samples ({failure}); mend it in its file first")

    @staticmethod
    def _holds(last: Move, entry: Entry, *, owned: bool) -> bool:
        """Whether the status in the store comes from that move, and not from the file."""
        return last.became is entry.status and (not owned or last.state is MoveState.PENDING)

    def complete(self, move: Move, now: datetime) -> None:
        """Write a pending move into its file, unless that says something else by now."""
        file = self.entries.file_of(move.entry_id) or ""
        state = self._write(move, file) if file.startswith(_LEARNED) else MoveState.OVERRULED
        with self.db.write():
            self.table.set_state(move.id, state)
        if file:
            self.sync.take_in(f"{file}.yaml", now)

    def _write(self, move: Move, key: str) -> MoveState:
        """Write the new status into the file, where the move still holds; returns the state of the move after that."""
        states = [MoveState.DONE]

        def edit(text: str) -> str:
            now = self.table.find(
                move.id
            )  # looked at under the file's lock: it may be done or replaced by now
            if now is None or now.state is not MoveState.PENDING:
                states.append(now.state if now else MoveState.OVERRULED)
                return text
            said = items.find_status(text, key, move.entry_id)
            if said is move.became:
                return text
            if said not in (move.said, move.was):
                states.append(MoveState.OVERRULED)
                return text
            return items.with_status(text, key, move.entry_id, move.became)

        self.memory.edit(key, edit)
        return states[-1]

    def finish(self, now: datetime) -> list[Problem]:
        """Complete what a killed process, or a file that could not be written, left pending."""
        if self.db.read_only:
            return []
        problems = list[Problem]()
        for move in self.table.pending():
            try:
                self.complete(move, now)
            except (KbError, FileUnreadable) as error:
                file = self.entries.file_of(move.entry_id) or "learned"
                why = f"{move.entry_id} became {move.became} ({move.reason}), not written here yet: {error}"
                problems.append(Problem(f"{file}.yaml", None, why))
        return problems

    def undo(self, entry_id: str, *, reason: str = "", actor: str, now: datetime) -> Move:
        """Take the last move of an entry back, as a move of its own.  Raises InvalidInput when there is none."""
        last = self.table.last(entry_id)
        if last is None:
            raise Refused(f"{entry_id} was never moved; there is nothing to undo")
        entry = self.entries.get(entry_id)
        if entry is not None and entry.status is not last.became:
            raise Refused(f"{entry_id} is {entry.status}, since its file says so; there is no move to undo")
        return self.move(
            entry_id,
            last.was,
            rule=UNDONE,
            reason=reason or f"takes back: {last.reason}",
            actor=actor,
            now=now,
        )

    def history(self, entry_id: str) -> list[Move]:
        """The moves of an entry, oldest first."""
        return self.table.of(entry_id)


@dataclass(frozen=True, slots=True)
class MovesByHand:
    """The moves of one home, for a person who decides."""

    moves: Moves
    get: Callable[[str], Entry]
    """The entry with an id, after a look at what changed in the home.  Raises EntryNotFound."""
    refresh: Callable[[], object]
    expire: Callable[[datetime], list[Move]]
    """Retires what expired long ago."""
    clock: Callable[[], datetime]
    actor: str

    def set_status(self, entry_id: str, status: str, reason: str, by: str = "") -> Move:
        """Give an entry another status: `active` (you reviewed it), `candidate`, `quarantined`, `retired`.

        It is written into the memory file that holds the entry; of an entry from a document the
        move holds while the document says what it says now.  Raises EntryNotFound or InvalidInput.
        """
        if status not in list(Status):
            raise InvalidInput(f"status {status!r} is none of: {', '.join(Status)}")
        rule = REVIEWED if status == Status.ACTIVE else BY_HAND
        entry, now = self.get(entry_id), self.clock()
        return self.moves.move(
            entry.id, Status(status), rule=rule, reason=reason, actor=by or self.actor, now=now
        )

    def undo(self, entry_id: str, reason: str = "", by: str = "") -> Move:
        """Take back the last move of an entry's status.  Raises EntryNotFound, or InvalidInput when there is none."""
        entry = self.get(entry_id)
        return self.moves.undo(entry.id, reason=reason, actor=by or self.actor, now=self.clock())

    def of(self, entry_id: str) -> list[Move]:
        """The moves of an entry's status, oldest first.  Raises EntryNotFound."""
        return self.moves.history(self.get(entry_id).id)

    def retire_expired(self) -> list[Move]:
        """Retire the entries that expired more than a month ago; returns how they moved."""
        self.refresh()
        return self.expire(self.clock())
