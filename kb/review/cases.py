"""What a summary counts: the incidents and action items of a window, as they were at its end.

An incident that was lived here is unfolded from the steps that were noted by then; a postmortem that
took it over by then speaks for it.  One that came from a document is counted from the moment the
document came in; of what that says, the store keeps only the last version.

An action item of an incident that was lived here is opened and closed by its steps.  A document tells no day
for its items: they are opened with their incident, and count as closed nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from kb.incidents.life import unfold
from kb.incidents.postmortem import to_entry
from kb.lookup.question import ask
from kb.model import ActionItem, Incident
from kb.model.incident import LiveIncident, Step
from kb.model.ledger import Event, Result
from kb.review.summary import OpenItem
from kb.store.catalogue import LIVE
from kb.store.entries import EntryTable
from kb.store.history import Windows
from kb.store.ledger import Ledger
from kb.text.entries.codec import stamp
from kb.text.specificity import TOO_GENERAL
from kb.text.times import in_utc

HISTORY = timedelta(days=365)
"""How far back an earlier incident is looked for."""
_SLACK = timedelta(days=2)
"""The day of an incident is that of its start, in whatever time zone; it may have been detected later."""
_APPLIED = (Result.APPLIED, Result.RESOLVED, Result.RECURRED)


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with what it can be recognised by; `events` are its steps, where it was lived here."""

    at: datetime
    incident: Incident
    known_at: datetime
    """When the home came to know it."""
    texts: dict[str, bool] = field(default_factory=dict)
    """Fingerprints of its title and alert; whether the text tells enough by itself."""
    applied: frozenset[str] = frozenset()
    lookup_id: str | None = None
    events: tuple[Event, ...] = ()

    @property
    def id(self) -> str:
        """The incident's id."""
        return self.incident.id

    @property
    def services(self) -> frozenset[str]:
        """Its services, in lower case."""
        return frozenset(name.casefold() for name in self.incident.scope.services)


def gather_cases(
    ledger: Ledger, entries: EntryTable, windows: Windows, since: datetime, until: datetime
) -> list[Case]:
    """The incidents of a window, oldest first."""
    lived = _lived(ledger, since, until)
    rows = {row["id"]: row for row in windows.known_at("incident", until, since.date() - _SLACK)}
    applied = ledger.told.entries_in({*lived, *rows}, since, until, _APPLIED)
    wanted = [
        key
        for key, row in rows.items()
        if key not in lived or (row["file"] != LIVE and row["updated_at"] < stamp(until))
    ]
    stored = {key: one.entry for key, one in entries.many(wanted).items()}
    cases = [_from_life(*one, stored.get(key), applied) for key, one in lived.items()]
    for key, entry in stored.items():
        if (
            key not in lived
            and isinstance(entry, Incident)
            and (at := _happened_at(entry))
            and since <= at < until
        ):
            known_at = datetime.fromisoformat(rows[key]["created_at"])
            cases.append(
                Case(at, entry, known_at, _fingerprints([entry.title]), frozenset(applied.get(key, ())))
            )
    return sorted(cases, key=lambda case: (case.at, case.id))


def between(cases: Iterable[Case], since: datetime, until: datetime) -> list[Case]:
    """Those that happened in a window: from `since`, which is included, to `until`, which is not."""
    return [case for case in cases if since <= case.at < until]


def _lived(
    ledger: Ledger, since: datetime, until: datetime
) -> dict[str, tuple[LiveIncident, tuple[Event, ...]]]:
    found = {}
    for subject in ledger.subjects(Step.OPENED, since, until):
        events = tuple(event for event in ledger.events_of(subject) if event.at < until)
        found[subject] = unfold(events), events
    return found


def _from_life(
    live: LiveIncident, events: tuple[Event, ...], stored: object, applied: dict[str, set[str]]
) -> Case:
    entry = stored if isinstance(stored, Incident) else to_entry(live)
    ids = frozenset({*live.applied, *applied.get(live.id, ())})
    return Case(
        live.detected,
        entry,
        live.detected,
        _fingerprints([live.title, live.alert]),
        ids,
        live.lookup_id,
        events,
    )


def _fingerprints(texts: Sequence[str]) -> dict[str, bool]:
    """The fingerprint of each text's most telling line, and whether it tells enough by itself."""
    asked = (ask(text) for text in texts if text.strip())
    return {one.fingerprint: one.specificity >= TOO_GENERAL for one in asked if one.fingerprint}


def _happened_at(incident: Incident) -> datetime | None:
    """When it happened; the beginning of its day (in UTC) where only that is known."""
    at = incident.detected or incident.started
    if at is None and incident.date is not None:
        at = datetime.combine(incident.date, time(), UTC)
    return in_utc(at) if at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The action items of a window; `overdue` also those of earlier incidents."""

    opened: tuple[OpenItem, ...]
    closed: tuple[OpenItem, ...]
    overdue: tuple[OpenItem, ...]
    still_open: tuple[OpenItem, ...]
    """Of the incidents of the window."""
    read: int


def gather_items(cases: Sequence[Case], since: datetime, until: datetime) -> Items:
    """The action items of these incidents, opened, closed and overdue; `cases` reach back beyond the window."""
    opened, closed = list[OpenItem](), list[OpenItem]()
    for case in cases:
        for item, at, done in _steps_of_items(case):
            if since <= at < until:
                (closed if done else opened).append(open_item(case, item, until))
    everything = [open_item(case, item, until) for case, item in _open_items(cases)]
    late = sorted((one for one in everything if one.overdue), key=lambda one: (one.due or "", one.text))
    return Items(
        opened=tuple(opened),
        closed=tuple(closed),
        overdue=tuple(late),
        still_open=tuple(
            open_item(case, item, until) for case, item in _open_items(between(cases, since, until))
        ),
        read=sum(len(case.incident.action_items) for case in cases),
    )


def open_item(case: Case, item: ActionItem, until: datetime) -> OpenItem:
    """The item as it is at `until`."""
    today = until.astimezone(UTC).date()
    return OpenItem(
        incident=case.incident.title,
        text=item.text,
        owner=item.owner,
        due=item.due.isoformat() if item.due else None,
        overdue=bool(item.done is not True and item.due and item.due < today),
        incident_id=case.id,
        since=_decided_at(case, item),
    )


def _decided_at(case: Case, item: ActionItem) -> datetime:
    """When the item was decided on: its first step; of a document, the moment of its incident."""
    steps = (one.at for one in case.events if one.kind == Step.ACTION_ITEM and one.action == item.text)
    return next(steps, case.at)


def _open_items(cases: Iterable[Case]) -> Iterator[tuple[Case, ActionItem]]:
    return ((case, item) for case in cases for item in case.incident.action_items if item.done is False)


def _steps_of_items(case: Case) -> Iterator[tuple[ActionItem, datetime, bool]]:
    """Every opening and closing of an item, with its moment; `True` is a closing."""
    if not case.events:
        yield from ((item, case.at, False) for item in case.incident.action_items)
        return
    known: dict[str, bool] = {}
    for event in case.events:
        if event.kind != Step.ACTION_ITEM:
            continue
        due, done = event.data.get("due"), bool(event.data.get("done"))
        day = date.fromisoformat(due) if due else None
        item = ActionItem(text=event.action, owner=event.data.get("owner") or None, due=day, done=done)
        if event.action not in known:
            yield item, event.at, False
        if done and not known.get(event.action):
            yield item, event.at, True
        known[event.action] = done
