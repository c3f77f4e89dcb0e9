"""JSON of a tool that is not known: read by the usual names of keys, at any depth, and said to be.  Pure.

What stands nearer to the top goes before what stands deeper; what is of a person, a team or an earlier state is
not the alert's.  A number on a scale that nobody knows is taken as it was written, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.expression import expression
from kb.model.entry import Severity
from kb.text.environments import environment_in
from kb.text.severities import parse_severity
from kb.triage.alert_values import moment_of, plain
from kb.triage.alerts import key_names as keys
from kb.triage.alerts.report import TAGS_END, AlertReading, AlertReport, AlertState, tags_of, words
from kb.triage.labels import environment_of, service_of

_MOST = 600
_DEPTH = 8
_TOLD = 40
"""Other values that are told as `key: value`."""
_PLAIN = expression(r"[^a-z0-9]")
_NO_NAME = expression(r"^(?:[$*<%{]|\w+://|[\w.-]+/[\w./-]+$|[\d.:TZ+\- ]+$|[0-9a-fA-F-]{16,}$|\W*$)")
"""Addresses, paths, numbers, times, ids, and places that a template left unfilled name nothing."""
_NO_LABEL = expression(r"^[$*<%{]|\n|^[A-Z]\w*/\w+$")
"""Places left unfilled, texts of several lines, and namespaces of metrics such as `AWS/EC2`."""
_SHORT = 5
"""Letters of words such as `ok`, `up` and `close`, which mean that it is over only at the end."""
_TURN = expression(r"->|→|_TO_|\bto\b")
_BEFORE = expression(r"(?i)\b(?:from|was|were|previously|formerly)\b.*", re.S)
"""In a state such as `CRITICAL (was OK)`: what it was."""
_IN_VAIN = expression(
    r"(?i)\b(?:fail(?:ed|s|ing)?|unable|trying|waiting) to (?:recover|resolve|clear|close)"
    r"|\bpart(?:ial)?ly\b|\bpartial\b"
)
"""In a state such as `failed to recover`: that it is not over."""
_GRADED_OVER = expression(
    r"(?i)(?:resolved?|closed?|recover(?:ed|y)|cleared)[ _-]*(?:critical|warning|error|major|minor)$"
)
"""`POLICY_CLOSE_CRITICAL`: what was critical is over."""
_CAMEL = expression(r"(?<=[a-z])(?=[A-Z])")
_SAYS_OVER = expression(
    r"(?i)^\W*(?:manually )?(?:resolved|recovered|recovery|closed|cleared|ok|up|back to normal)"
    r"(?:\s+(?:by|at|on|after)\b|\s+in \d|\s*[\])}|:;.,!*_–—]|\s+[-/#(\[{\"'`<]|\s*$)"
    r"|^\W*(?-i:(?:RESOLVED|RECOVERED|RECOVERY)\s+\S*[a-z])|(?:^|[\[(|:])\s*(?:✅|🟢)"
    r"|\b(?:is|are) (?:back (?:up|to normal)|ok\W*$)\b|\b(?:has|have|is|are) recovered\b|\brecovered from\b"
)
_IN_NAME = expression(r"\b(?:SEV-?[0-4]|P[0-5])\b")
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


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text, number or switch, with the keys that lead to it, in plain form."""

    path: tuple[str, ...]
    value: object
    written: str

    @property
    def key(self) -> str:
        """The last key."""
        return self.path[-1]

    @property
    def text(self) -> str:
        """The value as text; a switch has none."""
        return plain(self.value).strip()

    @property
    def is_foreign(self) -> bool:
        """Whether it is of somebody else, or of an earlier state."""
        return any(part in keys.OTHERS or part.startswith(keys.EARLIER) for part in self.path)

    @property
    def is_of_a_part(self) -> bool:
        """Whether it is of something that the alert only touches, such as a dependency or an HTTP answer."""
        return any(part in keys.PARTS for part in self.path[:-1])


def read_unknown(data: Mapping[Any, Any]) -> AlertReading:
    """The one alert of an object, or those of its list of alerts."""
    listed = next(
        (data[key] for key in ("alerts", "events", "incidents", "problems") if _is_list(data.get(key))), None
    )
    if listed is None:
        return _reading([data], one_group=True)
    head = {key: value for key, value in data.items() if not isinstance(value, (Mapping, list))}
    return _reading([{**head, **one} for one in listed[:_MOST] if isinstance(one, Mapping)], one_group=True)


def read_unknown_list(items: Sequence[Mapping[Any, Any]]) -> AlertReading:
    """An alert an object."""
    return _reading(items[:_MOST], one_group=False)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value[:_MOST])


def _reading(items: Sequence[Mapping[Any, Any]], *, one_group: bool) -> AlertReading:
    reports, digits = [], ""
    for one in items:
        report = _report(list(_leaves(one)))
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


