"""How a home is, at a glance, and parts of it: a service, what was asked and not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kb.model.change import Change
from kb.model.incident import LiveIncident
from kb.model.kinds import Quirk
from kb.model.ledger import SearchHit


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a home is, from what is counted already."""

    home: str
    """Its folder."""
    entries: dict[str, int] = field(default_factory=dict)
    """What is offered, by kind."""
    files: int = 0
    """How many documents were read."""
    last_ingest: datetime | None = None
    """When one of them was last read."""
    proposals: int = 0
    """Proposals that nobody decided on."""
    quarantined: int = 0
    """Entries in quarantine, which are not offered."""
    unembedded: int = 0
    """Texts that the next search or `kb doctor --repair` embeds."""
    without_outcome: int = 0
    """Known answers of the last week of which nobody said what came of them."""
    mistakes: tuple[str, ...] = ()
    """What is wrong in files, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCounts:
    """One service in numbers.  `incidents` are past ones, from documents or lived here; `open` are lived now.

    `without_runbook` counts the alert rules that lead to no runbook that is written; `changes` those of 30 days.
    """

    name: str
    entries: int = 0
    incidents: int = 0
    open: int = 0
    quirks: int = 0
    rules: int = 0
    without_runbook: int = 0
    changes: int = 0


class RunbookState(StrEnum):
    """Whether an alert rule leads to a runbook."""

    WRITTEN = "written"
    UNWRITTEN = "unwritten"
    """Its runbook only promises to be written."""
    MISSING = "missing"
    """It names a runbook which the home does not have."""
    NONE = "none"
    """It names none, and none has its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOfService:
    """An alert rule, and the runbook that it leads to."""

    id: str
    name: str
    severity: str
    runbook: RunbookState
    services: tuple[str, ...] = ()
    runbook_id: str = ""
    runbook_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services that a home knows, those of open incidents first, then those of the most entries.

    `covered` of all alert `rules` lead to a runbook that is written; of the others, `unplaced` are those that name no
    service.
    """

    services: tuple[ServiceCounts, ...]
    total: int
    """How many there are; the list may be shorter."""
    rules: int
    covered: int
    unplaced: tuple[RuleOfService, ...]
    unplaced_total: int
    """How many of these there are; the list may be shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOverview:
    """What a home knows about one service; lists are cut, `counts` tell how much there is of each."""

    name: str
    counts: dict[str, int]
    """Offered entries about it, by kind."""
    open: tuple[LiveIncident, ...]
    """The incidents of it that are lived now, without their timelines."""
    quirks: tuple[Quirk, ...]
    incidents: tuple[SearchHit, ...]
    """Past ones, the newest first."""
    changes: tuple[Change, ...]
    """Of the last `changes_days`, newest first."""
    changes_days: int
    rules: tuple[RuleOfService, ...]
    """Its alert rules, those without a runbook first."""
    without_runbook: int
    others: tuple[SearchHit, ...]
    """Everything else that is offered about it: runbooks, patterns, known errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAsked:
    """What was asked and not known, however often; ids and numbers do not make another question.

    `line` is its most telling line as it was asked last, without secrets; `proposal_id` the pattern that is proposed
    for it, empty where there is none.
    """

    template: str
    line: str
    fingerprint: str
    count: int
    first: datetime
    last: datetime
    services: tuple[str, ...]
    is_new: bool
    """Whether it was first asked within the last seven days."""
    wants_draft: bool
    """Whether it was asked so often that somebody should write down what it is."""
    proposal_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """What was asked in the last `days` and is not known to this day."""

    unknowns: tuple[UnknownAsked, ...]
    total: int
    """How many there are; the list may be shorter."""
    new: int
    """How many of them were first asked within the last seven days."""
    wanting: int
    """How many of them want a draft."""
    lookups: int
    """How many lookups were read."""
    days: int
