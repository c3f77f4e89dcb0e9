"""What triage asks, as the parts of an open home; changes and live incidents are functions given to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kb.lookup.lookup import Lookup, Watched
from kb.records.change import Change
from kb.records.ledger import SearchHit
from kb.records.live import LiveIncident
from kb.storage.entries import EntryTable
from kb.storage.ledger import Ledger
from kb.storage.memory import Memory


class ChangesBetween(Protocol):
    """The changes of a window (`since` included, `until` not), newest first."""

    def __call__(
        self, since: datetime, until: datetime, service: str = "", environment: str = ""
    ) -> Sequence[Change]:
        """Empty service and environment mean all."""
        ...


class SearchEntries(Protocol):
    """`kb.lookup.search.search`, bound to a home."""

    def __call__(self, query: str, kinds: Sequence[str] = (), *, limit: int = 10) -> Sequence[SearchHit]:
        """Entries for words, best first."""
        ...


LiveIncidents = Callable[[], Sequence[LiveIncident]]
"""The incidents lived here that are open, newest first, and those of which something is still to do."""
FindIncident = Callable[[str], LiveIncident | None]
"""An incident that was lived here, by its id."""


def no_incidents() -> Sequence[LiveIncident]:
    """Where no incidents are kept."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The home that a brief is made from; without `changes` nothing is said of changes."""

    lookup: Lookup
    search: SearchEntries
    entries: EntryTable
    ledger: Ledger
    memory: Memory
    changes: ChangesBetween | None = None
    incidents: LiveIncidents = no_incidents
    find_incident: FindIncident = lambda _: None
    watched: Watched = lambda _: ()
    actor: str = ""
