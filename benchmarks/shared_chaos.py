"""Three servers of one base while everything that can fail does: what was acknowledged, what was lost, what was wrong.

`python -m benchmarks.shared_chaos [--minutes 10]` (as root, on Linux) gives five hosts an address of their own each, in
network namespaces: a PostgreSQL, its streaming replica, and three `kb serve` with a home of their own.  64 clients on a
sixth address ask and write, half of them each, of whichever server answers.  Meanwhile a server is killed and begun
again, the network of one is cut, the database is slow, its disk is full, and at last it is killed and its replica takes
over.  A write is acknowledged by its answer; a lesson whose answer did not come is sent again, an outcome is not.

Told are what was written and asked, every error by the trouble during which the call was begun or under way (15 s more
are granted for what was waiting), and what the base holds in the end: acknowledged writes that are not there, those
that are there twice, and answers that named another lesson, or none, where the lesson asked for had been acknowledged.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.hosts import Host, network
from benchmarks.replicated import Database
from kb import KnowledgeBase
from kb.starter import make_home

CLIENTS = 64
PAUSE = (1.0, 3.0)
"""Seconds between two calls of a client."""
GRACE = 15.0
"""Seconds after a trouble in which what waited during it may still fail."""
TOKEN = "the-token-of-the-chaos-run"
_DISK = "1g"
_SYLLABLES = (
    "ba",
    "de",
    "fi",
    "go",
    "ku",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "chi",
    "dro",
    "fle",
    "gri",
    "klo",
)


@dataclass(frozen=True)
class Failure:
    """A call that failed, in words, and from when to when it was under way, in seconds of the run."""

    began: float
    ended: float
    said: str


@dataclass
class Tally:
    """What the clients saw."""

    lessons: dict[str, float] = field(default_factory=dict)
    """Texts of acknowledged lessons, and when they were acknowledged."""
    outcomes: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    """Notes of outcomes whose answer did not come: they may be there, once."""
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=lambda: {"asked": [], "written": []})


@dataclass(frozen=True)
class Trouble:
    """What was wrong, and from when to when, in seconds of the run."""

    name: str
    began: float
    ended: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--minutes", type=float, default=10.0)
    minutes = options.parse_args().minutes
    with (
        tempfile.TemporaryDirectory(prefix="kb-chaos-", ignore_cleanup_errors=True) as place,
        ExitStack() as open_,
    ):
        scene = Scene(Path(place), open_)
        tally, troubles = asyncio.run(scene.play(60 * minutes))
        told(tally, troubles, 60 * minutes)
        print(verified(scene.home_of_the_end(), tally))


class Scene:
    """The hosts, what runs on them, and what happens to it."""

    def __init__(self, place: Path, open_: ExitStack) -> None:
        place.chmod(0o755)
        names = ["primary", "replica", "one", "two", "three"]
        hosts = open_.enter_context(network("kbchaos", names))
        self._first, self._second = hosts[:2]
        self._hosts, self._place, self._open = hosts[2:], place, open_
        self._troubles: list[Trouble] = []
        self._databases = self._replicated()
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        for host in self._hosts:
            self._serve(host)
        for host in self._hosts:
            _wait_for(host)

    @property
    def url(self) -> str:
        """The base, at both addresses."""
        return f"postgresql://postgres@{self._first.address},{self._second.address}/kb?connect_timeout=3"

    def _replicated(self) -> tuple[Database, Database]:
        """A primary on a disk of its own, and a replica that has what is acknowledged."""
        folders = [self._place / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
        self._open.enter_context(_disk(folders[0]))
        first = Database(folders[0], self._first)
        first.make(["max_connections=100", "wal_keep_size=64MB", "max_wal_size=64MB"])
        self._open.callback(first.stop)
        first.run("CREATE DATABASE kb")
        second = Database(folders[1], self._second)
        second.copy(first)
        self._open.callback(second.stop)
        first.set(synchronous_standby_names="*", synchronous_commit="remote_apply")
        return first, second

    def _serve(self, host: Host) -> None:
        home = self._place / host.name
        home.mkdir(exist_ok=True)
        variables = {**os.environ, "KB_TOKEN": TOKEN, "KB_DATABASE_URL": self.url, "KB_HOME": str(home)}
        words = ["serve", "--host", host.address, "--port", "8765"]
        if not (home / "kb.toml").exists():
            subprocess.run(
                [*host.enter, sys.executable, "-m", "kb", "init", str(home)], env=variables, check=True
            )
        with (self._place / f"{host.name}.log").open("ab") as log:
            self._servers[host.name] = subprocess.Popen(
                [*host.enter, sys.executable, "-m", "kb", "--home", str(home), *words],
                env=variables,
                stdout=log,
                stderr=log,
            )
        self._open.callback(self._kill, host)

    def _kill(self, host: Host) -> None:
        server = self._servers[host.name]
        server.kill()
        server.wait()

    async def play(self, seconds: float) -> tuple[Tally, list[Trouble]]:
        """Let clients work for so long, and everything go wrong in the course of it."""
        tally, ends, began = Tally(), time.monotonic() + seconds, time.monotonic()
        clients = [Client(number, self._hosts, tally, began) for number in range(CLIENTS)]
        working = [asyncio.ensure_future(one.work(ends)) for one in clients]
        for share, trouble in zip((0.1, 0.25, 0.4, 0.55, 0.75), self._all_troubles(), strict=True):
            await asyncio.sleep(max(0.0, began + share * seconds - time.monotonic()))
            started = time.monotonic() - began
            await asyncio.to_thread(trouble)
            name = (trouble.__doc__ or "").rstrip(".")
            self._troubles.append(Trouble(name, started, time.monotonic() - began))
            print(f"{started:4.0f} to {time.monotonic() - began:4.0f} s: {name}", flush=True)
        await asyncio.gather(*working)
        return tally, self._troubles

    def _all_troubles(self) -> Iterator[Any]:
        yield from (self._killed_server, self._cut_network, self._slow, self._full_disk, self._killed_primary)

    def _killed_server(self) -> None:
        """a server is killed and begun again."""
        self._kill(self._hosts[0])
        time.sleep(5)
        self._serve(self._hosts[0])
        _wait_for(self._hosts[0])

    def _cut_network(self) -> None:
        """the network of a server is cut."""
        self._hosts[1].cut()
        time.sleep(20)
        self._hosts[1].join()

    def _slow(self) -> None:
        """the database stands still for most of the time."""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            self._databases[0].signal(signal.SIGSTOP)
            time.sleep(0.4)
            self._databases[0].signal(signal.SIGCONT)
            time.sleep(0.2)

    def _full_disk(self) -> None:
        """the disk of the database is full."""
        filling = self._place / "first" / "filling"
        with filling.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
            except OSError:
                pass
        time.sleep(20)
        filling.unlink()
        self._databases[0].begin_again()

    def _killed_primary(self) -> None:
        """the primary is killed, and five seconds later its replica takes over."""
        self._databases[0].kill()
        time.sleep(5)
        self._databases[1].set(synchronous_standby_names="")
        self._databases[1].promote()

    def home_of_the_end(self) -> Path:
        """A home of none of the servers, at the base as it is in the end."""
        home = self._place / "looking"
        home.mkdir()
        (home / "kb.toml").write_text(f'[database]\nurl = "{self.url}"\n')
        make_home(home)
        return home


class Client:
    """Somebody who asks, or who writes, of whichever server answers."""

    def __init__(self, number: int, hosts: list[Host], tally: Tally, began: float) -> None:
        self._rng, self._tally, self._began = random.Random(number), tally, began
        self._writes, self._hosts = number % 2 == 0, hosts[number % 3 :] + hosts[: number % 3]
        self._numbers = iter(range(number, sys.maxsize, CLIENTS))

    async def work(self, ends: float) -> None:
        """Work until the end."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(headers=headers, timeout=20) as http:
            while time.monotonic() < ends:
                await asyncio.sleep(self._rng.uniform(*PAUSE))
                await (self._write(http) if self._writes else self._ask(http))

    async def _call(self, http: httpx2.AsyncClient, sort: str, path: str, body: dict[str, Any]) -> Any:
        """The answer, or None; where none came, the next call is of another server."""
        started = time.monotonic()
        try:
            answer = await http.post(f"http://{self._hosts[0].address}:8765/api/v1{path}", json=body)
        except httpx2.HTTPError as error:
            self._failed(started, f"{sort}: {type(error).__name__}")
            return None
        if answer.status_code != 200:
            self._failed(started, f"{sort}: {answer.status_code} {answer.text[40:220]}")
            return None
        self._tally.took[sort].append(1000 * (time.monotonic() - started))
        return answer.json()

    def _failed(self, started: float, said: str) -> None:
        self._tally.errors.append(Failure(started - self._began, time.monotonic() - self._began, said))
        self._hosts = self._hosts[1:] + self._hosts[:1]

    async def _write(self, http: httpx2.AsyncClient) -> None:
        text = sentence(next(self._numbers))
        body = {"pattern": text, "meaning": "a drill", "fix": f"end the drill of {text.split()[1]}"}
        while not (kept := await self._call(http, "written", "/patterns", body)):
            await asyncio.sleep(1)
        self._tally.lessons[text] = time.monotonic()
        note = f"drill {text}"
        said = {"entry_id": kept["id"], "result": "resolved", "note": note}
        if await self._call(http, "written", "/outcomes", said):
            self._tally.outcomes.add(note)
        else:
            self._tally.unsure.add(note)

    async def _ask(self, http: httpx2.AsyncClient) -> None:
        if not self._tally.lessons:
            return
        text = self._rng.choice(list(self._tally.lessons)[-200:])
        found = await self._call(http, "asked", "/check", {"error_text": text})
        if found is None:
            return
        self._tally.asked += 1
        titles = [one["title"] for one in found["matches"]]
        if found["verdict"] != "known":
            self._tally.missed.append(text)
        elif titles[:1] != [text]:
            self._tally.wrong.append(f"{text} -> {titles[:1]}")


