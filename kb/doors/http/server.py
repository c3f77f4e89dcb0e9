"""The server over streamable HTTP: where it listens, whom it lets in, and how it ends.

On loopback it asks for no token unless one is set; anywhere else it does not start without one.  Host
and Origin are checked, so that no web page can reach it through somebody's browser.
"""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from kb.base import KnowledgeBase
from kb.doors.http.access import EndedTokens, Tokens, Verifier
from kb.doors.http.health import Health
from kb.doors.http.hooks import HookDoor
from kb.doors.http.limits import Limits, TimelyBodies, timely_protocol
from kb.doors.http.presses import Presses
from kb.doors.http.telling import people_told
from kb.doors.mcp.own_process import OwnProcess
from kb.doors.mcp.server import KbServer
from kb.doors.mcp.worker import take_short_turns
from kb.errors import InvalidInput, KbError

END_SECONDS = 3
"""How long open connections may take to end after SIGTERM; a call that has begun always ends."""

LIMITS = Limits()
"""Those of `kb serve`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen, and under which names clients reach it."""

    host: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_access(where: Listening, tokens: Tokens) -> None:
    """Raises InvalidInput when everybody on the network could write, or nobody could get in."""
    if tokens.all_ended:
        raise InvalidInput(f"nobody could get in: {'; '.join(tokens.notes())}; set one that has not ended")
    if not tokens and not is_loopback(where.host):
        raise InvalidInput(
            f"{where.host} can be reached from other machines, so a token is needed: set KB_TOKEN (may write) "
            "or KB_READ_TOKEN (may only read), or give --token-file; or leave --host out to serve this machine alone"
        )


def http_app(
    kb: KnowledgeBase,
    where: Listening,
    tokens: Tokens,
    health: Health,
    limits: Limits,
    elsewhere: OwnProcess,
    hooks: HookDoor,
) -> ASGIApp:
    """The application: MCP at `/mcp`, webhooks, and `/healthz`, which needs no token and tells nothing."""
    server = KbServer(kb, elsewhere=elsewhere, **_auth(where, tokens))

    async def healthz(request: Request) -> JSONResponse:
        del request
        try:
            entries = health.entries()
        except KbError:
            return JSONResponse({"ok": False}, status_code=503)
        return JSONResponse({"ok": True, "entries": entries})

    async def hooked(request: Request) -> Response:
        return await hooks(request)

    server.custom_route("/healthz", methods=["GET"])(healthz)
    presses = Presses(kb.home)
    server.custom_route("/hooks/slack", methods=["POST"])(presses.slack)
    server.custom_route("/hooks/mattermost", methods=["POST"])(presses.mattermost)
    server.custom_route("/hooks/{name:path}", methods=["POST"])(hooked)
    app = server.streamable_http_app(
        json_response=True,
        max_request_body_size=limits.body,
        session_idle_timeout=limits.idle_seconds,
        max_sessions=limits.sessions,
        transport_security=_names(where),
        host=where.host,
    )
    return EndedTokens(TimelyBodies(app, limits), tokens)


def _auth(where: Listening, tokens: Tokens) -> dict[str, Any]:
    if not tokens:
        return {}
    # mcp asks who issues tokens; nobody does here, and without a resource URL nothing points there.
    issuer = AnyHttpUrl(f"http://localhost:{where.port or 1}")
    return {
        "token_verifier": Verifier(tokens),
        "auth": AuthSettings(issuer_url=issuer, resource_server_url=None),
    }


def _names(where: Listening) -> TransportSecuritySettings:
    """The Host and Origin headers that are accepted."""
    hosts = ["127.0.0.1", "localhost", "[::1]", *where.hosts]
    if not _is_any(where.host):
        hosts.append(where.host if ":" not in where.host else f"[{where.host.strip('[]')}]")
    origins = [f"http://{host}" for host in hosts[:3]]
    return TransportSecuritySettings(
        allowed_hosts=[form for host in hosts for form in _with_port(host)],
        allowed_origins=[*(form for origin in origins for form in (origin, f"{origin}:*")), *where.origins],
    )


def _with_port(host: str) -> tuple[str, ...]:
    has_port = host.rpartition(":")[2].isdigit() and not host.endswith("]")
    return (host,) if has_port else (host, f"{host}:*")


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::", "[::]", "")


def serve(
    kb: KnowledgeBase,
    where: Listening,
    tokens: Tokens,
    started: Callable[[str, int], None],
    limits: Limits = LIMITS,
) -> None:
    """Serve until SIGTERM or SIGINT; `started` is told the address.  Raises InvalidInput when it cannot listen."""
    import uvicorn

    check_access(where, tokens)
    take_short_turns()
    with (
        closing(_listen(where)) as listener,
        Health.of(kb.home) as health,
        closing(OwnProcess(kb.home)) as elsewhere,
        HookDoor.of(kb, limits.body) as hooks,
        people_told(kb),
    ):
        port = listener.getsockname()[1]
        app = http_app(kb, where, tokens, health, limits, elsewhere, hooks)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=END_SECONDS,
            lifespan="on",
            server_header=False,
            http=timely_protocol(limits.header_seconds),
        )
        server = uvicorn.Server(config)

        def end(*_: object) -> None:
            server.should_exit = True

        # uvicorn has handlers of its own while it runs, and raises their signals again once all is closed;
        # these are for a signal that comes before, and for what comes again.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        started(where.host, port)
        server.run(sockets=[listener])


def _listen(where: Listening) -> socket.socket:
    host = where.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, where.port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InvalidInput(_why(error, where)) from None
    return listener


def _why(error: Exception, where: Listening) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"port {where.port} is in use on {where.host}; give another one with --port, or 0 for any free one"
    if number == errno.EACCES:
        return f"port {where.port} may not be used by this user; give one above 1023 with --port"
    return f"cannot listen on {where.host} port {where.port}: {error}; give an address of this machine with --host"
