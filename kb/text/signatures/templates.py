"""A learned line as it is looked for inside other lines: its template, with gaps where something varies.

What was learned comes back within something else: behind a prefix that nobody has listed, in a longer sentence,
in quotes, folded in two.  So a template is found wherever its words stand in their order with one varying thing
in each gap: a regular expression proposes a place, and only if the text there has the very same template is it
one.  So `shard 17 has no leader` is found in `… shard 9 has no leader …`, and not in `shard 9 of 12 has no leader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.expression import expression
from kb.text.contradictions import COUNTS, count_of
from kb.text.masking import mask, message, without_prefix
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signatures.regex import boundary, compile_regex, escaped
from kb.text.specificity import text_specificity

LONGEST = 2_000
"""Characters of a line that are looked for; what stands behind says no more."""
_EDGES = " \t\r\n.,:;!-()[]{}<>\"'`=|#*"
_LEAST = 4
"""Characters that an anchor has at the least: a shorter one stands in every text."""
_WINDOW = 4_000
_SHORT = 500
"""Bytes of a line that is masked whole, to see whether it is what is looked for and nothing else."""
_TRIES = 1_000
"""Places of an anchor that are looked at in a block, and starts that are tried at one place."""
_STARTS = 20
_WORD_LONG = 300
_WHOLE, _REST = expression(rb"[^\s\"'(<\[{=,;|]+\Z"), expression(rb"[^\s\"')>\]},;|]+")
"""What belongs to the word before a place, and behind it."""


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """Where a template stands: bytes of the text that was searched."""

    start: int
    end: int


def template_of(line: str) -> str:
    """What is looked for of a line: the template of its message, from the first word to the last."""
    line = line[:LONGEST]
    return _core(without_prefix(_masked(_standing(message(line), line))))


def _standing(said: str, line: str) -> str:
    """A message as it stands in its line: where its class is behind it, as Ruby and Nim write it, without that."""
    words = said.partition(": ")[2]
    return words if words and words in line and said not in line else said


def _core(template: str) -> str:
    """A template without what varies at its ends; what varies within a word (`shard<*>`) stays."""
    pieces = template.split(PLACEHOLDER)
    told = [number for number, piece in enumerate(pieces) if piece.strip(_EDGES)]
    return _from_to(pieces, told[0], told[-1]) if told else ""


def _from_to(pieces: Sequence[str], first: int, last: int) -> str:
    """Some pieces of a template, with the gaps between them, and those in which the word at an end goes on."""
    text = PLACEHOLDER.join(pieces[first : last + 1]).strip(_EDGES)
    before = PLACEHOLDER if first and boundary(pieces[first][:1]) else ""
    behind = PLACEHOLDER if last + 1 < len(pieces) and boundary(pieces[last][-1:]) else ""
    return f"{before}{text}{behind}"


def anchor_of(template: str) -> str:
    """The piece of a template that is looked for first: the one that tells most, of equals the longest."""
    return " ".join(_anchoring(template).replace(PLACEHOLDER, "").split())


def _anchoring(template: str) -> str:
    """The anchor as a template of its own: `<*>Client for` where the word before varies."""
    pieces = template.split(PLACEHOLDER)
    told = [" ".join(piece.strip(_EDGES).split()) for piece in pieces]
    best = max(
        range(len(pieces)), key=lambda n: (len(told[n]) >= _LEAST, text_specificity(told[n]), len(told[n]))
    )
    return _from_to(pieces, best, best)


def find(template: str, data: bytes, at: int = 0) -> TemplatePlace | None:
    """The first place of the template in a UTF-8 text, from byte `at` on; None where it does not stand there."""
    anchor, proposed, first = _anchor(template), _proposed(template), at
    for _ in range(_TRIES):
        match = anchor.search(data, at)
        if match is None:
            return None
        begin, end = _around(data, match.start(), match.end())
        found = _in_window(template, proposed, data, begin, end)
        if found and found.end > first:
            return found
        at = match.end()
    return None


def _around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The line of a place with the one before and the one behind it, since a line may have been folded."""
    begin = data.rfind(b"\n", max(0, start - _WINDOW), start)
    begin = data.rfind(b"\n", max(0, start - _WINDOW), max(0, begin)) if begin > 0 else begin
    finish = data.find(b"\n", end, end + _WINDOW)
    finish = data.find(b"\n", finish + 1, finish + _WINDOW) if finish >= 0 else finish
    return max(begin + 1, start - _WINDOW, 0), finish if finish >= 0 else min(len(data), end + _WINDOW)


def _in_window(template: str, proposed: Any, data: bytes, begin: int, end: int) -> TemplatePlace | None:
    window, wanted, at = data[begin:end], _words(template), 0
    for _ in range(_STARTS):
        match = proposed.search(window, at)
        if match is None or match.start() == match.end():
            return None
        if any(_words(said) == wanted for said in _templates(window, match.start(), match.end())):
            return TemplatePlace(begin + match.start(), begin + match.end())
        at = match.start() + 1
    return None


_NONE = "nonewhatsoever"
"""Stands for a count of none while a line is masked."""


def _masked(line: str) -> str:
    """The template of the line, in which a count that says that none is left stays."""
    kept = COUNTS.sub(_unless_some, line)
    return mask(kept).replace(_NONE, "0")


def _unless_some(match: re.Match[str]) -> str:
    count = count_of(match)
    return match.group() if int(count) else match.group().replace(count, _NONE)


def _templates(window: bytes, start: int, end: int) -> Iterator[str]:
    """The template of a place: of all its line, by itself, with all of its last word, its first one, both.

    The line comes first, since a question masks it all the same; a word is masked as a whole.
    """
    if line := _line_at(window, start, end):
        yield template_of(line)
    yield _masked(" ".join(window[start:end].decode("utf-8", "replace").split()))
    wider = (
        _WHOLE.search(window, max(0, start - _WORD_LONG), start),
        _REST.match(window, end, end + _WORD_LONG),
    )
    begin, finish = (found.start() if (found := wider[0]) else start), (wider[1].end() if wider[1] else end)
    for first, last in dict.fromkeys(((start, finish), (begin, end), (begin, finish))):
        if (first, last) != (start, end):
            yield _core(_masked(" ".join(window[first:last].decode("utf-8", "replace").split())))


def _line_at(window: bytes, start: int, end: int) -> str:
    """The line around a place, as it stands in the text; empty if the place is in two, or the line is long."""
    begin = window.rfind(b"\n", 0, start) + 1
    finish = window.find(b"\n", start)
    finish = finish if finish >= 0 else len(window)
    return (
        window[begin:finish].decode("utf-8", "replace") if end <= finish and finish - begin < _SHORT else ""
    )


def _words(template: str) -> str:
    return " ".join(template.casefold().split())


@lru_cache(maxsize=4096)
def _anchor(template: str) -> Any:
    return _proposed(_anchoring(template))


@lru_cache(maxsize=4096)
def _proposed(template: str) -> Any:
    """The regex by which a place is proposed: the words in their order, something in each gap."""
    gap = r"[^\n]*?"
    body = gap.join(_spaced(piece) for piece in template.split(PLACEHOLDER) if piece)
    return compile_regex(f"(?i){boundary(template[0])}{body}{boundary(template[-1])}")


_BLANKS = expression(r"\s+")
_SPECIAL = expression(r"([^\w\s]|_)")


def _spaced(piece: str) -> str:
    return r"\s+".join(_SPECIAL.sub(escaped, word) for word in _BLANKS.split(piece))
