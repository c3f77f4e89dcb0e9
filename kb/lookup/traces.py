"""The trace tier: a learned text of many lines is found where its telling lines stand together, in their order.

A line weighs what it tells, less the more entries hold it: frames that every trace of a program passes through tell
little, the line that says what went wrong tells most.  Positions come from one scan of the whole text; what was seen
elsewhere is looked for again around the line that weighs most, so that lines of other troubles do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from kb.expression import expression
from kb.lookup.candidates import Found
from kb.lookup.question import EvidenceTemplate, Question
from kb.model import Signature
from kb.model.ledger import Evidence, Tier
from kb.text.carriers import LinePlace, Unfolded
from kb.text.crashes import message_of
from kb.text.evidence.alarm import reasons
from kb.text.evidence.reasons import INSTEAD, around, is_reason, missing_among, stands_instead
from kb.text.redact import redact
from kb.text.signatures import templates
from kb.text.signatures.engines import Needle
from kb.text.signatures.set import SignatureHit, SignatureSet
from kb.text.specificity import GENERIC, text_specificity
from kb.text.tokens import STOP_WORDS
from kb.text.traces import (
    ALARM,
    CAUSE,
    EXCEPTION,
    LEADS,
    MESSAGES,
    MOST_LINES,
    NAMED,
    NEAR,
    PLAIN,
    REST,
    SAYS,
    is_kernels,
    own_words,
)

AROUND = 20_000
"""Characters before and behind the line that weighs most within which the others are looked for."""
ENOUGH = 0.65
"""The share of a trace from which it is the same."""
_COUNTS = {NAMED: 4.0, LEADS: 4.0, CAUSE: 2.0, SAYS: 2.0, REST: 0.3, ALARM: 3.0, PLAIN: 1.0}
_NEAREST = 2.0
"""What a line counts for, by its letter; a frame next to the leading message less with each one between."""
NEARLY_ALL = 0.9
"""The same for a few lines in which nothing crashed: whatever else they say may be what went wrong."""
LEAST = 0.2
"""The share below which a trace is not even a candidate: what it has in common is its program."""
_SAME_CAUSE = 0.6
"""Of the words of a cause, the share from which it is the same where no word of operations is another."""
_SAME_PLACE, _NEARLY = 0.6, 0.5
"""Of the frames next to the message, the share from which it may stand there in other words, and how near those are."""
_WORD = expression(r"[A-Za-z_]{2,}")
_QUOTED = expression(r"(?<!\w)\\?[\"'`]([^\"'`\\\n<>]{2,80})\\?[\"'`](?!\w)")
_NAME = expression(r"(?<![\w:]):[a-z]\w+|\b[A-Za-z]\w*_\w+|\b[A-Za-z]*[a-z][A-Z]\w*|(?<=\[)[\w.-]{2,80}")
"""What a program names without quotes: a symbol, a word of several, what stands in brackets."""
_BODY = REST + ALARM + PLAIN
"""Letters of the lines around a message, and of those of a text in which nothing crashed."""
_KERNEL_FRAME = expression(r"[\w.]{2,200}\+(?:<\*>)?$")
_CAUSE_MISSING = "but the cause that was learned does not stand there"
_TOO_LITTLE = "but lines that were learned do not stand there"
_SHOWN = 200
_PLAIN = -0.9
"""Beside the score of an evidence line, which is 1 for one that says nothing grave."""

Rarity = Callable[[str], float]
"""From 1 for a line of one trace to nearly 0 for a line of all."""
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SeenTrace:
    """What of one learned trace stands in a text, around the line of it that weighs most."""

    said: float | None
    """Of what was said, the share that stands there; None where the trace has no message."""
    frames: float | None
    """Of the frames next to the message, or where there are none of all other lines, the share that stands there."""
    missing: tuple[str, ...]
    """The causes that do not stand there."""
    named: bool
    """The leading message names something of the program's own."""
    leader: str
    """The leading message, or where none leads the line that tells most; empty where it stands there."""
    lines: int
    of: int
    tells: float
    """How much the lines that stand there tell together, 0 to 1."""
    places: tuple[LinePlace, ...]
    """Where they stand in the whole text, the line that weighs most first."""
    text: str
    """That line, redacted."""
    otherwise: str = ""
    """Why lines that do not stand there tell another fault; empty where they do not."""

    def share(self, alike: float = 0.0) -> float:
        """How much of the trace stands there, where another line is `alike` its leading message (0 to 1).

        A message that names something of the program's own weighs three times the frames; one that only says what
        kind of crash it is, or stands there in other words, as much as they do.
        """
        said = self.said if self.said is None or not self.leader else max(self.said, alike)
        if said is None or self.frames is None:
            return said or self.frames or 0.0
        own = 0.75 if self.named and not self.leader else 0.5
        return own * said + (1 - own) * self.frames


