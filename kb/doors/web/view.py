"""`View`: what a page has at hand while it answers one request: who looks, what was sent, operations, templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kb.doors.calls.calls import Calls, sentence
from kb.doors.http.access import Tokens
from kb.doors.http.problems import status_of
from kb.doors.web.form import Form
from kb.doors.web.provider import Provider
from kb.doors.web.rendering import Rendering
from kb.doors.web.sessions import Sessions, Visitor
from kb.doors.web.streams import Streams
from kb.operations.asking import Tell
from kb.operations.catalogue import operation
from kb.operations.operation import Operation


def as_record(asked: Operation, record: Any) -> Any:
    """The record itself: templates take it as it is."""
    del asked
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One request, seen by the page that answers it."""

    request: Request
    visitor: Visitor
    form: Form
    calls: Calls
    rendering: Rendering
    sessions: Sessions
    tokens: Tokens
    provider: Provider
    streams: Streams

    @property
    def path(self) -> Mapping[str, str]:
        """What the path names, such as `entry_id`."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The state that stands in the address."""
        return self.request.query_params

    async def ask(self, name: str, /, **given: Any) -> Any:
        """The record that an operation answers with, asked in the name of the visitor.  Raises KbError."""
        return await self.watch(name, None, **given)

    async def watch(self, name: str, tell: Tell | None, /, **given: Any) -> Any:
        """As `ask`; `tell` is told, in a thread, of known errors while a long text is still being read."""
        return await self.calls.answer(
            name, given, as_record, actor=self.visitor.name, role=self.visitor.role, tell=tell
        )

    def may(self, name: str) -> bool:
        """Whether the visitor may ask for an operation: forms that would be refused are not shown."""
        return self.visitor.role.may(operation(name).role)

    def show(self, template: str, status: int = 200, **shown: Any) -> Response:
        """A page of a template, with what it is to show."""
        return HTMLResponse(self.html(template, **shown), status)

    def html(self, template: str, **shown: Any) -> str:
        """The text of a page of a template."""
        return self.rendering.page(
            template, view=self, visitor=self.visitor, here=self.request.url.path, **shown
        )

    def refuse(self, error: Exception) -> Response:
        """What went wrong, in a sentence, on a page."""
        if isinstance(error, HTTPException):
            status, said = error.status_code, error.detail
        else:
            status, said = status_of(error), sentence(self.request.url.path, error)
        return self.show("refusal.html", status, said=said, title=HTTPStatus(status).phrase)

    def go(self, path: str, **query: str) -> Response:
        """On to another page, which the browser asks for by GET; nothing is done twice by looking again."""
        there = quote(path, safe="/:%")
        return RedirectResponse(f"{there}?{urlencode(query)}" if query else there, 303)
