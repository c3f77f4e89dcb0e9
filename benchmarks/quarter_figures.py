"""From handled incidents to figures: per seed, per week, per kind, and paired differences with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.quarter_agent import Handled

_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One incident, one memory, one seed: what the figures are made of."""

    seed: int
    arm: str
    week: int
    form: str
    new: bool
    shared: bool
    changed: bool
    minutes: float
    offered: bool
    first_right: bool
    wrong_tries: int
    knowable: bool

    @classmethod
    def of(cls, seed: int, arm: str, one: Handled) -> Row:
        """The row of a handled incident."""
        incident = one.incident
        return cls(
            seed=seed,
            arm=arm,
            week=incident.week,
            form=incident.form,
            new=incident.new,
            shared=bool(incident.cause.siblings),
            changed=incident.changed,
            minutes=one.minutes,
            offered=one.offered,
            first_right=one.first_right,
            wrong_tries=one.wrong_tries,
            knowable=one.knowable,
        )


Figure = Callable[[Sequence[Row]], float]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


FIGURES: dict[str, tuple[str, Figure]] = {
    "minutes": ("minutes to mitigation", lambda rows: _mean([row.minutes for row in rows])),
    "first_right": (
        "first offer right, % of repeats",
        lambda rows: 100 * _mean([row.first_right for row in rows if not row.new]),
    ),
    "wrong_tries": (
        "wrong offers followed, a quarter",
        lambda rows: float(sum(row.wrong_tries for row in rows)),
    ),
    "correct_unknown": (
        "new causes answered unknown, %",
        lambda rows: 100 * _mean([not row.offered for row in rows if row.new]),
    ),
    "missed": (
        "written down, yet nothing offered, %",
        lambda rows: 100 * _mean([not row.offered for row in rows if row.knowable]),
    ),
}
"""Name: what it is called, and how it is made from rows of one seed and memory."""

KINDS: dict[str, Callable[[Row], bool]] = {
    "new cause, a symptom of its own": lambda row: row.new and not row.shared,
    "new cause, a symptom shared with others": lambda row: row.new and row.shared,
    "repeat, a symptom of its own": lambda row: not row.new and not row.shared,
    "repeat, a symptom shared with others": lambda row: not row.new and row.shared,
    "repeat after the change that ended its fix": lambda row: not row.new and row.changed,
    "repeat, asked with a line of the log": lambda row: not row.new and row.form == "line",
    "repeat, asked within a log": lambda row: not row.new and row.form == "log",
    "repeat, asked in words": lambda row: not row.new and row.form == "words",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over seeds with its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.1f} [{self.low:.1f}, {self.high:.1f}]"

    @property
    def separated(self) -> str:
        """`lower`, `higher`, or nothing where the interval holds zero."""
        return "lower" if self.high < 0 else "higher" if self.low > 0 else ""


def interval(values: Sequence[float]) -> Interval:
    """Mean and percentile bootstrap over seeds (seeded, so that a report can be made again)."""
    known = np.array([value for value in values if not np.isnan(value)])
    if not len(known):
        return Interval(mean=float("nan"), low=float("nan"), high=float("nan"))
    picks = np.random.default_rng(0).integers(0, len(known), (_RESAMPLES, len(known)))
    low, high = np.percentile(known[picks].mean(axis=1), [2.5, 97.5])
    return Interval(mean=float(known.mean()), low=float(low), high=float(high))


def by_seed(rows: Sequence[Row], arm: str, figure: Figure) -> list[float]:
    """The figure for each seed in order; not a number where there is nothing to count."""
    seeds: dict[int, list[Row]] = {row.seed: [] for row in sorted(rows, key=lambda row: row.seed)}
    for row in rows:
        if row.arm == arm:
            seeds[row.seed].append(row)
    return [figure(mine) if mine else float("nan") for mine in seeds.values()]


def difference(rows: Sequence[Row], arm: str, against: str, figure: Figure) -> Interval:
    """`arm` minus `against`, paired by seed."""
    pairs = zip(by_seed(rows, arm, figure), by_seed(rows, against, figure), strict=True)
    return interval([one - other for one, other in pairs])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of a run."""

    arms: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]
    """Against whom, then by figure: the last memory minus this one."""
    weeks: Mapping[int, Mapping[str, Interval]]
    """Minutes by memory, and `difference` of the last memory and the one before."""
    kinds: Mapping[str, Mapping[str, Interval]]
    """The same by kind of incident; `count` is how many a quarter has."""

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def figures(rows: Sequence[Row], arms: Sequence[str]) -> Figures:
    """Everything that is reported; the last of `arms` is compared with the others."""
    best, others = arms[-1], arms[:-1]
    return Figures(
        arms={
            arm: {name: interval(by_seed(rows, arm, one)) for name, (_, one) in FIGURES.items()}
            for arm in arms
        },
        differences={
            arm: {name: difference(rows, best, arm, one) for name, (_, one) in FIGURES.items()}
            for arm in others
        },
        weeks={
            week: _minutes([row for row in rows if row.week == week], arms)
            for week in sorted({row.week for row in rows})
        },
        kinds={kind: _minutes([row for row in rows if holds(row)], arms) for kind, holds in KINDS.items()},
    )


def _minutes(rows: Sequence[Row], arms: Sequence[str]) -> dict[str, Interval]:
    figure = FIGURES["minutes"][1]
    found = {arm: interval(by_seed(rows, arm, figure)) for arm in arms}
    found["count"] = interval(by_seed(rows, arms[0], lambda mine: float(len(mine))))
    return {**found, "difference": difference(rows, arms[-1], arms[-2], figure)}
