"""Which candidates are shown, in what order, and how each is explained.

The best goes first, then those that name what is not named yet.  Runbooks come in families: those of one product quote
each other's sentences, and the same one lies in two folders.  Five places filled with one family are one answer.  So
after the first place two more things count:

- words of the question that a title names and no title shown before it does move its entry up, by up to `MOST_LIFT`:
  "Kubelet has disappeared …" is quoted by KubeSchedulerDown nearly word for word, but names KubeletDown;
- a second runbook of a name counts one class lower, so that it does not keep another answer from being seen.

Neither lifts an entry over a threshold: what settles the question stays before what only relates, and that before
what hardly fits.  The first place is left as it is.  Of 134 alerts with a runbook 134 then have it in the first
five (131 before, `benchmarks/alerts.py`).  That is three questions of one family, and these rules were chosen on
them: what they gain elsewhere is not measured.  Texts without short names keep their order; bug reports under long
titles lose 0.7 points of their 36 there.

A candidate that is shown (`to_match`) has the piece of the question that it rests on, and its commands are filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypedDict

from kb.lookup.candidates import is_same_service
from kb.lookup.judging import Judged
from kb.lookup.question import Question
from kb.lookup.scoring import KNOWN, RELATED
from kb.lookup.verdict import place_of
from kb.model import Entry, Incident, Origin, Runbook
from kb.model.ledger import Evidence, Match, Standing, Verdict
from kb.text.entries.placeholders import KnownValues, assigned_in
from kb.text.evidence.evidence import title_line
from kb.text.tokens import first_sentence, tokenize

LIFT, MOST_LIFT = 30.0, 2.0
"""Log-odds for a title that names all of the question, and the most that any gets.

From 15 to 60 it gains the same; a lift of 2 is what a record cannot make up for, either (`rank_score`).
"""


def worth_showing(ordered: Sequence[Judged], verdict: Verdict) -> list[Judged]:
    """What may be shown under a verdict, in the same order: all that ranks, since what is right may rank low.

    What is below `RELATED` says that it is unlikely; under `unknown` the whole answer says so.
    """
    if verdict is Verdict.UNKNOWN:
        return list(ordered)
    return [one if one.confidence >= RELATED else _unlikely(one) for one in ordered]


def _unlikely(one: Judged) -> Judged:
    return replace(one, reason=f"{one.reason}; unlikely")


def offered(ordered: Sequence[Judged], limit: int) -> list[Judged]:
    """The first `limit`, none of a family before others; where all are established, the best new one goes last.

    Else what was learned yesterday would never be tried while others fill the list.  A limit of one
    leaves no place to explore.
    """
    shown = spread(ordered, limit)
    if limit < 2 or any(one.trust.standing is not Standing.ESTABLISHED for one in shown):
        return shown
    new = next((o for o in ordered if o.trust.standing is Standing.NEW and o not in shown), None)
    return [*shown[:-1], new] if new else shown


def spread(ordered: Sequence[Judged], limit: int) -> list[Judged]:
    """`limit` of the candidates, which come best first: the first, then always the best of what is left."""
    levels = dict(enumerate(_levels(ordered)))
    shown, named, runbooks = list[Judged](), set[str](), set[str]()

    def place(n: int) -> tuple[int, float, int]:
        again = _runbook_name(ordered[n]) in runbooks
        return _confidence_class(ordered[n]) + again, levels[n] - _lift(ordered[n], named), n

    while levels and len(shown) < limit:
        best = min(levels, key=place) if shown else 0
        del levels[best]
        shown.append(ordered[best])
        named.update(ordered[best].found.named)
        runbooks |= {_runbook_name(ordered[best])} - {""}
    return shown


def _levels(ordered: Sequence[Judged]) -> list[float]:
    """The place of each in log-odds, lower is better, never better than that of the one before it."""
    levels = list[float]()
    for one in ordered:
        _, place = place_of(one)
        levels.append(max([place, *levels[-1:]]))
    return levels


def _confidence_class(one: Judged) -> int:
    """0 for what settles the question, 1 for what relates, 2 for what hardly fits."""
    return (one.confidence < KNOWN) + (one.confidence < RELATED)


def _runbook_name(one: Judged) -> str:
    """The name of a runbook, by which a second one is the same answer from another team; empty for others.

    Not so for other kinds: two patterns of one name may have two causes.
    """
    return one.entry.headline.casefold() if isinstance(one.entry, Runbook) else ""


def _lift(one: Judged, named: set[str]) -> float:
    """More for a title that the question mentions whole than for a long one that has a word of it by chance."""
    if one.unwritten:
        return 0.0
    fresh = sum(share for word, share in one.found.named.items() if word not in named)
    return min(MOST_LIFT, LIFT * fresh * one.found.features.get("title_loose", 0.0))


_SUMMARY_CHARACTERS = 200
_COMPARED = 5_000
"""Characters of an entry that are compared with the lines of the question."""


class _IncidentFacts(TypedDict, total=False):
    """What a match says of an incident beside its advice."""

    date: date | None
    severity: str
    summary: str


def to_match(one: Judged, question: Question) -> Match:
    """The match that is handed out."""
    entry, advice = one.entry, one.entry.advice()
    known = KnownValues(one.found.captures, assigned=assigned_in(advice.commands))
    return Match(
        id=entry.id,
        kind=entry.kind,
        title=title_line(entry.headline),
        confidence=one.confidence,
        tier=one.found.tier,
        reason=one.reason,
        evidence=one.found.evidence or closest_line(question, entry),
        meaning=advice.meaning,
        fix=advice.fix,
        commands=tuple(map(known.fill, advice.commands)),
        check=advice.check,
        warning=advice.warning,
        trust=one.trust,
        standing=one.trust.standing,
        status=entry.status,
        source=entry.provenance.source,
        also=one.copies,
        same_service=is_same_service(question, entry),
        general=entry.provenance.origin is Origin.STARTER,
        **_incident_facts(entry),
    )


def _incident_facts(entry: Entry) -> _IncidentFacts:
    """What tells one incident from another at a glance; nothing of other kinds."""
    if not isinstance(entry, Incident):
        return {}
    severity = entry.severity.value if entry.severity else entry.severity_label
    summary = first_sentence(entry.summary or entry.impact, _SUMMARY_CHARACTERS)
    return {"date": entry.date, "severity": severity, "summary": summary}


def closest_line(question: Question, entry: Entry) -> Evidence | None:
    """The line of the question that shares most words with the entry; of equals the most telling."""
    if not question.evidence:
        return None
    words = set(tokenize("\n".join(passage.text for passage in entry.passages())[:_COMPARED]))
    line = max(
        (one.line for one in question.evidence),
        key=lambda line: (len(words.intersection(tokenize(line.text))), line.score, -line.line),
    )
    return Evidence(text=line.text, line=line.line, start=line.start, end=line.end)
