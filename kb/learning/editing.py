"""Entries of memory files, edited: keys of an item are set in its text, tried first, and told to the second of two.

All other bytes of the file stay.  An edit names the version of the item that it began with: where somebody else
changed the item meanwhile, nothing is written.  What would put the entry into quarantine is refused with the reason.
Every edit that is written is noted in the ledger, with its diff and who made it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kb.errors import FileChanged, InvalidInput, Refused
from kb.learning.firing import reason_of
from kb.learning.healthy import HealthyLines
from kb.learning.rehearsal import SHOWN, rehearse
from kb.memory import items, yaml_edit
from kb.memory.files import Memory, redacted
from kb.memory.format import parse_memory
from kb.memory.yaml_file import hash_bytes
from kb.model import Entry
from kb.model.healthy import Rehearsal
from kb.model.incident import Step
from kb.model.ledger import Event
from kb.model.receipts import EntryEdited, EntrySource
from kb.store.database import Database
from kb.store.entries import EntryTable
from kb.store.history import PastLookups
from kb.store.ledger import Ledger
from kb.store.memory_sync import MemorySync
from kb.text.redact import redact
from kb.text.signatures.signature import sample_failure

_LEARNED = "learned/"
_KEPT = frozenset(
    {"id", "status", "origin", "author", "learned_at", "merged_into", "drafted_from", "verified"}
)
"""Keys that kb writes: who wrote it and when, and what was decided; edits leave them alone."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "pattern": ("meaning", "fix", "commands", "category"),
    "tool_fix": ("root_cause", "fix", "commands"),
    "runbook": ("when", "steps", "commands"),
    "quirk": ("description", "workaround"),
}
_ANY = ("check", "warning")
_LISTS = frozenset({"commands", "steps", "services", "environments", "tools", "versions"})
_LONGEST = 50_000
"""Characters of a value at most."""
_LONGEST_NOTE = 20_000
"""Characters of a diff that are kept."""


@dataclass(frozen=True, slots=True)
class EditParts:
    """What edits of one home work on."""

    db: Database
    entries: EntryTable
    memory: Memory
    sync: MemorySync
    healthy: HealthyLines
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Editing:
    """Edits of the entries of one home, by somebody."""

    parts: EditParts
    get: Callable[[str], Entry]
    """The entry with an id, after a look at what changed in the home.  Raises EntryNotFound."""
    clock: Callable[[], datetime]
    actor: str

    def source(self, entry_id: str) -> EntrySource:
        """What may be edited of an entry.  Raises Refused for one that no memory file owns."""
        entry, key = self._owned(entry_id)
        item = _item(self.parts.memory.text(key).text, key, entry.id)
        own = {name: value for name, value in item.values.items() if name not in _KEPT}
        said = {name for name in (*_FIELDS.get(entry.kind, ()), *_ANY) if getattr(item.entry, name, None)}
        could = (name for name in (*_FIELDS.get(entry.kind, ()), *_ANY, "services", "environments"))
        scope = item.entry.scope
        said |= {name for name in ("services", "environments") if getattr(scope, name)}
        return EntrySource(
            id=entry.id,
            kind=entry.kind,
            title=entry.headline,
            file=f"{key}.yaml",
            line=item.entry.provenance.source.line if item.entry.provenance.source else None,
            version=item.version,
            values=own,
            more=tuple(name for name in could if name not in own and name not in said),
        )

    def edit(
        self,
        entry_id: str,
        values: Mapping[str, Any],
        version: str,
        *,
        reason: str = "",
        dry_run: bool = False,
    ) -> EntryEdited:
        """Set these keys of the entry's item; with `dry_run`, tell what that would do.

        Raises FileChanged where the item is no longer of this version, Refused for what cannot be edited or would be
        quarantined, InvalidInput for values that cannot be read back.
        """
        entry, key = self._owned(entry_id)
        clean = redacted(dict(values))
        _check(entry, clean)
        done = list[EntryEdited]()

        def write(text: str) -> str:
            after, told = self._tried(entry, key, text, clean, version)
            if told.problem and not dry_run:
                raise Refused(f"{entry.id} would be quarantined: {told.problem}; nothing was written")
            done.append(told)
            return after

        if dry_run:
            write(self.parts.memory.text(key).text)
            return done[-1]
        with self.parts.sync.writing(key):
            self.parts.memory.edit(key, write)
            self.parts.sync.take_in(f"{key}.yaml", self.clock())
        self.parts.healthy.recheck(self.clock())
        told = replace(done[-1], written=bool(done[-1].diff))
        if told.written:
            self.note("edited", entry.id, reason, key=key, diff="\n".join(told.diff)[:_LONGEST_NOTE])
        return told

    def note(self, action: str, about: str, details: str = "", **data: object) -> None:
        """Keep in the ledger that something was done for which there is no other record."""
        self.parts.ledger.record_event(
            Event(
                at=self.clock(),
                action=redact(action).text,
                details=redact(details.strip()).text,
                actor=self.actor,
                kind=Step.EDIT,
                data={"about": about, **data},
            )
        )

    def rehearse(
        self, entry_id: str, pattern: str, regex: bool | None = None, *, shown: int = SHOWN
    ) -> Rehearsal:
        """The dry run of an edit (without `entry_id`, of a new pattern): which past lookups it would gain and lose.

        Writes nothing; `shown` lookups of each sort come back.  Raises EntryNotFound, or InvalidInput for the pattern.
        """
        entry = self.get(entry_id) if entry_id else None
        return rehearse(entry, pattern, regex, PastLookups(self.parts.db), self.parts.healthy, shown)

    def _owned(self, entry_id: str) -> tuple[Entry, str]:
        entry = self.get(entry_id)
        key = self.parts.entries.file_of(entry.id) or ""
        if not key.startswith(_LEARNED):
            source = entry.provenance.source
            where = f" ({source.path})" if source else ""
            if key.startswith("shared/"):
                raise Refused(
                    f"{entry.id} is shared by all tenants{where}; it is edited in the home they belong to"
                )
            raise Refused(f"{entry.id} is read from a document{where}; edit it there, then ingest it again")
        return entry, key

    def _tried(
        self, entry: Entry, key: str, text: str, values: Mapping[str, Any], version: str
    ) -> tuple[str, EntryEdited]:
        """The text after the edit, and what it would do."""
        before = _item(text, key, entry.id)
        if version != before.version:
            raise FileChanged(
                f"somebody else changed {entry.id} since you began to edit it; nothing was written."
                " Look at what it says now, then edit that"
            )
        own = {"id": before.entry.id, **values} if before.entry.id == entry.id else values
        changed = {name: value for name, value in own.items() if before.values.get(name) != value}
        if not set(changed) - {"id"}:
            changed = {}
        after = items.with_values(text, key, entry.id, changed) if changed else text
        now = _item(after, key, entry.id)
        _check_read(text, after, key)
        rehearsal = self._rehearsed(before.entry, now.entry)
        told = EntryEdited(
            id=entry.id,
            file=f"{key}.yaml",
            version=now.version,
            diff=tuple(diff_of(text, after, f"{key}.yaml")),
            written=False,
            rehearsal=rehearsal,
            problem=rehearsal.problem if rehearsal else "",
        )
        return after, told

    def _rehearsed(self, before: Entry, after: Entry) -> Rehearsal | None:
        """What the new signature finds; None where the edit leaves it, and what it must match, alone."""
        if (before.signatures, before.samples) == (after.signatures, after.samples) or not after.signatures:
            return None
        first = after.signatures[0]
        text = getattr(after, "pattern", "") or getattr(after, "error_pattern", "") or " ".join(first.needles)
        base = before if before.signatures else None
        found = rehearse(base, text, first.regex, PastLookups(self.parts.db), self.parts.healthy, SHOWN)
        return replace(found, problem=sample_failure(after) or reason_of(found.healthy))


