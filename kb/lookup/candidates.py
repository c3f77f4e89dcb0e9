"""What a tier found: a candidate, why, and how telling that is.  Tiers judge nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kb.model.ledger import Evidence, Tier


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate: which tier found it, why in words, and how telling that is (0 to 1)."""

    entry_id: str
    tier: Tier
    reason: str
    evidence: Evidence | None
    strength: float
    fit: float = 1.0
    """How much of what was learned stands there: 1 where all of it does, or enough."""
    whole: bool = False
    """The evidence line says little beyond what was found."""
    hearsay: str = ""
    """Why it cannot settle the question by itself, where it rests on words that were only asked."""
    crash: str = ""
    """The crash of a kernel that the question and what was learned tell of, both."""
    own: Found | None = None
    """What the entry's own texts say, where this rests on words that it was asked in."""
    taught: float = 0.0
    """How telling the most telling line is that led to this entry, and hardly to another, when it was asked before."""
    captures: dict[str, str] = field(default_factory=dict)
    features: dict[str, float] = field(default_factory=dict)
    agreed: float = 0.0
    """How far the question and what names the candidate say the same (`kb.lookup.rarity`), 0 to 1; of a trace, the
    share of its lines that stand there."""
    covered: float = 0.0
    """Of what names the candidate (of a pattern, the text that was learned), the share that the question has."""
    differs: str = ""
    """Why it is rather a sibling of what was asked, in words (`kb.lookup.siblings`)."""
    named: dict[str, float] = field(default_factory=dict)
    """Words of the question that its title names, each with its share of the question's weight."""


OnFound = Callable[[Found], None]
"""Told of an entry at the moment that its signature was found."""
