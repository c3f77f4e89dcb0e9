"""Checks of Nagios and its kin (`define service { … }`) and of Icinga 2 (`apply Service "disk" { … }`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.deployments.reading import LINE
from ingest.monitors.shape import Monitor, runbook_in
from kb.expression import expression

_NAGIOS = expression(r"^[ \t]*define[ \t]+(?P<kind>service|host)[ \t]*\{(?P<body>[^{}]*)\}", re.M)
_ICINGA = expression(
    r"^[ \t]*(?:apply|object|template)[ \t]+(?P<kind>Service|Host)[ \t]+\"(?P<name>[^\"]+)\"[^{\n]*\{(?P<body>.*?)^\}",
    re.M | re.S,
)
_DIRECTIVE = expression(r"^[ \t]*(?P<key>[A-Za-z_0-9]+)[ \t]+(?P<value>[^;\n]*[^;\s])", re.M)
_SETTING = expression(r"^[ \t]*(?P<key>[\w.]+)[ \t]*\+?=[ \t]*\"?(?P<value>[^\"\n]*[^\"\s])\"?[ \t]*$", re.M)
SHAPE = expression(
    f'{_NAGIOS.pattern}|^[ \\t]*(?:apply|object)[ \\t]+(?:Service|Host)[ \\t]+"[^"]+"[^{{\\n]*\\{{', re.M
)


def monitors(text: str) -> Iterator[Monitor]:
    """Every check that a file defines; templates that register nothing are none."""
    for found in _NAGIOS.finditer(text):
        said = {one["key"]: one["value"].strip() for one in _DIRECTIVE.finditer(found["body"])}
        if said.get("register") != "0":
            yield _monitor(
                said, said.get("service_description") or said.get("host_name", ""), text, found.start()
            )
    for found in _ICINGA.finditer(text):
        said = {one["key"]: one["value"].strip() for one in _SETTING.finditer(found["body"])}
        if not found[0].lstrip().startswith("template"):
            yield _monitor(said, said.get("display_name") or found["name"], text, found.start())


def _monitor(said: dict[str, str], name: str, text: str, start: int) -> Monitor:
    notes = "\n".join(said[key] for key in ("notes", "notes_url", "action_url") if said.get(key))
    return Monitor(
        item={LINE: text.count("\n", 0, start) + 1},
        name=name,
        description=said.get("notes", ""),
        expr=said.get("check_command", ""),
        runbook=said.get("notes_url", "") or runbook_in(notes),
        group=said.get("hostgroup_name", "") or said.get("servicegroups", ""),
        severity=said.get("_SEVERITY", "") or said.get("vars.severity", "") or said.get("_severity", ""),
        service=said.get("_service", "") or said.get("vars.service", ""),
        tool="nagios",
    )
