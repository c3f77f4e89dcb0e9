"""What came of one case, and the run: all cases with the figures, as a file that can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kb.errors import FileUnreadable, InvalidInput

FORMAT = 1
"""Raised when a run can no longer be read as before."""
DEPTH = 5
"""Matches asked for, as many as a user sees; what comes later counts as not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of one case."""

    key: str
    """The case, by a hash of its question: equal in every run that asks it."""
    query: str
    """The beginning of what was asked, without secrets."""
    relevant: tuple[str, ...]
    """What would have been right; empty where "unknown" is."""
    rank: int | None
    """The place of the first right match, from 1; null where none was right."""
    confidence: float | None
    """The probability that was shown with the first match; null where nothing was shown."""
    verdict: str = ""
    """What the answer said."""
    first: str = ""
    """The entry that came first."""
    settled_by: str = ""
    """The tier that settled it: `fingerprint` or `signature`; `all` where every tier was asked."""
    group: str = ""
    """The source of the case, for figures of its own."""
    took_ms: float = 0.0
    """Milliseconds the lookup took."""
    tokens: int = 0
    """Tokens of the answer as compact JSON, at the most (the rule that briefs are fitted by)."""

    @property
    def right(self) -> bool:
        """Whether the first match was right."""
        return self.rank == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, 0 to 1, with its 95 % bootstrap interval; null where there is nothing to count."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """One row of the reliability table: the first matches whose probability fell into one tenth."""

    above: float
    """The tenth begins here."""
    n: int
    """How many there were."""
    probability: float | None
    """What they said of themselves, on average."""
    right: float | None
    """The share of them that was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCount:
    """How the answers of one verdict did."""

    cases: int
    """How often it was given."""
    right: int
    """The first match was right."""
    wrong: int
    """There was a right answer, and the first match was another."""
    unanswerable: int
    """No answer would have been right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds that lookups took."""

    n: int
    """How many lookups."""
    p50: float
    """Half of them took no longer."""
    p95: float
    """95 of 100 took no longer."""
    p99: float
    """99 of 100 took no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of a set of results."""

    cases: int
    """How many were asked."""
    answerable: int
    """How many of them have a right answer."""
    figures: dict[str, Figure]
    """By name; `kb.evaluation.figures` says what each is."""
    threshold: float | None
    """The confidence from which at most 5 % of the answers are wrong; null where no threshold does that."""
    reliability: tuple[Tenth, ...]
    """Probabilities shown against what was so, tenth by tenth."""
    verdicts: dict[str, VerdictCount]
    """By verdict."""
    latency: dict[str, Latency]
    """By the tier that settled it; `every` is all of them."""
    tokens: float | None
    """Tokens of an answer, the median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One evaluation: figures, settings, and every case."""

    format: int = FORMAT
    """Of this file."""
    version: str
    """Of kb."""
    at: datetime
    """When it was run."""
    files: tuple[str, ...]
    """The files of cases."""
    digest: str
    """A hash of their content."""
    model: str
    """The embedding model."""
    depth: int = DEPTH
    """Matches asked for."""
    entries: dict[str, int]
    """Offered entries, by kind."""
    measured: Measured
    """Over all cases."""
    groups: dict[str, Measured] = field(default_factory=dict)
    """By group, where there are several."""
    strangers: tuple[str, ...] = ()
    """Right answers that name nothing in this home: a misspelling, or a file that was not ingested."""
    results: tuple[CaseResult, ...] = ()
    """Every case, as it was asked."""


def save_run(run: Run, path: Path) -> None:
    """Write the run as JSON; the file is whole or not there.  Raises OSError."""
    import msgspec

    from kb.memory.yaml_file import write_atomically

    write_atomically(path, msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def load_run(path: Path) -> Run:
    """A run that `save_run` wrote.  Raises FileUnreadable, or InvalidInput when it is none."""
    import msgspec

    from kb.records import from_json

    try:
        run = from_json(path.read_bytes(), Run)
    except OSError as error:
        raise FileUnreadable(f"{path}: cannot be read ({error.strerror})") from error
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            f"{path}: this is no run of kb eval ({error}); make one: kb eval CASES -o RUN"
        ) from error
    if run.format != FORMAT:
        raise InvalidInput(
            f"{path}: a run of format {run.format}, this kb reads {FORMAT}; make it anew: kb eval CASES -o RUN"
        )
    return run
