"""Who gets in over HTTP, what a read token may do, and how a server ends."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp.client.streamable_http import streamable_http_client
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.doors.http.access import Token, Tokens, load_tokens, utc_day
from kb.doors.http.server import Listening, check_access, is_loopback
from kb.errors import InvalidInput
from kb.model.role import Role
from tests.doors.conftest import Agent, connected, served

WRITE, READ = "write-token-of-the-watch", "read-token-of-the-watch"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}
slow = pytest.mark.slow


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[tuple[str, Path]]:
    """A real server with both tokens: its URL and its home."""
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("guarded") / "home"))
    with served(home, KB_TOKEN=WRITE, KB_READ_TOKEN=READ) as (url, _):
        yield url, home


@pytest.fixture(scope="module")
def reader(guarded: tuple[str, Path]) -> Iterator[Agent]:
    with connected(with_token(guarded[0], READ)) as agent:
        yield agent


@pytest.fixture(scope="module")
def writer(guarded: tuple[str, Path]) -> Iterator[Agent]:
    with connected(with_token(guarded[0], WRITE)) as agent:
        yield agent


def with_token(url: str, token: str) -> object:
    client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30)
    return streamable_http_client(url, http_client=client)


def post(url: str, body: object = INITIALIZE, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    given = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", place.path, body if isinstance(body, bytes) else json.dumps(body), given)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


@slow
def test_without_a_token_or_with_a_wrong_one_nobody_gets_in(guarded: tuple[str, Path]):
    assert post(guarded[0])[0] == 401
    assert post(guarded[0], Authorization="Bearer something-else-entirely")[0] == 401
    assert post(guarded[0], Authorization=f"Bearer {WRITE}")[0] == 200


@slow
def test_a_foreign_origin_and_a_foreign_host_are_refused(guarded: tuple[str, Path]):
    token = f"Bearer {WRITE}"

    assert post(guarded[0], Authorization=token, Origin="https://evil.example")[0] == 403
    assert post(guarded[0], Authorization=token, Host="evil.example")[0] == 421
    assert post(guarded[0], Authorization=token, Origin="http://localhost:3000")[0] == 200


@slow
def test_a_body_that_is_too_large_is_refused(guarded: tuple[str, Path]):
    assert post(guarded[0], b" " * (4 * 1024 * 1024 + 1), Authorization=f"Bearer {WRITE}")[0] == 413


@slow
def test_healthz_needs_no_token_and_tells_nothing(guarded: tuple[str, Path]):
    place = urlsplit(guarded[0])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()

    found = json.loads(answer.read())
    connection.close()
    assert answer.status == 200
    assert found.keys() == {"ok", "entries"}
    assert found["ok"] is True


@slow
def test_a_read_token_may_ask_and_not_learn(reader: Agent, guarded: tuple[str, Path]):
    before = (guarded[1] / "learned" / "patterns.yaml").read_bytes()

    assert reader.call("check_known_issues", error_text="the tide gauge is frozen")["verdict"]
    assert reader.call("skill_run", name="weekly_summary", inputs={"days": 1})["read"]
    for tool, arguments in (
        ("learn_pattern", {"pattern": "x"}),
        ("memory_session_log", {"action": "x"}),
        ("memory_update", {"key": "state/environments", "path": "a", "value": 1}),
        ("skill_run", {"name": "learn_pattern", "inputs": {"pattern": "x"}}),
    ):
        assert "this token may only read" in reader.refused(tool, **arguments)
    assert (guarded[1] / "learned" / "patterns.yaml").read_bytes() == before


@slow
def test_a_write_token_may_learn(writer: Agent):
    writer.call("learn_pattern", pattern="the fog horn is silent", fix="dry its membrane")

    assert writer.call("check_known_issues", error_text="the fog horn is silent")["verdict"] == "known"


@slow
def test_a_session_belongs_to_the_token_that_opened_it(guarded: tuple[str, Path]):
    _, headers, _ = post(guarded[0], Authorization=f"Bearer {WRITE}")
    session = headers["mcp-session-id"]

    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}

    assert post(guarded[0], call, Authorization=f"Bearer {WRITE}", Mcp_Session_Id=session)[0] == 200
    assert post(guarded[0], call, Authorization=f"Bearer {READ}", Mcp_Session_Id=session)[0] == 404


@slow
def test_clients_that_disconnect_half_way_leave_nothing_half_written(
    writer: Agent, guarded: tuple[str, Path]
):
    url, home = guarded
    place, headers = urlsplit(url), post(url, Authorization=f"Bearer {WRITE}")[1]
    for n in range(20):
        item = {
            "pattern": f"halyard {n} chafes at the sheave",
            "fix": f"turn halyard {n}",
            "category": "rigging",
        }
        call = {"name": "learn_pattern", "arguments": item}
        body = json.dumps({"jsonrpc": "2.0", "id": n + 2, "method": "tools/call", "params": call})
        head = (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {WRITE}\r\n"
            f"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
            f"Mcp-Session-Id: {headers['mcp-session-id']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
            sent = head + body
            connection.sendall((sent if n % 2 else sent[: len(sent) - 40]).encode())

    writer.call("learn_pattern", pattern="the last line is made fast", fix="none", category="rigging")
    with KnowledgeBase.open(home) as kb:
        items = kb.memory.query("learned/patterns", "rigging_patterns")
        found = {item["pattern"] for item in items}
        assert all(item["fix"] for item in items)
        assert found <= {hit.title for hit in kb.search("", ("pattern",), limit=200)}
        assert not {f"halyard {n} chafes at the sheave" for n in range(0, 20, 2)} & found
        assert kb.problems() == []
        assert kb.check()[0] == []


@slow
def test_sigterm_ends_the_server_cleanly(home: Path):
    with served(home) as (url, process):
        assert post(url)[0] == 200

        process.terminate()

        assert process.wait(20) == 0
        assert process.stderr
        assert process.stderr.read() == ""


@slow
def test_sigterm_ends_a_server_that_has_only_just_begun(home: Path):
    with served(home) as (_, process):
        process.terminate()

        assert process.wait(20) == 0


def test_elsewhere_than_on_loopback_a_token_is_needed():
    for host in ("0.0.0.0", "::", "192.0.2.7", "kb.example.com", ""):
        with pytest.raises(InvalidInput, match="KB_TOKEN"):
            check_access(Listening(host=host), Tokens())
        check_access(Listening(host=host), Tokens((Token(Role.READ, READ),)))
    assert all(map(is_loopback, ("127.0.0.1", "::1", "[::1]", "localhost", "127.9.9.9")))


def test_kb_serve_refuses_to_start_elsewhere_without_a_token(home: Path):
    done = CliRunner().invoke(app, ["--home", str(home), "serve", "--host", "0.0.0.0"])

    assert isinstance(done.exception, InvalidInput)
    assert "token" in str(done.exception)


def test_a_port_in_use_is_told_in_a_sentence(home: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = CliRunner().invoke(app, ["--home", str(home), "serve", "--port", str(port)])

    assert isinstance(done.exception, InvalidInput)
    assert f"port {port} is in use" in str(done.exception)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have lines such as"),
        ("write\n", "must have lines such as"),
        ("owner: a-long-enough-token-for-all\n", "must have lines such as"),
        ("write: short\n", "no good token"),
        ("write: the-same-token-for-both\nread: the-same-token-for-both\n", "are the same"),
        (
            "# of the watch\nread: a-long-enough-token till 2026-12-31\n",
            ":2: the read token is no good token",
        ),
        ("read: a-long-enough-token until tomorrow\n", ":1: 'tomorrow' is no day"),
        ("read: a-long-enough-token until\n", ":1: the read token is no good token"),
    ],
)
def test_a_bad_token_file_is_told_in_a_sentence(tmp_path: Path, text: str, said: str):
    (tmp_path / "tokens").write_text(text)

    with pytest.raises(InvalidInput, match=said):
        load_tokens(tmp_path / "tokens")


def test_tokens_come_from_a_file_or_the_environment(tmp_path: Path):
    (tmp_path / "tokens").write_text(f"# of the watch\nwrite: {WRITE}\nread: {READ}\n")

    assert load_tokens(tmp_path / "tokens") == load_tokens(None, {"KB_TOKEN": WRITE, "KB_READ_TOKEN": READ})
    assert WRITE not in repr(load_tokens(tmp_path / "tokens"))
    assert not load_tokens(None, {})


def test_the_end_of_a_token_stands_behind_it_or_in_the_environment(tmp_path: Path):
    (tmp_path / "tokens").write_text(f"write: {WRITE} until 2026-12-31\nread: {READ}\nread: {READ}-of-june\n")

    found = load_tokens(tmp_path / "tokens")

    last = date(2026, 12, 31)
    assert found.known == (
        Token(Role.ADMIN, WRITE, last),
        Token(Role.READ, READ),
        Token(Role.READ, f"{READ}-of-june"),
    )
    given = {"KB_TOKEN": WRITE, "KB_TOKEN_UNTIL": "2026-12-31", "KB_READ_TOKEN": READ}
    assert load_tokens(None, given).known == found.known[:2]
    with pytest.raises(InvalidInput, match="KB_READ_TOKEN_UNTIL is set, but KB_READ_TOKEN is not"):
        load_tokens(None, {"KB_READ_TOKEN_UNTIL": "2026-12-31"})


def test_a_token_holds_to_the_end_of_its_last_day_and_is_spoken_of_two_weeks_before():
    last = date(2026, 12, 31)
    token = Token(Role.ADMIN, WRITE, last)

    def on(day: date) -> Tokens:
        return Tokens((token,), lambda: day)

    assert on(last).role_of(WRITE) is Role.ADMIN
    assert on(last + timedelta(days=1)).role_of(WRITE) is None
    assert on(last - timedelta(days=15)).notes() == []
    assert "ends with 2026-12-31" in on(last - timedelta(days=14)).notes()[0]
    assert "ended with 2026-12-31" in on(last + timedelta(days=1)).notes()[0]


@slow
def test_a_token_that_has_ended_is_refused_with_a_sentence_and_the_others_hold(home: Path, tmp_path: Path):
    yesterday = utc_day() - timedelta(days=1)
    file = tmp_path / "tokens"
    file.write_text(
        f"write: {WRITE}\nread: {READ} until {yesterday}\nread: {READ}-of-june until {utc_day()}\n"
    )

    with served(home, KB_TOKEN_FILE=str(file)) as (url, _):
        status, headers, body = post(url, Authorization=f"Bearer {READ}")
        assert status == 401
        assert f"this token ended with {yesterday}" in json.loads(body)["error_description"]
        assert f"this token ended with {yesterday}" in headers["WWW-Authenticate"]
        assert "ended" not in post(url, Authorization="Bearer nobody-s-token")[2]
        assert post(url, Authorization=f"Bearer {READ}-of-june")[0] == 200
        assert post(url, Authorization=f"Bearer {WRITE}")[0] == 200


def test_a_server_whose_tokens_have_all_ended_does_not_start(home: Path, tmp_path: Path):
    (tmp_path / "tokens").write_text(f"write: {WRITE} until 2020-02-29\n")

    done = CliRunner().invoke(app, ["--home", str(home), "serve", "--token-file", str(tmp_path / "tokens")])

    assert isinstance(done.exception, InvalidInput)
    assert "nobody could get in: the token for admin ended with 2020-02-29" in str(done.exception)


def test_the_doctor_tells_which_tokens_end_soon(home: Path, tmp_path: Path):
    soon, later = (utc_day() + timedelta(days=days) for days in (5, 60))
    file = tmp_path / "tokens"
    file.write_text(f"write: {WRITE} until {soon}\nread: {READ} until {later}\n")

    done = CliRunner().invoke(app, ["--home", str(home), "doctor"], env={"KB_TOKEN_FILE": str(file)})

    assert done.exit_code == 0
    assert f"token  the token for admin ends with {soon}" in done.output
    assert str(later) not in done.output
    assert WRITE not in done.output
