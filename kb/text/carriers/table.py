"""The carriers that are known, made ready: by the character with which each begins.

A carrier is added in a line of `table_services` or `table_programs`.  Where a line is read field by field anyway,
an entry without a pattern keeps its example, which is tested.
"""

from __future__ import annotations

import re
from functools import cache

from kb.text.carriers.carrier import PHRASE, Carrier
from kb.text.carriers.pieces import compiled, opening
from kb.text.carriers.table_programs import PROGRAMS
from kb.text.carriers.table_services import SERVICES

__all__ = ["CARRIERS", "PHRASE", "Carrier", "Known", "known"]

CARRIERS: tuple[Carrier, ...] = (*SERVICES, *PROGRAMS)


class Known:
    """All patterns of the table that may begin with one character, as one expression."""

    __slots__ = ("_closes", "_says", "regex")

    def __init__(self, patterns: list[tuple[str, str, dict[str, str]]]) -> None:
        marked = [f"(?P<c{number}>{regex})" for number, (regex, _, _) in enumerate(patterns)]
        self.regex = re.compile("|".join(marked)) if marked else re.compile(r"(?!)")
        self._says = {group: said for _, _, says in patterns for group, said in says.items()}
        self._closes = {
            f"c{n}": re.compile(rf"(?:{closes})\Z") for n, (_, closes, _) in enumerate(patterns) if closes
        }

    def said(self, match: re.Match[str]) -> dict[str, str]:
        """What the carrier that matched says of its line."""
        return {self._says[g]: text for g, text in match.groupdict().items() if text and g in self._says}

    def closes(self, match: re.Match[str]) -> re.Pattern[str] | None:
        """What stands behind the message, where this carrier stands before it."""
        return self._closes.get(match.lastgroup or "")


@cache
def known(first: str, behind_a_time: bool = False) -> Known:
    """The carriers that may begin with this character, or go on with it behind the time they begin with."""
    return Known([p for p, opens, timed in _patterns() if timed == behind_a_time and opens.match(first)])


@cache
def _patterns() -> tuple[tuple[tuple[str, str, dict[str, str]], re.Pattern[str], bool], ...]:
    found = []
    for at, carrier in enumerate(CARRIERS):
        if carrier.pattern:
            timed = carrier.pattern.startswith("{time}")
            pattern = carrier.pattern.removeprefix("{time}").lstrip(" ") if timed else carrier.pattern
            regex, says = compiled(pattern, at)
            found.append(((regex, carrier.closes, says), opening(pattern), timed))
    return tuple(found)
