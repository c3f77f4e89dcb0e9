"""The command line: data to stdout, talk to stderr, `--json` everywhere, one error handler.

Exit codes: 0 when it worked, 1 when it did not (the reason is on stderr), 2 when the command line
itself is wrong, 130 when it was interrupted.  `kb check --exit-code` tells the verdict (0, 1, 2), an error is 3 there.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `kb`.  Whatever goes wrong ends with one sentence on stderr and exit code 1."""
    from kb.doors.cli.app import app
    from kb.errors import KbError

    try:
        app(prog_name="kb")
    except KbError as error:
        _fail(str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing may be written to that pipe on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        _fail("stopped; what was committed stays", 130)
    except OSError as error:
        _fail(f"the system refused: {error}; free space or mend the permissions, then try again")
    except Exception as error:  # a mistake of kb's own: a person at an incident needs no traceback
        if os.environ.get("KB_TRACEBACK"):
            raise
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        _fail(f"this is a mistake in kb itself ({said}); KB_TRACEBACK=1 shows where, please report that")


def _fail(message: str, code: int = 1) -> None:
    from kb.text.escaping import visible

    sys.stderr.write(f"kb: {visible(message)}\n")
    sys.exit(code)


__all__ = ["main"]
