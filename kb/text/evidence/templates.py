"""The templates of a log, one line for each: gigabytes in constant memory, read once.

Masking a line costs far more than reading it, so lines that differ only in times and long numbers are
recognised before, in a table of fixed size.  Lines are cut, redacted, and freed of colour codes.
A line in which nothing tells (no word) has no template and is only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from kb.expression import expression
from kb.text.evidence.evidence import LONGEST_LINE, visible
from kb.text.masking import fingerprint
from kb.text.redact import hidden, redact

MOST_TEMPLATES = 20_000
"""Templates kept of one log; the lines of further ones are counted as left out."""
_REMEMBERED = 200_000
_AT_ONCE = 256 * 1024
"""Characters in which secrets are looked for together: a key in a block has many lines."""
_VARIES = expression(
    r"\d+(?:[-:.,/TZ+]\d+)+\w*"  # times, dates, addresses
    r"|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]{4,})*\b"  # hashes, UUIDs
    r"|\d{4,}"
)


@dataclass(slots=True)
class Template:
    """The first line of a template, redacted, and how many lines have it; 0 for a further line of one."""

    line: str
    count: int = 1


@dataclass(slots=True)
class LogTemplates:
    """What was read so far: templates by fingerprint, and the counts."""

    by_fingerprint: dict[str, Template] = field(default_factory=dict)
    most: int = MOST_TEMPLATES
    lines: int = 0
    left_out: int = 0
    """Lines of forms that came when there were `most` templates already."""
    redacted: int = 0
    _known: dict[str, Template | None] = field(default_factory=dict)

    @property
    def templates(self) -> int:
        """How many templates there are."""
        return sum(one.count > 0 for one in self.by_fingerprint.values())

    def read(self, lines: Iterable[str]) -> LogTemplates:
        """Take in lines, with or without their ends."""
        for line in _hidden(lines):
            if line and not line.isspace():
                self.lines += 1
                self._take(line.rstrip("\r\n")[:LONGEST_LINE])
        return self

    def keep(self, lines: Iterable[str]) -> None:
        """Keep these lines as well, whatever stands for their templates; they are counted already."""
        for line in lines:
            clean = redact(visible(line)[: 4 * LONGEST_LINE]).text[:LONGEST_LINE]
            template = self.by_fingerprint.get(value := fingerprint(clean))
            if template is not None and template.line != clean:
                mark = blake2b(clean.encode("utf-8", "replace"), digest_size=4).hexdigest()
                self.by_fingerprint.setdefault(f"{value}/{mark}", Template(clean, 0))

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
        if len(self.by_fingerprint) >= self.most:  # masking each line of such a log would take hours
            self.left_out += 1
            return
        clean = redact(visible(line))
        value = fingerprint(clean.text)
        template = self.by_fingerprint.get(value)
        if template is not None:
            template.count += 1
        elif value:
            self.redacted += clean.count
            template = self.by_fingerprint[value] = Template(clean.text)
        self._known[rough] = template


def _hidden(lines: Iterable[str]) -> Iterator[str]:
    """The lines with their secrets hidden, before any is cut."""
    held, size = list[str](), 0
    for line in lines:
        held.append(line if line.endswith("\n") else f"{line}\n")
        size += len(line)
        if size >= _AT_ONCE:
            yield from hidden("".join(held)).split("\n")
            held, size = [], 0
    yield from hidden("".join(held)).split("\n")
