"""What was done to end an incident, read from its timeline and its prose where no section tells it.

Sentences that say outright what ended it (`resolved by rolling back`) go first, then the steps of the timeline up to
the recovery, then the summary and "what went well".  Promises: nothing is worded anew, every measure keeps its time
and the line it stands on; what somebody plans, suggests or denies was not done; nothing is taken from code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.postmortem.story.causes import FENCED
from ingest.postmortem.story.deed_words import (
    ACTION,
    ALSO_DONE,
    BEGINNING,
    ENDED_BY,
    NOT_DONE,
    NOUNS,
    ONLY_ENDED,
    RECOVERED,
    SOMEBODY,
    STRONG,
)
from kb.expression import expression
from kb.model import Measure, TimelineEvent

MOST_MEASURES = 4
"""Measures that are kept at most: who reads them has an outage to end."""
_MOST_OF_TIMELINE = 3
_LAST_SENTENCES = 2
_SPOKEN = expression(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 3
"""Of an event that is all there is: `Resolved` says only that it ended."""
_DOES = expression(
    r"\b(?:by|with|via|through|after|attempts? at|am|is|are|was|were|been|be|start\w*|beg[aiu]n\w*"
    r"|tr(?:y|ied)|kept"
    r"|then|and|decid\w+ on)"
    r"(?:\s+\w+ly|\s+(?:first|then|manual|also))?\s+$|[.:;,(–—-]\s*$",
    re.I,
)
"""What stands before an `…ing` that somebody did."""
_LONGEST_MEASURE = 400
_LONGEST_SENTENCE = 2000
"""Characters; what is longer is a paste."""
_MANY_SENTENCES = 2
"""From so many on, an event tells more than one thing."""
_REASON_BEFORE = expression(r"^(?:since|as|because|although|though|while|even though)\b[^,]{5,160},\s+", re.I)
_PURPOSE = expression(
    r",?\s+(?:so that\b|so (?:we|they|it|he|she|the|this|both|all|each|no(?:body|thing)?|future|new|users)\b"
    r"(?=[^.;]{0,60}\b(?:can(?:not|['’]t)?|could|will|would|may|might|should|do(?:es)?(?: not|n['’]t)|stays?|keeps?)\b)"
    r"|in order to\b|to (?:ensure|make sure"
    r"|prevent|avoid|see|check|give|allow|get)\b"
    r"|prior to\b|before (?:\w+ing|it|they|the)\b).*$",
    re.I | re.S,
)

_NO_PROSE = expression(r"`[^`]*`|(?<=\])\([^()\s]*\)")
"""Code and addresses of links, whose words tell nothing."""
_PARTICIPLE_AFTER = expression(r"\b(?:an?|the|this|these|any|some|our|its|their|newly)\s+$", re.I)
"""`The updated chart failed` tells of a chart, and not that somebody updated it."""
_NOUN_AFTER = expression(
    r"\b(?:an?|the|this|that|these|any|no|each|every|our|their|its|his|her|of|for|new|major|minor|latest|next|last"
    r"|first|second|previous|attempted|planned|scheduled|of|for)\s+(?:[\w.-]+\s+)?$",
    re.I,
)
"""`A major update of the library` tells of an update, and not that one was made."""
_REMARKS = expression(r" (?:but|although|though|yet) ")
_REMARK_BEHIND = expression(
    r",?\s+(?:but|although|though|yet)\b"
    r"(?![^.;]*(?:\b(?:help|work|fix|fail|resolv|succe|chang|effect|enough|still|not|in vain)|n['’]t\b)).*$",
    re.I | re.S,
)
"""What is remarked behind a deed and does not say that it failed."""
_FOUND_NOT = expression(
    r"^[^,;]*\b(?:determin|conclud|found|show|discover|reveal|learn)\w*\b[^,;]*\bnot\b[^,;]*[,;]\s*", re.I
)
"""What turned out not to be so, before what was done instead."""

_SENTENCE = expression(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z\"“`*_\[])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=#)")
_ASIDE = expression(r"(?<!\])\([^()]*\)")
"""What stands in brackets says of a deed what it led to or who asked for it; an address behind a link is none."""


@dataclass
class _KeptMeasures:
    """Measures in the order of their weight, each text once."""

    lines: Sequence[str]
    measures: list[Measure] = field(default_factory=list)

    def add(self, text: str, section: str, time: str = "") -> None:
        said = _one_line(text)
        if not said or any(said in one.text or one.text in said for one in self.measures):
            return
        line = line_of(text, self.lines)
        self.measures.append(Measure(text=said, time=time, section=section, line=line))


def what_was_done(
    timeline: Sequence[TimelineEvent],
    prose: Iterable[tuple[str, str]],
    body: str,
    lines: Sequence[str],
    causes: Sequence[str] = (),
) -> tuple[Measure, ...]:
    """At most `MOST_MEASURES` measures, in the order in which they should be read.

    `prose` gives the name and the text of each part that tells of what happened; `body` is looked into where they
    say nothing; `lines` are those of the file.  A sentence that tells one of the `causes` tells no measure besides.
    """
    kept = _KeptMeasures(lines)
    parts = [(name, FENCED.sub("", text)) for name, text in prose]
    for name, text in parts:
        for sentence in _ended_by(text):
            kept.add(sentence, name)
    for event in _last_steps(timeline):
        kept.add(_deeds_of(event.text), "timeline", event.time)
    if not kept.measures:
        told = [" ".join(cause.split()) for cause in causes]
        done = [
            (sentence, name)
            for name, text in parts
            for sentence in _sentences(text)
            if _was_done(sentence)
            and (ALSO_DONE.search(sentence) or not any(_one_line(sentence) in cause for cause in told))
        ]
        for sentence, name in _last_of(done):
            kept.add(sentence, name)
    if not kept.measures:
        for sentence in _ended_by(FENCED.sub("", body)):
            kept.add(sentence, "text")
    if not kept.measures:
        for sentence in _by_somebody(FENCED.sub("", body)):
            kept.add(sentence, "text")
    last = None if kept.measures else _recovery(timeline)
    if last is not None and len(_SPOKEN.findall(timeline[last].text)) >= _FEWEST_WORDS:
        kept.add(timeline[last].text, "timeline", timeline[last].time)
    return tuple(kept.measures[:MOST_MEASURES])


def tells_a_deed(text: str) -> bool:
    """Whether a text of a section on how it ended says so, rather than only what is planned or was added to see it."""
    sentences = [*_sentences(FENCED.sub("", text))]
    return any(said and not NOT_DONE.search(_main_clause(said)) for said in sentences)


def line_of(text: str, lines: Sequence[str]) -> int | None:
    """The line of a file, counted from 1, on which a text begins; None where it does not stand there as it is."""
    start = _bare_words(text.strip().split("\n")[0])[:60]
    if len(start) < 4:
        return None
    return next(
        (number for number, line in enumerate(lines, 1) if start in _bare_words(line)), None
    ) or _line_of_beginning(start, lines)


def _line_of_beginning(start: str, lines: Sequence[str]) -> int | None:
    """Where a text begins that goes on over the end of a line."""
    short = start[:24]
    return next((number for number, line in enumerate(lines, 1) if short in _bare_words(line)), None)


def _bare_words(line: str) -> str:
    return re.sub(r"[^\w]+", " ", line).strip().lower()


def _ended_by(text: str) -> Iterator[str]:
    for sentence in _sentences(text):
        if (
            ENDED_BY.search(sentence)
            and _names_a_means(sentence)
            and not NOT_DONE.search(_main_clause(sentence))
        ):
            yield sentence


def _by_somebody(text: str) -> list[str]:
    """The last sentences of a story in which people do something to what runs."""
    return [said for said in _sentences(text) if _was_done(said) and SOMEBODY.search(said)][-_LAST_SENTENCES:]


def _last_of(done: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of more deeds than are kept those that end outages, else the last of a story: they brought its end."""
    if len(done) <= MOST_MEASURES:
        return done
    ending = [one for one in done if STRONG.search(one[0]) or RECOVERED.search(one[0])]
    return (ending or done)[-MOST_MEASURES:]


