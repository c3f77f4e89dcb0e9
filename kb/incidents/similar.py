"""What is like an incident: past incidents with why they are and how they ended, and what else is known.  Pure.

The question is what was noted of the incident so far; the answer is a lookup's and a search's.  Nothing is shown as
similar without a reason that can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.expression import expression
from kb.incidents.life import one_line, span
from kb.lookup.scoring import RELATED
from kb.model import Entry, Incident
from kb.model.entry import CauseStatus
from kb.model.incident import LiveIncident, Similar, SimilarIncident
from kb.model.ledger import Answer, Match, SearchHit, Verdict
from kb.text.tokens import tokenize

_ASKED = 6_000
"""Characters of the alert that are asked about."""
_SHARED = 5
"""Words that a reason names."""
_WORD = expression(r"[^\W_]+")


def question(incident: LiveIncident) -> str:
    """What was noted of the incident that can be looked up: its title, its alert, and what is suspected."""
    open_ones = (one.text for one in incident.hypotheses if one.status is not CauseStatus.REFUTED)
    return "\n".join(filter(None, (incident.title, incident.alert[:_ASKED], *open_ones)))


def similar(
    incident: LiveIncident, answer: Answer, hits: Iterable[SearchHit], entries: Mapping[str, Entry], most: int
) -> Similar:
    """The past incidents that lookup and search found, best first, and what else the lookup matched."""
    itself = {incident.id, *incident.merged}
    told = answer.verdict is not Verdict.UNKNOWN
    matches = [one for one in answer.matches if told and one.confidence >= RELATED]
    why = {one.id: one.reason for one in matches if one.kind == Incident.kind}
    for hit in hits:
        if hit.score >= RELATED and hit.id not in why:
            why[hit.id] = _why(incident, entries.get(hit.id), hit)
    past = [(entries.get(key), reason) for key, reason in why.items() if key not in itself]
    found = [_told(one, reason) for one, reason in past if isinstance(one, Incident)]
    return Similar(
        verdict=answer.verdict, incidents=tuple(found[:most]), known=tuple(_others(matches)[:most])
    )


def _others(matches: Sequence[Match]) -> list[Match]:
    return [one for one in matches if one.kind != Incident.kind]


def _why(incident: LiveIncident, entry: Entry | None, hit: SearchHit) -> str:
    """The service and the words that both have, the rarer first, as far as length tells that."""
    own = {name.casefold() for name in incident.services}
    same = [name for name in hit.services if name.casefold() in own]
    asked, said = _as_written(question(incident)), f"{hit.title} {hit.snippet}"
    if isinstance(entry, Incident):
        said += " ".join((entry.summary, entry.resolution, *(one.text for one in entry.causes)))
    shared = {asked[one] for one in tokenize(said) if one.isalpha() and one in asked}
    words = sorted(shared, key=lambda one: (-len(one), one))
    reasons = [f"the same service ({', '.join(same)})"] if same else []
    reasons += [f"it shares the words {', '.join(words[:_SHARED])}"] if words else []
    return "; ".join(reasons) or "it is near by its meaning"


def _as_written(text: str) -> dict[str, str]:
    """The first word of the text, in lower case, by each token that it gives: what is compared are stems."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    return {token: word for word in reversed(words) for token in tokenize(word)}


def _told(entry: Incident, why: str) -> SimilarIncident:
    begun = entry.started or entry.detected
    return SimilarIncident(
        id=entry.id,
        title=entry.title,
        why=why,
        date=entry.date,
        severity=str(entry.severity or entry.severity_label),
        causes=tuple(one_line(one.text) for one in entry.causes),
        ended="\n".join(dict.fromkeys(filter(None, (entry.mitigation, entry.resolution)))),
        lasted=span(entry.resolved - begun) if entry.resolved and begun else "",
    )
