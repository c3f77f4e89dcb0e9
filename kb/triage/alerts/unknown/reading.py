"""JSON of a tool that is not known: read by the usual names of keys, at any depth, and said to be.  Pure.

What stands nearer to the top goes before what stands deeper; what is of a person, a team or an earlier state is
not the alert's.  A number on a scale that nobody knows is taken as it was written, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kb.expression import expression
from kb.model.entry import Severity
from kb.text.environments import environment_in, is_environment
from kb.text.severities import parse_severity
from kb.triage.alert_lists import of_title
from kb.triage.alert_values import moment_of
from kb.triage.alerts.report import TAGS_END, AlertReading, AlertReport, tags_of, words
from kb.triage.alerts.unknown import key_names as keys
from kb.triage.alerts.unknown.leaves import MOST, Leaf, by_name, is_alert, leaves
from kb.triage.alerts.unknown.state import state_of
from kb.triage.labels import environment_of, service_of
from kb.triage.structured_logs import is_log_line

_LISTS = ("alerts", "events", "incidents", "problems")
_TOLD = 40
"""Other values that are told as `key: value`."""
_NO_NAME = expression(r"^(?:[$*<%{]|\w+://|[\w.-]+/[\w./-]+$|[\d.:TZ+\- ]+$|[0-9a-fA-F-]{16,}$|\W*$)")
"""Addresses, paths, numbers, times, ids, and places that a template left unfilled name nothing."""
_NO_LABEL = expression(r"^[$*<%{]|\n|^[A-Z]\w*/\w+$")
"""Places left unfilled, texts of several lines, and namespaces of metrics such as `AWS/EC2`."""
_IN_NAME = expression(r"\b(?:SEV-?[0-4]|P[0-5])\b")
_A_NAME = expression(r"(?:name|title)$")
_ANY_GRADE = expression(r"^(?!pre|old|last|min|max|former)\w+(?:severity|priority|urgency)$")
_DIGIT = expression(r"\s*\d+\s*")
_LABELS = {
    "servicename": "service",
    "appname": "app",
    "applicationname": "application",
    "deploymentname": "deployment",
    "podname": "pod",
    "namespacename": "namespace",
    "containername": "container",
    "k8sdeploymentname": "deployment",
    "k8spodname": "pod",
    "k8snamespacename": "namespace",
    "deploymentenvironmentname": "environment",
}


def read_unknown(data: Mapping[Any, Any]) -> AlertReading:
    """The one alert of an object, or those of its list of alerts."""
    listed = next((data[key] for key in _LISTS if _is_list(data.get(key))), None)
    if listed is None:
        return _reading([data], one_group=True)
    head = {key: value for key, value in data.items() if not isinstance(value, (Mapping, list))}
    return _reading([{**head, **one} for one in listed[:MOST] if isinstance(one, Mapping)], one_group=True)


def read_unknown_list(items: Sequence[Mapping[Any, Any]]) -> AlertReading:
    """An alert an object."""
    return _reading(items[:MOST], one_group=False)


def _is_list(value: object) -> bool:
    """Whether each is an alert; lines of a log below an alert's name are not."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, Mapping) and not is_log_line(one) for one in value[:MOST])
    )


def _reading(items: Sequence[Mapping[Any, Any]], *, one_group: bool) -> AlertReading:
    reports, digits = [], ""
    for one in items:
        report = _report(list(leaves(one)))
        reports.append(report)
        digits = digits or (report.label if _DIGIT.fullmatch(report.label) and report.severity else "")
    notes = [
        "The form of this alert is not known here: it was read by the usual names of its keys, so look at it yourself"
    ]
    if digits:
        notes.append(
            f"Its severity {digits.strip()} is a number on an unknown scale, and was taken as SEV{digits.strip()}"
        )
    return AlertReading(tool="", reports=tuple(reports), one_group=one_group, notes=tuple(notes))


