"""Texts of many lines, such as a stack trace or a crash: which lines of one are looked for, and what each tells.

Two occurrences of one crash differ in addresses, line numbers and paths, and in how deep the stack was; they agree in
what was said and in the functions that it passed through.  So the lines are kept as templates, in their order, and
each weighs what it tells: nothing if any crash of its runtime prints it, most if it says what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.records import Signature
from kb.text.specificity import text_specificity
from kb.text.template import template_of

MOST_LINES = 24
"""Lines of a trace that are looked for: those that tell most."""
_READ = 400
"""Lines of a trace that are read at the most."""
_LEAST = 0.2
"""What a line must tell to be looked for."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A line that is looked for: its template, and what it tells (0 to 1) before its rarity is known."""

    template: str
    weight: float


def trace_lines(text: str) -> tuple[TraceLine, ...]:
    """The lines of a text that are looked for, in their order; none where the text has one line only."""
    lines = [line for line in text.splitlines() if line.strip()][:_READ]
    if len(lines) < 2:
        return ()
    found: dict[str, TraceLine] = {}
    for line in lines:
        template = template_of(line)
        if template and template not in found and (weight := text_specificity(template)) >= _LEAST:
            found[template] = TraceLine(template, weight)
    best = sorted(found.values(), key=lambda one: -one.weight)[:MOST_LINES]
    return tuple(one for one in found.values() if one in best)


def trace_signature(text: str) -> Signature | None:
    """What is looked for of a text of several lines; None where it is one line, or says nothing."""
    lines = trace_lines(text)
    return (
        Signature(needles=tuple(line.template for line in lines), template=True, trace=True)
        if lines
        else None
    )
