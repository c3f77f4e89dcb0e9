"""How each number of a review is counted, a sentence for each of its parts."""

from __future__ import annotations

from collections.abc import Mapping

HOW: Mapping[str, str] = {
    "Incidents by severity": "Incidents that began in these days, lived here or read from a postmortem.",
    "Incidents by service": "The same incidents; one of two services counts in both.",
    "Durations": "The median from its start, else from when it was noticed; `without` lack one of the two times.",
    "Incidents that came back": "One within a year before it has the same title or alert, or the same entry was"
    " applied in both.",
    "Action items opened": "Decided on in these days; those of a postmortem count with its incident.",
    "Action items closed": "Marked as done in these days.",
    "Action items overdue": "Not done at the end of these days, and their day is over; of a year's incidents.",
    "Still open of these incidents": "Of the incidents that began in these days.",
    "Written down only now": "Postmortems that came in during these days, of incidents before them.",
    "Known, related, unknown": "Lookups by verdict; what the same caller asked again within an hour counts once."
    " The rate is known over all.",
    "Asked and not known": "Lookups that ended unknown; ids and numbers do not make another question.",
    "Met and known": "What lookups that ended known offered first; lookups of one incident count once.",
    "Offered and never answered": "What was offered first, and nobody said whether it helped.",
    "Learned": "Entries that were learned or written into memory files.",
    "Outcomes": "What people and agents said came of applying an entry.",
    "What fixed": "Outcomes that say it worked, by entry.",
    "What failed": "Outcomes that say it did not work, or made things worse, by entry.",
    "Trust that moved": "Trust before and after these days: how likely it is to help, from its verified record.",
    "Status that changed": "Moves of entries, by rule or by hand, with their reason.",
    "Runbooks to verify again": "Failed since they were verified, or not verified for half a year.",
    "Runbook health": "Alert rules and runbooks held against each other, as they are written today.",
    "Expired drift exceptions": "Allowed differences from what is deployed whose day is over.",
    "Entries that expire": "Their day is over, or comes within two weeks.",
    "Open proposals": "Waiting for a decision at the end of these days.",
    "The last watch list": "What the review before put on the list, and whether it was met since.",
    "Session log": "What was noted outside of incidents, the newest last.",
}
"""By the title of the part, as far as its colon."""


def how(title: str) -> str:
    """How the numbers of a part are counted; empty for a part that needs no word on it."""
    return HOW.get(title.partition(":")[0], "")
