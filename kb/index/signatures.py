"""The compiled signatures of a home, kept while nothing that they come from changes.

Ten thousand signatures take seconds to compile, so what was compiled for a long text is kept in a file
beside the database, named by what it was made of.  A file that is not for this very set, or is damaged, or
is of another Hyperscan, is passed over and written anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from kb.model import Signature
from kb.store.database import Database
from kb.store.entry_index import HELD_REMOVED, KNOWLEDGE_VERSION, SIGNATURES_REMOVED, EntryIndex
from kb.text.signatures.set import SignatureSet

_WORTH_A_FILE = 200
"""Signatures from which on compiling is noticed."""
_FEW = 200
"""New signatures that are scanned beside the others, before all are compiled anew."""


class _Version(NamedTuple):
    """What a set was made of: a number that changes with what is offered, and which server gave it."""

    number: str
    server: int


_UNREAD = _Version("", 0)


class CompiledSignatures:
    """All signatures on offer as one set; with `held`, those of entries in quarantine."""

    def __init__(self, db: Database, index: EntryIndex, *, held: bool = False) -> None:
        self._db = db
        self._rows = index.held_signatures if held else index.signatures
        self._table, self._mark = (
            ("held_signatures", HELD_REMOVED) if held else ("signatures", SIGNATURES_REMOVED)
        )
        self._path = db.path.with_name(f"{db.path.name}.{self._table}")
        self._version, self._removed = _UNREAD, ""
        self._items: list[tuple[str, Signature]] = []
        self._base = self._set = SignatureSet.compile(())
        self._last = 0
        self._kept = True

    def current(self) -> SignatureSet:
        """The set as of the last commit of any process."""
        if self._as_of() != self._version:
            with self._db.snapshot():
                version, removed = self._as_of(), self._db.meta(self._mark)
                fits = version.server == self._version.server and removed == self._removed
                if not self._version.number or not fits or not self._take_more():
                    self._take_all()
            self._version, self._removed = version, removed
        return self._set

    def _as_of(self) -> _Version:
        number = self._db.meta(KNOWLEDGE_VERSION)
        return _Version(number, self._db.servers)

    def _take_more(self) -> bool:
        """Add what came since all were taken, where that is little: the rest of a large set stays as it is."""
        more = self._rows(self._last)
        if len(more) > _FEW:
            return False
        self._set = self._base.with_more(more) if more else self._base
        return True

    def _take_all(self) -> None:
        self._items = self._rows()
        self._last = int(self._db.value(f"SELECT coalesce(max(rowid), 0) FROM {self._table}"))
        # A process that has a set already has seen its file, which is older than this change.
        fresh = not self._version.number and len(self._items) >= _WORTH_A_FILE and self._path.exists()
        found = _read(self._path, _digest(self._items)) if fresh else None
        self._base = self._set = found or SignatureSet.compile(self._items)
        self._kept = found is not None or len(self._items) < _WORTH_A_FILE

    def keep(self) -> None:
        """Write what was compiled since to its file; call it after a text was scanned.  A full disk is no error."""
        if self._kept or not self._base.worth_keeping or self._db.read_only:
            return
        self._kept = True
        with suppress(OSError):
            _write(self._path, _digest(self._items), self._base)


def _digest(items: Iterable[tuple[str, Signature]]) -> str:
    """What a set is made of: its signatures, and whose words compile them."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        engine = version("hyperscan")
    except PackageNotFoundError:
        engine = ""
    made = ((key, sign.needles, sign.regex, sign.template, sign.trace) for key, sign in items)
    plain = [engine, version("google-re2"), *made]
    return blake2b(json.dumps(plain).encode(), digest_size=16).hexdigest()


def _read(path: Path, digest: str) -> SignatureSet | None:
    try:
        with path.open("rb") as file:
            return (
                SignatureSet.load(file.read()) if file.readline().decode("ascii").strip() == digest else None
            )
    except (OSError, ValueError):
        return None


def _write(path: Path, digest: str, made: SignatureSet) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        scratch.write_bytes(f"{digest}\n".encode() + made.dump())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
