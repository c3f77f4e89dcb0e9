"""Which needles may occur in a text: never too few, as few too many as is cheap.

Three ways, chosen by the size of the job (needles times bytes), since building an engine costs more than a
short text ever gives back: look for each needle by itself; Hyperscan; RE2's Set where Hyperscan is missing.
Literals are looked for in a *folded* copy of the text (case folded, runs of blanks made one), where
they are plain strings: Hyperscan compiles 300 of those in 6 ms, but takes 3.6 s for the same with
`\\b` and `\\s+` in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Needle = tuple[str, bool]
"""The text of a needle, and whether it is a regex."""

_WORTH_AN_ENGINE = 100_000_000
_COLOUR = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
_MANY_RUNS = 20_000
_FOLDED = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\t\n\x0b\x0c\r", b"abcdefghijklmnopqrstuvwxyz     ")


@dataclass(frozen=True)
class Prepared:
    """A text as the engines see it: UTF-8, as many characters as the original, blanks made plain."""

    plain: str

    @cached_property
    def data(self) -> bytes:
        """The bytes that regexes search."""
        return self.plain.encode("utf-8", "replace")

    @cached_property
    def level(self) -> bytes:
        """The text case folded, every blank a plain one."""
        folded = self.data if self.folds_in_place else _casefolded(self.plain)
        return folded.translate(_FOLDED)

    @cached_property
    def folded(self) -> bytes:
        """The same with runs of blanks made one: the bytes that literals are looked for in."""
        return _single_blanks(self.level)

    @property
    def folds_in_place(self) -> bool:
        """Whether a place in `level` is the same place in `data`, and the same character."""
        return self.plain.isascii()

    def characters(self, offsets: Iterable[int]) -> dict[int, int]:
        """For each byte offset into `data` its character offset."""
        if self.folds_in_place:
            return {offset: offset for offset in offsets}
        turned: dict[int, int] = {}
        at = characters = 0
        for offset in sorted(set(offsets)):
            characters += len(self.data[at:offset].decode("utf-8", "replace"))
            turned[offset] = characters
            at = offset
        return turned


def _single_blanks(text: bytes) -> bytes:
    return b" ".join(part.lstrip(b" ") for part in text.split(b"  ") if part)


def _casefolded(text: str) -> bytes:
    return text.casefold().encode("utf-8", "replace")


def prepare(text: str) -> Prepared:
    """`text` with line ends, no-break spaces and colour codes replaced, character for character."""
    if "\x1b" in text:
        text = _COLOUR.sub(lambda match: " " * len(match.group()), text)
    return Prepared(text.replace("\r", "\n").replace("\x0b", " ").replace("\xa0", " "))


@dataclass(frozen=True, slots=True)
class Dumped:
    """What Hyperscan compiled: its databases of literals and of regexes, and the regexes that it refused."""

    plain: bytes
    regex: bytes
    refused: list[int]


class Engine:
    """Finds candidates among its needles, by whichever way fits the text."""

    def __init__(self, needles: tuple[Needle, ...]) -> None:
        self._literals = {
            number: " ".join(text.casefold().split()).encode("utf-8", "replace")
            for number, (text, regex) in enumerate(needles)
            if not regex
        }
        self._regexes = {number: text for number, (text, regex) in enumerate(needles) if regex}
        self._built: _Hyperscan | _Re2Sets | None = None

    @property
    def is_built(self) -> bool:
        """Whether there is something that was worth building, and is worth keeping."""
        return isinstance(self._built, _Hyperscan)

    def candidates(self, prepared: Prepared) -> dict[int, int]:
        """The numbers of the needles that may occur, each with a byte of `data` before which it does not."""
        small = len(prepared.plain) * (len(self._literals) + 8 * len(self._regexes)) < _WORTH_AN_ENGINE
        if small and self._built is None:
            present = {number for number, text in self._literals.items() if text in prepared.folded}
            return dict.fromkeys(present | self._regexes.keys(), 0)
        if self._built is None:
            self._built = self._build()
        ends = self._built.literals(prepared)
        if prepared.folds_in_place:
            found = {number: max(0, end - len(self._literals[number])) for number, end in ends.items()}
        else:
            found = dict.fromkeys(ends, 0)
        return found | dict.fromkeys(self._built.regexes(prepared.data), 0)

    def _build(self) -> _Hyperscan | _Re2Sets:
        try:
            import hyperscan  # noqa: F401
        except ImportError:
            return _Re2Sets(self._literals, self._regexes)
        return _Hyperscan(self._literals, self._regexes)

    def dump(self) -> Dumped | None:
        """What Hyperscan compiled, if it was needed yet."""
        return self._built.dump() if isinstance(self._built, _Hyperscan) else None

    def load(self, dumped: Dumped) -> None:
        """Take over what `dump` gave, unless Hyperscan is missing here or is of another version."""
        self._built = _Hyperscan.loaded(dumped, self._literals, self._regexes)


class _Hyperscan:
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
        self._blanks = _database({0: b"[^ ]  ", 1: b"  [^ ]"}, 0) if literals else None

    def _accepted(self, sources: dict[int, bytes], flags: int) -> Any:
        import hyperscan as hs

        try:
            return _database(sources, flags)
        except hs.error:
            self._refused = {number for number, source in sources.items() if not _accepts(source, flags)}
            return _database({n: source for n, source in sources.items() if n not in self._refused}, flags)

    @classmethod
    def loaded(cls, dumped: Dumped, literals: dict[int, bytes], regexes: dict[int, str]) -> _Hyperscan | None:
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
        is done only around them, in a text of its own.
        """
        around = self._around_runs(prepared.level)
        if around is None:
            return _scan(self._plain, prepared.folded)
        return dict.fromkeys(_scan(self._plain, around), 0) | _scan(self._plain, prepared.level)

    def _around_runs(self, level: bytes) -> bytes | None:
        """The surroundings of all runs of blanks, with the runs made one; None when that is most of the text."""
        runs, longest, half = _runs(self._blanks, level), self._longest, len(level) // 2
        windows, size, start, stop = list[bytes](), 0, 0, 0
        for begin, end in runs if len(runs) < _MANY_RUNS else ():
            if begin - longest > stop:
                windows.append(level[start:stop])
                size += stop - start
                start = begin - longest
            stop = end + longest
        if len(runs) >= _MANY_RUNS or size + stop - start > half:
            return None
        return _single_blanks(b"\0".join([*windows, level[start:stop]]))

    def regexes(self, data: bytes) -> set[int]:
        """The numbers of the regexes that may occur."""
        return _scan(self._regex, data).keys() | self._refused


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


