"""All incidents as lists and their counts need them; what was read stays until a step is noted.

To unfold thousands of incidents for one list takes as long as a page may; so an open home keeps of each a few words,
and unfolds anew those that were noted of since it last looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from kb.incidents.life import unfold
from kb.model.entry import Severity
from kb.model.incident import LiveIncident, Step
from kb.store.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedIncident:
    """One incident, as a list tells it apart from others; `closed` is None while it is open."""

    id: str
    number: int
    """That of the step that opened it: of two of one second, the later one has the higher number."""
    detected: datetime
    closed: datetime | None
    severity: Severity | None
    services: tuple[str, ...]
    was_merged: bool
    """Whether another incident goes on for it: it is in no list then."""

    @classmethod
    def of(cls, incident: LiveIncident) -> Self:
        """Where an incident stands."""
        return cls(
            id=incident.id,
            number=incident.timeline[0].id,
            detected=incident.detected,
            closed=incident.closed,
            severity=incident.severity,
            services=incident.services,
            was_merged=bool(incident.merged_into),
        )


@dataclass(slots=True)
class IncidentListing:
    """The incidents of one home, each as it stands now."""

    ledger: Ledger
    _read_to: int = 0
    """The number of the last step that was seen."""
    _server: int = 0
    """Which server had it."""
    _known: dict[str, ListedIncident] = field(default_factory=dict)

    def all(self) -> Sequence[ListedIncident]:
        """Every incident that goes by its own name, newest first."""
        if self._server != self.ledger.servers:
            self._server, self._read_to, self._known = self.ledger.servers, 0, {}
        noted = self.ledger.noted_after(self._read_to)
        # Notes are most of the steps, and none of them changes where an incident stands.
        for subject, events in self.ledger.events_by_subject([*noted], without=Step.NOTE).items():
            self._known[subject] = ListedIncident.of(unfold(events))
        self._read_to = max(noted.values(), default=self._read_to)
        own = (one for one in self._known.values() if not one.was_merged)
        return sorted(own, key=lambda one: one.number, reverse=True)