@dataclass(frozen=True, slots=True)
class _Item:
    """The item of an entry: what is read from it, and what it says."""

    entry: Entry
    values: dict[str, Any]

    @property
    def version(self) -> str:
        return hash_bytes(yaml_edit.render(self.values).encode())[:16]


def _item(text: str, key: str, entry_id: str) -> _Item:
    found = items.find_item(text, key, entry_id)
    if found is None:
        raise FileChanged(f"{key}.yaml does not hold {entry_id} any more; look at it again")
    entry, steps, is_mapping = found
    if not is_mapping:
        raise Refused(f"{key}.yaml has {entry_id} as a bare text; write it as a mapping there first")
    item = yaml_edit.load(text)
    for step in steps:
        item = item[step]
    return _Item(entry, dict(item))


def _check(entry: Entry, values: Mapping[str, Any]) -> None:
    """Raise InvalidInput for keys that are not edited, and lists that are none."""
    if kept := [name for name in values if name in _KEPT]:
        raise InvalidInput(f"{kept[0]!r} of {entry.id} is written by kb; edit what the entry says")
    for name, value in values.items():
        if len(str(value)) > _LONGEST:
            raise InvalidInput(
                f"`{name}` has more than {_LONGEST} characters; keep that as a document, and ingest it"
            )
    for name in _LISTS & values.keys():
        value = values[name]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise InvalidInput(f"`{name}` must be a list of texts")


def _check_read(before: str, after: str, key: str) -> None:
    """Raise InvalidInput where the file would have a mistake that it has not now."""
    known = {one.message for one in parse_memory(before, f"{key}.yaml").problems}
    fresh = [one for one in parse_memory(after, f"{key}.yaml").problems if one.message not in known]
    if fresh:
        raise InvalidInput(f"this could not be read back: {fresh[0].message}; nothing was written")


def diff_of(before: str, after: str, name: str) -> list[str]:
    """The unified diff of two texts, a line each; empty where they are the same."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
    )
    return list(lines)
