"""A message of one's own, read as its template says (`[hooks.generic.NAME.template]`), in the form of all tools.  Pure.

A template that finds nothing makes an alert without a name, and says what it did not find: what is sent is another's
affair, and nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from kb.configuration.sections import HookTemplate
from kb.triage.alert_values import labels_of, moment_of, plain
from kb.triage.alerts.report import AlertReading, AlertReport, AlertState

_MOST = 2_000
"""Alerts of a message that are read."""


def read_templated(name: str, template: HookTemplate, data: object) -> AlertReading:
    """The alerts that a message tells."""
    found = ask(template.alerts, data)
    items = found if isinstance(found, list) else [] if found is None else [found]
    reports = tuple(_report(template, one) for one in items[:_MOST])
    notes = tuple(_missing(name, template, reports))
    return AlertReading(
        tool=f"generic/{name}",
        reports=reports,
        one_group=len(reports) == 1,
        left_out=max(0, len(items) - _MOST),
        notes=notes,
    )


def ask(expression: str, data: object) -> Any:
    """What stands at an expression; None where nothing does, or where it does not fit the data."""
    if not expression:
        return None
    try:
        return _compiled(expression).search(data)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def _report(template: HookTemplate, item: object) -> AlertReport:
    def said(expression: str) -> str:
        found = ask(expression, item)
        return str(found).lower() if isinstance(found, bool) else plain(found).strip()

    state, labels = said(template.state), ask(template.labels, item)
    over = state.casefold() in {word.casefold() for word in template.over}
    return AlertReport(
        name=said(template.name),
        texts=tuple(_texts(ask(template.text, item))),
        labels=labels_of(labels) if isinstance(labels, Mapping) else {},
        service=said(template.service),
        environment=said(template.environment),
        label=said(template.severity),
        starts=moment_of(ask(template.starts, item)),
        ends=moment_of(ask(template.ends, item)),
        state=AlertState.OVER if over else AlertState.FIRING,
    )


def _texts(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if text := plain(one).strip():
            yield text


def _missing(name: str, template: HookTemplate, reports: Iterable[AlertReport]) -> Iterator[str]:
    reports = tuple(reports)
    if not reports:
        yield f"The template of generic/{name} finds no alert at {template.alerts!r}"
    elif not all(one.name for one in reports):
        yield f"The template of generic/{name} finds no name at {template.name!r}"
