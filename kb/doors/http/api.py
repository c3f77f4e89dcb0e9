"""The operations over plain HTTP, at `/api/v1`, for programs that speak no MCP: JSON in and out, problems by RFC 9457.

A GET takes its arguments from the query, a POST from a JSON object; what a path names stands in the path, where
`current` is the incident that is being worked on.  Answers are whole records, as `--json` prints them.  Who may ask
is decided as for agents: by bearer token, Host and Origin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kb.doors.calls.calls import Calls, sentence
from kb.doors.http.access import Callers
from kb.doors.http.limits import Limits
from kb.doors.http.problems import problem, status_of
from kb.operations.catalogue import operations
from kb.operations.operation import Operation
from kb.records import reader
from kb.text.entries.codec import to_builtins

BASE = "/api/v1"
CURRENT = "current"
"""In place of an incident's id: the one that is being worked on."""


def routes(calls: Calls, callers: Callers, limits: Limits) -> Iterator[BaseRoute]:
    """A path for each operation."""
    for one in operations().values():
        method, path = one.path.split()
        endpoint = partial(_answer, one, calls, callers, limits)
        yield Route(f"{BASE}{path}", _named(endpoint, one.name), methods=[method])


def _named(
    endpoint: Callable[[Request], Awaitable[Response]], name: str
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint as a function: starlette takes other callables for applications of their own."""

    async def named(request: Request) -> Response:
        return await endpoint(request)

    named.__name__ = name
    return named


async def _answer(
    asked: Operation, calls: Calls, callers: Callers, limits: Limits, request: Request
) -> Response:
    role = await callers.role(request)
    given = await _arguments(asked, request, limits)
    try:
        body = await calls.answer(
            asked.name,
            given,
            as_json,
            actor=request.headers.get("x-actor", "") or "api",
            role=role,
        )
    except Exception as error:
        return problem(status_of(error), sentence(asked.name, error))
    return Response(body, media_type="application/json")


def as_json(asked: Operation, record: object) -> bytes:
    """The record as JSON."""
    del asked
    return msgspec.json.encode(to_builtins(record))


async def _arguments(asked: Operation, request: Request, limits: Limits) -> dict[str, Any]:
    named = {
        name: "" if name == "incident_id" and value == CURRENT else value
        for name, value in request.path_params.items()
    }
    given = await _object(request, limits) if request.method == "POST" else _query(request)
    if twice := named.keys() & given.keys():
        raise HTTPException(
            HTTPStatus.BAD_REQUEST, f"{asked.name}: `{min(twice)}` stands in the path; leave it out elsewhere"
        )
    return {**given, **named}


def _query(request: Request) -> dict[str, Any]:
    """The query; what stands there several times is a list."""
    query = request.query_params
    return {name: values[0] if len(values := query.getlist(name)) == 1 else values for name in query}


async def _object(request: Request, limits: Limits) -> Mapping[str, Any]:
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "send the arguments as a JSON object, as Content-Type: application/json",
        )
    body = await request.body()
    if len(body) > limits.body:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body has more than {limits.body} bytes; send less of it",
        )
    try:
        given = reader(object)(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise HTTPException(
            HTTPStatus.BAD_REQUEST, "the body must be a JSON object of arguments to their values"
        )
    return given