def _report(found: Sequence[Leaf]) -> AlertReport:
    own = [leaf for leaf in found if not leaf.is_foreign]
    senders = {leaf.text.split("/")[0].casefold() for leaf in by_name(own, keys.SENDERS)}
    labels = {key: value for key, value in _labels(own).items() if value.casefold() not in senders}
    named = _name(own)
    texts = _texts(own, found)
    name, home = (_first_line(named), named.held_by(keys.NAMES)) if named else (_fallback(own, texts), ())
    severity, label = _severity(own, name)
    name, common = of_title(name)
    return AlertReport(
        name=name,
        texts=tuple(texts),
        labels={key: value for key, value in labels.items() if key not in keys.SEVERITIES},
        service=_called([leaf for leaf in own if leaf.text.casefold() not in senders], keys.SERVICES)
        or service_of(labels),
        environment=_environment(own) or environment_of(labels) or _of_place(own) or _known(common),
        severity=severity,
        label=label,
        starts=_time(own, home, keys.STARTS) or _time(own, home, keys.CREATED) or _any_time(own, keys.STARTS),
        ends=_time(own, home, (*keys.ENDS, *keys.ENDS_AT_MOST)),
        changed=_time(own, home, keys.MOMENTS) or _any_time(own, keys.MOMENTS),
        state=state_of(own, home, name),
        runbook=next((leaf.text for leaf in own if leaf.key in ("runbookurl", "runbook")), ""),
    )


def _time(leaves: Sequence[Leaf], home: Sequence[str], names: Sequence[str]) -> datetime | None:
    """The first that is the alert's own; a time of another thing is not its start."""
    own = (leaf for leaf in by_name(leaves, names) if leaf.is_of(home, names))
    return next((at for leaf in own if (at := moment_of(leaf.value))), None)


def _any_time(leaves: Sequence[Leaf], names: Sequence[str]) -> datetime | None:
    """Where the alert itself tells none: that of what tells of it, such as the beat of a monitor."""
    near = (leaf for leaf in by_name(leaves, names) if not leaf.is_of_a_part)
    return next((at for leaf in near if (at := moment_of(leaf.value))), None)


def _name(leaves: Sequence[Leaf]) -> Leaf | None:
    named = (leaf for leaf in by_name(leaves, keys.NAMES) if isinstance(leaf.value, str) and _is_own(leaf))
    return next((leaf for leaf in named if _names_it(leaf)), None)


def _fallback(own: Sequence[Leaf], texts: Sequence[str]) -> str:
    """Where nothing that usually names an alert does: what is called a name of anything, else the first text."""
    called = (leaf for leaf in own if _A_NAME.search(leaf.key) and isinstance(leaf.value, str))
    return next((_first_line(leaf) for leaf in called if _names_it(leaf)), next(iter(texts), ""))


def _names_it(leaf: Leaf) -> bool:
    return (
        bool(leaf.text) and not _NO_NAME.match(leaf.text) and not _is_state(leaf) and bool(_first_line(leaf))
    )


def _first_line(leaf: Leaf) -> str:
    return next((line.strip() for line in leaf.text.splitlines() if line.strip()), "")


def _is_own(leaf: Leaf) -> bool:
    """Whether a `name` is the alert's: at the top, or below something that an alert is called."""
    if leaf.key not in keys.OWN_NAMES or len(leaf.path) == 1:
        return not leaf.is_of_a_part
    parent = leaf.path[-2]
    others = (*keys.STATES, *keys.SEVERITIES, *keys.SERVICES, *keys.ENVIRONMENTS)
    return (
        parent in keys.NAMED
        or is_alert(parent)
        or (parent not in others and any(word in parent for word in keys.NAMED))
    )


def _is_state(leaf: Leaf) -> bool:
    """`event: resolved`, `trigger: down`, `event: check.down`: a word of a state is no name."""
    parts = re.split(r"[^a-z0-9]+", leaf.text.casefold())
    if leaf.key in keys.STATES:
        return " " not in leaf.text and bool({*parts} & (keys.WELL | keys.FIRING))
    return leaf.text.casefold() in keys.OVER | {"firing", "alerting", "triggered", "down", "problem", "alert"}