def rarity_among(signatures: SignatureSet) -> Rarity:
    """How rare a line is among the traces of a home."""
    traces = signatures.traces

    def rarity(line: str) -> float:
        return log((traces + 1) / max(1, signatures.owners(Needle(line, template=True)))) / log(traces + 1)

    return rarity


def seen_trace(hit: SignatureHit, block: Unfolded, rarity: Rarity) -> SeenTrace | None:
    """What of the trace stands in a block; None where nothing of it tells."""
    text, lines, letters = block.text, hit.signature.needles, hit.signature.trace
    weights = [
        counts * text_specificity(line) * rarity(line)
        for line, counts in zip(lines, _counts(letters), strict=True)
    ]
    spans = dict(zip(hit.found, hit.spans, strict=True))
    best = max(spans, key=lambda number: (weights[number], -number))
    if weights[best] <= 0:
        return None
    places = _near(spans, lines, text, spans[best])
    kept = _in_order(places, weights)
    said = "\n".join(lines[number] for number in kept)
    if text_specificity(own_words(said)) < LEAST:  # what they have in common is the kind of their exception
        return None
    start, end = spans[best]
    order = [best, *(number for number in kept if number != best)]
    seen = SeenTrace(
        said=_part(kept, weights, letters, MESSAGES),
        frames=_beside(kept, weights, letters),
        missing=tuple(
            lines[number]
            for number, letter in enumerate(letters)
            if letter in CAUSE + ALARM and number not in kept
        ),
        named=NAMED in letters,
        leader="" if (leader := weights.index(max(weights))) in kept else lines[leader],
        lines=len(kept),
        of=len(lines),
        tells=text_specificity(said),
        places=tuple(block.place(*places[number]) for number in order),
        text=redact(text[start : min(end, start + 4 * _SHOWN)]).text[:_SHOWN],
    )
    if seen.share(alike=1.0) < ENOUGH:  # (too little anyway)
        return seen
    return replace(seen, otherwise=_other_reason(text, places, kept, hit.signature))


def _other_reason(text: str, places: Mapping[int, _Span], kept: Sequence[int], trace: Signature) -> str:
    """That another reason stands there while a line around the message does not; or that an alarming one does not."""
    gone = [number for number, letter in enumerate(trace.trace) if letter in _BODY and number not in kept]
    if not gone or len(trace.needles) >= MOST_LINES or _is_of_a_kernel(trace):
        return ""
    lines = around(text, list(places.values()), len(gone))
    missing = missing_among([trace.needles[number] for number in gone], lines)
    if missing and stands_instead(lines, trace.needles):
        return INSTEAD
    most_gone = 2 * len(missing) >= len(trace.needles)
    return _TOO_LITTLE if most_gone or any(is_reason(line) for line in missing) else ""


def _is_of_a_kernel(trace: Signature) -> bool:
    """Whether a kernel says what leads, or the frames are a kernel's: its log tells of whatever else happens, too."""
    pairs = zip(trace.needles, trace.trace, strict=True)
    return any(
        (letter in (NAMED, LEADS) and is_kernels(line)) or (letter == NEAR and _KERNEL_FRAME.match(line))
        for line, letter in pairs
    )


def _counts(letters: str) -> list[float]:
    """What each line counts for, beside what it tells: of the frames, those nearest to the leading message most."""
    leader = max(letters.find(NAMED), letters.find(LEADS))
    frames = [number for number, letter in enumerate(letters) if letter == NEAR]
    before, after = [n for n in frames if n < leader][::-1], [n for n in frames if n > leader]
    distance = {number: place for side in (before, after) for place, number in enumerate(side)}
    return [
        _NEAREST / (1 + distance[number]) if letter == NEAR else _COUNTS[letter]
        for number, letter in enumerate(letters)
    ]


def _beside(kept: Sequence[int], weights: Sequence[float], letters: str) -> float | None:
    """What stands there of the frames next to the message; where there are none, of the other lines."""
    frames = _part(kept, weights, letters, NEAR)
    return _part(kept, weights, letters, _BODY) if frames is None else frames


def _part(kept: Iterable[int], weights: Sequence[float], letters: str, wanted: str) -> float | None:
    """Of the lines of these kinds the share that stands there, by weight; None where there are none."""
    total = _weight(range(len(letters)), weights, letters, wanted)
    return _weight(kept, weights, letters, wanted) / total if total else None


