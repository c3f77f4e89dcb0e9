"""Patterns drafted from questions that nobody could answer, put together by what they have in common.

So are further causes of a known symptom, where what was offered did not help and nobody wrote down what did.
Everything in a draft was said by somebody: the signature is what the lines share, meaning and fix are what
the incidents that they came with say, and are marked as taken over.  What nobody said stays empty.

Two questions belong together when their telling lines have the same fingerprint, or near templates: most
words shared, at least one telling word among them, and no telling word in place of another.  So "no module
named netifaces" and "no module named mock" stay two.  Nothing is compared by meaning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kb.model import Incident, Signature
from kb.model.ledger import Asked
from kb.model.proposal import Proposal, ProposalKind
from kb.proposals.facts import RecordFacts, cause_of, masked, one_cause, telling_words, told
from kb.proposals.signatures import occurring, signatures_of
from kb.text.entries.ids import short_hash
from kb.text.signatures.signature import SignatureSet, specificity
from kb.text.specificity import TOO_GENERAL, text_specificity
from kb.text.tokens import tokenize

AT_LEAST = 2
"""Questions that a pattern is drafted from; one is enough when it came with an incident that ended."""
_SAMPLES, _NAMED_SERVICES, _LOOKUPS = 3, 3, 20


def gather_patterns(facts: RecordFacts) -> list[Proposal]:
    """A drafted pattern for every cluster that has a signature of its own, the most asked first."""
    known = _Known(facts)
    open_ones = [one for one in facts.asked if not known.answers(one)]
    found = [
        (one, signatures_of(list(one.texts)))
        for one in cluster(open_ones)
        if len(one.asked) >= AT_LEAST or incidents_of(one.asked, facts)
    ]
    others = [(one, signatures_of(list(one.texts))) for one in _other_causes(facts, known)]
    firing = occurring([one for _, usable in (*found, *others) for one in usable], facts.healthy)
    drafts = [
        _draft(one, silent[0], facts)
        for one, usable in found
        if (silent := _silent_on_healthy(usable, firing))
    ]
    again = [
        _one_more_cause(one, silent[0], facts)
        for one, usable in others
        if (silent := _silent_on_healthy(usable, firing))
    ]
    return sorted([*drafts, *again], key=lambda one: (-one.weight, one.id))


def _silent_on_healthy(usable: Sequence[Signature], firing: Collection[Signature]) -> list[Signature]:
    return [signature for signature in usable if signature not in firing]


def _other_causes(facts: RecordFacts, known: _Known) -> list[Cluster]:
    """Questions with an answer that did not help, whose incident ended and nobody wrote down by what."""
    return [
        found
        for one in facts.asked
        if one.disproved and known.answers(one)
        if (ended := incidents_of([one], facts)) and not any(cause_of(incident) for incident in ended)
        for found in cluster([one])
    ]


def _one_more_cause(found: Cluster, signature: Signature, facts: RecordFacts) -> Proposal:
    """The draft of one more cause for a symptom that is known; each incident is a proposal of its own."""
    draft = _draft(found, signature, facts)
    name = f"incident:{draft.incidents[-1]}"
    reason = f"what was offered did not help in {draft.incidents[-1]}, and nobody wrote down what did: another cause?"
    item = {key: value for key, value in draft.item.items() if key not in ("meaning", "fix")}
    return replace(
        draft,
        id=f"proposal-pattern-{short_hash(name)}",
        keys=(name,),
        reasons=(reason,),
        item=item,
        review={},
    )


class _Known:
    """What the home knows by now: a question that it would answer today needs no pattern."""

    def __init__(self, facts: RecordFacts) -> None:
        self._facts = facts

    @cached_property
    def _signatures(self) -> SignatureSet:
        """The signatures that tell, compiled when a question is held against them: that takes long in a large home."""
        telling = (
            (entry_id, signature)
            for entry_id, signature in self._facts.signatures
            if not signature.trace and specificity(signature) >= TOO_GENERAL
        )
        return SignatureSet.compile(telling)

    def answers(self, asked: Asked) -> bool:
        """Whether an offered entry has the signature or the template of one of its lines."""
        prints = self._facts.known_prints
        return any(masked(line)[1] in prints for line in asked.lines) or bool(
            self._signatures.scan("\n".join(asked.lines))
        )


def _draft(found: Cluster, signature: Signature, facts: RecordFacts) -> Proposal:
    lines = list(found.texts)
    incidents = incidents_of(found.asked, facts)
    meaning, fix, review, said = _advice(incidents)
    services = tuple(dict.fromkeys(one.service for one in found.asked if one.service))
    first = next(iter(found.lines))
    return Proposal(
        id=f"proposal-pattern-{short_hash(first)}",
        kind=ProposalKind.PATTERN,
        title=signature.needles[0],
        reasons=(_asked_in_words(found, services), *said),
        weight=len(found.asked),
        keys=tuple(found.lines),
        lines=tuple(lines[:_SAMPLES]),
        services=services,
        incidents=tuple(one.id for one in incidents),
        lookups=tuple(one.id for one in found.asked[-_LOOKUPS:]),
        item=_arguments(signature, meaning, fix, services, found),
        review=review,
    )


def incidents_of(asked: Sequence[Asked], facts: RecordFacts) -> list[Incident]:
    """The incidents, as far as they ended, that the questions came with."""
    wanted = {facts.incident_of.get(one.id) or one.incident for one in asked}
    return [incident for incident in facts.incidents if incident.id in wanted]


def _advice(incidents: Sequence[Incident]) -> tuple[str, str, dict[str, str], list[str]]:
    """Meaning, fix, the incident that each is from, and the reasons in words."""
    told = [one for one in incidents if cause_of(one) or one.resolution or one.mitigation]
    if not told:
        return "", "", {}, ["nobody has said yet what it means or what helps: give that when you accept it"]
    if not one_cause(cause_of(one) for one in told):
        causes = [f"{one.id} had the cause: {cause_of(one)}" for one in told if cause_of(one)]
        first = "several causes were found, so none is filled in: perhaps it takes several entries"
        return "", "", {}, [first, *causes]
    last = told[-1]
    meaning, fix = cause_of(last), last.resolution or last.mitigation
    review = {name: last.id for name, text in (("meaning", meaning), ("fix", fix)) if text}
    verb = "are" if len(review) > 1 else "is"
    return meaning, fix, review, [f"{' and '.join(review)} {verb} from {last.id}, please review"]


def _asked_in_words(found: Cluster, services: Sequence[str]) -> str:
    days = {one.at.date() for one in found.asked}
    where = f" for {', '.join(services)}" if services else ""
    when = f"on {min(days)}" if len(days) == 1 else f"between {min(days)} and {max(days)}"
    often = f"{len(found.asked)} times" if len(found.asked) > 1 else "once"
    return f"asked {often}{where} {when}, and nothing answered it"


def _arguments(
    signature: Signature, meaning: str, fix: str, services: Sequence[str], found: Cluster
) -> dict[str, Any]:
    """The arguments of `learn_pattern`, as far as they are known."""
    given = {
        "pattern": signature.needles[0],
        "regex": signature.regex or None,
        "meaning": meaning,
        "fix": fix,
        "services": list(services) if len(services) <= _NAMED_SERVICES else [],
        "must_match": list(found.texts)[:_SAMPLES],
    }
    return {name: value for name, value in given.items() if value}


NEAR_TEMPLATES = 0.6
"""Share of words (Jaccard) from which two templates tell of the same thing."""


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A telling line of a question, with its template and fingerprint."""

    text: str
    template: str
    fingerprint: str
    words: frozenset[str]
    telling: frozenset[str]


