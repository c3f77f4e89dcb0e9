"""The records behind a number of a review: who reads "3 of SEV1" can look at the three.  Pure.

They are those of the same window, read in the same way, so that as many are listed as were counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
    template) or `outcomes` (by result or entry).  Raises InvalidInput for another.
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


def _folded(names: list[str]) -> frozenset[str]:
    return frozenset(str(name).casefold() for name in names if name)


KINDS: Mapping[str, Callable[[WindowRecords, str], Named]] = {
    "incidents": _incidents,
    "lookups": _lookups,
    "outcomes": _outcomes,
}
"""What can be listed."""
