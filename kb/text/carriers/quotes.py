"""What stands between quotes in a line, or in the cells of a table, given readable under the line.

A quote in the middle of a line may be the message or a name in it, so the line stays; what its quotes hold is a
line of its own where escapes hide it, where a key says that it is a message, or where it is a cell of prose.
"""

from __future__ import annotations

import re

from kb.text.carriers import escapes
from kb.text.carriers.data import decoded
from kb.text.carriers.objects import messages

_QUOTED = re.compile(r"(?<![\w\\])(?:\"((?:[^\"\\\n]|\\.){3,200000})\"|'((?:[^'\\\n]|\\.){3,200000})')(?!\w)")
_CELLS = re.compile(r"(?<![^,])\"((?:[^\"\n]|\"\"){8,20000})\"(?=,|\Z|\r)")
_BARS = re.compile(r"[ \t]{0,20}[|│┃║].{0,100000}[|│┃║][ \t]{0,20}\Z")
_BAR = re.compile(r"[ \t]{0,400}[|│┃║][ \t]{0,400}")
_KEYED = re.compile(
    r"(?<![\w.-])[\"':]?(?:message|msg|MESSAGE|Message|error|err|reason|detail|details|description"
    r"|stderr|text|what|cause)[\"']?"
    r"[ \t]{0,3}(?::|=>|=)[ \t]{0,3}(?:\"((?:[^\"\\\n]|\\.){8,20000})\"|'((?:[^'\\\n]"
    r"|\\.){8,20000})'|`([^`\n]{8,20000})`)"
)
_VALUE = re.compile(r"\"((?:[^\"\\\n]|\\.){5,20000})\"|'((?:[^'\\\n]|\\.){5,20000})'")
_BETWEEN = re.compile(r"\"[ \t]?:[ \t]?\"|\"[ \t]?,[ \t]?\"")


def escaped(line: str) -> list[str]:
    """The line, undone if it was escaped as a whole; under it what its quotes hold, where that was escaped."""
    if "\\" not in line:
        return [line]
    whole = escapes.c_undone(line).split("\n") if escapes.is_escaped(line) else [line]
    for match in _QUOTED.finditer(line):
        inner = match[1] or match[2]
        if "\\" in inner and escapes.is_quotable(inner):
            plain = escapes.c_undone(inner)
            found = decoded(plain) if plain[:1] == "{" else None
            whole += (messages(found) if found is not None else None) or plain.split("\n")
    return whole


def cells(line: str) -> list[str]:
    """The line, and its cells that read like prose if it is a row of CSV or of a table drawn with bars."""
    if line.count(",") > 3 and ',"' in line:
        return [line, *(cell.replace('""', '"') for cell in _CELLS.findall(line) if cell.count(" ") > 1)]
    if _BARS.match(line):
        found = [cell for cell in _BAR.split(line) if cell.count(" ") > 1]
        return [line, *found] if found and line.strip() != found[0] else [line]
    return [line]


def keyed(line: str) -> list[str]:
    """The line, and what a key in it calls a message: objects as Python, Ruby, PHP and JavaScript show them."""
    if "{" not in line and "=>" not in line:
        return [line]
    found = [one for match in _KEYED.findall(line) for one in match if one and " " in one]
    if not found and line[:2] == '{"' and line.rstrip()[-1:] == "}":
        values = [value for value in _BETWEEN.split(line.strip()[2:-1].rstrip('"')) if value.count(" ") > 1]
        found = [max(values, key=len)] if values else []
    if not found and line.lstrip()[:2] in ("{'", '{"', "{:", "[{") and line.rstrip()[-1:] in "}]":
        values = [one for match in _VALUE.findall(line) for one in match if " " in one.strip()]
        found = [max(values, key=len)] if values else []
    return [line, *found]
