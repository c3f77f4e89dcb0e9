"""A lesson: what somebody learned, checked, written into its memory file, and found from then on.

Arguments become a checked item for a memory file (pure), and `Lessons` writes it and makes sure that it is found.
Lenient in what it takes (commands as list or comma string, a missing meaning), strict in what it stores.  A new
entry is a candidate; one that fails its own samples is quarantined from the start; one that can help nobody
(`kb.text.signatures.signature`) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from kb.errors import HomeNotWritable, InvalidInput
from kb.expression import expression
from kb.index.vectors import VectorIndex
from kb.learning.healthy import HealthyLines
from kb.memory.files import Memory
from kb.memory.yaml_edit import IdTaken
from kb.model import Entry, Origin, Pattern, Samples, Scope, Status, ToolFix
from kb.model.entry import Provenance
from kb.model.receipts import Learned
from kb.store.catalogue import Catalogue
from kb.store.entries import EntryTable
from kb.store.lexical_index import LexicalIndex
from kb.store.memory_sync import MemorySync
from kb.text.entries.codec import digest
from kb.text.entries.ids import derive_id
from kb.text.escaping import visible
from kb.text.redact import redact, redact_lines
from kb.text.signatures.set import sought
from kb.text.signatures.signature import parse_signature, sample_failure, shortcoming, taken_literally
from kb.text.tokens import one_line, tokenize
from kb.text.traces import told_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The optional arguments that patterns and tool fixes share."""

    check: str = ""
    warning: str = ""
    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    regex: bool | None = None
    expires: date | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """An entry that is ready to be written: the record, its place, and the YAML item."""

    entry: Entry
    key: str
    list_path: str
    item: dict[str, object]
    quarantined: str = ""
    """Why it is quarantined; empty when it is not."""
    to_the_letter: str = ""
    """Why what looks like a regular expression was taken for plain text; empty when it was not."""


def pattern_lesson(
    pattern: str,
    meaning: str,
    fix: str,
    commands: Sequence[str],
    category: str,
    details: Details,
    now: datetime,
) -> Lesson:
    """The lesson of `learn_pattern`.  Raises InvalidInput with what is missing."""
    category = re.sub(r"[^a-z0-9]+", "_", checked("category", category).lower()).strip("_")
    text = required("pattern", pattern)
    entry = Pattern(
        pattern=text,
        meaning=checked("meaning", meaning),
        fix=checked("fix", fix),
        commands=fitting("commands", commands),
        category=category,
        signatures=(parse_signature(text, details.regex),),
        **_common_fields(details, now),
    )
    body: dict[str, object] = {
        "pattern": entry.pattern,
        "meaning": entry.meaning,
        "fix": entry.fix,
        "commands": list(entry.commands),
    }
    stem = category.removesuffix("_patterns").removesuffix("_errors") or "error"
    return _lesson(entry, "learned/patterns", f"{stem}_patterns", {**body, "category": category}, details)


def tool_fix_lesson(
    tool_name: str,
    error_pattern: str,
    root_cause: str,
    fix: str,
    commands: Sequence[str],
    details: Details,
    now: datetime,
) -> Lesson:
    """The lesson of `learn_tool_fix`.  Raises InvalidInput with what is missing."""
    text = required("error_pattern", error_pattern)
    entry = ToolFix(
        tool_name=required("tool_name", tool_name),
        error_pattern=text,
        root_cause=checked("root_cause", root_cause),
        fix=checked("fix_description", fix),
        commands=fitting("commands", commands),
        signatures=(parse_signature(text, details.regex),),
        **_common_fields(details, now),
    )
    body: dict[str, object] = {
        "tool_name": entry.tool_name,
        "error_pattern": entry.error_pattern,
        "root_cause": entry.root_cause,
        "fix": entry.fix,
        "commands": list(entry.commands),
    }
    return _lesson(entry, "learned/tool_fixes", "tool_fixes", body, details)


def _common_fields(details: Details, now: datetime) -> dict[str, Any]:
    return {
        "status": Status.CANDIDATE,
        "check": checked("check", details.check),
        "warning": checked("warning", details.warning),
        "expires": details.expires,
        "scope": Scope(
            services=details.services,
            environments=details.environments,
            tools=details.tools,
            versions=details.versions,
        ),
        "samples": Samples(must_match=details.must_match, must_not_match=details.must_not_match),
        "provenance": Provenance(origin=Origin.LEARNED, author=details.author, at=now),
    }


