"""Runbook health: the alert rules and runbooks of a home held against each other.  Pure.

A rule leads to the runbook that a lookup would show for it (`kb.text.entries.identify.runbook_keys`): the one that its
URL ends in, else the one of its own name.  A runbook is as old as its last change or verification, whichever is later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kb.model import AlertRule, Entry, Runbook
from kb.model.ledger import Outcome
from kb.model.runbook_health import RuleToMend, RunbookHealth, RunbookToMend
from kb.proposals.runbooks import STALE_DAYS
from kb.review.summary import WeeklySummary
from kb.review.upkeep import stale_runbooks
from kb.text.entries.identify import name_key, runbook_keys
from kb.text.entries.written import owner_of, tells_nothing_to_do
from kb.text.times import minute

_PRESENT = timedelta(hours=1)
"""A summary that ended less than this ago is of now."""
_NAMED = 5
"""Names that a line tells; how many more there are is said."""


def runbook_health(
    rules: Sequence[AlertRule],
    runbooks: Sequence[tuple[Runbook, datetime]],
    outcomes: Mapping[str, Sequence[Outcome]],
    now: datetime,
) -> RunbookHealth:
    """The numbers; each runbook comes with when its text last changed, outcomes are by the runbook's id."""
    books = sorted((book for book, _ in runbooks), key=lambda book: book.id)
    named: dict[str, Runbook] = {}
    for book in books:
        named.setdefault(name_key(book.name), book)
    without, missing, unwritten, met = list[RuleToMend](), list[RuleToMend](), list[RuleToMend](), set[str]()
    for rule in rules:
        key = next((key for key in runbook_keys(rule) if key in named), "")
        if not key:
            (missing if rule.runbook_url else without).append(_rule(rule))
            continue
        met.add(key)
        if tells_nothing_to_do(named[key]):
            unwritten.append(_rule(rule, named[key].id))
    return RunbookHealth(
        rules=len(rules),
        runbooks=len(books),
        covered=len(rules) - len(without) - len(missing) - len(unwritten),
        without=tuple(without),
        missing=tuple(missing),
        unwritten=tuple(unwritten),
        unpointed=tuple(_book(book) for book in books if rules and name_key(book.name) not in met),
        unowned=tuple(_book(book) for book in books if not owner_of(book)),
        stale=tuple(_stale(runbooks, outcomes, now)),
    )


def texts_of_today(summary: WeeklySummary, now: datetime) -> list[str]:
    """What has to be said of the health in a summary of the past: the home keeps no earlier texts."""
    if summary.runbook_health is None or now - summary.until < _PRESENT:
        return []
    return [
        f"runbook health is that of the rules and runbooks as they are now, not as they were on {minute(summary.until)}"
    ]


def _stale(
    runbooks: Sequence[tuple[Runbook, datetime]], outcomes: Mapping[str, Sequence[Outcome]], now: datetime
) -> Iterator[RunbookToMend]:
    """What the review calls stale, without what was changed lately and did not fail since."""
    known = {book.id: (book, changed) for book, changed in runbooks}
    for one in stale_runbooks(runbooks, outcomes, now):
        book, changed = known[one.entry_id]
        if one.failed:
            yield _book(book, one.reason)
        elif now - changed > timedelta(days=STALE_DAYS):
            said = f"last verified {one.verified}" if one.verified else "never verified"
            yield _book(book, f"{said}, unchanged since {changed.astimezone(UTC).date()}")


def _rule(rule: AlertRule, runbook_id: str = "") -> RuleToMend:
    return RuleToMend(
        entry_id=rule.id,
        name=rule.name,
        runbook_url=rule.runbook_url,
        runbook_id=runbook_id,
        path=_path(rule),
    )


def _book(book: Runbook, reason: str = "") -> RunbookToMend:
    return RunbookToMend(entry_id=book.id, name=book.name, path=_path(book), reason=reason)


def _path(entry: Entry) -> str:
    return entry.provenance.source.path if entry.provenance.source else ""


def in_words(health: RunbookHealth) -> list[str]:
    """A line for each number that is not zero, with the first names; first how many rules are covered."""
    rules, books = health.rules, health.runbooks
    told = [
        f"{health.covered} of {rules} alert rules lead to a runbook that is written"
        if rules
        else f"no alert rule is in the home, so its {books} runbooks were held against none"
    ]
    of_rules, of_books = f"of {rules} alert rules", f"of {books} runbooks"
    told += _counted(of_rules, "without a runbook", (one.name for one in health.without))
    told += _counted(of_rules, "with a runbook that is not in the home", (one.name for one in health.missing))
    told += _counted(
        of_rules, "with a runbook that is not written yet", (one.name for one in health.unwritten)
    )
    told += _counted(of_books, "that no rule leads to", (one.name for one in health.unpointed))
    told += _counted(of_books, "without an owner in the text", (one.name for one in health.unowned))
    told += _counted(
        of_books,
        "neither verified nor changed for half a year, or failed since",
        (f"{one.name} ({one.reason})" for one in health.stale),
    )
    return told


def _counted(whole: str, what: str, names: Iterable[str]) -> list[str]:
    """The line of one number: its names once each, a few of them."""
    found = list(names)
    distinct = list(dict.fromkeys(found))
    more = f" and {len(distinct) - _NAMED} more" if len(distinct) > _NAMED else ""
    return [f"{len(found)} {whole} {what}: {', '.join(distinct[:_NAMED])}{more}"] if found else []
