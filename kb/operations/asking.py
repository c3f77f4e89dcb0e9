"""Operations that ask: have we seen this before, what is there about it, what does this entry say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack

from kb.base import KnowledgeBase
from kb.operations.arguments import Day, Environment, Flag, Limit, Log, Service, Text, Words, whole
from kb.operations.operation import ANSWER, CHECK, PAGE, reading

if TYPE_CHECKING:
    from kb.lookup.lookup import Sighting
    from kb.model.ledger import Answer, EntryRecord, SearchCounts
    from kb.model.overview import ServiceOverview, Services
    from kb.operations.records import Hits, WholeEntry


Tell = Callable[["Sighting"], None]
"""Told of each known error in a text as soon as it is read."""
_told: ContextVar[Tell | None] = ContextVar("told", default=None)


@contextmanager
def watched(tell: Tell | None) -> Iterator[None]:
    """Inside, checks of this thread tell what they see on the way: no argument of a call, but of how it is made."""
    token = _told.set(tell)
    try:
        yield
    finally:
        _told.reset(token)


class FurtherFilters(TypedDict, total=False):
    """Which entries a search is about, beside kind, service and first day."""

    until: Annotated[Day, "Only what happened up to this day."]
    severity: Annotated[Words, "Only these severities, of SEV1 to SEV4."]
    status: Annotated[
        Words, "Only these: active, candidate, retired, quarantined; else what is offered (the first two)."
    ]


_MORE = "get_entry(entry_id) shows one entry whole"


@reading("POST /check", CHECK, more=_MORE)
def check_known_issues(
    kb: KnowledgeBase,
    error_text: Annotated[Log, "The error: a line, a stack trace, an alert, a log."],
    tool_name: Annotated[Text, "The tool that failed, such as kubectl_exec."] = "",
    service: Service = "",
    environment: Environment = "",
    limit: Limit = 5,
    incident_id: Annotated[Text, "The incident it is for; else the one that is being worked on."] = "",
) -> Answer:
    """Have we seen this error before?  Call this first, as soon as anything fails.

    Returns a verdict: `known` (act on it, after the entry's `check`), `related` (a hint, verify it first) or `unknown`
    (what is shown is only the nearest, no match: investigate, and learn what you find).  Each match has its cause, fix,
    commands, the check that tells look-alikes apart, and its record: `standing` is established, new (unverified) or
    failing.  `alternatives` means several causes share the symptom: do the checks before any fix.  `notes` warn of
    advice that was taken away because it failed.  Give `lookup_id` to record_outcome once you know whether it worked.
    """
    return kb.check_known_issues(
        error_text, tool_name, service, environment, limit, incident_id=incident_id, on_sighting=_told.get()
    )


@reading("GET /search", ANSWER, more=f"{_MORE}; a narrower query or a smaller limit helps")
def search_incidents(
    kb: KnowledgeBase,
    query: Annotated[Text, "What to look for, in words; empty lists the newest."] = "",
    kinds: Annotated[Words, "Only these: incident, runbook, pattern, tool_fix, quirk, known_error …"] = (),
    service: Service = "",
    since: Annotated[Day, "Only what happened since this day, as 2026-05-20."] = None,
    limit: Limit = 10,
    **further: Unpack[FurtherFilters],
) -> Hits:
    """Search past incidents, runbooks, patterns and fixes by words and meaning, best first.

    For a question in your own words ("how did we fail over the database?"); for an error text use check_known_issues.
    Returns titles with ids and snippets; get_entry shows one whole.
    """
    from kb.operations.records import Hits

    found = kb.search(query, kinds, service, since, limit, **_filters(further))
    return Hits(hits=tuple(found), note=found.note)


@reading("GET /search/counts")
def search_counts(
    kb: KnowledgeBase,
    kinds: Annotated[Words, "Only these kinds."] = (),
    service: Service = "",
    since: Annotated[Day, "Only what happened since this day."] = None,
    **further: Unpack[FurtherFilters],
) -> SearchCounts:
    """How many entries pass the filters of a search, by kind, status, severity and service.

    Each is counted with all filters but its own, so it tells what choosing another value there would give.
    """
    from kb.lookup.search import check_filter
    from kb.store.lexical_index import Filter

    only = Filter(kinds, service, since, **_filters(further))
    check_filter(only)
    return kb.known.counts(only)


def _filters(given: FurtherFilters) -> dict[str, Any]:
    names = {"severity": "severities", "status": "statuses"}
    return {names.get(name, name): value for name, value in given.items() if value}


@reading("GET /entries/{entry_id}", ANSWER, more="the resource kb://entry/{id} holds more of it")
def get_entry(
    kb: KnowledgeBase, entry_id: Annotated[Text, "The id, as a check or a search returned it."]
) -> WholeEntry:
    """One entry with everything that it says: steps, commands, checks, source, and its record."""
    from kb.operations.records import WholeEntry
    from kb.text.entries.codec import to_builtins
    from kb.text.evidence.evidence import title_line

    entry = kb.get(entry_id)
    said = {key: value for key, value in to_builtins(entry).items() if value not in (None, "", [], {})}
    return WholeEntry(
        id=entry.id,
        kind=entry.kind,
        title=title_line(entry.headline),
        entry=said,
        trust=kb.trust_of(entry),
        moves=tuple(kb.moves.of(entry.id)),
    )


@reading("GET /entries/{entry_id}/record", more="get_entry(entry_id) shows what it says")
def entry_record(
    kb: KnowledgeBase,
    entry_id: Annotated[Text, "The id, as a check or a search returned it."],
    near: Annotated[Flag, "Whether to search for what is near it, which takes longest."] = True,
) -> EntryRecord:
    """What became of an entry: how often it answered, every outcome with who said so, and what is near it."""
    return kb.known.record(kb.get(entry_id), near=bool(near))


@reading("GET /services", slow=True, more="a smaller limit, then `service` for one")
def services(
    kb: KnowledgeBase, limit: Annotated[int, whole(1, 500), "How many at most, 1 to 500."] = 100
) -> Services:
    """The services that are known, in numbers: incidents, quirks, alert rules without a runbook, changes of 30 days."""
    return kb.reviews.services(kb.incidents.open_ones(), limit)


@reading("GET /services/{service}", PAGE, more="search_incidents(service=…) finds more of it")
def service_overview(
    kb: KnowledgeBase, service: Annotated[Text, "The service, as `services` names it."]
) -> ServiceOverview:
    """What is known about one service: quirks, open and past incidents, changes, alert rules with their runbooks."""
    return kb.reviews.service(service, kb.incidents.open_ones())
