"""What an object that a JSON logger wrote says beside its message: level, time, host, service, logger, exception.

Outer fields go before inner ones, and of a list counts what all its objects agree on.  Levels are given as words:
loggers number them by scales of their own, and the name of the field tells which (`says`).

An exception that a logger wrote as data is given in the words in which its runtime prints it, `KeyError: 'sku'`
(`thrown`).  structlog's `dict_tracebacks`, log4j2's JsonLayout, loguru's `serialize`, OpenTelemetry, ECS, pino and
others keep the name of an exception and what it says in two fields, under names of their own.

`decoded`, `plain_name`, `value_of` and `attributes` read JSON as it stands in a log.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kb.expression import expression
from kb.text.carriers.carrier import LEVELS

_SAYS = {
    "level": "severity",
    "severity": "severity",
    "levelname": "severity",
    "level_name": "severity",
    "lvl": "severity",
    "loglevel": "severity",
    "log_level": "severity",
    "priority": "severity",
    "prio": "severity",
    "l": "severity",
    "s": "severity",
    "status": "severity",
    "levelno": "severity",
    "syslogseverity": "severity",
    "syslogseverity_text": "severity",
    "severity_number": "severity",
    "severitynumber": "severity",
    "severity_text": "severity",
    "severitytext": "severity",
    "levelstr": "severity",
    "time": "time",
    "timestamp": "time",
    "ts": "time",
    "t": "time",
    "asctime": "time",
    "datetime": "time",
    "date": "time",
    "isodate": "time",
    "realtime_timestamp": "time",
    "eventtime": "time",
    "timeunixnano": "time",
    "timereported": "time",
    "timegenerated": "time",
    "host": "host",
    "hostname": "host",
    "computer": "host",
    "node": "host",
    "service": "service",
    "service_name": "service",
    "syslog_identifier": "service",
    "program": "service",
    "programname": "service",
    "app_name": "service",
    "app": "service",
    "application": "service",
    "appname": "service",
    "component": "service",
    "service.name": "service",
    "systemd_unit": "unit",
    "unit": "unit",
    "container_name": "container",
    "container": "container",
    "pod_name": "pod",
    "pod": "pod",
    "namespace_name": "namespace",
    "namespace": "namespace",
    "logger": "logger",
    "logger_name": "logger",
    "loggername": "logger",
    "name": "logger",
    "sourcecontext": "logger",
    "category": "logger",
    "channel": "logger",
    "target": "logger",
}
_OWNERS = {
    "service": "service",
    "app": "service",
    "application": "service",
    "host": "host",
    "pod": "pod",
    "container": "container",
    "namespace": "namespace",
}
"""Whose `name` says what: `host.name` and `k8s.pod.name` in one field, or `"host": {"name": …}`."""
NUMBERED = {  # syslog's levels, the graver the lower; from 10 on bunyan's, pino's and roarr's
    "0": "emerg",
    "1": "alert",
    "2": "crit",
    "3": "err",
    "4": "warning",
    "5": "notice",
    "6": "info",
    "7": "debug",
    "10": "trace",
    "20": "debug",
    "30": "info",
    "40": "warn",
    "50": "error",
    "60": "fatal",
}
"""Levels that are numbers, as words."""
_PYTHON = {"10": "debug", "20": "info", "30": "warning", "40": "error", "50": "critical"}
_OPEN_TELEMETRY = {
    str(number): word
    for first, word in ((1, "trace"), (5, "debug"), (9, "info"), (13, "warn"), (17, "error"), (21, "fatal"))
    for number in range(first, first + 4)
}
_OF_ENUMERATION = expression(r"SEVERITY_NUMBER_([A-Z]+)\d?")
"""How the JSON of Protobuf's own libraries writes a level of OpenTelemetry's."""
_SCALES: Mapping[str, Mapping[str, str]] = {
    "levelno": _PYTHON,
    "severity_number": _OPEN_TELEMETRY,
    "severitynumber": _OPEN_TELEMETRY,
}
_IS_LEVEL = expression(rf"{LEVELS}|\d{{1,2}}|[TVDIWECFNAPS]\d?", re.IGNORECASE)
_MAY_BE_A_LEVEL = frozenset({"status", "l", "s", "priority"})
"""Fields that hold a level for some loggers, and for others something else, such as `firing` or `404`."""
_LEVEL_AS_AN_OBJECT = frozenset({"level", "severity", "loglevel"})
_LEVEL_OBJECT_NAMES = ("name", "levelStr", "text")
"""What the field of a level that is an object (`{"name": "ERROR", "no": 40}`) calls it."""
_NAMELESS = expression(
    r"err|error|exc|exception|exceptions|thrown|cause|stack|frames|level|process|thread|file|receivers?|user|request|spans?"
)
"""Objects whose `name` is not that of a logger."""
_DEEP, _MANY, _LISTED = 12, 20_000, 20
"""How deep, how many values in all, and how many of a list are looked at."""
_LEVEL_NAMES = sorted((name for name, what in _SAYS.items() if what == "severity"), key=len, reverse=True)


def may_say_level(text: str) -> bool:
    """Whether any object in a text may say its severity; names that are written in escapes may be any."""
    return "\\u00" in text or _level_field().search(text.encode("utf-8", "replace")) is not None


@cache
def _level_field() -> Any:
    """The name of a field that may hold a level, as it stands in JSON, and in JSON within the texts of JSON."""
    source = rf"(?i)[\"._@](?:{'|'.join(map(re.escape, _LEVEL_NAMES))})[_@]*\\*\"".encode()
    try:
        import re2
    except ImportError:
        return re.compile(source)
    return re2.compile(source)


def says(found: Any) -> dict[str, str]:
    """What an object says beside its message, by the names of `SAID`."""
    return _said_by(found, 0, [_MANY], nameless=False)


def _said_by(found: Any, deep: int, left: list[int], *, nameless: bool) -> dict[str, str]:
    left[0] -= 1
    if deep > _DEEP or left[0] < 0:
        return {}
    if isinstance(found, str) and found[:1] == "{":
        found = decoded(found)
    if isinstance(found, list):
        if fields := attributes(found):
            return _said_by(fields, deep + 1, left, nameless=nameless)
        return _agreed([_said_by(one, deep + 1, left, nameless=nameless) for one in found[:_LISTED]])
    if not isinstance(found, dict):
        return {}
    said: dict[str, str] = {}
    inner: list[tuple[str, Any]] = []
    named: dict[str, str] = {}
    for key, value in found.items():
        name = plain_name(key)
        if isinstance(value, dict) and name in _LEVEL_AS_AN_OBJECT:
            value = next(
                (value[one] for one in _LEVEL_OBJECT_NAMES if isinstance(value.get(one), str)), value
            )
        if isinstance(value, dict) and name in _OWNERS and isinstance(called := value.get("name"), str):
            named.setdefault(_OWNERS[name], called)
        if isinstance(value, (dict, list)) or (isinstance(value, str) and value[:1] == "{"):
            inner.append((name, value))
        else:
            _say(said, name, value, nameless=nameless)
    said = {**named, **said}
    for name, value in inner:
        other = name in _OWNERS or _NAMELESS.fullmatch(name) is not None
        deeper = _said_by(value, deep + 1, left, nameless=nameless or other)
        for what, text in deeper.items():
            said.setdefault(what, text)
    return said


def _agreed(said: list[dict[str, str]]) -> dict[str, str]:
    """What nothing in a list contradicts."""
    told: dict[str, set[str]] = {}
    for one in said:
        for what, text in one.items():
            told.setdefault(what, set()).add(text)
    return {what: texts.pop() for what, texts in told.items() if len(texts) == 1}


def _say(said: dict[str, str], name: str, value: Any, *, nameless: bool) -> None:
    before, _, last = name.replace("-", "_").rpartition(".")
    says_of = _SAYS.get(name) or (
        _OWNERS.get(before.rpartition(".")[2]) if before and last == "name" else _SAYS.get(last)
    )
    if not says_of or isinstance(value, bool) or value in (None, "") or (nameless and name == "name"):
        return
    text = str(value)
    if says_of == "severity":
        text = _SCALES.get(name, NUMBERED).get(text, text)
        text = of_number[1].lower() if (of_number := _OF_ENUMERATION.fullmatch(text)) else text
        if last in _MAY_BE_A_LEVEL and not _IS_LEVEL.fullmatch(text):
            return
    if says_of == "severity" and said.get("severity", "").isdigit() and not text.isdigit():
        # Monolog's numbers are on a scale that nobody else has; the word stands beside them.
        said["severity"] = text
    said.setdefault(says_of, text)


_NAME_AND_WORDS = (
    ("exc_type", "exc_value"),
    ("exception.type", "exception.message"),
    ("error.type", "error.message"),
    ("exception_type", "exception_message"),
    ("exception_class", "exception_message"),
    ("errortype", "errormessage"),
    ("exception", "reason"),
    ("classname", "message"),
    ("class", "message"),
    ("type", "message"),
    ("type", "value"),
    ("name", "message"),
)
"""Fields of the name, each with that of the words; the plainest last, as a record has `name` and `message`, too."""
_EXCEPTION_NAME = expression(
    r"(?:builtins\.)?(?P<name>(?:[A-Za-z_$][\w$]{0,80}(?:::|[./\\$+])){0,12}[A-Za-z_$][\w$]{0,120})"
)
_SOUNDS_LIKE_ONE = expression(
    r"(?:Error|Exception|Throwable|Failure|Rejection|Interrupt|Exit|Fault|Timeout|Abort|Refused|Denied|Warning)\Z"
)
_NAME_FIELDS = frozenset({"exc_type", "exception.type", "exception_type", "exception_class"})
"""Fields that hold nothing but the name of an exception."""
_CAUSE_FIELDS = frozenset(
    {"cause", "caused_by", "causedby", "inner", "innerexception", "inner_exception", "previous"}
)
_MOST_FIELDS = 64
"""Fields of an object that is an exception."""


def may_be_thrown(keys: Iterable[str]) -> bool:
    """Whether an object with these fields may be an exception."""
    named = set(map(plain_name, keys))
    return any(name in named and words in named for name, words in _NAME_AND_WORDS)


def thrown(one: dict[str, Any], key: str = "") -> tuple[str, frozenset[str]] | None:
    """The exception in an object, and the fields that tell it; None where there is none.

    `key` is the field that holds the object: a cause is called one, as a trace does.
    """
    if len(one) > _MOST_FIELDS:
        return None
    named = {plain_name(field): field for field in one}
    for name, words in _NAME_AND_WORDS:
        if name in named and words in named:
            said, text = one[named[name]], one[named[words]]
            if isinstance(said, str) and isinstance(text, str) and (called := _exception_name(name, said)):
                before = "Caused by: " if plain_name(key) in _CAUSE_FIELDS else ""
                told = text if text.startswith(called) else f"{called}: {text}" if text else called
                return before + told, frozenset((named[name], named[words]))
    return None


def _exception_name(field: str, said: str) -> str:
    match = _EXCEPTION_NAME.fullmatch(said)
    if match is None or not (field in _NAME_FIELDS or _SOUNDS_LIKE_ONE.search(match["name"])):
        return ""
    return match["name"]


def decoded(text: str) -> Any:
    """What a JSON text holds; None if it is not one."""
    from kb.records import reader

    try:
        return reader(object)(text)
    except (ValueError, RecursionError):
        return None


def plain_name(key: str) -> str:
    """A field's name without what loggers put around it: `@message` as `message`, `_SYSTEMD_UNIT` as `systemd_unit`."""
    return key.strip("_@").lower()


