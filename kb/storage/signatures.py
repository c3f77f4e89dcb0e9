"""The compiled signatures of a home, kept while nothing that they come from changes."""

from __future__ import annotations

from kb.storage.database import Database
from kb.storage.entries import KNOWLEDGE_VERSION, EntryTable
from kb.text.signature_set import SignatureSet


class CompiledSignatures:
    """All signatures on offer as one set."""

    def __init__(self, db: Database, entries: EntryTable) -> None:
        self._db, self._entries = db, entries
        self._version = ""
        self._set = SignatureSet.compile(())

    def current(self) -> SignatureSet:
        """The set as of the last commit of any process."""
        version = self._db.meta(KNOWLEDGE_VERSION)
        if version != self._version:
            self._set = SignatureSet.compile(self._entries.signatures())
            self._version = version
        return self._set
