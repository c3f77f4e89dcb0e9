"""The command line: data to stdout, talk to stderr, `--json` everywhere, one error handler, one table of exit codes."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `kb`.  Whatever goes wrong ends with one sentence on stderr and the code of `kb.doors.cli.tree.exits`."""
    from typer import TyperException

    from kb.doors.cli.app import app
    from kb.doors.cli.tree.exits import Ends, code_of, where_verdicts_are
    from kb.errors import KbError

    verdicts = where_verdicts_are(sys.argv[1:])
    try:
        code = app(prog_name="kb", standalone_mode=False)
    except TyperException as error:  # the command line itself is wrong
        error.show() if hasattr(error, "show") else _say(error.format_message())
        sys.exit(Ends.ASKED if verdicts else error.exit_code)
    except KbError as error:
        _fail(str(error), Ends.ASKED if verdicts else code_of(error))
    except SystemExit as end:  # what typer makes of a pipe that nobody reads any more, among others
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        # Nothing may be written to that pipe on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        sys.exit(Ends.UNREAD)
    except OSError as error:
        _fail(f"the system refused: {error}; free space or mend the permissions, then try again", Ends.FAILED)
    except Exception as error:  # a mistake of kb's own: a person at an incident needs no traceback
        if os.environ.get("KB_TRACEBACK"):
            raise
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        _fail(
            f"this is a mistake in kb itself ({said}); KB_TRACEBACK=1 shows where, please report that",
            Ends.FAILED,
        )
    if code == Ends.STOPPED:  # (typer has taken the interrupt itself)
        _fail("stopped; what was committed stays", Ends.STOPPED)
    sys.exit(code if isinstance(code, int) else Ends.DONE)


def _say(message: str) -> None:
    from kb.doors.cli.printed.output import say

    say(f"kb: {message}")


def _fail(message: str, code: int) -> None:
    _say(message)
    sys.exit(int(code))


__all__ = ["main"]
