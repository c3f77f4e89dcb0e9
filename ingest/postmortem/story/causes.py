"""Causes that a report tells in its prose, where no heading announces them.

Every sentence that may tell one is weighed: by its words (it is called the cause, one thing leads to another, a
mistake, a state in which nothing works), by where it stands, by whether it speaks of the outage or of what the title
names.  The heaviest are taken as they stand, at most `MOST_CAUSES`, and none where no sentence is heavy enough.

Promises: what is denied, was only thought at first, is planned, would be so in general, or explains why the response
was slow, is no cause.  A sentence that begins with `This …` is told with the one before it, which says what "this" is;
of a sentence that announces a list, the items are the causes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.postmortem.causes import is_open
from ingest.postmortem.story.cause_words import (
    ANNOUNCED,
    ENDS_IN_ED,
    INCIDENT,
    KINDS,
    NAMES_ITS_CAUSE,
    PAST,
    POINTS_BACK,
    PRESENT,
    RECOVERED,
    SAYS_LITTLE,
    SAYS_WHAT_IS,
)
from ingest.postmortem.story.no_cause_words import BUT_RATHER, DENIED, NO_CAUSE
from kb.expression import expression

MOST_CAUSES = 3
"""Causes that are taken from prose at most."""
_ENOUGH = 5
"""The least weight of a sentence that is taken as a cause."""
_SURMISED = 2
"""The weight of words that tell what was wrong and not that anything came of it."""
_EARLY = 4
"""Sentences of a part that stand early in it."""
_LONGEST = 600
"""Characters of a sentence; what is longer is no sentence but a paste."""
_FEWEST_WORDS = 4
_MOST_LISTED = 12
"""Items of a list of causes."""

FENCED = expression(r"^[ \t]*(```(?![^\n]*`)|~~~).*?^[ \t]*\1[ \t]*$", re.M | re.S)
_BLOCK = expression(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=#)")
_BULLET = expression(r"\s*(?:[-*+]|\d+[.)])\s+")
_SENTENCE_END = expression(
    r"(?<=[.!?])(?<!\.\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)[)\"”*_]*\s+(?=[A-Z\"“`*_\[(@])"
)
_SENTENCE_END_SMALL = expression(
    r"(?<=[.!?])(?<!\.\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)[)\"”*_]*\s+"
)
"""Where a sentence ends in a text whose sentences begin with small letters."""
_CODE = expression(r"`[^`]*`")
_WORD = expression(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in which a cause may be told, and how likely: 2 for what explains, 0 for what only mentions."""

    text: str
    weight: int
    is_past: bool = True
    """Whether it tells of the past in the past tense; titles and timelines do not."""
    least: int = 0
    """What the words of a sentence must weigh by themselves; a title that tells only a state tells what was seen."""


@dataclass(frozen=True, slots=True)
class ToldCause:
    """A cause as a report tells it; `says_so` is False where it only tells of a state in which nothing works."""

    text: str
    says_so: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence with the one before it, and the list that it announces."""

    text: str
    before: str = ""
    listed: tuple[str, ...] = ()
    is_early: bool = False
    is_second: bool = False
    """After the one that says what happened: `This …` tells what that led to."""


def told_causes(passages: Iterable[Passage], title: str) -> tuple[ToldCause, ...]:
    """The sentences that tell the cause; `title` is that of the report and is asked, too."""
    topic = _topic(title)
    weighed = [
        (kind + stands, ToldCause(text, says_so=kind > _SURMISED))
        for passage in (Passage(title, 2, is_past=False, least=_SURMISED + 1), *passages)
        for said in _said_in(passage.text)
        if _is_sentence(said.text) and (not passage.is_past or _tells_of_the_past(said.text))
        # The words are looked for last, and only those that would weigh enough where it stands: they take longest.
        for stands in [passage.weight + _about(said, topic if passage.is_past else frozenset())]
        if (kind := _kind(said.text, least=max(_ENOUGH - stands, passage.least))) and _asserts(said.text)
        for text in _told(said)
    ]
    heaviest = max((weight for weight, _ in weighed), default=0)
    chosen = {told.text: told for weight, told in weighed if weight >= heaviest - 1}
    return tuple(
        told for told in chosen.values() if not any(told.text != one and told.text in one for one in chosen)
    )[:MOST_CAUSES]


def _kind(sentence: str, *, least: int) -> int:
    """What the heaviest words of a sentence weigh, of those that weigh as much as `least`; 0 where it has none."""
    return next((weight for weight, words in KINDS if weight >= least and words.search(sentence)), 0)


def _about(said: _Said, topic: frozenset[str]) -> int:
    """What it counts that a sentence speaks of the outage or of what the title names, and not of what came of it."""
    about = min(len(topic & _topic(said.text)), 2) + bool(INCIDENT.search(said.text))
    tells_effects = bool(RECOVERED.search(said.text)) or (said.is_second and _points_back(said.text))
    return about + said.is_early - 3 * tells_effects


def _tells_of_the_past(sentence: str) -> bool:
    """Whether a sentence is told in the past; what says what a cause is may be told in the present."""
    if PAST.search(sentence) or SAYS_WHAT_IS.match(sentence):
        return True
    return bool(ENDS_IN_ED.search(sentence)) and not PRESENT.search(sentence)


def _topic(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, by their first letters."""
    return frozenset(word.lower()[:5] for word in _WORD.findall(text) if not SAYS_LITTLE.fullmatch(word))


