"""Ids of entries: as people wrote them, else derived from what an entry is, so that the same text gives the same id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kb.expression import expression
from kb.model import Entry
from kb.text.masking import mask
from kb.text.masking_rules import PLACEHOLDER
from kb.text.tokens import slug

_KEY = expression(r"-([0-9a-f]{8})(?=-|$)")


def with_ids(entries: Iterable[Entry], place: str, known: Iterable[str] = ()) -> Sequence[Entry]:
    """The entries, each with an id of its own: as written, else derived; repeated ones numbered.

    One that is `known` by an id from before the masking rules changed keeps it.
    """
    return list(numbered(named(list(entries), place, known)))


def named(entries: Sequence[Entry], place: str, known: Iterable[str]) -> Iterator[Entry]:
    """The entries, each with the id that is its own where no other has it."""
    kept = by_key({*known} - {entry.id for entry in entries})
    return (entry if entry.id else replace(entry, id=_derived(entry, place, kept)) for entry in entries)


def numbered(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, those of an id that stands above already with a number behind it."""
    taken = dict[str, int]()
    for entry in entries:
        taken[entry.id] = count = taken.get(entry.id, 0) + 1
        yield entry if count == 1 else replace(entry, id=f"{entry.id}-{count}")


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


def _derived(entry: Entry, place: str, kept: Mapping[str, str]) -> str:
    derived = derive_id(entry, place)
    return kept.get(derived.rpartition("-")[2], derived)
