"""What became of the last watch list: which of its items came up, and how often.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kb.records.ledger import Verdict
from kb.records.watch import WatchItem
from kb.review.lookups import Asked
from kb.review.summary import Recurrence, WatchScore
from kb.storage.reviews import ReviewRow


def scored_review(reviews: Sequence[ReviewRow], since: datetime) -> ReviewRow | None:
    """The review whose list is scored: the one that ended nearest to where this window begins."""
    return min(reviews, key=lambda one: abs((one.until - since).total_seconds()), default=None)


def score(
    items: Sequence[WatchItem], lookups: Sequence[Asked], recurred: Sequence[Recurrence]
) -> tuple[WatchScore, ...]:
    """Each item, what came up first; lookups of one incident count once."""
    found = [_score(item, lookups, recurred) for item in items]
    return tuple(sorted(found, key=lambda one: (-one.times, one.kind, one.id)))


def _score(item: WatchItem, lookups: Sequence[Asked], recurred: Sequence[Recurrence]) -> WatchScore:
    met = {one.incident or one.id for one in lookups if _meets(item, one)}
    back = {
        one.incident_id
        for one in recurred
        if _in_time(item, one.at)
        and ((item.entry_id and one.entry_id == item.entry_id)
             or (item.fingerprint and one.fingerprint == item.fingerprint))
    }  # fmt: skip
    said = [f"{len(met)} {'lookup' if len(met) == 1 else 'lookups'}"] if met else []
    said += [f"{len(back)} {'recurrence' if len(back) == 1 else 'recurrences'}"] if back else []
    times = len(met | back)
    return WatchScore(
        id=item.id, kind=item.kind, title=item.title or item.text, service=item.service,
        came_up=bool(times), times=times, how=" and ".join(said) or "did not come up",
    )  # fmt: skip


def _meets(item: WatchItem, one: Asked) -> bool:
    if not _in_time(item, one.at):
        return False
    if item.service and one.service and item.service.casefold() != one.service.casefold():
        return False
    by_entry = bool(item.entry_id) and one.verdict is not Verdict.UNKNOWN and item.entry_id in one.offers[:1]
    by_text = bool(item.fingerprint) and item.fingerprint == one.fingerprint
    if item.entry_id or item.fingerprint:
        return by_entry or by_text
    return bool(item.service) and item.service.casefold() == one.service.casefold()


def _in_time(item: WatchItem, at: datetime) -> bool:
    return item.is_read(at.astimezone(UTC).date())
