"""Zabbix templates and hosts, as YAML, JSON or XML: each trigger, with what its macros stand for by default.

A macro of the template (`{$CPU.MAX}`) is its value there; what only the server knows (`{HOST.NAME}`, `{#FSNAME}`) is
`<*>`, as in a masked error line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from xml.parsers import expat

from ingest.deployments.reading import LINE, at, listed, text
from ingest.monitors.shape import NAME, Monitor, first, mappings
from kb.errors import InvalidInput
from kb.expression import expression

_USER_MACRO = expression(r"\{\$[^{}]*\}")
_SERVER_MACRO = expression(r"\{(?:#[\w.]+|\{?[A-Z][A-Z_.]+[0-9]*\}?(?:\.\w+\([^)]*\))?)\}")
_RELATIVE = expression(r"\{(\w+\()")
"""In exports before Zabbix 5.4, a function of the item that the trigger stands in: `{last()}`."""
_LIST_OF = expression(r"(?P<one>\w+)s$")
_LEVELS = {"0": "", "1": "information", "2": "warning", "3": "average", "4": "high", "5": "disaster"}
"""Zabbix' own words for its numbers; 4 is high and 5 a disaster, the other way round than elsewhere."""
_TRIGGERS = ("triggers", "trigger_prototypes")


def monitors(document: Any) -> Iterator[Monitor]:
    """Every trigger of a document; the templates that it stands in give its group and its macros."""
    export = at(document, "zabbix_export")
    if isinstance(export, dict):
        yield from _below(export, _Around(macros=_macros(export)))


def _macros(value: Any) -> dict[str, str]:
    """All macros of an export, for triggers that stand beside its templates, as before Zabbix 5."""
    return {
        text(one, "macro"): text(one, "value") for item in mappings(value) for one in listed(item, "macros")
    }


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a trigger: its template (or host) with its macros, and the item that it watches."""

    group: str = ""
    host: str = ""
    item: str = ""
    macros: dict[str, str] = field(default_factory=dict)


def _below(value: Any, around: _Around) -> Iterator[Monitor]:
    if isinstance(value, list):
        for item in value:
            yield from _below(item, around)
    elif isinstance(value, dict):
        if "template" in value or "host" in value:
            macros = around.macros | {
                text(one, "macro"): text(one, "value") for one in listed(value, "macros")
            }
            group, host = first(value, "name", "template", "host"), first(value, "template", "host")
            around = _Around(group, host, "", macros)
        elif "key" in value:
            around = replace(around, item=text(value, "key"))
        for key, item in value.items():
            if key in _TRIGGERS:
                yield from (_monitor(one, around) for one in listed(value, key) if text(one, "expression"))
            elif key not in (LINE, NAME):
                yield from _below(item, around)


def _monitor(trigger: dict[str, Any], around: _Around) -> Monitor:
    tags = {text(one, "tag").lower(): text(one, "value") for one in listed(trigger, "tags")}
    url, priority = text(trigger, "url"), text(trigger, "priority")
    named, described = text(trigger, "name"), text(trigger, "description")
    expression = _RELATIVE.sub(
        lambda found: f"{{{around.host}:{around.item}.{found[1]}", text(trigger, "expression")
    )
    return Monitor(
        item=trigger,
        name=_filled(named or described, around.macros),
        description=_filled(text(trigger, "comments") or (described if named else ""), around.macros),
        summary=_filled(text(trigger, "opdata"), around.macros),
        expr=expression,
        severity=_LEVELS.get(priority, "" if priority == "NOT_CLASSIFIED" else priority.lower()),
        runbook=url if url.startswith("http") else "",
        group=around.group or _host_of(expression),
        service=tags.get("service", ""),
        tool="zabbix",
        labels=tags,
    )


def _host_of(expression: str) -> str:
    """The template that an expression asks, where the trigger stands beside the templates: `{Name:item.last()}`."""
    found = re.search(r"\{(?P<old>[^{}:$#]+):|\(/(?P<new>[^/]+)/", expression)
    return (found["old"] or found["new"]) if found else ""


def _filled(said: str, macros: dict[str, str]) -> str:
    said = _USER_MACRO.sub(
        lambda found: macros.get(found[0]) or macros.get(_without_context(found[0])) or "<*>", said
    )
    return _SERVER_MACRO.sub("<*>", said).strip()


def _without_context(macro: str) -> str:
    """`{$MAX:"/var"}` as the macro that holds where none is set for `/var`."""
    return re.sub(r":.*\}$", "}", macro, flags=re.S)


def read_xml(source: str) -> dict[str, Any]:
    """An export in XML as mappings and lists, as its YAML would have it.  Raises InvalidInput on broken XML."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, _: reader.start(name, parser.CurrentLineNumber)
    parser.EndElementHandler = lambda _: reader.end()
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", source.lstrip("\ufeff")), True)
    except expat.ExpatError as error:
        raise InvalidInput(
            f"not valid XML, line {error.lineno}: {expat.errors.messages[error.code]}"
        ) from error
    return {reader.root.name: reader.root.value()}


def _refuse(*_: Any) -> None:
    raise InvalidInput("XML that declares entities is not read")


class _Element:
    """An element while it is read; `value` is its text, its list, or the mapping of what stands in it."""

    def __init__(self, name: str, line: int) -> None:
        self.name, self.line = name, line
        self.said: list[str] = []
        self.children: list[_Element] = []

    def value(self) -> Any:
        if not self.children:
            return "".join(self.said)
        listed_name = _LIST_OF.fullmatch(self.name)
        if listed_name and all(child.name == listed_name["one"] for child in self.children):
            return [child.value() for child in self.children]
        return {LINE: self.line, **{child.name: child.value() for child in self.children}}


class _Reader:
    """The element that is open, with those around it."""

    def __init__(self) -> None:
        self.root = _Element("", 1)
        self.open: list[_Element] = []

    def start(self, name: str, line: int) -> None:
        element = _Element(name, line)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        if len(self.open) > 100:
            raise InvalidInput("the XML is nested more than 100 levels deep")

    def end(self) -> None:
        self.open.pop()

    def text(self, said: str) -> None:
        self.open[-1].said.append(said)
