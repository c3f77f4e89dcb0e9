"""A proposal, perhaps edited, as the lesson or the values to be written.  Pure; refuses what would not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kb.errors import InvalidInput
from kb.learning.lesson import Lesson, checked, details, listed, pattern_lesson, required
from kb.model import Origin, Provenance, Runbook, Scope, Status
from kb.model.proposal import Proposal, ProposalKind
from kb.text.entries.ids import derive_id

_LISTS = ("commands", "services", "environments", "tools", "versions", "must_match", "must_not_match")
_PATTERN = ("pattern", "meaning", "fix", "category", "check", "warning", "regex", "expires", *_LISTS)
_RUNBOOK = ("name", "when", "steps", "commands", "services", "environments", "check", "warning")
_MERGE = ("pattern", "error_pattern", "regex", "samples", "services")
_EDITABLE: dict[ProposalKind, tuple[str, ...]] = {
    ProposalKind.PATTERN: _PATTERN,
    ProposalKind.RUNBOOK: _RUNBOOK,
    ProposalKind.MERGE: _MERGE,
    ProposalKind.VERIFICATION: ("verified",),
    ProposalKind.RETIREMENT: (),
}


def editable(proposal: Proposal) -> tuple[str, ...]:
    """The keys of its item that may be replaced."""
    return _EDITABLE[proposal.kind]


def edited(proposal: Proposal, edits: Mapping[str, Any]) -> Proposal:
    """The proposal with some keys of its item replaced.  Raises InvalidInput for keys that it cannot have."""
    known = _EDITABLE[proposal.kind]
    if unknown := [key for key in edits if key not in known]:
        there = f"there are: {', '.join(known)}" if known else "there is nothing to edit in it"
        raise InvalidInput(f"a {proposal.kind} proposal has no {', '.join(map(repr, unknown))}; {there}")
    for name, value in edits.items():
        _check_form(name, value)
    review = {name: said for name, said in proposal.review.items() if name not in edits}
    return replace(proposal, item={**proposal.item, **edits}, review=review)


def _check_form(name: str, value: object) -> None:
    """Raise InvalidInput for a value that is not of the form that its key has."""
    if name in ("samples", "verified"):
        good, form = isinstance(value, Mapping), "a mapping"
    elif name in (*_LISTS, "steps"):
        texts = value if isinstance(value, (list, tuple)) else [value]
        good, form = all(isinstance(text, str) for text in texts), "a list of texts"
    elif name == "regex":
        good, form = isinstance(value, bool) or value is None, "true or false"
    else:
        good, form = isinstance(value, (str, date)) or value is None, "a text"
    if not good:
        raise InvalidInput(f"`{name}` must be {form}, not {value!r}")


def pattern_draft(proposal: Proposal, author: str, now: datetime) -> Lesson:
    """The drafted pattern as a lesson.  Raises InvalidInput where it has no advice, or fails its own samples."""
    item = {key: value for key, value in proposal.item.items() if value not in (None, "", [])}
    if not any(item.get(name) for name in ("meaning", "fix", "commands", "warning")):
        raise InvalidInput(
            f"{proposal.id} says neither what the text means nor what helps, and an answer without advice helps "
            f"nobody; give `meaning` or `fix` as edits: kb accept {proposal.id} --meaning TEXT --fix TEXT"
        )
    texts = [str(item.pop(name, "")) for name in ("pattern", "meaning", "fix")]
    commands, category = listed(item.pop("commands", None)), str(item.pop("category", ""))
    more = details({"author": author or None, **item})
    lesson = pattern_lesson(texts[0], texts[1], texts[2], commands, category, more, now)
    if lesson.quarantined:
        raise InvalidInput(f"{lesson.quarantined}; mend `pattern` or `must_match`, then accept it again")
    return _marked(lesson, proposal)


def runbook_draft(proposal: Proposal, author: str, now: datetime) -> Lesson:
    """The drafted runbook as a lesson.  Raises InvalidInput where it has no name or no steps."""
    item = proposal.item
    steps = listed(item.get("steps"))
    if not steps:
        raise InvalidInput(f"{proposal.id} has no steps; give them with --edit FILE")
    entry = Runbook(
        name=required("name", str(item.get("name", ""))),
        when=checked("when", str(item.get("when", ""))),
        steps=steps,
        commands=listed(item.get("commands")),
        check=checked("check", str(item.get("check", ""))),
        warning=checked("warning", str(item.get("warning", ""))),
        scope=Scope(services=listed(item.get("services")), environments=listed(item.get("environments"))),
        status=Status.CANDIDATE,
        provenance=Provenance(origin=Origin.LEARNED, author=author or None, at=now),
    )
    entry = replace(entry, id=derive_id(entry))
    said = {
        "id": entry.id,
        "name": entry.name,
        "when": entry.when,
        "steps": list(entry.steps),
        "commands": list(entry.commands),
        "check": entry.check,
        "warning": entry.warning,
        "services": list(entry.scope.services),
        "environments": list(entry.scope.environments),
        "status": entry.status.value,
        "origin": Origin.LEARNED.value,
        "author": author,
        "learned_at": now.isoformat(timespec="seconds"),
    }
    body: dict[str, object] = {name: value for name, value in said.items() if value not in (None, "", [])}
    return _marked(Lesson(entry, "learned/runbooks", "procedures", body), proposal)


def verification_draft(proposal: Proposal, by: str, now: datetime) -> dict[str, Any]:
    """The values that say that the runbook was run to its end.  Raises InvalidInput when nobody says so."""
    given = proposal.item.get("verified", {})
    if not isinstance(given, Mapping):
        raise InvalidInput("`verified` must say who and when, such as {by: ana, at: 2026-05-20}")
    who = str(given.get("by") or by)
    if not who:
        raise InvalidInput(f"say who ran the runbook to its end: kb accept {proposal.id} --reviewed-by NAME")
    try:
        day = date.fromisoformat(str(given.get("at") or now.date()))
    except ValueError:
        raise InvalidInput(f"at: {given.get('at')!r} is no date; write it as 2026-05-20") from None
    return {"verified": {**given, "by": who, "at": day}} if proposal.item else {}


def _marked(lesson: Lesson, proposal: Proposal) -> Lesson:
    """The lesson with a word in its item on where it comes from; kb keeps such keys and does not read them."""
    origin: dict[str, Any] = {"proposal": proposal.id, "records": proposal.weight}
    if proposal.incidents:
        origin["incidents"] = list(proposal.incidents)
    by = f"reviewed by {proposal.reviewed_by}" if proposal.reviewed_by else "please review"
    taken = {name: f"from {said}, {by}" for name, said in proposal.review.items() if name in lesson.item}
    return replace(lesson, item={**lesson.item, "drafted_from": origin | taken})
