"""Whether a new use of an entry shows that an earlier success did not last.  Pure.

It does when the entry is applied again, for the same service (or where one of the two is not known),
in another incident, or outside of incidents after another lookup at least an hour later, and within
the observation window.  One use shows it of one success, the last one; and only the first use in an
incident does, since trying again in the same incident is no return.  Uses that name neither incident
nor lookup show nothing: they may be about the same trouble.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kb.loop.trust import is_told
from kb.records.ledger import APPLIED, Outcome, Result

WINDOW = timedelta(days=20)
"""94 % of the incidents that repeat do so within 20 days (as published)."""
APART = timedelta(hours=1)
"""Two lookups closer than this are taken for the same trouble, where no incident is known."""


def did_not_last(new: Outcome, past: Sequence[Outcome]) -> Outcome | None:
    """The success among the past outcomes of the entry that the new one shows not to have lasted, or None."""
    if new.result not in APPLIED or not is_told(new):
        return None
    if any(_same_trouble(one, new) for one in past if one.result in APPLIED):
        return None
    earlier = [one for one in past if one.result is Result.RESOLVED and _came_back_in(one, new)]
    return _unless_told(max(earlier, key=lambda one: (one.at, one.id), default=None), past)


def last_success(new: Outcome, past: Sequence[Outcome]) -> Outcome | None:
    """The success that somebody means who says that it recurred: of the incident or lookup named, else the last."""
    successes = [one for one in past if one.result is Result.RESOLVED and one.at <= new.at]
    open_ones = [one for one in successes if _unless_told(one, past)]
    named = [one for one in open_ones if _same_trouble(one, new)]
    return max(named or open_ones, key=lambda one: (one.at, one.id), default=None)


def _unless_told(success: Outcome | None, past: Sequence[Outcome]) -> Outcome | None:
    """The success, unless it is on record already that what it was in came back."""
    told = {one.success for one in past if one.result is Result.RECURRED}
    if success is None or any(
        one.id in told for one in past if one is success or _same_trouble(one, success)
    ):
        return None
    return success


def _came_back_in(success: Outcome, new: Outcome) -> bool:
    passed = new.at - success.at
    if not is_told(success) or not timedelta(0) <= passed <= WINDOW:
        return False
    if success.service and new.service and success.service.casefold() != new.service.casefold():
        return False
    return bool(success.incident and new.incident) or passed >= APART


def _same_trouble(one: Outcome, other: Outcome) -> bool:
    if is_told(one) and one.trouble and one.trouble == other.trouble:
        return True
    same_lookup = one.lookup_id is not None and one.lookup_id == other.lookup_id
    return same_lookup or (one.incident is not None and one.incident == other.incident)
