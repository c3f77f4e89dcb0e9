"""`find`: all secrets of a text, in order, none inside another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from kb.text.secrets import assignments, blocks, commands, phrases, shapes
from kb.text.secrets.reading import DISGUISES, Find, Hits, Marks, Secret, undisguised
from kb.text.secrets.shapes import with_further_lines

_LEAST = 4
"""Characters of the shortest text that can hold a secret and say so."""
_REACH = 100_000
"""Characters of a line on each side of a mark in which escapes are undone."""
_TOGETHER = 20_000
"""Characters of texts that are looked through together: where there are so many, there will be more of them."""


class _Search:
    """All finders by the numbers of their marks; numbers below `disguises` are signs of a disguise."""

    def __init__(self) -> None:
        finders = [
            *blocks.FINDERS,
            *phrases.FINDERS,
            *shapes.finders(),
            *commands.FINDERS,
            *assignments.FINDERS,
        ]
        marks = list(dict.fromkeys((*DISGUISES, *(mark for finder in finders for mark in finder.marks))))
        numbers = {mark: number for number, mark in enumerate(marks)}
        self.disguises = len(DISGUISES)
        self.marks = Marks(marks)
        self.finders: list[list[tuple[int, Find]]] = [[] for _ in marks]
        for rank, finder in enumerate(finders):
            for mark in finder.marks:
                self.finders[numbers[mark]].append((rank, finder.find))

    def found(self, text: str, hits: Hits) -> Iterator[tuple[Secret, int]]:
        """What the finders say at these places, each with the rank of its finder."""
        done: dict[int, int] = {}
        for place, number in hits:
            for rank, find in self.finders[number]:
                if place >= done.get(rank, 0):
                    for secret in find(text, place):
                        done[rank] = max(done.get(rank, 0), secret.end)
                        yield secret, rank


@cache
def _search() -> _Search:
    return _Search()


def without_secrets(texts: Iterable[str]) -> set[str]:
    """Those of the texts that are ASCII and in which `find` finds nothing: marks are looked for in all at once."""
    plain, search = [text for text in texts if text.isascii()], _search()
    # (No mark holds the character that parts the texts, so none reaches from one into the next.)
    hits, at, last, kept = search.marks.places("\0".join(plain), _TOGETHER), 0, 0, set[str]()
    for text in plain:
        begin, first = at, last
        at += len(text) + 1
        while last < len(hits) and hits[last][0] < at:
            last += 1
        own = [(place - begin, number) for place, number in hits[first:last]]
        if not own or not _found(text, own, search):
            kept.add(text)
    return kept


def find(text: str) -> list[Secret]:
    """The secrets in the text; one that overlaps another is one with it."""
    if len(text) < _LEAST:
        return []
    search = _search()
    hits = search.marks.places(text)
    return _found(text, hits, search) if hits or not text.isascii() else []


def _found(text: str, hits: Hits, search: _Search) -> list[Secret]:
    found = list(search.found(text, hits))
    if not text.isascii() or any(number < search.disguises for _, number in hits):
        found += _disguised(text, 0, len(text), search)
    elif "\\" in text:
        for start, end in _around(text, hits):
            found += _disguised(text, start, end, search)
    return with_further_lines(text, _merged(found)) if found else []


def _around(text: str, hits: Hits) -> Iterator[tuple[int, int]]:
    """The lines in which marks stand and something is escaped."""
    behind = 0
    for place, _ in hits:
        if place < behind:
            continue
        start = max(behind, text.rfind("\n", max(behind, place - _REACH), place) + 1, place - _REACH)
        end = text.find("\n", place, place + _REACH)
        behind = end if end >= 0 else min(len(text), place + _REACH)
        if text.find("\\", start, behind) >= 0:
            yield start, behind


def _disguised(text: str, start: int, end: int, search: _Search) -> Iterator[tuple[Secret, int]]:
    """What is found from `start` to `end` once disguises are undone, at its place in the text itself."""
    read = undisguised(text[start:end])
    if read is None:
        return
    for secret, rank in search.found(read.text, search.marks.places(read.text)):
        begin, behind = read.span(secret.start, secret.end)
        yield Secret(start + begin, start + behind, secret.kind), rank


def _merged(found: list[tuple[Secret, int]]) -> list[Secret]:
    """In the order of the text; of those that overlap one, of the kind that begins first, then ranks first."""
    merged: list[Secret] = []
    for secret, _ in sorted(found, key=lambda one: (one[0].start, one[1])):
        if secret.start >= secret.end:
            continue
        if merged and secret.start < merged[-1].end:
            last = merged.pop()
            secret = Secret(last.start, max(last.end, secret.end), last.kind)
        merged.append(secret)
    return merged
