"""Connections that hold on to the server are cut off; who asks properly is answered meanwhile."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.doors.conftest import connected, environment
from tests.doors.test_http_access import INITIALIZE, post
from tests.doubles.slow_link import slow_link

pytestmark = pytest.mark.slow
SERVER = """
import sys
from kb.doors.http.access import Tokens
from kb.doors.http.server import Listening, serve
from kb.doors.http.limits import Limits
from kb.doors.calls.opening import opened_to_serve
with opened_to_serve(sys.argv[1]) as (kb, _):
    serve(
        kb, Listening(port=0), Tokens(), lambda host, port: print(f"http://{host}:{port}/mcp", flush=True),
        Limits(header_seconds=1, body_seconds=2, idle_seconds=1, large_at_once=2),
    )
"""
LARGE = 2_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[tuple[str, int]]:
    """A server with limits of a second or two: its URL and its process."""
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("cut-off") / "home"))
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(home)], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def opened(url: str, sent: bytes) -> socket.socket:
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=30)
    connection.sendall(sent)
    return connection


def head(size: int) -> bytes:
    return (
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"Content-Length: {size}\r\n\r\n"
    ).encode()


def megabytes(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: local"])
def test_headers_that_do_not_come_end_the_connection(server: tuple[str, int], sent: bytes):
    with opened(server[0], sent) as connection:
        assert connection.recv(1000) == b""


def test_headers_of_a_second_request_that_do_not_come_end_the_connection(server: tuple[str, int]):
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with opened(server[0], whole) as connection:
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(10_000)
        connection.sendall(whole[:20])
        assert connection.recv(1000) == b""
    assert b"200 OK" in answer


def test_a_body_that_does_not_come_is_refused_with_the_limit(server: tuple[str, int]):
    with opened(server[0], head(1000) + b"{") as connection:
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))

    assert b" 408 " in answer
    assert b"did not arrive within 2 s" in answer


def test_two_hundred_slow_bodies_cost_little_and_others_are_answered_meanwhile(server: tuple[str, int]):
    url, process = server
    post(url)
    before = megabytes(process)
    begun = [opened(url, head(LARGE)) for _ in range(200)]
    for connection in begun:
        connection.setblocking(False)
    for _ in range(10):
        for connection in begun:
            # The server reads no more of it for now, or has closed it.
            with suppress(BlockingIOError, ConnectionError):
                connection.send(b" " * (LARGE // 10 - 1))

    status, _, _ = post(url)
    spent = megabytes(process) - before
    for connection in begun:
        connection.close()

    assert status == 200
    assert spent < 150


def test_a_large_body_is_answered_when_its_turn_comes(server: tuple[str, int]):
    _, headers, _ = post(server[0])
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "check_known_issues", "arguments": {"error_text": "all is calm\n" * 20_000}},
    }

    status, _, body = post(server[0], call, Mcp_Session_Id=headers["mcp-session-id"])

    assert status == 200
    assert json.loads(body)["result"]["structuredContent"]["verdict"] == "unknown"


def test_an_idle_session_is_forgotten(server: tuple[str, int]):
    _, headers, _ = post(server[0], INITIALIZE)
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    session = headers["mcp-session-id"]
    at_once = post(server[0], call, Mcp_Session_Id=session)[0]

    time.sleep(2.5)

    assert (at_once, post(server[0], call, Mcp_Session_Id=session)[0]) == (200, 404)


def test_a_connection_that_waits_for_its_answer_is_not_slow(server: tuple[str, int]):
    place = urlsplit(server[0])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    for _ in range(3):
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        time.sleep(0.4)
    connection.close()


@pytest.mark.full
def test_a_connection_is_kept_for_longer_than_clients_keep_theirs(server: tuple[str, int]):
    place = urlsplit(server[0])
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    connection.connect()
    own = connection.sock.getsockname()
    for pause in (0, 6):  # httpx drops a connection after 5 s, and uvicorn by itself at the same moment
        time.sleep(pause)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read()
        assert connection.sock.getsockname() == own, "closed in between, and opened again"


@pytest.mark.full
def test_an_agent_that_thinks_for_some_seconds_over_a_slow_link_keeps_its_session(server: tuple[str, int]):
    place = urlsplit(server[0])
    with (
        slow_link(int(place.port or 0), latency=0.2) as port,
        connected(f"http://127.0.0.1:{port}/mcp") as agent,
    ):
        for pause in (
            0,
            4.75,
        ):  # a server that ends what was idle for 5 s, as uvicorn does by itself, ends the session
            time.sleep(pause)
            assert agent.call("check_known_issues", error_text="anchor lost")["verdict"] == "unknown"