def _labels(leaves: Sequence[Leaf]) -> dict[str, str]:
    tags = tags_of(
        [tag for leaf in leaves if leaf.key in ("tags", "labels", "tag") for tag in TAGS_END.split(leaf.text)]
    )
    telling = [leaf for leaf in reversed(leaves) if leaf.text and not _is_of_another(leaf)]
    plain_keys = {leaf.written.casefold(): leaf.text for leaf in telling}
    renamed = {_LABELS[leaf.key]: leaf.text for leaf in telling if leaf.key in _LABELS}
    pairs = {**plain_keys, **renamed, **tags}
    return {key: value for key, value in pairs.items() if len(value) <= 120 and not _NO_LABEL.search(value)}


def _called(leaves: Sequence[Leaf], names: Sequence[str]) -> str:
    """The first value that can be a name; several in a list (`services`) name none."""
    for name in names:
        found = [
            leaf.text
            for leaf in by_name(leaves, (name,))
            if isinstance(leaf.value, str) and _can_name(leaf.text)
        ]
        if found and not (name.endswith("s") and len({*found}) > 1):
            return found[0]
    return ""


def _environment(leaves: Sequence[Leaf]) -> str:
    return _called([leaf for leaf in leaves if not _is_of_another(leaf)], keys.ENVIRONMENTS)


def _known(words: Sequence[str]) -> str:
    """The environment among the values of labels that a title of Alertmanager has in brackets."""
    return next((word for word in words if is_environment(word)), "")


def _is_of_another(leaf: Leaf) -> bool:
    """`stage: build`, `stage: Active`: a key of environments that says something else."""
    return leaf.key in keys.MAY_BE_ANOTHER and not is_environment(leaf.text)


def _can_name(text: str) -> bool:
    return 0 < len(text) <= 80 and not _NO_NAME.match(text) and text.casefold() not in keys.NO_SERVICES


def _of_place(leaves: Sequence[Leaf]) -> str:
    places = by_name(leaves, (*keys.PLACES, *(f"{place}name" for place in keys.PLACES)))
    return next((found for leaf in places if (found := environment_in(leaf.text))), "")


def _severity(leaves: Sequence[Leaf], name: str) -> tuple[Severity | None, str]:
    """The first label on a known scale, else one in the name, else a bare number; else a label as it is written."""
    listed = by_name(leaves, keys.SEVERITIES)
    others = [leaf for leaf in leaves if _ANY_GRADE.match(leaf.key) and leaf not in listed]
    said = [leaf.text for leaf in (*listed, *others) if leaf.text and len(leaf.text) <= 60]
    spoken = [label for label in said if not _DIGIT.fullmatch(label)]
    in_name = [found[0]] if (found := _IN_NAME.search(name)) else []
    in_name += [word for word in of_title(name)[1] if word.casefold() in keys.GRADES]
    states = (leaf.text for leaf in by_name(leaves, keys.STATES))
    graded = [text for text in states if text.casefold() in keys.GRADES]
    for label in (*spoken, *in_name, *said, *graded):
        if severity := parse_severity(label):
            return severity, label
    return None, next((label for label in spoken if label.casefold() not in keys.OVER), "")


def _texts(own: Sequence[Leaf], leaves: Sequence[Leaf]) -> list[str]:
    """The texts for people, then what else is told; beside texts, ids and switches would only drown the words."""
    told = list(words(*(leaf.text for leaf in by_name(own, keys.TEXTS))))
    rest = [
        leaf
        for leaf in leaves
        if leaf.text and leaf.text not in told and (not told or leaf.text.count(" ") > 1)
    ]
    return [*told, *dict.fromkeys(f"{leaf.written}: {leaf.text}" for leaf in rest[:_TOLD])]
