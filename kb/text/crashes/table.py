"""All forms in one pattern: what a line is by its looks alone."""

from __future__ import annotations

import re
from functools import cache

from kb.text.crashes import kernels, managed, native, scripting
from kb.text.crashes.form import Form

FORMS: tuple[Form, ...] = (*kernels.FORMS, *native.FORMS, *managed.FORMS, *scripting.FORMS)
"""In the order in which they are tried."""
LONGEST = 2_000
"""Characters of a line that are looked at."""
WEAK = frozenset({"error", "exception", "error: "})
"""Marks that any log is full of: where they stand, a crash is only noticed by its other lines."""


def _combined(marked: bool) -> re.Pattern[str]:
    rows = [f"(?P<f{n}>{_bare(form.pattern)})" for n, form in enumerate(FORMS) if form.mark or not marked]
    return re.compile("|".join(rows))


def _bare(pattern: str) -> str:
    return pattern.replace("(?P<message>", "(?:").replace("(?P<kind>", "(?:")


@cache
def _forms(within: bool) -> re.Pattern[str]:
    return _combined(not within)


@cache
def _own(number: int) -> re.Pattern[str]:
    return re.compile(FORMS[number].pattern)


_CLOCK = re.compile(
    r"(?:<\d{1,3}>)?(?:\*\* \d+ printk messages dropped \*\* |[\w -]{1,40} login: )?"
    r"(?:\[ *\d{1,9}\.\d{1,9}\](?: ?\[ *[TC]\d+\])? ?|\[\d+\.\d+\] \d+\.\d+> )"
)

MARKS = frozenset(form.mark for form in FORMS if form.mark) - WEAK
"""In lower case, what one of the first lines of a crash must hold to be noticed in a log."""


def without_clock(line: str) -> str:
    """The line without the clock of a kernel, and what stands on the console before it."""
    match = _CLOCK.match(line)
    return line[match.end() :] if match else line


def form_of(line: str, within: bool) -> tuple[int, Form] | None:
    """The form of a line and its number; `within`: in a crash that began before."""
    match = _forms(within).match(line[:LONGEST])
    if match is None or match.lastgroup is None:
        return None
    number = int(match.lastgroup[1:])
    return number, FORMS[number]


def parts(number: int, line: str) -> tuple[str, str]:
    """The kind and the message in a line of this form; empty where its pattern has no such group."""
    match = _own(number).match(line[:LONGEST])
    if match is None:
        return "", ""
    groups = match.groupdict()
    return groups.get("kind") or "", groups.get("message") or ""
