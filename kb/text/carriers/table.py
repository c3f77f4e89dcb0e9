"""The carriers that are known, made ready: by the character with which each begins.

A carrier is added as a row of `kb.text.carriers.services` or `kb.text.carriers.programs`.  Where a line is read field
by field anyway, a carrier without a pattern keeps its example, which is tested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from kb.expression import expression
from kb.text.carriers.carrier import PHRASE, Carrier, compiled, needed, opening
from kb.text.carriers.programs import PROGRAMS
from kb.text.carriers.services import SERVICES

__all__ = ["BRACKETED", "CARRIERS", "PHRASE", "TIMED", "Carrier", "CarrierPattern", "listed"]

CARRIERS: tuple[Carrier, ...] = (*SERVICES, *PROGRAMS)

_REACH = 500
"""How far a prefix may go from where it begins."""

TIMED, BRACKETED = "{time}", "[{time}"
"""Two beginnings of many carriers, which are read once for all of them."""

_SYSLOG = ("emerg", "alert", "crit", "err", "warning")
"""The levels of syslog that say something; those below are what a sender writes that knows none, as `logger` does."""
_LONG = expression(r"\{(?:\w+:)?(?:time|level|loud|logger|daemon|age)\}")


@dataclass(frozen=True)
class CarrierPattern:
    """A carrier's pattern; its expression is made when a line may be one."""

    number: int
    begins: str
    """`TIMED`, `BRACKETED`, or nothing: what stands before it and is read by then."""
    pattern: str
    """The rest of it."""
    has: str
    also: str
    """Characters without which it is not there: sought before the expression is tried."""
    closing: str

    @cached_property
    def _made(self) -> tuple[re.Pattern[str], Mapping[str, str]]:
        regex, says = compiled(self.pattern, self.number)
        return re.compile(regex), says

    @cached_property
    def _head(self) -> re.Pattern[str]:
        """What stands before its first piece that is long: made ready sooner than the whole."""
        return re.compile(compiled(_LONG.split(self.pattern, maxsplit=1)[0].split("⟦", 1)[0], self.number)[0])

    @cached_property
    def closes(self) -> re.Pattern[str] | None:
        """What stands behind the message."""
        return re.compile(rf"(?:{self.closing})\Z") if self.closing else None

    def match(self, line: str, at: int, end: int) -> re.Match[str] | None:
        """Does it stand here?"""
        return self._made[0].match(line, at, end) if self._head.match(line, at, end) else None

    def said(self, match: re.Match[str]) -> dict[str, str]:
        """What the carrier that matched says of its line."""
        said = {name: match[group] for group, name in self._made[1].items() if match[group]}
        if (priority := said.get("severity", "")).isdecimal():  # (syslog's: eight levels of each facility)
            del said["severity"]
            if (level := int(priority) % 8) < len(_SYSLOG):
                said["severity"] = _SYSLOG[level]
        return said


def listed(line: str, at: int, end: int, begins: str = "") -> tuple[CarrierPattern, re.Match[str]] | None:
    """The first carrier of the table that stands at a place, or goes on there behind its beginning."""
    table, first = _opening_with(begins), line[at]
    patterns = table.get(first) or (table.get("_") if first >= "\x80" and first.isalnum() else None)
    if patterns:
        near = line[at : min(end, at + _REACH)]
        for pattern in patterns:
            if (
                pattern.has in near
                and pattern.also in near
                and (match := pattern.match(line, at, end))
                and match.end() > at
            ):
                return pattern, match
    return None


@cache
def _opening_with(begins: str) -> dict[str, tuple[CarrierPattern, ...]]:
    found: dict[str, list[CarrierPattern]] = {}
    for number, carrier in enumerate(CARRIERS):
        begin = next((one for one in (TIMED, BRACKETED) if carrier.pattern.startswith(one)), "")
        if not carrier.pattern or begin != begins:
            continue
        rest = (
            carrier.pattern.removeprefix(begin).lstrip(" ")
            if begin == TIMED
            else carrier.pattern.removeprefix(begin)
        )
        pattern = CarrierPattern(number, begin, rest, *needed(rest), carrier.closes)
        for first in opening(rest):
            found.setdefault(first, []).append(pattern)
    return {first: tuple(patterns) for first, patterns in found.items()}
