"""Forms of arguments: lenient in form (numbers as text, lists as comma strings), clear about what is wrong.

A form is what stands behind a type in a signature: `limit: Annotated[int, whole(1, 50), "How many at most."]`.
Every mistake becomes one sentence: which argument, what is wrong with it, what to give instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from kb.text.times import parse_instant

MAX_TEXT = 100_000
"""Characters of an ordinary argument; whole logs belong into `error_text`, `alert` or `evidence`."""
MAX_LOG = 3_000_000
"""Characters of a log; the telling lines of a longer one are at hand with grep."""
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ArgumentForm:
    """What an argument may be: `read` makes the value of what was given, or raises ValueError with what is wrong.

    `schema` tells it in JSON Schema; `empty` is what stands for an argument that was left out, where its function
    names no default.
    """

    read: Callable[[object], Any]
    schema: Mapping[str, Any]
    empty: Any = ""


def as_text(value: object) -> str:
    """Text, or a number or truth value as text."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {in_words(value)}")
    if len(value) > MAX_TEXT:
        raise ValueError(
            f"has {len(value)} characters, more than {MAX_TEXT}; give the telling part of it, "
            "and take a whole text in with: kb ingest FILE"
        )
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
        from kb.learning.lesson import listed

        value = listed(as_text(value))
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list of texts, or one text with commas, not {in_words(value)}")
    return tuple(as_text(item) for item in value)


def whole(least: int, most: int) -> ArgumentForm:
    """A whole number within these limits, or a text that is one."""
    return _number({"type": "integer", "minimum": least, "maximum": most})


def number(above: float, most: float) -> ArgumentForm:
    """A number within these limits, or a text that is one."""
    return _number({"type": "number", "exclusiveMinimum": above, "maximum": most})


_LIMITS = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}


def _number(schema: Mapping[str, Any]) -> ArgumentForm:
    limits = " and ".join(f"{words} {schema[key]}" for key, words in _LIMITS.items() if key in schema)

    def read(value: object) -> int | float:
        found = _as_number(value)
        is_whole = isinstance(found, int)
        within = schema.get("minimum", found) <= found <= schema["maximum"] and (
            found > schema.get("exclusiveMinimum", found - 1)
        )
        if not within or (schema["type"] == "integer" and not is_whole):
            raise ValueError(f"must be a number, {limits}, not {str(value)[:_SHOWN]!r}")
        return found

    return ArgumentForm(read, schema)


def _as_number(value: object) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ValueError(f"must be a number, not {in_words(value)}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number, not {in_words(value)}")
    return int(value) if abs(value) < 1e15 and value == int(value) else value


def as_flag(value: object) -> bool | None:
    """True, false, or None where nobody knows."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": None}
    found = value if isinstance(value, bool) or value is None else words.get(str(value).strip().lower(), "?")
    if isinstance(found, str):
        raise ValueError(f"must be true or false, not {in_words(value)}")
    return found


def as_moment(value: object) -> datetime | None:
    """A time in ISO form; a day is its beginning, a time without zone is UTC."""
    if value in (None, ""):
        return None
    try:
        return parse_instant(str(value))
    except ValueError:
        raise ValueError(f"must be a time such as 2026-05-20T14:30:00Z, not {in_words(value)}") from None


def as_day(value: object) -> date | None:
    """A day in ISO form."""
    moment = as_moment(value)
    return moment.date() if moment else None


def as_object(value: object) -> dict[str, Any]:
    """An object, or JSON or YAML in a text that holds one."""
    if isinstance(value, str):
        value = _from_json(value, "an object") if value.strip() else {}
    if not isinstance(value, dict):
        raise ValueError(f"must be an object or JSON text of one, not {in_words(value)}")
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


def in_words(value: object) -> str:
    """The value as a sentence names it: a text in quotes, cut; else what it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
    names = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


# What models may be given differs: OpenAI refuses an array without items, Gemini a list of types, Anthropic what has
# no type.  A choice of single types is taken by all; beside null, LangChain keeps but one of them for Gemini.
_STRING, _AN_OBJECT, _NUMBER, _BOOLEAN, _NULL = (
    {"type": name} for name in ("string", "object", "number", "boolean", "null")
)
_TEXTS = {"anyOf": [{"type": "array", "items": _STRING}, _STRING]}
_OBJECT = {"anyOf": [_AN_OBJECT, _STRING]}
_LINES_OR_DATA = {
    "anyOf": [_STRING, _AN_OBJECT, {"type": "array", "items": {"anyOf": [_STRING, _AN_OBJECT]}}]
}
_VALUES = [_STRING, _AN_OBJECT, _NUMBER, _BOOLEAN]
_ANYTHING = {"anyOf": [*_VALUES, {"type": "array", "items": {"anyOf": _VALUES}}]}
_CHECKED = {"anyOf": [_AN_OBJECT, {"type": "array", "items": _STRING}, _STRING]}

MANY = ArgumentForm(as_words, _TEXTS, ())
"""Several texts."""
YES_OR_NO = ArgumentForm(as_flag, {"anyOf": [_BOOLEAN, _NULL]}, None)
"""Yes, no, or nobody knows."""

Text = Annotated[str, ArgumentForm(as_text, _STRING)]
Log = Annotated[str, ArgumentForm(as_log, _STRING)]
Words = Annotated[tuple[str, ...], MANY]
Flag = Annotated[bool | None, YES_OR_NO]
Moment = Annotated[datetime | None, ArgumentForm(as_moment, _STRING, None)]
Day = Annotated[date | None, ArgumentForm(as_day, _STRING, None)]
Inputs = Annotated[dict[str, Any], ArgumentForm(as_object, _OBJECT)]
Data = Annotated[Any, ArgumentForm(as_data, _ANYTHING)]
LogLike = Annotated[Any, ArgumentForm(as_log_or_data, _LINES_OR_DATA)]
Checks = Annotated[
    Any, ArgumentForm(as_checks, _CHECKED), 'Keys that hold, an object of key to true or false, or "all".'
]
Service = Annotated[Text, "The service it is about, where known."]
Environment = Annotated[Text, "The environment, such as production or stage, where known."]
IncidentId = Annotated[Text, "The incident; may be left out while only one is open."]
Limit = Annotated[int, whole(1, 50), "How many at most, 1 to 50."]
