"""Texts with slots, such as `cannot import name '{name}'`: read out of a line, and filled in again.

A slot is `{name}` (whatever stands there), `{name:word}` (a name, without blanks) or `{name:number}`.  Nothing
backtracks: each piece of text is sought once behind the one before it, and a slot holds `LONGEST_SLOT`
characters at most, so reading takes time in proportion to the line, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.text.masking_rules import PLACEHOLDER

LONGEST_SLOT = 400
"""Characters that one slot takes at most."""
_SLOT = re.compile(r"\{([a-z_]{1,30})(?::(word|number))?\}")
_HOLDS = {
    "word": re.compile(r"[\w.$@<>*/:-]{1,400}"),
    "number": re.compile(r"-?\d[\d_.]{0,30}|" + re.escape(PLACEHOLDER)),
}
_BEFORE = {"word": re.compile(r"[\w.$@<>*-]{1,400}\Z"), "number": re.compile(r"(?:-?\d[\d_.]{0,30}|<\*>)\Z")}
_TRIES = 4
"""How many places of a line are tried; a message stands in its line once or twice."""


@dataclass(frozen=True, slots=True)
class Read:
    """Where a wording stands in a line, and what its slots hold there."""

    start: int
    end: int
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with slots: `texts` are the pieces between them, one more than there are slots."""

    texts: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    anchor: str
    """The longest piece of text: a line without it is no such wording.  Empty: it cannot be sought."""
    own: int
    """How many characters are its own, outside the slots."""

    def read(self, line: str) -> Read | None:
        """Where the wording stands in `line`, the first place of it."""
        if not self.anchor or self.anchor not in line:
            return None
        first = 0 if self.texts[0] else 1  # a slot at the very beginning is read backwards
        at = -1
        for _ in range(_TRIES):
            if (at := line.find(self.texts[first], at + 1)) < 0:
                return None
            if (found := self._read_at(line, at, first)) is not None:
                return found
        return None

    def fill(self, slots: Mapping[str, str]) -> str:
        """The text with what the slots hold; a slot that nobody filled stays a place that varies."""
        filled = [self.texts[0]]
        for (name, _), text in zip(self.slots, self.texts[1:], strict=True):
            filled += (slots.get(name, PLACEHOLDER), text)
        return "".join(filled)

    def _read_at(self, line: str, at: int, first: int) -> Read | None:
        start, held = at, {}
        if first:
            name, kind = self.slots[0]
            before = _BEFORE[kind].search(line, max(0, at - LONGEST_SLOT), at)
            if before is None:
                return None
            start, held[name] = before.start(), before[0]
        end = at + len(self.texts[first])
        for (name, kind), text in zip(self.slots[first:], self.texts[first + 1 :], strict=True):
            if (value := _value(line, end, kind, text)) is None or held.get(name, value) != value:
                return None
            held[name] = value
            end += len(value) + len(text)
        return Read(start, end, held) if _stands_alone(line, start, end) else None


def wording(text: str) -> Wording:
    """The wording that `text` writes with its slots in braces."""
    parts = _SLOT.split(text)
    slots = tuple(zip(parts[1::3], (kind or "text" for kind in parts[2::3]), strict=True))
    texts = tuple(parts[0::3])
    sought = bool(texts[0]) or (bool(slots) and slots[0][1] in _BEFORE and bool(texts[1]))
    return Wording(texts, slots, max(texts, key=len) if sought else "", sum(map(len, texts)))


def fits(template: str, line: str) -> bool:
    """Whether `line` says what `template` says, with anything in its places that vary."""
    first, *pieces = template.split(PLACEHOLDER)
    if not pieces:
        return template == line
    if not line.startswith(first) or not line.endswith(pieces[-1]):
        return False
    at, end = len(first), len(line) - len(pieces[-1])
    for piece in pieces[:-1]:
        if (at := line.find(piece, at, end)) < 0:
            return False
        at += len(piece)
    return at <= end


def _value(line: str, at: int, kind: str, then: str) -> str | None:
    """What a slot holds that begins at `at` and is followed by `then`; all of the line if nothing follows."""
    if then:
        end = line.find(then, at + 1, at + LONGEST_SLOT + len(then))
    elif kind == "text":
        end = min(len(line.rstrip()), at + LONGEST_SLOT)
    else:
        end = found.end() if (found := _HOLDS[kind].match(line, at)) else -1
    if end <= at:
        return None
    value = line[at:end]
    return value if kind == "text" or _HOLDS[kind].fullmatch(value) else None


def _stands_alone(line: str, start: int, end: int) -> bool:
    """Whether the text neither begins nor ends within a word."""
    begins = start == 0 or not (
        line[start].isalnum() and (line[start - 1].isalnum() or line[start - 1] == "_")
    )
    ends = end >= len(line) or not (line[end - 1].isalnum() and (line[end].isalnum() or line[end] == "_"))
    return begins and ends
