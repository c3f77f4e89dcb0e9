"""The very lines of a log on which signatures fire, found while it streams by.

One line a template is kept of a healthy log, and `idle=6` stands there for `idle=0` as well.  So the signatures
of the home look at all of it once, as a lookup would, and the first line that each fires on is kept, too.
What is learned later sees the kept lines alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.text.signature_set import SignatureHit, SignatureSet

_BLOCK = 4 * 1024 * 1024


class Witnesses:
    """Lines pass through `watch`; afterwards `lines` are those that signatures fire on."""

    def __init__(self, signatures: SignatureSet) -> None:
        self._signatures = signatures
        self._seen: set[str] = set()
        self.lines: dict[str, None] = {}

    def watch(self, lines: Iterable[str]) -> Iterator[str]:
        """The same lines, looked at on the way, a block at a time."""
        held, size = list[str](), 0
        for line in lines:
            yield line
            held.append(line if line.endswith("\n") else f"{line}\n")
            size += len(line)
            if size >= _BLOCK:
                self._look("".join(held))
                held, size = [], 0
        self._look("".join(held))

    def _look(self, block: str) -> None:
        for hit in self._signatures.scan(block):
            if hit.key not in self._seen and not hit.signature.trace:
                self._seen.add(hit.key)
                self.lines |= dict.fromkeys(_lines(block, hit))


def _lines(block: str, hit: SignatureHit) -> Iterator[str]:
    """The lines in which the needles begin."""
    for start, _ in hit.spans:
        yield block[block.rfind("\n", 0, start) + 1 : block.find("\n", start)]