def _lesson(entry: Entry, key: str, list_path: str, body: dict[str, object], details: Details) -> Lesson:
    if reason := shortcoming(entry):
        raise InvalidInput(f"nothing was learned, since {reason}")
    literally = taken_literally(" ".join(entry.signatures[0].needles), details.regex)
    failure = sample_failure(entry)
    status = Status.QUARANTINED if failure else Status.CANDIDATE
    entry = replace(entry, id=derive_id(entry), status=status)
    item: dict[str, object] = {
        "id": entry.id,
        **body,
        "regex": False if literally else details.regex,
        "check": entry.check,
        "warning": entry.warning,
        "services": list(details.services),
        "environments": list(details.environments),
        "tools": list(details.tools),
        "versions": list(details.versions),
        "samples": {name: [*texts] for name in _SAMPLES if (texts := getattr(details, name))},
        "expires": details.expires.isoformat() if details.expires else None,
        "status": status.value,
        "origin": Origin.LEARNED.value,
        "author": details.author,
        "learned_at": entry.provenance.at.isoformat(timespec="seconds") if entry.provenance.at else None,
    }
    said = {name: value for name, value in item.items() if value not in (None, "", [], {})}
    return Lesson(entry, key, list_path, said, failure or "", literally)


_SAMPLES = ("must_match", "must_not_match")
_LOOKED_AT = 30
"""Hits of a search by its words among which entries of the same fault are looked for."""
_LINES_SHOWN = 6
_KNOWN_ALREADY = "this was known already; nothing was written"
_NOT_OFFERED = {Status.QUARANTINED: "in quarantine", Status.RETIRED: "retired"}


@dataclass(frozen=True, slots=True)
class Lessons:
    """Writes lessons into the memory files of one home, and sees to it that they are found."""

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
        except IdTaken:  # somebody else was quicker with this id, or a retired item has it: look at that
            with self.sync.writing(lesson.key):  # (by ourselves: who writes just now has not taken it in yet)
                self.sync.take_in(f"{lesson.key}.yaml", now)
            return self._keep(lesson, now, retired=True)

    def _keep(self, lesson: Lesson, now: datetime, *, retired: bool = False) -> Learned:
        self.sync.refresh(now)
        near = self._near(lesson)
        lesson = renamed(lesson, self.entries.id_in(lesson.key, lesson.entry.id))
        existing = self._find(lesson.entry.id, retired=retired)
        if existing is not None and not says_the_same(existing, lesson.entry):
            lesson = renamed(lesson, distinct_id(lesson.entry))
            existing = self._find(lesson.entry.id, retired=retired)
        if existing is not None:
            return self._known_already(existing, lesson, near)
        self.sync.append(self.memory, lesson.key, lesson.list_path, lesson.item, now)
        self._found_or_raise(lesson)
        status, reason = self._screened(lesson, now)
        notes = [f"quarantined: {reason}"] if reason else [*_what_is_looked_for(lesson)]
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
        """Ids of entries that tell of the same fault (`tells_the_same_fault`), the nearest first."""
        new = lesson.entry
        words = tokenize(f"{new.headline}\n{new.advice().meaning}")
        ids = dict.fromkeys(hit.entry_id for hit in self.lexical.search(words, _LOOKED_AT))
        found = self.entries.many(ids)
        return [key for key in ids if key in found and tells_the_same_fault(found[key].entry, new)]

    def _found_or_raise(self, lesson: Lesson) -> None:
        """An acknowledged write is in the store; if it is not, the file says why."""
        if self.entries.get(lesson.entry.id) is None:
            record = self.catalogue.find(lesson.key)
            said = "; ".join(map(str, record.problems)) if record else "the file was not read"
            raise InvalidInput(f"it was written to {lesson.key}.yaml but cannot be read from there: {said}")

    def _known_already(self, existing: Entry, lesson: Lesson, near: Sequence[str]) -> Learned:
        note = _KNOWN_ALREADY
        if bad := _NOT_OFFERED.get(existing.status):
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


def _what_is_looked_for(lesson: Lesson) -> Iterator[str]:
    """What will be looked for, where a person may have meant another thing: the lines of a text, a regex as text."""
    if said := lesson.to_the_letter:
        yield said
    for signature in sought(lesson.entry.signatures):
        if signature.trace:
            lines = told_first(signature)
            more = f", and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else ""
            shown = "; ".join(one_line(line, 100) for line in lines[:_LINES_SHOWN])
            yield f"these lines of it are looked for, the first ones weigh most: {shown}{more}"


