"""`Reviewing`: the summary as data, and the review that is published: watch list first, then the row.

Killed between the two, nothing is lost: the row is what `--since-last` goes on from, so the next
review tells the same window again and writes the same items in place of the same items.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.errors import InvalidInput, KbError
from kb.records.watch import WatchItem
from kb.review.gather import gather
from kb.review.records import Records
from kb.review.summary import WeeklySummary
from kb.review.watchlist import watch_items
from kb.storage.memory import Memory
from kb.storage.reviews import ReviewRow
from kb.storage.watch import WatchFile
from kb.text.instants import minute, second
from kb.triage.environments import KEY, State, read_states

DAYS = 7.0
"""The window, where nobody says otherwise."""
FED_BACK_DAYS = 31
"""The longest window that writes the watch list: what was hot a year ago is nothing to look out for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A published review.  `watch` is None where the watch list was left as it is; `notes` say why.

    `failed` says what could not be written, and where; empty when all was.
    """

    summary: WeeklySummary
    watch: tuple[WatchItem, ...] | None
    notes: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Reviews of one home."""

    records: Records
    memory: Memory
    watch: WatchFile
    actor: str = ""

    def summary(self, days: float, now: datetime) -> WeeklySummary:
        """What the ledger says about the `days` before `now`.  Changes nothing."""
        return gather(self.records, days=days, now=now)

    def published(
        self, days: float | None, now: datetime, *, since_last: bool = False, watch: bool = True
    ) -> Review:
        """The review of the window that ends now: it feeds the watch list and, with `since_last`, marks its end."""
        if since_last and days is not None:
            raise InvalidInput("days and since_last are two windows; give one of them")
        days, notes = self._since_last(now) if since_last else (DAYS if days is None else days, [])
        summary = self.summary(days, now)
        feed = watch and days <= FED_BACK_DAYS
        if watch and not feed:
            notes.append(
                f"the watch list was left as it is: a window of more than {FED_BACK_DAYS} days does not feed it"
            )
        items = self._items(summary, notes) if feed else None
        try:
            self._write(summary, items, since_last)
        except KbError as error:
            return Review(summary=summary, watch=None, notes=tuple(notes), failed=str(error))
        return Review(summary=summary, watch=items, notes=tuple(notes))

    def notes(self, summary: WeeklySummary) -> list[str]:
        """What a summary of the past leaves out, in words."""
        later = self.records.windows.incidents_written_later(summary.since.date(), summary.until)
        is_one = later == 1
        said = (
            f"{later} {'incident' if is_one else 'incidents'} of these days came into the home only after"
            f" {minute(summary.until)} and {'is' if is_one else 'are'} not counted"
        )
        return [said] if later else []

    def _since_last(self, now: datetime) -> tuple[float, list[str]]:
        last = self.records.reviews.last_mark(now)
        if last is None:
            return DAYS, [f"this is the first review with --since-last: it covers the last {DAYS:.0f} days"]
        if last >= now:
            raise InvalidInput(f"the last review ended at {second(last)}; nothing has passed since")
        return (now - last) / timedelta(days=1), []

    def _items(self, summary: WeeklySummary, notes: list[str]) -> tuple[WatchItem, ...]:
        try:
            states: Iterable[State] = (
                read_states(self.memory.read(KEY)) if self.memory.path(KEY).is_file() else ()
            )
        except KbError as error:
            states = ()
            notes.append(f"known issues are not on the watch list: {error}")
        services = self.records.entries.services()
        return watch_items(summary, tuple(states), services, self.watch.ours())

    def _write(self, summary: WeeklySummary, items: tuple[WatchItem, ...] | None, mark: bool) -> None:
        if items is not None:
            self.watch.save(items)
        if items is not None or mark:
            since, until = summary.since, summary.until
            row = ReviewRow(made_at=until, since=since, until=until, watch=items or (), mark=mark)
            self.records.reviews.add(row, self.actor)
