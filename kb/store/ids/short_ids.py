"""Short forms of ids: which of them a text stands for, and the shortest one that stands for an id.  Pure.

A text stands for an id when it is the id, the beginning of it, or the beginning of the digits that it ends with:
`3a6839` is `tool-fix-terraform-error-3a683952`.  What is given whole goes before what only begins so; a number behind
an id (`…-3a683952-2`) makes another id, never a longer spelling of it.  Promise: by what `shortened` gives for an id,
`meant` finds that id alone.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence

from kb.expression import expression

SHORTEST = 4
"""Characters from which a text may stand for a longer id."""
SHOWN = 6
"""Characters of an id that are shown at least: what is unique today is likely to be so tomorrow."""

_ENDING = expression(r"-([0-9a-f]{6,12}(?:-\d+)?)$")
_DIGITS = expression(r"[0-9a-f]+(?:-\d+)?")
_LIVED = expression(r"incident-\d{8}-(?:.*-)?[0-9a-f]{6}")


def is_lived(one: str) -> bool:
    """Whether an id has the form of an incident's that was opened here: its day, words of its title if any, digits."""
    return _LIVED.fullmatch(one) is not None


def ending(one: str) -> str:
    """The digits that an id ends with, and the number behind them: `207a9620-2`; empty for one that people gave."""
    found = _ENDING.search(one)
    return found[1] if found else ""


def meant(given: str, ids: Iterable[str]) -> list[str]:
    """The ids that the text stands for, in order: one where it is clear, several where it is not."""
    known = sorted(set(ids))
    if given in known:
        return [given]
    if len(given) < SHORTEST:
        return []
    if whole := [one for one in known if ending(one) == given]:
        return whole
    return [one for one in known if _begins(given, one) or (is_digits(given) and _begins(given, ending(one)))]


def is_digits(given: str) -> bool:
    """Whether a text may be the beginning of the digits that ids end with."""
    return bool(_DIGITS.fullmatch(given))


def _begins(given: str, whole: str) -> bool:
    rest = whole[len(given) :]
    return whole.startswith(given) and not (ending(f"-{given}") and re.fullmatch(r"-\d+", rest))


def shortened(one: str, others: Sequence[str]) -> str:
    """The shortest form of at least `SHOWN` characters that stands for this id alone, beside the others."""
    return next((form for form in forms(one) if meant(form, (one, *others)) == [one]), one)


def forms(one: str) -> list[str]:
    """What may be shown for an id, shortest first: of its digits, else its first words."""
    if digits := ending(one):
        plain = digits.partition("-")[0]
        return [*(plain[:length] for length in range(SHOWN, len(plain))), digits]
    return [one[: end.start()] for end in re.finditer("-", one) if end.start() >= SHOWN]


NEAR = 0.7
"""Likeness (0 to 1, of difflib) from which on an id may be meant by a mistyped one."""


def nearest(given: str, ids: Iterable[str], most: int = 3) -> list[str]:
    """The ids that a mistyped text may mean, the likeliest first; none where nothing is like it."""
    likely = ((max(_likenesses(given, one)), one) for one in ids)
    return [one for likeness, one in heapq.nlargest(most, likely) if likeness >= NEAR]


def _likenesses(given: str, one: str) -> Iterator[float]:
    """Of the whole, of its beginning, and of its digits; without the first words, where those are the same."""
    from difflib import SequenceMatcher  # which no question needs that names its ids right

    same = 0
    for word in re.finditer(r"[^-]+-", given):
        if not one.startswith(given[: word.end()]):
            break
        same = word.end()
    typed = SequenceMatcher(None, "", given[same:], autojunk=False)
    for part in (one[same:], one[same : len(given)]):
        typed.set_seq1(part)
        yield typed.ratio() if typed.quick_ratio() >= NEAR else 0.0
    digits = given if is_digits(given) else ending(given)
    yield SequenceMatcher(None, digits, ending(one)).ratio() if digits and ending(one) else 0.0