def _weight(numbers: Iterable[int], weights: Sequence[float], letters: str, wanted: str) -> float:
    return sum(weights[number] for number in numbers if letters[number] in wanted)


def _near(spans: dict[int, _Span], lines: Sequence[str], text: str, around: _Span) -> dict[int, _Span]:
    """Where each line stands near the place; lines whose first place is elsewhere are looked for again."""
    begin, finish = max(0, around[0] - AROUND), around[1] + AROUND
    places = {number: span for number, span in spans.items() if begin <= span[0] <= finish}
    if missing := spans.keys() - places.keys():
        window = text[begin:finish].encode("utf-8", "replace")
        for number in missing:
            if place := templates.find(lines[number], window):
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
    if seen.leader and (seen.frames or 0.0) < _SAME_PLACE:
        return None
    alike, instead = _alike(seen.leader, question) if seen.leader else (0.0, 0)
    if seen.leader and alike < _NEARLY:
        return None
    causes = [_cause(cause, question) for cause in seen.missing]
    share, part = seen.share(alike), False
    least = ENOUGH if seen.said is not None else NEARLY_ALL
    if question.whole:  # a few lines, which must say the same; if they do not quite, their words are compared
        stands = {line: 1.0 for share, line in (*causes, (alike, instead)) if share == 1.0}
        explained = _explained(question.evidence, stands | {place.line: 1.0 for place in seen.places})
        part = explained >= NEARLY_ALL and share < least and not seen.leader
        share = explained if part else min(share, explained)
        share = share if share >= least else 0.0
    if share < LEAST:
        return None
    first = seen.places[0]
    reason = f"{seen.lines} of {seen.of} telling lines of the trace, in order"
    reason += f"; its message stands there in other words ({alike:.0%} alike)" if seen.leader else ""
    evidence = Evidence(text=seen.text, line=first.line, start=first.start, end=first.end)
    other = any(share < 1.0 for share, _ in causes)
    hearsay = "it is a part of what was learned" if part else _CAUSE_MISSING if other else ""
    hearsay = hearsay or (seen.otherwise if share < least or seen.otherwise == INSTEAD else "")
    fit, whole = min(1.0, share / least), share >= least
    return Found(
        entry_id,
        Tier.TRACE,
        reason,
        evidence,
        seen.tells,
        fit=fit,
        whole=whole,
        hearsay=hearsay,
        agreed=seen.lines / seen.of,
    )


def _alike(leader: str, question: Question) -> tuple[float, int]:
    """How much of its words a telling line of the question shares with the leading message at the most; and that line.

    Another wording has the same names and gives the same reason of the system: a line without them says the same
    of another thing, or another thing.
    """
    learned, why = _words(leader), _reasons(leader)
    names = {*_QUOTED.findall(leader), *_NAME.findall(EXCEPTION.sub(" ", leader))}
    best = 0.0, 0
    for one in question.evidence:
        message = one.line.message
        if all(name in message for name in names) and _reasons(message) == why:
            words = _words(message)
            best = max(best, (len(learned & words) / max(1, len(learned | words)), one.line.line))
    return best


def _cause(cause: str, question: Question) -> tuple[float, int]:
    """The same for a cause, which stands there, too, where only what explains it is another (a region, a list)."""
    share, number = _alike(cause, question)
    if _SAME_CAUSE <= share < 1.0:
        message = next(one.line.message for one in question.evidence if one.line.line == number)
        share = share if any(word.lower() in GENERIC for word in _words(cause) ^ _words(message)) else 1.0
    return share, number


def _reasons(message: str) -> set[str]:
    return {reason.casefold() for _, reason in reasons(message)}


def _words(message: str) -> set[str]:
    """The words that tell: the name of the exception, and small words, are common to many."""
    return {word for word in _WORD.findall(EXCEPTION.sub(" ", message)) if word.lower() not in STOP_WORDS}


def _explained(evidence: Iterable[EvidenceTemplate], stands: Mapping[int, float]) -> float:
    """Of what the lines that were asked tell, the share that stands in the trace as well; grave lines tell more.

    `stands`: by the number of a line, how far it stands there.  What is said again, as by a program that crashes each
    time it is started, counts once.
    """
    told: dict[str, tuple[float, float]] = {}
    for one in evidence:
        said = message_of(one.template)
        weight = text_specificity(said) * (_PLAIN + one.line.score)
        before, stood = told.get(said, (0.0, 0.0))
        told[said] = max(weight, before), max(stands.get(one.line.line, 0.0), stood)
    total = sum(weight for weight, _ in told.values())
    return sum(weight * stood for weight, stood in told.values()) / total if total else 0.0
