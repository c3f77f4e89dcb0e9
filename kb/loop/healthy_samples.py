"""`HealthySamples`: logs that are known to be fine, added, listed, removed, checked.  Thin over `healthy`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kb.errors import InvalidInput
from kb.loop.healthy import HealthyLines
from kb.records.healthy import HealthyAdded, HealthyLine, HealthyReport, HealthySource

_PIECE = 1024 * 1024
_TELL_EVERY = 4 * 1024 * 1024
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd", b"PK\x03\x04")

Progress = Callable[[str, int, int], None]
"""Called with `log`, the bytes read and the bytes of the file."""


@dataclass(frozen=True, slots=True)
class HealthySamples:
    """The healthy logs of one home; `refresh` sees first what changed in its files."""

    healthy: HealthyLines
    clock: Callable[[], datetime]
    refresh: Callable[[], object]

    def add(
        self, log: str | Path | Iterable[str], source: str = "", progress: Progress | None = None
    ) -> HealthyAdded:
        """Read a log that is known to be fine: a file's path, or lines.  One line a template is kept.

        `source` names it (else the path as given); adding it again adds what is new.  Signatures that
        fire on it go into quarantine.  Raises InvalidInput for a log without words, or a packed one.
        """
        self.refresh()
        if not isinstance(log, (str, Path)):
            return self.healthy.add(log, source, self.clock())
        with closing(_lines_of(Path(log), progress)) as lines:
            return self.healthy.add(lines, source or str(log), self.clock())

    def lines(self, source: str = "") -> list[HealthyLine]:
        """The lines kept of a source, or of all, the most frequent first.  Raises InvalidInput."""
        return self.healthy.lines(source)

    def sources(self) -> list[HealthySource]:
        """The logs that were added."""
        return self.healthy.table.sources()

    def remove(self, source: str) -> HealthyReport:
        """Forget a log; entries that were in quarantine because of it alone come back.  Raises InvalidInput."""
        self.refresh()
        return self.healthy.remove(source, self.clock())

    def check(self) -> HealthyReport:
        """Hold all signatures of the home against all healthy lines."""
        self.refresh()
        return self.healthy.check(self.clock())


def lines_in(stream: BinaryIO, name: str, told: Callable[[int], None] | None = None) -> Iterator[str]:
    """The lines of a log, in pieces where one never ends.  Raises InvalidInput for what is no text."""
    done = next_tell = 0
    for number, line in enumerate(iter(lambda: stream.readline(_PIECE), b"")):
        if number == 0 and line.startswith(_PACKED):
            raise InvalidInput(
                f"{name} is packed; unpack it on the way: zcat FILE | kb healthy add - --source NAME"
            )
        if b"\x00" in line:
            raise InvalidInput(f"{name} is no text: line {number + 1} holds a NUL byte; nothing was added")
        done += len(line)
        if told and done >= next_tell:
            told(done)
            next_tell = done + _TELL_EVERY
        yield line.decode("utf-8", "replace")
    if told:
        told(done)


def _lines_of(path: Path, progress: Progress | None) -> Generator[str]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from error
    with stream:
        total = os.fstat(stream.fileno()).st_size
        yield from lines_in(
            stream, str(path), (lambda done: progress("log", done, max(total, done))) if progress else None
        )


def standard_input() -> Iterator[str]:
    """The lines of standard input."""
    return lines_in(sys.stdin.buffer, "the input")
