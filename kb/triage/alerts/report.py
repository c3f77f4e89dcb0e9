"""What any tool reports, in one form: one `AlertReport` an alert, one `AlertReading` a message.  Pure.

A tool's model turns what it sent into these; how one alert is made of many reports is the same for all tools
(`kb.triage.alerts.summary`).  Nothing here raises, since an alert is written by others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from kb.expression import expression
from kb.model.entry import Severity
from kb.text.environments import environment_in
from kb.triage.alert_values import labels_of, plain

Text = str | int | float | bool | None
"""A scalar of a model: tools write numbers as texts and texts as numbers."""


TAGS_END = expression(r",|(?<![:=,])\s+(?![:=])")
"""Between tags: a comma, or blanks that are not around the mark of one (`env: prod`)."""


class AlertState(StrEnum):
    """What an alert says of itself."""

    FIRING = "firing"
    PENDING = "pending"
    SILENCED = "silenced"
    """It is so, and somebody or another alert keeps it quiet."""
    OVER = "over"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """One alert as a tool tells it; what it does not tell is empty."""

    name: str = ""
    texts: tuple[str, ...] = ()
    """What it says beside its name, for people."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels and tags, from which service, environment and severity are read where the tool has no field of its own."""
    service: str = ""
    environment: str = ""
    severity: Severity | None = None
    """On the tool's own scale."""
    label: str = ""
    """The severity as it was written."""
    starts: datetime | None = None
    ends: datetime | None = None
    changed: datetime | None = None
    """When its state changed, where a tool tells only that: its start while it fires, its end when it is over."""
    state: AlertState = AlertState.UNTOLD
    runbook: str = ""

    @property
    def began(self) -> datetime | None:
        """When it began."""
        return self.starts or (None if self.state is AlertState.OVER else self.changed)

    @property
    def ended(self) -> datetime | None:
        """When it was over."""
        return (self.ends or self.changed) if self.state is AlertState.OVER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReading:
    """One message of a tool: its alerts, whether it is one group, and what has to be said of the reading itself."""

    tool: str
    reports: tuple[AlertReport, ...]
    one_group: bool = True
    """Whether the alerts belong together; those of a list or of several groups have only themselves."""
    left_out: int = 0
    """Alerts that the sender had and did not send."""
    notes: tuple[str, ...] = ()


class Payload(Protocol):
    """A model of what one tool sends."""

    def reports(self) -> Sequence[AlertReport]:
        """The alerts in it; empty where it holds none."""
        ...


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, its model, and the keys that tell it: all keys of one of the sets are there.  `a.b` is `b` within `a`."""

    name: str
    model: type[Payload]
    marks: tuple[frozenset[str], ...]

    def sent(self, data: Mapping[Any, Any]) -> bool:
        """Whether the keys are those of this tool."""
        return any(all(_has(data, key) for key in keys) for keys in self.marks)


def marks(*sets: str) -> tuple[frozenset[str], ...]:
    """Each text is a set of keys: `title event_type`."""
    return tuple(frozenset(one.split()) for one in sets)


def _has(data: Mapping[Any, Any], path: str) -> bool:
    here: Any = data
    for key in path.split("."):
        if not isinstance(here, Mapping) or key not in here:
            return False
        here = here[key]
    return True


def scale(worst: str = "", high: str = "", medium: str = "", low: str = "") -> dict[str, Severity]:
    """A tool's scale from its words, worst first; words are parted by `|` and read in lower case."""
    steps = zip(Severity, (worst, high, medium, low), strict=True)
    return {word.casefold(): severity for severity, words in steps for word in words.split("|") if word}


def words(*values: object) -> tuple[str, ...]:
    """The texts and numbers among the values, each once, without blanks around them."""
    return tuple(dict.fromkeys(text for value in values if (text := plain(value).strip())))


def first(*values: object) -> str:
    """The first value that says something, or empty."""
    return next(iter(words(*values)), "")


def shown(value: object) -> str:
    """What a field is shown as: itself, or the name in a reference such as `{"display_value": "HR Portal"}`."""
    if isinstance(value, Mapping):
        return first(
            *(value.get(key) for key in ("display_value", "summary", "name", "displayName", "value"))
        )
    return plain(value).strip()


def inner(value: object, *path: str) -> object:
    """What stands at a path of keys, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def many(value: object) -> list[Any]:
    """A list as it is, one thing as a list of it, nothing as an empty one."""
    if isinstance(value, (list, tuple)):
        return list(value[:200])
    return [] if value is None or value == "" else [value]


def tags_of(value: object) -> dict[str, str]:
    """Tags as labels, whatever way they are written.

    `env:prod,service:cart`, a list of such, `{"env": "prod"}`, `[{"key": "env", "value": "prod"}]`,
    `[["env", "prod"]]`.
    A tag that is nothing but the name of an environment tells the environment.
    """
    if isinstance(value, Mapping):
        return {key.casefold(): text for key, text in labels_of(value).items()}
    items = TAGS_END.split(value) if isinstance(value, str) else many(value)
    found: dict[str, str] = {}
    for key, text in _tag_pairs(items):
        found.setdefault(key.strip().casefold(), text.strip())
    alias = next((name for one in items if isinstance(one, str) and (name := _alias(one.strip()))), "")
    if alias and not found.keys() & {"env", "environment"}:
        found["environment"] = alias
    return {key: text for key, text in found.items() if key and text}


def _alias(tag: str) -> str:
    """The environment that a tag is the whole name of."""
    return environment_in(tag) if tag.isalpha() else ""


def _tag_pairs(items: Iterable[object]) -> Iterable[tuple[str, str]]:
    for item in items:
        if isinstance(item, Mapping):
            yield first(item.get("key"), item.get("name"), item.get("tag")), plain(item.get("value"))
        elif isinstance(item, (list, tuple)) and len(item) == 2:
            yield plain(item[0]), plain(item[1])
        elif isinstance(item, str):
            mark = min((m for m in (":", "=") if m in item), key=item.index, default="")
            if mark:
                key, _, text = item.partition(mark)
                yield key, text
