"""An agent beside the server, and servers as processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp_types import CallToolResult, Implementation, TextContent

from kb import KnowledgeBase
from kb.configuration.database import DATABASE_URL
from kb.doors.calls.workers import current_actor
from kb.doors.mcp.server import KbServer
from kb.home import Home
from kb.index.encoder import OnnxEncoder
from kb.operations.operation import Toolset
from kb.store import database
from tests.conftest import ROOT

Connect = Callable[..., Any]


@dataclass
class Agent:
    """A real MCP client, called as functions are."""

    client: Client
    portal: BlockingPortal

    def result(self, tool: str, /, **arguments: Any) -> CallToolResult:
        found = self.portal.call(self.client.call_tool, tool, arguments)
        assert isinstance(found, CallToolResult)
        return found

    def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a call that must succeed."""
        found = self.result(tool, **arguments)
        assert not found.is_error, self.text(found)
        assert found.structured_content is not None
        return found.structured_content

    def refused(self, tool: str, /, **arguments: Any) -> str:
        """The sentence of a call that must fail."""
        found = self.result(tool, **arguments)
        assert found.is_error, self.text(found)
        return self.text(found)

    def names(self) -> dict[str, list[str]]:
        """The arguments of every tool, in the order of its schema."""
        tools = self.portal.call(self.client.list_tools).tools
        return {tool.name: list(tool.input_schema["properties"]) for tool in tools}

    def text(self, result: CallToolResult) -> str:
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text


@contextmanager
def connected(server: Any, *, info: Implementation | None = None, **options: Any) -> Iterator[Agent]:
    """An agent that talks to a server in this process, to a command, or to a URL."""
    info = info or Implementation(name="night-shift", version="1")
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, client_info=info, **options)) as client,
    ):
        yield Agent(client, portal)


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path_factory.mktemp("shared") / "home"))


@pytest.fixture(scope="module")
def shared_kb(shared_home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(shared_home, encoder=encoder, actor=current_actor) as kb:
        yield kb


@pytest.fixture(scope="module")
def agent(shared_kb: KnowledgeBase) -> Iterator[Agent]:
    """One agent for a whole module; tests use texts of their own."""
    with connected(KbServer(shared_kb, toolset=Toolset.ALL, output_schemas=True)) as found:
        yield found


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a server process: no tokens but those given."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("KB_") or name == "KB_CACHE"
    }
    if url := database.database_url(Home(home)):  # (`--engine postgresql`)
        kept[DATABASE_URL] = url
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", "KB_HOME": str(home), **more}


@contextmanager
def served(
    home: Path, *words: str, program: Sequence[str] = ("kb",), **more: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A real `kb serve` on a free port: its URL, and the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", *program, "serve", "--port", "0", *words],
        env=environment(home, **more),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said, found = "", None
        while not found:  # warnings may come before it; a server that has ended says nothing more
            line = process.stderr.readline()
            assert line, said
            said, found = said + line, re.search(r"http://\S+", line)
        yield found[0], process
    finally:
        died = process.poll()
        process.terminate()
        _, said = process.communicate(timeout=30)
        if died is not None and died < 0:
            # pytest shows it beside what failed because of it
            print(f"the server ended by signal {-died}:\n{said}")
