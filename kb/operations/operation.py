"""An operation: a function of the knowledge base, declared once, which every door offers in its own form.

Its arguments come from the signature of its function, what it answers from the record that it returns, what it says of
itself from the docstring.  An operation that only reads says so; it is all that a caller who may not write can ask for.
"""

from __future__ import annotations

import difflib
import inspect
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import SimpleNamespace
from typing import Any, TypedDict, Unpack, get_args, get_origin, get_type_hints

from kb.base import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.role import Role
from kb.operations.arguments import ArgumentForm, in_words

ANSWER = 2_000
"""Tokens of an ordinary answer to an agent."""
CHECK = 700
"""Tokens of the first answer in an outage: one entry whole does more for an agent than four in part."""
PAGE = 4_000
"""Tokens of a memory file, a postmortem, an incident with its timeline."""
NEEDED = inspect.Parameter.empty
"""The default of an argument that has none."""

Newest = bool | Collection[str]
"""Whether the ends of long lists are kept rather than their beginnings; or the lists of which they are."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "alert": ("alert_text", "text"),
    "entry_id": ("id", "entry"),
    "environment": ("env",),
    "error_text": ("error", "query", "text", "message", "log"),
    "file": ("key",),
    "incident_id": ("incident", "id"),
    "item": ("value", "data"),
    "key": ("file", "name"),
    "lookup_id": ("lookup",),
    "name": ("skill_name", "skill"),
    "inputs": ("arguments", "args"),
    "path": ("list_path",),
    "list_path": ("path",),
    "filter": ("contains",),
    "proposal_id": ("id", "proposal"),
    "query": ("q", "text", "error_text"),
    "result": ("outcome",),
    "service": ("service_name",),
    "tool_name": ("tool",),
    "error_pattern": ("pattern",),
    "root_cause": ("cause", "meaning"),
    "fix_description": ("fix",),
    "fix": ("fix_description",),
    "meaning": ("root_cause", "cause"),
    "pattern": ("error_pattern",),
    "value": ("item",),
}
"""Names that callers give to an argument, where the operation has none of that name, and it can mean no other one."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: its form, what it says of itself, and what stands for it where it is left out."""

    name: str
    form: ArgumentForm
    says: str
    default: Any = NEEDED

    @property
    def is_needed(self) -> bool:
        """Whether it must be given."""
        return self.default is NEEDED


