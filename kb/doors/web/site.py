"""`Site`: the page as a whole, at which addresses it answers, and what every request goes through.

A request is checked (`guard`), its session found (`sessions`), its form read; then its page answers.  Who must sign in
is sent there first; what is refused is told in a sentence, on a page.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kb.doors.calls.calls import Calls
from kb.doors.http.access import Callers
from kb.doors.http.limits import Limits
from kb.doors.web.form import Form, read_form
from kb.doors.web.guard import check_form, check_names, harden
from kb.doors.web.head_first import HeadFirst
from kb.doors.web.page import Page
from kb.doors.web.pages import (
    ask,
    audit,
    draft,
    editing,
    entry,
    health,
    inbox,
    incident,
    incidents,
    learning,
    review,
    search,
    services,
    signing_in,
    unknowns,
)
from kb.doors.web.provider import Provider
from kb.doors.web.rendering import STATIC, Link, Rendering
from kb.doors.web.sessions import COOKIE, Sessions, Visitor
from kb.doors.web.streams import Streams
from kb.doors.web.view import View

_NOUNS = (
    ask,
    search,
    incidents,
    incident,
    draft,
    services,
    unknowns,
    review,
    inbox,
    health,
    entry,
    editing,
    learning,
    audit,
    signing_in,
)
"""The files of `pages`, in the order of the navigation."""

PAGES: tuple[Page, ...] = tuple(
    one for noun in _NOUNS for one in vars(noun).values() if isinstance(one, Page)
)
"""Every page and every action."""

_FOR_EVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Site:
    """The page of one server."""

    def __init__(
        self, calls: Calls, callers: Callers, limits: Limits, streams: Streams, provider: Provider
    ) -> None:
        self._calls, self._callers, self._limits = calls, callers, limits
        self._streams, self._provider = streams, provider
        self.sessions, self._head_first = Sessions(), HeadFirst()
        self._rendering = Rendering(Link(one.path, one.nav) for one in PAGES if one.nav)

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        return [
            Route("/static/{name}", self.static),
            *(Route(one.path, self._endpoint(one), methods=[one.method]) for one in PAGES),
        ]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return harden(await self._answer(page, request))
            except Exception as error:
                return self._refusal(request, error)

        return endpoint

    async def _answer(self, page: Page, request: Request) -> Response:
        await check_names(request, self._callers.names)
        visitor = self.visitor(request)
        sent = await read_form(request, self._limits) if page.method == "POST" else Form()
        view = self._view(request, visitor or self.sessions.stranger(), sent)
        if visitor is None and not page.is_open:
            return signing_in.to_sign_in(view)
        if page.method == "POST":
            check_form(sent, view.visitor)
            self._head_first.forget()
        if page.meanwhile and "HX-Request" not in request.headers:
            return await self._head_first.answer(
                (view.visitor, str(request.url)),
                lambda: self._in_any_case(page, view),
                lambda: view.html("head_first.html", page=page),
            )
        return await page.answers(view)

    async def _in_any_case(self, page: Page, view: View) -> Response:
        """The page, or one that says why there is none."""
        try:
            return await page.answers(view)
        except Exception as error:
            return view.refuse(error)

    def visitor(self, request: Request) -> Visitor | None:
        """Who looks; None for who has not signed in, where that is needed."""
        if not self._callers.tokens:
            return self.sessions.at_this_machine()
        return self.sessions.find(request.cookies.get(COOKIE, ""))

    def _view(self, request: Request, visitor: Visitor, form: Form) -> View:
        return View(
            request=request,
            visitor=visitor,
            form=form,
            calls=self._calls,
            rendering=self._rendering,
            sessions=self.sessions,
            tokens=self._callers.tokens,
            provider=self._provider,
            streams=self._streams,
        )

    def _refusal(self, request: Request, error: Exception) -> Response:
        """What went wrong, in a sentence, on a page."""
        return harden(
            self._view(request, self.visitor(request) or self.sessions.stranger(), Form()).refuse(error)
        )

    def nothing_there(self, request: Request, error: Exception) -> Response:
        """In place of a refusal for programs, where a browser asked."""
        path = request.url.path[:200]
        return self._refusal(
            request,
            HTTPException(HTTPStatus.NOT_FOUND, f"There is no page at {path}.")
            if isinstance(error, HTTPException) and error.status_code == HTTPStatus.NOT_FOUND
            else error,
        )

    async def static(self, request: Request) -> Response:
        """A style sheet, script or picture of the page: the same for everybody."""
        found = self._static.get(request.path_params["name"])
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        plain, packed = found
        return packed if "gzip" in request.headers.get("accept-encoding", "") else plain

    @cached_property
    def _static(self) -> dict[str, tuple[Response, Response]]:
        """Some 80 kB, kept as they are and packed: a page waits for its style sheet, and that for no thread."""
        return {path.name: _as_sent(path) for path in STATIC.iterdir() if path.is_file()}


def _as_sent(path: Path) -> tuple[Response, Response]:
    """A static file, plain and packed."""
    text, kind = path.read_bytes(), _KINDS.get(path.suffix, "text/plain")
    packed = {**_FOR_EVER, "Content-Encoding": "gzip"}
    return (
        Response(text, media_type=kind, headers=_FOR_EVER),
        Response(gzip.compress(text), media_type=kind, headers=packed),
    )
