"""The shape of a monitor's definition, and the alert rule made of it: the small things that all formats need.

Documents come as `ingest.deployments.reading.plain` makes them: every scalar is text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.deployments.reading import LINE, line_of, mapping, text
from ingest.sources.alert_rules import default_of, masked, rule_severity
from kb.expression import expression
from kb.model import AlertRule, Provenance, Scope, Source

_URL = expression(r"https?://[^\s<>\"')\]|*]+")
_RUNBOOK_KEYS = (
    "runbook_url",
    "runbook",
    "runbookUrl",
    "runbook_link",
    "playbook",
    "playbook_url",
    "__runbook_url__",
)
_RUNBOOK_WORDS = expression(r"run-?book|play-?book|wiki|confluence|/docs?/|how-?to", re.I)

NAME = "\0name"
"""The key under which `mappings` leaves the key that a mapping stands under; no key of YAML can be that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """What a definition says, before it is an entry; `item` is the mapping it was read from."""

    item: dict[str, Any]
    name: str
    summary: str = ""
    description: str = ""
    expr: str = ""
    severity: str = ""
    runbook: str = ""
    group: str = ""
    service: str = ""
    tool: str = ""
    labels: dict[str, str] | None = None

    def rule(self, path: str) -> AlertRule:
        """The alert rule."""
        label = default_of(self.severity)
        told = "\n".join((self.summary, self.description))
        runbook = default_of(self.runbook) or runbook_in(told)
        extra: dict[str, Any] = {"tool": self.tool} if self.tool else {}
        if self.labels:
            extra["labels"] = self.labels
        return AlertRule(
            name=default_of(" ".join(self.name.split())),
            summary=masked(self.summary),
            description=masked(self.description),
            expr=self.expr.strip(),
            severity=rule_severity(label),
            severity_label=label,
            runbook_url=runbook,
            group=self.group,
            scope=Scope(services=(self.service,) if self.service else ()),
            provenance=Provenance(
                source=Source(path=path, section=self.group or None, line=line_of(self.item))
            ),
            extra=extra,
        )


def runbook_in(text: str) -> str:
    """The address of a runbook that a message names, where one of its addresses looks like one."""
    return next((url for url in _URL.findall(text) if _RUNBOOK_WORDS.search(url)), "")


def runbook_of(annotations: dict[str, str]) -> str:
    """The runbook among annotations."""
    return next((annotations[key] for key in _RUNBOOK_KEYS if annotations.get(key)), "")


def first(item: Any, *keys: str) -> str:
    """The first text under one of the keys, or an empty one."""
    return next((said for key in keys if (said := text(item, key))), "")


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a document, outermost first, with its `NAME`."""
    if isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key != LINE:
                if isinstance(item, dict):
                    item.setdefault(NAME, key)
                yield from mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from mappings(item)


def tags_of(value: Any) -> dict[str, str]:
    """`service:web` tags, or a mapping of them, by their keys in lower case."""
    if isinstance(value, dict):
        return {key.lower(): item for key, item in mapping(value).items()}
    said = [str(one) for one in value] if isinstance(value, list) else re.split(r"[,\s]+", str(value or ""))
    return {key.lower(): item for key, _, item in (one.partition(":") for one in said) if item}
