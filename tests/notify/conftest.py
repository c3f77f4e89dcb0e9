"""What the tests of notices share: a notice full of traps, targets of every kind, one attempt at sending for real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import anyio
import pytest

from kb.model.brief import Section
from kb.model.entry import Severity
from kb.model.notice import Link, Notice, NoticeKind, Target
from kb.notify.forms.form import Fate, Sending
from kb.notify.transport import Transport
from tests.doubles.chat_server import CHANNEL, ROOM, TOKEN, ChatServer

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
TRAP = "<!channel> @channel @here [press](https://evil.example/x) <b>bold</b> ![p](https://evil.example/p.png) `a<b`"
SECRET = "a-secret-that-signs-presses"

Send = Callable[..., Fate]


def a_notice(**said: object) -> Notice:
    """A notice with known and suspected, a link, a best entry and text that tries to act."""
    values: dict[str, object] = {
        "kind": NoticeKind.OPENED,
        "headline": "SEV2 checkout: connection pool exhausted",
        "subject": "checkout: connection pool exhausted",
        "incident_id": "incident-20261130-pool-abc123",
        "severity": Severity.SEV2,
        "facts": (("Service", "checkout"), ("Environment", "production"), ("Started", "02:58 UTC")),
        "sections": (
            Section(title="Known", lines=("Pool too small: raise `max_connections` [pattern-pool-1]",)),
            Section(title="Suspected", lines=(f"A deployment leaks connections: {TRAP}",)),
        ),
        "links": (Link("Pool too small", "https://kb.example/entries/pattern-pool-1"),),
        "entry_id": "pattern-pool-1",
        "entry_title": "Pool too small",
        "lookup_id": "lookup-1",
    }
    return Notice(**(values | said))  # type: ignore[arg-type]


def a_target(kind: str, chat: ChatServer | None = None, **said: object) -> Target:
    """A target of this kind at the chat."""
    at = chat.url if chat else "https://chat.example"
    values: dict[str, object] = {"name": kind, "kind": kind}
    values |= {
        "slack": {"url": f"{at}/api", "token": TOKEN, "channel": CHANNEL, "secret": SECRET},
        "mattermost": {
            "url": at,
            "token": TOKEN,
            "channel": CHANNEL,
            "secret": SECRET,
            "callback": "https://kb.example/hooks/mattermost",
        },
        "matrix": {"url": at, "token": TOKEN, "channel": ROOM},
        "discord": {"url": f"{at}/api/webhooks/1/abc"},
        "teams": {"url": f"{at}/teams"},
        "json": {"url": f"{at}/json", "secret": SECRET},
        "mail": {"sender": "kb <kb@kb.example>", "to": ("oncall@example.org",)},
    }[kind]
    return Target(**(values | said))  # type: ignore[arg-type]


def a_sending(target: Target, notice: Notice | None = None, **said: object) -> Sending:
    """One attempt."""
    values: dict[str, object] = {
        "id": "kb-0001",
        "at": NOW,
        "notice": notice or a_notice(),
        "target": target,
    }
    return Sending(**(values | said))  # type: ignore[arg-type]


@pytest.fixture
def send() -> Send:
    """Send it once, for real, and say what became of it."""

    def once(sending: Sending, seconds: float = 10.0) -> Fate:
        async def run() -> Fate:
            async with Transport(seconds=seconds) as transport:
                return await transport.send(sending)

        return anyio.run(run)

    return once
