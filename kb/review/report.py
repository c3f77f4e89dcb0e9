"""The summary as a report in words, what needs action first, and that report as Markdown.  Pure.

Markdown and HTML write down the same report, so that their numbers cannot differ.  An empty part
says that there was nothing to count, and how many records were read.  What the Markdown quotes is inert: no HTML,
link or picture of an entry, and no formula in a table (`kb.text.escaping`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.prose.narrative import Narrative
from kb.prose.narrative import render as render_narrative
from kb.review.runbooks import in_words
from kb.review.summary import Counted, OpenItem, WeeklySummary
from kb.review.upkeep import came_back, urgent
from kb.text.changes import drift_in_words
from kb.text.escaping import inert, inert_cell
from kb.text.times import minute

SHOWN = 10
"""Lines of a list that are shown; how many more there are is said."""
_LONGEST = 400
"""Characters of a line at most."""
_OVER = {"lookups": "lookups", "incidents": "incidents, by their first lookup"}
_DURATIONS = {"to_acknowledge": "to acknowledge", "to_mitigate": "to mitigate", "to_resolve": "to resolve"}


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """A review, ready to be written in any format."""

    title: str
    lead: str
    urgent: ReviewPart
    parts: tuple[ReviewPart, ...]
    read: str


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """One part: `lines` are points of a list; `empty` stands there where there is nothing else."""

    title: str
    lines: tuple[str, ...] = ()
    table: ReviewTable | None = None
    empty: str = ""
    """The whole sentence, with how many records were read."""
    more: str = ""


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """Columns with their headings; cells are text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def as_markdown(summary: WeeklySummary, narrative: Narrative | None = None) -> str:
    """The summary as Markdown; a narrative (prose around the numbers) follows it."""
    told = report(summary)
    texts = [
        f"# {told.title}",
        inert(told.lead),
        _part_as_markdown(told.urgent),
        *map(_part_as_markdown, told.parts),
        told.read,
    ]
    text = "\n\n".join(texts) + "\n"
    return text if narrative is None else f"{text}\n{render_narrative(narrative)}"


