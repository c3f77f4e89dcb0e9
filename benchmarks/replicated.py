"""A PostgreSQL on a host of its own: begun there, copied as a replica, stopped, killed, begun again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks.hosts import Host
from tests.doubles.postgres import binaries

_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]  # it does not run as root
_ANYBODY = "host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n"


class Database:
    """A server below a folder, which listens at the address of its host."""

    def __init__(self, folder: Path, host: Host) -> None:
        self._folder, self._host, self._data = folder, host, folder / "data"
        self._programs = binaries(folder)
        shutil.chown(folder, "nobody")

    def make(self, settings: Sequence[str]) -> None:
        """A new one, begun."""
        how = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--username=postgres", "--no-instructions"]
        self._program("initdb", f"--pgdata={self._data}", *how)
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write(_ANYBODY)
        with (self._data / "postgresql.conf").open("a") as written:
            written.write("".join(f"{one}\n" for one in settings))
        self._begin()

    def copy(self, of: Database) -> None:
        """A streaming replica of another one, begun."""
        place = [f"--host={of._host.address}", "--username=postgres"]
        self._program(
            "pg_basebackup", f"--pgdata={self._data}", *place, "--checkpoint=fast", "--write-recovery-conf"
        )
        self._begin()

    def _begin(self) -> None:
        options = f"-c listen_addresses={self._host.address} -c unix_socket_directories={self._folder}"
        self._control("--log", str(self._folder / "log"), "--options", options, "start")

    def begin_again(self) -> None:
        """After it ended of itself, or is about to."""
        self._control("--mode=immediate", "stop", fails=True)
        self._begin()

    def stop(self) -> None:
        """Let it end, if it has not."""
        self._control("--mode=immediate", "stop", fails=True)

    def promote(self) -> None:
        """Let a replica take writes."""
        self._control("promote")

    def kill(self) -> None:
        """As the kernel would, with all that it started."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to all that it started."""
        parent = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for one in [parent, *map(int, children)]:
            try:
                os.kill(one, number)
            except ProcessLookupError:  # a connection that ended meanwhile
                continue

    def run(self, statement: str) -> None:
        """Run a statement."""
        with psycopg.connect(f"host={self._host.address} user=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def set(self, **settings: str) -> None:
        """Change settings that need no restart."""
        for name, value in settings.items():
            self.run(f"ALTER SYSTEM SET {name} = '{value}'")
        self.run("SELECT pg_reload_conf()")

    def _control(self, *words: str, fails: bool = False) -> None:
        self._program("pg_ctl", f"--pgdata={self._data}", "--wait", *words, fails=fails)

    def _program(self, name: str, *words: str, fails: bool = False) -> None:
        command = [*self._host.enter, *_NOBODY, str(self._programs / name), *words]
        with (self._folder.parent / "postgresql.log").open("ab") as log:
            subprocess.run(command, check=not fails, cwd="/", stdout=log, stderr=log)
