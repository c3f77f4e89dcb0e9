"""The databases of homes where tests run on PostgreSQL (`--engine postgresql`): each home has one of its own.

A home is known by its folder when it is first opened.  Processes that a test starts find the database of the first
home of the test in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from kb.configuration.database import DATABASE_URL
from kb.home import Home
from kb.store import database as store
from tests.doubles.postgres import PostgresServer


class Databases:
    """One database a home, made when it is first asked for."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._kept, self._made = dict[Path, str](), dict[Path, str]()
        self._found = store.database_url

    def __enter__(self) -> Self:
        store.database_url = self.url_of
        return self

    def __exit__(self, *_error: object) -> None:
        store.database_url = self._found
        self.forget()
        for name in self._kept.values():
            self._server.drop(name)

    def keep(self, folder: Path) -> None:
        """Let the home have its database beyond the test."""
        self._kept[folder.resolve()] = self._server.create()

    def copy(self, folder: Path, other: Path) -> None:
        """Let a home have what another one, whose database nobody has open, has now."""
        self._have(other.resolve(), self._server.create(self._name_of(folder.resolve())))

    def forget(self) -> None:
        """The test is over: its databases go."""
        for name in self._made.values():
            self._server.drop(name)
        self._made.clear()
        os.environ.pop(DATABASE_URL, None)

    def url_of(self, home: Home, environ: Mapping[str, str] = os.environ) -> str:  # noqa: ARG002
        """The address of the database of a home."""
        return self._server.url(self._name_of(home.root.resolve()))

    def _name_of(self, folder: Path) -> str:
        if folder not in self._kept and folder not in self._made:
            self._have(folder, self._server.create())
        return self._kept.get(folder) or self._made[folder]

    def _have(self, folder: Path, name: str) -> None:
        self._made[folder] = name
        os.environ.setdefault(DATABASE_URL, self._server.url(name))
