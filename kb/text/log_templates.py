"""The templates of a log, one line for each: gigabytes in constant memory, read once.

Masking a line costs far more than reading it, so lines that differ only in times and long numbers are
recognised before (`_rough`), in a table of fixed size.  Lines are cut, redacted, and freed of colour codes.
A line in which nothing tells (no word) has no template and is only counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.text.evidence import LONGEST_LINE, visible
from kb.text.mask import fingerprint
from kb.text.redact import redact

MOST_TEMPLATES = 20_000
"""Templates kept of one log; the lines of further ones are counted as left out."""
_REMEMBERED = 200_000
_VARIES = re.compile(r"\d+(?:[-:.,/TZ+]\d+)+\w*|\d{4,}|(?<![\w.])(?=\w*\d)[0-9a-fA-F]{6,}(?![\w.])")


@dataclass(slots=True)
class Template:
    """The first line of a template, redacted, and how many lines have it."""

    line: str
    count: int = 1


@dataclass(slots=True)
class LogTemplates:
    """What was read so far: templates by fingerprint, and the counts."""

    by_fingerprint: dict[str, Template] = field(default_factory=dict)
    lines: int = 0
    redacted: int = 0
    _beyond: Template = field(default_factory=lambda: Template("", 0))
    _known: dict[str, Template | None] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """Lines whose templates came when there were MOST_TEMPLATES already."""
        return self._beyond.count

    def read(self, lines: Iterable[str]) -> LogTemplates:
        """Take in lines, with or without their ends."""
        for line in lines:
            if line and not line.isspace():
                self.lines += 1
                self._take(line.rstrip("\r\n")[:LONGEST_LINE])
        return self

    def _take(self, line: str) -> None:
        rough = _VARIES.sub("", line)
        if rough in self._known:
            template = self._known[rough]
            if template is not None:
                template.count += 1
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._new(rough, line)

    def _new(self, rough: str, line: str) -> None:
        clean = redact(visible(line))
        value = fingerprint(clean.text)
        template = self.by_fingerprint.get(value)
        if template is not None:
            template.count += 1
        elif value and len(self.by_fingerprint) >= MOST_TEMPLATES:
            template = self._beyond
            template.count += 1
        elif value:
            self.redacted += clean.count
            template = self.by_fingerprint[value] = Template(clean.text)
        self._known[rough] = template
