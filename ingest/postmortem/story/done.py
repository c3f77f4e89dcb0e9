"""What was done to end an incident, read from its timeline and its prose where no section tells it.

Sentences that say outright what ended it (`resolved by rolling back`) go first, then the steps of the timeline up to
the recovery, then the summary and "what went well".  Promises: nothing is worded anew, every measure keeps its time
and the line it stands on; what somebody plans, suggests or denies was not done; nothing is taken from code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.postmortem.headings import ReportPart
from ingest.postmortem.story.causes import FENCED
from ingest.postmortem.story.deed_words import (
    ACTION,
    ALSO_DONE,
    ENDED_BY,
    HAS_BEEN,
    NO_HELP,
    NOT_DONE,
    ONLY_ENDED,
    RECOVERED,
    SOMEBODY,
    STRONG,
    TELLS_TROUBLE,
)
from ingest.postmortem.story.deeds import main_clause, was_done
from kb.expression import expression
from kb.model import Measure, TimelineEvent

MOST_MEASURES = 4
"""Measures that are kept at most: who reads them has an outage to end."""
_MOST_OF_TIMELINE = 3
_LAST_SENTENCES = 2
_LONGEST_MEASURE = 400
_LONGEST_SENTENCE = 2000
"""Characters; what is longer is a paste."""
_MANY_SENTENCES = 2
"""From so many on, an event tells more than one thing."""
_SENTENCE = expression(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z\"“`*_\[])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=#)")


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
            for sentence in _deeds_told(name, text)
            if ALSO_DONE.search(sentence) or not any(_one_line(sentence) in cause for cause in told)
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
    if last is not None and _names_a_means(timeline[last].text):
        kept.add(timeline[last].text, "timeline", timeline[last].time)
    return tuple(kept.measures[:MOST_MEASURES])


def tells_a_deed(text: str) -> bool:
    """Whether a text of a section on how it ended says so, rather than only what is planned or was added to see it."""
    sentences = [*_sentences(FENCED.sub("", text))]
    return any(said and not NOT_DONE.search(main_clause(said)) for said in sentences)


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
            and not NOT_DONE.search(main_clause(sentence))
        ):
            yield sentence


def _deeds_told(name: str, text: str) -> list[str]:
    """The deeds of a part in prose, without what came before the trouble and what was no help."""
    sentences = [*_sentences(text)]
    since = _first(TELLS_TROUBLE, sentences) if name == ReportPart.SUMMARY else 0
    as_steps = name == ReportPart.STEPS
    return [
        said
        for number, said in enumerate(sentences[since:], since + 1)
        if ACTION.search(said)
        and (as_steps or _tells_an_end(said))
        and was_done(said, in_prose=not as_steps, helped=_recovers(sentences[number : number + 1]))
        and not _did_not_help(sentences[number : number + 1])
    ]


def _tells_an_end(said: str) -> bool:
    """Whether a sentence of prose names who did it, or what ends outages; a story tells of much else that changed."""
    return any(words.search(said) for words in (SOMEBODY, STRONG, RECOVERED, HAS_BEEN))


def _first(wanted: re.Pattern[str], texts: Sequence[str]) -> int:
    """The place of the first text with these words; 0 where none has them."""
    return next((place for place, text in enumerate(texts) if wanted.search(text)), 0)


def _did_not_help(next_one: Sequence[str]) -> bool:
    """Whether what follows a deed says that it brought nothing: `This did not help.`"""
    return any(NO_HELP.match(text) for text in next_one)


def _recovers(next_one: Sequence[str]) -> bool:
    """Whether what follows a deed tells of recovery."""
    return any(RECOVERED.search(text) and not NOT_DONE.search(text) for text in next_one)


def _by_somebody(text: str) -> list[str]:
    """The last sentences of a story in which people do something to what runs."""
    return [said for said in _deeds_told("text", text) if SOMEBODY.search(said)][-_LAST_SENTENCES:]


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


def _deeds_of(text: str) -> str:
    """Of an event that takes several sentences to tell, those that tell what was done."""
    sentences = [*_sentences(FENCED.sub("", text))]
    deeds = [said for said in sentences if was_done(said)]
    return " ".join(deeds) if len(sentences) >= _MANY_SENTENCES and deeds else text


def _last_steps(timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The last steps before the recovery: those that surely end something with what leads up to them, else any."""
    steps = [event for place, event in enumerate(timeline) if _is_step(timeline, place)]
    if not steps:
        return []
    end = _recovery(timeline)
    until = timeline if end is None else timeline[: end + 1]
    # What stands before anybody saw trouble is what set it off: an upgrade, a deploy, a deletion by mistake.
    seen = max(1, _first(TELLS_TROUBLE, [event.text for event in until]))
    acted = next(
        filter(
            None,
            ([e for e in steps if e in part] for part in (until[seen:], until[1:], timeline[1:] or timeline)),
        ),
        [],
    )
    strong = [event for event in acted if _ends_it(event)][-_MOST_OF_TIMELINE:]
    first = _begins(timeline, acted, strong[0]) if strong else 0
    chosen = [*strong, *(event for event in acted[first:][::-1] if event not in strong)][:_MOST_OF_TIMELINE]
    return [event for event in acted if event in chosen]


def _begins(timeline: Sequence[TimelineEvent], acted: Sequence[TimelineEvent], strong: TimelineEvent) -> int:
    """Which of the steps begins the row without a pause that leads up to one that ends it."""
    first, place = acted.index(strong), timeline.index(strong)
    while first and place and timeline[place - 1] == acted[first - 1]:
        first, place = first - 1, place - 1
    return first


def _ends_it(event: TimelineEvent) -> bool:
    """Whether an event is a step that ends outages, or tells the end along with what was done."""
    return bool(STRONG.search(_deeds_of(event.text))) or (
        was_done(event.text) and any(w.search(FENCED.sub("", event.text)) for w in (RECOVERED, ENDED_BY))
    )


def _is_step(timeline: Sequence[TimelineEvent], place: int) -> bool:
    """Whether an event tells a deed, and the next one does not say that it was no help."""
    told = FENCED.sub("", timeline[place].text)
    if not ACTION.search(told) and not STRONG.search(told):
        return False
    following = [FENCED.sub("", event.text) for event in timeline[place + 1 : place + 2]]
    if _did_not_help(following):
        return False
    helped = _recovers(following)
    sentences = [*_sentences(told)]
    if len(sentences) >= _MANY_SENTENCES and any(was_done(said, helped=helped) for said in sentences):
        return True
    return was_done(told, helped=helped) or bool(
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
