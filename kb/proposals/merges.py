"""Entries that say the same twice, to be made one.

Found by shared words and templates, never by likeness in meaning.  Two entries are one only when nothing
is lost: the same kind (and tool), the same cause, the same fix, and one signature that matches the texts of
both.  One symptom with two causes stays two entries, however alike they look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Self

from kb.errors import Refused
from kb.learning.lesson import NEAR, overlap
from kb.model import Entry, Pattern, Signature, Status, ToolFix
from kb.model.proposal import Proposal, ProposalKind
from kb.proposals.facts import SAME_CAUSE, RecordFacts, same_cause, telling_words
from kb.proposals.signatures import matches_all, occurring, signature_for
from kb.text.entries.ids import short_hash
from kb.text.masking import fingerprint
from kb.text.tokens import tokenize

_COMMON = 40
"""A word that more entries than this have in their title brings none of them together."""

Twin = Pattern | ToolFix


def gather_merges(facts: RecordFacts) -> list[Proposal]:
    """A proposal for each pair that can be one; an entry is part of one of them at a time."""
    taken: set[str] = set()
    found = []
    for one, other in _pairs([_Symptom.of(entry) for entry in facts.entries if isinstance(entry, Twin)]):
        if not {one.entry.id, other.entry.id} & taken and _says_the_same_as(one, other):
            kept, gone = _which_stays(one.entry, other.entry, facts)
            if proposal := _proposal(kept, gone, facts):
                found.append(proposal)
                taken |= {kept.id, gone.id}
    return found


def merge_by_hand(kept: Entry, gone: Entry, facts: RecordFacts) -> Proposal:
    """The proposal that makes `gone` part of `kept`, for somebody says so.  Raises Refused where something is lost."""
    if not isinstance(kept, Twin) or not isinstance(gone, Twin) or type(kept) is not type(gone):
        raise Refused(
            f"{gone.id} is a {gone.kind} and {kept.id} a {kept.kind}: only two patterns, or two tool fixes, can be one."
            " Retire the one that is too much"
        )
    if kept.id not in facts.owned:
        raise Refused(f"{kept.id} is read from a document, which is not written; merge the other way round")
    edits = _edits(kept, gone, facts.healthy)
    if edits is None:
        raise Refused(
            f"no text finds both {kept.id} and {gone.id} and fits their samples: edit the pattern of the first so that"
            " it does, or keep both"
        )
    if extra := [one for one in gone.commands if one not in kept.commands]:
        edits["commands"] = [*kept.commands, *extra]
    return _as_proposal(kept, gone, edits)


@dataclass(frozen=True, slots=True)
class _Symptom:
    """An entry by the text that gives it away; what that is compared by is made once, of tens of thousands."""

    entry: Twin
    text: str
    fingerprint: str
    words: frozenset[str]
    telling: frozenset[str]

    @classmethod
    def of(cls, entry: Twin) -> Self:
        """The symptom of an entry."""
        text = symptom(entry)
        return cls(entry, text, fingerprint(text), frozenset(tokenize(text)), frozenset(telling_words(text)))

    def is_that_of(self, other: Self) -> bool:
        """Whether both tell of the same thing."""
        if self.text == other.text or self.fingerprint == other.fingerprint != "":
            return True
        one, two = self.telling, other.telling
        if not (one <= two or two <= one):  # one telling word in place of another: another thing
            return False
        return bool(one & two) and len(self.words & other.words) / len(self.words | other.words) >= NEAR


def _says_the_same_as(one: _Symptom, other: _Symptom) -> bool:
    """Whether two entries give the same advice for the same symptom, and neither would lose its point."""
    mine, theirs = one.entry, other.entry
    return (
        type(mine) is type(theirs)
        and getattr(mine, "tool_name", "") == getattr(theirs, "tool_name", "")
        and one.is_that_of(other)
        and _same_advice(mine, theirs)
        and mine.scope.versions == theirs.scope.versions
        and mine.scope.tools == theirs.scope.tools
        and mine.scope.environments == theirs.scope.environments
        and mine.expires == theirs.expires
    )


def _same_advice(one: Twin, other: Twin) -> bool:
    left, right = one.advice(), other.advice()
    if not left.meaning or not right.meaning or not same_cause(left.meaning, right.meaning):
        return False  # without a cause on both sides nobody can tell that it is the same one
    commands = set(left.commands), set(right.commands)
    return (
        (left.fix == right.fix or overlap(left.fix, right.fix) > SAME_CAUSE)
        and (commands[0] <= commands[1] or commands[1] <= commands[0])
        and _alike(left.check, right.check)
        and _alike(left.warning, right.warning)
    )


def _alike(one: str, other: str) -> bool:
    return one == other or overlap(one, other) > SAME_CAUSE


def symptom(entry: Twin) -> str:
    """The text that gives the entry away."""
    return entry.pattern if isinstance(entry, Pattern) else entry.error_pattern


def _pairs(symptoms: Sequence[_Symptom]) -> Iterator[tuple[_Symptom, _Symptom]]:
    """Pairs that share a rare word or the template of their title, without comparing all with all."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(symptoms):
        for word in {*one.words, one.fingerprint} - {""}:
            by_word[word].append(number)
    near = {
        pair for numbers in by_word.values() if len(numbers) <= _COMMON for pair in combinations(numbers, 2)
    }
    for first, second in sorted(near):
        yield symptoms[first], symptoms[second]