def _names_a_means(sentence: str) -> bool:
    """Whether a sentence says how; "restored" and "fixed" alone say that it ended and no more."""
    return any(not ONLY_ENDED.match(found[0]) for found in ACTION.finditer(sentence))


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(text):
        said = part.strip()
        if said and len(said) <= _LONGEST_SENTENCE and not said.startswith(("|", "#", "![", "[![")):
            yield said


def _was_done(sentence: str) -> bool:
    if not ACTION.search(sentence):
        return False
    told = _main_clause(_ASIDE.sub("", _NO_PROSE.sub("`x`", sentence)))
    deeds = [found for found in ACTION.finditer(told) if _is_deed(told, found)]
    if all(ONLY_ENDED.match(found[0]) for found in deeds) and len(_SPOKEN.findall(told)) < _FEWEST_WORDS:
        return False
    return bool(deeds) and not NOT_DONE.search(told) and not BEGINNING.search(told)


def _main_clause(sentence: str) -> str:
    """A sentence without what stands before or behind it to say why: what may, cannot or should not be."""
    told = _REASON_BEFORE.sub("", sentence)
    told = _FOUND_NOT.sub("", told) if " not " in told else told
    told = _REMARK_BEHIND.sub("", told) if _REMARKS.search(told) else told
    shorter = _PURPOSE.sub("", told)
    return shorter if ACTION.search(shorter) else sentence


