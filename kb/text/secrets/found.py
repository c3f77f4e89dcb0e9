"""What a finder hands over, and how it is tried.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Secret(NamedTuple):
    """A secret: from `start` to before `end` (characters of the text), and what kind it is of."""

    start: int
    end: int
    kind: str


Find = Callable[[str, int], Iterable[Secret]]
"""The secrets that a mark at this place of the text leads to."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Tried where one of its marks stands; marks are in lower case, and found in any case."""

    marks: tuple[str, ...]
    find: Find
