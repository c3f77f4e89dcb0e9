"""Bicep, in which Azure's resources are declared: each alert as the ARM template has it that Bicep makes of it.

Texts, numbers, objects, lists, the defaults of parameters and plain variables are followed, and so are references to
them; what else is computed, or comes from elsewhere, stays as written: `${resourceGroup().location}`.  Nothing is run.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.deployments.reading import LINE
from ingest.monitors.hcl import Resource
from kb.expression import expression

MOST = 2_000_000
"""Characters of one file; the largest that people keep have a twentieth of it."""
_DEEPEST = 40
_TIMES_READ, _VALUE_COSTS = 10, 20
"""How often the characters of a file are gone through at most, and as how many of them a value counts.

Variables may name each other so that what they stand for doubles with each."""
_RESOURCE = expression(
    r"^[ \t]*resource[ \t]+(?P<name>\w+)[ \t]+'(?P<kind>[\w.]+/[\w./]+)@[^']*'[ \t]*(?:existing[ \t]*)?=[ \t]*",
    re.M,
)
_GIVEN = expression(
    r"^[ \t]*(?:param[ \t]+(?P<param>\w+)[ \t][^\n=]*|var[ \t]+(?P<var>\w+)[ \t]*)=[ \t]*", re.M
)
_BLANK = expression(r"(?:\s|//[^\n]*|/\*.*?(?:\*/|\Z)|,)+", re.S)
_KEY = expression(r"(?P<bare>[A-Za-z_]\w*)|'(?P<quoted>(?:[^'\\]|\\.)*)'")
_LINES = expression(r"'''\n?(?P<said>.*?)'''", re.S)
_TEXT = expression(r"'(?P<said>(?:[^'\\$\n]|\\.|\$\{(?:[^{}']|'[^'\n]*'|\{[^{}]*\})*\}|\$(?!\{))*)'")
_PIECE = expression(
    r"\\(?P<escaped>u\{[0-9a-fA-F]+\}|.)|\$\{(?P<asked>(?:[^{}']|'[^'\n]*'|\{[^{}]*\})*)\}", re.S
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN = expression(r"-?\d+(?:\.\d+)?|true|false|null")
_NAME = expression(r"[A-Za-z_]\w*")
_EACH = expression(r"for[ \t][^\n:]+:[ \t]*")
_CONDITION = expression(r"if[ \t]*\(")
_END = expression(r"[ \t]*(?://[^\n]*|/\*[^\n]{0,200}?\*/[ \t]*)?")
_OPEN, _CLOSE = "({[", ")}]"


def declared(text: str) -> Iterator[Resource]:
    """Every resource of a file; one that is declared in a loop is told once."""
    reader = _Reader(text.replace("\r\n", "\n")[:MOST])
    for found in _RESOURCE.finditer(reader.text):
        value, _ = reader.value(found.end())
        for body in (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)):
            yield Resource(found["kind"], found["name"], {**body, "type": found["kind"]})


@dataclass
class _Reader:
    """The values of one file, read where they stand."""

    text: str
    given: dict[str, int] = field(default_factory=dict)
    """Where the value of each parameter and variable begins."""
    depth: int = 0
    left: int = 0
    """Characters that may still be gone through; once they are spent, every value ends the file."""
    line_ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = _TIMES_READ * len(self.text) + 10_000
        self.line_ends = [found.start() for found in re.finditer("\n", self.text)]
        self.given = {found["param"] or found["var"]: found.end() for found in _GIVEN.finditer(self.text)}

    def value(self, at: int) -> tuple[Any, int]:
        """What stands at a place, and where it ends: a text, a list, a mapping; as written where it is computed."""
        self.left -= _VALUE_COSTS
        if self.left < 0:
            return "", len(self.text)
        if self.depth > _DEEPEST:
            return self._as_written(at)
        self.depth += 1
        try:
            return self._value(self._behind_blank(at))
        finally:
            self.depth -= 1

    def _value(self, at: int) -> tuple[Any, int]:
        for form in (_EACH, _CONDITION):
            if found := form.match(self.text, at):
                return self.value(found.end() if form is _EACH else self._behind(found.end() - 1))
        if found := _LINES.match(self.text, at):
            return found["said"], found.end()
        if found := _TEXT.match(self.text, at):
            if self._ends(found.end()):
                return _PIECE.sub(self._piece, found["said"]), found.end()
        elif found := _PLAIN.match(self.text, at):
            if self._ends(found.end()):
                return found[0], found.end()
        elif self.text.startswith("{", at):
            return self._object(at)
        elif self.text.startswith("[", at):
            return self._list(at)
        elif (found := _NAME.match(self.text, at)) and self._ends(found.end()) and found[0] in self.given:
            return self.value(self.given[found[0]])[0], found.end()
        return self._as_written(at)

    def _object(self, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {LINE: bisect(self.line_ends, at) + 1}
        at = self._behind_blank(at + 1)
        while at < len(self.text) and self.text[at] != "}":
            key = _KEY.match(self.text, at)
            colon = self._behind_blank(key.end()) if key else at
            if key is None or not self.text.startswith(":", colon):
                at = self._as_written(at)[1] + 1
            else:
                found[key["bare"] or key["quoted"]], at = self.value(colon + 1)
            at = self._behind_blank(at)
        return found, at + 1

    def _list(self, at: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._behind_blank(at + 1)
        while at < len(self.text) and self.text[at] != "]":
            begin = at
            one, at = self.value(at)
            found.append(one)
            at = max(self._behind_blank(at), begin + 1)
        return found, at + 1

    def _as_written(self, at: int) -> tuple[str, int]:
        """The source of an expression up to the end of its line, or of the brackets that it stands in."""
        begin = at
        while at < len(self.text) and self.text[at] != "\n" and self.text[at] not in _CLOSE + ",":
            at = self._behind(at) if self.text[at] in _OPEN else at + 1
        self.left -= at - begin
        return f"${{{self.text[begin:at].strip()}}}", at

    def _behind(self, at: int) -> int:
        """Behind the bracket that closes the one at a place."""
        if self.left < 0:
            return len(self.text)
        depth, begin = 0, at
        while at < len(self.text):
            depth += (self.text[at] in _OPEN) - (self.text[at] in _CLOSE)
            at += 1
            if not depth:
                break
        self.left -= at - begin
        return at

    def _ends(self, at: int) -> bool:
        """Whether an expression ends at a place, rather than going on with an operator, a call, a member."""
        rest = _END.match(self.text, at)
        end = rest.end() if rest else at
        return end >= len(self.text) or self.text[end] in "\n,}])"

    def _behind_blank(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _piece(self, found: re.Match[str]) -> str:
        """What an escape or a reference in a text stands for."""
        if escaped := found["escaped"]:
            is_code = escaped.startswith("u{")
            return chr(int(escaped[2:-1], 16)) if is_code else _ESCAPES.get(escaped, escaped)
        asked = found["asked"].strip()
        told = self.value(self.given[asked])[0] if asked in self.given and self.depth < _DEEPEST else None
        if not isinstance(told, str):
            return f"${{{asked}}}"
        self.left -= len(told)
        return told
