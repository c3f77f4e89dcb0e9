"""Asks every case as a user would, and keeps what came of it.  Nothing of it enters the ledger.

Lookups are made with `record=False`: an evaluation is no incident, so it must not show up among what was
asked, offered or unknown, and no trust, proposal or watch list can follow from it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kb import __version__
from kb.evaluation.cases import Case, Cases, is_named
from kb.evaluation.figures import measure
from kb.evaluation.results import DEPTH, CaseResult, Run
from kb.model.ledger import EXACT, Answer, Match, Verdict
from kb.text.redact import redact
from kb.triage.budget import count_tokens

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

ALL_TIERS = "all"
"""What settled a question that no cheap tier did."""
_SHOWN = 160

Progress = Callable[[str, int, int], None]


def evaluate(kb: KnowledgeBase, cases: Cases, *, now: datetime, progress: Progress | None = None) -> Run:
    """Ask all cases and measure.  Raises what a lookup raises."""
    results, met = ask_all(kb, cases.cases, progress)
    groups = dict.fromkeys(one.group for one in results if one.group)
    return Run(
        version=__version__,
        at=now,
        files=cases.files,
        digest=cases.digest,
        model=kb.encoder.name,
        entries=kb.counts(),
        measured=measure(results),
        groups={name: measure([one for one in results if one.group == name]) for name in groups}
        if len(groups) > 1
        else {},
        strangers=_strangers(kb, cases.cases, met),
        results=tuple(results),
    )


def evenly(cases: Sequence[Case], most: int) -> tuple[Case, ...]:
    """At most so many of the cases, spread evenly over them."""
    if most <= 0 or most >= len(cases):
        return tuple(cases)
    return tuple(cases[index * len(cases) // most] for index in range(most))


def ask_all(
    kb: KnowledgeBase, cases: Sequence[Case], progress: Progress | None = None
) -> tuple[list[CaseResult], set[str]]:
    """The result of every case, and the names of right answers that some match had."""
    results, met, seen = list[CaseResult](), set[str](), Counter[str]()
    if cases:  # what is loaded by the first question is no lookup's own time
        kb.check_known_issues(cases[0].query, limit=1, deep=True, record=False)
    for done, case in enumerate(cases, 1):
        answer = kb.check_known_issues(
            case.query, case.tool, case.service, case.environment, DEPTH, record=False
        )
        result = to_result(case, answer)
        seen[result.key] += 1
        met.update(name for name in case.relevant if any(_fits(match, [name]) for match in answer.matches))
        results.append(result if seen[result.key] == 1 else _again(result, seen[result.key]))
        if progress:
            progress("ask", done, len(cases))
    return results, met


def to_result(case: Case, answer: Answer) -> CaseResult:
    """What the answer is worth for this case."""
    right = (place for place, match in enumerate(answer.matches, 1) if _fits(match, case.relevant))
    first = answer.matches[0] if answer.matches else None
    return CaseResult(
        key=case_key(case),
        query=" ".join(redact(case.query).text.split())[:_SHOWN],
        relevant=case.relevant,
        rank=next(right, None),
        confidence=first.confidence if first else None,
        verdict=answer.verdict,
        first=first.id if first else "",
        settled_by=settled_by(answer),
        group=case.group,
        took_ms=answer.took_ms,
        tokens=_tokens(answer),
    )


def case_key(case: Case) -> str:
    """A hash of what is asked; what is right may change between runs, the question is the same."""
    asked = "\n".join((redact(case.query).text, case.tool, case.service, case.environment))
    return hashlib.blake2b(asked.encode(), digest_size=6).hexdigest()


def settled_by(answer: Answer) -> str:
    """`fingerprint` or `signature` where it made the question known by itself, else `all`."""
    first = answer.matches[0] if answer.matches else None
    exact = first is not None and first.tier in EXACT
    return str(first.tier) if first and exact and answer.verdict is Verdict.KNOWN else ALL_TIERS


def _fits(match: Match, names: Iterable[str]) -> bool:
    paths = [source.path for source in (match.source, *match.also) if source]
    return any(is_named(name, match.id, match.title, paths) for name in names)


def _again(result: CaseResult, time: int) -> CaseResult:
    """The same question asked once more has a key of its own."""
    return replace(result, key=f"{result.key}-{time}")


def _tokens(answer: Answer) -> int:
    from kb.text.entries.codec import to_builtins

    return count_tokens(json.dumps(to_builtins(answer), ensure_ascii=False, separators=(",", ":")))


def _strangers(kb: KnowledgeBase, cases: Iterable[Case], met: set[str]) -> tuple[str, ...]:
    """The right answers that no offered entry goes by."""
    missing = {name: None for case in cases for name in case.relevant if name not in met}
    if not missing:
        return ()
    for place in kb.known.places():
        for name in [name for name in missing if is_named(name, place.id, place.title, [place.path])]:
            del missing[name]
    return tuple(missing)
