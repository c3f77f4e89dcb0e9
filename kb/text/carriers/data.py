"""JSON as it stands in a log: a text decoded, the plain name of a field, and fields that are written as a list."""

from __future__ import annotations

from typing import Any


def decoded(text: str) -> Any:
    """What a JSON text holds; None if it is not one."""
    import msgspec

    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None


def plain_name(key: str) -> str:
    """A field's name without what loggers put around it: `@message` as `message`, `_SYSTEMD_UNIT` as `systemd_unit`."""
    return key.strip("_@").lower()


_VALUES = frozenset({"stringValue", "intValue", "doubleValue", "boolValue"})


def value_of(found: Any) -> Any:
    """A value of OpenTelemetry's protocol without its type: `{"stringValue": "a"}` is `a`."""
    if type(found) is dict and len(found) == 1:
        kind, value = next(iter(found.items()))
        if kind in _VALUES:
            return value
    return found


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
