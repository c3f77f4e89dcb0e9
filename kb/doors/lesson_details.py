"""What may be said of any lesson beside its text, cause and fix: declared once, for commands and for tools of agents.

A function that takes `**details` is given an argument for each of them by `taking_details`, in the form that its door
understands.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class Detail:
    """One of them: `form` is what a value is, `flags` how a command takes it."""

    name: str
    form: type
    says: str
    flags: tuple[str, ...]
    metavar: str = "TEXT"

    @property
    def is_many(self) -> bool:
        """Whether there may be several values."""
        return self.form is list


DETAILS = (
    Detail("check", str, "What separates this cause from others with the same symptom.", ("--check",)),
    Detail("warning", str, "What was tried and did not work, or why this is no error.", ("--warning",)),
    Detail("services", list, "The services it holds for; none means any.", ("--service",), "NAME"),
    Detail(
        "environments",
        list,
        "The environments it holds in; none means any.",
        ("--environment", "--env"),
        "NAME",
    ),
    Detail("must_match", list, "Texts that the pattern must match.", ("--must-match",)),
    Detail("must_not_match", list, "Texts that it must not match.", ("--must-not-match",)),
    Detail(
        "regex",
        bool,
        "Whether the pattern is a regular expression; else its form tells.",
        ("--regex/--literal",),
        "",
    ),
    Detail("expires", str, "The day after which it no longer counts, as 2026-12-31.", ("--expires",), "DAY"),
)


def taking_details(
    argument: Callable[[Detail], tuple[Any, Any]], details: Iterable[Detail] = DETAILS
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put an argument for each detail in the place of `**details`; `argument` gives its type and its default."""
    given = {detail.name: argument(detail) for detail in details}

    def changed(fn: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(fn)
        def called(*arguments: Any, **named: Any) -> Any:
            return fn(*arguments, **named)

        signature, hints = inspect.signature(fn), get_type_hints(fn, include_extras=True)
        kept = [
            parameter.replace(annotation=hints.get(name, parameter.annotation))
            for name, parameter in signature.parameters.items()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, (kind, default) in given.items()
        ]
        called.__dict__["__signature__"] = signature.replace(
            parameters=[*kept, *added], return_annotation=hints["return"]
        )
        called.__annotations__ = {
            **{one.name: one.annotation for one in (*kept, *added)},
            "return": hints["return"],
        }
        return called

    return changed
