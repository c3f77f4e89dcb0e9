"""How likely each candidate is the right one, and what speaks against calling it known.

Two kinds of evidence.  A fingerprint or signature is as good as it is specific: "connection refused" alone proves
nothing, whoever learned it.  A ranked candidate is as good as its calibrated probability.  Agreement of tool, service
or environment raises both, conflict lowers them; general advice and entries that keep failing never settle anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from kb.expression import expression
from kb.lookup.candidates import Found, same_name, scope_agreement
from kb.lookup.question import Question, other_status
from kb.lookup.scoring import (
    KNOWN,
    RELATED,
    SAID,
    by_likeness,
    likeness,
    probability,
)
from kb.model import Document, Entry, Origin, Pattern, Source, ToolFix
from kb.model.ledger import EXACT, Standing, Tier, Trust
from kb.store.entries import Stored
from kb.text.contradictions import contradicting_word, differ_in_none_left, other_denial, same_denial
from kb.text.entries.chunks import spelled_out
from kb.text.entries.written import is_stub
from kb.text.evidence.reasons import INSTEAD, differ
from kb.text.kinds import Kind, is_prose
from kb.text.masking import mask
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signatures.set import is_crash
from kb.text.specificity import GENERIC as PLAIN
from kb.text.specificity import TOO_GENERAL, is_unshown, text_specificity
from kb.text.traces import is_hang

_HELD_BACK = 1 / 3
"""Of what the confidence has above `RELATED`, the share that is left where something keeps it from settling.

Whatever it would be without, two in five of those are right: `benchmarks/reliability.py` found it of 57 that said 0.7.
"""

_NAMED_OTHER = 0.2
"""The same, before it is held back, where the alert says its name, and the candidate is another's: few are right."""

_GENERAL_ADVICE = RELATED + 0.05
"""The most that starter advice gets: it is near to every alert of its kind, and a runbook for none.

In a new home 24 of 250 alerts of other systems are related to it, three of them (5xx errors) with 0.7 before this
limit, 11 with more than 0.3.  It was chosen on these alerts.
"""

_REFUSED = 0.8 * RELATED
"""The confidence of what was told to be not meant by this very question."""

_AGREEMENT, _CONFLICT = 0.15, 0.5

_LIKELY = 0.5
"""The confidence from which agreement counts in full: the right service makes no wrong entry right."""

_WHOLE, _LEARNED = 0.15, 0.2
"""What is added where a match is all that its line says, and where that line is what was learned: if it is not
general, it is known."""

_ALL_WORDS = 0.9
"""Of the weight of a pattern's words, the share that a text must have to be settled by likeness alone."""

_QUOTED = 0.5
"""Of the rarest words of what a program wrote, the share that a document must have for it to settle the question."""

_FAILING_N = 3

_WORD = expression(r"\w+")

_NO_NUMBER = expression(r"[^\W\d_]+")

_CODE = expression(r"(?<![\w.])\d+(?![\w.])")

_CODED_LINES, _CODED = 12, 400

_UNWRITTEN = "nothing is written there yet"

_OF_TITLE = ("title_exact", "title_loose", "title_letters")

_PLAIN_MOST = 0.5
"""How telling the surroundings of a plain message can make it."""

TAUGHT, HERE = 1.0, 0.4
"""What is added at most where a line of the question led to this entry before, and to no other; and where the
entry helped, or failed, for the service that is asked about."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its confidence (0 to 1) and the reasons in words."""

    entry: Entry
    found: Found
    confidence: float
    reason: str
    trust: Trust
    copies: tuple[Source, ...] = ()
    lift: float = 0.0
    """What the record of this very line and service adds to its place among the others (log-odds)."""
    to_the_letter: float = 0.0
    """Of the words of the line that was found and of what was learned, the share that both have, numbers included."""
    unwritten: bool = False
    """It says nothing beside its name: what is written goes before it."""
    verbatim: bool = False
    """The whole question is what was learned, word for word; numbers may differ."""
    refused: str = ""
    """Who told that it is not what this very question means, where it would be an answer otherwise."""


def judge(
    question: Question, found: Found, stored: Stored, trust: Trust, now: datetime, here: int = 0
) -> Judged:
    """How likely the candidate is right, and why.

    `here` counts its successes for the service that is asked about, less its failures there.
    """
    if found.own is not None:
        both = (
            judge(question, one, stored, trust, now, here) for one in (found.own, replace(found, own=None))
        )
        return stronger(*both)
    entry = stored.entry
    line = _line_of(question, found)
    found = _with_surroundings(found, entry, line)
    confidence, reasons = _from_evidence(question, found, entry), [found.reason]
    agreement, words = scope_agreement(question, entry)
    if agreement > 0:
        confidence = min(0.99, confidence + _AGREEMENT * agreement * min(1.0, confidence / _LIKELY))
        confidence = max(confidence, KNOWN + 0.02) if _tool_settles(question, found, entry) else confidence
    elif agreement < 0:
        confidence *= _CONFLICT
    confidence = min(confidence, SAID) if _is_only_said(question, found) else confidence
    confidence, limits = _limited(confidence, question, found, entry, trust, now, agreement, line)
    words += [f"it {'resolved this' if here > 0 else 'failed'} for {question.service} before"] if here else []
    lift = TAUGHT * found.taught + HERE * ((here > 0) - (here < 0))
    reason = "; ".join([*reasons, *words, *limits])
    letter = _to_the_letter(line, learned_by(entry) or entry.headline) if line else 0.0
    letter = found.agreed if found.tier is Tier.TRACE else letter
    return Judged(
        entry,
        found,
        round(confidence, 3),
        reason,
        trust,
        stored.copies,
        lift,
        letter,
        unwritten=_UNWRITTEN in limits,
        verbatim=_verbatim(question, entry),
    )


