"""How programs say the same in another version: every other wording of a line, older and newer.

`rewordings.toml` is the table, made from runs of both versions; `docs/wording.md` shows it.  `reworded`
is pure and takes time in proportion to the line; the table is read when it is first asked.  What varies in
the line is carried over; what only the other version says is left as a place that varies.  What stands
before and behind the message stays.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Literal

from kb.text.wordings import Read, Wording, wording

Kind = Literal["wrapper", "words"]
Way = Literal["newer", "older"]
LONGEST_LINE = 4000
"""Characters of a line that are looked at; a longer one is no message that a version says otherwise."""
MOST_WORDINGS = 12
"""Other wordings of a line at most."""
_GRAM = 4
"""Characters of the pieces by which anchors are looked up."""


_NAME = re.compile(
    r"(?<!parameter )(?<![\w.=/-])(\"?)([a-z]{1,30}(?:_[a-z0-9]{1,30}){1,6})\1(?![\w=]|\s?[=:](?!=)|\.\w|\(\))"
)
"""A name of several words as a message writes it: not where it is set, nor a part of a path or a call."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """Another wording of a line, whether only what stands around the message differs, and who says it so."""

    text: str
    kind: Kind
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
    kind: Kind
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
    before: Wording
    after: Wording
    names: frozenset[str] = frozenset()

    def other(self, line: str) -> tuple[str, Way] | None:
        """The line as the other version writes it, and whether that is the newer or the older one."""
        if self.names:
            return _quoted(line, self.names)
        before = self.before.read(line)
        after = None if self.said.only_new else self.after.read(line)
        if after is not None and self.said.whole and line[after.start : after.end] != line.strip():
            after = None
        if before is not None and (after is None or self.before.own >= self.after.own):
            if self.said.after.startswith(self.said.before) and _goes_on(line, before.end):
                return None
            return self._swapped(line, before, self.after), "newer"
        if after is None or (self.said.before.startswith(self.said.after) and _goes_on(line, after.end)):
            return None
        return self._swapped(line, after, self.before), "older"

    def _swapped(self, line: str, read: Read, to: Wording) -> str:
        return line[: read.start] + to.fill({**self.said.defaults, **read.slots}) + line[read.end :]


def reworded(line: str) -> tuple[Reworded, ...]:
    """Every other wording of `line`, nearest first, through several versions where it changed repeatedly.

    The way leads to newer versions or to older ones, never back: two faults that one version words alike, and
    another one tells apart, stay two.
    """
    line, rest = line[:LONGEST_LINE], line[LONGEST_LINE:]
    found: dict[str, Reworded] = {line: Reworded(line, "wrapper", "")}
    waiting: list[tuple[str, Way | None]] = [(line, None)]
    while waiting and len(found) <= MOST_WORDINGS:
        at, way = waiting.pop(0)
        for rule in _said_by(at):
            if (other := rule.other(at)) is None or other[0] in found or way not in (None, other[1]):
                continue
            found[other[0]] = _also(found[at], rule.said, other[0])
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


def _said_by(line: str) -> Iterable[_Rule]:
    """The rules that have a piece of text in the line, in the order of the table."""
    anchors, by_gram = _anchors()
    grams = {line[at : at + _GRAM] for at in range(len(line) - _GRAM + 1)}
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
        sorted({anchor[at : at + _GRAM] for at in range(len(anchor) - _GRAM + 1)}) for anchor, _ in anchors
    ]
    often, by_gram = Counter(chain.from_iterable(grams)), dict[str, list[int]]()
    for at, found in enumerate(grams):
        by_gram.setdefault(min(found, key=often.__getitem__, default=""), []).append(at)
    return anchors, by_gram


def _goes_on(line: str, end: int) -> bool:
    """Whether the message goes on behind `end`, so that nothing can be added to it there."""
    return line[end : end + 1] in tuple(":,;.")


def _quoted(line: str, names: frozenset[str]) -> tuple[str, Way] | None:
    """The line with its names in quotes, or without them if they have some."""
    found = next((one for one in _NAME.finditer(line) if one[2] in names), None)
    if found is None:
        return None
    mark = "" if found[1] else '"'
    text = _NAME.sub(lambda one: f"{mark}{one[2]}{mark}" if one[2] in names else one[0], line)
    return text, "newer" if mark else "older"


def _also(so_far: Reworded, said: Rewording, text: str) -> Reworded:
    kind: Kind = "words" if "words" in (so_far.kind, said.kind) else "wrapper"
    return Reworded(text, kind, f"{so_far.note}; {said.note}" if so_far.note else said.note)


def _rewording(item: dict) -> Rewording:  # type: ignore[type-arg]
    examples = tuple(Example(**one) for one in item.pop("example"))
    return Rewording(**item, examples=examples)