@dataclass(slots=True)
class Cluster:
    """Questions with one line in common, the oldest first; `lines` has one line a fingerprint."""

    lines: dict[str, UnknownLine] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    texts: dict[str, None] = field(default_factory=dict)

    def add(self, asked: Asked, line: UnknownLine) -> None:
        """Take in a question."""
        self.lines.setdefault(line.fingerprint, line)
        self.texts.setdefault(line.text)
        self.asked.append(asked)

    @property
    def first(self) -> UnknownLine:
        """The line that the cluster began with."""
        return next(iter(self.lines.values()))

    def near(self, line: UnknownLine) -> bool:
        """Whether the line's template is near the one that the cluster began with."""
        first = self.first
        if not (first.telling <= line.telling or line.telling <= first.telling):
            return False
        shared, union = len(first.words & line.words), len(first.words | line.words)
        return bool(first.telling & line.telling) and shared >= NEAR_TEMPLATES * union


def cluster(asked: Sequence[Asked]) -> list[Cluster]:
    """The questions in clusters, in the order of their first question; each in one cluster at most."""
    lines = {one.id: tuple(_telling_lines(one)) for one in asked}
    seen = Counter(print_ for found in lines.values() for print_ in {line.fingerprint for line in found})
    clusters: list[Cluster] = []
    by_fingerprint: dict[str, Cluster] = {}
    by_word: dict[str, list[Cluster]] = defaultdict(list)
    for one in asked:
        line = _leading_line(one, lines[one.id], seen)
        if line is None:
            continue
        found = by_fingerprint.get(line.fingerprint) or _near_cluster(line, by_word)
        begins = found is None
        if found is None:
            clusters.append(found := Cluster())
        by_fingerprint[line.fingerprint] = found
        found.add(one, line)
        for word in line.telling if begins else ():
            by_word[word].append(found)
    return clusters


def _near_cluster(line: UnknownLine, by_word: Mapping[str, Sequence[Cluster]]) -> Cluster | None:
    """The oldest cluster that the line is near to, looked for under the line's rarest word first."""
    words = sorted(line.telling, key=lambda word: (len(by_word.get(word, ())), word))
    return next((one for word in words for one in by_word.get(word, ()) if one.near(line)), None)


def _telling_lines(asked: Asked) -> Iterator[UnknownLine]:
    """The lines that say enough to stand for the question; what any crash of a runtime prints does not."""
    for text, message in told(asked.lines):
        print_ = masked(text)[1]
        template = masked(message)[0]
        if print_ and text_specificity(template) >= TOO_GENERAL:
            words = frozenset(tokenize(template))
            yield UnknownLine(text.strip(), template, print_, words, frozenset(telling_words(template)))


def _leading_line(asked: Asked, lines: Sequence[UnknownLine], seen: Counter[str]) -> UnknownLine | None:
    """The line that others asked for as well, the most telling one first; of lines of its own the most telling."""
    if not lines:
        return None

    def rank(line: UnknownLine) -> tuple[bool, bool, int, float]:
        shared = seen[line.fingerprint]
        return shared > 1, line.fingerprint == asked.fingerprint, shared, text_specificity(line.template)

    return max(lines, key=rank)
