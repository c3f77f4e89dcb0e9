"""A home whose `kb.toml` names targets, and what is done with it in the tests of notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from kb import KnowledgeBase
from tests.doubles.chat_server import CHANNEL, ROOM, TOKEN
from tests.notify.conftest import SECRET

SYMPTOM = "QueuePool limit of size 5 overflow 10 reached, connection timed out"
FIX = "raise max_connections and restart the pods"


@dataclass
class Hands:
    """A clock that a test moves."""

    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-11-30T03:00:00+00:00"))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(**by)


def target(kind: str, url: str, name: str = "on-call", more: str = "") -> str:
    """A `[[notify]]` of `kb.toml`."""
    said = {
        "slack": f'url = "{url}/api"\ntoken = "{TOKEN}"\nchannel = "{CHANNEL}"\nsecret = "{SECRET}"',
        "mattermost": (
            f'url = "{url}"\ntoken = "{TOKEN}"\nchannel = "{CHANNEL}"\nsecret = "{SECRET}"\n'
            'callback = "https://kb.example/hooks/mattermost"'
        ),
        "matrix": f'url = "{url}"\ntoken = "{TOKEN}"\nchannel = "{ROOM}"',
        "json": f'url = "{url}/json"',
        "discord": f'url = "{url}/api/webhooks/1/a"',
        "teams": f'url = "{url}/teams"',
        "mail": f'url = "{url}"\nsender = "kb@kb.example"\nto = ["oncall@example.org"]',
    }[kind]
    return f'[[notify]]\nname = "{name}"\nkind = "{kind}"\n{said}\n{more}\n'


def configure(home: Path, *parts: str) -> None:
    """Write `kb.toml`."""
    file = home / "kb.toml"
    file.write_text("\n".join(parts))
    file.chmod(0o600)


def learned(kb: KnowledgeBase) -> str:
    """Let the home know the trouble; returns the entry's id."""
    return kb.learn_pattern(SYMPTOM, "the pool is too small for the traffic", FIX).id


@contextmanager
def people_told(kb: KnowledgeBase) -> Iterator[None]:
    """Tell people in the background while the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=kb.beside().notices.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