def _runs(blanks: Any, level: bytes) -> list[tuple[int, int]]:
    """Where runs of two or more blanks begin and end."""
    places = list[int]()
    if blanks is not None and level:
        blanks.scan(level, match_event_handler=lambda _, __, end, *___: places.append(end))
    if level.startswith(b"  "):
        places.insert(0, 2)
    if level.endswith(b"  "):
        places.append(len(level) + 1)
    # In turns: two bytes after a beginning, one byte after an end.
    return [(begin - 2, end - 1) for begin, end in zip(places[::2], places[1::2], strict=True)]


class _Re2Sets:
    """The same with RE2: sets of 250, and each regex by itself where a set runs out of memory."""

    def __init__(self, literals: dict[int, bytes], regexes: dict[int, str]) -> None:
        self._plain = _re2_sets({number: re.escape(text) for number, text in literals.items()})
        self._regex = _re2_sets({n: f"(?m){text}".encode("utf-8", "replace") for n, text in regexes.items()})

    def literals(self, prepared: Prepared) -> dict[int, int]:
        """As Hyperscan's, but RE2 does not say where: anywhere."""
        return dict.fromkeys(_match_all(self._plain, prepared.folded), 0)

    def regexes(self, data: bytes) -> set[int]:
        """As Hyperscan's."""
        return _match_all(self._regex, data)


def _re2_sets(sources: dict[int, bytes], size: int = 250) -> list[tuple[Any, list[int]]]:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    numbers, sets = list(sources), []
    for at in range(0, len(numbers), size):
        made = re2.Set.SearchSet(options)
        for number in numbers[at : at + size]:
            made.Add(sources[number])
        made.Add(b"")  # matches every text: if even this is not found, the set ran out of memory
        made.Compile()
        sets.append((made, numbers[at : at + size]))
    return sets


def _match_all(sets: list[tuple[Any, list[int]]], data: bytes) -> set[int]:
    found: set[int] = set()
    for made, numbers in sets:
        hits = made.Match(data)
        found.update(numbers if not hits else (numbers[hit] for hit in hits if hit < len(numbers)))
    return found
