"""`reader`, `from_json`, `from_data`: records from JSON and from plain data, read by msgspec in any thread.

msgspec looks at a class when it is first read, and keeps what it has seen before that is complete.  Two threads that
read one class for the first time therefore end the process (0.22, signal 11), as two calls of a server that has just
begun do.  Here one thread at a time looks at what is new, and nobody waits for what is known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

Record = TypeVar("Record")
_looking = threading.Lock()
_known = dict[Any, Callable[[str | bytes], Any]]()


def reader(kind: type[Record]) -> Callable[[str | bytes], Record]:
    """What reads JSON as one kind: a record, or a list, tuple or union of them.  It raises msgspec.MsgspecError."""
    if (known := _known.get(kind)) is None:
        with _looking:
            known = _known[kind] = msgspec.json.Decoder(kind).decode
    return known


def from_json(text: str | bytes, kind: type[Record]) -> Record:
    """The record that a text in JSON holds.  Raises msgspec.MsgspecError where it holds another thing."""
    return reader(kind)(text)


def from_data(data: object, kind: type[Record]) -> Record:
    """The record that dicts, lists and scalars hold.  Raises msgspec.ValidationError where they hold another thing."""
    reader(kind)  # (what has been looked at for JSON is known for data, too)
    return msgspec.convert(data, kind)
