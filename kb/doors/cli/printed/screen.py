"""Where a command prints to: a terminal with its width and colours, or a pipe; and the pager for what is long.

A terminal gets pages (`lines.py`): wrapped at its width, in its sixteen colours.  `NO_COLOR` and `TERM=dumb` take the
colours away, a pipe gets the plain text, and `FORCE_COLOR` gives a pipe what a terminal would get.  What is longer than
the terminal goes through `KB_PAGER`, else `PAGER`, else `less`, which ends at once where it is not needed after all;
`PAGER=cat` leaves it out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple, TextIO

NARROWEST = 20
"""Columns below which nothing is wrapped any narrower."""


UNWRAPPED = 1_000_000
"""Columns of a page for a pipe: whoever reads it there wants its lines whole."""


class Screen(NamedTuple):
    """A terminal: columns, rows, and whether it shows colours."""

    width: int = 80
    height: int = 24
    colours: bool = False


def screen(environ: Mapping[str, str] = os.environ) -> Screen | None:
    """The terminal that standard output is; None where it is none and nobody wants it to look like one."""
    wanted = environ.get("FORCE_COLOR", "") not in ("", "0")
    if not (sys.stdout.isatty() or wanted):
        return None
    colours = not environ.get("NO_COLOR") and (wanted or environ.get("TERM", "") not in ("", "dumb"))
    width, height = _size(sys.stdout, environ)
    return Screen(max(NARROWEST, width), height, colours)


def width_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """The columns of the terminal that a stream is."""
    return max(NARROWEST, _size(stream, environ)[0])


def _size(stream: TextIO, environ: Mapping[str, str]) -> tuple[int, int]:
    """Columns and rows: what the environment says, else what the terminal says of itself."""
    try:
        found = tuple(os.get_terminal_size(stream.fileno()))
    except (OSError, ValueError):
        found = (0, 0)
    given = (environ.get("COLUMNS", ""), environ.get("LINES", ""))
    columns, rows = (
        int(one) if one.isdecimal() and int(one) else there or usual
        for one, there, usual in zip(given, found, (80, 24), strict=True)
    )
    return columns, rows


def pager(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command that shows long texts; empty where there is none, or where the terminal cannot show it."""
    if not sys.stdout.isatty() or environ.get("TERM", "") in ("", "dumb"):
        return []
    import shlex

    named = next((environ[name] for name in ("KB_PAGER", "PAGER") if name in environ), "less")
    try:
        words = shlex.split(named)
    except ValueError:  # a quote that never ends
        return []
    return words if words and words[0] != "cat" and shutil.which(words[0]) else []


def page_through(text: str, command: list[str]) -> bool:
    """Show the text in the pager until that is left; False where the pager could not be begun."""
    environment = {"LESS": "FRX", "LESSCHARSET": "utf-8", **os.environ}
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    assert process.stdin is not None
    try:
        process.stdin.write(text.encode("utf-8", "replace"))
        process.stdin.close()
    except BrokenPipeError:
        pass  # whoever reads has seen enough
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:  # is the pager's: in less it ends a search
            continue
        return True
