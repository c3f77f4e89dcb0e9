"""`kb memory …`: the YAML files of the home, and the session log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_long, print_text, say
from kb.doors.cli.printed.text import exchange_text
from kb.model.receipts import ExchangeReport

app = typer.Typer(help="Read and change the memory files (learned/*, state/*).", no_args_is_help=True)
_KEY = typer.Argument(..., metavar="KEY", help="Such as learned/patterns or state/environments.")
_FOLDER = typer.Argument(
    ..., metavar="DIR", help="The folder; its learned/ and state/ have the files, as in a home."
)
_OVER = typer.Option(
    (),
    "--over",
    metavar="KEY@VERSION",
    help="Decide a conflict for the side that this command takes from; a conflict tells what to say here.",
)


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="memory")


@app.command()
def keys(context: typer.Context, as_json: bool = JSON) -> None:
    """List the memory files."""
    with opened(context) as kb:
        found = kb.memory.keys()
    _show(found, as_json)


@app.command()
def read(context: typer.Context, key: str = _KEY, as_json: bool = JSON) -> None:
    """Print a memory file's content."""
    with opened(context) as kb:
        content, unwritten = kb.memory.read(key), kb.memory.is_unwritten(key)
    _show(content, as_json)
    if unwritten:
        say(f"nobody has written {key} yet; it is empty")


@app.command()
def query(
    context: typer.Context,
    key: str = _KEY,
    path: str = typer.Argument("", metavar="PATH", help="A dotted path into the file."),
    contains: str = typer.Option("", "--filter", metavar="TEXT", help="Only items that hold this text."),
    as_json: bool = JSON,
) -> None:
    """Print a part of a memory file."""
    with opened(context) as kb:
        content = kb.memory.query(key, path, contains)
    _show(content, as_json)


@app.command()
def append(
    context: typer.Context,
    key: str = _KEY,
    list_path: str = typer.Argument(..., metavar="PATH", help="The list to append to, such as procedures."),
    item: str = typer.Argument(..., metavar="ITEM", help="The item, as JSON, YAML or plain text."),
    as_json: bool = JSON,
) -> None:
    """Append an item to a list of a memory file."""
    from kb.operations.memory import new_file

    with opened(context) as kb:
        note = new_file(kb, key)
        kb.memory_append(key, list_path, item)
    _done({"key": key, "list_path": list_path}, f"appended to {list_path} of {key}", as_json, note)


@app.command()
def update(
    context: typer.Context,
    key: str = _KEY,
    path: str = typer.Argument(..., metavar="PATH", help="A dotted path into the file."),
    value: str = typer.Argument(..., metavar="VALUE", help="The new value, as JSON, YAML or plain text."),
    as_json: bool = JSON,
) -> None:
    """Set a value in a memory file."""
    from kb.operations.memory import new_file

    with opened(context) as kb:
        note = new_file(kb, key)
        kb.memory_update(key, path, value)
    _done({"key": key, "path": path}, f"{path} of {key} set", as_json, note)


@app.command()
def log(
    context: typer.Context,
    action: str = typer.Argument(..., metavar="ACTION", help="What was done."),
    details: str = typer.Argument("", metavar="DETAILS", help="More about it."),
    as_json: bool = JSON,
) -> None:
    """Write a line into the session log."""
    with opened(context) as kb:
        event = kb.session_log(action, details)
    _done(event, f"logged with {event.subject}" if event.subject else "logged, with no incident", as_json)


@app.command(name="export")
def export(
    context: typer.Context,
    folder: str = _FOLDER,
    over: list[str] = _OVER,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be written; change nothing."),
    as_json: bool = JSON,
) -> None:
    """Write what changed in the home's memory into a folder, such as a git repository.

    Files that changed in the folder alone are left for kb memory import.  Exit code 1, and nothing is written, where a
    file changed on both sides since they were the same.
    """
    with opened(context) as kb:
        kb.refresh()
        report = kb.memory.beside(Path(folder)).export(over, dry_run=dry_run)
    _exchanged(report, "written to", as_json)


@app.command(name="import")
def take_in(
    context: typer.Context,
    folder: str = _FOLDER,
    over: list[str] = _OVER,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be taken in; change nothing."),
    as_json: bool = JSON,
) -> None:
    """Take in what changed in a folder that kb memory export wrote: all of it, or nothing.

    Files that changed in the home alone are left for kb memory export.  Exit code 1, and nothing is taken in, where a
    file changed on both sides since they were the same.
    """
    with opened(context) as kb:
        kb.refresh()
        report = kb.memory.beside(Path(folder)).take_in(over, dry_run=dry_run)
        mistakes = kb.refresh()
    _exchanged(report, "taken in from", as_json)
    for mistake in mistakes:
        say(str(mistake))


def _exchanged(report: ExchangeReport, what: str, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        print_text(exchange_text(report, what))
    if report.conflicts:
        raise typer.Exit(1)


def _done(record: object, message: str, as_json: bool, note: str = "") -> None:
    if note:
        say(f"note: {note}")
    if as_json:
        print_json(record)
    else:
        say(message)


def _show(content: Any, as_json: bool) -> None:
    from kb.memory.yaml_edit import render

    if as_json:
        print_json(content)
    else:
        print_long(render(content).rstrip("\n"))
