"""Healthy lines, the signatures that fire on them, and the dry run of an edited pattern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kb.errors import Problem
from kb.model.entry import Signature
from kb.model.ledger import Result, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyLine:
    """A line that is known to be fine; it stands for all lines of its template in its source."""

    fingerprint: str
    line: str
    count: int
    """How many lines of the source have this template; 0 for a further line of it that a signature fires on."""
    source: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthySource:
    """A log that is known to be fine: how many templates and lines were read from it."""

    source: str
    templates: int
    lines: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An entry whose signature fires on healthy lines.

    `lines` are some of them as they stand in `source`; `templates` counts all, `of` those of the source.
    """

    entry_id: str
    kind: str
    title: str
    source: str
    templates: int
    of: int
    lines: tuple[str, ...]
    reason: str
    """Why that is too much, in words; empty where it may (it is marked as expected)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyReport:
    """What the healthy lines say about the signatures of the home.

    `quarantined` are the entries that are off offer because of them, `fresh` the ids of those that this
    call took off, `released` of those that it brought back; `on_offer` fire and are offered: they may, where
    their `reason` is empty; or a person moved them back; or `problems` says why they could not be moved.
    """

    sources: tuple[HealthySource, ...]
    signatures: int
    """How many signatures were looked for."""
    quarantined: tuple[Firing, ...]
    on_offer: tuple[Firing, ...] = ()
    fresh: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Entries that could not be moved, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyAdded:
    """What adding a log did.  `templates` counts those kept of it now, `fresh` those that are new."""

    source: str
    lines: int
    templates: int
    fresh: int
    left_out: int
    """Lines of templates beyond the most that a source may have."""
    redacted: int
    alarming: tuple[str, ...]
    """Kept lines that look like errors: is this log really fine?"""
    report: HealthyReport


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLookup:
    """A lookup of the past: the line that the signature matches, the verdict then, and what came of it."""

    lookup_id: str
    at: datetime
    service: str
    line: str
    verdict: Verdict
    outcome: Result | None = None
    """The last outcome that was recorded for this lookup, of whichever entry."""
    outcome_of: str = ""
    """The entry that the outcome is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Some lookups of one sort, the newest first, and how many there are."""

    count: int
    shown: tuple[PastLookup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What an edit of a pattern would have changed in the past.  Nothing was written.

    `entry_id` is empty for a pattern that is not learned yet: all it matches is gained.
    """

    entry_id: str
    before: tuple[Signature, ...]
    after: Signature
    lookups: int
    """How many past lookups were read; the ledger keeps the telling lines of each, not the whole text."""
    gained: Replayed
    lost: Replayed
    kept: Replayed
    unseen: int
    """Lookups that the signature found in a part of the text that the ledger does not keep."""
    healthy: tuple[Firing, ...]
    """Where the edited pattern fires on healthy lines."""
    healthy_templates: int
    """How many healthy templates there are; with none, `healthy` says nothing."""
    problem: str
    """Why the edited entry would be quarantined; empty when it would not."""
