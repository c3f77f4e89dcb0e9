"""One server for several tenants: each has an application of its own, and a request goes to one of them.

Which one is said by its address (`/tenants/NAME/…`), else by its token, else by what the browser was told when somebody
opened `/tenants/NAME/`, or a page below it.  That only chooses: the application lets in whom its own tokens let in, and
has no other home at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

import anyio
from anyio.abc import TaskGroup
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.doors.http.access import Tokens
from kb.doors.http.problems import problem
from kb.home import SHARED

COOKIE = "kb_tenant"
"""Says which tenant's pages a browser shows; it lets nobody in."""
_BELOW = "/tenants/"
_WHICH = (
    "send a token that the server knows, as: Authorization: Bearer TOKEN; a browser begins at /tenants/NAME/"
)
_FOR_ALL = ("/healthz", "/openapi.json", "/static/")
"""What tells nothing of any home, and is answered without saying which."""


class FrontDoor:
    """The applications of a server, by tenant; `shared` is that of the home itself, where it is served."""

    def __init__(self, apps: Mapping[str, ASGIApp], tokens: Tokens) -> None:
        self._apps, self._tokens = apps, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end with the server, as ASGI defines it."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        name, path = self._asked(scope)
        if path is not None and name in self._apps and (path == "" or _is_opened(scope)):
            await _shown(name, path, scope)(scope, receive, send)
        elif app := self._apps.get(name):
            await app(scope if path is None else _at(scope, path), receive, send)
        elif scope["path"].startswith(_FOR_ALL):
            await next(iter(self._apps.values()))(scope, receive, send)
        else:
            await self._nowhere(name)(scope, receive, send)

    def _asked(self, scope: Scope) -> tuple[str, str | None]:
        """Which tenant is asked, and for which address of it where that is another one; "" for its pages."""
        if scope["path"].startswith(_BELOW):
            name, _, rest = scope["path"].removeprefix(_BELOW).partition("/")
            return name, f"/{rest}" if rest else ""
        headers = Headers(scope=scope)
        kind, _, secret = headers.get("authorization", "").partition(" ")
        token = self._tokens.find(secret.strip()) if kind.lower() == "bearer" else None
        if token:
            return token.tenant, None
        return _cookie(headers.get("cookie", "")) or SHARED, None

    def _nowhere(self, name: str) -> Response:
        if name == SHARED:
            return problem(401, _WHICH, {"WWW-Authenticate": "Bearer"})
        return problem(404, "this server serves no tenant of that name")

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin all applications, and end them, with the server."""
        async with anyio.create_task_group() as group:
            lives = [_Life(app, scope) for app in self._apps.values()]
            while (message := await receive())["type"] == "lifespan.startup":
                for life in lives:
                    await life.begin(group, message)
                await send({"type": "lifespan.startup.complete"})
            for life in lives:
                await life.go_on(message)
            await send({"type": "lifespan.shutdown.complete"})


class _Life:
    """The beginning and the end of one application."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self._app, self._scope = app, scope
        self._told, self._hears = anyio.create_memory_object_stream[Message](1)
        self._says, self._answers = anyio.create_memory_object_stream[Message](1)

    async def begin(self, group: TaskGroup, message: Message) -> None:
        """Let it begin.  Raises RuntimeError where it cannot."""
        group.start_soon(self._run)
        await self.go_on(message)

    async def _run(self) -> None:
        await self._app({**self._scope}, self._hears.receive, self._says.send)

    async def go_on(self, message: Message) -> None:
        """Tell it a message, and wait until it has done what that asks for."""
        await self._told.send(message)
        answer = await self._answers.receive()
        if not answer["type"].endswith(".complete"):
            raise RuntimeError(answer.get("message", answer["type"]))


def _at(scope: Scope, path: str) -> Scope:
    """The request for another address."""
    return {**scope, "path": path, "raw_path": quote(path).encode()}


def _is_opened(scope: Scope) -> bool:
    """Whether somebody follows a link in a browser: what it shows then leads on without the tenant's name."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _shown(name: str, path: str, scope: Scope) -> Response:
    """The browser is told which tenant's pages it shows from here on, and led to the one that was asked for."""
    query = scope["query_string"].decode("latin-1")
    place = quote("/" + path.lstrip("/"))  # (two slashes would lead to another host)
    answer = RedirectResponse(f"{place}?{query}" if query else place, 303)
    answer.set_cookie(COOKIE, name, httponly=True, samesite="lax", secure=scope.get("scheme") == "https")
    return answer


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
