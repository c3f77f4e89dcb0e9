"""An operation's arguments as those of a command: their words and forms come from the operation, their flags by rule.

A command that takes `**given` gets an option for each argument of its operation; `spelled` names those that are not
spelled by rule, such as what stands without a flag.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any, get_type_hints

import typer

from kb.operations.arguments import MANY, YES_OR_NO
from kb.operations.operation import Operation, Parameter

Spelled = Callable[[Parameter], tuple[Any, Any]]
"""What makes the type of a command's parameter, and its typer declaration."""

_METAVARS = {
    "service": "NAME",
    "environment": "NAME",
    "services": "NAME",
    "environments": "NAME",
    "by": "NAME",
}


def argument(metavar: str) -> Spelled:
    """What stands without a flag."""

    def spelled(one: Parameter) -> tuple[Any, Any]:
        if one.form is MANY:
            return list[str], typer.Argument(..., metavar=metavar, help=one.says)
        return str, typer.Argument(... if one.is_needed else one.default, metavar=metavar, help=one.says)

    return spelled


def option(*flags: str, metavar: str = "TEXT") -> Spelled:
    """What stands behind one of these flags, or is said by the flag alone (`--worked/--no-help`)."""

    def spelled(one: Parameter) -> tuple[Any, Any]:
        if one.form is YES_OR_NO:
            kind = bool if one.default is False else bool | None
            return kind, typer.Option(one.default, *flags, help=one.says)
        if one.form is MANY:
            return list[str], typer.Option([], *flags, metavar=metavar, help=f"{one.says} May be repeated.")
        if one.form.schema.get("type") == "integer":
            return int, typer.Option(one.default, *flags, metavar="N", help=one.says)
        default = ... if one.is_needed else one.default
        return str, typer.Option(default, *flags, metavar=metavar, help=one.says)

    return spelled


_BY_RULE: dict[str, Spelled] = {
    "environment": option("--environment", "--env", metavar="NAME"),
    "environments": option("--environment", "--env", metavar="NAME"),
    "services": option("--service", metavar="NAME"),
    "tools": option("--tool", metavar="NAME"),
    "tool_name": option("--tool", metavar="NAME"),
    "commands": option("--command", "-c", metavar="LINE"),
    "regex": option("--regex/--literal"),
    "incident_id": option("--incident", "-i", metavar="ID"),
    "entry_id": option("--entry", metavar="ID"),
    "lookup_id": option("--lookup", metavar="ID"),
    "evidence": option("--evidence", "-e"),
}


def taking(operation: Operation, *, without: Collection[str] = (), **spelled: Spelled) -> Callable[..., Any]:
    """Give a command the arguments of an operation in the place of its `**given`, but for those it takes by itself."""

    def changed(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(*arguments: Any, **named: Any) -> Any:
            return command(*arguments, **named)

        signature, hints = inspect.signature(command), get_type_hints(command)
        kept = [
            one.replace(annotation=hints[name])
            for name, one in signature.parameters.items()
            if one.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        given = [
            _parameter(one, spelled.get(one.name) or _by_rule(one))
            for one in operation.parameters.values()
            if one.name not in without
        ]
        called.__dict__["__signature__"] = signature.replace(parameters=_ordered(kept, given))
        called.__annotations__ = {one.name: one.annotation for one in (*kept, *given)}
        return called

    return changed


def _by_rule(one: Parameter) -> Spelled:
    plain = option(f"--{one.name.replace('_', '-')}", metavar=_METAVARS.get(one.name, "TEXT"))
    return _BY_RULE.get(one.name, plain)


def _parameter(one: Parameter, spelled: Spelled) -> inspect.Parameter:
    kind, declared = spelled(one)
    return inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=declared, annotation=kind)


def _ordered(kept: Iterable[inspect.Parameter], given: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """The context first, then what the operation takes, then what the command takes beside that, such as `--json`."""
    context, *more = (one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in kept)
    return [context, *given, *more]
