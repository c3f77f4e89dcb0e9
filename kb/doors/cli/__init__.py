"""The command line: data to stdout, talk to stderr, `--json` everywhere, one error handler, one table of exit codes."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

_STOPPED = 130
"""`Ends.STOPPED`, which need not be loaded where nothing went wrong."""
_interrupts: list[int] = []
"""Each Ctrl-C so far: what is raised by one can be lost, in code that is left by any exception."""


def main() -> None:
    """Run `kb`.  Whatever goes wrong ends with one sentence on stderr and the code of `kb.doors.cli.tree.exits`."""
    from typer import TyperException

    from kb.doors.cli.tree.root import tree
    from kb.errors import KbError

    signal.signal(signal.SIGINT, _interrupt)
    try:
        code = tree(sys.argv[1:])(prog_name="kb", standalone_mode=False)
    except (TyperException, KbError, OSError) as error:
        _fail(error)
    except SystemExit as end:  # what typer makes of a pipe that nobody reads any more, among others
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        _leave_unread()
    except Exception as error:  # a mistake of kb's own: a person at an incident needs no traceback
        if os.environ.get("KB_TRACEBACK"):
            raise
        _fail(error)
    _end(code if isinstance(code, int) else 0)


def _interrupt(number: int, _frame: object) -> NoReturn:
    _interrupts.append(number)
    raise KeyboardInterrupt


def _end(code: int) -> NoReturn:
    if code == _STOPPED:  # (typer has taken the interrupt itself)
        _say("stopped; what was committed stays")
    sys.exit(code)


def _fail(error: Exception) -> NoReturn:
    """Say what went wrong, and end with its code.  What goes wrong after a Ctrl-C goes wrong because of it."""
    if _interrupts:
        _end(_STOPPED)
    from typer import TyperException

    from kb.doors.cli.tree.exits import Ends, code_of, where_verdicts_are
    from kb.errors import KbError

    if isinstance(error, TyperException):  # the command line itself is wrong
        from kb.doors.cli.tree.mistakes import in_plain_words

        error.message = in_plain_words(error.message)
        error.show() if hasattr(error, "show") else _say(error.format_message())
    elif isinstance(error, KbError):
        _say(str(error))
    elif isinstance(error, OSError):
        _say(f"the system refused: {error}; free space or mend the permissions, then try again")
    else:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        _say(f"this is a mistake in kb itself ({said}); KB_TRACEBACK=1 shows where, please report that")
    sys.exit(int(Ends.ASKED if where_verdicts_are(sys.argv[1:]) else code_of(error)))


def _leave_unread() -> NoReturn:
    """Whoever read the output has seen enough; nothing may be written to that pipe on the way out."""
    from kb.doors.cli.tree.exits import Ends

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    sys.exit(int(Ends.UNREAD))


def _say(message: str) -> None:
    from kb.doors.cli.printed.output import say

    say(f"kb: {message}")


__all__ = ["main"]
