"""What proposals are drafted from: rows of the ledger and entries, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from kb.loop.learning import overlap
from kb.records import CauseStatus, Entry, Incident
from kb.records.ledger import Asked, Outcome, Trust
from kb.records.moves import Move
from kb.text.crashes import Role, message_of, roles, uncarried
from kb.text.generic import GENERIC
from kb.text.mask import fingerprint, mask, without_prefix
from kb.text.tokens import tokenize

LOOKBACK_DAYS = 180
"""Lookups older than this are no longer drafted from."""
MOST = 5000
"""Lookups, the newest, that are drafted from at most."""
SAME_CAUSE = 0.5
"""Two causes are one only when they share more than this of their words (Jaccard)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the gather functions look at.  `entries` are those on offer."""

    now: datetime
    asked: Sequence[Asked] = ()
    entries: Sequence[Entry] = ()
    known_prints: frozenset[str] = frozenset()
    """The fingerprints that entries on offer have, among those of the questions' lines."""
    owned: frozenset[str] = frozenset()
    """Ids of the entries that a memory file owns: the others cannot be edited, only retired."""
    quarantined: Sequence[tuple[Entry, Move]] = ()
    """Entries that are in quarantine because they failed, with the move that put them there."""
    outcomes: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    trust: Mapping[str, Trust] = field(default_factory=dict)
    incidents: Sequence[Incident] = ()
    """Incidents that ended, lived here or read from postmortems."""
    incident_of: Mapping[str, str] = field(default_factory=dict)
    """The incident that a lookup belongs to, by the lookup's id, where the incident names it."""
    healthy: Sequence[str] = ()
    verified: Mapping[str, date] = field(default_factory=dict)
    """When a person last said of a runbook that it holds, by its id."""


@lru_cache(maxsize=1 << 14)
def masked(line: str) -> tuple[str, str]:
    """The template of a line without its logger's prefix, and its fingerprint; remembered, as masking is dear."""
    return without_prefix(mask(line)), fingerprint(line)


def told(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line that is no boilerplate of a crash and no frame, with its message, free of a runtime's wrapper."""
    for line, role in zip(lines, roles(uncarried(lines)), strict=True):
        if role not in (Role.GENERIC, Role.FRAME):
            yield line, message_in(line, role)


def message_in(line: str, role: Role = Role.MESSAGE) -> str:
    """The message of a line, where it stands in it to the letter; else the line."""
    message = message_of(line, role) if role in (Role.MESSAGE, Role.CAUSE) else ""
    return message if message and message in line else line


def telling_words(text: str) -> set[str]:
    """The words of a text that say something: no words of operations, no stop words, no plain numbers."""
    return {word for word in tokenize(text) if word not in GENERIC and not word.isdecimal()}


def cause_of(incident: Incident) -> str:
    """The cause as the incident tells it; one that nobody confirmed says so."""
    confirmed = [c.text for c in incident.causes if c.status is CauseStatus.CONFIRMED]
    suspected = [c.text for c in incident.causes if c.status is CauseStatus.SUSPECTED]
    return "; ".join(confirmed) or "; ".join(f"Suspected: {text}" for text in suspected)


def one_cause(causes: Iterable[str]) -> bool:
    """Whether these tell of the same cause, as far as their words go; nothing said contradicts nothing."""
    said = [cause for cause in causes if cause.strip()]
    return all(same_cause(said[0], other) for other in said[1:])


def same_cause(one: str, other: str) -> bool:
    """Whether two texts name the same cause: most words shared, and not another kind of trigger."""
    from kb.lookup.alternatives import trigger_of_text

    triggers = {trigger_of_text(one), trigger_of_text(other)} - {""}
    return overlap(one, other) > SAME_CAUSE and len(triggers) < 2
