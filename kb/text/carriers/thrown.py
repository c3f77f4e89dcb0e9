"""An exception that a logger wrote as data, in the words in which its runtime prints it: `KeyError: 'sku'`.

structlog's `dict_tracebacks`, log4j2's JsonLayout, loguru's `serialize`, OpenTelemetry, ECS, pino and others keep the
name of an exception and what it says in two fields, under names of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kb.text.carriers.data import plain_name

_PAIRS = (
    ("exc_type", "exc_value"),
    ("exception.type", "exception.message"),
    ("error.type", "error.message"),
    ("exception_type", "exception_message"),
    ("exception_class", "exception_message"),
    ("exception", "reason"),
    ("classname", "message"),
    ("class", "message"),
    ("type", "message"),
    ("type", "value"),
    ("name", "message"),
)
"""Fields of the name, each with that of the words; the plainest last, as a record has `name` and `message`, too."""
_NAME = re.compile(
    r"(?:builtins\.)?(?P<name>(?:[A-Za-z_$][\w$]{0,80}(?:::|[./\\$+])){0,12}[A-Za-z_$][\w$]{0,120})"
)
_NAMED_SO = re.compile(
    r"(?:Error|Exception|Throwable|Failure|Rejection|Interrupt|Exit|Fault|Timeout|Abort|Refused|Denied|Warning)\Z"
)
_SURE = frozenset({"exc_type", "exception.type", "exception_type", "exception_class"})
"""Fields that hold nothing but the name of an exception."""
_INNER = frozenset({"cause", "caused_by", "causedby", "inner", "innerexception", "inner_exception"})
_MOST = 64
"""Fields of an object that is an exception."""


def may_be_thrown(keys: Iterable[str]) -> bool:
    """Whether an object with these fields may be an exception."""
    named = set(map(plain_name, keys))
    return any(name in named and words in named for name, words in _PAIRS)


def thrown(one: dict[str, Any], key: str = "") -> tuple[str, frozenset[str]] | None:
    """The exception in an object, and the fields that tell it; None where there is none.

    `key` is the field that holds the object: a cause is called one, as a trace does.
    """
    if len(one) > _MOST:
        return None
    named = {plain_name(field): field for field in one}
    for name, words in _PAIRS:
        if name in named and words in named:
            said, text = one[named[name]], one[named[words]]
            if isinstance(said, str) and isinstance(text, str) and (called := _called(name, said)):
                before = "Caused by: " if plain_name(key) in _INNER else ""
                told = text if text.startswith(called) else f"{called}: {text}" if text else called
                return before + told, frozenset((named[name], named[words]))
    return None


def _called(field: str, said: str) -> str:
    match = _NAME.fullmatch(said)
    if match is None or not (field in _SURE or _NAMED_SO.search(match["name"])):
        return ""
    return match["name"]
