"""An entry of the knowledge base: what all kinds share, and the small values that it is made of.

All kinds share id, status, scope and provenance.  Each (`kb.model.kinds`) says how it is titled (`headline`), what
identifies it (`natural_key`), what text it can be found by (`passages`) and what it advises (`advice`).

All values are frozen, all have defaults, none knows about files or databases.  Times are timezone-aware; a `date`
is used where the source gives no time of day, so that a precision is never invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar


class Status(StrEnum):
    """Where an entry stands in its life (`docs/domain.md`)."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"
    QUARANTINED = "quarantined"


OFFERED = (Status.ACTIVE, Status.CANDIDATE)
"""The statuses that lookup and search may return."""


class Severity(StrEnum):
    """The canonical scale; `Incident.severity_label` keeps what the source wrote."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class Origin(StrEnum):
    """How an entry came to be known; the prior of its trust depends on it."""

    WRITTEN = "written"
    """A person wrote it into a file of `learned/`."""
    LEARNED = "learned"
    """An agent or engineer called `learn_pattern`, `learn_tool_fix` or `memory_append`."""
    INGESTED = "ingested"
    """It was read from a document."""
    STARTER = "starter"
    """It came with `kb init`."""


class CauseStatus(StrEnum):
    """How sure a causal claim is."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an entry holds.  An empty field means "anywhere", not "nowhere"."""

    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The place an entry was read from; `path` is as it was given, `line` counts from 1."""

    path: str
    section: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who says so, since when, and where it is written."""

    origin: Origin = Origin.INGESTED
    author: str | None = None
    at: datetime | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Texts that the entry's signatures must and must not match; checked at every load."""

    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A text that gives an entry away: all `needles` must occur in the input, in any order.

    An entry matches when any one of its signatures does.  Literals are compared without regard
    to case; with `regex` each needle is a regular expression in RE2 syntax (linear time).  The index of a home
    looks for more than people write: with `template` a needle is a masked line, in which `<*>` stands for one thing
    that varies; with `trace`, a letter a needle, the needles are the telling lines of one trace, of which some
    must occur.
    """

    needles: tuple[str, ...]
    regex: bool = False
    template: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an entry's text to search: `role` is `title`, `symptom`, `cause`, `fix` or `body`."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One contributing factor, and how sure the source is of it.

    `line` counts from 1: where the file tells it in prose that no heading announces; None elsewhere.
    """

    text: str
    status: CauseStatus = CauseStatus.CONFIRMED
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One line of a timeline; `time` is as the source wrote it, `at` only where it is unambiguous."""

    text: str
    time: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that was done to end an incident, as its report tells it; nobody has confirmed that it was that.

    `section` is where it was read (`timeline`, `summary`, …), `line` counts from 1 and is None where it is not known.
    """

    text: str
    time: str = ""
    section: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """Something to do after an incident; `done` is None where the source does not say."""

    text: str
    owner: str | None = None
    due: date | None = None
    done: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Who ran a runbook or fix to the end, when, and in which incident."""

    by: str | None = None
    at: date | None = None
    incident: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an entry tells the person who meets it, whatever its kind."""

    meaning: str = ""
    fix: str = ""
    commands: tuple[str, ...] = ()
    check: str = ""
    """The question or command that separates this cause from others with the same symptom."""
    warning: str = ""
    """What was tried and did not work, or why this is not an error at all."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What all kinds share.  Subclasses add their fields and answer the four questions below."""

    kind: ClassVar[str]

    id: str = ""
    status: Status = Status.ACTIVE
    scope: Scope = Scope()
    provenance: Provenance = Provenance()
    expires: date | None = None
    samples: Samples = Samples()
    signatures: tuple[Signature, ...] = ()
    check: str = ""
    warning: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys of the source that kb does not know; kept, never interpreted."""

    @property
    def headline(self) -> str:
        """One line that names the entry to a person."""
        raise NotImplementedError

    @property
    def natural_key(self) -> str:
        """What makes two spellings of this entry the same entry; the id is derived from it."""
        return self.headline

    def passages(self) -> tuple[Passage, ...]:
        """The texts that the entry can be found by, title first, empty ones left out."""
        raise NotImplementedError

    def advice(self) -> Advice:
        """What to tell somebody who meets it."""
        raise NotImplementedError


def passages_of(*pairs: tuple[str, str]) -> tuple[Passage, ...]:
    """Role and text of each passage, empty texts left out."""
    return tuple(Passage(role=role, text=text.strip()) for role, text in pairs if text.strip())