def sentence(number: int) -> str:
    """A text like no other: numbers alone would be taken for one fault."""
    rng = random.Random(number)
    words = ["".join(rng.choices(_SYLLABLES, k=4)) for _ in range(4)]
    return f"FATAL {words[0]} of {words[1]} refuses {words[2]} while {words[3]} waits"


def told(tally: Tally, troubles: list[Trouble], seconds: float) -> None:
    """Print what the clients saw."""
    for sort, took in tally.took.items():
        cut = statistics.quantiles(took, n=100)
        print(
            f"{sort}: {len(took)}, {len(took) / seconds:.1f} a second, p50 {cut[49]:.0f}, p99 {cut[98]:.0f} ms"
        )
    found = {one.name: Counter[str]() for one in troubles}
    outside = Counter[str]()
    for error in tally.errors:
        during = [one for one in troubles if one.began <= error.ended and error.began <= one.ended + GRACE]
        if during:
            found[during[-1].name][error.said] += 1
        else:
            outside[f"{error.said} ({error.began:.0f} to {error.ended:.0f} s)"] += 1
    for name, errors in {**found, "at any other time": outside}.items():
        print(f"errors while {name}: {sum(errors.values())}")
        for said, n in errors.most_common(4):
            print(f"    {n} x {said}")
    print(f"asked {tally.asked}: {len(tally.wrong)} wrong, {len(tally.missed)} not known")
    for said in [*tally.wrong, *tally.missed][:5]:
        print(f"    {said}")


