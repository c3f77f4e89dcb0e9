"""What a review hands on: computed facts for prose, the records behind a number, items of the watch list for triage.

A fact is a number with its noun, so that prose cannot attach it to another: whoever writes prose (a template, a
model) names a fact, and the text that is shown in the end comes from here.  The weekly summary writes the items of
the watch list, lookup and triage read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value with its unit: a noun (`SEV1 incident`), a measure (`min`), or nothing for a text."""

    value: int | float | str
    unit: str = ""
    units: str = ""
    """The plural of `unit`, where it is not `unit` with an s."""
    about: str = ""
    """What the value tells, where its name and unit leave that open."""

    @property
    def phrase(self) -> str:
        """The value as it stands in a sentence: `1 SEV1 incident`, `42.5 min`, `“a quoted text”`."""
        if isinstance(self.value, str):
            return f"“{self.value}”" if not self.unit else f"{self.value} {self.unit}"
        number = f"{self.value:.1f}".removesuffix(".0") if isinstance(self.value, float) else str(self.value)
        unit = self.unit if self.value == 1 else self.units or (self.unit and f"{self.unit}s")
        return f"{number} {unit}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What prose may rest on: facts by name (lower case, digits, `_`), and entries by id with one line each."""

    values: Mapping[str, Fact] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)


class WatchKind(StrEnum):
    """Why something is on the watch list."""

    HOT_PATTERN = "hot_pattern"
    """It was met several times in the last window."""
    PREVENTION = "prevention"
    """An incident came back while what should prevent it was still to do."""
    KNOWN_ISSUE = "known_issue"
    """It is noted as an open issue of an environment."""
    RECURRENCE = "recurrence"
    """An incident came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchItem:
    """One thing to look out for.  `since` and `expires` are days; from the day after `expires` it is not read.

    It is met by its entry, by the template of its text (`fingerprint`), or by its service, whichever
    it names; an item that names an entry or template *and* a service means both.
    """

    id: str
    kind: WatchKind
    text: str
    """Why, in words: "seen 4 times on checkout, 2026-11-09 to 2026-11-16"."""
    title: str = ""
    service: str = ""
    environment: str = ""
    entry_id: str = ""
    fingerprint: str = ""
    since: date
    expires: date

    def is_read(self, today: date) -> bool:
        """Whether it still counts."""
        return today <= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRecord:
    """One record that was counted.  `said` is what it is counted by: a severity, a verdict, a result, a kind."""

    at: datetime
    title: str
    said: str
    id: str = ""
    """Of the lookup, the incident or the entry."""
    entry_id: str = ""
    incident_id: str = ""
    service: str = ""
    minutes: float | None = None
    """How long it took, where a duration was counted."""
    by: str = ""
    note: str = ""