def _line_of(question: Question, found: Found) -> str:
    """The line, with its carriers, that an exact tier found something in; empty for the other tiers."""
    if found.tier not in EXACT or found.evidence is None:
        return ""
    at = found.evidence.line
    return next((one.line.text for one in question.evidence if one.line.line == at), found.evidence.text)


def _with_surroundings(found: Found, entry: Entry, line: str) -> Found:
    """The same, as telling as all that the line has in common with the one that was learned.

    A message may be plain (`open() failed`) and what its program writes around it not: where both lines have that, it
    is the same program that says so.
    """
    pattern = learned_by(entry)
    plain = found.whole and found.strength < _PLAIN_MOST and found.tier is not Tier.TRACE
    if not line or not plain or "\n" in pattern or is_unshown(line):
        return found
    asked = set(_WORD.findall(mask(line).casefold()))
    shared = " ".join(word for word in _WORD.findall(mask(pattern)) if word.casefold() in asked)
    return replace(found, strength=max(found.strength, min(_PLAIN_MOST, text_specificity(shared))))


def _to_the_letter(line: str, learned: str) -> float:
    """Tells those apart that the same template found: of equals, the one that was learned in these very words."""
    left, right = set(_WORD.findall(line)), set(_WORD.findall(learned))
    return round(len(left & right) / max(1, len(left | right)), 3)


def _verbatim(question: Question, entry: Entry) -> bool:
    pattern = learned_by(entry)
    asked, learned = (frozenset(_NO_NUMBER.findall(text.casefold())) for text in (question.written, pattern))
    return bool(asked) and asked == learned


def _is_bare_word(entry: Entry) -> bool:
    """Whether the title is one plain word, as of the document `Database`: who has the word may mean any other thing."""
    words = spelled_out(entry.headline).lower().split()
    return len(words) == 1 and not learned_by(entry) and (isinstance(entry, Document) or words[0] in PLAIN)


def _from_evidence(question: Question, found: Found, entry: Entry) -> float:
    if found.tier in EXACT:
        whole = found.whole and round(found.strength, 3) >= TOO_GENERAL
        bonus = 0.0 if not whole else _LEARNED if learned_by(entry) else _WHOLE
        return min(0.99, 0.45 + 0.55 * found.strength + bonus) * found.fit
    if _compared_as_texts(question, entry):
        return by_likeness(likeness(found.agreed, found.features.get("cosine", 0.0)))
    if found.features and _is_bare_word(entry):
        return min(found.strength, probability(found.features | dict.fromkeys(_OF_TITLE, 0.0), question.kind))
    return found.strength


def _compared_as_texts(question: Question, entry: Entry) -> bool:
    """Whether what programs wrote is asked of what programs wrote: those are two texts, not a subject."""
    pattern = learned_by(entry)
    return bool(pattern) and ("\n" in pattern or not is_prose(pattern)) and not question.is_prose


def _is_only_said(question: Question, found: Found) -> bool:
    """Whether somebody's own words are all that speaks for it: as a subject it would not be known."""
    if not found.features or question.kind is not Kind.SENTENCE:
        return False
    return probability(found.features, question.kind) < KNOWN


def _codes_differ(question: Question, pattern: str) -> bool:
    """Whether both have numbers that identify, such as error codes, and none in common."""
    asked = {code for one in question.evidence for code in _codes(one.template)}
    learned = {code for line in pattern.splitlines()[:_CODED_LINES] for code in _codes(mask(line[:_CODED]))}
    return bool(asked) and bool(learned) and not asked & learned


def _codes(template: str) -> list[str]:
    return _CODE.findall(template.replace(PLACEHOLDER, " "))


def learned_by(entry: Entry) -> str:
    """The text that a pattern or tool fix was learned by; empty for other kinds."""
    return entry.pattern if isinstance(entry, Pattern) else getattr(entry, "error_pattern", "")


def _tool_settles(question: Question, found: Found, entry: Entry) -> bool:
    """A fix learned for this very tool and this very text is known, however plain the text is."""
    same_tool = isinstance(entry, ToolFix) and same_name(question.tool, entry.tool_name)
    return same_tool and found.tier in EXACT and found.whole


