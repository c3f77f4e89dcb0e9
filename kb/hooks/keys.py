"""What tells deliveries apart, and troubles: ids and keys of the sender, else hashes of what was said.  Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from kb.hooks.senders import Sender
from kb.model.brief import Alert
from kb.text.masking import fingerprint
from kb.triage.alert_values import plain

_LONGEST = 200
"""Characters of a key; a longer one is its hash."""


def hash_of(text: str) -> str:
    """A short hash of a text."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def delivery_key(sender: Sender, headers: Mapping[str, str], data: object) -> str:
    """The id that the sender gave this delivery; empty where it gave none."""
    by_header = (headers.get(name, "") for name in sender.delivery_headers)
    by_body = (at_place(data, place) for place in sender.delivery)
    return _short(next((key for key in (*by_header, *by_body) if key), ""))


def told_key(sender: Sender, data: object) -> str:
    """What the tool itself tells troubles apart by; empty where the message has nothing of it."""
    for places in sender.groups:
        parts = [at_place(data, place) for place in places.split()]
        if all(parts):
            return _short(" ".join(parts))
    return ""


def group_key(sender: Sender, data: object, alert: Alert) -> str:
    """The key of the trouble that a message tells of: the tool's own, else its name and place."""
    return told_key(sender, data) or _short(f"{print_of(alert)} {alert.service} {alert.environment}")


def print_of(alert: Alert) -> str:
    """The fingerprint of an alert: of its name, or of its first line."""
    first = next((line for line in alert.text.splitlines() if line.strip()), "")
    return fingerprint(alert.name or first)


def at_place(data: object, place: str) -> str:
    """The text or number at a place such as `messages.0.incident.id`; empty where there is none."""
    here: Any = data
    for key in place.split("."):
        if isinstance(here, Mapping):
            here = here.get(key)
        elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        else:
            return ""
    return plain(here).strip()


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[:80]}…{hash_of(key)}"
