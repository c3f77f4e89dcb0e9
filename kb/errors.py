"""The errors that kb raises, and the problems that it reports.

An exception means that the call did nothing.  A `Problem` is a value: one mistake in one place of
a file, while everything else went on working.  Every message says where and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass


class KbError(Exception):
    """Base of all errors that kb raises on purpose; `str(error)` is fit for a person to read."""


class HomeNotFound(KbError):
    """No folder with `learned/` and `state/` was found where kb looked."""


class HomeNotWritable(KbError):
    """The home can be read but not written (permissions, read-only mount, full disk)."""


class HomeBusy(HomeNotWritable):
    """Another process writes into the home just now, and what was asked must not wait for it."""


class InvalidInput(KbError, ValueError):
    """An argument is missing, empty, too large or of the wrong form."""


class NotThere(InvalidInput):
    """What an argument names is not there: a memory file, a place in one, a lookup, a change."""


class Refused(InvalidInput):
    """What was asked for makes sense, but not as things stand: an incident is closed, a proposal was accepted."""


class NothingAsked(InvalidInput):
    """A question without a word in it: the program whose output was to be asked about has said nothing."""


class NotAllowed(KbError):
    """The caller may read, and what was asked writes."""


class EntryNotFound(KbError, LookupError):
    """No entry has the id that was asked for."""


class Stopped(KbError):
    """Somebody interrupted the call; the message says what stays and how it goes on."""


class FileUnreadable(KbError):
    """A file that people own cannot be understood; it is left exactly as it was."""


class FileChanged(KbError):
    """A file changed between reading and writing; nothing was written."""


class StoreBroken(KbError):
    """The database or an index cannot be used; the message names the repair."""


class StoreAway(StoreBroken):
    """The server of the database does not answer, or takes too long to."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one place: `path:line: message`.  `line` counts from 1; None means the whole file."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"
