"""The command line: data to stdout, talk to stderr, `--json` everywhere, one error handler."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `kb`.  Errors that kb raises on purpose end with their message and exit code 1."""
    from kb.cli.app import app
    from kb.errors import KbError

    try:
        app()
    except KbError as error:
        sys.stderr.write(f"kb: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except KeyboardInterrupt:
        sys.stderr.write("kb: stopped; what was committed stays\n")
        sys.exit(130)


__all__ = ["main"]
