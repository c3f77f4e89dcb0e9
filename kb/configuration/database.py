"""Where the database of a home is: `KB_DATABASE_URL`, else `[database]` of `kb.toml`, else the home's own file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from kb.errors import InvalidInput
from kb.expression import expression
from kb.home import Home

DATABASE_URL = "KB_DATABASE_URL"
"""The environment variable with the address of a PostgreSQL database."""
SCHEMES = ("postgresql://", "postgres://")
"""What such an address begins with."""
_SECTION = expression(r"^\s*(?:\[\s*database\s*\]|database\s*[.=])", re.MULTILINE)


def database_url(home: Home, environ: Mapping[str, str] = os.environ) -> str:
    """The address of the PostgreSQL database of a home; empty where it has its own file.

    Raises InvalidInput for an address of another kind, and where kb.toml means one and cannot be understood: nothing
    may be written into another database by a guess.
    """
    given, source = environ.get(DATABASE_URL, "").strip(), DATABASE_URL
    if home.base and _names_one(home):
        raise InvalidInput(
            f"{home.configuration} has a section [database], and a tenant has none: take it out; tenants are in the "
            f"database of {home.base.root}"
        )
    if not given:
        given, source = _of_file(home.base or home, environ), "kb.toml: database.url"
    if given and not given.startswith(SCHEMES):
        raise InvalidInput(f"{source} is not of the form postgresql://user@host:port/database")
    return given


class Connections(NamedTuple):
    """How many connections a process may have to that database at a time; 0 where nothing is said of it."""

    most: int = 0
    """As one tenant, or as the home."""
    in_all: int = 0
    """As all of them together."""


def connections(home: Home, environ: Mapping[str, str] = os.environ) -> Connections:
    """How many connections are allowed."""
    home = home.base or home
    if not _names_one(home):
        return Connections()
    from kb.configuration.file import ConfigurationFile

    said = ConfigurationFile(home, environ).current().database
    return Connections(said.connections, said.connections_in_all)


def _names_one(home: Home) -> bool:
    """Whether kb.toml seems to say something of a database."""
    try:
        return bool(_SECTION.search(home.configuration.read_text(encoding="utf-8-sig", errors="replace")))
    except OSError:
        return False


def _of_file(home: Home, environ: Mapping[str, str]) -> str:
    if not _names_one(home):
        return ""
    from kb.configuration.file import ConfigurationFile, of_environment  # most homes have no such section

    read = ConfigurationFile(home, environ).load()
    for problem in read.problems:
        if "database" in problem.message or not read.said:
            raise InvalidInput(f"where the database of this home is, is not known: {problem}")
    section = read.values.database
    url = of_environment(section, "url", environ) or section.url
    if section.url_env and not url:
        raise InvalidInput(f"kb.toml: database.url_env names {section.url_env}, which is not set here")
    return url.strip()
