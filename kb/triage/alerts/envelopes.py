"""What is inside the envelopes of queues and event buses (SNS, SQS, Pub/Sub, CloudEvents), and of Sentry's SDKs.  Pure.

An alarm that goes over a queue is JSON in a text within JSON.  What is no envelope comes out as it was, and so does one
whose inside cannot be read; nothing raises.  Of an envelope with several messages all come out: a list, texts as one.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

_DEPTH = 4
"""Envelopes within envelopes that are opened."""
LONGEST = 4_000_000
"""Characters of JSON that are parsed."""


def opened(data: object, deep: int = 0) -> object:
    """The message within its envelopes, or the messages."""
    while deep < _DEPTH and (inside := _inside(data)):
        data, deep = inside[0] if len(inside) == 1 else _together(inside, deep + 1), deep + 1
    return data


def _together(messages: Sequence[object], deep: int) -> object:
    told = [opened(message, deep) for message in messages]
    if all(isinstance(one, str) for one in told):
        return "\n".join(map(str, told))
    return [each for one in told for each in (one if isinstance(one, list) else [one])]


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


def _inside(data: object) -> list[object]:
    """The messages in an envelope; none in what is no envelope or cannot be read."""
    found: list[object] = []
    if isinstance(data, list) and all(isinstance(one, Mapping) and "specversion" in one for one in data):
        found = [_of_event(one) for one in data]  # a batch of CloudEvents
    elif isinstance(data, Mapping):
        records = data.get("Records")
        if isinstance(records, list) and all(isinstance(one, Mapping) for one in records):
            found = [_recorded(one) for one in records]  # SNS or SQS to a function
        else:
            found = [_of_one(data)]
    return [message for message in found if message is not None]


def _of_one(data: Mapping[Any, Any]) -> object:
    if data.get("Type") == "Notification" and "Message" in data:
        return _body(data)
    message = data.get("message")
    if isinstance(message, Mapping) and "subscription" in data and isinstance(message.get("data"), str):
        return _decoded(message["data"])
    return _of_event(data) if "specversion" in data else None


def _of_event(event: Mapping[Any, Any]) -> object:
    """What a CloudEvent carries; what was given to its SDK as bytes is in base64."""
    if isinstance(event.get("data"), (Mapping, list, str)):
        return _told(event["data"])
    carried = event.get("data_base64")
    return _decoded(carried) if isinstance(carried, str) else None


def _recorded(record: Mapping[Any, Any]) -> object:
    sns = record.get("Sns")
    return _body(sns) if isinstance(sns, Mapping) else _told(record.get("body"))


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
