"""The carriers that are known, made ready: by the character with which each begins.

A carrier is added in a line of `table_services` or `table_programs`.  Where a line is read field by field anyway,
an entry without a pattern keeps its example, which is tested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kb.text.carriers.carrier import PHRASE, Carrier
from kb.text.carriers.pieces import compiled, needed, opening
from kb.text.carriers.table_programs import PROGRAMS
from kb.text.carriers.table_services import SERVICES

__all__ = ["CARRIERS", "PHRASE", "Carrier", "Pattern", "listed"]

CARRIERS: tuple[Carrier, ...] = (*SERVICES, *PROGRAMS)


_REACH = 500
"""How far a prefix may go from where it begins."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A carrier's pattern, made ready."""

    regex: re.Pattern[str]
    has: str
    """Characters without which it is not there: sought before the expression is tried."""
    says: Mapping[str, str]
    closes: re.Pattern[str] | None
    opens: re.Pattern[str]
    timed: bool
    """Does it begin with a time, which is read before it?"""

    def said(self, match: re.Match[str]) -> dict[str, str]:
        """What the carrier that matched says of its line."""
        return {name: match[group] for group, name in self.says.items() if match[group]}


def listed(line: str, at: int, end: int, *, timed: bool) -> tuple[Pattern, re.Match[str]] | None:
    """The first carrier of the table that stands at a place, or goes on there behind its time."""
    near = line[at : min(end, at + _REACH)]
    for pattern in _opening_with(line[at], timed):
        if pattern.has in near and (match := pattern.regex.match(line, at, end)) and match.end() > at:
            return pattern, match
    return None


@cache
def _opening_with(first: str, timed: bool) -> tuple[Pattern, ...]:
    return tuple(p for p in _patterns() if p.timed == timed and p.opens.match(first))


@cache
def _patterns() -> tuple[Pattern, ...]:
    return tuple(_ready(at, carrier) for at, carrier in enumerate(CARRIERS) if carrier.pattern)


def _ready(at: int, carrier: Carrier) -> Pattern:
    timed = carrier.pattern.startswith("{time}")
    pattern = carrier.pattern.removeprefix("{time}").lstrip(" ") if timed else carrier.pattern
    regex, says = compiled(pattern, at)
    closes = re.compile(rf"(?:{carrier.closes})\Z") if carrier.closes else None
    return Pattern(re.compile(regex), needed(pattern), says, closes, opening(pattern), timed)