def _limited(
    confidence: float,
    question: Question,
    found: Found,
    entry: Entry,
    trust: Trust,
    now: datetime,
    agreement: float,
    line: str,
) -> tuple[float, list[str]]:
    """The confidence under the caps that apply, and each cap in words."""
    if question.of_a_log and found.tier not in EXACT:
        # What the other lines say is not known here: 3 in 21 of these were wrong.
        confidence = min(confidence, SAID)
    pattern = learned_by(entry)
    as_texts = bool(found.features and pattern) and _compared_as_texts(question, entry)
    if code := _other_code(question, found, entry, as_texts):
        confidence *= _CONFLICT
    if found.differs and not pattern and question.alert:
        confidence = min(confidence, RELATED + _NAMED_OTHER * (confidence - RELATED))
    limits = [
        *_said_by_the_line(question, found, pattern, line, agreement),
        *filter(None, [code]),
        *_missing_in_the_text(question, found, pattern, as_texts, agreement),
        *_said_of_the_entry(found, entry, trust, now),
    ]
    if not limits:
        return confidence, limits
    most = _GENERAL_ADVICE if entry.provenance.origin is Origin.STARTER else 1.0
    return min(most, _held_back(confidence)), limits


def _said_by_the_line(
    question: Question, found: Found, pattern: str, line: str, agreement: float
) -> Iterator[str]:
    """What speaks against it in the line that was found, or in the only one that tells."""
    said = line or (question.said if len(question.evidence) == 1 else "")
    if said and differ_in_none_left(said, pattern):
        yield "but none is left in one of them, and some in the other"
    exact = found.tier in EXACT
    specificity = found.strength if exact else question.specificity
    if specificity < TOO_GENERAL and agreement <= 0:
        yield "the text alone is too general to settle it"
    if pattern and "\n" not in pattern and (word := contradicting_word(said, pattern, holds=exact)):
        yield f"but the line says {word!r}"
    if found.features and is_crash(pattern):
        yield "its message does not stand there as it was learned"
    if "\n" in pattern and found.features and differ(pattern.splitlines(), question.said.splitlines()):
        yield INSTEAD
    if "\n" in pattern and not found.crash and is_hang(pattern):
        yield "a hang shows where a task stood, not why"


def _other_code(question: Question, found: Found, entry: Entry, as_texts: bool) -> str:
    """That the text has another code or status than what was learned; empty where it has not."""
    pattern = learned_by(entry)
    if as_texts:
        return "but the codes in it are others" if _codes_differ(question, pattern) else ""
    written = question.written or question.said
    codes = other_status(written, pattern or entry.headline) if found.features else None
    return f"but it is about {codes[0]}, and the text about {codes[1]}" if codes else ""


def _missing_in_the_text(
    question: Question, found: Found, pattern: str, as_texts: bool, agreement: float
) -> Iterator[str]:
    """What was learned and the text does not say, or denies."""
    written = question.written or question.said
    if pattern and (other := other_denial(written, pattern)):
        yield f"but {other}"
    if not found.features:
        return
    if not pattern:
        if question.kind.is_of_a_program and found.features["rare_words"] < _QUOTED:
            yield "it says too little of the rarest words"
    elif not (as_texts and ("\n" in pattern or same_denial(written, pattern))):
        if (found.covered if as_texts else found.features["title_loose"]) < _ALL_WORDS:
            yield "the text lacks words of its pattern"
        elif agreement <= 0 and text_specificity(pattern) < TOO_GENERAL:
            yield "its pattern is too general to settle it"


def _said_of_the_entry(found: Found, entry: Entry, trust: Trust, now: datetime) -> Iterator[str]:
    """What is known of the entry, whatever is asked."""
    if is_stub(entry):
        yield _UNWRITTEN
    if found.differs and not learned_by(entry):
        yield found.differs
    if entry.provenance.origin is Origin.STARTER:
        yield "general advice, not a known incident"
    if found.hearsay:
        yield found.hearsay
    if trust.n >= _FAILING_N and trust.standing is Standing.FAILING:
        yield f"it failed {trust.failed} of {trust.n} times"
    if entry.expires and entry.expires < now.date():
        yield f"it expired on {entry.expires.isoformat()}"


def _held_back(confidence: float) -> float:
    """The confidence of what cannot settle the question: in the same order, and never as much as `KNOWN`."""
    return min(confidence, RELATED + _HELD_BACK * (confidence - RELATED))


def refuse(one: Judged, said: str) -> Judged:
    """The same, as no answer any more, since somebody told so of this very question: the nearest at best."""
    if one.confidence < RELATED:
        return one
    return replace(one, confidence=_REFUSED, reason=f"{one.reason}; {said}", lift=0.0, refused=said)


def stronger(one: Judged, other: Judged) -> Judged:
    """Two judgements of one entry as one: the better confidence, on the evidence of an exact tier if there is any."""
    better, lesser = (one, other) if one.confidence >= other.confidence else (other, one)
    better = replace(better, lift=max(one.lift, other.lift))
    if better.found.evidence or not lesser.found.evidence:
        return better
    reason = f"{lesser.found.reason}; {better.reason}"
    return replace(lesser, lift=better.lift, confidence=better.confidence, reason=reason)
