"""From firing to the message: a real Prometheus, a real Alertmanager with `group_wait: 0s`, and `kb serve` between them
and a receiver, all on loopback.

`python -m benchmarks.firing [--home FOLDER] [--rounds 5]` lets a service go down and come back, so many times (Debian's
packages `prometheus` and `prometheus-alertmanager` must be there).  Told are the seconds from `startsAt`, the moment at
which the rule first held, and from the moment at which the service stopped answering, to the message at the receiver;
the difference is Prometheus's own, which looks once a second here.  The home is a copy of the one given
(`benchmarks.scale --home` makes large ones), else a new one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from benchmarks.hooks import prepared
from kb import KnowledgeBase
from tests.doors.conftest import served
from tests.doubles.chat_server import ChatServer
from tests.durability.test_real_senders import (
    SET,
    Metrics,
    eventually,
    free_port,
    prometheus_and_alertmanager,
)

_QUICKLY = """
[hooks.limits]
flaps = 1000
minutes = 1
"""
TOLD = """
[[notify]]
name = "program"
kind = "json"
url = "{url}/json"
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--home", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ChatServer() as chat:
        home = prepared(given.home, Path(scratch) / "home", chat.url)
        (home / "kb.toml").write_text(SET + _QUICKLY + TOLD.format(url=chat.url))
        with KnowledgeBase.open(home) as kb:
            print(f"{sum(kb.counts().values()):,} entries, {given.rounds} rounds")
        firing, down = measured(home, Path(scratch), chat, given.rounds)
    print(f"from firing to the message:        {_told(firing)}")
    print(f"from the end of the service to it: {_told(down)}")


def measured(home: Path, folder: Path, chat: ChatServer, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds to the message, of each round: from `startsAt`, and from the end of the service."""
    target, firing, down = free_port(), list[float](), list[float]()
    with served(home) as (address, _):
        url = address.removesuffix("/mcp")
        with prometheus_and_alertmanager(folder / "prometheus", url, target):
            for _ in range(rounds):
                with service(target):
                    _end(home)
                stopped = time.time()
                told = _opened(chat, len(chat.messages))
                down.append(told - stopped)
                firing.append(told - _started(home))
    return firing, down


@contextmanager
def service(port: int) -> Iterator[None]:
    """A service that is up for as long as the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", port), Metrics) as up:
        Thread(target=up.serve_forever, daemon=True).start()
        yield
        up.shutdown()


def _end(home: Path) -> None:
    """Wait until the service was seen to be up, and close what was opened, so that the next one is a new incident."""
    time.sleep(8)
    eventually(home, lambda found: all(one.resolved for one in found))
    with KnowledgeBase.open(home) as kb:
        for one in kb.incidents.open_ones():
            kb.incidents.close(one.id)


def _opened(chat: ChatServer, before: int, seconds: float = 60) -> float:
    """When the first word of a new incident arrived, by the clock."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for message in chat.messages[before:]:
            if message.body["kind"] == "opened":
                return time.time() - (time.monotonic() - message.at)
        time.sleep(0.01)
    raise TimeoutError(f"nobody was told within {seconds:g} s")


def _started(home: Path) -> float:
    """When the alert of the newest delivery began, as its sender says."""
    with KnowledgeBase.open(home) as kb:
        groups = kb._parts.db.rows(
            "SELECT started FROM hook_groups WHERE firing ORDER BY started DESC LIMIT 1"
        )
    return datetime.fromisoformat(groups[0]["started"]).timestamp()


def _told(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s"


if __name__ == "__main__":
    main()
