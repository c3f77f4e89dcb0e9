"""What one run has for itself: a folder, ports, a host, people, numbers, and the processes it started.

A scene lives inside namespaces of its own (`inside`), so that nothing it mounts, binds or starts
outlives it.  Which values it has follows from the seed, the source, the fault and the occurrence alone.
Only loopback is there to be reached.
"""

from __future__ import annotations

import random
import re
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.fault_lab.packages import SYSTEM_PATH

_PLACE = re.compile(r"@([a-z][a-z0-9_]{0,30})@")
_FOLDERS = ("/srv/a", "/srv/b2/releases/31")
_HOSTS = ("edge-3", "web-17")
_PEOPLE = (("amara", "lindqvist"), ("felix", "okonkwo"))
_CLIENTS = ("127.0.0.9", "127.0.3.41")


class SourceError(Exception):
    """The source itself is wrong: it must be mended before its logs mean anything."""


class Scene:
    """The surroundings of one run; commands and texts are filled with its values."""

    def __init__(self, source: str, fault: str, occurrence: int, seed: int) -> None:
        self.random = random.Random(f"{seed}/{source}/{fault}/{occurrence}")
        at = (occurrence - 1) % 2
        self.folder = Path(_FOLDERS[at])
        self.output = ""
        self.processes: list[subprocess.Popen[bytes]] = []
        self.kept: list[object] = []
        first = self.random.randrange(20_000, 55_000, 10)
        ports = {f"port{n or ''}": str(first + n) for n in range(8)}
        self.values = ports | {
            "dir": _FOLDERS[at],
            "host": _HOSTS[at],
            "user": _PEOPLE[at][0],
            "other": _PEOPLE[at][1],
            "client": _CLIENTS[at],
            "id": str(self.random.randrange(10_000, 99_999)),
            "small": str(self.random.randrange(3, 9)),
            "hex": f"{self.random.randrange(16**8):08x}",
            "dead": str(self.random.randrange(55_000, 60_000)),
        }

    def fill(self, text: str) -> str:
        """The text with its places filled; what is no place of ours stays."""
        return _PLACE.sub(lambda found: self.values.get(found[1], found[0]), text)

    def port(self, name: str = "port") -> int:
        """The port of that name."""
        return int(self.values[name])

    def write(self, name: str, text: str) -> Path:
        """Write a file of the scene's folder."""
        path = self.folder / self.fill(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.fill(text), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """What programs see; nothing of the session that started them."""
        return {
            "PATH": SYSTEM_PATH,
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "USER": self.values["user"],
        }

    def start(self, command: str, log: str = "printed.log") -> subprocess.Popen[bytes]:
        """Start a program that goes on, its output in a file of the folder."""
        with (self.folder / log).open("ab") as out:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {self.fill(command)}"],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process

    def run(self, command: str, seconds: float = 60.0) -> int:
        """Run a shell command to its end; what it printed is kept as `output`."""
        try:
            done = subprocess.run(
                ["sh", "-c", self.fill(command)],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as late:
            self.output = (late.stdout or b"").decode("utf-8", "replace")
            return 124
        self.output = done.stdout.decode("utf-8", "replace")
        return done.returncode

    def must(self, command: str) -> None:
        """Run a command that the run rests on."""
        if code := self.run(command):
            raise SourceError(f"{self.fill(command)!r} ended with {code}: {self.output[-800:]}")

    def until(self, ready: str, seconds: float, process: subprocess.Popen[bytes]) -> bool:
        """Wait until a command succeeds; no where the process ends or the time is up first."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.run(ready, 5.0):
                return True
            if process.poll() is not None:
                return False
            time.sleep(0.2)
        return False

    def small_disk(self, name: str, size: str) -> None:
        """Mount a file system of that size at a folder of the scene, with what was there, and its owner."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        kept = self.folder / "before-small"
        shutil.copytree(path, kept, dirs_exist_ok=True)
        owner = path.stat()
        quoted = shlex.quote(str(path))
        options = f"size={size},uid={owner.st_uid},gid={owner.st_gid},mode={owner.st_mode & 0o7777:o}"
        self.must(f"mount -t tmpfs -o {options} tmpfs {quoted}")
        self.must(
            f"cp -a {shlex.quote(str(kept))}/. {quoted}/; chown -R {owner.st_uid}:{owner.st_gid} {quoted}"
        )
        shutil.rmtree(kept)

    def occupy(self, port: str = "port", address: str = "127.0.0.1") -> None:
        """Listen on a port, so that nobody else can."""
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((address, self.port(port)))
        taken.listen()
        self.kept.append(taken)

    def hold(self, count: int, port: str = "port", say: bytes = b"") -> None:
        """Open connections and keep them to the end."""
        for _ in range(count):
            try:
                one = socket.create_connection(("127.0.0.1", self.port(port)), 3)
                if say:
                    one.sendall(say)
            except OSError as error:
                self.output = str(error)
                continue
            self.kept.append(one)

    def send(self, data: bytes, port: str = "port", wait: float = 0.5) -> None:
        """Say something on a fresh connection, read what comes back, and hang up."""
        with socket.create_connection(("127.0.0.1", self.port(port)), 5) as one:
            one.sendall(data)
            one.settimeout(wait)
            try:
                self.output = one.recv(4096).decode("utf-8", "replace")
            except OSError as error:
                self.output = str(error)

    def backend(self, port: str, answer: bytes | None, delay: float = 0.0, *, first: bool = False) -> None:
        """A peer on a port: it reads once (unless it speaks first), waits, answers, or hangs up at None."""
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", self.port(port)))
        taken.listen()
        self.kept.append(taken)
        threading.Thread(target=_serve, args=(taken, answer, delay, first), daemon=True).start()

    def kill(self, pattern: str, signal: str = "KILL") -> None:
        """Signal the processes of this scene (its namespace has no others) whose command line matches."""
        self.run(f"pkill -{signal} -f -- {shlex.quote(pattern)}")
        time.sleep(1.0)

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def stop(self) -> None:
        """End what was started, politely first."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)


def _serve(listening: socket.socket, answer: bytes | None, delay: float, first: bool) -> None:
    while True:
        one, _ = listening.accept()
        threading.Thread(target=_answer, args=(one, answer, delay, first), daemon=True).start()


def _answer(one: socket.socket, answer: bytes | None, delay: float, first: bool) -> None:
    with one:
        try:
            if not first:
                one.recv(65_536)
            time.sleep(delay)
            if answer is not None:
                one.sendall(answer)
        except OSError:
            return


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
"""What a healthy HTTP backend answers."""


def step(name: str, *values: object, **named: object) -> Callable[[Scene], object]:
    """A step that calls a method of the scene: `step("hold", 5)`."""
    return lambda scene: getattr(scene, name)(*values, **named)
