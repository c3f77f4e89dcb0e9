"""What happened: lookups, offers, outcomes, events; and the trust that follows from them."""

from __future__ import annotations

import datetime as calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb.model.entry import Source, Status


class Verdict(StrEnum):
    """The answer to "have we seen this before?"."""

    KNOWN = "known"
    RELATED = "related"
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """How a match was found, cheapest first."""

    FINGERPRINT = "fingerprint"
    SIGNATURE = "signature"
    TRACE = "trace"
    LEXICAL = "lexical"
    SEMANTIC = "semantic"


EXACT = (Tier.FINGERPRINT, Tier.SIGNATURE, Tier.TRACE)
"""The tiers that find the very texts that were learned; the others rank what is near."""


class Standing(StrEnum):
    """Where an entry stands by its record; of equally relevant ones they are offered in this order."""

    ESTABLISHED = "established"
    """It resolved something, and is trusted more than its provenance alone would be."""
    NEW = "new"
    """Unverified: no record, or one too thin or too mixed to tell."""
    FAILING = "failing"
    """Its failures weigh more than its successes, or it failed three times since its last one."""


class Result(StrEnum):
    """What came of an entry that was offered.  Offered is not applied, applied is not resolved."""

    APPLIED = "applied"
    """It is being tried; what came of it is not known yet, and may never be."""
    RESOLVED = "resolved"
    FAILED = "failed"
    NOT_APPLIED = "not_applied"
    MADE_WORSE = "made_worse"
    RECURRED = "recurred"
    """What it had resolved came back within the observation window."""


FAILURES = (Result.FAILED, Result.MADE_WORSE)
"""The results that say that it did not help."""
APPLIED = (Result.APPLIED, Result.RESOLVED, *FAILURES)
"""The results that say that the entry's advice was followed."""


DAY = "day "
"""How the `trouble` of an outcome begins that names none: outcomes of one day count once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One use of an entry.  `verified_by` names who checked that the fix held; unverified counts less.

    `success` is set where `result` is `recurred`: the id of the outcome that did not last.  `trouble` is what it
    counts for, as far as the home knows that (`kb.store.ledger`); outcomes of one trouble count once.
    """

    id: str
    at: datetime
    entry_id: str
    result: Result
    lookup_id: str | None = None
    incident: str | None = None
    service: str = ""
    actor: str = ""
    verified_by: str | None = None
    success: str | None = None
    note: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A line in which an entry was asked for when it resolved the trouble; derived from the ledger."""

    fingerprint: str
    line: str
    at: datetime
    """When it was last asked and resolved."""
    services: tuple[str, ...] = ()
    verified: bool = False
    """Whether somebody verified one of the successes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A lookup as the ledger keeps it: the telling lines of its text, without secrets, and where it was seen."""

    id: str
    at: datetime
    fingerprint: str
    lines: tuple[str, ...]
    tool: str = ""
    service: str = ""
    environment: str = ""
    incident: str | None = None
    disproved: bool = False
    """What was offered was tried or ruled out, and nothing of it is known to have resolved the trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of an entry after a lookup, with what that lookup asked."""

    entry_id: str
    lookup_id: str
    result: Result
    at: datetime
    actor: str
    lines: tuple[str, ...]
    service: str
    environment: str
    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOutcome:
    """What came of one entry after a lookup; `title` is its headline, or its id where it is gone."""

    entry_id: str
    title: str
    result: Result
    at: datetime
    verified_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLookup:
    """A lookup of which it is known what came of it, by its outcomes or by those of its incident."""

    id: str
    at: datetime
    fingerprint: str
    lines: tuple[str, ...]
    tool: str = ""
    service: str = ""
    environment: str = ""
    outcomes: tuple[KnownOutcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far to trust an entry: the posterior mean (0 to 1) and the record that it rests on.

    `low` to `high` is the central 90 % credible interval.  `resolved` and `failed` count occurrences
    (incidents, or lookups outside of any), `n` is their sum, `recurred` how many of the resolved came
    back; `last` is when it last resolved something.
    """

    value: float
    low: float = 0.0001
    high: float = 0.9999
    resolved: int = 0
    failed: int = 0
    recurred: int = 0
    n: int = 0
    last: datetime | None = None
    standing: Standing = Standing.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The piece of the input that a match rests on; `line` counts from 1, offsets are characters."""

    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One entry offered for a question, with everything needed to act on it or to doubt it."""

    id: str
    kind: str
    title: str
    confidence: float
    tier: Tier
    reason: str
    evidence: Evidence | None
    meaning: str
    fix: str
    commands: tuple[str, ...]
    check: str
    warning: str
    trust: Trust
    status: Status
    source: Source | None
    standing: Standing = Standing.NEW
    also: tuple[Source, ...] = ()
    """Other files that say exactly the same."""
    same_service: bool = False
    """Whether it is about the service that was asked about, or that the log names."""
    general: bool = False
    """Whether it is the advice that every new home has: never what happened here."""
    date: calendar.date | None = None
    """Of an incident, the day on which it began; with `severity` and `summary`, one line that tells it."""
    severity: str = ""
    """Of an incident, on the scale SEV1 to SEV4, else as its source wrote it."""
    summary: str = ""


