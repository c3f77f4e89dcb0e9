"""Our own plain list, for tools that nobody reads yet: `changes:`, each with `kind`, `at` and what is known."""

from __future__ import annotations

from typing import Any

from ingest.deployments.reading import LINE, Deployed, moment, text
from kb.errors import InvalidInput
from kb.model.change import Change
from kb.text.changes import parse_kind, parse_moment, parse_result, parse_reversible

_NAMES = {
    "id": ("id",),
    "service": ("service", "app", "application"),
    "environment": ("environment", "env", "cluster"),
    "version": ("version", "revision", "tag", "commit", "image"),
    "previous": ("previous", "previous_version", "from"),
    "summary": ("summary", "title", "description", "message"),
    "reason": ("reason", "why"),
    "author": ("author", "by", "user", "who"),
}
_TIMES = ("at", "date", "time", "when", "timestamp", "deployed_at", "deployedAt")
_OTHER = ("kind", "type", "result", "status", "reversible", "expires", LINE, *_TIMES)


def read(items: list[dict[str, Any]], found: Deployed) -> None:
    """Add each item; a bad one is a mistake and hides no other."""
    for number, item in enumerate(items, 1):
        try:
            found.add(_change(item, number), item)
        except InvalidInput as error:
            found.refuse(item, error)


def _change(item: dict[str, Any], number: int) -> Change:
    known = {key for keys in _NAMES.values() for key in keys}
    for key in (*known, *_OTHER):
        if isinstance(item.get(key), dict | list):
            raise InvalidInput(f"{key} of change {number} is no plain text; write one change for each")
    expires = text(item, "expires")
    fields: dict[str, Any] = {
        name: next((text(item, key).strip() for key in keys if text(item, key)), "")
        for name, keys in _NAMES.items()
    }
    if not any(fields[name] for name in ("service", "version", "summary", "reason")):
        raise InvalidInput(f"change {number} says nothing; give at least a service, a version or a summary")
    return Change(
        kind=parse_kind(text(item, "kind") or text(item, "type")),
        at=moment(item, *_TIMES, what=f"change {number}"),
        result=parse_result(text(item, "result") or text(item, "status")),
        reversible=parse_reversible(text(item, "reversible")),
        expires=parse_moment(expires, end_of_day=True) if expires else None,
        extra={
            key: str(value)
            for key, value in item.items()
            if key not in known and key not in _OTHER and isinstance(value, str)
        },
        **fields,
    )
