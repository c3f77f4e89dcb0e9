"""What a line of a crash is for, and the row of a table that tells it by its form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a line of a crash tells."""

    MESSAGE = "message"
    """What went wrong."""
    CAUSE = "cause"
    """A deeper cause, named as such."""
    FRAME = "frame"
    """Where."""
    GENERIC = "generic"
    """What any crash of this runtime prints, quoted source lines and carets among it."""
    OTHER = "other"


DOTTED = r"(?:[A-Za-z_$][\w$]*[.:\\/]{1,2}){0,12}[A-Za-z_$][\w$]*"
EXCEPTION = (
    r"(?:[A-Za-z_$][\w$]*(?:::|[./\\])){0,12}[A-Z_$][\w$]{0,80}(?:Error|Exception|Throwable|Failure|Rejec"
    r"tion|Interrupt|Exit|Fault|Timeout)"
)
"""The name of an exception, with its package."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of lines of one runtime.

    `pattern` is matched at the beginning of the line; in a message the groups `kind` and `message` are what
    remains of it without its wrapper.  `mark` is what each such line holds, in lower case; a form without one is
    only looked for within a trace that another line began.  `next_tells`: the message is the next line that is
    not empty.  `previous_tells`: it was the line before.  `leads`: of several messages of one crash this one is
    the one to take, whatever came before; `follows`: it is not, where another came before (with `next_tells`: the
    next line is a cause).
    """

    runtime: str
    role: Role
    pattern: str
    example: str
    mark: str = ""
    next_tells: bool = False
    previous_tells: bool = False
    leads: bool = False
    follows: bool = False


def message(runtime: str, mark: str, pattern: str, example: str, **more: bool) -> Form:
    """A form of lines that tell what went wrong."""
    return Form(runtime, Role.MESSAGE, pattern, example, mark, **more)


def cause(runtime: str, mark: str, pattern: str, example: str, **more: bool) -> Form:
    """A form of lines that name a deeper cause."""
    return Form(runtime, Role.CAUSE, pattern, example, mark, **more)


def frame(runtime: str, pattern: str, example: str, mark: str = "", **more: bool) -> Form:
    """A form of lines that say where."""
    return Form(runtime, Role.FRAME, pattern, example, mark, **more)


def generic(runtime: str, pattern: str, example: str, mark: str = "", **more: bool) -> Form:
    """A form of lines that any crash of the runtime prints."""
    return Form(runtime, Role.GENERIC, pattern, example, mark, **more)
