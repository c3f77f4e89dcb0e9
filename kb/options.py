"""`Options`: what may be said of a home when it is opened."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from kb.text.times import utc_now

if TYPE_CHECKING:
    from kb.index.encoder import Encoder

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a home is opened; the defaults are what a command uses."""

    clock: Clock = utc_now
    encoder: Encoder | None = None
    """What makes vectors of texts; None takes the model of the home."""
    exact_below: int = 0
    """Published sets of fewer vectors are compared one by one: neither cells nor Chroma's server are asked."""
    large_from: int | None = None
    """How many chunks make a home a large one; None takes what was measured (`kb.index.publisher.LARGE_FROM`)."""
    actor: str | Callable[[], str] = ""
    """Who writes, or what tells who writes now, where one process serves many."""
    seconds: float = math.inf
    """How long a question may read in its text before it is answered with what was read."""
    database: str | None = None
    """Where the database is, a URL, or empty for the home's own file; None is where the home says."""
    under_way: set[str] = field(default_factory=set)
    """The memory files that a connection of this process is writing."""

    @property
    def writer(self) -> str:
        """Who writes now."""
        return self.actor if isinstance(self.actor, str) else self.actor()
