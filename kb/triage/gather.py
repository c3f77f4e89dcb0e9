"""What the home says to an alert, as data: `BriefFacts`, which the brief is written from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from kb.errors import InvalidInput, KbError, Problem
from kb.expression import expression
from kb.lookup.causes import mark_alternatives
from kb.lookup.scoring import CLOSE, KNOWN, RELATED, is_within
from kb.model import ActionItem, Entry, Incident, Quirk, Runbook
from kb.model.brief import Alert, JudgedSeverity
from kb.model.change import Change
from kb.model.incident import LiveIncident, Phase
from kb.model.ledger import FAILURES, Answer, Match, Outcome, Verdict
from kb.model.review import WatchItem
from kb.store.lexical_index import Filter
from kb.text.environments import same_environment
from kb.text.redact import redact
from kb.triage.alerts.commands import filled_match, filled_steps
from kb.triage.environments import KEY, State, read_states
from kb.triage.sources import HomeParts, ask_home
from kb.triage.watch_lines import watched

WINDOW = timedelta(hours=24)
"""How far before an alert changes are looked for."""
_PAST = 4
_OF_SERVICE = 20
_QUERY, _WORD = 600, expression(r"\S+")
_NAMED = 5
_CLOSE = 0.35


@dataclass(frozen=True, slots=True)
class OpenPrevention:
    """A prevention that is still to do, and whose incident it came from."""

    item: ActionItem
    title: str
    entry_id: str

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done before today."""
        return self.item.due is not None and self.item.due < now.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFacts:
    """Everything that a brief may say; what is not there is empty."""

    alert: Alert
    evidence: str
    severity: JudgedSeverity
    """As somebody gave it, for the alert or for its incident; else as judged from the alert."""
    alert_severity: JudgedSeverity
    """As the alert alone tells it."""
    now: datetime
    answer: Answer
    known: tuple[Match, ...] = ()
    suspected: tuple[Match, ...] = ()
    runbook: Match | None = None
    steps: tuple[str, ...] = ()
    failures: dict[str, list[Outcome]]
    changes: tuple[Change, ...] = ()
    """Of this service, or of what the alert may concern; newest first."""
    elsewhere: tuple[Change, ...] = ()
    """Of other services of the same environment."""
    changes_asked: bool = False
    """Whether the home keeps changes, so that it says something that there is none."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """Who owns the services of the alert, as far as `kb.toml` names them."""
    states: tuple[State, ...] = ()
    state_problem: str = ""
    quirks: tuple[Quirk, ...] = ()
    incident: LiveIncident | None = None
    open_incidents: tuple[LiveIncident, ...] = ()
    past: tuple[Incident, ...] = ()
    open_items: tuple[OpenPrevention, ...] = ()
    watch: tuple[WatchItem, ...] = ()
    """The items of the watch list that this alert meets."""

    @property
    def started(self) -> datetime:
        """When it began, as far as that is known; else now."""
        return self.alert.starts or self.now

    @property
    def before(self) -> tuple[Change, ...]:
        """The changes of the service that can have been the cause."""
        return tuple(change for change in self.changes if change.at <= self.started)


def gather(
    sources: HomeParts,
    alert: Alert,
    severity: JudgedSeverity,
    *,
    evidence: str = "",
    incident_id: str = "",
    problems: Iterable[Problem] = (),
    now: datetime,
) -> BriefFacts:
    """Ask the home for everything that a brief may say."""
    live = list(sources.incidents())
    incident, open_ones = _open(sources, live, alert, incident_id)
    found = ask_home(sources, alert, evidence, problems, now, incident.id if incident else None)
    entries = {key: one.entry for key, one in sources.entries.many(m.id for m in found.matches).items()}
    found = _with_checks(found)
    raw = {match.id: match.commands for match in found.matches}
    found = replace(
        found, matches=tuple(filled_match(one, alert, _steps(entries.get(one.id))) for one in found.matches)
    )
    matches = [match for match in found.matches if match.kind != "runbook"]
    known = [match for match in matches if _is_known(match, found)]
    past = _past(sources, alert, entries, found)
    own, elsewhere = _changes(sources, alert, now)
    states, problem = _states(sources)
    runbook = _runbook(found)
    quirks = _quirks(sources, alert.service)
    told = {match.id for match in known} | {quirk.id for quirk in quirks}
    suspected = tuple(match for match in matches if match.id not in told)
    if found.verdict is Verdict.RELATED and not (suspected or runbook):
        # A quirk shares the name of its service with every alert of it; that alone is no relation.
        found = replace(found, verdict=Verdict.UNKNOWN)
    return BriefFacts(
        alert=alert,
        evidence=evidence,
        severity=_severity(severity, incident),
        alert_severity=severity,
        now=now,
        answer=found,
        known=tuple(known),
        suspected=suspected,
        runbook=runbook,
        steps=filled_steps(_steps(entries.get(runbook.id)), raw[runbook.id], alert) if runbook else (),
        failures=_failures(sources, entries),
        changes=own,
        elsewhere=elsewhere,
        changes_asked=sources.changes is not None and sources.keeps_changes(),
        teams=_teams(sources, alert),
        states=states,
        state_problem=problem,
        quirks=quirks,
        incident=incident,
        open_incidents=open_ones,
        past=past,
        open_items=_open_items(sources, alert, past, live, now),
        watch=watched(sources.watched(now), alert, found),
    )


def _teams(sources: HomeParts, alert: Alert) -> dict[str, str]:
    named = {name.casefold(): (name, one.team) for name, one in sources.configuration().services.items()}
    of_alert = dict.fromkeys(name.casefold() for name in (alert.service, *alert.services))
    return {named[one][0]: named[one][1] for one in of_alert if one in named and named[one][1]}


def _severity(judged: JudgedSeverity, incident: LiveIncident | None) -> JudgedSeverity:
    """What somebody gave the incident counts more than what the alert is labelled with."""
    if judged.confirmed or incident is None or incident.severity is None or not incident.confirmed:
        return judged
    return JudgedSeverity(severity=incident.severity, confirmed=True, words=(incident.severity_label,))


def _is_known(match: Match, found: Answer) -> bool:
    """Known surely, or an alternative to what is: another cause that the question points to as well."""
    if found.verdict is not Verdict.KNOWN:
        return False
    rival = (
        found.alternatives and match.check and is_within(match.confidence, found.matches[0].confidence, CLOSE)
    )
    return match.confidence >= KNOWN or bool(rival)


def _with_checks(found: Answer) -> Answer:
    """The answer with the checks that tell its causes apart, also those it is less sure of."""
    if found.verdict is Verdict.UNKNOWN:
        return found
    close = [m.id for m in found.matches if is_within(m.confidence, found.matches[0].confidence, _CLOSE)]
    matches, _ = mark_alternatives(found.matches, close)
    return replace(found, matches=matches)


def _steps(entry: Entry | None) -> tuple[str, ...]:
    return entry.steps if isinstance(entry, Runbook) else ()


def _runbook(found: Answer) -> Match | None:
    """The best runbook that fits; the general advice of a new home only where nothing better does."""
    fitting = [m for m in found.matches if m.kind == "runbook" and m.confidence >= RELATED]
    own = [m for m in fitting if not m.general]
    return next(iter(own or fitting), None) if found.verdict is not Verdict.UNKNOWN else None


def _failures(sources: HomeParts, entries: Iterable[str]) -> dict[str, list[Outcome]]:
    """What did not work, by entry, newest first."""
    outcomes = sources.ledger.outcomes_of(list(entries))
    failed = {
        key: [one for one in reversed(many) if one.result in FAILURES] for key, many in outcomes.items()
    }
    return {key: many for key, many in failed.items() if many}


def _open(
    sources: HomeParts, live: Sequence[LiveIncident], alert: Alert, incident_id: str
) -> tuple[LiveIncident | None, tuple[LiveIncident, ...]]:
    """The incident that the brief is for (named, or the only open one of the service), and the other open ones."""
    open_ones = [one for one in live if one.phase is not Phase.CLOSED]
    fitting = [one for one in open_ones if _concerns(one, alert)]
    named = next((one for one in live if one.id == incident_id), None) if incident_id else None
    named = named or (sources.find_incident(incident_id) if incident_id else None)
    same = [one for one in fitting if one.services and alert.service]
    if incident_id and named is None:
        names = ", ".join(one.id for one in open_ones[:_NAMED]) or "none"
        raise InvalidInput(f"there is no incident {incident_id!r}; open are: {names}")
    own = named or (same[0] if len(same) == 1 and not incident_id else None)
    return own, tuple(one for one in fitting if one is not own)


def _concerns(one: LiveIncident, alert: Alert) -> bool:
    if alert.environment and one.environment and not same_environment(alert.environment, one.environment):
        return False
    named = {service.casefold() for service in one.services}
    return not alert.service or not named or alert.service.casefold() in named


def _changes(
    sources: HomeParts, alert: Alert, now: datetime
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    if sources.changes is None:
        return (), ()
    since = (alert.starts or now) - WINDOW
    found = [one for one in sources.changes(since, now + timedelta(seconds=1)) if _same_place(one, alert)]
    services = {name.casefold() for name in ("", alert.service, *alert.services)}
    own = [one for one in found if not alert.service or one.service.casefold() in services]
    return tuple(own), tuple(one for one in found if one not in own)


def _same_place(change: Change, alert: Alert) -> bool:
    asked = alert.environment and change.environment
    return not asked or same_environment(change.environment, alert.environment)


def _states(sources: HomeParts) -> tuple[tuple[State, ...], str]:
    try:
        if not sources.memory.is_there(KEY):
            return (), ""
        return tuple(read_states(sources.memory.read(KEY))), ""
    except KbError as error:
        return (), str(error)


def _quirks(sources: HomeParts, service: str) -> tuple[Quirk, ...]:
    if not service:
        return ()
    ids = sources.entries.select(Filter(("quirk",), service), limit=_OF_SERVICE)
    found = (one.entry for one in sources.entries.many(ids).values())
    return tuple(entry for entry in found if isinstance(entry, Quirk))


def _past(sources: HomeParts, alert: Alert, entries: dict[str, Entry], found: Answer) -> tuple[Incident, ...]:
    """Past incidents like this one, best first."""
    matched = [entries[m.id] for m in found.matches if m.id in entries] if found.verdict != "unknown" else []
    words = (found[0] for found in _WORD.finditer(alert.text))  # of a log no more than what is asked
    query = redact(" ".join(islice(words, _QUERY))).text[:_QUERY]
    any_there = sources.entries.select(Filter(("incident",)), limit=1)  # a search costs far more than this
    hits = sources.search(query, ("incident",), limit=_PAST) if query and any_there else ()
    near = sources.entries.many(hit.id for hit in hits if hit.score >= RELATED)
    both = {one.id: one for one in (*matched, *(stored.entry for stored in near.values()))}
    return tuple(one for one in both.values() if isinstance(one, Incident))[:_PAST]


def _open_items(
    sources: HomeParts, alert: Alert, past: Sequence[Incident], live: Sequence[LiveIncident], now: datetime
) -> tuple[OpenPrevention, ...]:
    """Preventions still to do: of incidents like this and of the same service; overdue ones first."""
    ids = sources.entries.with_items_to_do(alert.service) if alert.service else []
    same = [one.entry for one in sources.entries.many(ids).values()]
    incidents = {one.id: one for one in (*past, *same) if isinstance(one, Incident)}
    found = [
        OpenPrevention(item, one.title, one.id) for one in incidents.values() for item in one.action_items
    ]
    service = alert.service.casefold()
    lived = [one for one in live if service and service in {name.casefold() for name in one.services}]
    found += [OpenPrevention(item, one.title, one.id) for one in lived for item in one.action_items]
    still = {one.item.text.casefold(): one for one in reversed(found) if one.item.done is False}
    latest = now.date() + timedelta(days=36_500)
    return tuple(sorted(still.values(), key=lambda one: (not one.overdue(now), one.item.due or latest)))
