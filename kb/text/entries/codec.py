"""Entries as JSON and back, and the digest that tells whether an entry changed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from kb.errors import StoreBroken
from kb.model import KINDS, Entry, Provenance, Signature, Status
from kb.records import from_json

_ONLY_SOUGHT = ("template", "trace")
"""What only signatures of the index have: no entry says it, and a digest is of what an entry says."""
_NOWHERE = msgspec.to_builtins(Provenance())


def dumps(entry: Entry) -> str:
    """The entry as JSON, without its kind, which has its own column."""
    return msgspec.json.encode(entry).decode()


def loads(kind: str, data: str) -> Entry:
    """The entry that `dumps` wrote.  Raises StoreBroken when the row cannot be read."""
    try:
        return from_json(data, KINDS[kind])
    except (KeyError, msgspec.MsgspecError) as error:
        raise StoreBroken(f"a stored {kind} cannot be read ({error}); run: kb doctor --repair") from error


def to_builtins(value: object) -> Any:
    """Any record as dicts, lists and scalars that JSON and YAML can hold."""
    return msgspec.to_builtins(value)


def signatures(data: str) -> list[tuple[str, Signature]]:
    """Entries' ids with their signatures, from one JSON list of all."""
    return from_json(data, list[tuple[str, Signature]])


_ADDED = ("done",)
"""Fields that records of earlier versions did not have: empty, they leave a digest as it was."""


def digest(entry: Entry) -> str:
    """A hash of what the entry says, blind to its status, to where it stands and when it was read."""
    # (Its order is that of the record's fields; a copy of the record without these would take longer than the rest.)
    bare = to_builtins(entry) | {"id": "", "status": Status.ACTIVE, "provenance": _NOWHERE}
    for signature in bare["signatures"]:
        for name in _ONLY_SOUGHT:
            del signature[name]
    for cause in bare.get("causes", ()):
        del cause["line"]
    for name in _ADDED:
        if name in bare and not bare[name]:
            del bare[name]
    said = msgspec.json.encode(bare).decode()
    return hashlib.blake2b(f"{entry.kind}\n{said}".encode(), digest_size=16).hexdigest()


def stamp(moment: datetime) -> str:
    """A time as the database keeps it: UTC, to the microsecond, so that texts sort like times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
