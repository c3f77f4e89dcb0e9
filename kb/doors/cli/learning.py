"""`kb learn pattern`, `kb learn tool-fix`."""

from __future__ import annotations

from typing import Any

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say
from kb.doors.lesson_details import Detail, taking_details
from kb.model.receipts import Learned

app = typer.Typer(help="Keep what was learned; it is found at once, by every process.", no_args_is_help=True)

_COMMAND = typer.Option([], "--command", "-c", metavar="LINE", help="A command to run; may be repeated.")
_AUTHOR = typer.Option("", "--author", metavar="NAME", help="Who says so.")


def _option(detail: Detail) -> tuple[Any, Any]:
    """A detail as an option of a command."""
    says = f"{detail.says} May be repeated." if detail.is_many else detail.says
    default: Any = [] if detail.is_many else None if detail.form is bool else ""
    kind = list[str] if detail.is_many else bool | None if detail.form is bool else str
    return kind, typer.Option(
        default, *detail.flags, metavar=None if detail.form is bool else detail.metavar, help=says
    )


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="learn", short_help="Keep a pattern or a tool fix.")


@app.command("pattern")
@taking_details(_option)
def learn_pattern(
    context: typer.Context,
    pattern: str = typer.Argument(..., metavar="PATTERN", help="The text that gives the error away."),
    meaning: str = typer.Option("", "--meaning", "-m", metavar="TEXT", help="What it means."),
    fix: str = typer.Option("", "--fix", "-f", metavar="TEXT", help="What fixes it."),
    category: str = typer.Option("", "--category", metavar="NAME", help="Such as pod_errors."),
    tool: list[str] = typer.Option(
        [], "--tool", metavar="NAME", help="The tool it holds for; may be repeated."
    ),
    command: list[str] = _COMMAND,
    author: str = _AUTHOR,
    as_json: bool = JSON,
    **details: Any,
) -> None:
    """Keep an error pattern."""
    with opened(context) as kb:
        learned = kb.learn_pattern(
            pattern,
            meaning,
            fix,
            command,
            category,
            tools=tool,
            author=author or None,
            **{**details, "expires": details["expires"] or None},
        )
    _report(learned, as_json)


@app.command("tool-fix")
@taking_details(_option)
def learn_tool_fix(
    context: typer.Context,
    tool_name: str = typer.Argument(..., metavar="TOOL", help="The tool that fails, such as kubectl_exec."),
    error_pattern: str = typer.Argument(..., metavar="PATTERN", help="The text that it fails with."),
    cause: str = typer.Option("", "--cause", "-m", metavar="TEXT", help="Why."),
    fix: str = typer.Option("", "--fix", "-f", metavar="TEXT", help="What helps."),
    command: list[str] = _COMMAND,
    author: str = _AUTHOR,
    as_json: bool = JSON,
    **details: Any,
) -> None:
    """Keep what makes a tool fail and what helps."""
    with opened(context) as kb:
        learned = kb.learn_tool_fix(
            tool_name,
            error_pattern,
            cause,
            fix,
            command,
            author=author or None,
            **{**details, "expires": details["expires"] or None},
        )
    _report(learned, as_json)


def _report(learned: Learned, as_json: bool) -> None:
    if as_json:
        print_json(learned)
        return
    say(learned.note or f"learned as {learned.status}, written to {learned.file}")
    for entry_id in learned.similar:
        say(f"nearly the same: {entry_id}")
    print_text(learned.id)
