"""The messages in an object that a JSON logger wrote, whatever its shape.

Which field holds the message is found by a table of names; where none of them is there, the longest string that
reads like prose is taken.  Errors, stacks and causes, however deep, are further lines.  A string that holds an
object is read in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kb.expression import expression
from kb.text.carriers.said import attributes, decoded, may_be_thrown, plain_name, thrown, value_of

_ERROR_MESSAGES = frozenset(
    [
        "errormessage",
        "error_message",
        "err_msg",
        "errmsg",
        "error_msg",
        "errordescription",
        "error_description",
    ]
)
_MESSAGES = _ERROR_MESSAGES | frozenset(
    [
        "message",
        "msg",
        "m",
        "log",
        "textpayload",
        "event",
        "text",
        "short_message",
        "full_message",
        "body",
        "renderedmessage",
        "line",
        "raw",
        "original",
        "formatted",
        "formattedmessage",
        "rendered_message",
        "logmessage",
        "log_message",
        "mt",
        "messagetemplate",
        "stdout",
        "output",
        "value",
    ]
)
_TROUBLES = frozenset(
    [
        "err",
        "error",
        "errors",
        "exception",
        "exceptions",
        "exc",
        "exc_info",
        "exc_text",
        "stack",
        "stack_trace",
        "stacktrace",
        "stackinfo",
        "stack_info",
        "traceback",
        "backtrace",
        "cause",
        "causes",
        "caused_by",
        "reason",
        "failure",
        "failures",
        "failuremessages",
        "failuremessage",
        "stderr",
        "detail",
        "details",
        "x",
        "thrown",
        "throwable",
        "fault",
        "panic",
        "description",
        "problem",
        "warning",
        "warnings",
        "status_message",
        "statusmessage",
        "longrepr",
        "failuredetails",
        "rescue",
        "trace_text",
        "issues",
        "hint",
        "why",
        "lasterror",
        "failurereason",
        "failure_reason",
        "errorreason",
        "error_reason",
        "rootcause",
        "root_cause",
    ]
)
_SHOWN_BY_PHP = expression(
    r"(?P<previous>\[previous exception\] )?\[object\] \((?P<name>\w[\w\\]{0,200})\(code: -?\w{1,20}\): "
    r"(?P<words>[^\n]{0,4000}?)(?: at \S{1,300}:\d{1,7}\)|$)"
)
_OPEN_CONTEXT = expression(r"[ \t]*\{(?:\"[\w.@-]{1,80}\":[^\n]{0,4000})?\"\w{1,80}\":\"$")
"""The beginning of the context of a record up to the exception in it."""
_ESCAPED_NAME = expression(r"\{[@$]?([\w.]{1,80})(?:[,:][^{}]{0,40})?\}")
_NOT_PROSE = expression(r"[/<{\[]|Mozilla/|https?:|\d{4}-\d\d-\d\d|[A-Z]+ /")
_STATE = frozenset({"frames", "locals", "vars"})
"""What the variables of a frame held is no message, whatever they are called."""
_SETTINGS = frozenset({"options", "config", "headers"})
"""What an error says of how it was asked (got, axios) names codes that did not happen (`retry.errorCodes`)."""
_DEEP, _MANY = 12, 20_000
_FEW, _LONG_KEY = 32, 80
_NESTED = frozenset({dict, list})
_RENDERED = frozenset({"@mt", "MessageTemplate"})


def messages(found: Any, deep: int = 0) -> list[str]:
    """The lines of the messages in an object or a list of them; none if it holds no message."""
    if type(found) is dict and len(found) < 5 and type(log := found.get("log")) is str:
        return _lines(log, deep)
    told: list[str] = []
    troubles: list[str] = []
    others: list[str] = []
    for kind, text in _flat_strings(found) or _strings(found):
        if not text.isdigit():  # (the line of a frame is no message, whatever its field is called)
            (told if kind == "m" else troubles if kind == "t" else others).append(text)
    if not told and not troubles and (prose := [text for text in others if _prose(text)]):
        told.append(max(prose, key=len))
    # A text may have a line twice, as a traceback with its cause does; what an earlier text said is not said again.
    said: set[str] = set()
    lines: list[str] = []
    for text in (*told, *troubles):
        new = [line for line in _lines(text, deep) if line.strip() and line not in said]
        said.update(new)
        lines += new
    return lines


def thrown_in_php(line: str) -> list[str]:
    """A line in which Monolog's LineFormatter, and so Laravel's log, shows exceptions: its message, and each of them.

    They are given as PHP prints them, those that caused others as causes; a place and the context around them go.
    """
    found = list(_SHOWN_BY_PHP.finditer(line))
    if not found:
        return [line]
    before = _OPEN_CONTEXT.sub("", line[: found[0].start()])
    caused = ("Caused by: " if one["previous"] else "" for one in found)
    return [
        *([before] if before.strip() else []),
        *(f"{cause}{one['name']}: {one['words']}" for cause, one in zip(caused, found, strict=True)),
    ]


def is_trouble(key: str) -> bool:
    """Whether a field of this name says what went wrong, beside a message."""
    return _kind(key) == "t" or plain_name(key) in _ERROR_MESSAGES


def _kind(key: str) -> str:
    name = plain_name(key)
    if name not in _KINDS:
        last = name.rpartition(".")[2]
        kind = (
            "m"
            if name in _MESSAGES or last in _MESSAGES
            else "t"
            if name in _TROUBLES or last in _TROUBLES or name.endswith(("_err", "_error"))
            else ""
        )
        if len(_KINDS) > 5000:
            _KINDS.clear()
        _KINDS[name] = kind
    return _KINDS[name]


_KINDS: dict[str, str] = {}


def _flat_strings(found: Any) -> list[tuple[str, str]]:
    """As `_strings`, for an object of plain values whose fields need no look at each other; else none."""
    if type(found) is not dict or not 0 < len(found) <= _FEW or max(map(len, found)) > _LONG_KEY:
        return []
    kinds = _kinds_of(tuple(found))
    if not kinds or not _NESTED.isdisjoint(map(type, found.values())):
        return []
    return [
        (kind, text)
        for kind, text in zip(kinds, found.values(), strict=True)
        if kind is not None and type(text) is str
    ]


@lru_cache(maxsize=512)  # (a logger writes the same fields in every line)
def _kinds_of(keys: tuple[str, ...]) -> tuple[str | None, ...]:
    """What each field says of a string in it, None where that is passed over; none where fields belong together."""
    if _RENDERED.intersection(keys) or may_be_thrown(keys):
        return ()
    return tuple(None if plain_name(key) in _STATE else _kind(key) for key in keys)


def _strings(found: Any) -> Iterator[tuple[str, str]]:
    """Each string, with what its name says of it: a message (m), a trouble (t), or nothing."""
    todo: list[tuple[Any, str, int, str]] = [(found, "", 0, "")]
    for _ in range(_MANY):
        if not todo:
            return
        one, kind, deep, under = todo.pop()
        one = (attributes(one) or one) if type(one) is list else value_of(one)
        if type(one) is str:
            yield kind, one
        elif type(one) is list and one:
            if kind == "m" and len(one) > 2 and all(type(byte) is int and 0 <= byte < 256 for byte in one):
                yield kind, bytes(one).decode("utf-8", "replace")
            elif deep < _DEEP:
                backwards = one if _is_chain(one) else reversed(one)
                todo.extend(
                    (each, kind if type(each) is not list else "", deep + 1, under) for each in backwards
                )
                if (
                    kind == ""
                    and len(one) == 2
                    and all(type(each) is str for each in one)
                    and one[0].isdigit()
                ):
                    todo[-2:] = [(one[1], "m", deep + 1, under)]
        elif type(one) is dict and deep < _DEEP:
            told, done = thrown(one, under) or ("", frozenset())
            if told:
                yield "t", told
            todo.extend(
                reversed(
                    [
                        (value, _of(key, kind, one), deep + 1, key)
                        for key, value in _rendered(one).items()
                        if key not in done
                        and (name := plain_name(key)) not in _STATE
                        and not (kind == "t" and name in _SETTINGS)
                    ]
                )
            )


def _is_chain(many: list[Any]) -> bool:
    """Whether these are the exceptions of a chain as structlog lists them: the last first, which Python prints last."""
    return len(many) > 1 and all(
        type(one) is dict and "exc_type" in one and "is_cause" in one for one in many
    )


def _of(key: str, outer: str, among: dict[str, Any]) -> str:
    kind = _kind(key)
    if kind == "" and outer == "t" and type(among[key]) is not str:
        return "t"
    return kind


def _rendered(one: dict[str, Any]) -> dict[str, Any]:
    """The object, its message template filled in where the message itself is not there."""
    template = one.get("@mt") or one.get("MessageTemplate")
    if type(template) is not str:
        return one
    if "@m" in one or "RenderedMessage" in one:
        return {key: value for key, value in one.items() if key not in ("@mt", "MessageTemplate")}
    inner = one.get("Properties")
    values = {**one, **inner} if isinstance(inner, dict) else one
    filled = _ESCAPED_NAME.sub(lambda name: str(values.get(name[1], name[0])), template)
    return {**one, "@mt": filled, "MessageTemplate": filled}


def _prose(text: str) -> bool:
    return len(text) > 5 and " " in text.strip() and not _NOT_PROSE.match(text)


def _lines(text: str, deep: int) -> list[str]:
    if deep < 4 and text[:1] in "{[" and text.rstrip()[-1:] in "}]" and len(text) > 7:
        inner = decoded(text)
        if isinstance(inner, (dict, list)) and (found := messages(inner, deep + 1)):
            return found
    return text.rstrip("\n").split("\n")