def report(summary: WeeklySummary) -> ReviewReport:
    """The report that the summary makes."""
    read = ", ".join(f"{name} {count}" for name, count in summary.read.items())
    return ReviewReport(
        title=f"Incident review {minute(summary.since).removesuffix(' UTC')} to {minute(summary.until)}",
        lead=_lead(summary),
        urgent=_listed("Needs action", urgent(summary), "nothing that was counted needs action"),
        parts=(
            *_incident_parts(summary),
            *_lookup_parts(summary),
            *_knowledge_parts(summary),
            *_upkeep_parts(summary),
        ),
        read=f"Records read: {read}.",
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
    n = summary.read["incidents"]
    none = f"no incident happened ({plural(n, 'incident')} read)"
    yield _counted("Incidents by severity", summary.incidents_by_severity, none)
    yield _counted("Incidents by service", summary.incidents_by_service, none)
    rows = tuple(
        (_DURATIONS[one.name], minutes(one.median_minutes), str(one.n), str(one.without))
        for one in summary.durations
    )
    table = ReviewTable(("time", "median", "n", "without"), rows) if n else None
    yield ReviewPart("Durations", table=table, empty=f"Nothing to count: {none}.")
    compared = f"{plural(n, 'incident')} compared with {summary.read['earlier incidents']} earlier"
    yield _listed(
        "Incidents that came back", map(came_back, summary.recurrences), f"no incident came back ({compared})"
    )
    read = f"({plural(summary.read['action items'], 'action item')} read)"
    yield _listed("Action items opened", map(_item, summary.items_opened), f"none was opened {read}")
    yield _listed("Action items closed", map(_item, summary.items_closed), f"none was closed {read}")
    yield _listed("Action items overdue", map(_item, summary.items_overdue), f"none is overdue {read}")
    yield _listed("Still open of these incidents", map(_item, summary.open_items), f"none is open {read}")
    if summary.written_down:
        yield _listed(
            "Written down only now: incidents of earlier days, or without a date", summary.written_down, ""
        )


def _lookup_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    n = summary.read["lookups"]
    rows = tuple(
        (_OVER[one.over], str(one.n), str(one.known), str(one.related), str(one.unknown), f"{one.rate:.0%}")
        for one in summary.classified
        if one.rate is not None
    )
    headings = ("over", "n", "known", "related", "unknown", "rate known")
    yield ReviewPart(
        "Known, related, unknown",
        table=ReviewTable(headings, rows) if rows else None,
        empty=f"Nothing to count: nobody asked ({plural(n, 'lookup')} read).",
    )
    unknown = (f"`{one.name}`: {one.count}{_on(', '.join(one.services))}" for one in summary.top_unknowns)
    yield _listed("Asked and not known", unknown, f"no lookup ended unknown ({plural(n, 'lookup')} read)")
    seen = (f"{one.title} ({one.entry_id}){_on(one.service)}: {one.count}" for one in summary.seen)
    yield _listed("Met and known", seen, f"no lookup ended known ({plural(n, 'lookup')} read)")
    offered = summary.read["lookups that offered something"]
    yield _counted(
        "Offered and never answered",
        summary.unanswered,
        f"every offer was answered ({plural(offered, 'lookup')} offered something)",
    )


def _knowledge_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    outcomes = f"({plural(summary.read['outcomes'], 'outcome')} read)"
    new = plural(summary.read["new entries"], "new entry", "new entries")
    yield _listed("Learned", summary.learned, f"nothing was learned ({new} read)")
    yield _counted("Outcomes", summary.outcomes, f"no outcome was recorded {outcomes}")
    yield _counted("What fixed", summary.fixed, f"no entry resolved anything {outcomes}")
    yield _counted("What failed", summary.failed, f"no entry failed {outcomes}")
    rows = tuple(
        (
            f"{shortened(one.title)} ({one.entry_id})",
            f"{one.before:.2f}",
            f"{one.after:.2f}",
            f"{one.n_before} → {one.n}",
        )
        for one in summary.trust_moves[:SHOWN]
    )
    yield ReviewPart(
        "Trust that moved",
        table=ReviewTable(("entry", "before", "after", "outcomes"), rows) if rows else None,
        empty=f"Nothing to count: no trust moved {outcomes}.",
        more=_more(len(summary.trust_moves)),
    )
    moves = (
        f"{one.title} ({one.entry_id}): {one.was} → {one.became}, {one.reason}"
        + (f" ({one.actor})" if one.actor else "")
        for one in summary.status_moves
    )
    yield _listed(
        "Status that changed",
        moves,
        f"no status changed ({plural(summary.read['status moves'], 'move')} read)",
    )


def _upkeep_parts(summary: WeeklySummary) -> Iterable[ReviewPart]:
    stale = (f"{one.title} ({one.entry_id}): {one.reason}" for one in summary.stale_runbooks)
    yield _listed(
        "Runbooks to verify again",
        stale,
        f"none is stale ({plural(summary.read['runbooks'], 'runbook')} read)",
    )
    if summary.runbook_health:
        yield _listed("Runbook health", in_words(summary.runbook_health), "")
    drift = summary.read["drift exceptions"]
    yield _listed(
        "Expired drift exceptions",
        [drift_in_words(one, summary.until) for one in summary.expired_drift],
        f"no drift exception has expired ({plural(drift, 'drift exception')} read)",
    )
    ends = (
        f"{one.title} ({one.entry_id}): {'EXPIRED' if one.expired else 'expires'} {one.expires}"
        for one in summary.expiring
    )
    yield _listed("Entries that expire", ends, "no entry expires within two weeks")
    waiting = (
        f"{one.kind}: {one.text or one.id} ({one.id})" if one.text else f"{one.kind} ({one.id})"
        for one in summary.proposals
    )
    yield _listed(
        "Open proposals", waiting, "none waited when somebody last looked (kb proposals looks anew)"
    )
    scores = (
        f"{'came up' if one.came_up else 'did not come up'}: {one.title}{_on(one.service)}"
        + (f", {one.how}" if one.came_up else "")
        for one in summary.watch
    )
    n = summary.read["watch items"]
    yield _listed("The last watch list", scores, f"there was none to score ({plural(n, 'item')} read)")
    yield _listed(
        "Session log",
        summary.log,
        f"nothing was logged ({plural(summary.read['log lines'], 'log line')} read)",
        newest=True,
    )


def _on(service: str) -> str:
    return f" on {service}" if service else ""


def _item(item: OpenItem) -> str:
    owner = f", {item.owner}" if item.owner else ", no owner"
    due = f", due {item.due}" if item.due else ""
    return f"{item.text} ({item.incident}{owner}{due}{', OVERDUE' if item.overdue else ''})"


def _counted(title: str, counted: Sequence[Counted], empty: str) -> ReviewPart:
    return _listed(title, [f"{one.name}: {one.count}" for one in counted], empty)


def _listed(title: str, lines: Iterable[str], empty: str, *, newest: bool = False) -> ReviewPart:
    told = [shortened(line) for line in lines]
    shown = told[-SHOWN:] if newest else told[:SHOWN]
    return ReviewPart(title, tuple(shown), empty=f"Nothing to count: {empty}.", more=_more(len(told)))


def _more(n: int) -> str:
    return f"and {n - SHOWN} more" if n > SHOWN else ""


def _part_as_markdown(part: ReviewPart) -> str:
    body = "\n".join(f"- {inert(line)}" for line in part.lines)
    if part.table:
        body = _table_as_markdown(part.table)
    body = body or part.empty
    return f"## {part.title}\n\n{body}" + (f"\n\n{part.more}" if part.more else "")


def _table_as_markdown(table: ReviewTable) -> str:
    rows = [tuple(map(inert_cell, row)) for row in (table.headings, *table.rows)]
    rows.insert(1, tuple("---" for _ in table.headings))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
