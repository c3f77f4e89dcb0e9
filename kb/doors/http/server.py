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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.types import ASGIApp

from kb.base import KnowledgeBase
from kb.configuration.file import ConfigurationFile
from kb.doors.calls.calls import Calls
from kb.doors.calls.opening import opened_as_served
from kb.doors.calls.own_process import OwnProcess
from kb.doors.calls.workers import take_short_turns
from kb.doors.http.access import Callers, EndedTokens, Tokens, Verifier
from kb.doors.http.access_log import AccessLog
from kb.doors.http.api import routes
from kb.doors.http.app import Watching, application
from kb.doors.http.health import Health, looked_after
from kb.doors.http.hooks import HookDoor
from kb.doors.http.limits import Limits, TimelyBodies, timely_protocol
from kb.doors.http.metrics import Metrics
from kb.doors.http.presses import PressDoor
from kb.doors.http.telling import people_told
from kb.doors.http.tenants import FrontDoor
from kb.doors.mcp.server import KbServer
from kb.doors.web.provider import MISSING, Provider, is_missing
from kb.doors.web.site import Site
from kb.doors.web.streams import Streams
from kb.errors import InvalidInput
from kb.home import SHARED, TENANTS, Home
from kb.index.encoder import Encoder
from kb.operations.operation import Toolset

END_SECONDS = 3
"""How long open connections may take to end after SIGTERM; a call that has begun always ends."""

LIMITS = Limits()
"""Those of `kb serve`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen, under which names clients reach it, which tools agents are told of, what is logged."""

    host: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    toolset: Toolset = Toolset.CORE
    output_schemas: bool = False
    access_log: bool = False


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


def check_sign_in(configuration: ConfigurationFile, tokens: Tokens) -> list[str]:
    """What there is to say of signing in at a provider.  Raises InvalidInput where agents could go past it."""
    if configuration.current().sign_in is None:
        return []
    if not tokens:
        raise InvalidInput(
            "kb.toml lets people sign in ([sign_in]), and without a token agents and programs would get in unasked: "
            "set KB_TOKEN (may write) or KB_READ_TOKEN (may only read), or give --token-file"
        )
    return [MISSING] if is_missing() else []


def http_app(
    kb: KnowledgeBase,
    where: Listening,
    tokens: Tokens,
    limits: Limits,
    *,
    health: Health,
    metrics: Metrics,
    elsewhere: OwnProcess,
    hooks: HookDoor,
    ending: Callable[[], bool],
) -> ASGIApp:
    """The application, with what guards it; `ending` tells that the server is about to end."""
    calls, names = Calls(kb, elsewhere, metrics.observe), _names(where)
    callers = Callers(tokens, names)
    server = KbServer(
        kb,
        calls=calls,
        toolset=where.toolset,
        output_schemas=where.output_schemas,
        **_auth(where, tokens),
    )
    agents = server.streamable_http_app(
        json_response=True,
        max_request_body_size=limits.body,
        session_idle_timeout=limits.idle_seconds,
        max_sessions=limits.sessions,
        transport_security=names,
        host=where.host,
    )
    site = Site(calls, callers, limits, Streams(kb, ending), Provider(ConfigurationFile(kb.home)))
    asked = [
        *Watching(health, metrics, callers).routes(),
        *routes(calls, callers, limits),
        *PressDoor(kb.home).routes(),
        *hooks.routes(),
        *site.routes(),
    ]
    app = application(agents, asked, site.nothing_there)
    guarded = EndedTokens(TimelyBodies(app, limits), tokens)
    return AccessLog(guarded) if where.access_log else guarded


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


@contextmanager
def served(
    kb: KnowledgeBase, where: Listening, tokens: Tokens, limits: Limits, ending: Callable[[], bool]
) -> Iterator[ASGIApp]:
    """The application of a home, with what works for it beside the requests, until the block ends."""
    with (
        Health.of(kb.home) as health,
        Metrics.of(kb.home) as metrics,
        closing(OwnProcess(kb.home)) as elsewhere,
        HookDoor.of(kb, limits.body) as hooks,
        people_told(kb),
    ):
        yield http_app(
            kb,
            where,
            tokens,
            limits,
            health=health,
            metrics=metrics,
            elsewhere=elsewhere,
            hooks=hooks,
            ending=ending,
        )


@contextmanager
def all_served(
    kb: KnowledgeBase, where: Listening, tokens: Tokens, limits: Limits, ending: Callable[[], bool]
) -> Iterator[ASGIApp]:
    """The application of a home, or of all of its tenants that have tokens, and of itself where it has one.

    Raises InvalidInput for a token of a tenant that there is not.
    """
    homes = homes_of(kb.home, tokens)
    if [*homes] == [SHARED]:
        with served(kb, where, tokens, limits, ending) as app:
            yield app
        return
    with ExitStack() as stack:
        apps = dict[str, ASGIApp]()
        for name, home in homes.items():
            one = kb if name == SHARED else stack.enter_context(_of_tenant(home, kb.encoder))
            apps[name] = stack.enter_context(served(one, where, tokens.of(name), limits, ending))
        yield FrontDoor(apps, tokens)


@contextmanager
def _of_tenant(home: Home, encoder: Encoder) -> Iterator[KnowledgeBase]:
    """A tenant, open and looked after; one model serves all."""
    with opened_as_served(home, encoder) as kb, looked_after(home, encoder):
        kb.refresh()
        yield kb


def homes_of(home: Home, tokens: Tokens) -> Mapping[str, Home]:
    """Which homes are served, by the names of tenants: those that have tokens; without any, the home itself.

    Raises InvalidInput for a token of a tenant that there is not: nobody could get in with it.
    """
    there = {SHARED: home, **{one.tenant: one for one in home.tenants()}}
    if strange := sorted(tokens.tenants - there.keys()):
        raise InvalidInput(
            f"a token is of the tenant {strange[0]!r}, and {home.root} has {_listed([*there][1:])}; make it with: "
            f"kb init {home.root / TENANTS}/NAME, or mend the line"
        )
    return {name: one for name, one in there.items() if name in (tokens.tenants or {SHARED})}


def _listed(names: Sequence[str]) -> str:
    return f"the tenants {', '.join(names)}" if names else "no tenants"


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
        all_served(kb, where, tokens, limits, lambda: server.should_exit) as app,
    ):
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=limits.kept_seconds,
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
