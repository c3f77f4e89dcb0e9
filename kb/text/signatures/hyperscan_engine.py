"""Which needles may occur in a text, by Hyperscan: all literals in one database, all regexes in another.

Compiled in milliseconds from plain strings, scanned in one pass, and kept on disk as what it compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.text.signatures.prepared import Prepared, single_blanks

_MANY_RUNS = 20_000
_BLANK = ord(" ")


@dataclass(frozen=True, slots=True)
class Dumped:
    """What Hyperscan compiled: its databases of literals and of regexes, and the regexes that it refused."""

    plain: bytes
    regex: bytes
    refused: list[int]


class Hyperscan:
    """One database of plain strings, one of regexes; regexes that Hyperscan refuses are always candidates."""

    def __init__(
        self, literals: dict[int, bytes], regexes: dict[int, str], dumped: Dumped | None = None
    ) -> None:
        import hyperscan as hs

        flags = hs.HS_FLAG_SINGLEMATCH | hs.HS_FLAG_MULTILINE | hs.HS_FLAG_UTF8
        sources = {number: text.encode("utf-8", "replace") for number, text in regexes.items()}
        self._refused: set[int] = set(dumped.refused) if dumped else set()
        if dumped:
            self._plain, self._regex = (
                hs.loadb(part, hs.HS_MODE_BLOCK) if part else None for part in (dumped.plain, dumped.regex)
            )
            for database in filter(None, (self._plain, self._regex)):
                database.scratch = hs.Scratch(database)
        else:
            self._plain = _database(literals, hs.HS_FLAG_SINGLEMATCH, literal=True)
            self._regex = self._accepted(sources, flags)
        self._longest = max(map(len, literals.values()), default=0)
        self._blanks = _database({0: b"[^ ]  "}, 0) if literals else None
        self._joints = _Joints(literals.values())

    def _accepted(self, sources: dict[int, bytes], flags: int) -> Any:
        import hyperscan as hs

        try:
            return _database(sources, flags)
        except hs.error:
            self._refused = {number for number, source in sources.items() if not _accepts(source, flags)}
            return _database({n: source for n, source in sources.items() if n not in self._refused}, flags)

    @classmethod
    def loaded(cls, dumped: Dumped, literals: dict[int, bytes], regexes: dict[int, str]) -> Hyperscan | None:
        """What was dumped, or None where this Hyperscan cannot take it."""
        try:
            import hyperscan as hs
        except ImportError:
            return None
        try:
            return cls(literals, regexes, dumped)
        except hs.error:
            return None

    def dump(self) -> Dumped:
        """What was compiled, to be kept."""
        import hyperscan as hs

        plain, regex = (hs.dumpb(part) if part else b"" for part in (self._plain, self._regex))
        return Dumped(plain, regex, sorted(self._refused))

    def literals(self, prepared: Prepared) -> dict[int, int]:
        """The numbers of the literals that occur, each with a place: it does not end before that.

        Runs of blanks are rare in a log, and to make them one costs as much as the search itself: so it
        is done only around those that a literal may reach across, in a text of its own.
        """
        around = self._around_runs(prepared.level)
        if around is None:
            return _scan(self._plain, prepared.folded)
        return dict.fromkeys(_scan(self._plain, around), 0) | _scan(self._plain, prepared.level)

    def _around_runs(self, level: bytes) -> bytes | None:
        """The surroundings of such runs of blanks, with the runs made one; None when that is most of the text."""
        begins, longest, half = _begins_of_runs(self._blanks, level), self._longest, len(level) // 2
        if len(begins) >= _MANY_RUNS:
            return None
        windows, size, start, stop = list[bytes](), 0, 0, 0
        for begin, end in self._joints.between(level, begins):
            if begin - longest > stop:
                windows.append(level[start:stop])
                size += stop - start
                start = begin - longest
            stop = end + longest
        if size + stop - start > half:
            return None
        return single_blanks(b"\0".join([*windows, level[start:stop]]))

    def regexes(self, data: bytes) -> set[int]:
        """The numbers of the regexes that may occur."""
        return _scan(self._regex, data).keys() | self._refused


class _Joints:
    """What stands right before and right after each blank of the literals, two bytes of each where there are two."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._after: tuple[dict[bytes, set[bytes]], ...] = {}, {}, {}
        for text in literals:
            for at in (place for place, byte in enumerate(text) if byte == _BLANK):
                before = text[max(0, at - 2) : at]
                self._after[len(before)].setdefault(before, set()).add(text[at + 1 : at + 3])

    def between(self, level: bytes, begins: Sequence[int]) -> list[tuple[int, int]]:
        """Where the runs of blanks begin and end that stand where some literal has a blank."""
        # (Of a run nearer to the beginning than `size`, the slice is empty.)
        found = {
            (begin, end)
            for size, known in enumerate(self._after)
            if known
            for begin in begins
            if (after := known.get(level[begin - size : begin])) and (end := _end(level, begin, after))
        }
        return sorted(found)


def _end(level: bytes, begin: int, after: set[bytes]) -> int:
    """Where a run ends, if one of `after` follows it; else 0."""
    end = begin
    while level[end : end + 1] == b" ":
        end += 1
    return end if level[end : end + 2] in after or level[end : end + 1] in after else 0


def _database(sources: dict[int, bytes], flags: int, literal: bool = False) -> Any:
    import hyperscan as hs

    if not sources:
        return None
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    database.compile(
        expressions=list(sources.values()),
        ids=list(sources),
        elements=len(sources),
        flags=[flags] * len(sources),
        literal=literal,
    )
    return database


def _accepts(source: bytes, flags: int) -> bool:
    import hyperscan as hs

    try:
        return _database({0: source}, flags) is not None
    except hs.error:
        return False


def _scan(database: Any, data: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    if database is not None and data:
        # Each is told once, and in the order of the text: the first place is the one that is kept.
        database.scan(
            data, match_event_handler=lambda number, _, end, *__: found.setdefault(number, end) and None
        )
    return found


def _begins_of_runs(blanks: Any, level: bytes) -> list[int]:
    """Where runs of two or more blanks begin, but for one at the very beginning, which no literal reaches across."""
    begins = list[int]()
    if blanks is not None and level:
        blanks.scan(level, match_event_handler=lambda _, __, end, *___: begins.append(end - 2))
    return begins
