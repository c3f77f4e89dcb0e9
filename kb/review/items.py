"""Action items: what was opened, closed and is overdue.  Pure.

An item of an incident that was lived here is opened and closed by its steps.  A document tells no day
for its items: they are opened with their incident, and count as closed nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kb.records import ActionItem
from kb.records.live import Step
from kb.review.cases import Case, between
from kb.review.summary import OpenItem


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
    """What became of the action items of these incidents; `cases` reach back beyond the window."""
    opened, closed = list[OpenItem](), list[OpenItem]()
    for case in cases:
        for item, at, done in _steps(case):
            if since <= at < until:
                (closed if done else opened).append(open_item(case, item, until))
    everything = [open_item(case, item, until) for case, item in _open(cases)]
    late = sorted((one for one in everything if one.overdue), key=lambda one: (one.due or "", one.text))
    return Items(
        opened=tuple(opened), closed=tuple(closed), overdue=tuple(late),
        still_open=tuple(open_item(case, item, until) for case, item in _open(between(cases, since, until))),
        read=sum(len(case.incident.action_items) for case in cases),
    )  # fmt: skip


def open_item(case: Case, item: ActionItem, until: datetime) -> OpenItem:
    """The item as it stands at `until`."""
    today = until.astimezone(UTC).date()
    return OpenItem(
        incident=case.incident.title, text=item.text, owner=item.owner,
        due=item.due.isoformat() if item.due else None,
        overdue=bool(item.done is not True and item.due and item.due < today), incident_id=case.id,
    )  # fmt: skip


def _open(cases: Iterable[Case]) -> Iterator[tuple[Case, ActionItem]]:
    return ((case, item) for case in cases for item in case.incident.action_items if item.done is False)


def _steps(case: Case) -> Iterator[tuple[ActionItem, datetime, bool]]:
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
