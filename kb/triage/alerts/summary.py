"""One alert of all that a message reports: the gravest that fires leads, with nothing that others say.  Pure.

What is over, silenced or only pending does not tell what is broken now; it speaks where nothing fires.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kb.model.brief import Alert
from kb.model.entry import Severity
from kb.text.severities import parse_severity
from kb.triage.alert_values import LONGEST_NAME, given_or, named
from kb.triage.alerts.report import AlertReading, AlertReport, AlertState
from kb.triage.labels import environment_of, is_exporter, labels_in, most_common, service_of, severity_of

_TOLD = 12
"""Alerts of a group of which the texts are told."""
_ORDER = (
    (AlertState.FIRING, AlertState.UNTOLD),
    (AlertState.PENDING,),
    (AlertState.SILENCED,),
    (AlertState.OVER,),
)


KNOWN_WORDS: Mapping[str, Severity] = MappingProxyType({})
"""The scale where a home has none of its own: words mean what they mean to the tools."""


def alert_of(
    reading: AlertReading,
    service: str = "",
    environment: str = "",
    scale: Mapping[str, Severity] = KNOWN_WORDS,
) -> Alert:
    """The alert that a reading makes.  What is given wins over what was read, `scale` over the scales of the tools."""
    telling = _telling(reading.reports)
    grave = min((_grade(one, scale) for one in telling), default="")
    worst = [one for one in telling if _grade(one, scale) == grave]
    name = most_common(one.name for one in worst)
    own = [one for one in worst if one.name == name]
    read = _service(own)
    lead = max(own, key=lambda one: bool(_label(one)), default=AlertReport())
    counts = Counter(one.state for one in reading.reports)
    spans = telling if reading.one_group else own
    return Alert(
        text="\n".join(dict.fromkeys(line for one in telling[:_TOLD] for line in _told(one))),
        name=named(name),
        others=_others(telling, name, read),
        service=given_or(service, read),
        services=tuple(dict.fromkeys(named(found) for one in telling if (found := _but_no_exporter(one)))),
        environment=given_or(environment, _environment(own)),
        severity_label=named(_label(lead)),
        severity=_severity(lead, scale),
        starts=min((one.began for one in spans if one.began), default=None),
        ends=max((one.ended for one in spans if one.ended), default=None),
        firing=counts[AlertState.FIRING],
        resolved=counts[AlertState.OVER],
        silenced=counts[AlertState.SILENCED],
        left_out=reading.left_out,
        runbook_url=most_common(one.runbook for one in telling)[:300],
        labels=_agreed(own),
        tool=reading.tool,
        notes=(*reading.notes, *_notes(reading, telling), *_scale_notes(lead, scale)),
    )


def _telling(reports: Sequence[AlertReport]) -> list[AlertReport]:
    """What is told: of what fires where anything does."""
    groups = ([one for one in reports if one.state in states] for states in _ORDER)
    return next(filter(None, groups), [])


def _told(one: AlertReport) -> list[str]:
    return [text for text in (one.name, *one.texts) if text.strip()]


def _label(one: AlertReport) -> str:
    return one.label or severity_of(one.labels)


def _severity(one: AlertReport, scale: Mapping[str, Severity]) -> Severity | None:
    label = _label(one)[:LONGEST_NAME]
    return scale.get(label.casefold().strip()) or one.severity or parse_severity(label)


def _grade(one: AlertReport, scale: Mapping[str, Severity]) -> str:
    return _severity(one, scale) or "SEV9"


def _named(one: AlertReport) -> str:
    return one.service or service_of(one.labels)


def _but_no_exporter(one: AlertReport) -> str:
    found = _named(one)
    return "" if is_exporter(found) else found


def _service(own: Sequence[AlertReport]) -> str:
    """What those that lead name; else what their words name."""
    named_by_labels = most_common(map(_but_no_exporter, own))
    return named_by_labels or service_of(_in_words(own)) or most_common(map(_named, own))


def _environment(own: Sequence[AlertReport]) -> str:
    said = most_common(one.environment or environment_of(one.labels) for one in own)
    return said or environment_of(_in_words(own))


def _agreed(own: Sequence[AlertReport]) -> dict[str, str]:
    """The labels that all of those that lead have with one value."""
    first = dict(own[0].labels) if own else {}
    return {key: value for key, value in first.items() if all(one.labels.get(key) == value for one in own)}


def _in_words(own: Sequence[AlertReport]) -> dict[str, str]:
    return labels_in("\n".join(line for one in own[:_TOLD] for line in _told(one)))


def _others(telling: Sequence[AlertReport], name: str, service: str) -> tuple[str, ...]:
    """What else fires with it, as often as it does: `TargetDown x3`, `HighErrorRate on cart`."""
    told = Counter[str]()
    for one in telling:
        where = _but_no_exporter(one)
        if one.name and (one.name != name or where != service):
            told[f"{one.name} on {where}" if where and where != service else one.name] += 1
    return tuple(named(f"{one} x{n}" if n > 1 else one) for one, n in told.most_common(_TOLD))


def _notes(reading: AlertReading, telling: Sequence[AlertReport]) -> list[str]:
    """What whoever reads the brief must know of the reading itself."""
    notes = []
    quiet = [one.name for one in reading.reports if one.state is AlertState.SILENCED and one not in telling]
    if quiet:
        names = ", ".join(filter(None, dict.fromkeys(quiet)))
        notes.append(f"{len(quiet)} more silenced or inhibited, and not counted as firing: {named(names)}")
    if telling and telling[0].state is AlertState.SILENCED:
        notes.append("Every alert of it is silenced or inhibited: somebody, or another alert, keeps it quiet")
    if reading.left_out:
        notes.append(
            f"{reading.left_out} more alerts of this group were left out by the sender (truncatedAlerts): what the "
            "rest has in common need not be so for them, and that the rest is over does not say that they are"
        )
    return notes


def _scale_notes(lead: AlertReport, scale: Mapping[str, Severity]) -> list[str]:
    """That the severity is a word of no scale, and where it can be said what it means."""
    label = named(_label(lead))
    if not label or _severity(lead, scale) or lead.state is AlertState.OVER:
        return []
    return [
        f'The alert says severity "{label}": a scale that is not known here (known are critical to low, SEV1-4, P1-4), '
        "so its words were judged instead; [severity] of kb.toml may say what it means"
    ]
