"""The cases that were answered worst, each with what may explain it: how telling it is, and why what came first did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.evaluation.cases import Case, is_named
from kb.evaluation.compare import is_well
from kb.evaluation.results import Result
from kb.records.ledger import Match
from kb.text.prose import is_prose
from kb.text.specificity import text_specificity

if TYPE_CHECKING:
    from kb.knowledge import KnowledgeBase

_LOOKED_AT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A case that was not answered well."""

    result: Result
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


def misses(kb: KnowledgeBase, cases: Sequence[Case], results: Sequence[Result], most: int = 10) -> list[Miss]:
    """The worst of the results, the most confident first; each is asked once more, deep and unrecorded.

    `cases` are those that the results came of, in the same order.  Raises what a lookup raises.
    """
    wrong = [(case, one) for case, one in zip(cases, results, strict=True) if not is_well(one)]
    wrong.sort(key=lambda pair: -(pair[1].confidence or 0.0))
    return [_miss(kb, case, result) for case, result in wrong[:most]]


def _miss(kb: KnowledgeBase, case: Case, result: Result) -> Miss:
    asked = case.query, case.tool, case.service, case.environment
    matches = kb.check_known_issues(*asked, _LOOKED_AT, deep=True, record=False).matches
    place = next((n for n, match in enumerate(matches, 1) if _is_right(match, case)), None)
    return Miss(
        result=result, specificity=text_specificity(case.query), prose=is_prose(case.query),
        first=matches[0] if matches else None, right=matches[place - 1] if place else None, place=place,
    )  # fmt: skip


def _is_right(match: Match, case: Case) -> bool:
    paths = [source.path for source in (match.source, *match.also) if source]
    return any(is_named(name, match.id, match.title, paths) for name in case.relevant)
