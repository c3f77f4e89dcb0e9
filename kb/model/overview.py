"""How a home is, at a glance: what it offers, when it was last fed, what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a home is, from what is counted already."""

    home: str
    """Its folder."""
    entries: dict[str, int] = field(default_factory=dict)
    """What is offered, by kind."""
    files: int = 0
    """How many documents were read."""
    last_ingest: datetime | None = None
    """When one of them was last read."""
    proposals: int = 0
    """Proposals that nobody decided on."""
    quarantined: int = 0
    """Entries in quarantine, which are not offered."""
    unembedded: int = 0
    """Texts that the next search or `kb doctor --repair` embeds."""
    without_outcome: int = 0
    """Known answers of the last week of which nobody said what came of them."""
    mistakes: tuple[str, ...] = ()
    """What is wrong in files, a sentence each."""