def _leaves(data: object) -> Iterator[_Leaf]:
    """The values, those nearer to the top first."""
    pending: list[tuple[tuple[str, ...], object, str, int]] = [((), data, "", 0)]
    found = at = 0
    while at < len(pending) and found < _MOST and at < 20 * _MOST:
        path, value, written, depth = pending[at]
        at += 1
        if isinstance(value, Mapping):
            inside = _inside(value)[:_MOST] if depth < _DEPTH else []
            pending += [
                ((*path, _PLAIN.sub("", key[:100].casefold())), one, key[:100], depth + 1)
                for key, one in inside
            ]
        elif isinstance(value, (list, tuple)):
            pending += [(path, one, written, depth + 1) for one in value[:_MOST]] if depth < _DEPTH else []
        elif path and (plain(value).strip() or isinstance(value, bool)):
            found += 1
            yield _Leaf(path, value, written)


def _inside(value: Mapping[Any, Any]) -> list[tuple[str, object]]:
    """The pairs of an object; `{"key": "env", "value": "prod"}` is the pair that it tells."""
    names = [value[key] for key in ("key", "name", "tag", "title") if isinstance(value.get(key), str)]
    if len(value) <= 3 and len(names) == 1 and "value" in value:
        return [(names[0], value["value"])]
    return [(str(key), one) for key, one in value.items()]


def _report(leaves: Sequence[_Leaf]) -> AlertReport:
    own = [leaf for leaf in leaves if not leaf.is_foreign]
    labels = _labels(own)
    name = _name(own)
    texts = _texts(own, leaves)
    severity, label = _severity(own, name)
    return AlertReport(
        name=name or next(iter(texts), ""),
        texts=tuple(texts),
        labels={key: value for key, value in labels.items() if key not in keys.SEVERITIES},
        service=_called(own, keys.SERVICES) or service_of(labels),
        environment=_called(own, keys.ENVIRONMENTS) or environment_of(labels) or _of_place(own),
        severity=severity,
        label=label,
        starts=_time(own, keys.STARTS),
        ends=_time(own, keys.ENDS),
        changed=_time(own, keys.MOMENTS),
        state=_state(own, name),
        runbook=next((leaf.text for leaf in own if leaf.key in ("runbookurl", "runbook")), ""),
    )


def _time(leaves: Sequence[_Leaf], names: Sequence[str]) -> datetime | None:
    return next((at for leaf in _by(leaves, names) if (at := moment_of(leaf.value))), None)


def _by(leaves: Iterable[_Leaf], names: Sequence[str]) -> list[_Leaf]:
    """The values of these keys in the order of the names, of one name the nearer first.

    `priority.summary`, `service.name` and the like are of the key above.
    """
    found: dict[str, list[_Leaf]] = {}
    for leaf in leaves:
        key = (
            leaf.path[-2]
            if len(leaf.path) > 1 and leaf.key in _SHOWN and leaf.path[-2] in names
            else leaf.key
        )
        found.setdefault(key, []).append(leaf)
    return [leaf for name in names for leaf in found.get(name, [])]


_SHOWN = (
    "name",
    "summary",
    "displayname",
    "displayvalue",
    "slug",
    "title",
    "label",
    "value",
    "status",
    "state",
    "category",
    "stringvalue",
)


def _depth(leaf: _Leaf) -> int:
    """How deep a value stands; that of `status.value` as deep as `status`."""
    return len(leaf.path) - int(len(leaf.path) > 1 and leaf.key in _SHOWN and leaf.path[-2] in keys.STATES)


def _name(leaves: Sequence[_Leaf]) -> str:
    named = (leaf for leaf in _by(leaves, keys.NAMES) if isinstance(leaf.value, str) and _is_own(leaf))
    fitting = (leaf for leaf in named if leaf.text and not _NO_NAME.match(leaf.text) and not _is_state(leaf))
    return next((line.strip() for leaf in fitting for line in leaf.text.splitlines() if line.strip()), "")


def _is_own(leaf: _Leaf) -> bool:
    """Whether a `name` is the alert's: at the top, or below something that an alert is called."""
    if leaf.key not in keys.OWN_NAMES or len(leaf.path) == 1:
        return True
    parent = leaf.path[-2]
    others = (*keys.STATES, *keys.SEVERITIES, *keys.SERVICES, *keys.ENVIRONMENTS)
    return parent in keys.NAMED or (parent not in others and any(word in parent for word in keys.NAMED))


def _is_state(leaf: _Leaf) -> bool:
    """`event: resolved`, `trigger: down`, `event: check.down`: a word of a state is no name."""
    parts = re.split(r"[^a-z0-9]+", leaf.text.casefold())
    return " " not in leaf.text and bool({*parts} & (keys.WELL | keys.FIRING))


