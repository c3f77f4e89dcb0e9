"""The watch list in a brief: what the last weekly summary says to look out for here.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kb.lookup.notes import since_in_words
from kb.model.brief import Alert
from kb.model.ledger import Answer, Verdict
from kb.model.review import WatchItem, WatchKind
from kb.text.environments import same_environment
from kb.triage.budget import BriefLine, shortened

if TYPE_CHECKING:
    from kb.triage.gather import BriefFacts

_WATCH_TEXT, _TITLE, _MOST = 200, 80, 4
_ORDER = (WatchKind.PREVENTION, WatchKind.RECURRENCE, WatchKind.HOT_PATTERN, WatchKind.KNOWN_ISSUE)


def watched(items: Iterable[WatchItem], alert: Alert, found: Answer) -> tuple[WatchItem, ...]:
    """The items that the alert meets, by what was found or by its place; open preventions first."""
    ids = {match.id for match in found.matches} if found.verdict is not Verdict.UNKNOWN else set[str]()
    mine = [item for item in items if _meets(item, alert, ids)]
    return tuple(sorted(mine, key=lambda item: (_ORDER.index(item.kind), item.entry_id not in ids)))


def watch_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """Why each is on the list; an incident that came back with its prevention still open ranks highest."""
    for number, item in enumerate(facts.watch[:_MOST]):
        what = shortened(item.title or item.service or item.environment, _TITLE)
        why = f"{what}{since_in_words(item, facts.now)}: {shortened(item.text, _WATCH_TEXT)}"
        text = f"{why} [{item.entry_id}]" if item.entry_id else why
        rank = 3.4 if item.kind is WatchKind.PREVENTION else 4.7
        yield BriefLine("Watch list", text, rank + number / 10, item.entry_id)
    if more := max(0, len(facts.watch) - _MOST):
        yield BriefLine("Watch list", f"{more} more in state/watch.yaml", 8.3)


def _meets(item: WatchItem, alert: Alert, ids: set[str]) -> bool:
    services = {name.casefold() for name in (alert.service, *alert.services) if name}
    if item.service and services and item.service.casefold() not in services:
        return False
    if item.environment and alert.environment and not same_environment(item.environment, alert.environment):
        return False
    if item.entry_id in ids:
        return True
    if item.service:
        return bool(services)
    return bool(item.environment and alert.environment)