def _deeds_of(text: str) -> str:
    """Of an event that takes several sentences to tell, those that tell what was done."""
    sentences = [*_sentences(FENCED.sub("", text))]
    deeds = [said for said in sentences if _was_done(said)]
    return " ".join(deeds) if len(sentences) >= _MANY_SENTENCES and deeds else text


def _is_deed(sentence: str, action: re.Match[str]) -> bool:
    """Whether an action is what a sentence tells; `a job upgrading the chart failed` tells that the job failed."""
    before = sentence[: action.start()]
    word = action[0].lower()
    if word.endswith("ed") and _PARTICIPLE_AFTER.search(before):
        return False
    if NOUNS.fullmatch(word) and _NOUN_AFTER.search(before):
        return False
    if not word.endswith("ing"):
        return True
    return not re.search(r"\w", before) or bool(_DOES.search(before))


def _last_steps(timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The last steps before the recovery, those that surely end something before those that may."""
    end = _recovery(timeline)
    until = timeline if end is None else timeline[: end + 1]
    # What stands first is what set it off, as a rule: an upgrade, a deploy, a deletion by mistake.
    acted = [event for event in until[1:] if _is_step(event.text)] or [e for e in until if _is_step(e.text)]
    if end is not None and not acted:
        acted = [event for event in timeline[end + 1 :] if _is_step(event.text)]
    strong = [event for event in acted if _ends_it(event)][-_MOST_OF_TIMELINE:]
    chosen = [*strong, *(event for event in acted[::-1] if event not in strong)][:_MOST_OF_TIMELINE]
    return [event for event in timeline if event in chosen]


def _ends_it(event: TimelineEvent) -> bool:
    """Whether an event is a step that ends outages, or tells the end along with what was done."""
    return bool(STRONG.search(_deeds_of(event.text))) or (
        _was_done(event.text) and bool(RECOVERED.search(FENCED.sub("", event.text)))
    )


def _is_step(text: str) -> bool:
    told = FENCED.sub("", text)
    sentences = [*_sentences(told)]
    if len(sentences) >= _MANY_SENTENCES and any(map(_was_done, sentences)):
        return True
    return _was_done(told) or bool(
        STRONG.search(told) and not NOT_DONE.search(told) and RECOVERED.search(told)
    )


def _recovery(timeline: Sequence[TimelineEvent]) -> int | None:
    """The place of the last event that tells of recovery."""
    found = [
        place
        for place, event in enumerate(timeline)
        if any(
            RECOVERED.search(said) and not NOT_DONE.search(said)
            for said in _sentences(FENCED.sub("", event.text))
        )
    ]
    return found[-1] if found else None


def _one_line(text: str) -> str:
    """A measure as one line without bullets, of the length that somebody reads."""
    told = FENCED.sub("", text)
    said = " ".join(re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", told).split())
    return said if len(said) <= _LONGEST_MEASURE else said[: _LONGEST_MEASURE - 1].rstrip() + "…"