@dataclass(frozen=True)
class Operation:
    """One operation.

    `budget` is what an answer to an agent may take, in tokens; `newest` keeps the ends of long lists, or of those that
    it names; `more` tells how to see the rest.  `again` says that asking twice does no more than once, `slow` that much
    of the history is read whatever is given.  `told` makes of the record what an agent is told of it, where that is
    less; `words` puts that as a person would read it, where its data do not say it best.  `path` is the method and the
    path over HTTP.  `role` is the least one that may ask for it.
    """

    function: Callable[..., Any]
    path: str
    reads: bool
    budget: int = ANSWER
    again: bool = False
    newest: Newest = False
    more: str = ""
    slow: bool = False
    told: Callable[[Any], Any] | None = None
    words: Callable[[Any], str] | None = None
    role: Role = Role.READ

    @property
    def name(self) -> str:
        """What agents call it."""
        return self.function.__name__

    @property
    def says(self) -> str:
        """What it does, when to ask for it, what it answers."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The arguments by name, in the order of the signature."""
        return {one.name: one for one in _parameters(self.function)}

    @property
    def record(self) -> Any:
        """The type of the record that it returns."""
        return _returned(self.function)

    @property
    def told_record(self) -> Any:
        """The type of what agents are told."""
        return _returned(self.told or self.function)

    def __call__(self, kb: KnowledgeBase, **arguments: Any) -> Any:
        """The record.  Raises KbError for what the caller can mend."""
        return self.function(kb, **arguments)

    def read(self, given: Mapping[str, Any], without: Collection[str] = ()) -> dict[str, Any]:
        """The arguments as the function takes them, but for those that the caller reads by itself.

        Raises InvalidInput, with a sentence for all that is wrong.
        """
        said = self._by_name(given)
        found: dict[str, Any] = {}
        wrong = []
        for parameter in self.parameters.values():
            value = said.get(parameter.name)
            if parameter.name in without:
                continue
            if value is None and (parameter.name not in said or not parameter.is_needed):
                if parameter.is_needed:
                    wrong.append(f"`{parameter.name}` is missing; give it: {parameter.says}")
                continue
            try:
                found[parameter.name] = parameter.form.read(value)
            except ValueError as error:
                wrong.append(f"`{parameter.name}` {error}")
        if wrong:
            raise InvalidInput(f"{self.name}: {'; '.join(wrong)}")
        return found

    def _by_name(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was given, by the operation's own names."""
        meant = [
            (other, name)
            for name in self.parameters
            for other in SYNONYMS.get(name, ())
            if other not in self.parameters and name not in given
        ]
        several = Counter(other for other, _ in meant)
        synonyms = {other: name for other, name in meant if several[other] == 1}
        said = {synonyms.get(name, name): value for name, value in given.items()}
        if unknown := [name for name in said if name not in self.parameters]:
            raise InvalidInput(f"{self.name}: {unknown_name(unknown[0], self.parameters, 'argument')}")
        return said


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = _resolved(function, {name for name in function.__annotations__ if name != "return"})
    for name, one in list(inspect.signature(function).parameters.items())[1:]:
        if one.kind is inspect.Parameter.VAR_KEYWORD and get_origin(hints[name]) is Unpack:
            (details,) = get_args(hints[name])
            for detail, hint in get_type_hints(details, include_extras=True).items():
                form, says = _declared(hint)
                yield Parameter(detail, form, says, form.empty)
        else:
            yield Parameter(name, *_declared(hints[name]), one.default)


def _resolved(function: Callable[..., Any], names: Collection[str], **known: Any) -> dict[str, Any]:
    """The types of these annotations alone: an operation's record need not be imported to know its arguments."""
    told = SimpleNamespace(__annotations__={name: function.__annotations__[name] for name in names})
    return get_type_hints(told, function.__globals__, known, include_extras=True)


def _returned(function: Callable[..., Any]) -> Any:
    from kb.operations.records import by_name

    return _resolved(function, {"return"}, **by_name())["return"]


def _declared(hint: Any) -> tuple[ArgumentForm, str]:
    """The form and the words of an argument: the last of each, since the outermost stands behind the inner ones."""
    (form, *_) = (one for one in reversed(hint.__metadata__) if isinstance(one, ArgumentForm))
    return form, next((one for one in reversed(hint.__metadata__) if isinstance(one, str)), "")


def unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """That there is no such name, which one was probably meant, and which ones there are."""
    names = sorted(known) if what == "tool" else list(known)
    near = difflib.get_close_matches(name[:60], names, 1, 0.5)
    meant = f"; did you mean `{near[0]}`?" if near else "."
    return f"there is no {what} {in_words(name)}{meant} There are: {', '.join(names) or 'none'}"


Declares = Callable[[Callable[..., Any]], Operation]


class Toolset(StrEnum):
    """Which operations an agent is offered as tools; `skill_run` runs all the others.

    Those of an ordinary incident, those that only read, or all of them.
    """

    CORE = "core"
    READ = "read"
    ALL = "all"


class Details(TypedDict, total=False):
    """What may be declared of an operation beside its path and its budget; `Operation` says what each means."""

    newest: Newest
    more: str
    slow: bool
    told: Callable[[Any], Any]
    words: Callable[[Any], str]


def reading(path: str, budget: int = ANSWER, *, by: Role = Role.READ, **details: Unpack[Details]) -> Declares:
    """Declare an operation that changes nothing that its caller could see changed."""
    return lambda function: Operation(
        function, path, reads=True, budget=budget, again=True, role=by, **details
    )


def writing(
    path: str, budget: int = ANSWER, *, again: bool = False, by: Role = Role.WRITE, **details: Unpack[Details]
) -> Declares:
    """Declare an operation that adds to what is known."""
    return lambda function: Operation(
        function, path, reads=False, budget=budget, again=again, role=by, **details
    )
