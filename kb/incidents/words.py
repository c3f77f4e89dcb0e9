"""The words for what happened: one line a step, in the order of an incident's timeline.

Lines name what was done, never who did it: a timeline is there to learn from, not to blame.
"""

from __future__ import annotations

from datetime import timedelta

from kb.records.ledger import Event
from kb.records.live import Step

_UNTOLD = (Step.ACTION_ITEM, Step.REVIEW, Step.UPDATE)
_HYPOTHESES = {"suspected": "Suspected", "confirmed": "Root cause identified", "refuted": "Ruled out"}

_ENDINGS = {True: " (it helped)", False: " (it did not help)", None: ""}


def told(event: Event) -> str:
    """The event as a line of a timeline, or an empty text for one that does not belong there."""
    said, data = event.action, event.data
    if event.kind in _UNTOLD:
        return ""
    if event.kind == Step.HYPOTHESIS:
        return f"{_HYPOTHESES[data['status']]}: {said}"
    if event.kind == Step.MITIGATION:
        return f"Mitigation: {said}{_ENDINGS[data.get('worked')]}"
    before = {
        Step.OPENED: "Incident detected: ", Step.RESOLUTION: "Incident resolved: ", Step.REOPENED: "Came back: ",
    }.get(Step(event.kind), "")  # fmt: skip
    details = f": {event.details}" if event.details else ""
    return f"{before}{said}{details}"


def one_line(text: str) -> str:
    """The text with its white space joined."""
    return " ".join(text.split())


def span(length: timedelta) -> str:
    """A length of time: `2 min`, `1 h 5 min`, `3 d 2 h`."""
    minutes = max(0, round(length.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "under a minute"
