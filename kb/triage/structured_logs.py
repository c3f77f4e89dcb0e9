"""Logs of which each line is a JSON object: what they say, without the braces.  Pure.

Between keys, trace ids and quotes the one sentence that tells the error is a small part of the line; a
lookup by words or meaning then finds what looks like JSON.  So a line becomes its level, its message and
its error; what else it says stays in the log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kb.expression import expression
from kb.text.carriers import bare
from kb.text.crashes.table import is_of_a_trace
from kb.text.evidence.alarm import alarm
from kb.text.evidence.evidence import pick_evidence
from kb.text.evidence.lines import cut
from kb.text.masking import without_prefix

_LEVEL = ("level", "severity", "lvl", "loglevel", "log.level", "levelname", "PRIORITY")
_MESSAGE = ("msg", "message", "MESSAGE", "log", "event", "text", "short_message")
_ERROR = (
    "err",
    "error",
    "exception",
    "cause",
    "reason",
    "stack",
    "stacktrace",
    "stack_trace",
    "exc_info",
    "full_message",
)
_SERVICE = ("service", "svc", "service.name", "service_name", "app", "application", "component_service")
_ENVIRONMENT = ("environment", "env", "deployment.environment")
_CODES = (
    "status",
    "status_code",
    "statusCode",
    "http_status",
    "code",
    "error_code",
    "exit_code",
    "exitCode",
    "errno",
)
"""They tell one error from another, where others of the keys only tell when and for whom."""
_NESTED = (
    "service",
    "error",
    "err",
    "exception",
    "log",
    "kubernetes",
    "fields",
    "deployment",
    "labels",
    "resource",
)
_OF_ALERTS = {
    "alert",
    "alertname",
    "alert_name",
    "alerts",
    "alert_id",
    "alertid",
    "alertId",
    "alert_type",
    "title",
    "name",
    "state",
    "check",
    "monitor",
    "incident",
    "ruleName",
    "search_name",
    "monitor_name",
    "eventType",
    "previousLevel",
    "event_definition_id",
    "description",
    "summary",
    "rule",
}
"""Keys by which tools that alert call what they send; Kapacitor and Graylog give it a level and a message, too."""
_OF_RULES = {"rule_name", "num_hits", "num_matches"}
"""Keys that ElastAlert adds to the line of a log that met its rule."""
_OF_A_LOGGER = {
    "pid",
    "process",
    "logger",
    "logger_name",
    "loggername",
    "levelname",
    "levelno",
    "level_value",
    "caller",
    "thread",
    "thread_name",
    "threadid",
    "lineno",
    "exc_info",
    "exc_type",
    "stack_trace",
    "stacktrace",
    "stack",
    "@timestamp",
}
"""Keys that records of loggers have and alerts do not: there `name` is the logger's, or that of a function."""
_OF_A_SHIPPER = ("stream", "kubernetes", "@timestamp", "_HOSTNAME", "_SYSTEMD_UNIT")
"""Keys of container runtimes, Logstash and the journal, whose lines need not have a level."""
_PREFIX = 120
"""Characters that a container runtime may put before the object."""
_LONGEST = 20_000
_READ = 200_000
_MOST = 8
"""Lines of evidence among which the most telling is taken."""
_COLOURS = expression(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")


def plain_log(text: str) -> tuple[str, dict[str, str]] | None:
    """The log in words, and what its lines agree to be about; None where most lines are no objects."""
    lines = [line for line in text.splitlines() if line.strip()]
    read = [_object_in(line) for line in lines]
    found = [one for one in read if one is not None]
    if not found or 2 * len(found) < len(lines):
        return None
    words = [line if one is None else _in_words(one) or line for line, one in zip(lines, read, strict=True)]
    return "\n".join(words), {
        **_agreed("service", found, _SERVICE),
        **_agreed("environment", found, _ENVIRONMENT),
    }


def is_log_line(data: Mapping[Any, Any]) -> bool:
    """Whether an object is a line of a log and no alert: it has a level and a message, and nothing that alerts have.

    What loggers write and alerts never do decides where it has both; what ships logs puts its own keys in place of a
    level.
    """
    keys = set(map(str, data))
    if (
        not keys & {*_MESSAGE}
        or keys & _OF_RULES
        or {"severity", "event"} <= keys
        or isinstance(data.get("status"), Mapping)
    ):
        return False
    if keys & {*_LEVEL} and {key.casefold() for key in keys} & _OF_A_LOGGER:
        return True
    return bool(keys & {*_LEVEL, *_OF_A_SHIPPER}) and not keys & _OF_ALERTS


def _object_in(line: str) -> dict[str, str] | None:
    """The object that ends the line, flat: `{"error": {"message": "x"}}` says `error.message` and `error`."""
    start = line.find("{", 0, _PREFIX)
    if start < 0 or len(line) > _LONGEST or not line.rstrip().endswith("}"):
        return None
    try:
        data = json.loads(line[start:])
    except (ValueError, RecursionError):
        return None
    return dict(_flat(data)) if isinstance(data, dict) else None


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and key in _NESTED:
            inner = dict(_flat(value))
            yield from ((f"{key}.{name}", text) for name, text in inner.items())
            if said := next((inner[name] for name in (*_MESSAGE, "name", *_ERROR) if name in inner), ""):
                yield key, said
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            yield key, str(value).strip()
        elif (
            key in _ERROR and isinstance(value, list) and value and all(isinstance(one, str) for one in value)
        ):
            yield key, "\n".join(one.rstrip("\n") for one in value)  # a trace, line by line


def _in_words(said: Mapping[str, str]) -> str:
    """`error: connection pool exhausted: context deadline exceeded`."""
    message = [text for key in _MESSAGE if (text := said.get(key, ""))][:1]
    errors = [text for key in _ERROR if (text := said.get(key, "")) and text not in message]
    if not message and not errors:
        return ""
    level = next((said[key] for key in _LEVEL if key in said), "")
    words = [*([level] if level and not level.isdigit() else []), *message, *errors]
    codes = [f"{key}={said[key]}" for key in _CODES if said.get(key, "0") not in ("0", "200")]
    return " ".join([": ".join(dict.fromkeys(words)), *codes])


def _agreed(name: str, objects: list[dict[str, str]], keys: tuple[str, ...]) -> dict[str, str]:
    """What every line that says it calls the service or environment; nothing where they differ."""
    said = {text for one in objects for key in keys if (text := one.get(key, ""))}
    return {name: said.pop()} if len(said) == 1 else {}


def telling_line(text: str) -> str:
    """The line that names what went wrong: the first, unless a later one is more alarming.

    What a logger or a syslog put before it is left out.  Of a crash its message is taken: not the line that opens it,
    nor a frame that quotes it.
    """
    plain = _COLOURS.sub("", text[:_READ])
    first = next((line.strip() for line in plain.splitlines() if line.strip()), "")
    if first and is_of_a_trace(first):
        return next((one.message for one in pick_evidence(plain, 1)), first)
    best = max(pick_evidence(plain, _MOST), key=lambda line: line.score, default=None)
    if (
        best is not None and best.score > _grade(first) + 1.0
    ):  # (a line that stands once has 1 more than its grade)
        return best.message or without_prefix(best.text)
    carried = bare(first)
    return carried.text if carried.said.keys() & {"time", "host"} else first


def _grade(line: str) -> float:
    """How alarming a line is; of a long one, what is around its first error word."""
    kept = cut(line, 0, len(line))
    return alarm(kept.text) if kept else 0.0
