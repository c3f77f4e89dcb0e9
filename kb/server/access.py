"""Who may call what, over HTTP: the tokens of callers, checked at each request."""

from __future__ import annotations

from typing import Any

from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import Context
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.server.tokens import Role, Tokens

_BEARER = "bearer "


class Verifier:
    """The tokens, as mcp's `TokenVerifier`."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def verify_token(self, token: str) -> AccessToken | None:
        """See `mcp.server.auth.provider.TokenVerifier`."""
        role = self._tokens.role_of(token)
        return AccessToken(token="", client_id=f"{role} token", scopes=[role]) if role else None


class EndedTokens:
    """An application that tells who comes with a token that has ended; all others are handed on, to be checked."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        self._app, self._tokens = app, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        given = Headers(scope=scope).get("authorization", "") if scope["type"] == "http" else ""
        token = self._tokens.find(given[len(_BEARER) :]) if given.lower().startswith(_BEARER) else None
        if token and token.ended(self._tokens.today()):
            said = f"this token ended with {token.until}; ask for a new one where you had it from"
            await _refusal(said)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refusal(said: str) -> JSONResponse:
    """As mcp refuses an unknown token, with the reason."""
    return JSONResponse(
        {"error": "invalid_token", "error_description": said},
        status_code=401,
        headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{said}"'},
    )


def role_of(context: Context[Any, Any] | None) -> Role:
    """What the caller of this request may do; over stdio, and without tokens, everything."""
    try:
        request = context.request_context.request if context else None
    except ValueError:  # outside of a request
        request = None
    scopes = getattr(request.scope.get("user"), "scopes", None) if request else None
    return Role.READ if scopes is not None and Role.WRITE not in scopes else Role.WRITE
