"""Alert rules of Azure that Bicep declares, each an entry with its line (`docs/reading.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.deployments.reading import listed, mapping, text
from ingest.monitors.bicep import declared
from ingest.monitors.cloud import azure
from ingest.monitors.hcl import Resource
from ingest.monitors.shape import Monitor, first, runbook_of
from ingest.monitors.terraform import as_known
from ingest.source import Parsed, SourceFile
from kb.expression import expression

_ALERT = expression(r"microsoft\.insights/(?:metricalerts|scheduledqueryrules|activitylogalerts)", re.I)
_GROUP = expression(r"microsoft\.alertsmanagement/prometheusrulegroups", re.I)
_RESOURCE = expression(rf"^[ \t]*resource[ \t]+\w+[ \t]+'(?:{_ALERT.pattern}|{_GROUP.pattern})@", re.I | re.M)


class Bicep:
    """The source of Azure's alerts in Bicep."""

    name = "bicep"

    def recognises(self, file: SourceFile) -> float:
        """By a resource of a kind that alerts; a document that quotes one in a block of code is none."""
        return 0.96 if file.suffix == ".bicep" and _RESOURCE.search(file.text) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """One entry for each rule."""
        rules = [
            as_known(monitor, resource.name).rule(file.path)
            for resource in declared(file.text)
            for monitor in _monitors(resource)
        ]
        return Parsed(entries=tuple(rules))


def _monitors(resource: Resource) -> Iterator[Monitor]:
    """The alerts of a resource; none where it is of another kind."""
    if _ALERT.fullmatch(resource.kind):
        yield azure(resource.body, {})
    elif _GROUP.fullmatch(resource.kind):
        for rule in listed(resource.body, "properties", "rules"):
            if text(rule, "alert"):
                yield _of_prometheus(rule, text(resource.body, "name"))


def _of_prometheus(rule: dict[str, object], group: str) -> Monitor:
    """A rule of a group that Azure's Prometheus evaluates."""
    annotations, labels = mapping(rule, "annotations"), mapping(rule, "labels")
    level = text(rule, "severity")
    monitor = Monitor(
        item=rule,
        name=text(rule, "alert"),
        group=group,
        summary=first(annotations, "summary", "title"),
        description=first(annotations, "description", "message"),
        expr=text(rule, "expression"),
        severity=labels.get("severity", "") or (f"Sev{level}" if level.isdigit() else ""),
        runbook=runbook_of(annotations),
        service=labels.get("service", ""),
        tool="azure",
    )
    return replace(monitor, labels=labels or None)
