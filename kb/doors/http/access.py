"""Who may call what, over HTTP: the tokens of callers, what each may do and until when, checked at each request.

Tokens come from `KB_TOKEN` and `KB_READ_TOKEN`, or from a file with lines such as `write: TOKEN until 2026-12-31`; a
role may have several, so that one can be replaced before it ends.  A line may name whom its token is for, as
`respond mara: TOKEN`: what is written with it is in that name.  A `write` token that names nobody, which all wrote
with before there were other roles, may do everything.  `payments/write: TOKEN` is of the tenant `payments` alone.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http import HTTPStatus
from itertools import combinations
from pathlib import Path
from typing import Any

from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.errors import InvalidInput
from kb.expression import expression
from kb.home import SHARED
from kb.model.role import Role

SHORTEST = 16
"""Characters that a token must have: shorter ones can be guessed."""
SOON_DAYS = 14
"""Days before its end from which on a token is spoken of."""
_FORM = (
    "'write: TOKEN', 'read: TOKEN', 'respond mara: TOKEN' or 'read: TOKEN until 2026-12-31', of a tenant "
    "'payments/write: TOKEN'"
)
_FOR = expression(rf"(?:(?P<tenant>[^/\s]+)/)?(?P<role>{'|'.join(Role)})(?:\s+(?P<name>\S[^:]{{0,59}}))?")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what it may do, and `until`, the last day (of UTC) on which it is accepted; None for ever.

    `name` is whom it was given to; empty where several share it.  `tenant` is the only one of the home that it is of.
    """

    role: Role
    secret: str = field(repr=False)
    until: date | None = None
    name: str = ""
    tenant: str = SHARED

    def ended(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and today > self.until


def utc_day() -> date:
    """The day that it is by UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that a server knows."""

    known: tuple[Token, ...] = ()
    today: Callable[[], date] = field(default=utc_day, compare=False)

    def __bool__(self) -> bool:
        return bool(self.known)

    def find(self, secret: str) -> Token | None:
        """The token, ended or not.  Takes as long for a near miss as for any other: all are compared."""
        given = secret.encode("utf-8", "replace")
        same = [token for token in self.known if hmac.compare_digest(given, token.secret.encode())]
        return same[0] if same else None

    def role_of(self, secret: str) -> Role | None:
        """What may be done with it today; None where it is unknown or has ended."""
        token = self.find(secret)
        return token.role if token and not token.ended(self.today()) else None

    def of(self, tenant: str) -> Tokens:
        """Those of one tenant, or of the home itself (`shared`)."""
        return Tokens(tuple(token for token in self.known if token.tenant == tenant), self.today)

    @property
    def tenants(self) -> set[str]:
        """Whose they are."""
        return {token.tenant for token in self.known}

    @property
    def all_ended(self) -> bool:
        """Whether nobody gets in any more."""
        return bool(self) and all(token.ended(self.today()) for token in self.known)

    def notes(self) -> list[str]:
        """Those that have ended or end within `SOON_DAYS`, each in a sentence."""
        return [note for token in self.known if (note := _note(token, self.today()))]


def _note(token: Token, today: date) -> str:
    if token.until is None or (token.until - today).days > SOON_DAYS:
        return ""
    if token.ended(today):
        return f"the token for {token.role} ended with {token.until}: whoever still sends it is refused; take it out"
    return f"the token for {token.role} ends with {token.until}: hand out another one before that"


def load_tokens(file: Path | None, environ: Mapping[str, str] = os.environ) -> Tokens:
    """The tokens of a file, else those of the environment.

    Raises InvalidInput for a token that is too short, an end that is no day, or a file that cannot be read.
    """
    found = tuple(_of_file(file) if file else _of_environment(environ))
    for token in found:
        secret = token.secret
        if len(secret) < SHORTEST or not secret.isascii() or any(c.isspace() for c in secret):
            raise InvalidInput(
                f"the {token.role} token is no good token: it must have {SHORTEST} characters or more, without "
                'blanks; make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
    if any(one.secret == other.secret for one, other in combinations(found, 2)):
        raise InvalidInput("two of the tokens are the same; give different ones")
    return Tokens(found)


def _of_environment(environ: Mapping[str, str]) -> Iterator[Token]:
    for name, role in (("KB_TOKEN", Role.ADMIN), ("KB_READ_TOKEN", Role.READ)):
        secret, until = environ.get(name, ""), environ.get(f"{name}_UNTIL", "")
        if until and not secret:
            raise InvalidInput(f"{name}_UNTIL is set, but {name} is not; set both, or neither")
        if secret:
            yield Token(role, secret, _day(until, f"{name}_UNTIL") if until else None)


def _of_file(path: Path) -> Iterator[Token]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the token file {path} cannot be read: {error}") from None
    said = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    said = [(number, line) for number, line in said if line and not line.startswith("#")]
    if not said:
        raise InvalidInput(f"the token file {path} is empty; it must have lines such as {_FORM}")
    for number, line in said:
        match [word.strip() for word in line.split(":", 1)]:
            case [head, rest] if rest and (found := _FOR.fullmatch(head)):
                token = _of_line(Role(found["role"]), found["name"] or "", rest.split(), f"{path}:{number}")
                yield replace(token, tenant=found["tenant"] or SHARED)
            case _:
                raise InvalidInput(f"{path}:{number}: the token file must have lines such as {_FORM}")


def _of_line(role: Role, name: str, words: list[str], where: str) -> Token:
    may = Role.ADMIN if role is Role.WRITE and not name else role
    match words:
        case [secret]:
            return Token(may, secret, name=name)
        case [secret, "until", day]:
            return Token(may, secret, _day(day, where), name)
    raise InvalidInput(
        f"{where}: the {role} token is no good token, for it has blanks; behind it only 'until' and a day may stand"
    )


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{where}: {text[:40]!r} is no day; give the last one on which the token holds, such as 2026-12-31"
        ) from None


_BEARER = "bearer "


class Verifier:
    """The tokens, as mcp's `TokenVerifier`."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who has this token, and what that one may do; None for a token that is not known."""
        role = self._tokens.role_of(token)
        return AccessToken(token="", client_id=f"{role} token", scopes=[role]) if role else None


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may ask: with which tokens, and under which names of this server."""

    tokens: Tokens
    names: TransportSecuritySettings

    async def role(self, request: Request) -> Role:
        """What the caller may do.  Raises HTTPException for one that may do nothing."""
        refused = await TransportSecurityMiddleware(self.names).validate_request(request)
        if refused is not None:
            said = bytes(refused.body).decode()
            raise HTTPException(
                refused.status_code, f"{said}; kb serve takes it with --allow-host or --allow-origin"
            )
        if not self.tokens:
            return Role.ADMIN
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        role = self.tokens.role_of(secret.strip()) if kind.lower() == "bearer" else None
        if role is None:
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "send a token that the server knows, as: Authorization: Bearer TOKEN",
                _ASKS,
            )
        return role


_ASKS = {"WWW-Authenticate": "Bearer"}


class EndedTokens:
    """An application that tells who comes with a token that has ended; all others are handed on, to be checked."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        self._app, self._tokens = app, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI defines it."""
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
    return Role.ADMIN if scopes is None else Role(scopes[0])