_TYPED_VALUES = frozenset({"stringValue", "intValue", "doubleValue", "boolValue"})
_MANY_VALUES = frozenset({"arrayValue", "kvlistValue"})


def value_of(found: Any) -> Any:
    """A value of OpenTelemetry's protocol without its type: `{"stringValue": "a"}` is `a`.

    A list is one of values that still have their types, a map one of attributes; bytes are the text that they spell.
    """
    if type(found) is dict and len(found) == 1:
        kind, value = next(iter(found.items()))
        if kind in _TYPED_VALUES:
            return value
        if kind in _MANY_VALUES and type(value) is dict and type(many := value.get("values")) is list:
            return many if kind == "arrayValue" else attributes(many) or many
        if kind == "bytesValue" and type(value) is str:
            return _spelled(value)
    return found


def _spelled(encoded: str) -> str:
    """The text of bytes in base64; as it was written where they spell none."""
    try:
        return b64decode(encoded, validate=True).decode()
    except ValueError:
        return encoded


def attributes(found: list[Any]) -> dict[str, Any]:
    """OpenTelemetry's attributes, `[{"key": "service.name", "value": {"stringValue": "a"}}]`, as fields.

    Empty where the list is another.
    """
    told: dict[str, Any] = {}
    for one in found:
        if type(one) is not dict or len(one) != 2 or type(one.get("key")) is not str or "value" not in one:
            return {}
        told[one["key"]] = value_of(one["value"])
    return told
