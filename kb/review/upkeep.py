"""What the knowledge base itself needs, and what needs action after a review, most urgent first.  Pure.

The knowledge base needs runbooks verified again, entries that expire looked at, open proposals decided.  What needs
action is a line each, with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kb.model import Runbook
from kb.model.ledger import FAILURES, Outcome, Result
from kb.proposals.runbooks import STALE_DAYS
from kb.review.summary import Expiring, OpenItem, Proposed, Recurrence, Stale, WeeklySummary
from kb.store.database import Row
from kb.text.times import day_of

SOON_DAYS = 14
"""Days before its day on which an entry is named as expiring."""

OpenProposals = Callable[[datetime], Sequence[Proposed]]
"""The proposals that were open at a moment."""


def stale_runbooks(
    runbooks: Iterable[tuple[Runbook, datetime]], outcomes: Mapping[str, Sequence[Outcome]], until: datetime
) -> tuple[Stale, ...]:
    """Runbooks (each with when it became known) that failed since they were verified, or were not lately."""
    today = until.astimezone(UTC).date()
    found = list[tuple[int, date, Stale]]()
    for runbook, known_at in runbooks:
        told = [one for one in outcomes.get(runbook.id, ()) if one.at < until]
        verified = _last_verified(runbook, told, today)
        failures = [
            one.at
            for one in told
            if one.result in FAILURES and (verified is None or one.at.date() > verified)
        ]
        since = verified or known_at.date()
        if failures:
            reason = f"failed on {day_of(max(failures))}, and nobody verified it since"
        elif today - since > timedelta(days=STALE_DAYS):
            reason = f"last verified {verified}" if verified else f"never verified, known since {since}"
        else:
            continue
        stale = Stale(
            entry_id=runbook.id, title=runbook.name, verified=verified, reason=reason, failed=bool(failures)
        )
        found.append((0 if failures else 1, since, stale))
    return tuple(one for _, _, one in sorted(found, key=lambda each: (*each[:2], each[2].entry_id)))


def _last_verified(runbook: Runbook, outcomes: Iterable[Outcome], today: date) -> date | None:
    """When it was last run to the end, by its own word or by an outcome that somebody verified."""
    days = [one.at.date() for one in outcomes if one.result is Result.RESOLVED and one.verified_by]
    own = runbook.verified.at if runbook.verified else None
    return max([*days, *([own] if own and own <= today else [])], default=None)


def expiring(rows: Iterable[Row], until: datetime) -> tuple[Expiring, ...]:
    """Offered entries whose day has passed or comes soon."""
    today = until.astimezone(UTC).date()
    return tuple(
        Expiring(
            entry_id=row["id"],
            title=row["headline"],
            expires=(day := date.fromisoformat(row["expires"])),
            expired=day < today,
        )
        for row in rows
    )


def proposed(row: Row) -> Proposed:
    """A row of the table `proposals` in a line."""
    data = json.loads(row["data"])
    texts = (
        (data.get(name) for name in ("title", "text", "reason", "summary")) if isinstance(data, dict) else ()
    )
    text = next((" ".join(one.split()) for one in texts if isinstance(one, str) and one.strip()), "")
    return Proposed(id=row["id"], kind=row["kind"], text=text, at=datetime.fromisoformat(row["at"]))


_FAILED_OFTEN = 2
"""Failures in one window from which an entry is named."""
_ASKED_OFTEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that somebody should do: who answers for it, where that was said, and since when it waits."""

    text: str
    owner: str = ""
    since: datetime | date | None = None
    incident_id: str = ""
    entry_id: str = ""
    part: str = ""
    """The part of the review that names all of it, where it is more than one thing."""


def urgent(summary: WeeklySummary) -> list[Action]:
    """What somebody should do; first what came back with its prevention open."""
    return [*_urgent_of_incidents(summary), *_urgent_of_knowledge(summary), *_urgent_of_upkeep(summary)]


def came_back(one: Recurrence) -> str:
    """`checkout down on checkout came back after 3.5 days; prevention STILL OPEN: … (ana, due …); seen …`."""
    on = f" on {one.service}" if one.service else ""
    days = f"{one.days:g} {'day' if one.days == 1 else 'days'}"
    times = "once" if one.times == 1 else f"{one.times} times"
    lately = "" if one.within_window else " (later than the 20 days in which most repeats come)"
    seen = f"seen {times} before, by {one.shared}"
    return f"{one.title}{on} came back after {days}{lately}; {_prevention(one)}; {seen} ({one.incident_id})"