def _said_in(text: str) -> Iterator[_Said]:
    """The sentences of a text, without code, tables and headings."""
    blocks = [block for block in _BLOCK.split(FENCED.sub("", text)) if block.strip()]
    before, count = "", 0
    ends = _SENTENCE_END_SMALL if _begins_small(blocks) else _SENTENCE_END
    for place, block in enumerate(blocks):
        if block.lstrip().startswith(("#", "|", "!", "[^", "<", ">")):
            before = ""
            continue
        is_item = bool(_BULLET.match(block))
        own = _BULLET.sub("", block, count=1) if is_item else block
        sentences = [" ".join(part.split()) for part in ends.split(own)]
        for number, sentence in enumerate(sentences):
            leads = number == len(sentences) - 1 and sentence.endswith(":")
            listed = tuple(_items_below(blocks[place + 1 : place + 1 + _MOST_LISTED])) if leads else ()
            count += 1
            yield _Said(
                sentence, "" if is_item and not number else before, listed, count <= _EARLY, count == 2
            )
            before = _whole(before, sentence)


def _whole(before: str, sentence: str) -> str:
    """A sentence with the one before it, where it says only `it` or `this` of what that names."""
    joined = f"{before} {sentence}"
    goes_on = before and not before.endswith((":", "?")) and _points_back(sentence)
    return joined if goes_on and len(joined) <= _LONGEST else sentence


def _begins_small(blocks: Iterable[str]) -> bool:
    """Whether most paragraphs begin with a small letter."""
    first = [block.lstrip()[:1] for block in blocks]
    return sum(map(str.islower, first)) > sum(map(str.isupper, first))


def _items_below(blocks: Iterable[str]) -> Iterator[str]:
    for block in blocks:
        if not _BULLET.match(block):
            return
        yield " ".join(_BULLET.sub("", block, count=1).split())


def _is_sentence(text: str) -> bool:
    """Whether a text is a sentence that asserts something: no question, no paste, no code."""
    return (
        len(text) <= _LONGEST
        and len(text.split()) >= _FEWEST_WORDS
        and not text.endswith("?")
        and 5 * sum(map(len, _CODE.findall(text))) < 4 * len(text)
    )


def _asserts(sentence: str) -> bool:
    """Whether a sentence says that something was so, and neither denies, plans nor guesses it."""
    return (
        not _is_none(sentence)
        and not is_open(sentence)
        and (not DENIED.search(sentence) or bool(BUT_RATHER.search(sentence)))
    )


def _told(said: _Said) -> Iterator[str]:
    if said.listed and ANNOUNCED.search(said.text):
        yield from (item for item in said.listed if _asserts(item))
    elif said.text.endswith(":"):
        return
    elif _points_back(said.text):
        if said.before and not said.before.endswith((":", "?")) and not _is_none(said.before):
            yield f"{said.before} {said.text}"
    else:
        yield said.text


def _points_back(sentence: str) -> bool:
    """Whether a sentence calls the cause only `this`, which the one before it names."""
    return bool(POINTS_BACK.match(sentence)) and not NAMES_ITS_CAUSE.search(sentence)


def _is_none(sentence: str) -> bool:
    return any(no.search(sentence) for no in NO_CAUSE)