def _which_stays(one: Twin, other: Twin, facts: RecordFacts) -> tuple[Twin, Twin]:
    """The one to keep first: it can be edited, it is active, it says more, it resolved more, it is older."""

    def rank(entry: Twin) -> tuple[object, ...]:
        trust, at = facts.trust.get(entry.id), entry.provenance.at
        return (
            entry.id not in facts.owned,
            entry.status is not Status.ACTIVE,
            -len(entry.commands),
            -(trust.resolved if trust else 0),
            at.isoformat() if at else "",
            entry.id,
        )

    kept, gone = sorted((one, other), key=rank)
    return kept, gone


def _proposal(kept: Twin, gone: Twin, facts: RecordFacts) -> Proposal | None:
    if kept.id not in facts.owned or not set(gone.commands) <= set(kept.commands):
        return None
    edits = _edits(kept, gone, facts.healthy)
    return None if edits is None else _as_proposal(kept, gone, edits)


def _as_proposal(kept: Twin, gone: Twin, edits: dict[str, Any]) -> Proposal:
    pair = sorted((kept.id, gone.id))
    services = tuple(dict.fromkeys((*kept.scope.services, *gone.scope.services)))
    return Proposal(
        id=f"proposal-merge-{short_hash(' '.join(pair))}",
        kind=ProposalKind.MERGE,
        title=f"{kept.headline}  <=  {gone.headline}",
        reasons=_reasons(kept, gone, edits),
        weight=1,
        keys=(" ".join(pair),),
        entry_id=kept.id,
        retires=gone.id,
        lines=tuple(dict.fromkeys((symptom(kept), symptom(gone)))),
        services=services,
        item=edits,
    )


def _edits(kept: Twin, gone: Twin, fine: Sequence[str]) -> dict[str, Any] | None:
    """The values to set in the entry that stays; None when no signature serves both."""
    texts = _texts(kept, gone)
    signature = kept.signatures[0] if kept.signatures else None
    must_not = (*kept.samples.must_not_match, *gone.samples.must_not_match)
    edits: dict[str, Any] = {}
    if signature is None or not matches_all(signature, texts):
        if (signature := signature_for(texts, (*fine, *must_not))) is None:
            return None
        name = "pattern" if isinstance(kept, Pattern) else "error_pattern"
        edits = {name: signature.needles[0], "regex": signature.regex}
    if not fits(signature, texts, must_not):
        return None
    return edits | {
        "samples": {
            name: found
            for name, found in (("must_match", texts), ("must_not_match", list(dict.fromkeys(must_not))))
            if found
        },
        **_wider(kept, gone),
    }


def fits(signature: Signature, texts: Sequence[str], must_not: Sequence[str]) -> bool:
    """Whether a signature does what the samples of both entries say."""
    return matches_all(signature, texts) and not occurring([signature], must_not)


def _texts(*entries: Twin) -> list[str]:
    """The samples of the entries, and their own texts where these are literal."""
    found: Iterable[str] = (
        text
        for entry in entries
        for text in (
            *entry.samples.must_match,
            *([] if any(one.regex for one in entry.signatures) else [symptom(entry)]),
        )
    )
    return list(dict.fromkeys(found))


def _wider(kept: Twin, gone: Twin) -> dict[str, list[str]]:
    """The services of both; a scope that one of them leaves open stays open."""
    mine, theirs = kept.scope.services, gone.scope.services
    both = list(dict.fromkeys((*mine, *theirs))) if mine and theirs else []
    return {} if tuple(both) == mine else {"services": both}


def _reasons(kept: Twin, gone: Twin, edits: dict[str, Any]) -> tuple[str, ...]:
    theirs = telling_words(symptom(gone))
    shared = [word for word in dict.fromkeys(symptom(kept).split()) if telling_words(word) & theirs]
    said = [
        f"{gone.id} gives the same cause and the same fix as {kept.id}",
        f"both speak of: {', '.join(shared[:8])}" if shared else "both have the same text",
    ]
    if "regex" in edits:
        said.append("the text that gives it away becomes one that matches both")
    return tuple(said)
