"""What was told to be "not this one" stays so: for the same question, the entry is no answer any more.

The same question has the same telling lines (numbers, ids and times may differ), the same service, environment and
tool.  Of a log the lines that alarm count: what runs beside them is another each time.  For any other text nothing
changes, and trust does not look at it: that an entry does not fit one text says nothing of its advice.  It holds while
more lookups of the question were answered with "not this one" (`not_applied`) than with "it worked" (`resolved`), so
one press takes away no answer that helped with this very text before, and one success gives it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.learning.wordings import PICKED
from kb.model.ledger import Result, Told
from kb.text.evidence.alarm import alarm
from kb.text.masking import fingerprint
from kb.text.times import day_of

ToldOf = Callable[[Sequence[str], str], Sequence[Told]]
"""What was told of entries that were refused after a lookup with a fingerprint, oldest first."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What one home was told about its answers to a question."""

    told_of: ToldOf

    def of(
        self, entry_ids: Sequence[str], print_: str, lines: Sequence[str], place: Sequence[str]
    ) -> dict[str, str]:
        """The entries that are not meant by a question, by id: since when, and who says so.

        `print_` is the question's fingerprint, `place` its service, environment and tool.
        """
        told = self.told_of(entry_ids, print_) if print_ and entry_ids else ()
        if not told:
            return {}
        asked = _asked(lines, place)
        by_entry = defaultdict[str, list[Told]](list)
        for one in told:
            if _asked(one.lines, (one.service, one.environment, one.tool)) == asked:
                by_entry[one.entry_id].append(one)
        return {entry_id: said for entry_id, of_it in by_entry.items() if (said := _refused(of_it))}


def _refused(told: Sequence[Told]) -> str:
    """Who said so last, where more lookups say so than not; else empty."""
    results = {one.lookup_id: one.result for one in told}  # the last word about each lookup
    refused = sum(result is Result.NOT_APPLIED for result in results.values())
    if 2 * refused <= len(results):
        return ""
    last = [one for one in told if one.result is Result.NOT_APPLIED][-1]
    by = f" by {last.actor}" if last.actor else ""
    return f"told on {day_of(last.at)}{by} that this very text is not this one"


def _asked(lines: Sequence[str], place: Sequence[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """What makes two questions the same."""
    telling = lines if len(lines) <= PICKED else [line for line in lines if alarm(line) > 0] or lines
    prints = frozenset(fingerprint(line) or line for line in telling)
    return prints, tuple(one.casefold() for one in place)
