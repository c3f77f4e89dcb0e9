"""Texts of many lines, such as a stack trace or a crash: which lines of one are looked for, and what each tells.

Two occurrences of one crash differ in addresses, line numbers and paths, and in how deep the stack was; they agree in
what was said and in the functions next to it.  So the lines are kept as templates, in their order, and each weighs
what it tells: most if it says what went wrong, less the further a frame is from that, nothing if any crash of the
runtime prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.records import Signature
from kb.text.carriers import bare, unfold
from kb.text.crashes import Role, Told, read_crashes
from kb.text.crashes.table import without_clock
from kb.text.specificity import text_specificity
from kb.text.template import LONGEST, template_of

MOST_LINES = 24
"""Lines of a trace that are looked for: those that tell most."""
_READ = 400
"""Lines of a trace that are read at the most."""
_LEAST = 0.2
"""What a line must tell to be looked for."""
_LEADS, _SAYS, _NEAR, _FAR = 4.0, 2.0, 1.0, 0.3
"""What a line counts for: the message that leads, another message, a frame next to the one that leads, the rest."""
_NEXT = 4
"""Frames next to the leading message that count in full."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A line that is looked for: its template, and what it tells before its rarity is known."""

    template: str
    weight: float


def trace_lines(text: str) -> tuple[TraceLine, ...]:
    """The lines of a text that are looked for, in their order; none where the text has one line only."""
    lines = [line for line in unfold(text).text.splitlines() if line.strip()][:_READ]
    if len(lines) < 2:
        return ()
    told = list(read_crashes(_uncarried(line[:LONGEST]) for line in lines))
    found: dict[str, TraceLine] = {}
    for line, counts in zip(lines, _counts(told), strict=True):
        template = template_of(line) if counts else ""
        if template and (tells := text_specificity(template)) >= _LEAST:
            weight = max(counts * tells, found[template].weight if template in found else 0.0)
            found[template] = TraceLine(template, round(weight, 4))
    best = sorted(found.values(), key=lambda one: -one.weight)[:MOST_LINES]
    return tuple(one for one in found.values() if one in best)


def trace_signature(text: str) -> Signature | None:
    """What is looked for of a text of several lines; None where it is one line, or says nothing."""
    lines = trace_lines(text)
    if not lines:
        return None
    return Signature(
        needles=tuple(line.template for line in lines), template=True, trace=True,
        weights=tuple(line.weight for line in lines),
    )  # fmt: skip


def _uncarried(line: str) -> str:
    """The line without its carriers, but with the level that it begins with: `BUG: ` is how a kernel's crash begins."""
    carried = bare(line)
    return carried.text if carried.said.keys() - {"time", "severity"} else without_clock(line)


def _counts(told: Sequence[Told]) -> list[float]:
    """What each line counts for by its role; where nothing crashed, every line counts the same."""
    leaders = [number for number, one in enumerate(told) if one.rank == 2]
    if not leaders:
        return [float(one.role is not Role.GENERIC) for one in told]
    leader = leaders[-1]
    frames = [number for number, one in enumerate(told) if one.role is Role.FRAME]
    near = sorted(frames, key=lambda number: abs(number - leader))[:_NEXT]
    return [_count(number, one, leader, near) for number, one in enumerate(told)]


def _count(number: int, told: Told, leader: int, near: Sequence[int]) -> float:
    if number == leader:
        return _LEADS
    if told.role in (Role.MESSAGE, Role.CAUSE):
        return _SAYS
    if told.role is Role.GENERIC:
        return 0.0
    return _NEAR if number in near else _FAR
