r"""Which needles may occur in a text, by the engine that is fit for the size of the job: never too few, few too many.

Three ways, chosen by the size of the job (needles times bytes), since building an engine costs more than a short text
ever gives back: look literals up by how they begin; Hyperscan; RE2's Set where Hyperscan is missing, at a fifth of its
rate.  A template is looked for by its anchor, the literal piece of it that tells most.

Literals are looked for in a *folded* copy of the text (case folded, runs of blanks made one), where they are plain
strings: Hyperscan compiles 300 of those in 6 ms, but takes 3.6 s for the same with `\b` and `\s+` in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from kb.text.signatures.hyperscan_engine import Dumped, Hyperscan
from kb.text.signatures.prepared import Prepared
from kb.text.signatures.templates import anchor_of


class Needle(NamedTuple):
    """One thing to look for: a literal, a regex in RE2 syntax, or the template of a line."""

    text: str
    regex: bool = False
    template: bool = False


_WORTH_AN_ENGINE = 100_000_000
"""Needles times bytes from which building an engine pays; a regex counts as eight literals."""
_MANY_LITERALS = 200
"""Literals from which on it is quicker to look up each place of a text than to look for each literal."""
_PIECE_BYTES = 65_536


class Engine:
    """Finds candidates among its needles, by whichever way fits the text."""

    def __init__(self, needles: tuple[Needle, ...]) -> None:
        self._literals = {
            number: " ".join(_literal_of(needle).casefold().split()).encode("utf-8", "replace")
            for number, needle in enumerate(needles)
            if not needle.regex
        }
        self._regexes = {number: needle.text for number, needle in enumerate(needles) if needle.regex}
        self._count = len(needles)
        self._built: Hyperscan | Re2Sets | None = None
        self._first: Engine | None = None

    def with_more(self, needles: tuple[Needle, ...]) -> Engine:
        """This engine, as it is built or will be, and a few needles more, whose numbers follow its own."""
        more = Engine(needles)
        more._first = self
        return more

    @cached_property
    def _beginnings(self) -> _Beginnings:
        return _Beginnings(self._literals)

    @property
    def is_built(self) -> bool:
        """Whether there is something that was worth building, and is worth keeping."""
        return isinstance(self._built, Hyperscan)

    def candidates(self, prepared: Prepared) -> dict[int, int]:
        """The numbers of the needles that may occur, each with a byte of `data` before which it does not."""
        if self._first is None:
            return self._candidates(prepared)
        last = self._candidates(prepared).items()
        return self._first.candidates(prepared) | {self._first._count + number: at for number, at in last}

    def _candidates(self, prepared: Prepared) -> dict[int, int]:
        small = len(prepared.plain) * (len(self._literals) + 8 * len(self._regexes)) < _WORTH_AN_ENGINE
        if small and self._built is None:
            return dict.fromkeys(self._present(prepared.folded) | self._regexes.keys(), 0)
        if self._built is None:
            self._built = self._build()
        ends = self._built.literals(prepared)
        if prepared.folds_in_place:
            found = {number: max(0, end - len(self._literals[number])) for number, end in ends.items()}
        else:
            found = dict.fromkeys(ends, 0)
        return found | dict.fromkeys(self._built.regexes(prepared.data), 0)

    def _present(self, text: bytes) -> set[int]:
        """The numbers of the literals that the text holds."""
        if len(self._literals) > _MANY_LITERALS:
            return self._beginnings.present(text)
        return {number for number, literal in self._literals.items() if literal in text}

    def _build(self) -> Hyperscan | Re2Sets:
        try:
            import hyperscan  # noqa: F401
        except ImportError:
            return Re2Sets(self._literals, self._regexes)
        return Hyperscan(self._literals, self._regexes)

    def dump(self) -> Dumped | None:
        """What Hyperscan compiled, if it was needed yet."""
        return self._built.dump() if isinstance(self._built, Hyperscan) else None

    def load(self, dumped: Dumped) -> None:
        """Take over what `dump` gave, unless Hyperscan is missing here or is of another version."""
        self._built = Hyperscan.loaded(dumped, self._literals, self._regexes)


def _literal_of(needle: Needle) -> str:
    return anchor_of(needle.text) if needle.template else needle.text


class _Beginnings:
    """Literals by how they begin, for short texts: each place of the text is looked up once, whatever their number."""

    _LENGTHS = (16, 8, 4, 0)

    def __init__(self, literals: dict[int, bytes]) -> None:
        self._literals = literals
        self._tables: dict[int, dict[bytes, list[int]]] = {length: {} for length in self._LENGTHS}
        for number, text in literals.items():
            length = next(length for length in self._LENGTHS if length <= len(text))
            self._tables[length].setdefault(text[:length], []).append(number)

    def present(self, text: bytes) -> set[int]:
        """The numbers of the literals that the text holds."""
        found = set[int]()
        for length, table in self._tables.items():
            for piece in _pieces(text, length) if table else ():
                starts = {piece[at : at + length] for at in range(len(piece) - length + 1)}
                for start in (starts if length else {b""}) & table.keys():
                    found.update(number for number in table[start] if self._literals[number] in text)
        return found


def _pieces(text: bytes, overlap: int) -> Iterator[bytes]:
    """The text in pieces, so that a set of all its places stays small."""
    return (text[at : at + _PIECE_BYTES + overlap] for at in range(0, len(text), _PIECE_BYTES))


class Re2Sets:
    """Needles in sets of 250, and each regex by itself where a set runs out of memory."""

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
