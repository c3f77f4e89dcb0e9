"""The same message in another version of a program: every other wording of a line, older and newer.

`rewordings.toml` is the table, made from runs of both versions; `docs/wording.md` shows it.  `reworded` is pure; the
table is read when it is first asked.  What varies in the line is carried over; what only the other version says is
left as a place that varies.  What stands before and behind the message stays.

A wording is a text with slots, such as `cannot import name '{name}'`: read out of a line, and filled in again.  A
slot is `{name}` (whatever stands there), `{name:word}` (a name, without blanks) or `{name:number}`.  Nothing
backtracks: each piece of text is looked for once behind the one before it, and a slot holds `LONGEST_SLOT` characters
at most, so reading takes time in proportion to the line, whatever it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Literal

from kb.expression import expression
from kb.text.masking_rules import PLACEHOLDER

_Kind = Literal["wrapper", "words"]
_Direction = Literal["newer", "older"]
LONGEST_LINE = 4000
"""Characters of a line that are looked at; a longer one is no message that a version says otherwise."""
MOST_WORDINGS = 12
"""Other wordings of a line at most."""
_GRAM_LENGTH = 4
"""Characters of the pieces by which anchors are looked up."""

_SETTING_NAME = expression(
    r"(?<!parameter )(?<![\w.=/-])(\"?)([a-z]{1,30}(?:_[a-z0-9]{1,30}){1,6})\1(?![\w=]|\s?[=:](?!=)|\.\w|\(\))"
)
"""A name of several words as a message writes it: not where it is set, nor a part of a path or a call."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """Another wording of a line, whether only what stands around the message differs, and who says it so."""

    text: str
    kind: _Kind
    note: str


@dataclass(frozen=True, slots=True)
class Example:
    """One fault as both versions printed it, and how it was provoked."""

    before: str
    after: str
    how: str


@dataclass(frozen=True, slots=True)
class Rewording:
    """One change of wording: the last version seen with the old text, the first seen with the new one."""

    software: str
    old: str
    new: str
    before: str
    after: str
    kind: _Kind
    note: str
    examples: tuple[Example, ...]
    each: str = ""
    """The list of names that a change of every name in a line is about; empty for a change of the text."""
    only_new: bool = False
    """The new text has no words of its own: it is made from the old one, never the other way."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What a slot that only one text has mostly holds; any other is left as a place that varies."""
    whole: bool = False
    """The new text says so little that it must be all of the line."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """A rewording with both texts ready to be read."""

    said: Rewording
    before: ProgramWording
    after: ProgramWording
    names: frozenset[str] = frozenset()

    def other(self, line: str) -> tuple[str, _Direction] | None:
        """The line as the other version writes it, and whether that is the newer or the older one."""
        if self.names:
            return _quotes_swapped(line, self.names)
        before = self.before.read(line)
        after = None if self.said.only_new else self.after.read(line)
        if after is not None and self.said.whole and line[after.start : after.end] != line.strip():
            after = None
        if before is not None and (after is None or self.before.own >= self.after.own):
            if self.said.after.startswith(self.said.before) and _continues(line, before.end):
                return None
            return self._swapped(line, before, self.after), "newer"
        if after is None or (self.said.before.startswith(self.said.after) and _continues(line, after.end)):
            return None
        return self._swapped(line, after, self.before), "older"

    def _swapped(self, line: str, read: WordingPlace, to: ProgramWording) -> str:
        return line[: read.start] + to.fill({**self.said.defaults, **read.slots}) + line[read.end :]


def reworded(line: str) -> tuple[Reworded, ...]:
    """Every other wording of `line`, nearest first, through several versions where it changed repeatedly.

    The way leads to newer versions or to older ones, never back: two faults that one version words alike, and
    another one tells apart, stay two.
    """
    line, rest = line[:LONGEST_LINE], line[LONGEST_LINE:]
    found: dict[str, Reworded] = {line: Reworded(line, "wrapper", "")}
    waiting: list[tuple[str, _Direction | None]] = [(line, None)]
    while waiting and len(found) <= MOST_WORDINGS:
        at, way = waiting.pop(0)
        for rule in _rules_for(at):
            if (other := rule.other(at)) is None or other[0] in found or way not in (None, other[1]):
                continue
            found[other[0]] = _chained(found[at], rule.said, other[0])
            waiting.append(other)
    others = list(found.values())[1 : MOST_WORDINGS + 1]
    return tuple(Reworded(other.text + rest, other.kind, other.note) for other in others)


@cache
def rewordings() -> tuple[Rewording, ...]:
    """The table, as it was written."""
    return tuple(_rewording(item) for item in _table()["rewording"])


@cache
def sources() -> dict[str, str]:
    """Where the versions of each software came from."""
    return dict(_table()["sources"])


@cache
def _table() -> dict:  # type: ignore[type-arg]
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files("kb.text").joinpath("rewordings.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            one,
            wording(one.before),
            wording(one.after),
            frozenset(_table()["names"].get(one.each, "").split()),
        )
        for one in rewordings()
    )


def _rules_for(line: str) -> Iterable[_Rule]:
    """The rules that have a piece of text in the line, in the order of the table."""
    anchors, by_gram = _anchors()
    grams = {line[at : at + _GRAM_LENGTH] for at in range(len(line) - _GRAM_LENGTH + 1)}
    near = [*by_gram.get("", ()), *(at for gram in grams & by_gram.keys() for at in by_gram[gram])]
    return dict.fromkeys(rule for anchor, rule in map(anchors.__getitem__, sorted(near)) if anchor in line)


@cache
def _anchors() -> tuple[list[tuple[str, _Rule]], dict[str, list[int]]]:
    """The anchors with their rules, and which of them have each piece of a few characters; the shorter ones under ``.

    Each stands under its rarest piece alone: of six hundred anchors a line has the pieces of a few.
    """
    anchors = [
        (anchor, rule)
        for rule in _rules()
        for anchor in (
            ("_",) if rule.names else (rule.before.anchor, "" if rule.said.only_new else rule.after.anchor)
        )
        if anchor
    ]
    grams = [
        sorted({anchor[at : at + _GRAM_LENGTH] for at in range(len(anchor) - _GRAM_LENGTH + 1)})
        for anchor, _ in anchors
    ]
    often, by_gram = Counter(chain.from_iterable(grams)), dict[str, list[int]]()
    for at, found in enumerate(grams):
        by_gram.setdefault(min(found, key=often.__getitem__, default=""), []).append(at)
    return anchors, by_gram


def _continues(line: str, end: int) -> bool:
    """Whether the message goes on behind `end`, so that nothing can be added to it there."""
    return line[end : end + 1] in tuple(":,;.")


def _quotes_swapped(line: str, names: frozenset[str]) -> tuple[str, _Direction] | None:
    """The line with its names in quotes, or without them if they have some."""
    found = next((one for one in _SETTING_NAME.finditer(line) if one[2] in names), None)
    if found is None:
        return None
    mark = "" if found[1] else '"'
    text = _SETTING_NAME.sub(lambda one: f"{mark}{one[2]}{mark}" if one[2] in names else one[0], line)
    return text, "newer" if mark else "older"


def _chained(so_far: Reworded, said: Rewording, text: str) -> Reworded:
    kind: _Kind = "words" if "words" in (so_far.kind, said.kind) else "wrapper"
    return Reworded(text, kind, f"{so_far.note}; {said.note}" if so_far.note else said.note)


def _rewording(item: dict) -> Rewording:  # type: ignore[type-arg]
    examples = tuple(Example(**one) for one in item.pop("example"))
    return Rewording(**item, examples=examples)


LONGEST_SLOT = 400
"""Characters that one slot takes at most."""
_SLOT = expression(r"\{([a-z_]{1,30})(?::(word|number))?\}")
_HOLDS = {
    "word": expression(r"[\w.$@<>*/:-]{1,400}"),
    "number": expression(r"-?\d[\d_.]{0,30}|" + re.escape(PLACEHOLDER)),
}
_BEFORE = {"word": expression(r"[\w.$@<>*-]{1,400}\Z"), "number": expression(r"(?:-?\d[\d_.]{0,30}|<\*>)\Z")}
_PLACES_TRIED = 4
"""How many places of a line are tried; a message stands in its line once or twice."""


@dataclass(frozen=True, slots=True)
class WordingPlace:
    """Where a wording stands in a line, and what its slots hold there."""

    start: int
    end: int
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProgramWording:
    """A text with slots: `texts` are the pieces between them, one more than there are slots."""

    texts: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    anchor: str
    """The longest piece of text: a line without it is no such wording.  Empty: it cannot be sought."""
    own: int
    """How many characters are its own, outside the slots."""

    def read(self, line: str) -> WordingPlace | None:
        """Where the wording stands in `line`, the first place of it."""
        if not self.anchor or self.anchor not in line:
            return None
        first = 0 if self.texts[0] else 1  # a slot at the very beginning is read backwards
        at = -1
        for _ in range(_PLACES_TRIED):
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

    def _read_at(self, line: str, at: int, first: int) -> WordingPlace | None:
        start, held = at, {}
        if first:
            name, kind = self.slots[0]
            before = _BEFORE[kind].search(line, max(0, at - LONGEST_SLOT), at)
            if before is None:
                return None
            start, held[name] = before.start(), before[0]
        end = at + len(self.texts[first])
        for (name, kind), text in zip(self.slots[first:], self.texts[first + 1 :], strict=True):
            if (value := _slot_value(line, end, kind, text)) is None or held.get(name, value) != value:
                return None
            held[name] = value
            end += len(value) + len(text)
        return WordingPlace(start, end, held) if _stands_alone(line, start, end) else None


def wording(text: str) -> ProgramWording:
    """The wording that `text` writes with its slots in braces."""
    parts = _SLOT.split(text)
    slots = tuple(zip(parts[1::3], (kind or "text" for kind in parts[2::3]), strict=True))
    texts = tuple(parts[0::3])
    sought = bool(texts[0]) or (bool(slots) and slots[0][1] in _BEFORE and bool(texts[1]))
    return ProgramWording(texts, slots, max(texts, key=len) if sought else "", sum(map(len, texts)))


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


def _slot_value(line: str, at: int, kind: str, then: str) -> str | None:
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
