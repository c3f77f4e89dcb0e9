"""What to look out for: the items of the watch list that the weekly summary writes and triage reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
