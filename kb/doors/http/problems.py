"""What went wrong, as programs are told: RFC 9457, with a sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kb.doors.calls.calls import sentence
from kb.errors import (
    EntryNotFound,
    FileChanged,
    HomeNotWritable,
    InvalidInput,
    KbError,
    NotAllowed,
    StoreBroken,
)
from kb.text.escaping import visible

PROBLEM = "application/problem+json"


_STATUS: tuple[tuple[type[KbError], HTTPStatus], ...] = (
    (EntryNotFound, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (InvalidInput, HTTPStatus.BAD_REQUEST),
    (FileChanged, HTTPStatus.CONFLICT),
    (HomeNotWritable, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreBroken, HTTPStatus.SERVICE_UNAVAILABLE),
    (KbError, HTTPStatus.CONFLICT),
)
"""The first row that fits tells the status; kb's other errors are about a file that people own as it is now."""


def status_of(error: Exception) -> HTTPStatus:
    """The status of what went wrong while an operation was asked."""
    return next(
        (status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as RFC 9457 has it, with the sentence that says what to do next."""
    return JSONResponse(
        {"title": HTTPStatus(status).phrase, "status": int(status), "detail": visible(detail)},
        status,
        headers=dict(headers or {}),
        media_type=PROBLEM,
    )


async def refused(request: Request, error: Exception) -> Response:
    """A problem in place of a refusal of starlette's or of our own."""
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return problem(404, f"there is nothing at {path}; /openapi.json lists what there is")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            said = f"{request.method} is not offered at {path}; /openapi.json lists what is"
            return problem(405, said, error.headers)
    return problem(error.status_code, error.detail, error.headers)


async def failed(request: Request, error: Exception) -> Response:
    """A problem in place of a mistake of kb's own."""
    return problem(500, sentence(request.url.path, error))
