"""How commands talk: JSON or text to stdout, everything else to stderr, and the open home."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from kb.doors.cli.printed import shape
from kb.doors.cli.printed.lines import height, rendered
from kb.doors.cli.printed.screen import UNWRAPPED, Screen, page_through, pager, screen, width_of
from kb.text.escaping import escaped, visible

if TYPE_CHECKING:
    from rich.text import Text

    from kb.base import KnowledgeBase
    from kb.operations.operation import Operation

JSON = typer.Option(
    False, "--json", callback=shape.asked_for, help="Print JSON; its shape is in docs/json.md."
)
EXACT_BELOW = 50_000
"""Vectors below which a command compares all of them: no index is quicker, and no server need be reached."""


@contextmanager
def opened(context: typer.Context, exact_below: int = EXACT_BELOW) -> Iterator[KnowledgeBase]:
    """The home that the options name, open for one command."""
    from kb.base import KnowledgeBase

    with KnowledgeBase.open(context.obj or None, exact_below=exact_below) as kb:
        yield kb


def asked(context: typer.Context, operation: Operation, given: Mapping[str, Any]) -> Any:
    """The record of an operation, asked of the home with what a command was given."""
    with opened(context) as kb:
        return operation(kb, **operation.read(given))


def shown_ids(kb: KnowledgeBase, entries: Sequence[str], lookup: str | None = None) -> dict[str, str]:
    """What a page shows for ids of entries and of a lookup: as few letters as find them."""
    from kb.store.ids.known_ids import Space

    short = kb.ids.short(Space.ENTRY, entries)
    return {**short, **kb.ids.short(Space.LOOKUP, [lookup])} if lookup else short


def print_json(value: object) -> None:
    """Any record or plain data as JSON."""
    if text := as_json_text(value):  # of no item, no line
        typer.echo(text)


def print_text(text: object, *, nl: bool = True) -> None:
    """Data for a person on stdout.  Every text that a command prints goes through here or `say`.

    What a terminal would obey, and what nobody would see, has a mark in its place.  On a terminal, lines end between
    words; a text that brings its own last line end (`nl` is false) is one to be copied, and keeps its lines.
    """
    shown = visible(str(text))
    typer.echo(_fitted(shown) if nl else shown, nl=nl)


def print_lines(lines: Sequence[Text], terminal: Screen, *, paged: bool = True) -> None:
    """A page for a terminal, whose texts were made safe by `lines.py`; through the pager where it is longer."""
    _print_page(rendered(lines, terminal), height(lines, terminal.width) if paged else 0, terminal)


def print_page(page: Callable[[int], Sequence[Text]]) -> None:
    """A page of so many columns, for the terminal or, without colours and line ends, for a pipe."""
    if terminal := screen():
        print_lines(page(terminal.width), terminal)
    else:
        print_plain(page(UNWRAPPED))


def print_plain(lines: Sequence[Text]) -> None:
    """A page for a pipe: its words without a style."""
    print_text("\n".join(line.plain for line in lines))


def print_long(text: str, *, fold: bool = False) -> None:
    """As `print_text`, of a text that may be longer than the terminal: then through the pager.

    Its lines stay as they are (YAML is copied), unless `fold` is given.
    """
    terminal, shown = screen(), visible(text)
    shown = _fitted(shown) if fold else shown
    if terminal is None:
        typer.echo(shown, nl=not shown.endswith("\n"))
    else:
        rows = sum(1 + len(line) // terminal.width for line in shown.splitlines())
        _print_page(shown if shown.endswith("\n") else f"{shown}\n", rows, terminal)


def print_markdown(text: str) -> None:
    """As `print_long`, of a text in Markdown: as a page where there is a terminal, as it is in a pipe."""
    if terminal := screen():
        from kb.doors.cli.printed.markdown_page import markdown_page

        print_lines(markdown_page(text, terminal.width), terminal)
    else:
        print_long(text)


def _print_page(text: str, rows: int, terminal: Screen) -> None:
    command = pager() if rows >= terminal.height else []
    if not (command and page_through(text, command)):
        typer.echo(text, nl=False, color=True)


def as_json_text(value: object) -> str:
    """The JSON that commands print; what a terminal would obey is escaped, so it says the same."""
    from kb.text.entries.codec import to_builtins

    values, a_line_each = shape.shaped(to_builtins(value))
    indent = None if a_line_each else 2
    return escaped("\n".join(json.dumps(one, indent=indent, ensure_ascii=False) for one in values))


def say(message: str) -> None:
    """Talk, not data: on stderr, cleaned like data; on a terminal, lines end between words."""
    shown = visible(message)
    if sys.stderr.isatty():
        shown = "\n".join(_folded(line, width_of(sys.stderr)) for line in shown.split("\n"))
    typer.echo(shown, err=True)


def _fitted(text: str) -> str:
    """The text for standard output: on a terminal, with lines that end between words."""
    terminal = screen()
    return "\n".join(_folded(line, terminal.width) for line in text.split("\n")) if terminal else text


def _folded(line: str, width: int) -> str:
    from textwrap import fill

    if len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


_PHASES = {"read": "reading files", "embed": "embedding texts", "log": "reading the log", "ask": "asking"}


class ProgressBar:
    """A bar with rate and time left on a terminal; on anything else, a line every tenth."""

    def __init__(self) -> None:
        self._phase = ""
        self._tenth = -1
        self._live = sys.stderr.isatty()
        self._bar: object | None = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show how far it is: `done` of `total` steps of a phase."""
        if phase != self._phase:
            self.close()
            self._phase, self._tenth = phase, -1
        if self._live:
            self._advance(done, total)
        elif (tenth := done * 10 // max(1, total)) > self._tenth:
            self._tenth = tenth
            say(f"{_PHASES[phase]}: {done} of {total}")

    def _advance(self, done: int, total: int) -> None:
        from tqdm import tqdm

        if not isinstance(self._bar, tqdm):
            self._bar = tqdm(total=total, desc=_PHASES[self._phase], unit="", file=sys.stderr, leave=True)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """End the bar of the current phase."""
        if self._bar is not None:
            self._bar.close()  # type: ignore[attr-defined]
        self._bar = None
