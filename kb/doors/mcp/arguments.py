"""What tools take: lenient in form (numbers as text, lists as comma strings), clear about what is wrong.

Every mistake becomes one sentence for an agent: which argument, what is wrong with it, what to give
instead.  The names and their order come from the tools' own signatures.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from kb.errors import InvalidInput
from kb.learning.lesson import listed
from kb.text.times import parse_instant

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool
    from pydantic_core import ErrorDetails

_FORMERLY = {("skill_run", "skill_name"): "name"}
"""Names that arguments had in the servers this one follows: agents were taught them."""


def read_arguments(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the tool's function takes them.  Raises InvalidInput with one sentence."""
    known = tool.parameters.get("properties", {})
    given = {_FORMERLY.get((tool.name, name), name): value for name, value in given.items()}
    if unknown := [name for name in given if name not in known]:
        raise InvalidInput(f"{tool.name}: {unknown_name(unknown[0], known, 'argument')}")
    required = tool.parameters.get("required", ())
    said = {name: value for name, value in given.items() if value is not None or name in required}
    try:
        return tool.fn_metadata.arg_model.model_validate(said).model_dump_one_level()
    except ValidationError as error:
        wrong = "; ".join(dict.fromkeys(_sentence(one, known) for one in error.errors()))
        raise InvalidInput(f"{tool.name}: {wrong}") from None


def unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """That there is no such name, which one was probably meant, and which ones there are."""
    names = sorted(known) if what == "tool" else list(known)
    near = difflib.get_close_matches(name[:_SHOWN], names, 1, 0.5)
    meant = f"; did you mean `{near[0]}`?" if near else "."
    return f"there is no {what} {_value_in_words(name)}{meant} There are: {', '.join(names) or 'none'}"


def _sentence(error: ErrorDetails, known: Mapping[str, Any]) -> str:
    name = str(error["loc"][0]) if error["loc"] else "the arguments"
    told = known.get(name, {}).get("description", "")
    if error["type"] == "missing":
        return f"`{name}` is missing; give it: {told}" if told else f"`{name}` is missing"
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, ValueError):
        return f"`{name}` {reason}"
    limits = " and ".join(
        f"{words} {known[name][key]}"
        for key, words in (("minimum", "at least"), ("exclusiveMinimum", "more than"), ("maximum", "at most"))
        if key in known.get(name, {})
    )
    wanted = f"a number, {limits}" if limits else "a whole number"
    return f"`{name}` must be {wanted}, not {str(error['input'])[:_SHOWN]!r}"


MAX_TEXT = 100_000
"""Characters of an ordinary argument; whole logs belong into `error_text`, `alert` or `evidence`."""
MAX_LOG = 3_000_000
"""Characters of a log; the telling lines of a longer one are at hand with grep."""
_SHOWN = 60


def as_text(value: object) -> str:
    """Text, or a number or truth value as text."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_value_in_words(value)}")
    if len(value) > MAX_TEXT:
        raise ValueError(f"has {len(value)} characters, more than {MAX_TEXT}; give the telling part of it")
    return _clean(value)


def as_log(value: object) -> str:
    """A text that may be a whole log, or its lines as a list."""
    if isinstance(value, list | tuple) and all(isinstance(line, str) for line in value):
        value = "\n".join(value)
    if not isinstance(value, str):
        return as_text(value)
    if len(value) > MAX_LOG:
        raise ValueError(f"has {len(value)} characters, more than {MAX_LOG}; give the lines around the error")
    return _clean(value)


def as_log_or_data(value: object) -> object:
    """A text that may be a whole log, or data such as Alertmanager's JSON."""
    if not isinstance(value, dict | list):
        return as_log(value)
    if len(json.dumps(value)) > MAX_LOG:
        raise ValueError("is too large; give what tells of the error and leave out the rest")
    return _clean_data(value)


def as_words(value: object) -> tuple[str, ...]:
    """A list of texts: a list, JSON in a text, lines, or words between commas."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _from_json(value, "a list")
    if isinstance(value, str | int | float):
        value = listed(as_text(value))
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list of texts, or one text with commas, not {_value_in_words(value)}")
    return tuple(as_text(item) for item in value)


def as_number(value: object) -> object:
    """A number, or a text that is one."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ValueError(f"must be a number, not {_value_in_words(value)}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number, not {_value_in_words(value)}")
    return int(value) if abs(value) < 1e15 and value == int(value) else value


