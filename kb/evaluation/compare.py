"""Two runs side by side: what rose, what fell, which cases changed sides; and the cases that were answered worst.

Only cases that both runs asked, with the same right answers, are compared; how many were left out is said.
The interval of a difference comes from the same draws of cases for both (paired bootstrap; Koehn,
"Statistical Significance Tests for Machine Translation Evaluation", 2004): a figure changed *beyond
chance* when its interval does not hold zero.

A case that was answered badly (`misses`) comes with what may explain it: how telling it is, and why what came first
did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import InvalidInput
from kb.evaluation.cases import Case, is_named
from kb.evaluation.figures import EVERY, FIGURES, LOWER_IS_BETTER, Columns, draws, interval, number
from kb.evaluation.results import CaseResult, Figure, Run
from kb.model.ledger import Match
from kb.text.kinds import is_prose
from kb.text.specificity import text_specificity

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """How a figure moved; the figures are those of the cases that both runs share."""

    before: float | None
    """In the older run."""
    now: float | None
    """In this one."""
    difference: Figure
    """This one less the older one, with its 95 % interval."""
    beyond_chance: bool
    """Whether the interval leaves out zero."""
    worse: bool
    """Whether it moved to the bad side, by however little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A case that changed sides."""

    query: str
    """The beginning of what was asked."""
    relevant: tuple[str, ...]
    """What is right; empty where "unknown" is."""
    before: str
    """What came first, and the verdict, in the older run."""
    now: str
    """The same in this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run against an older one."""

    version: str
    """Of the kb that made the older run."""
    compared: int
    """Cases that both asked, with the same right answers."""
    left_out: int
    """Cases that only one of them asked, or that have other right answers now."""
    changes: dict[str, FigureChange]
    """By figure."""
    better: tuple[Flip, ...]
    """Cases answered well now and not before."""
    worse: tuple[Flip, ...]
    """Cases answered well before and not now."""
    notes: tuple[str, ...]
    """What differs beside the figures: other cases, another model, other entries, time, tokens."""


def compare(run: Run, older: Run) -> Comparison:
    """The comparison.  Raises InvalidInput when the two have no case in common."""
    before = {one.key: one for one in older.results}
    pairs = [
        (before[one.key], one)
        for one in run.results
        if one.key in before and set(before[one.key].relevant) == set(one.relevant)
    ]
    if not pairs:
        raise InvalidInput("the two runs have no case in common: there is nothing to compare")
    olds, news = [old for old, _ in pairs], [new for _, new in pairs]
    return Comparison(
        version=older.version,
        compared=len(pairs),
        left_out=len(run.results) + len(older.results) - 2 * len(pairs),
        changes=_changes(olds, news),
        better=tuple(_flip(old, new) for old, new in pairs if is_well(new) and not is_well(old)),
        worse=tuple(_flip(old, new) for old, new in pairs if is_well(old) and not is_well(new)),
        notes=tuple(_notes(run, older)),
    )


def is_well(result: CaseResult) -> bool:
    """Whether the answer was good: the right entry first, and offered; or "unknown" (not `known`) where none is."""
    return result.right and result.verdict != "unknown" if result.relevant else result.verdict != "known"


def failures(run: Run, comparison: Comparison | None, lowest: Mapping[str, float]) -> list[str]:
    """Why a run does not pass: figures below what was asked for, or worse than before beyond chance."""
    found = []
    for name, least in lowest.items():
        value = run.measured.figures[name].value
        if value is None or value < least:
            found.append(f"{name} is {'not there' if value is None else f'{value:.3f}'}, below {least:g}")
    for name, change in (comparison.changes if comparison else {}).items():
        if change.worse and change.beyond_chance:
            found.append(f"{name} got worse: {change.before:.3f} before, {change.now:.3f} now")
    return found


def parse_lowest(given: Iterable[str]) -> dict[str, float]:
    """`recall@1=0.95` as name and number.  Raises InvalidInput with the names that there are."""
    names = [name for name in FIGURES if name not in LOWER_IS_BETTER]
    lowest = {}
    for text in given:
        name, equals, value = text.partition("=")
        if name.strip() not in names or not equals:
            raise InvalidInput(f"{text!r} is to be NAME=NUMBER with one of: {', '.join(names)}")
        try:
            lowest[name.strip()] = float(value)
        except ValueError as error:
            raise InvalidInput(f"{text!r}: {value!r} is no number") from error
        if not 0 <= lowest[name.strip()] <= 1:
            raise InvalidInput(f"{text!r}: figures run from 0 to 1")
    return lowest


def _changes(olds: Sequence[CaseResult], news: Sequence[CaseResult]) -> dict[str, FigureChange]:
    before, now = Columns.of(olds), Columns.of(news)
    drawn, once, changes = list(draws(news)), np.ones((1, len(news))), dict[str, FigureChange]()
    for name, formula in FIGURES.items():
        old, new = formula(before, once)[0], formula(now, once)[0]
        spread = [formula(now, w[:, now.order]) - formula(before, w[:, before.order]) for w in drawn]
        low, high = interval(np.concatenate(spread))
        difference = Figure(value=number(new - old), low=low, high=high)
        moved = difference.value or 0.0
        changes[name] = FigureChange(
            before=number(old),
            now=number(new),
            difference=difference,
            beyond_chance=low is not None and high is not None and (low > 0 or high < 0),
            worse=moved > 0 if name in LOWER_IS_BETTER else moved < 0,
        )
    return changes


def _flip(old: CaseResult, new: CaseResult) -> Flip:
    return Flip(
        query=new.query, relevant=new.relevant, before=_answer_in_words(old), now=_answer_in_words(new)
    )


def _answer_in_words(result: CaseResult) -> str:
    return f"{result.verdict}: {result.first}" if result.first else result.verdict


def _notes(run: Run, older: Run) -> Iterable[str]:
    if run.digest != older.digest:
        yield "the files of cases differ; only the cases that both have are compared"
    if run.model != older.model:
        yield f"another embedding model: {older.model} before, {run.model} now"
    if run.entries != older.entries:
        yield f"the home holds {sum(run.entries.values())} entries, {sum(older.entries.values())} before"
    if run.version != older.version:
        yield f"another kb: {older.version} before, {run.version} now"
    took, before = run.measured.latency.get(EVERY), older.measured.latency.get(EVERY)
    if took and before:
        yield (
            f"p50 {before.p50:.1f} ms before, {took.p50:.1f} ms now; p95 {before.p95:.1f} and {took.p95:.1f} ms"
            " (not judged: machines differ)"
        )
    if run.measured.tokens and older.measured.tokens:
        yield f"an answer has {run.measured.tokens:.0f} tokens (median), {older.measured.tokens:.0f} before"


_LOOKED_AT = 20
"""Matches among which the right answer is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A case that was not answered well."""

    result: CaseResult
    """What came of it."""
    specificity: float
    """How much the question tells, 0 to 1 (`kb.text.specificity`)."""
    prose: bool
    """Whether people said it, and no program wrote it."""
    first: Match | None
    """What came first; its `reason` and `tier` say why."""
    right: Match | None
    """The best of the right answers among the first twenty; none where none came, or none is right."""
    place: int | None
    """Where that came, from 1."""


def misses(
    kb: KnowledgeBase, cases: Sequence[Case], results: Sequence[CaseResult], most: int = 10
) -> list[Miss]:
    """The worst of the results, the most confident first; each is asked once more, deep and unrecorded.

    `cases` are those that the results came of, in the same order.  Raises what a lookup raises.
    """
    wrong = [(case, one) for case, one in zip(cases, results, strict=True) if not is_well(one)]
    wrong.sort(key=lambda pair: -(pair[1].confidence or 0.0))
    return [_miss(kb, case, result) for case, result in wrong[:most]]


def _miss(kb: KnowledgeBase, case: Case, result: CaseResult) -> Miss:
    asked = case.query, case.tool, case.service, case.environment
    matches = kb.check_known_issues(*asked, _LOOKED_AT, deep=True, record=False).matches
    place = next((n for n, match in enumerate(matches, 1) if _is_right(match, case)), None)
    return Miss(
        result=result,
        specificity=text_specificity(case.query),
        prose=is_prose(case.query),
        first=matches[0] if matches else None,
        right=matches[place - 1] if place else None,
        place=place,
    )


def _is_right(match: Match, case: Case) -> bool:
    paths = [source.path for source in (match.source, *match.also) if source]
    return any(is_named(name, match.id, match.title, paths) for name in case.relevant)
