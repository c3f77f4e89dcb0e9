"""A model that says what a test has it say: the real SDK, over real HTTP, to a server on the loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from kb.prose.client import Client
from tests.doubles.messages_server import Fails, MessagesServer, Says

Serve = Callable[..., MessagesServer]


@pytest.fixture(autouse=True)
def _no_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "KB_PROSE_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a server with a script, and points the SDK at it by its own environment variables."""
    with ExitStack() as open_servers:

        def start(*script: Says | Fails) -> MessagesServer:
            server = open_servers.enter_context(MessagesServer(*script))
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
            monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-a-test")
            return server

        yield start


@pytest.fixture
def client() -> Callable[[], Client]:
    """The client that a command would make, once the server has been started."""
    return Client.from_environ