def _prevention(one: Recurrence) -> str:
    if one.open_items:
        return f"prevention STILL OPEN: {'; '.join(map(_item, one.open_items))}"
    return {
        "done": "its prevention was done and did not hold",
        "not_said": "whether its prevention was done is not said",
        "none": "no prevention was decided",
    }.get(one.prevention, "")


def _item(item: OpenItem) -> str:
    due = f", due {item.due}" if item.due else ""
    return f"{item.text} ({item.owner or 'no owner'}{due}{', OVERDUE' if item.overdue else ''})"


def _urgent_of_incidents(summary: WeeklySummary) -> Iterator[Action]:
    for one in summary.recurrences:
        if one.open_items:
            yield _prevent(one)
    told = {(item.incident_id, item.text) for one in summary.recurrences for item in one.open_items}
    for one in summary.recurrences:
        if not one.open_items and one.within_window:
            said = f"Decide on prevention: {came_back(one)}"
            yield Action(text=said, since=one.at, incident_id=one.incident_id)
    for item in summary.items_overdue:
        if (item.incident_id, item.text) not in told:
            said = f"Do: {item.text} ({item.incident}, {item.owner or 'no owner'}), due {item.due}"
            yield Action(text=said, owner=item.owner or "", since=item.since, incident_id=item.incident_id)


def _prevent(one: Recurrence) -> Action:
    owners = dict.fromkeys(item.owner for item in one.open_items if item.owner)
    decided = (item.since for item in one.open_items if item.since)
    return Action(
        text=f"Prevent: {came_back(one)}",
        owner=", ".join(owners),
        since=min(decided, default=one.at),
        incident_id=one.incident_id,
    )


def _urgent_of_knowledge(summary: WeeklySummary) -> Iterator[Action]:
    for failed in summary.failed:
        if failed.count >= _FAILED_OFTEN:
            said = f"Mend or retire: {failed.name} failed {failed.count} times"
            yield Action(text=said, entry_id=id_in(failed.name))
    for unknown in summary.top_unknowns:
        if unknown.count >= _ASKED_OFTEN and not unknown.known_since:
            said = f"Learn: asked {unknown.count} times and not known: `{unknown.name}`"
            yield Action(text=said, since=unknown.first, part="Asked and not known")
    if summary.proposals:
        n = len(summary.proposals)
        said = f"Decide: {n} {'proposal waits' if n == 1 else 'proposals wait'} (kb proposals)"
        oldest = min((one.at for one in summary.proposals if one.at), default=None)
        yield Action(text=said, since=oldest, part="Open proposals")


def _urgent_of_upkeep(summary: WeeklySummary) -> Iterator[Action]:
    for stale in summary.stale_runbooks:
        if stale.failed:
            said = f"Verify: runbook {stale.title} ({stale.entry_id}) {stale.reason}"
            yield Action(text=said, since=stale.verified, entry_id=stale.entry_id)
    if late := [one for one in summary.stale_runbooks if not one.failed]:
        n = len(late)
        said = f"Verify: {n} {'runbook was' if n == 1 else 'runbooks were'} not verified for half a year"
        yield Action(text=said, part="Runbooks to verify again")
    if n := len(summary.expired_drift):
        said = f"End or renew: {n} {'drift exception has' if n == 1 else 'drift exceptions have'} expired"
        yield Action(text=said, part="Expired drift exceptions")
    if ended := [one.expires for one in summary.expiring if one.expired]:
        n, first = len(ended), min(ended)
        said = f"Renew or remove: {n} {'entry has' if n == 1 else 'entries have'} expired"
        yield Action(text=said, since=first, part="Entries that expire")


_TITLED = re.compile(r".* \(([^()\s]+)\)", re.DOTALL)


def id_in(name: str) -> str:
    """The id at the end of a name such as `a full disk (pattern-3f9c1a2b)`; empty where there is none."""
    found = _TITLED.fullmatch(name)
    return found[1] if found else ""