def _labels(leaves: Sequence[_Leaf]) -> dict[str, str]:
    tags = tags_of(
        [tag for leaf in leaves if leaf.key in ("tags", "labels", "tag") for tag in TAGS_END.split(leaf.text)]
    )
    plain_keys = {leaf.written.casefold(): leaf.text for leaf in reversed(leaves) if leaf.text}
    renamed = {_LABELS[leaf.key]: leaf.text for leaf in reversed(leaves) if leaf.text and leaf.key in _LABELS}
    pairs = {**plain_keys, **renamed, **tags}
    return {key: value for key, value in pairs.items() if len(value) <= 120 and not _NO_LABEL.search(value)}


def _called(leaves: Sequence[_Leaf], names: Sequence[str]) -> str:
    """The first value that can be a name; several in a list (`services`) name none."""
    for name in names:
        found = [
            leaf.text for leaf in _by(leaves, (name,)) if isinstance(leaf.value, str) and _can_name(leaf.text)
        ]
        if found and not (name.endswith("s") and len({*found}) > 1):
            return found[0]
    return ""


def _can_name(text: str) -> bool:
    return 0 < len(text) <= 80 and not _NO_NAME.match(text) and text.casefold() not in keys.NO_SERVICES


def _of_place(leaves: Sequence[_Leaf]) -> str:
    return next((found for leaf in _by(leaves, keys.PLACES) if (found := environment_in(leaf.text))), "")


def _severity(leaves: Sequence[_Leaf], name: str) -> tuple[Severity | None, str]:
    """The first label on a known scale, else one in the name, else a bare number; else a label as it is written."""
    said = [leaf.text for leaf in _by(leaves, keys.SEVERITIES) if leaf.text and len(leaf.text) <= 60]
    spoken = [label for label in said if not _DIGIT.fullmatch(label)]
    in_name = [found[0]] if (found := _IN_NAME.search(name)) else []
    for label in (*spoken, *in_name, *said):
        if severity := parse_severity(label):
            return severity, label
    return None, next((label for label in spoken if label.casefold() not in keys.OVER), "")


def _state(leaves: Sequence[_Leaf], name: str) -> AlertState:
    for leaf in leaves:
        if isinstance(leaf.value, bool) and leaf.key in keys.SWITCHES:
            return AlertState.OVER if leaf.value else AlertState.FIRING
    told = sorted(
        _by(leaves, keys.STATES), key=_depth
    )  # a part's state says nothing against that of the whole
    said = [(leaf, state) for leaf in told if leaf.text and len(leaf.text) <= 60 and (state := _said(leaf))]
    said = [(leaf, state) for leaf, state in said if not (leaf.is_of_a_part and state is AlertState.OVER)]
    if said:
        leaf, state = said[0]
        fires_within = leaf.text.casefold() == "ok" and any(other is AlertState.FIRING for _, other in said)
        return AlertState.FIRING if fires_within else state
    if any(moment_of(leaf.value) for leaf in leaves if leaf.key in keys.ENDS):
        return AlertState.OVER
    titles = (leaf.text for leaf in leaves if leaf.key in keys.TEXTS)
    if any(_SAYS_OVER.search(text[:200]) for text in (name, *titles)):
        return AlertState.OVER
    graded = (leaf.text.casefold() for leaf in _by(leaves, keys.SEVERITIES))
    return AlertState.OVER if any(label in keys.OVER for label in graded) else AlertState.UNTOLD


def _said(leaf: _Leaf) -> AlertState | None:
    """What a word of a state means: its last part decides, as in `FIRING_TO_OK` or `incident.resolved`."""
    over = keys.WELL if any("stat" in key for key in leaf.path[-2:]) else keys.OVER
    written = _CAMEL.sub(" ", leaf.text)
    now = _BEFORE.sub("", _TURN.split(written)[-1]) or written
    parts = [part for part in re.split(r"[^a-z]+", now.casefold()) if part]
    if {"not", "un", "non"} & {*parts} or _IN_VAIN.search(written):
        return AlertState.FIRING
    if "disabled" in parts or re.match(
        r"[1-5]\d\d\b", written
    ):  # `auto-resolve disabled`, and `200 OK` of HTTP
        return None
    if _GRADED_OVER.search(now):
        return AlertState.OVER
    for part in reversed(parts):
        if part in over and (
            len(part) > _SHORT or part == parts[-1]
        ):  # not `close_to_limit`, not `up_for_review`
            return AlertState.OVER
        if part in keys.FIRING:
            return AlertState.FIRING
    return None


def _texts(own: Sequence[_Leaf], leaves: Sequence[_Leaf]) -> list[str]:
    """The texts for people, then what else is told; beside texts, ids and switches would only drown the words."""
    told = list(words(*(leaf.text for leaf in _by(own, keys.TEXTS))))
    rest = [
        leaf
        for leaf in leaves
        if leaf.text and leaf.text not in told and (not told or leaf.text.count(" ") > 1)
    ]
    return [*told, *dict.fromkeys(f"{leaf.written}: {leaf.text}" for leaf in rest[:_TOLD])]
