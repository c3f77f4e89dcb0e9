"""What is inside the envelopes of queues and event buses (SNS, SQS, Pub/Sub, CloudEvents), and of Sentry's SDKs.  Pure.

An alarm that goes over a queue is JSON in a text within JSON.  What is no envelope comes out as it was, and so does
one whose inside cannot be read; nothing raises.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

_DEPTH = 4
"""Envelopes within envelopes that are opened."""
LONGEST = 4_000_000
"""Characters of JSON that are parsed."""


def opened(data: object) -> object:
    """The message within its envelopes."""
    for _ in range(_DEPTH):
        inside = _inside(data)
        if inside is None:
            return data
        data = inside
    return data


def from_json(text: str) -> object:
    """The object or list that the text is in JSON, or the text."""
    bare = text.lstrip("\ufeff \t\r\n")
    if not bare.startswith(("{", "[")) or len(bare) > LONGEST:
        return text
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return _of_sentry(bare) or text


def _of_sentry(text: str) -> object:
    """The event in an envelope of Sentry's: a line of its own, two more a part, of which the first says what it is."""
    for about, part in pairwise(text.split("\n", 100)[1:]):
        if about.startswith("{") and '"type":"event"' in about.replace(" ", "") and part.startswith("{"):
            try:
                return json.loads(part)
            except (ValueError, RecursionError):
                return None
    return None


def _inside(data: object) -> object:
    if not isinstance(data, Mapping):
        return None
    records = data.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], Mapping):  # SNS or SQS to a function
        record = records[0]
        return _body(record["Sns"]) if isinstance(record.get("Sns"), Mapping) else _told(record.get("body"))
    if data.get("Type") == "Notification" and "Message" in data:
        return _body(data)
    message = data.get("message")
    if isinstance(message, Mapping) and "subscription" in data and isinstance(message.get("data"), str):
        return _decoded(message["data"])
    if "specversion" in data and isinstance(data.get("data"), (Mapping, str)):
        return _told(data["data"])
    return None


def _body(sns: Mapping[Any, Any]) -> object:
    """What SNS carries; a plain text has its subject above it."""
    told = _told(sns.get("Message"))
    if isinstance(told, str):
        subject = sns.get("Subject")
        return f"{subject}\n{told}" if isinstance(subject, str) else told
    return told


def _told(value: object) -> object:
    return from_json(value) if isinstance(value, str) else value


def _decoded(text: str) -> object:
    try:
        return _told(base64.b64decode(text, validate=True).decode("utf-8"))
    except (binascii.Error, ValueError):
        return None
