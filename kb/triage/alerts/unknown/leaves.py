"""The values within JSON of no known form, each with the keys that lead to it, those nearer to the top first.  Pure.

Two things are told of a value: whether it is somebody else's, or of an earlier state (`is_foreign`), and whether the
object that holds it is the alert itself (`is_of`): a time or a state counts only there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.expression import expression
from kb.triage.alert_values import plain
from kb.triage.alerts.unknown import key_names as keys

MOST = 600
_DEPTH = 8
_PLAIN = expression(r"[^a-z0-9]")
_ALERT = expression(
    r"alert|alarm|incident|issue|problem|outage|downtime|(?:update|change)$|(?:event|hook|monitor|check|item)\w*data$"
)
_SUBJECT = expression(r"^(?:alert|alarm|incident|issue|problem|event)(?=.)")
_WRITING = expression(r"(?:zoned|utc|gmt|iso(?:8601)?|ms|millis|epoch|unix)$")
"""How a time is written, at the end of its key: `dateStartZoned`, `INCIDENT_TIME_ISO`."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text, number or switch, with the keys that lead to it, in plain form."""

    path: tuple[str, ...]
    value: object
    written: str
    forms: tuple[str, ...] = ()
    """The last key, then without how a time is written, then without the word for an alert before it; first of all a
    name with the key above it: `alert.name` is `alertname`."""

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
        return any(part in keys.PARTS or part.startswith(keys.RELATED) for part in self.path[:-1])

    def held_by(self, names: Sequence[str]) -> tuple[str, ...]:
        """The keys of the object that holds it; that of `status.value` is the one that holds `status`."""
        shown = len(self.path) > 1 and self.key in keys.SHOWN_AS and self.path[-2] in names
        return self.path[: -2 if shown else -1]

    def is_of(self, home: Sequence[str], names: Sequence[str]) -> bool:
        """Whether it is the alert's: beside or above the alert's name at `home`, or in an object that is an alert."""
        holder = self.held_by(names)
        return not self.is_of_a_part and (
            tuple(home[: len(holder)]) == holder or all(is_alert(part) for part in holder)
        )


def is_alert(part: str) -> bool:
    """Whether what stands below this key is the alert itself."""
    return part in keys.WRAPPERS or _ALERT.search(part) is not None


def leaves(data: object) -> Iterator[Leaf]:
    """The values, those nearer to the top first."""
    pending: list[tuple[tuple[str, ...], object, str, int]] = [((), data, "", 0)]
    found = at = 0
    while at < len(pending) and found < MOST and at < 20 * MOST:
        path, value, written, depth = pending[at]
        at += 1
        if isinstance(value, Mapping):
            inside = _inside(value)[:MOST] if depth < _DEPTH else []
            pending += [((*path, _plain(key)), one, key[:100], depth + 1) for key, one in inside]
        elif isinstance(value, (list, tuple)):
            pending += [(path, one, written, depth + 1) for one in value[:MOST]] if depth < _DEPTH else []
        elif path and (plain(value).strip() or isinstance(value, bool)):
            found += 1
            yield Leaf(path, value, written, _forms(path))


def _plain(key: str) -> str:
    return _PLAIN.sub("", key[:100].casefold())


def _inside(value: Mapping[Any, Any]) -> list[tuple[str, object]]:
    """The pairs of an object; `{"key": "env", "value": "prod"}` is the pair that it tells."""
    names = [value[key] for key in ("key", "name", "tag", "title") if isinstance(value.get(key), str)]
    if len(value) <= 3 and len(names) == 1 and "value" in value:
        return [(names[0], value["value"])]
    return [(str(key), one) for key, one in value.items()]


def by_name(found: Iterable[Leaf], names: Sequence[str]) -> list[Leaf]:
    """The values of these keys in the order of the names, of one name the nearer first.

    `priority.summary`, `service.name` and the like are of the key above; `alert_severity` is a `severity`.
    """
    named: dict[str, list[Leaf]] = {}
    for leaf in found:
        for key in _called(leaf, names):
            named.setdefault(key, []).append(leaf)
    return [leaf for name in names for leaf in named.get(name, [])]


def _called(leaf: Leaf, names: Sequence[str]) -> tuple[str, ...]:
    if leaf.forms and leaf.forms[0] in names:
        return leaf.forms[:1]
    if len(leaf.path) > 1 and leaf.key in keys.SHOWN_AS and leaf.path[-2] in names:
        is_state = leaf.key in keys.SHOWN_AS_STATE
        return (leaf.path[-2],) if not is_state or leaf.path[-2] in keys.STATES else ()
    return next(((key,) for key in leaf.forms if key in names), ())


def _forms(path: tuple[str, ...]) -> tuple[str, ...]:
    key = path[-1]
    bare = _WRITING.sub("", key)
    whole = (f"{path[-2]}{key}",) if len(path) > 1 and key in keys.OWN_NAMES else ()  # `alert.name`
    return tuple(dict.fromkeys((*whole, key, bare, _SUBJECT.sub("", key), _SUBJECT.sub("", bare))))
