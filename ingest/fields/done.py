"""What was done to end an incident, read from its course and its prose where no section tells it.

Sentences that say outright what ended it (`resolved by rolling back`) go first, then the steps of the timeline up to
the recovery, then the summary and "what went well".  Promises: nothing is worded anew, every measure keeps its time
and the line it stands on; what somebody plans, suggests or denies was not done; nothing is taken from code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.fields.measure_words import (
    ACTION,
    BEGINNING,
    ENDED_BY,
    NOT_DONE,
    ONLY_ENDED,
    RECOVERED,
    SOMEBODY,
    STRONG,
)
from kb.records import Measure, TimelineEvent

MOST = 4
"""Measures that are kept: who reads them has an outage to end."""
_TIMELINE_MOST = 3
_LAST_SENTENCES = 2
_LONGEST = 400

_SENTENCE = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z\"“`*_\[])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=#)")
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", re.M | re.S)


@dataclass
class _Kept:
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
    timeline: Sequence[TimelineEvent], prose: Iterable[tuple[str, str]], body: str, lines: Sequence[str]
) -> tuple[Measure, ...]:
    """At most `MOST` measures, in the order in which they should be read.

    `prose` gives the name and the text of each part that tells of what happened; `body` is looked into where they
    say nothing; `lines` are those of the file.
    """
    kept = _Kept(lines)
    parts = [(name, _FENCED.sub("", text)) for name, text in prose]
    for name, text in parts:
        for sentence in _ended_by(text):
            kept.add(sentence, name)
    for event in _last_steps(timeline):
        kept.add(event.text, "timeline", event.time)
    if not kept.measures:
        for name, text in parts:
            for sentence in _sentences(text):
                if _was_done(sentence):
                    kept.add(sentence, name)
    if not kept.measures:
        for sentence in _ended_by(_FENCED.sub("", body)):
            kept.add(sentence, "text")
    if not kept.measures:
        for sentence in _by_somebody(_FENCED.sub("", body)):
            kept.add(sentence, "text")
    if not kept.measures and (last := _recovery(timeline)) is not None:
        kept.add(timeline[last].text, "timeline", timeline[last].time)
    return tuple(kept.measures[:MOST])


def line_of(text: str, lines: Sequence[str]) -> int | None:
    """The line of a file, counted from 1, on which a text begins; None where it does not stand there as"
    " it is."""
    start = _bare(text.strip().split("\n")[0])[:60]
    if len(start) < 4:
        return None
    return next((number for number, line in enumerate(lines, 1) if start in _bare(line)), None) or _joined(
        start, lines
    )


def _joined(start: str, lines: Sequence[str]) -> int | None:
    """Where a text begins that goes on over the end of a line."""
    short = start[:24]
    return next((number for number, line in enumerate(lines, 1) if short in _bare(line)), None)


def _bare(line: str) -> str:
    return re.sub(r"[^\w]+", " ", line).strip().lower()


def _ended_by(text: str) -> Iterator[str]:
    for sentence in _sentences(text):
        if ENDED_BY.search(sentence) and _names_a_means(sentence) and not NOT_DONE.search(sentence):
            yield sentence


def _by_somebody(text: str) -> list[str]:
    """The last sentences of a story in which people do something to what runs."""
    return [said for said in _sentences(text) if _was_done(said) and SOMEBODY.search(said)][-_LAST_SENTENCES:]


def _names_a_means(sentence: str) -> bool:
    """Whether a sentence says how; "restored" and "fixed" alone say that it ended and no more."""
    return any(not ONLY_ENDED.match(found[0]) for found in ACTION.finditer(sentence))


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(text):
        said = part.strip()
        if said and not said.startswith(("|", "#", "![")):
            yield said


def _was_done(sentence: str) -> bool:
    return bool(ACTION.search(sentence)) and not NOT_DONE.search(sentence) and not BEGINNING.search(sentence)


def _last_steps(timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The last steps before the recovery, those that surely end something before those that may."""
    end = _recovery(timeline)
    until = timeline if end is None else timeline[: end + 1]
    # What stands first is what set it off, as a rule: an upgrade, a deploy, a deletion by mistake.
    acted = [event for event in until[1:] if _is_step(event.text)] or [e for e in until if _is_step(e.text)]
    if end is not None and not acted:
        acted = [event for event in timeline[end + 1 :] if _is_step(event.text)]
    strong = [event for event in acted if STRONG.search(event.text)][-_TIMELINE_MOST:]
    chosen = [*strong, *(event for event in acted[::-1] if event not in strong)][:_TIMELINE_MOST]
    return [event for event in timeline if event in chosen]


def _is_step(text: str) -> bool:
    told = _FENCED.sub("", text)
    return _was_done(told) or bool(
        STRONG.search(told) and not NOT_DONE.search(told) and RECOVERED.search(told)
    )


def _recovery(timeline: Sequence[TimelineEvent]) -> int | None:
    """The place of the last event that tells of recovery."""
    found = [
        place
        for place, event in enumerate(timeline)
        if RECOVERED.search(_FENCED.sub("", event.text)) and not NOT_DONE.search(event.text)
    ]
    return found[-1] if found else None


def _one_line(text: str) -> str:
    """A measure as one line without bullets, of the length that somebody reads."""
    told = _FENCED.sub("", text)
    said = " ".join(re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", told).split())
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1].rstrip() + "…"
