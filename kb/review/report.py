"""The summary as a report in words, what needs action first, and that report as Markdown.  Pure.

Markdown and HTML write down the same report, so that their numbers cannot differ.  Parts with nothing to count are
named in one line at the end, before how many records were read.  What the Markdown quotes is inert: no HTML, link or
picture of an entry, and no formula in a table (`kb.text.escaping`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.prose.narrative import Narrative
from kb.prose.narrative import render as render_narrative
from kb.review.runbooks import in_words
from kb.review.summary import Counted, OpenItem, WatchScore, WeeklySummary
from kb.review.upkeep import Action, came_back, id_in, urgent
from kb.text.changes import drift_in_words
from kb.text.escaping import inert, inert_cell
from kb.text.times import minute

SHOWN = 10
"""Lines of a list that are shown; how many more there are is said."""
_LONGEST = 400
"""Characters of a line at most."""
_OVER = {"lookups": "lookups", "incidents": "incidents, by their first lookup"}
_DURATIONS = {"to_acknowledge": "to acknowledge", "to_mitigate": "to mitigate", "to_resolve": "to resolve"}


class Behind(StrEnum):
    """What stands behind a line of a review."""

    ENTRY = "entry"
    INCIDENT = "incident"
    PROPOSALS = "proposals"
    RECORDS = "records"
    """The records that were counted for it (`kb.review.counted`)."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Where what stands behind a line can be looked at; of records, `what` they are and by which name they count."""

    to: Behind
    key: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One point of a list."""

    text: str
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """Columns with their headings; cells are text.  `leads` has what stands behind each row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    leads: tuple[Lead | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """One part: `lines` are points of a list; `more` says how many are not shown."""

    title: str
    lines: tuple[ReviewLine, ...] = ()
    table: ReviewTable | None = None
    more: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to count."""
        return not (self.lines or self.table)


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """A review, ready to be written in any format; `nothing` are the titles of parts with nothing to count."""

    title: str
    lead: str
    actions: tuple[Action, ...]
    urgent: ReviewPart
    parts: tuple[ReviewPart, ...]
    nothing: tuple[str, ...]
    read: str


CALM = "Nothing that was counted needs action."


def as_markdown(summary: WeeklySummary, narrative: Narrative | None = None) -> str:
    """The summary as Markdown; a narrative (prose around the numbers) follows it."""
    told = report(summary)
    texts = [
        f"# {told.title}",
        inert(told.lead),
        _part_as_markdown(told.urgent) if told.actions else f"## {told.urgent.title}\n\n{CALM}",
        *map(_part_as_markdown, told.parts),
        nothing_in_words(told.nothing),
        told.read,
    ]
    text = "\n\n".join(filter(None, texts)) + "\n"
    return text if narrative is None else f"{text}\n{render_narrative(narrative)}"


def report(summary: WeeklySummary) -> ReviewReport:
    """The report that the summary makes."""
    read = ", ".join(f"{name} {count}" for name, count in summary.read.items())
    actions = urgent(summary)
    parts = (
        *_incident_parts(summary),
        *_lookup_parts(summary),
        *_knowledge_parts(summary),
        *_upkeep_parts(summary),
    )
    return ReviewReport(
        title=f"Incident review {minute(summary.since).removesuffix(' UTC')} to {minute(summary.until)}",
        lead=_lead(summary),
        actions=tuple(actions),
        urgent=_listed("Needs action", (ReviewLine(one.text) for one in actions)),
        parts=tuple(part for part in parts if not part.is_empty),
        nothing=tuple(part.title for part in parts if part.is_empty),
        read=f"Records read: {read}.",
    )


def nothing_in_words(titles: Sequence[str]) -> str:
    """`Nothing to count in: durations; what fixed.`; empty where all parts have something."""
    named = (title.partition(":")[0] for title in titles)
    return (
        f"Nothing to count in: {'; '.join(f'{one[:1].lower()}{one[1:]}' for one in named)}." if titles else ""
    )


def plural(n: int, one: str, many: str = "") -> str:
    """`1 incident`, `2 incidents`."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def minutes(value: float | None) -> str:
    """`45 min`, `2 h 5 min`, `3 d 4 h`; a dash where there is none."""
    if value is None:
        return "-"
    whole = round(value)
    if whole < 60:
        return f"{value:g} min" if value < 10 else f"{whole} min"
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def shortened(text: str) -> str:
    """The text on one line, cut where it is longer than a line should be."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1].rstrip()}…"


def _lead(summary: WeeklySummary) -> str:
    n, asked = summary.read["incidents"], summary.read["lookups"]
    back = len(summary.recurrences)
    said = [
        f"{plural(n, 'incident')}, {back or 'none'} of them seen before." if n else "No incident.",
    ]
    took = {one.name: one for one in summary.durations}["to_mitigate"]
    if took.n:
        said.append(
            f"Median time to mitigate {minutes(took.median_minutes)} (n = {took.n}, {took.without} without)."
        )
    rate = summary.classified[0]
    if rate.rate is not None:
        said.append(
            f"{plural(asked, 'lookup')}: {rate.known} known, {rate.related} related, {rate.unknown} unknown."
        )
    else:
        said.append("Nobody looked anything up.")
    results = {one.name: one.count for one in summary.outcomes}
    good, bad = results.get("resolved", 0), results.get("failed", 0) + results.get("made_worse", 0)
    said.append(
        f"{plural(good, 'fix', 'fixes')} worked, {bad} did not." if good + bad else "No fix was reported on."
    )
    return " ".join(said)


def _incident_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    yield _counted("Incidents by severity", summary.incidents_by_severity, _records("incidents"))
    yield _counted("Incidents by service", summary.incidents_by_service, _records("incidents"))
    took = summary.durations if any(one.n for one in summary.durations) else ()
    rows = tuple(
        (_DURATIONS[one.name], minutes(one.median_minutes), str(one.n), str(one.without)) for one in took
    )
    leads = tuple(Lead(Behind.RECORDS, one.name, "incidents") for one in took)
    yield ReviewPart(
        "Durations", table=ReviewTable(("time", "median", "n", "without"), rows, leads) if rows else None
    )
    back = (ReviewLine(came_back(one), _incident(one.incident_id)) for one in summary.recurrences)
    yield _listed("Incidents that came back", back)
    yield _listed("Action items opened", map(_item, summary.items_opened))
    yield _listed("Action items closed", map(_item, summary.items_closed))
    yield _listed("Action items overdue", map(_item, summary.items_overdue))
    yield _listed("Still open of these incidents", map(_item, summary.open_items))
    late = "Written down only now: incidents of earlier days, or without a date"
    if summary.written_down:
        yield _listed(late, (ReviewLine(one, _entry(_id_of(one))) for one in summary.written_down))


def _lookup_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    told = [one for one in summary.classified if one.rate is not None]
    rows = tuple(
        (_OVER[one.over], str(one.n), str(one.known), str(one.related), str(one.unknown), f"{one.rate:.0%}")
        for one in told
    )
    headings = ("over", "n", "known", "related", "unknown", "rate known")
    leads = tuple(Lead(Behind.RECORDS, what=one.over) for one in told)
    yield ReviewPart("Known, related, unknown", table=ReviewTable(headings, rows, leads) if rows else None)
    unknown = (
        ReviewLine(
            f"`{one.name}`: {one.count}{_on(', '.join(one.services))}",
            Lead(Behind.RECORDS, one.fingerprint or one.name, "lookups"),
        )
        for one in summary.top_unknowns
    )
    yield _listed("Asked and not known", unknown)
    seen = (
        ReviewLine(
            f"{one.title} ({one.entry_id}){_on(one.service)}: {one.count}",
            Lead(Behind.RECORDS, one.entry_id, "lookups"),
        )
        for one in summary.seen
    )
    yield _listed("Met and known", seen)
    yield _counted("Offered and never answered", summary.unanswered, lambda name: _entry(_id_of(name)))


def _knowledge_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    yield _listed("Learned", (ReviewLine(one, _entry(_id_of(one))) for one in summary.learned))
    yield _counted("Outcomes", summary.outcomes, _records("outcomes"))
    yield _counted("What fixed", summary.fixed, _outcomes_of)
    yield _counted("What failed", summary.failed, _outcomes_of)
    moved = summary.trust_moves[:SHOWN]
    rows = tuple(
        (
            f"{shortened(one.title)} ({one.entry_id})",
            f"{one.before:.2f}",
            f"{one.after:.2f}",
            f"{one.n_before} → {one.n}",
        )
        for one in moved
    )
    leads = tuple(_entry(one.entry_id) for one in moved)
    yield ReviewPart(
        "Trust that moved",
        table=ReviewTable(("entry", "before", "after", "outcomes"), rows, leads) if rows else None,
        more=_more(len(summary.trust_moves)),
    )
    moves = (
        ReviewLine(
            f"{one.title} ({one.entry_id}): {one.was} → {one.became}, {one.reason}"
            + (f" ({one.actor})" if one.actor else ""),
            _entry(one.entry_id),
        )
        for one in summary.status_moves
    )
    yield _listed("Status that changed", moves)


def _upkeep_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    stale = (
        ReviewLine(f"{one.title} ({one.entry_id}): {one.reason}", _entry(one.entry_id))
        for one in summary.stale_runbooks
    )
    yield _listed("Runbooks to verify again", stale)
    if summary.runbook_health:
        yield _listed("Runbook health", map(ReviewLine, in_words(summary.runbook_health)))
    drift = (ReviewLine(drift_in_words(one, summary.until)) for one in summary.expired_drift)
    yield _listed("Expired drift exceptions", drift)
    ends = (
        ReviewLine(
            f"{one.title} ({one.entry_id}): {'EXPIRED' if one.expired else 'expires'} {one.expires}",
            _entry(one.entry_id),
        )
        for one in summary.expiring
    )
    yield _listed("Entries that expire", ends)
    waiting = (
        ReviewLine(
            f"{one.kind}: {one.text or one.id} ({one.id})" if one.text else f"{one.kind} ({one.id})",
            Lead(Behind.PROPOSALS, one.id),
        )
        for one in summary.proposals
    )
    yield _listed("Open proposals", waiting)
    yield _listed("The last watch list", map(_score, summary.watch))
    yield _listed("Session log", map(ReviewLine, summary.log), newest=True)


def _score(one: WatchScore) -> ReviewLine:
    said = "came up" if one.came_up else "did not come up"
    return ReviewLine(f"{said}: {one.title}{_on(one.service)}" + (f", {one.how}" if one.came_up else ""))


def _on(service: str) -> str:
    return f" on {service}" if service else ""


def _item(item: OpenItem) -> ReviewLine:
    owner = f", {item.owner}" if item.owner else ", no owner"
    due = f", due {item.due}" if item.due else ""
    said = f"{item.text} ({item.incident}{owner}{due}{', OVERDUE' if item.overdue else ''})"
    return ReviewLine(said, _incident(item.incident_id))


def _entry(entry_id: str) -> Lead | None:
    return Lead(Behind.ENTRY, entry_id) if entry_id else None


def _incident(incident_id: str) -> Lead | None:
    return Lead(Behind.INCIDENT, incident_id) if incident_id else None


def _records(what: str) -> Callable[[str], Lead]:
    return lambda name: Lead(Behind.RECORDS, name, what)


def _outcomes_of(name: str) -> Lead:
    return Lead(Behind.RECORDS, id_in(name) or name, "outcomes")


def _id_of(said: str) -> str:
    """The id in a line such as `queue outage (incident-3f9c1a2b), without a date`."""
    return id_in(said.removesuffix(", without a date"))


def _counted(title: str, counted: Sequence[Counted], lead: Callable[[str], Lead | None]) -> ReviewPart:
    return _listed(title, (ReviewLine(f"{one.name}: {one.count}", lead(one.name)) for one in counted))


def _listed(title: str, lines: Iterable[ReviewLine], *, newest: bool = False) -> ReviewPart:
    told = [replace(line, text=shortened(line.text)) for line in lines]
    shown = told[-SHOWN:] if newest else told[:SHOWN]
    return ReviewPart(title, tuple(shown), more=_more(len(told)))


def _more(n: int) -> str:
    return f"and {n - SHOWN} more" if n > SHOWN else ""


def _part_as_markdown(part: ReviewPart) -> str:
    body = "\n".join(f"- {inert(line.text)}" for line in part.lines)
    if part.table:
        body = _table_as_markdown(part.table)
    return f"## {part.title}\n\n{body}" + (f"\n\n{part.more}" if part.more else "")


def _table_as_markdown(table: ReviewTable) -> str:
    rows = [tuple(map(inert_cell, row)) for row in (table.headings, *table.rows)]
    rows.insert(1, tuple("---" for _ in table.headings))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
