"""All forms of all runtimes: what a line is by its looks alone."""

from __future__ import annotations

import re
from functools import cache

import kb.text.crashes.kernels as kernels
import kb.text.crashes.libraries as libraries
import kb.text.crashes.managed as managed
import kb.text.crashes.native as native
import kb.text.crashes.scripting as scripting
from kb.expression import expression
from kb.text.crashes.forms import Form, Role
from kb.text.evidence.alarm import lowered, shortest_marks

FORMS: tuple[Form, ...] = (*kernels.FORMS, *libraries.FORMS, *native.FORMS, *managed.FORMS, *scripting.FORMS)
"""In the order in which they are tried."""
LONGEST = 2_000
"""Characters of a line that are looked at."""
WEAK = frozenset({"error", "exception", "error: ", "error:", " | "})
"""Marks that any log is full of: where they stand, a crash is only noticed by its other lines."""

_CLOCK = expression(
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
    """The form of a line and its number; `within`: in a crash that began before.

    Forms whose mark is in the line are tried one by one; within a crash, all that need none at once.
    """
    line = line[:LONGEST]
    low = lowered(line)
    numbers = sorted(number for mark, those in _by_mark().items() if mark in low for number in those)
    found = next((number for number in numbers if _own(number).match(line)), len(FORMS))
    if within and (match := _unmarked().match(line)) is not None and match.lastgroup is not None:
        found = min(found, int(match.lastgroup[1:]))
    return (found, FORMS[found]) if found < len(FORMS) else None


def is_boilerplate(line: str) -> bool:
    """Whether any crash of its runtime prints this line."""
    found = form_of(line, within=True)
    return found is not None and found[1].role is Role.GENERIC


def is_of_a_trace(line: str) -> bool:
    """Whether a line by itself is a frame, or a heading, of a stack trace."""
    text = without_clock(line)
    if text.lstrip().startswith('"'):  # (so do the frames of Tcl, and what people were told)
        return False
    marked, any_form = form_of(text, within=False), form_of(text, within=True)
    return (marked is not None and marked[1].role is Role.GENERIC) or (
        any_form is not None and any_form[1].role is Role.FRAME
    )


@cache
def _by_mark() -> dict[str, list[int]]:
    """The numbers of forms by the shortest mark that theirs begins with: that is what is found of it."""
    shortest = shortest_marks(form.mark for form in FORMS if form.mark)
    numbers: dict[str, list[int]] = {}
    for number, form in enumerate(FORMS):
        if form.mark:
            numbers.setdefault(shortest[form.mark], []).append(number)
    return numbers


@cache
def _unmarked() -> re.Pattern[str]:
    rows = [
        f"(?P<f{number}>{form.pattern.replace('(?P<message>', '(?:').replace('(?P<kind>', '(?:')})"
        for number, form in enumerate(FORMS)
        if not form.mark or form.role in (Role.GENERIC, Role.FRAME)
    ]
    return re.compile("|".join(rows))


@cache
def _own(number: int) -> re.Pattern[str]:
    return re.compile(FORMS[number].pattern)


def parts(number: int, line: str) -> tuple[str, str]:
    """The kind and the message in a line of this form; empty where its pattern has no such group."""
    match = _own(number).match(line[:LONGEST])
    if match is None:
        return "", ""
    groups = match.groupdict()
    return groups.get("kind") or "", groups.get("message") or ""
