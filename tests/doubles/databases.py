"""The databases of homes where tests run on PostgreSQL (`--engine postgresql`): each home has one of its own.

A home is known by its folder when it is first opened; a note in it says which database it has, so that the copy of a
home gets a copy of its database.  The environment names the one that was opened last, for processes of the test.
Memory is rows, kept in step with the folder that tests read and edit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from kb.configuration.database import DATABASE_URL
from kb.home import Home
from kb.store import database as store
from kb.store.postgresql import memory
from kb.store.postgresql.engine import Postgresql
from tests.doubles.postgres import PostgresServer
from tests.doubles.rows_in_step import RowsInStep

_NOTE = ".database-of-tests"


class Databases:
    """One database a home, made when it is first asked for; a tenant's is that of its home."""

    def __init__(self, server: PostgresServer, *, with_tenants: bool = False) -> None:
        """`with_tenants`: each has a tenant beside the home, so what it asks is of its own rows alone."""
        self._server, self._names, self._urls = server, dict[Path, str](), dict[Path, str]()
        self._with_tenants = with_tenants
        self._found, self._rows = store.database_url, memory.MemoryRows

    def __enter__(self) -> Self:
        store.database_url = self.url_of
        memory.MemoryRows = RowsInStep  # type: ignore[misc]
        return self

    def __exit__(self, *_error: object) -> None:
        store.database_url = self._found
        memory.MemoryRows = self._rows  # type: ignore[misc]
        self.forget(Path("/"))

    def forget(self, below: Path) -> None:
        """The test is over: the databases of homes below a folder go."""
        for folder in [one for one in self._names if one.is_relative_to(below)]:
            self._server.drop(self._names.pop(folder))
        os.environ.pop(DATABASE_URL, None)

    def url_of(self, home: Home, environ: Mapping[str, str] = os.environ) -> str:  # noqa: ARG002
        """The address of the database of a home."""
        folder = (home.base or home).root.resolve()
        if folder not in self._names:
            note = Home(folder).state / _NOTE
            copied = note.read_text() if note.is_file() else "template0"
            name = self._names[folder] = self._server.create(copied)
            self._urls[folder] = self._server.owned(name)
            with suppress(OSError):  # a home that cannot be written is copied by nobody
                note.write_text(name)
            if self._with_tenants:
                Postgresql(self._urls[folder], "elsewhere").close()
        os.environ[DATABASE_URL] = url = self._urls[folder]
        return url
