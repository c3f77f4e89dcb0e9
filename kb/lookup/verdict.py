"""From judged candidates to a verdict and an order: what may be said about the best, and which of them rival it.

The order follows the confidence, moved a little by the record (`rank_score`); the confidence that is shown stays the
probability that the entry fits, however often applying it has helped.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from kb.lookup.judging import Judged, learned_by
from kb.lookup.question import Question
from kb.lookup.scoring import (
    CLOSE,
    KNOWN,
    RELATED,
    is_within,
)
from kb.model.ledger import Match, Standing, Trust, Verdict

OFFSETS = {Standing.ESTABLISHED: 0.75, Standing.NEW: 0.0, Standing.FAILING: -0.75}
"""What a standing adds to the log-odds of the confidence."""
TRUST_SPAN = 0.5
"""How much the trusted differ within one standing; less than the standings lie apart."""


def verdict_of(judged: Sequence[Judged]) -> Verdict:
    """The verdict that the best candidate allows."""
    best = max((one.confidence for one in judged), default=0.0)
    return Verdict.KNOWN if best >= KNOWN else Verdict.RELATED if best >= RELATED else Verdict.UNKNOWN


def settles(judged: Sequence[Judged]) -> bool:
    """Whether the exact tiers found something that is known."""
    return verdict_of(judged) is Verdict.KNOWN


def ends(judged: Sequence[Judged], question: Question) -> bool:
    """Whether what they found is known as a whole, so that the other tiers need not be asked.

    A line of a few does not end the search where another of them is graver: what was learned may be all of them.
    """
    return any(one.confidence >= KNOWN and _says_the_gravest(one, question) for one in judged)


def _says_the_gravest(one: Judged, question: Question) -> bool:
    """Whether what was found is of several lines, or the gravest of the question's."""
    scores = {telling.line.line: telling.line.score for telling in question.evidence}
    found = one.found.evidence
    if found is None or found.line not in scores or "\n" in learned_by(one.entry):
        return True
    return scores[found.line] >= max(scores.values())


def rank_score(confidence: float, trust: Trust) -> float:
    """What candidates are ordered by: the log-odds of the confidence, moved by the record.

    The record moves a candidate by less than 1 either way: 0.75 up when established, 0.75 down when
    failing, and less than 0.25 by the trust within its standing.  So for equal confidence established
    goes before new before failing, whatever the values; and no record lifts a candidate over one
    whose log-odds are 2 higher (0.5 over 0.88).  The sum, unlike a product, needs no sign of the score.
    """
    bounded = min(0.999, max(0.001, confidence))
    return log(bounded / (1.0 - bounded)) + OFFSETS[trust.standing] + TRUST_SPAN * (trust.value - 0.5)


def in_order(judged: Sequence[Judged]) -> list[Judged]:
    """Best first by `rank_score` and what the record says of this very question; equals as they were ranked.

    What settles the question goes before what does not, and a stub after all that is written and relates.
    """
    ordered = sorted(judged, key=_place)
    written = [one for one in ordered if not one.unwritten]
    related = max((n for n, one in enumerate(written, 1) if one.confidence >= RELATED), default=0)
    return [*written[:related], *(one for one in ordered if one.unwritten), *written[related:]]


def _place(one: Judged) -> tuple[bool, bool, float, float]:
    settles_not, score = place_of(one)
    return settles_not, settles_not or not one.verbatim, score - one.lift, -one.to_the_letter


def place_of(one: Judged | Match) -> tuple[bool, float]:
    """The key by which candidates and matches are sorted."""
    return one.confidence < KNOWN, -rank_score(one.confidence, one.trust)


def rivals(judged: Sequence[Judged]) -> list[str]:
    """Ids of the candidates that the question points to about as well as to the best one."""
    if not judged:
        return []
    best = judged[0]
    return [one.entry.id for one in judged if one.confidence >= RELATED and _as_good(one, best)]


def _as_good(one: Judged, best: Judged) -> bool:
    if one.found.features and best.found.features:
        words = one.found.features["rare_words"], best.found.features["rare_words"]
        return words[0] >= 0.9 * words[1] and one.confidence >= 0.6 * best.confidence
    return is_within(one.confidence, best.confidence, CLOSE)
