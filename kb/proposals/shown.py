"""A proposal as the change that it is: the diff of the memory files, before anything is written.  Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from kb.errors import InvalidInput, KbError
from kb.learning.editing import diff_of
from kb.learning.lesson import Lesson, listed
from kb.memory.files import Memory
from kb.memory.items import with_status, with_values
from kb.memory.yaml_edit import append_item
from kb.model import Entry, Pattern, Runbook, Status
from kb.model.proposal import Proposal, ProposalKind
from kb.proposals.drafts import pattern_draft, runbook_draft
from kb.store.entries import EntryTable
from kb.text.redact import redact_data

_MISSING = "(nobody has said yet what it means)"


def diff(proposal: Proposal, memory: Memory, entries: EntryTable, by: str, at: datetime) -> list[str]:
    """The lines of what would be written; empty where no memory file is."""
    if proposal.kind in (ProposalKind.PATTERN, ProposalKind.RUNBOOK):
        lesson = _lesson(proposal, by, at)
        if lesson is None:
            return []
        text = "" if memory.is_unwritten(lesson.key) else memory.text(lesson.key).text
        after = append_item(text, lesson.list_path, redact_data(lesson.item))
        return diff_of(text, after, f"{lesson.key}.yaml")
    texts: dict[str, tuple[str, str]] = {}
    for entry_id, values, retires in _changes(proposal):
        key = entries.file_of(entry_id) or ""
        if not key.startswith("learned/"):
            continue
        before, now = texts.get(key) or (memory.text(key).text,) * 2
        try:
            now = with_values(now, key, entry_id, _clean(values)) if values else now
            now = with_status(now, key, entry_id, Status.RETIRED) if retires else now
        except KbError as error:
            raise InvalidInput(f"what accepting it would write cannot be shown: {error}") from error
        texts[key] = before, now
    return [line for key, (before, now) in texts.items() for line in diff_of(before, now, f"{key}.yaml")]


def _lesson(proposal: Proposal, by: str, now: datetime) -> Lesson | None:
    """The draft as it would be written, with a word in place of advice that is missing; None for one that is unfit."""
    advised = any(proposal.item.get(name) for name in ("meaning", "fix", "commands", "warning"))
    with suppress(InvalidInput):
        if proposal.kind is ProposalKind.RUNBOOK:
            return runbook_draft(proposal, by, now)
        item = proposal.item if advised else {**proposal.item, "meaning": _MISSING}
        return pattern_draft(replace(proposal, item=item), by, now)
    return None


def _changes(proposal: Proposal) -> list[tuple[str, Mapping[str, Any], bool]]:
    """Which entries change: the keys that are set, and whether it retires."""
    changed: list[tuple[str, Mapping[str, Any], bool]] = []
    if proposal.entry_id and proposal.item:
        changed.append((proposal.entry_id, {"id": proposal.entry_id, **proposal.item}, False))
    if proposal.retires:
        merged = {"id": proposal.retires, "merged_into": proposal.entry_id} if proposal.entry_id else {}
        changed.append((proposal.retires, merged, True))
    return changed


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = redact_data(dict(values))
    return {name: value for name, value in clean.items() if value not in (None, "", [])}


def drafted(proposal: Proposal) -> Entry | None:
    """What it would add, as an entry that can be compared; None where it adds none."""
    item = proposal.item
    match proposal.kind:
        case ProposalKind.PATTERN:
            return Pattern(
                id=proposal.id,
                pattern=str(item.get("pattern", proposal.title)),
                meaning=str(item.get("meaning") or ""),
                fix=str(item.get("fix") or ""),
                commands=listed(item.get("commands")),
            )
        case ProposalKind.RUNBOOK:
            return Runbook(
                id=proposal.id,
                name=str(item.get("name", proposal.title)),
                when=str(item.get("when") or ""),
                steps=listed(item.get("steps")),
                commands=listed(item.get("commands")),
            )
    return None