def says_the_same(one: Entry, other: Entry) -> bool:
    """Whether two entries give the same advice for the same text."""
    return one.headline == other.headline and one.advice() == other.advice() and one.scope == other.scope


NEAR = 0.7
"""Share of words (Jaccard) from which another entry is reported as saying nearly the same."""
_NUMBER = expression(r"\b\d+\b")


def tells_the_same_fault(one: Entry, other: Entry) -> bool:
    """Whether two entries tell of one fault: by nearly the same words of its text, or of its cause.

    Patterns and tool fixes are compared with each other; of other kinds, those of one kind, and by their titles.
    """
    if isinstance(one, Pattern | ToolFix) and isinstance(other, Pattern | ToolFix):
        causes = one.advice().meaning, other.advice().meaning
        return _have_nearly_the_same_words(one.headline, other.headline) or _have_nearly_the_same_words(
            *causes
        )
    return one.kind == other.kind and _have_nearly_the_same_words(one.headline, other.headline)


def _have_nearly_the_same_words(one: str, other: str) -> bool:
    """Whether two texts have nearly the same words; numbers vary and do not count."""
    return overlap(_NUMBER.sub(" ", one), _NUMBER.sub(" ", other)) >= NEAR


def overlap(one: str, other: str) -> float:
    """The share of words that two texts have in common (Jaccard, 0 to 1)."""
    left, right = set(tokenize(one)), set(tokenize(other))
    return len(left & right) / len(left | right) if left | right else 0.0


def distinct_id(entry: Entry) -> str:
    """An id for an entry whose own is taken by one with another cause: both are kept."""
    return f"{entry.id}-{digest(entry)[:6]}"


def renamed(lesson: Lesson, entry_id: str) -> Lesson:
    """The same lesson under another id."""
    return replace(lesson, entry=replace(lesson.entry, id=entry_id), item={**lesson.item, "id": entry_id})


def details(given: dict[str, Any]) -> Details:
    """The optional arguments, lists as lists or comma strings, dates as text.  Raises InvalidInput."""
    known = {field.name for field in fields(Details)}
    if unknown := given.keys() - known:
        raise InvalidInput(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}")
    lists = ("services", "environments", "tools", "versions")
    cleaned: dict[str, Any] = {
        name: fitting(name, listed(value)) if name in lists else value for name, value in given.items()
    }
    for name in _SAMPLES:
        texts = [value] if isinstance(value := given.get(name) or (), str) else [*value]
        cleaned[name] = fitting(name, map(visible, redact_lines(texts)))
    if isinstance(given.get("expires"), str):
        cleaned["expires"] = _day(given["expires"])
    return Details(**cleaned)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"expires={text[:40]!r} is no date; write it as 2026-12-31") from None


MAX_CHARACTERS = 20_000
"""Longer texts belong into a document to ingest, not into a pattern."""
_INSTEAD = "keep the telling line and put the whole text into a file for: kb ingest FILE"
_WANTED = {
    "pattern": "give the text that identifies the error, such as a line of its log",
    "error_pattern": "give the text that identifies the error, such as a line of its log",
    "tool_name": "give the name of the tool that fails, such as kubectl_exec",
    "action": "say in a few words what was done",
}


def required(name: str, text: str) -> str:
    """The text, or InvalidInput when there is none."""
    if not text or not text.strip():
        raise InvalidInput(f"{name} is empty; {_WANTED.get(name, 'give the text')}")
    return checked(name, text)


def checked(name: str, text: str) -> str:
    """The text without secrets and outer blanks, control characters marked.  Raises InvalidInput when too long."""
    fitting(name, [text])
    return visible(redact(text.replace("\r\n", "\n")).text).strip()


def fitting(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The texts.  Raises InvalidInput where one is too long."""
    found = tuple(texts)
    if (longest := max(map(len, found), default=0)) > MAX_CHARACTERS:
        raise InvalidInput(f"{name} has {longest} characters, more than {MAX_CHARACTERS}; {_INSTEAD}")
    return found


def listed(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """A list as tuple; a string is split at its lines or, where it has one line, at commas outside brackets."""
    if value is None:
        return ()
    parts = _split(value) if isinstance(value, str) else map(str, value)
    return tuple(clean for part in redact_lines(list(parts)) if (clean := visible(part).strip()))


def _split(text: str) -> list[str]:
    if "\n" in text:
        return text.splitlines()
    return re.split(r",\s*(?![^()\[\]{}'\"]*[)\]}'\"])", text)