def verified(home: Path, tally: Tally) -> str:
    """What the base holds of what was acknowledged, in words."""
    with KnowledgeBase.open(home) as kb:
        rows = kb._parts.db.rows("SELECT headline, count(*) AS n FROM entries GROUP BY headline")
        lessons = {row["headline"]: row["n"] for row in rows}
        rows = kb._parts.db.rows("SELECT note, count(*) AS n FROM outcomes GROUP BY note")
        outcomes = {row["note"]: row["n"] for row in rows}
    lost = [one for one in tally.lessons if one not in lessons]
    gone = [one for one in tally.outcomes if one not in outcomes]
    twice = [one for one, n in lessons.items() if one in tally.lessons and n > 1]
    doubled = [one for one, n in outcomes.items() if one in tally.outcomes | tally.unsure and n > 1]
    late = sum(one in outcomes for one in tally.unsure)
    return (
        f"acknowledged: {len(tally.lessons)} lessons, {len(lost)} lost, {len(twice)} twice;"
        f" {len(tally.outcomes)} outcomes, {len(gone)} lost, {len(doubled)} twice"
        f" (of {len(tally.unsure)} whose answer did not come {late} are there)"
    )


def _wait_for(host: Host) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        try:
            if httpx2.get(f"http://{host.address}:8765/healthz", timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"the server on {host.name} did not begin")


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """A disk of its own, in memory, which can be full."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


if __name__ == "__main__":
    main()