NO_MATCH = "no entry matches; the nearest are shown, they are not a match"
"""The note of an answer that is `unknown` and shows entries all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a lookup returns.  Under `unknown`, `matches` are the nearest entries and explicitly no match.

    `lookup_id` is null when the lookup could not be recorded (a read-only home); `hidden` counts
    the matches left out by `limit`; `notes` says what the answer could not take into account.  `seen` is what the
    log itself says of its most telling line: `service`, `unit`, `container`, `pod`, `namespace`, `host`, `severity`,
    `time`, `logger`, those that it names, as it wrote them.  `telling` is that line, under `unknown`: what to look for,
    and to keep once somebody knows what it means.
    """

    verdict: Verdict
    lookup_id: str | None
    took_ms: float
    hidden: int
    alternatives: bool
    matches: tuple[Match, ...]
    notes: tuple[str, ...] = ()
    seen: dict[str, str] = field(default_factory=dict)
    telling: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An entry found by an engineer's search; `score` is comparable within one search only."""

    id: str
    kind: str
    title: str
    score: float
    snippet: str
    date: str | None
    services: tuple[str, ...]
    status: Status
    source: Source | None


class SearchHits(list[SearchHit]):
    """What a search found; `passing` is how many entries pass its filters.

    The best is first, or without words (`newest`) the newest.  `why_none` is why nothing was found, where one can tell.
    """

    def __init__(
        self, hits: Iterable[SearchHit] = (), *, passing: int = 0, newest: bool = False, why_none: str = ""
    ) -> None:
        super().__init__(hits)
        self.passing, self.newest, self.why_none = passing, newest, why_none

    @property
    def note(self) -> str:
        """Says that the limit cut the list, or why it is empty, and what to do; empty where neither is so."""
        if self.passing <= len(self):
            return self.why_none
        first = "newest" if self.newest else "best"
        return f"the {first} {len(self)} of {self.passing} entries that pass; a higher limit shows more"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredLookup:
    """A lookup that an entry was the first answer to; `lines` are what it asked, without secrets."""

    id: str
    at: datetime
    verdict: Verdict
    tier: Tier
    service: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NearEntry:
    """An entry that says nearly the same, and what separates it from look-alikes."""

    id: str
    kind: str
    title: str
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord:
    """What became of an entry: how often it answered, what came of that, and what is near it.

    `last_day`, `last_week` and `last_month` count the lookups of 24 hours, 7 and 30 days that it was the first answer
    to (`known` or `related`); who asked the same again within the hour counts once.  `answered` are the last of them,
    `outcomes` all that was recorded, both newest first.  `copies` are other files that say exactly the same.  `address`
    is where people read its source (`links.source` of kb.toml); empty where that is not said.
    """

    id: str
    last_day: int
    last_week: int
    last_month: int
    answered: tuple[AnsweredLookup, ...]
    outcomes: tuple[Outcome, ...]
    copies: tuple[Source, ...]
    near: tuple[NearEntry, ...]
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCounts:
    """How many entries pass the filters of a search, and how many would with another value of one of them."""

    passing: int
    kinds: dict[str, int]
    statuses: dict[str, int]
    severities: dict[str, int]
    services: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the session log.  `subject` is the incident that it belongs to, if any.

    `kind` is a `kb.model.incident.Step`; `data` holds what that step says beside its words.  `id` is its number in the
    ledger, by which a step can be named; 0 for one that was not read from there.
    """

    at: datetime
    action: str
    details: str = ""
    actor: str = ""
    subject: str | None = None
    kind: str = "note"
    data: dict[str, Any] = field(default_factory=dict)
    id: int = field(default=0, compare=False)
