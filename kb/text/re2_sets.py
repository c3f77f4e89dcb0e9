"""Which needles may occur in a text, by RE2: what stands in where Hyperscan is missing, at a fifth of its rate."""

from __future__ import annotations

import re
from typing import Any

from kb.text.prepared import Prepared


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
