"""Cases proposed from the ledger: what was asked here and what is known to have come of it, for a person to check.

The record is not the truth.  An entry may have been credited that only stood by, and what did not help may have been
applied wrongly; so each case says on what it rests, and is marked `checked: false` until somebody has read it.  What
was asked is kept as its telling lines, without secrets; that is what a case asks.  Pure but for the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.evaluation.cases import Case
from kb.memory.yaml_edit import render
from kb.model.ledger import FAILURES, JudgedLookup, Result
from kb.text.times import day_of
from kb.text.tokens import one_line

_HEAD = """\
# Cases for `kb eval`, proposed from the ledger of this home: {cases}, of {lookups} lookups with a known outcome.
# A person has to check each one: is `relevant` what would really have helped, and all that would have?  An empty list
# says that "unknown" is the right answer.  Correct it, take `checked: false` away, and delete what teaches nothing.
"""
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCase:
    """A proposed case: what was asked, what is right by the record, and the sentences that say why."""

    case: Case
    asked: datetime
    reasons: tuple[str, ...] = ()


def draft(lookups: Iterable[JudgedLookup]) -> list[DraftCase]:
    """A case for each question of which something is known, the newest first; asked again, it is still one case."""
    by_question: dict[str, list[JudgedLookup]] = {}
    for one in lookups:
        by_question.setdefault(one.fingerprint, []).append(one)
    found = [made for asked in by_question.values() if (made := _case(asked)) is not None]
    return sorted(found, key=lambda one: one.asked, reverse=True)


def _case(asked: Sequence[JudgedLookup]) -> DraftCase | None:
    newest = max(asked, key=lambda one: (one.at, one.id))
    outcomes = [outcome for one in asked for outcome in one.outcomes]
    helped = list(dict.fromkeys(one.entry_id for one in outcomes if one.result is Result.RESOLVED))
    failed = dict.fromkeys(one.entry_id for one in outcomes if one.result in (*FAILURES, Result.NOT_APPLIED))
    query = "\n".join(newest.lines).strip()
    if not query or not (helped or failed):
        return None
    case = Case(
        query=query,
        relevant=tuple(helped),
        tool=newest.tool,
        service=newest.service,
        environment=newest.environment,
        checked=False,
    )
    return DraftCase(case=case, asked=newest.at, reasons=tuple(_reasons(asked, helped, [*failed])))


def _reasons(asked: Sequence[JudgedLookup], helped: Sequence[str], failed: Sequence[str]) -> Iterator[str]:
    outcomes = [(one, outcome) for one in asked for outcome in one.outcomes]
    for entry_id in helped:
        here = [
            outcome
            for _, outcome in outcomes
            if (outcome.entry_id, outcome.result) == (entry_id, Result.RESOLVED)
        ]
        who = sorted({one.verified_by for one in here if one.verified_by})
        by = f"verified by {', '.join(who)}" if who else "verified by nobody"
        title = next((outcome.title for _, outcome in outcomes if outcome.entry_id == entry_id), "")
        yield f"resolved by {one_line(title, _SHOWN)} on {day_of(here[-1].at)}, {by}"
    for entry_id in (one for one in failed if one not in helped):
        result = next(outcome for _, outcome in reversed(outcomes) if outcome.entry_id == entry_id)
        yield f"{one_line(result.title, _SHOWN)} was offered: {result.result.replace('_', ' ')} ({entry_id})"
    if not helped:
        yield 'nothing is known to have helped: name what would have, or leave [] if "unknown" is right'


def as_yaml(cases: Sequence[DraftCase], lookups: int) -> str:
    """The file that `kb eval` reads, with what each case rests on as comments."""
    parts = [_HEAD.format(cases=len(cases), lookups=lookups)]
    for one in cases:
        comments = "".join(f"# {one_line(reason, 200)}\n" for reason in one.reasons)
        parts.append(f"{comments}{render([as_row(one.case)])}")
    return "\n".join(parts)


def as_row(case: Case) -> dict[str, object]:
    """A case as it is written."""
    texts = {"tool": case.tool, "service": case.service, "environment": case.environment, "group": case.group}
    return {
        "query": case.query,
        **{name: text for name, text in texts.items() if text},
        "relevant": list(case.relevant),
        **({} if case.checked else {"checked": False}),
    }
