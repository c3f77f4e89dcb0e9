"""The trace tier: a learned text of many lines is found where its telling lines stand together, in their order.

A line weighs what it tells, less the more entries hold it: frames that every trace of a program passes through tell
little, the line that says what went wrong tells most.  Positions come from one scan of the whole text; what was seen
elsewhere is looked for again around the line that weighs most, so that lines of other troubles do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log

from kb.lookup.found import Found
from kb.lookup.question import EvidenceTemplate, Question
from kb.records.ledger import Evidence, Tier
from kb.text import template
from kb.text.carriers import Place, Unfolded
from kb.text.redact import redact
from kb.text.signature_engines import Needle
from kb.text.signature_set import SignatureHit, SignatureSet
from kb.text.specificity import text_specificity

AROUND = 20_000
"""Characters before and behind the line that weighs most within which the others are looked for."""
ENOUGH = 0.6
"""Of the weight of what was learned, the share from which it is the same; or of what is asked, in a few lines."""
LEAST = 0.2
"""The share below which a trace is not even a candidate: what it has in common is its program."""
_SHOWN = 200

Rarity = Callable[[str], float]
"""From 1 for a line of one trace to nearly 0 for a line of all."""
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SeenTrace:
    """What of one learned trace stands in a text, around the line of it that weighs most."""

    share: float
    """Of the weight of all its lines, that of the lines which stand there in their order."""
    lines: int
    of: int
    tells: float
    """How much these lines tell together, 0 to 1."""
    head: bool
    """Whether the line that tells most of all is among them."""
    places: tuple[Place, ...]
    """Where they stand in the whole text, the line that weighs most first."""
    text: str
    """That line, redacted."""


def rarity_among(signatures: SignatureSet) -> Rarity:
    """How rare a line is among the traces of a home."""
    traces = signatures.traces

    def rarity(line: str) -> float:
        return log((traces + 1) / max(1, signatures.owners(Needle(line, template=True)))) / log(traces + 1)

    return rarity


def seen_trace(hit: SignatureHit, block: Unfolded, rarity: Rarity) -> SeenTrace | None:
    """What of the trace stands in a block; None where nothing of it tells."""
    text, lines = block.text, hit.signature.needles
    weights = [weight * rarity(line) for line, weight in zip(lines, hit.signature.weights, strict=True)]
    spans = dict(zip(hit.found, hit.spans, strict=True))
    best = max(spans, key=lambda number: (weights[number], -number))
    if weights[best] <= 0:
        return None
    places = _near(spans, lines, text, spans[best])
    kept = _in_order(places, weights)
    start, end = spans[best]
    order = [best, *(number for number in kept if number != best)]
    return SeenTrace(
        share=sum(weights[number] for number in kept) / sum(weights),
        lines=len(kept),
        of=len(lines),
        tells=text_specificity("\n".join(lines[number] for number in kept)),
        head=weights.index(max(weights)) in kept,
        places=tuple(block.place(*places[number]) for number in order),
        text=redact(text[start : min(end, start + _SHOWN)]).text,
    )


def _near(spans: dict[int, _Span], lines: Sequence[str], text: str, around: _Span) -> dict[int, _Span]:
    """Where each line stands near the place; lines whose first place is elsewhere are looked for again."""
    begin, finish = max(0, around[0] - AROUND), around[1] + AROUND
    places = {number: span for number, span in spans.items() if begin <= span[0] <= finish}
    if missing := spans.keys() - places.keys():
        window = text[begin:finish].encode("utf-8", "replace")
        for number in missing:
            if place := template.find(lines[number], window):
                start = begin + len(window[: place.start].decode("utf-8", "replace"))
                places[number] = (
                    start,
                    start + len(window[place.start : place.end].decode("utf-8", "replace")),
                )
    return places


def _in_order(places: dict[int, _Span], weights: Sequence[float]) -> list[int]:
    """The numbers of the lines that stand in the order in which they were learned, and weigh most together."""
    best: dict[int, tuple[float, list[int]]] = {}
    for number in sorted(places):
        before = (one for other, one in best.items() if places[other] <= places[number])
        weight, chain = max(before, key=lambda one: one[0], default=(0.0, []))
        best[number] = weight + weights[number], [*chain, number]
    return max(best.values(), key=lambda one: one[0])[1]


def by_trace(entry_id: str, seen: SeenTrace, question: Question) -> Found | None:
    """The candidate; None where too little of it was seen."""
    share = seen.share
    if question.whole:  # a few lines, all of which must be the trace's
        share = min(share, _explained(question.evidence, seen.places))
    if share < LEAST or not seen.head:
        return None
    first = seen.places[0]
    reason = f"{seen.lines} of {seen.of} telling lines of the trace, in order"
    fit = min(1.0, share / ENOUGH)
    evidence = Evidence(text=seen.text, line=first.line, start=first.start, end=first.end)
    return Found(entry_id, Tier.TRACE, reason, evidence, seen.tells, fit=fit, whole=share >= ENOUGH)


def _explained(evidence: Iterable[EvidenceTemplate], places: Sequence[Place]) -> float:
    """Of what the lines that were asked tell, the share that stands in the trace as well."""
    told = [(text_specificity(one.template), one.line) for one in evidence]
    total = sum(weight for weight, _ in told)
    lines = {place.line for place in places}
    hit = sum(weight for weight, line in told if line.line in lines)
    return hit / total if total else 0.0
