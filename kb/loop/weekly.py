"""The weekly summary: a function of the ledger and `now`, so that any week can be told again.

`gather` counts, `render` writes Markdown.  A number that is zero says what was counted: an empty
section names how many records were read, so that "nothing" is never mistaken for "not measured".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.errors import InvalidInput
from kb.records import Incident
from kb.records.change import Change
from kb.records.ledger import Result
from kb.storage.changes import ChangeTable
from kb.storage.entries import EntryTable
from kb.storage.ledger import Ledger
from kb.text.drift import drift_in_words

TOP = 5

LiveIncidents = Callable[[datetime, datetime], Sequence[Incident]]
"""The incidents that were opened live in a window; those with a postmortem are entries, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something that was counted, by name."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """An action item that is still to do."""

    incident: str
    text: str
    owner: str | None
    due: str | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySummary:
    """One window of the ledger in numbers; `read` says how many records each part rests on."""

    since: datetime
    until: datetime
    read: dict[str, int]
    incidents_by_severity: tuple[Counted, ...]
    incidents_by_service: tuple[Counted, ...]
    verdicts: tuple[Counted, ...]
    top_unknowns: tuple[Counted, ...]
    learned: tuple[str, ...]
    outcomes: tuple[Counted, ...]
    fixed: tuple[Counted, ...]
    failed: tuple[Counted, ...]
    open_items: tuple[OpenItem, ...]
    expired_drift: tuple[Change, ...]
    log: tuple[str, ...]


def gather(
    ledger: Ledger,
    entries: EntryTable,
    changes: ChangeTable,
    live: LiveIncidents,
    *,
    days: float,
    now: datetime,
) -> WeeklySummary:
    """Count the `days` before `now`.  Raises InvalidInput for a window that is no window."""
    if not 0 < days <= 3660:
        raise InvalidInput(f"days={days} is no window; give a number above 0, up to 3660")
    since = now - timedelta(days=days)
    lookups, outcomes = ledger.lookups(since, now), ledger.outcomes(since, now)
    created = ledger.created(since, now)
    events = [event for event in ledger.events(since, now) if event.kind == "note"]
    ids = ledger.incidents(since.date().isoformat(), now.date().isoformat())
    stored = [one.entry for one in entries.many(ids).values() if isinstance(one.entry, Incident)]
    incidents = [*stored, *(one for one in live(since, now) if one.id not in ids)]
    unknown = [_first_line(row["evidence"]) for row in lookups if row["verdict"] == "unknown"]
    resolved = [outcome.entry_id for outcome in outcomes if outcome.result is Result.RESOLVED]
    failed = [
        outcome.entry_id for outcome in outcomes if outcome.result in (Result.FAILED, Result.MADE_WORSE)
    ]
    titles = {entry_id: one.entry.headline for entry_id, one in entries.many([*resolved, *failed]).items()}

    def titled(ids: Iterable[str]) -> Iterable[str]:
        return (f"{titles[entry_id]} ({entry_id})" for entry_id in ids)

    learned = [row for row in created if row["origin"] in ("learned", "written")]
    return WeeklySummary(
        since=since, until=now,
        read={"lookups": len(lookups), "outcomes": len(outcomes), "incidents": len(incidents),
              "new entries": len(created), "changes": len(changes.between(since, now)),
              "drift exceptions": len(changes.open_drift(now)), "log lines": len(events)},
        incidents_by_severity=_counted(incident.severity or "not given" for incident in incidents),
        incidents_by_service=_counted(name for i in incidents for name in i.scope.services or ("not given",)),
        verdicts=_counted(row["verdict"] for row in lookups),
        top_unknowns=_counted(unknown)[:TOP],
        learned=tuple(f"{row['headline']} ({row['id']})" for row in learned),
        outcomes=_counted(outcome.result for outcome in outcomes),
        fixed=_counted(titled(resolved)), failed=_counted(titled(failed)),
        open_items=_open_items(incidents, now), expired_drift=tuple(changes.expired_drift(now)),
        log=tuple(f"{event.at:%Y-%m-%d %H:%M} {event.action}: {event.details}".rstrip(": ") for event in events),
    )  # fmt: skip


def _counted(names: Iterable[str]) -> tuple[Counted, ...]:
    counts = Counter(str(name) for name in names)
    return tuple(
        Counted(name=name, count=n) for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    )


def _first_line(evidence: str) -> str:
    lines = json.loads(evidence)
    return str(lines[0]) if lines else "(empty text)"


def _open_items(incidents: Sequence[Incident], now: datetime) -> tuple[OpenItem, ...]:
    return tuple(
        OpenItem(
            incident=incident.title, text=item.text, owner=item.owner,
            due=item.due.isoformat() if item.due else None, overdue=bool(item.due and item.due < now.date()),
        )
        for incident in incidents
        for item in incident.action_items
        if item.done is False
    )  # fmt: skip


def render(summary: WeeklySummary) -> str:
    """The summary as Markdown."""
    read = ", ".join(f"{count} {name}" for name, count in summary.read.items())
    parts = [
        f"# Incident review {summary.since:%Y-%m-%d %H:%M} to {summary.until:%Y-%m-%d %H:%M} UTC",
        f"Records read: {read}.",
        _section(
            "Incidents by severity",
            summary.incidents_by_severity,
            "no incident happened",
            summary.read["incidents"],
        ),
        _section(
            "Incidents by service",
            summary.incidents_by_service,
            "no incident happened",
            summary.read["incidents"],
        ),
        _section("Lookups by verdict", summary.verdicts, "nobody asked", summary.read["lookups"]),
        _section(
            "Asked and not known", summary.top_unknowns, "no lookup ended unknown", summary.read["lookups"]
        ),
        _lines("Learned", summary.learned, "nothing was learned", summary.read["new entries"]),
        _section("Outcomes", summary.outcomes, "no outcome was recorded", summary.read["outcomes"]),
        _section("What fixed", summary.fixed, "no entry resolved anything", summary.read["outcomes"]),
        _section("What failed", summary.failed, "no entry failed", summary.read["outcomes"]),
        _lines(
            "Open action items",
            [_item(i) for i in summary.open_items],
            "none is open",
            summary.read["incidents"],
        ),
        _lines(
            "Expired drift exceptions",
            [drift_in_words(drift, summary.until) for drift in summary.expired_drift],
            "no drift exception has expired",
            summary.read["drift exceptions"],
        ),
        _lines("Session log", summary.log, "nothing was logged", summary.read["log lines"]),
    ]
    return "\n\n".join(parts) + "\n"


def _item(item: OpenItem) -> str:
    owner = f", {item.owner}" if item.owner else ", no owner"
    due = f", due {item.due}" if item.due else ""
    return f"{item.text} ({item.incident}{owner}{due}{', OVERDUE' if item.overdue else ''})"


def _section(title: str, counted: Sequence[Counted], empty: str, read: int) -> str:
    return _lines(title, [f"{one.name}: {one.count}" for one in counted], empty, read)


def _lines(title: str, lines: Sequence[str], empty: str, read: int) -> str:
    body = "\n".join(f"- {line}" for line in lines) or f"Nothing to count: {empty} ({read} records read)."
    return f"## {title}\n\n{body}"
