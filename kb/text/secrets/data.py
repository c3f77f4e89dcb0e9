"""What data says of its values by their keys: `{"password": …}`, `{"name": "DB_PASS", "value": …}`.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.text.secrets.names import Names, names
from kb.text.secrets.values import is_secret

__all__ = ["Names", "is_pair", "is_secret", "names"]

_NAME = ("name", "key", "Name", "Key", "id")


def is_pair(value: Mapping[Any, Any]) -> str:
    """The name in a mapping of a name and a value; empty when it is none."""
    if not ("value" in value or "val" in value):
        return ""
    return next((str(value[name]) for name in _NAME if isinstance(value.get(name), str)), "")
