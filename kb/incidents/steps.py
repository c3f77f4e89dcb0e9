"""The arguments of a step, checked and put into the form that the ledger keeps.  Pure.

Lenient in what it takes (one text or several, dates as text, any severity scale in common use),
strict in what it keeps; secrets are redacted here, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from kb.errors import InvalidInput, NotThere
from kb.incidents.life import ITEMS
from kb.incidents.merging import next_id
from kb.learning.lesson import checked, listed
from kb.model.entry import CauseStatus
from kb.model.incident import Hypothesis, LiveIncident
from kb.text.redact import redact, redact_lines
from kb.text.severities import parse_severity
from kb.text.times import in_utc, parse_instant, second

MAX_ALERT = 4_000
"""Characters of an alert that are kept with its incident; a log belongs into a lookup."""

_WANTED = {
    "title": "say in a few words what is wrong, such as: checkout fails with 500",
    "action": "say in a few words what was done",
    "resolution": "say what removed the cause",
    "reason": "say what came back, and how that showed",
    "text": "say what is to be done",
}


def text(name: str, value: str) -> str:
    """The text without secrets.  Raises InvalidInput when there is none."""
    if not str(value or "").strip():
        raise InvalidInput(f"{name} is empty; {_WANTED.get(name, 'give the text')}")
    return " ".join(more(name, value).split()) if name == "title" else more(name, value)


def more(name: str, value: str) -> str:
    """An optional text without secrets; its lines end alike."""
    return checked(name, str(value or "").replace("\r\n", "\n").replace("\r", "\n"))


def texts(value: Iterable[str] | str) -> tuple[str, ...]:
    """One text or several as a tuple; a single string is one text, its lines are several."""
    given = value.splitlines() if isinstance(value, str) else map(str, value)
    return tuple(found for one in redact_lines(list(given)) if (found := checked("text", one)))


def opening(
    title: str,
    *,
    service: Iterable[str] | str,
    environment: str,
    severity: str,
    impact: str,
    alert: str,
    started: datetime | str | None,
    lookup_id: str | None,
    now: datetime,
    label: str = "",
    confirmed: bool = True,
) -> tuple[str, dict[str, Any]]:
    """Title and data of the step that opens an incident.

    `label` is how the severity was written, where that is not how it is given; `confirmed`, whether somebody gave it.
    """
    level = _severity(severity) if severity else {"severity": None, "label": "", "confirmed": False}
    if not confirmed:
        level |= {"label": label or level["label"], "confirmed": False}
    begun = moment("started", started)
    if begun and begun > now:
        raise InvalidInput(f"started={started} is in the future (now is {second(now)})")
    return text("title", title), {
        **level,
        "services": listed(service),
        "environment": more("environment", environment),
        "impact": more("impact", impact),
        "alert": redact(str(alert)).text[:MAX_ALERT].strip(),
        "started": begun.isoformat() if begun else None,
        "lookup_id": lookup_id or None,
    }


def severity(label: str) -> dict[str, Any]:
    """The data of a severity that somebody gave.  Raises InvalidInput for a label of no known scale."""
    return _severity(label)


def _severity(label: str) -> dict[str, Any]:
    found = parse_severity(str(label))
    if found is None:
        raise InvalidInput(
            f"severity {label!r} is of no known scale; give SEV1 to SEV4, P1 to P4, "
            "or critical, high, medium, low"
        )
    return {"severity": found.value, "label": str(label).strip(), "confirmed": True}


def hypothesis(
    incident: LiveIncident, said: str, status: str, evidence: Iterable[str] | str, hypothesis_id: str
) -> tuple[str, dict[str, Any]]:
    """Words and data of a hypothesis: a new one, or news of one that is known by its id or its words."""
    if status not in list(CauseStatus):
        raise InvalidInput(f"status {status!r} is none of: {', '.join(CauseStatus)}")
    known = {one.id: one for one in incident.hypotheses}
    if hypothesis_id and hypothesis_id not in known:
        raise NotThere(f"there is no hypothesis {hypothesis_id!r}; there are: {', '.join(known) or 'none'}")
    words = more("text", said)
    same = _same(incident, words)
    number = hypothesis_id or (same.id if same else "")
    if not number and not words:
        raise InvalidInput("text is empty; say what is suspected, or which hypothesis_id this is about")
    words = words or known[number].text
    data = {"id": number or next_id(incident.hypotheses), "status": status, "evidence": texts(evidence)}
    return words, data


def is_confirmed(incident: LiveIncident, cause: str) -> bool:
    """Whether the cause is noted as confirmed already."""
    known = _same(incident, more("cause", cause))
    return known is not None and known.status is CauseStatus.CONFIRMED


def _same(incident: LiveIncident, words: str) -> Hypothesis | None:
    return next((one for one in incident.hypotheses if one.text.casefold() == words.casefold()), None)


def verification(found: Mapping[str, bool]) -> str:
    """What was verified, in words."""
    held = [ITEMS[key] for key, value in found.items() if value]
    broken = [ITEMS[key] for key, value in found.items() if not value]
    parts = [f"Verified: {'; '.join(held)}"] if held else []
    return ". ".join([*parts, *([f"Does not hold: {'; '.join(broken)}"] if broken else [])])


def review(
    went_well: Iterable[str] | str, went_wrong: Iterable[str] | str, lessons: Iterable[str] | str, impact: str
) -> dict[str, Any]:
    """The data of a review.  Raises InvalidInput when it says nothing."""
    lists = {"went_well": texts(went_well), "went_wrong": texts(went_wrong), "lessons": texts(lessons)}
    data: dict[str, Any] = {**lists, "impact": more("impact", impact)}
    if not any(data.values()):
        raise InvalidInput("nothing to review was given: went_well, went_wrong, lessons or impact")
    return data


def day(name: str, value: date | str | None) -> str | None:
    """A day in ISO form, or None."""
    if not value:
        return None
    try:
        return (value if isinstance(value, date) else date.fromisoformat(value.strip())).isoformat()[:10]
    except ValueError:
        raise InvalidInput(f"{name}={value!r} is no date; write it as 2026-12-31") from None


def moment(name: str, value: datetime | str | None) -> datetime | None:
    """A time; without a zone it is UTC."""
    if not value:
        return None
    try:
        return in_utc(value) if isinstance(value, datetime) else parse_instant(value)
    except ValueError:
        raise InvalidInput(f"{name}={value!r} is no time; write it as 2026-12-31T14:05:00Z") from None
