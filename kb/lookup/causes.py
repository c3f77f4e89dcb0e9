"""One symptom, several causes: which matches are alternatives, what tells them apart, which one the text speaks for.

**Alternatives** (`mark_alternatives`) are matches that share the symptom and differ in cause; each has the check that
tells it apart.  A check that somebody wrote always stands.  Where none was, the *trigger* that a cause speaks of
(traffic, a deployment, an expired certificate, …) gives the question that an engineer would ask first, but only where
it really separates, that is, where the others speak of another one.

**Learned in other words** (`OtherCauses`).  A text that settles on what one entry was learned by is answered before
anything is ranked.  The same symptom may have been learned again, in other words and with another cause; it is found
by what both were learned by.

**Spoken for** (`spoken_for`).  Of several causes that the same line points to, the one goes first whose own words
(its cause, fix, check, services) the text holds beside the symptom: "autoscaled to 24 replicas" speaks for the pool
that grew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from kb.lookup.candidates import Found
from kb.lookup.judging import Judged, learned_by
from kb.lookup.question import Question
from kb.lookup.rarity import agreement, stats_of
from kb.lookup.scoring import RELATED, by_likeness
from kb.lookup.verdict import in_order, rivals
from kb.model import Entry
from kb.model.ledger import EXACT, Match, Tier
from kb.store.lexical_index import LexicalIndex
from kb.text.evidence.alarm import alarm
from kb.text.specificity import text_specificity
from kb.text.tokens import tokenize

SAME_CAUSE = 0.5
"""Causes that share more than this of their words (Jaccard) are one cause."""

_KINDS_WITH_CAUSES = ("pattern", "tool_fix", "incident", "known_error", "quirk")
"""A runbook covers a symptom whatever its cause; it is no alternative to one."""

TRIGGERS: tuple[tuple[str, str, str], ...] = (
    (
        "deployment",
        r"deploy|release|roll-?out|new (?:feature|version|code)|regression|upgrad|merg|leak|defer "
        r"|unclosed",
        "Did a deployment or upgrade go out shortly before it began?",
    ),
    (
        "traffic",
        r"traffic|peak|spike in (?:load|requests)|load\b|surge|burst|demand|undersized|sized for|capacity"
        r"|too small",
        "Did traffic or load rise just before it began?",
    ),
    (
        "configuration",
        r"config|setting|flag|parameter|typo|limit ?range|permission|policy|rule\b",
        "Was a configuration, flag or policy changed shortly before?",
    ),
    (
        "expiry",
        r"expir|renew|certificate|token|credential|rotat",
        "Has a certificate, token or licence expired or been rotated?",
    ),
    (
        "dependency",
        r"upstream|provider|vendor|third[- ]party|dependency|aws|gcp|azure|cloud",
        "Is a dependency or the cloud provider reporting an outage?",
    ),
    (
        "network",
        r"vpn|dns|network|firewall|rout(?:e|ing)|partition|packet",
        "Do names resolve and does a plain connection to the target get through?",
    ),
    ("storage", r"disk|volume|storage|space left|inode|i/?o\b", "Is a disk or volume full, slow or missing?"),
    (
        "hardware",
        r"hardware|node (?:failed|down)|host (?:failed|down)|memory module|raid",
        "Did a single node or host fail, with the others healthy?",
    ),
)
"""Kinds of trigger: name, the words that speak of it, the question that tells it."""


def mark_alternatives(matches: Sequence[Match], symptom: Sequence[str]) -> tuple[tuple[Match, ...], bool]:
    """The matches, those that share the symptom with their checks; and whether there are several causes.

    `symptom` holds the ids of the matches that the question points to about equally well.
    """
    rivals = _distinct([m for m in matches if m.id in symptom and m.meaning and m.kind in _KINDS_WITH_CAUSES])
    if len(rivals) < 2:
        return tuple(matches), False
    checks = separating_checks(rivals)
    return tuple(replace(match, check=checks.get(match.id, match.check)) for match in matches), True


def separating_checks(rivals: Sequence[Match]) -> dict[str, str]:
    """The check of each rival by its id; a rival whose trigger is not its own has none."""
    triggers = {match.id: trigger_of(match) for match in rivals}
    named = [trigger for trigger in triggers.values() if trigger]
    checks = {}
    for match in rivals:
        trigger = triggers[match.id]
        if match.check:
            checks[match.id] = match.check
        elif trigger and named.count(trigger) == 1:
            checks[match.id] = next(question for name, _, question in TRIGGERS if name == trigger)
    return checks


def trigger_of(match: Match) -> str:
    """The trigger that the cause mentions most; of equals the first of `TRIGGERS`; empty for none."""
    return trigger_of_text(match.meaning)


def trigger_of_text(cause: str) -> str:
    """The same for any text that tells a cause."""
    counts = [(len(re.findall(words, cause, re.IGNORECASE)), name) for name, words, _ in TRIGGERS]
    most = max(count for count, _ in counts)
    return next(name for count, name in counts if count == most) if most else ""


def _distinct(matches: Sequence[Match]) -> list[Match]:
    """One match for each cause, the best of each first."""
    kept: list[tuple[set[str], Match]] = []
    for match in matches:
        words = set(tokenize(match.meaning))
        if all(_jaccard(words, other) <= SAME_CAUSE for other, _ in kept):
            kept.append((words, match))
    return [match for _, match in kept]


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


_MOST_CHUNKS, _MOST_KEPT = 20, 1000


@dataclass(slots=True)
class OtherCauses:
    """What else was learned of a symptom, kept while nothing is learned or taken away."""

    lexical: LexicalIndex
    _found: dict[str, tuple[Found, ...]] = field(default_factory=dict)
    _version: object = None

    def of(self, entry: Entry, version: object) -> tuple[Found, ...]:
        """The entries that were learned by nearly the same text; `version` changes with what is learned.

        They never settle the question: the text holds the words of the other one.
        """
        if version is not self._version or len(self._found) > _MOST_KEPT:
            self._found, self._version = {}, version
        if entry.id not in self._found:
            self._found[entry.id] = tuple(self._search(entry))
        return self._found[entry.id]

    def _search(self, entry: Entry) -> list[Found]:
        tokens = tokenize(learned_by(entry) or entry.headline)
        hits = self.lexical.search(tokens, _MOST_CHUNKS) if tokens else []
        titles = self.lexical.titles_of(list({hit.entry_id for hit in hits} - {entry.id}))
        stats = stats_of(self.lexical, [*tokens, *chain.from_iterable(titles.values())])
        agreed = {key: agreement(tokens, title, stats) for key, title in titles.items()}
        return [
            _learned_otherwise(key, value) for key, value in agreed.items() if by_likeness(value) >= RELATED
        ]


def _learned_otherwise(entry_id: str, agreed: float) -> Found:
    return Found(
        entry_id,
        Tier.LEXICAL,
        f"it was learned by nearly the same text ({agreed:.0%} of the words)",
        None,
        by_likeness(agreed),
        agreed=agreed,
        hearsay="in other words than these",
    )


_SAME_WORDS = 0.75
"""Of the share of words that the nearest has in common with the line, what another of the same symptom has at least."""


@dataclass(frozen=True, slots=True)
class Causes:
    """Several causes that one line points to, and the text that may tell them apart."""

    several: tuple[Judged, ...]
    said: str
    complained: str = ""
    """Of what is said, the lines that complain."""

    @classmethod
    def of(cls, question: Question, judged: Sequence[Judged]) -> Causes:
        """Those of the candidates that are as good as the best one; none where the text is the symptom alone.

        One that was learned in the very words of the line is another symptom than one of which a part stands there.
        """
        if len(question.evidence) < 2:
            return cls((), "")
        symptom = set(rivals(in_order(judged)))
        exact = [one for one in judged if one.entry.id in symptom and one.found.tier in EXACT]
        least = _SAME_WORDS * max((one.to_the_letter for one in exact), default=0.0)
        several = tuple(one for one in exact if one.to_the_letter >= least)
        if len(several) < 2:
            return cls((), "")
        lines = [one.line.text for one in question.evidence]
        return cls(several, "\n".join(lines), "\n".join(line for line in lines if alarm(line) > 0))

    @property
    def ids(self) -> list[str]:
        """The ids of their entries; none where nothing is to be told apart."""
        return [one.entry.id for one in self.several]


_SPOKEN_FOR = 2.0
"""Log-odds for a cause that the text speaks for with very telling words: more than a record moves it by."""
_CALM_SHARE = 0.5
"""What words weigh that only lines without a complaint have: they may tell what works, as well as what began it."""
_NEARNESS = 4.0
"""Log-odds for each whole step of cosine that a cause is nearer to the text than the causes are on average."""

_WORDS_SHOWN = 3


def spoken_for(causes: Causes, likeness: Mapping[str, float], judged: Sequence[Judged]) -> list[Judged]:
    """The candidates; of those that are causes of one symptom each is lifted as far as the text speaks for it.

    `likeness` is the cosine of the text and what each cause says, by id; it counts by what is above their mean.
    """
    if not causes.several:
        return list(judged)
    words, mean = _own_words(causes), sum(likeness.values()) / max(1, len(likeness))
    loud = set(tokenize(causes.complained))
    near = {one.entry.id: likeness.get(one.entry.id, mean) - mean for one in causes.several}
    return [
        _lifted(one, words[one.entry.id], loud, near[one.entry.id]) if one.entry.id in near else one
        for one in judged
    ]


def _own_words(causes: Causes) -> dict[str, list[str]]:
    """For each cause the words of the text that it has, but those of the symptom and those that all causes have."""
    symptom = set(tokenize("\n".join(learned_by(one.entry) for one in causes.several)))
    asked = [
        word for word in dict.fromkeys(tokenize(causes.said)) if word not in symptom and not word.isdecimal()
    ]
    own = {one.entry.id: _words_and_pairs(_own_text(one.entry)) for one in causes.several}
    common = set.intersection(*own.values())
    return {key: [word for word in asked if _has_word(words - common, word)] for key, words in own.items()}


def _own_text(entry: Entry) -> str:
    """What the entry says beside the symptom: its cause, fix, check, commands, services and tools."""
    advice, scope = entry.advice(), entry.scope
    said = (advice.meaning, advice.fix, advice.check, *advice.commands, *scope.services, *scope.tools)
    return "\n".join(filter(None, said))


_SHORTEST_STEM, _STEM_SHARE = 5, 0.7
"""Letters that two words share at least, and the share of the longer one, to be one word with two endings."""


def _words_and_pairs(text: str) -> set[str]:
    """The words, and each two neighbours as one: `log agent`, `logagent`."""
    tokens = tokenize(text)
    return {*tokens, *(first + second for first, second in pairwise(tokens))}


def _has_word(words: Set[str], asked: str) -> bool:
    """Whether the word is there, perhaps with another ending: `chrony` and `chronyd`."""
    return asked in words or (
        len(asked) >= _SHORTEST_STEM and any(_is_same_word(asked, word) for word in words)
    )


def _is_same_word(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= max(_SHORTEST_STEM, _STEM_SHARE * len(longer)) and longer.startswith(shorter)


def _lifted(one: Judged, words: Sequence[str], loud: Set[str], near: float) -> Judged:
    heard = text_specificity(" ".join(word for word in words if word in loud))
    spoken = max(heard, _CALM_SHARE * text_specificity(" ".join(words)))
    lift = one.lift + _SPOKEN_FOR * spoken + _NEARNESS * near
    said = f"; the text speaks of {', '.join(words[:_WORDS_SHOWN])}" if words else ""
    return replace(one, lift=lift, reason=f"{one.reason}{said}")
