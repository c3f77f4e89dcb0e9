"""The alerts in what Alertmanager, Prometheus and amtool list: groups, rules, tables, texts of notifications.  Pure.

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
_HEADING = expression(r"^(?:Alerts |\*\*|\[\d{1,6}\] )(Firing|Resolved)(?::|\*\*|)[ \t]*$")
"""Of Alertmanager, of Grafana, and of Alertmanager's mails."""
_MAILED = expression(r"(?m)^(Labels|Annotations|Source)$")
_MAILED_PAIR = expression(r"(?m)^(?=[A-Za-z_]\w{0,200} = )")
"""How Alertmanager's mails write the list, once their markup is gone."""
_LISTED = expression(r"^ - ([\w.:-]{1,200}) = (.*)$")
_TITLE = expression(r"^\[(?:FIRING(?::\d{1,6})?|RESOLVED)\] (\S[^()\n]{0,200}?)(?: \(([^()\n]{0,300})\))?$")
_LONGEST = 400_000
_DEPTH = 6
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


def of_notification(data: object) -> list[dict[str, object]]:
    """The alerts in a text as Alertmanager's own templates, or Grafana's, write it, wherever in a message it stands.

    So it comes by PagerDuty, Opsgenie, Splunk On-Call, WeChat and others; those that are over stand below a heading, or
    in a field that is called `resolved`.
    """
    return [alert for key, text in _texts(data) for alert in _listed_in(text, key)]


def _texts(data: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        if "\nLabels\n" in data and "Alertmanager" in data:
            data = _MAILED_PAIR.sub(" - ", _MAILED.sub(r"\1:", data))
        if "Labels:\n - " in data:
            yield key, data
    elif isinstance(data, Mapping) and depth < _DEPTH:
        for name, one in data.items():
            yield from _texts(one, str(name), depth + 1)
    elif isinstance(data, list) and depth < _DEPTH:
        for one in data[:_MOST]:
            yield from _texts(one, key, depth + 1)


def _listed_in(text: str, key: str) -> Iterator[dict[str, object]]:
    status = "resolved" if key == "resolved" else "firing"
    parts: dict[str, dict[str, str]] = {}
    into, last = "", ""
    for line in text[:_LONGEST].splitlines():
        if heading := _HEADING.match(line):
            status = heading[1].lower()
        elif line == "Labels:":
            parts, into = {"labels": {}, "annotations": {}}, "labels"
        elif line == "Annotations:" and parts:
            into, last = "annotations", ""
        elif line.startswith("Source:") and parts.get("labels"):
            yield {**parts, "status": status}
            parts, into = {}, ""
        elif into and (pair := _LISTED.match(line)):
            last = pair[1]
            parts[into][last] = pair[2]
        elif into and last:
            parts[into][last] += f"\n{line}"


def of_title(title: str) -> tuple[str, list[str]]:
    """The name, and the values of common labels, in `[FIRING:1] CartSlow (stage critical)`; another title as it is."""
    found = _TITLE.match(title)
    return (found[1], (found[2] or "").split()) if found else (title, [])
