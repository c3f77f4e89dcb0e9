"""The message of a line of a crash without its wrapper, equal for two versions or settings of a runtime."""

from __future__ import annotations

import re

from kb.text.crashes.form import Role
from kb.text.crashes.table import form_of, parts, without_clock

_PLACE = re.compile(
    r"(?:,? called in \S{1,400} on line \d+)?(?: and defined)? in (?:/|[A-Za-z]:\\|php shell|\S{1,200"
    r"}\.php)\S{0,400}?(?::\d+| on line \d+)$"
)
_DEPTH = re.compile(r"^[\s|+]+(?:\d{1,2}: )?")
_TAIL = re.compile(r"(?: \{|\s+\[recovered\]|', \S{1,300}:\d+:\d+)$")


def message_of(line: str, role: Role = Role.MESSAGE) -> str:
    """What the line says went wrong, without the words that the runtime puts around it."""
    text = _DEPTH.sub("", without_clock(line.rstrip()))
    if role not in (Role.MESSAGE, Role.CAUSE):
        return text.strip()
    for tried in (line.rstrip(), text):
        if (found := form_of(without_clock(tried), within=True)) is not None:
            kind, message = parts(found[0], without_clock(tried))
            if message:
                text = f"{kind}: {message}" if kind else message
                break
    return _TAIL.sub("", _PLACE.sub("", text)).strip()
