"""How each number of a review is counted, and the records behind it: who reads "3 of SEV1" sees the three.  Pure.

They are those of the same window, read in the same way, so that as many are listed as were counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from kb.errors import InvalidInput
from kb.model.ledger import Verdict
from kb.model.review import CountedRecord
from kb.review.incidents import minutes_to
from kb.review.lookups import template_of
from kb.review.window import WindowRecords
from kb.text.times import in_utc

_ENDS = {"to_acknowledge": "acknowledged", "to_mitigate": "mitigated", "to_resolve": "resolved"}


Named = Iterator[tuple[CountedRecord, frozenset[str]]]
"""Records, each with the names that it counts under."""


def counted_records(read: WindowRecords, what: str, name: str = "") -> tuple[CountedRecord, ...]:
    """The records of a sort that count under a name (all without one), newest first.

    `what` is `incidents` (by severity, service, or a duration such as `to_mitigate`), `lookups` (by verdict, entry or
    template), `outcomes` (by result or entry) or `entries` (by kind or origin).  Raises InvalidInput for another.
    """
    if what not in KINDS:
        raise InvalidInput(f"{what[:60]!r} is nothing that is counted; there are: {', '.join(KINDS)}")
    wanted = name.casefold()
    found = [one for one, names in KINDS[what](read, name) if not wanted or wanted in names]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _incidents(read: WindowRecords, name: str) -> Named:
    for case in read.cases:
        one = case.incident
        took = {key: minutes_to(one, end) for key, end in _ENDS.items()}
        services = one.scope.services or ("not given",)
        names = [
            one.severity or "not given",
            *services,
            *(key for key, value in took.items() if value is not None),
        ]
        record = CountedRecord(
            at=in_utc(case.at),
            title=one.title,
            said=one.severity or "",
            id=case.id,
            incident_id=case.id,
            service=", ".join(one.scope.services),
            minutes=took.get(name),
        )
        yield record, _folded(names)


def _lookups(read: WindowRecords, name: str) -> Named:
    del name
    for one in read.asked:
        first = one.offers[0] if one.offers and one.verdict is Verdict.KNOWN else ""
        names = [one.verdict, first, *((one.fingerprint, template_of(one)) if not first else ())]
        record = CountedRecord(
            at=one.at,
            title=one.evidence[0] if one.evidence else "(empty text)",
            said=one.verdict,
            id=one.id,
            entry_id=first,
            incident_id=one.incident or "",
            service=one.service,
            note=read.titles.get(first, ""),
        )
        yield record, _folded(names)


def _outcomes(read: WindowRecords, name: str) -> Named:
    del name
    for one in read.outcomes:
        record = CountedRecord(
            at=one.at,
            title=read.titles.get(one.entry_id, one.entry_id),
            said=one.result,
            id=one.lookup_id or "",
            entry_id=one.entry_id,
            incident_id=one.incident or "",
            service=one.service or "",
            by=one.actor,
            note=one.note,
        )
        yield record, _folded([one.result, one.entry_id])


def _entries(read: WindowRecords, name: str) -> Named:
    del name
    for row in read.created:
        record = CountedRecord(
            at=datetime.fromisoformat(row["created_at"]),
            title=row["headline"],
            said=row["kind"],
            id=row["id"],
            entry_id=row["id"],
            note=row["origin"],
        )
        yield record, _folded([row["kind"], row["origin"]])


def _folded(names: list[str]) -> frozenset[str]:
    return frozenset(str(name).casefold() for name in names if name)


KINDS: Mapping[str, Callable[[WindowRecords, str], Named]] = {
    "incidents": _incidents,
    "lookups": _lookups,
    "outcomes": _outcomes,
    "entries": _entries,
}
"""What can be listed."""


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
