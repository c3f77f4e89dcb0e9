"""Checks of Nagios and its kin (`define service { … }`) and of Icinga 2 (`apply Service "disk" { … }`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.deployments.reading import LINE
from ingest.monitors.shape import Monitor, runbook_in
from kb.expression import expression

_NAGIOS = expression(r"^[ \t]*define[ \t]+(?P<kind>service|host)[ \t]*\{(?P<body>[^{}]*)\}", re.M)
_ICINGA = expression(
    r"^[ \t]*(?P<what>apply|object)[ \t]+(?P<kind>Service|Host)\b[ \t]*(?:\"(?P<name>[^\"]*)\")?(?P<rest>[^{\n]*)\{",
    re.M,
)
_NESTING = expression(r"\"(?:[^\"\\]|\\.)*\"|\{\{\{.*?\}\}\}|/\*.*?\*/|//[^\n]*|\#[^\n]*|[{}]", re.S)
"""What of Icinga's language opens and closes; braces in texts, functions and comments do neither."""
_DIRECTIVE = expression(r"^[ \t]*(?P<key>[A-Za-z_0-9]+)[ \t]+(?P<value>[^;\n]*[^;\s])", re.M)
_SETTING = expression(r"^[ \t]*(?P<key>[\w.]+)[ \t]*\+?=[ \t]*\"?(?P<value>[^\"\n]*[^\"\s])\"?[ \t]*$", re.M)
SHAPE = expression(
    r"^[ \t]*(?:define[ \t]+(?:service|host)[ \t]*\{|(?:apply|object)[ \t]+(?:Service|Host)\b[^{\n]*\{)", re.M
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
        said = _own_settings(text, found.end())
        named = (
            said.get("display_name") or (found["name"] or "").strip(" -_") or said.get("check_command", "")
        )
        if named and "$" not in named:
            yield _monitor(said, named, text, found.start())


def _own_settings(text: str, start: int) -> dict[str, str]:
    """What a definition of Icinga sets itself, from behind its brace on; not what stands in a mapping within."""
    depth, own, last = 1, list[str](), start
    for mark in _NESTING.finditer(text, start):
        if mark[0] not in "{}":
            continue
        if depth == 1:
            own.append(text[last : mark.start()])
        depth += 1 if mark[0] == "{" else -1
        last = mark.end()
        if not depth:
            break
    return {one["key"]: one["value"].strip() for one in _SETTING.finditer("\n".join(own))}


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
