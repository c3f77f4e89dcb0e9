"""Entries as JSON and back, and the digest that tells whether an entry changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from kb.errors import StoreBroken
from kb.model import KINDS, Entry, Provenance, Signature, Status
from kb.text.masking import mask
from kb.text.masking_rules import PLACEHOLDER
from kb.text.tokens import slug

_ONLY_SOUGHT = ("template", "trace")
"""What only signatures of the index have: no entry says it, and a digest is of what an entry says."""
_KEY = re.compile(r"-([0-9a-f]{8})(?=-|$)")
_NOWHERE = msgspec.to_builtins(Provenance())


def dumps(entry: Entry) -> str:
    """The entry as JSON, without its kind, which has its own column."""
    return msgspec.json.encode(entry).decode()


def loads(kind: str, data: str) -> Entry:
    """The entry that `dumps` wrote.  Raises StoreBroken when the row cannot be read."""
    try:
        return msgspec.json.decode(data, type=KINDS[kind])
    except (KeyError, msgspec.MsgspecError) as error:
        raise StoreBroken(f"a stored {kind} cannot be read ({error}); run: kb doctor --repair") from error


def to_builtins(value: object) -> Any:
    """Any record as dicts, lists and scalars that JSON and YAML can hold."""
    return msgspec.to_builtins(value)


def signatures(data: str) -> list[tuple[str, Signature]]:
    """Entries' ids with their signatures, from one JSON list of all."""
    return msgspec.json.decode(data, type=list[tuple[str, Signature]])


_ADDED = ("done",)
"""Fields that records of earlier versions did not have: empty, they leave a digest as it was."""


def digest(entry: Entry) -> str:
    """A hash of what the entry says, blind to its status, to where it stands and when it was read."""
    # (Its order is that of the record's fields; a copy of the record without these would take longer than the rest.)
    bare = to_builtins(entry) | {"id": "", "status": Status.ACTIVE, "provenance": _NOWHERE}
    for signature in bare["signatures"]:
        for name in _ONLY_SOUGHT:
            del signature[name]
    for name in _ADDED:
        if name in bare and not bare[name]:
            del bare[name]
    said = msgspec.json.encode(bare).decode()
    return hashlib.blake2b(f"{entry.kind}\n{said}".encode(), digest_size=16).hexdigest()


def stamp(moment: datetime) -> str:
    """A time as the database keeps it: UTC, to the microsecond, so that texts sort like times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def derive_id(entry: Entry, place: str = "") -> str:
    """A stable id from the kind and natural key: `runbook-kubepodcrashlooping-1a2b3c4d`.

    `place` separates entries of the same name in different files (two teams' runbooks).
    """
    title = mask(entry.headline).replace(PLACEHOLDER, " ")
    key = f"{entry.kind}\n{entry.natural_key}\n{place}".casefold()
    return "-".join(part for part in (entry.kind.replace("_", "-"), slug(title), short_hash(key)) if part)


def by_key(ids: Iterable[str]) -> dict[str, str]:
    """Derived ids by the hash of their natural key, without the marks behind it.

    An id also names the title without what varies in it, so rules that mask it in another way give another id.
    """
    found: dict[str, str] = {}
    for one in sorted(ids):
        for key in _KEY.finditer(one):
            found.setdefault(key[1], one[: key.end()])
    return found


def short_hash(text: str) -> str:
    """Eight hex digits that stand for the text."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
