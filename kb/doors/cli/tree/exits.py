"""Exit codes: one for each sort of end, the same for the same mistake in every command.  Pure.

`kb check --exit-code` says the verdict by 0, 1 and 2, so every mistake is 3 there, a wrong option as well.
"""

from __future__ import annotations

from enum import IntEnum

from typer import TyperException

from kb.errors import InvalidInput, NotThere, Refused, Stopped


class Ends(IntEnum):
    """How a command ended."""

    DONE = 0
    """It did what was asked."""
    FAILED = 1
    """It could not (no home, nothing of that name, an unreadable file, a full disk), or all is not well."""
    WRONG = 2
    """The command line is wrong: an option, an argument that is missing, a value that makes no sense."""
    ASKED = 3
    """Any of these, where 1 and 2 are verdicts (`kb check --exit-code`)."""
    STOPPED = 130
    """It was interrupted; what was committed stays."""
    UNREAD = 141
    """Whoever read its output has gone."""


TABLE = {
    Ends.DONE: "it did what was asked",
    Ends.FAILED: "it could not: no home, nothing of that name, not as things stand, an unreadable file, a full disk;"
    " or what it looked at is not well (`doctor`), not all taken in (`ingest`), below what was asked for (`eval`)",
    Ends.WRONG: "the command line is wrong: an unknown option, a missing argument, a value that makes no sense",
    Ends.ASKED: "with `check --exit-code` alone, where 0, 1 and 2 say known, related and unknown: any mistake",
    Ends.STOPPED: "it was interrupted; what was committed stays",
    Ends.UNREAD: "whoever read its output has gone (`kb … | head`)",
}
"""What each code says, for the page of the command line."""


def code_of(error: Exception) -> Ends:
    """The exit code of an error that a command ended with."""
    if isinstance(error, TyperException):
        return Ends(error.exit_code)
    if isinstance(error, Stopped):
        return Ends.STOPPED
    senseless = isinstance(error, InvalidInput) and not isinstance(error, NotThere | Refused)
    return Ends.WRONG if senseless else Ends.FAILED


def where_verdicts_are(words: list[str]) -> bool:
    """Whether this command line has its exit code say the verdict."""
    before = words[: words.index("--")] if "--" in words else words
    return "check" in before and "--exit-code" in before
