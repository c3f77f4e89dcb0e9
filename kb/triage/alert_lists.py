"""The alerts in what Alertmanager, Prometheus and amtool list: groups, rules, tables.  Pure.

What is listed comes out in the form of Alertmanager's API: `labels`, `annotations`, `startsAt`, `status`.  What is
no list of alerts comes out as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kb.expression import expression

_MOST = 10_000
"""Rows and groups that are read of a list."""
_HEADS = {
    "Alertname": ("Alertname", "Starts At", "Summary", "State"),
    "Labels": ("Labels", "Annotations", "Starts At", "Ends At", "Generator URL", "State"),
}
"""The columns of amtool's `simple` and `extended` output; before 0.24 there is no `State`."""
_PAIR = expression(r'([A-Za-z_][\w.]{0,200})="((?:[^"\\\n]|\\.){0,4000})"')
_ESCAPED = expression(r'\\(["\\])')


def listed(data: object) -> object:
    """The alerts in groups of Alertmanager (`/api/v2/alerts/groups`) or rules of Prometheus (`/api/v1/rules`)."""
    if isinstance(data, Mapping):
        inner = data.get("data")
        if "alerts" in data or not isinstance(inner, (Mapping, list)):
            return data
        if isinstance(inner, Mapping) and isinstance(inner.get("groups"), list):
            return list(_of_rules(inner["groups"])) or data
        return inner if isinstance(inner, list) or "alerts" in inner else data
    if isinstance(data, list) and any(_is_group(one) for one in data[:_MOST]):
        return [alert for one in data[:_MOST] for alert in (one["alerts"] if _is_group(one) else [one])]
    return data


def _is_group(one: object) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get("alerts"), list) and "receiver" in one


def _of_rules(groups: list[Any]) -> Iterator[object]:
    for group in groups[:_MOST]:
        rules = group.get("rules") if isinstance(group, Mapping) else None
        for rule in rules if isinstance(rules, list) else []:
            found = rule.get("alerts") if isinstance(rule, Mapping) else None
            yield from found if isinstance(found, list) else []


def of_amtool(text: str) -> list[dict[str, object]]:
    """The alerts in a table of `amtool alert query`; none where the text is no such table."""
    lines = text.strip("\n").splitlines()
    head = _HEADS.get(lines[0].split(" ", 1)[0]) if lines else None
    columns = _columns(lines[0], head) if head else {}
    if not {"Starts At"} <= columns.keys():
        return []
    rows = (_cells(line, columns) for line in lines[1:_MOST] if line.strip())
    return [_alert(row) for row in rows]


def _columns(line: str, names: tuple[str, ...]) -> dict[str, int]:
    """Where each column begins, in their order."""
    return {name: at for name in names if (at := line.find(name)) >= 0}


def _cells(line: str, columns: Mapping[str, int]) -> dict[str, str]:
    ends = [*list(columns.values())[1:], len(line)]
    return {name: line[at:end].strip() for (name, at), end in zip(columns.items(), ends, strict=True)}


def _alert(row: Mapping[str, str]) -> dict[str, object]:
    labels = _pairs(row.get("Labels", "")) or {"alertname": row.get("Alertname", "")}
    notes = _pairs(row.get("Annotations", "")) or {"summary": row.get("Summary", "")}
    return {
        "labels": labels,
        "annotations": notes,
        "startsAt": row["Starts At"].replace(" UTC", "+00:00"),
        "status": {"state": row.get("State", "") or "active"},
    }


def _pairs(cell: str) -> dict[str, str]:
    return {pair[1]: _ESCAPED.sub(r"\1", pair[2]) for pair in _PAIR.finditer(cell)}
