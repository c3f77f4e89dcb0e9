"""What triage asks: the parts of an open home, and the lookup with alert and evidence apart.

Changes and live incidents are functions given to it.  A log of a thousand lines would drown the one line that names
the alert; so the lookup goes through all tiers with both together and, where the evidence is long, with the alert on
its own as well.  The better verdict counts, and one lookup is recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kb.configuration.sections import Configuration
from kb.errors import Problem
from kb.expression import expression
from kb.lookup.lookup import Finding, Lookup, Watched, answer
from kb.lookup.scoring import RELATED
from kb.lookup.verdict import place_of
from kb.memory.files import Memory
from kb.model.brief import Alert
from kb.model.change import Change
from kb.model.incident import LiveIncident
from kb.model.ledger import Answer, Match, SearchHit, Verdict
from kb.store.entries import EntryTable
from kb.store.ledger import Ledger
from kb.text.redact import redact_data
from kb.triage.structured_logs import plain_log


class ChangesBetween(Protocol):
    """The changes of a window (`since` included, `until` not), newest first."""

    def __call__(
        self, since: datetime, until: datetime, service: str = "", environment: str = ""
    ) -> Sequence[Change]:
        """Empty service and environment mean all."""
        ...


class SearchEntries(Protocol):
    """`kb.lookup.search.search`, bound to a home."""

    def __call__(self, query: str, kinds: Sequence[str] = (), *, limit: int = 10) -> Sequence[SearchHit]:
        """Entries for words, best first."""
        ...


LiveIncidents = Callable[[], Sequence[LiveIncident]]
"""The incidents lived here that are open, newest first, and those of which something is still to do."""
FindIncident = Callable[[str], LiveIncident | None]
"""An incident that was lived here, by its id."""


def no_incidents() -> Sequence[LiveIncident]:
    """Where no incidents are kept."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeParts:
    """The home that a brief is made from; without `changes` nothing is said of changes."""

    lookup: Lookup
    search: SearchEntries
    entries: EntryTable
    ledger: Ledger
    memory: Memory
    changes: ChangesBetween | None = None
    keeps_changes: Callable[[], bool] = lambda: True
    """Whether any change was ever recorded: where none was, that there is none says nothing."""
    incidents: LiveIncidents = no_incidents
    find_incident: FindIncident = lambda _: None
    watched: Watched = lambda _: ()
    configuration: Callable[[], Configuration] = Configuration
    """What is set for this home: other names of services, words of severity."""
    actor: str = ""


_MATCHES = 8
"""Matches that a lookup of triage gives at most."""
_SHORT_LINES = 12
"""Lines up to which a text is evidence whole (`kb.text.evidence.evidence`)."""
_SENTENCE_END = expression(r"(?<=[\w)\]%\"'])[.;!] +(?=[A-Z\"'(\[])")
_BEST_FIRST = (Verdict.KNOWN, Verdict.RELATED, Verdict.UNKNOWN)


def ask_home(
    sources: HomeParts,
    alert: Alert,
    evidence: str,
    problems: Iterable[Problem],
    now: datetime,
    incident: str | None = None,
) -> Answer:
    """What the home knows about the alert and the evidence; recorded once, with the incident it is for."""
    started = time.perf_counter()
    text = with_sentences(alert.text)
    whole = f"{text}\n{evidence}" if evidence else text
    finding = _find(sources, alert, whole, now)
    if evidence and whole.count("\n") >= _SHORT_LINES and alert.text.strip():
        finding = _merged(finding, _find(sources, alert, text, now))
    finding = _without_weak(finding)
    took = round((time.perf_counter() - started) * 1000, 2)
    return answer(
        finding, sources.ledger, problems, took_ms=took, now=now, actor=sources.actor, incident=incident
    )


def _without_weak(finding: Finding) -> Finding:
    """Without what hardly fits: a brief is short, and names no weak candidate beside better ones."""
    if finding.verdict is Verdict.UNKNOWN:
        return finding
    return replace(finding, matches=tuple(m for m in finding.matches if m.confidence >= RELATED))


def with_sentences(text: str) -> str:
    """A short text with its sentences as lines below it: an error told within prose is then recognised exactly."""
    if text.count("\n") > 3 or len(text) > 2_000:
        return text
    sentences = [part.strip().rstrip(".") for part in _SENTENCE_END.split(text)]
    return "\n".join([text, *sentences]) if len(sentences) > 1 else text


def _find(sources: HomeParts, alert: Alert, text: str, now: datetime) -> Finding:
    return sources.lookup.find(
        text,
        tool="",
        service=alert.service,
        environment=alert.environment,
        limit=_MATCHES,
        deep=True,
        now=now,
        alerts=[name for name in (alert.name, *alert.others) if name] if alert.tool or alert.labels else (),
    )


def _merged(one: Finding, other: Finding) -> Finding:
    """The better verdict, with what the other found beside it."""
    best, rest = sorted((one, other), key=lambda finding: _BEST_FIRST.index(finding.verdict))
    if rest.verdict is Verdict.UNKNOWN:
        return best
    matches: dict[str, Match] = {}
    for match in (*best.matches, *rest.matches):
        if match.id not in matches or matches[match.id].confidence < match.confidence:
            matches[match.id] = match
    ordered = sorted(matches.values(), key=place_of)[:_MATCHES]
    alternatives = one.alternatives or other.alternatives
    return replace(best, matches=tuple(ordered), alternatives=alternatives)


def evidence_text(evidence: object) -> str:
    """What an agent gathered, as one text: a text, a list of texts, or a mapping of tool to output."""
    evidence = redact_data(evidence)
    return "\n".join((plain_log(text) or (text,))[0] for text in _texts(evidence, 0))


def _texts(evidence: object, depth: int) -> Iterable[str]:
    if evidence is None or depth > 6:
        return
    if isinstance(evidence, Mapping):
        for key, value in evidence.items():
            if isinstance(value, (str, int, float)):
                yield str(value) if depth == 0 else f"{key}: {value}"
            else:
                yield from _texts(value, depth + 1)
    elif isinstance(evidence, Sequence) and not isinstance(evidence, (str, bytes)):
        for item in evidence:
            yield from _texts(item, depth + 1)
    else:
        yield evidence.decode("utf-8", "replace") if isinstance(evidence, bytes) else str(evidence)