def as_flag(value: object) -> bool | None:
    """True, false, or None where nobody knows."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": None}
    found = value if isinstance(value, bool) or value is None else words.get(str(value).strip().lower(), "?")
    if isinstance(found, str):
        raise ValueError(f"must be true or false, not {_value_in_words(value)}")
    return found


def as_moment(value: object) -> datetime | None:
    """A time in ISO form; a day is its beginning, a time without zone is UTC."""
    if value in (None, ""):
        return None
    try:
        return parse_instant(str(value))
    except ValueError:
        raise ValueError(
            f"must be a time such as 2026-05-20T14:30:00Z, not {_value_in_words(value)}"
        ) from None


def as_day(value: object) -> date | None:
    """A day in ISO form."""
    moment = as_moment(value)
    return moment.date() if moment else None


def as_object(value: object) -> dict[str, Any]:
    """An object, or JSON or YAML in a text that holds one."""
    if isinstance(value, str):
        value = _from_json(value, "an object") if value.strip() else {}
    if not isinstance(value, dict):
        raise ValueError(f"must be an object or JSON text of one, not {_value_in_words(value)}")
    return value


def as_data(value: object) -> object:
    """Any data; texts in it must not be longer than an ordinary argument."""
    if len(value if isinstance(value, str) else json.dumps(value)) > MAX_TEXT:
        raise ValueError(f"is larger than {MAX_TEXT} characters; keep it as a document and ingest that")
    return _clean_data(value)


def as_checks(value: object) -> object:
    """The checks as `Incidents.verify` takes them."""
    if isinstance(value, str) and value.strip().lower() == "all":
        return "all"
    if isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{")):
        return {as_text(key): as_flag(held) for key, held in as_object(value).items()}
    return list(as_words(value))


def _from_json(text: str, wanted: str) -> object:
    from kb.memory.yaml_edit import load

    if len(text) > MAX_LOG:
        raise ValueError(f"has {len(text)} characters, more than {MAX_LOG}")
    try:
        return json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        pass
    try:
        return load(text)
    except ValueError as error:
        raise ValueError(f"must be {wanted}, and its text is neither JSON nor YAML: {error}") from None


def _clean(text: str) -> str:
    """The text without halves of characters, which no file and no database can hold."""
    return text.encode("utf-8", "replace").decode()


def _clean_data(value: object) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {_clean(str(key)): _clean_data(item) for key, item in value.items()}
    return [_clean_data(item) for item in value] if isinstance(value, list) else value


def _value_in_words(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
    names = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


_TEXTS_FORM = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
_OBJECT_FORM = {"anyOf": [{"type": "object"}, {"type": "string"}]}
_ANY_FORM = {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "array"}]}
_CHECKS_FORM = {
    "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "string"}}, {"type": "string"}]
}
Text = Annotated[str, BeforeValidator(as_text)]
Log = Annotated[str, BeforeValidator(as_log)]
Words = Annotated[tuple[str, ...], BeforeValidator(as_words), WithJsonSchema(_TEXTS_FORM)]
NUMBER = BeforeValidator(as_number)
"""Stands behind the limits of a number: `Annotated[int, Field(ge=1), NUMBER]`."""
Flag = Annotated[bool | None, BeforeValidator(as_flag), WithJsonSchema({"type": ["boolean", "null"]})]
Day = Annotated[date | None, BeforeValidator(as_day), WithJsonSchema({"type": ["string", "null"]})]
Inputs = Annotated[dict[str, Any], BeforeValidator(as_object), WithJsonSchema(_OBJECT_FORM)]
Data = Annotated[Any, BeforeValidator(as_data), WithJsonSchema({})]
LogLike = Annotated[Any, BeforeValidator(as_log_or_data), WithJsonSchema(_ANY_FORM)]
Checks = Annotated[
    Any,
    BeforeValidator(as_checks),
    WithJsonSchema(_CHECKS_FORM),
    Field(description='Keys that hold, an object of key to true or false, or "all".'),
]
Service = Annotated[Text, Field(description="The service it is about, where known.")]
Environment = Annotated[Text, Field(description="The environment, such as production or stage, where known.")]
IncidentId = Annotated[Text, Field(description="The incident; may be left out while only one is open.")]
Limit = Annotated[int, Field(ge=1, le=50), NUMBER, Field(description="How many at most, 1 to 50.")]
