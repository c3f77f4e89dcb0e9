"""Gives every command of the tree what all have: examples below its help, `--jsonl` and `--fields`, completion.

The commands themselves say none of it, so a new one has it as soon as it is in the tree; the tests ask for an example.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_name
from typer.models import CommandInfo, ParameterInfo

from kb.doors.cli.printed import shape
from kb.doors.cli.tree.examples import EXAMPLES, SECTIONS


class Commands(TyperGroup):
    """The commands of `kb`, in the order in which they are needed."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write them under the heads of `SECTIONS`; what has no place there comes last."""
        placed = {name for names in SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in placed)
        width = max(map(len, self.commands), default=0)
        for head, names in {**SECTIONS, "More": others}.items():
            rows = [
                (name.ljust(width), self.commands[name].get_short_help_str(formatter.width - width - 6))
                for name in names
                if name in self.commands
            ]
            if rows:
                with formatter.section(head):
                    formatter.write_dl(rows)


class JsonCommand(TyperCommand):
    """A command that prints JSON, with the options for its form."""

    def __init__(self, *arguments: Any, params: list[Any], **named: Any) -> None:
        at = next((n for n, one in enumerate(params, 1) if one.name == "as_json"), None)
        super().__init__(
            *arguments, params=params if at is None else [*params[:at], *_forms(), *params[at:]], **named
        )


@cache
def _forms() -> list[Any]:
    """`--jsonl` and `--fields`, as the parameters of a command."""
    forms = typer.Typer(add_completion=False)

    @forms.command()
    def command(
        lines: bool = typer.Option(
            False,
            "--jsonl",
            callback=shape.with_lines,
            is_eager=True,
            expose_value=False,
            help="Print JSON, an item of a list a line.",
        ),
        fields: str = typer.Option(
            "",
            "--fields",
            metavar="A,B.C",
            callback=shape.with_fields,
            is_eager=True,
            expose_value=False,
            help="Print JSON with these fields alone, such as id or trust.value.",
        ),
    ) -> None:
        del lines, fields

    return [one for one in typer.main.get_command(forms).params if one.name in ("lines", "fields")]


def furnish(app: typer.Typer) -> None:
    """Do that, for all commands below; completion only where a shell asks for it."""
    completing = "_KB_COMPLETE" in os.environ
    for path, info in commands_of(app):
        info.cls = JsonCommand
        if examples := EXAMPLES.get(path):
            info.epilog = "\n".join(("\b", "Examples:", *(f"  {line}" for line in examples)))
        if completing:
            complete(path, info)


def complete(path: str, info: CommandInfo) -> None:
    """Let the arguments and options of a command be completed."""
    from kb.doors.cli.tree.completion import BY_COMMAND, BY_NAME

    for name, declared in _declared(info.callback):
        declared.autocompletion = BY_COMMAND.get((path, name)) or BY_NAME.get(name)


def commands_of(app: typer.Typer, before: str = "") -> Iterator[tuple[str, CommandInfo]]:
    """Every command below, by what is typed for it."""
    for info in app.registered_commands:
        assert info.callback is not None
        yield f"{before}{info.name or get_command_name(info.callback.__name__)}", info
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from commands_of(group.typer_instance, f"{before}{group.name} ")


def _declared(command: Callable[..., Any] | None) -> Iterator[tuple[str, ParameterInfo]]:
    assert command is not None
    for name, one in inspect.signature(command).parameters.items():
        if isinstance(one.default, ParameterInfo):
            yield name, one.default
