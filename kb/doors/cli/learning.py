"""`kb learn pattern`, `kb learn tool-fix`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from kb.doors.cli.arguments import argument, option, taking
from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say
from kb.operations import learning

if TYPE_CHECKING:
    from kb.model.receipts import Learned
    from kb.operations.operation import Operation

app = typer.Typer(help="Keep what was learned; it is found at once, by every process.", no_args_is_help=True)

_AUTHOR = typer.Option("", "--author", metavar="NAME", help="Who says so.")


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="learn", short_help="Keep a pattern or a tool fix.")


@app.command("pattern")
@taking(
    learning.learn_pattern,
    pattern=argument("PATTERN"),
    meaning=option("--meaning", "-m"),
    fix=option("--fix", "-f"),
)
def learn_pattern(context: typer.Context, author: str = _AUTHOR, as_json: bool = JSON, **given: Any) -> None:
    """Keep an error pattern."""
    _report(_learned(context, learning.learn_pattern, author, given), as_json)


@app.command("tool-fix")
@taking(
    learning.learn_tool_fix,
    tool_name=argument("TOOL"),
    error_pattern=argument("PATTERN"),
    root_cause=option("--cause", "-m"),
    fix_description=option("--fix", "-f"),
)
def learn_tool_fix(context: typer.Context, author: str = _AUTHOR, as_json: bool = JSON, **given: Any) -> None:
    """Keep what makes a tool fail and what helps."""
    _report(_learned(context, learning.learn_tool_fix, author, given), as_json)


def _learned(context: typer.Context, operation: Operation, author: str, given: Mapping[str, Any]) -> Learned:
    """The lesson, kept; only at a terminal may somebody speak for somebody else."""
    said = {"author": author} if author else {}
    with opened(context) as kb:
        learned: Learned = operation(kb, **operation.read(given), **said)
    return learned


def _report(learned: Learned, as_json: bool) -> None:
    if as_json:
        print_json(learned)
        return
    say(learned.note or f"learned as {learned.status}, written to {learned.file}")
    for entry_id in learned.similar:
        say(f"nearly the same: {entry_id}")
    print_text(learned.id)
