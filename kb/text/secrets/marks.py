"""Where marks stand in a text, whatever their case, and however they overlap.

RE2 finds them one after the other: it is ready in a millisecond, and most lines have none.  Of a long text Hyperscan
tells them all in one pass, at ten times the rate, once it has compiled them.  Where both are missing, each mark is
looked for by itself.  Text is made one byte a character (what is not ASCII becomes `?`), so that places are places in
the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

Hits = list[tuple[int, int]]
"""The place of each mark that stands in a text and its number, in the order of the text."""
LONG = 200_000
"""Characters from which Hyperscan, once it has compiled the marks, is the quicker."""


class Marks:
    """Plain strings in lower case, looked for in any case."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = [mark.encode() for mark in marks]
        self._numbers = {mark: number for number, mark in enumerate(self._marks)}

    def places(self, text: str, long: int = LONG) -> Hits:
        """Where they stand; marks may overlap.  From `long` characters on, it is worth to compile them."""
        data = text.encode("ascii", "replace")
        if len(data) >= long and self._hyperscan is not None:
            return self._in_one_pass(data)
        return self._one_by_one(data.lower()) if self._re2 is None else self._one_after_the_other(data)

    def _one_after_the_other(self, data: bytes) -> Hits:
        search, beginnings = self._re2.search, self._beginnings
        hits: Hits = []
        found = search(data)
        while found is not None:
            start = found.start()
            hits += [(start, number) for number in beginnings[found.group().lower()]]
            found = search(data, start + 1)
        return hits

    def _in_one_pass(self, data: bytes) -> Hits:
        hits: Hits = []
        lengths = [len(mark) for mark in self._marks]
        self._hyperscan.scan(
            data, match_event_handler=lambda number, _, end, *__: hits.append((end - lengths[number], number))
        )
        return sorted(hits)

    def _one_by_one(self, data: bytes) -> Hits:
        hits: Hits = []
        for number, mark in enumerate(self._marks):
            at = data.find(mark)
            while at >= 0:
                hits.append((at, number))
                at = data.find(mark, at + 1)
        return sorted(hits)

    @cached_property
    def _beginnings(self) -> dict[bytes, list[int]]:
        """Of each mark the numbers of the marks that it begins with, itself among them."""
        return {
            mark: [
                self._numbers[mark[:size]] for size in range(1, len(mark) + 1) if mark[:size] in self._numbers
            ]
            for mark in self._marks
        }

    @cached_property
    def _re2(self) -> Any:
        try:
            import re2
        except ImportError:
            return None
        options = re2.Options()
        options.case_sensitive, options.longest_match, options.encoding = (
            False,
            True,
            re2.Options.Encoding.LATIN1,
        )
        return re2.compile(b"|".join(map(re.escape, self._marks)), options)

    @cached_property
    def _hyperscan(self) -> Any:
        try:
            import hyperscan as hs
        except ImportError:
            return None
        database = hs.Database(mode=hs.HS_MODE_BLOCK)
        database.compile(
            expressions=self._marks, ids=list(range(len(self._marks))), elements=len(self._marks),
            flags=[hs.HS_FLAG_CASELESS] * len(self._marks), literal=True,
        )  # fmt: skip
        return database
