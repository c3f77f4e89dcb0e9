"""Completion: ids with their titles, services, environments, kinds and names of files, as the shell asks for them.

Answers come from the database as it is, read once and nothing looked after: no model, no refresh, no migration.
Whatever is wrong with a home, completion only has nothing to say; the command itself will.  So it is where a server
that has the database does not answer in a second and a half.
"""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kb.home import Home
    from kb.store.database import Database

MOST = 60
"""Ids that are offered; who has more types on."""
SECONDS = 1.5
"""How long somebody who presses Tab waits for a database."""

Completed = list[str | tuple[str, str]]
Completer = Callable[..., Completed]


def _in_time(work: Callable[[], Completed]) -> Completed:
    """What comes of it, or nothing where that takes too long: a name that is looked up, a server that is silent."""
    from kb.errors import KbError

    found = Completed()

    def ask() -> None:
        with suppress(KbError):
            found.extend(work())

    worker = threading.Thread(target=ask, daemon=True)
    worker.start()
    worker.join(SECONDS)
    return [] if worker.is_alive() else found


@contextmanager
def _opened(context: typer.Context) -> Iterator[Database | None]:
    """The database of the home that the command line names so far; None where it cannot simply be read."""
    import sqlite3

    from kb.errors import KbError
    from kb.home import find_home

    try:
        db = _database_of(find_home(context.find_root().params.get("home") or None))
    except (KbError, sqlite3.Error, OSError, ImportError):
        yield None
        return
    try:
        yield db
    finally:
        if db:
            db.close()


def _database_of(home: Home) -> Database | None:
    """Its database; a server is asked to let nothing be written, a file is not opened where it would be renewed."""
    import sqlite3

    from kb.configuration.database import database_url
    from kb.store.database import SCHEMA, Database

    if url := database_url(home):
        from kb.store.postgresql.connection import only_looking

        return Database(home.database, only_looking(url))
    with sqlite3.connect(f"file:{home.database}?mode=ro", uri=True) as looked_at:
        current = looked_at.execute("PRAGMA user_version").fetchone()[0] == SCHEMA
    looked_at.close()
    return Database(home.database) if current else None


def _ids(space: str) -> Completer:
    def complete(context: typer.Context, incomplete: str) -> Completed:
        from kb.store.ids.known_ids import KnownIds, Space
        from kb.store.ids.short_ids import ending

        def found() -> Completed:
            with _opened(context) as db:
                known = KnownIds(db).begin(Space[space], incomplete, MOST) if db else []
            return [
                (
                    one.id if one.id.startswith(incomplete) else ending(one.id),
                    " ".join(one.title.split())[:70],
                )
                for one in known
            ]

        return _in_time(found)

    return complete


def _values(sql: str) -> Completer:
    def complete(context: typer.Context, incomplete: str) -> Completed:
        def found() -> Completed:
            with _opened(context) as db:
                rows = db.rows(sql) if db else []
            return list(_quoted(str(row[0]) for row in rows if str(row[0]).startswith(incomplete)))

        return _in_time(found)

    return complete


def _words(*words: str) -> Completer:
    def complete(incomplete: str) -> Completed:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def _quoted(names: Iterable[str]) -> Iterator[str]:
    """Bash puts in what it gets as it is, so a name with spaces is one word only with its backslashes."""
    bash = os.environ.get("_KB_COMPLETE") == "complete_bash"
    for name in names:
        yield name.replace(" ", "\\ ") if bash and shlex.quote(name) != name and "'" not in name else name


_SERVICES = _values(
    "SELECT DISTINCT value FROM entries, json_each(services) WHERE retired_at IS NULL"
    " UNION SELECT DISTINCT service FROM changes WHERE service != '' ORDER BY 1"
)
_ENVIRONMENTS = _values(
    "SELECT DISTINCT environment FROM changes WHERE environment != ''"
    " UNION SELECT DISTINCT value FROM entries, json_each(data, '$.scope.environments') ORDER BY 1"
)
_TOOLS = _values(
    "SELECT DISTINCT json_extract(data, '$.tool_name') FROM entries WHERE kind = 'tool_fix' ORDER BY 1"
)
_KINDS = ("alert_rule", "document", "incident", "known_error", "pattern", "quirk", "runbook", "tool_fix")
_CHANGES = ("deployment", "rollback", "drift", "migration", "config")
_CHECKS = ("all", "error_rates", "response_times", "complaints", "services", "dashboards", "alerts")
_SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4", "P1", "P2", "P3", "P4", "critical", "high", "medium", "low")
_FILES = _words(
    "learned/patterns",
    "learned/tool_fixes",
    "learned/runbooks",
    "learned/service_quirks",
    "state/environments",
    "state/watch",
)

BY_NAME: dict[str, Completer] = {
    "entry_id": _ids("ENTRY"),
    "entry": _ids("ENTRY"),
    "incident_id": _ids("LIVED"),
    "incident": _ids("LIVED"),
    "lookup_id": _ids("LOOKUP"),
    "proposal_id": _ids("PROPOSAL"),
    "end": _ids("CHANGE"),
    "service": _SERVICES,
    "services": _SERVICES,
    "environment": _ENVIRONMENTS,
    "environments": _ENVIRONMENTS,
    "tool": _TOOLS,
    "tool_name": _TOOLS,
    "kind": _words(*_KINDS),
    "kinds": _words(*_KINDS),
    "key": _FILES,
    "file": _FILES,
    "result": _words("applied", "resolved", "failed", "not_applied", "made_worse", "recurred"),
    "new": _words("active", "candidate", "quarantined", "retired"),
    "severity": _words(*_SEVERITIES),
    "held": _words(*_CHECKS),
    "style": _words("report", "chat"),
    "source": _values("SELECT DISTINCT source FROM healthy ORDER BY 1"),
}
"""What completes an argument or option, by its name in the code."""

BY_COMMAND: dict[tuple[str, str], Completer] = {
    ("change record", "kind"): _words(*_CHANGES),
    ("change list", "kind"): _words(*_CHANGES),
    ("change list", "kinds"): _words(*_CHANGES),
    ("change record", "result"): _words("succeeded", "failed", "unknown"),
    ("incident hypothesis", "status"): _words("suspected", "confirmed", "refuted"),
    ("backup", "file"): _words(),
    ("restore", "file"): _words(),
}
"""The same, where a command means something else by that name."""
