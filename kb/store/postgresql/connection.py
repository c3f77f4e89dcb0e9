"""How a PostgreSQL database is connected to: the primary where there is one, else a standby, which only reads.

A URL may name several hosts; which of them is the primary is asked, not configured, so that a standby that was
promoted is found.  A connection that is lost is noticed in seconds, also where nothing says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.errors import InvalidInput
from kb.home import SHARED
from kb.store.postgresql import steps
from kb.store.postgresql.rows import row_factory

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import BaseRowFactory

    Connection = psycopg.Connection[Any]

CONNECT_SECONDS = 5
"""How long a host may take to answer, unless the URL says so (`connect_timeout`)."""
STATEMENT_SECONDS = 120
"""How long one statement may take, unless the URL says so (`options=-c statement_timeout=…`)."""
IDLE_SECONDS = 300
"""How long a transaction may wait for its process before the server ends it: none holds the write lock for ever."""
_SERVER = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}
_CLIENT = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "kb",
}


def only_looking(url: str) -> str:
    """Where the same database is for one who writes nothing, and rather has no answer than waits a second.

    Raises InvalidInput for a URL that cannot be read, ImportError where psycopg is missing.
    """
    from psycopg.conninfo import make_conninfo

    said = _read(url)
    options = f"{said.get('options', '')} -c default_transaction_read_only=on -c statement_timeout=1000"
    return make_conninfo(
        "", **{**said, "options": options, "connect_timeout": 1, "target_session_attrs": "any"}
    )


def _read(url: str) -> dict[str, Any]:
    """What a URL says.  Raises InvalidInput; what stands in it is not repeated, it has the password."""
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    except Error:
        why = "such signs as %, @, / and : in a password are written %25, %40, %2F and %3A"
        raise InvalidInput(f"the URL of the database cannot be read; {why}") from None


class Address:
    """A database, by the URL that names it."""

    def __init__(self, url: str, tenant: str = SHARED) -> None:
        """Raises InvalidInput for a URL that cannot be read; what stands in it is not repeated, it has the password.

        Connections are those of the tenant from their beginning to their end.
        """
        said = _read(url)
        options = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
        self._said: dict[str, Any] = {
            **_CLIENT,
            **said,
            "options": f"{options} {said.get('options', '')} -c kb.tenant={tenant}",
        }
        hosts = str(said.get("host", "")) or "localhost"
        self.place = (
            f"PostgreSQL at {hosts}, database {said.get('dbname') or said.get('user') or 'of the user'}"
        )
        """What it is called in messages."""
        self._any = "target_session_attrs" in said

    def primary(self) -> Connection:
        """A connection to a host that takes writes.

        Raises psycopg.OperationalError, StoreBroken where a newer kb made the database so that this one cannot go on.
        """
        return self._connect({} if self._any else {"target_session_attrs": "read-write"})

    def any(self) -> Connection:
        """A connection to any of the hosts.  Raises as `primary`."""
        return self._connect({})

    def _connect(self, further: dict[str, Any]) -> Connection:
        import psycopg

        factory: BaseRowFactory[Any] = row_factory
        connection = psycopg.connect(
            **{**self._said, **further},
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            row_factory=factory,
        )
        try:
            steps.refuse_apart(connection, self.place)
        except BaseException:
            connection.close()
            raise
        return connection


def takes_no_writes(connection: Connection) -> bool:
    """Whether it is one to a standby, or to a server that is set to be read: the server keeps that up to date."""
    status = connection.pgconn.parameter_status
    return b"on" in (status(b"in_hot_standby"), status(b"default_transaction_read_only"))
