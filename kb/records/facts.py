"""Computed facts, ready to be told: each number with its noun, so that prose cannot attach it to another.

Whoever writes prose (a template, a model) names a fact; the text that stands there in the end comes from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
