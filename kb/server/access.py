"""Who may call what: tokens with a role, compared in constant time."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import Context

from kb.errors import InvalidInput

SHORTEST = 16
"""Characters that a token must have: shorter ones can be guessed."""


class Role(StrEnum):
    """What a caller may do."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that are accepted, each with its role.  As mcp's `TokenVerifier`."""

    write: str = field(default="", repr=False)
    read: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.write or self.read)

    def role_of(self, token: str) -> Role | None:
        """The role of a token, None when it is neither.  Takes as long for a near miss as for any other."""
        given = token.encode("utf-8", "replace")
        writes = hmac.compare_digest(given, self.write.encode()) and bool(self.write)
        reads = hmac.compare_digest(given, self.read.encode()) and bool(self.read)
        return Role.WRITE if writes else Role.READ if reads else None

    async def verify_token(self, token: str) -> AccessToken | None:
        """See `mcp.server.auth.provider.TokenVerifier`."""
        role = self.role_of(token)
        return AccessToken(token="", client_id=f"{role} token", scopes=[role]) if role else None


def load_tokens(file: Path | None, environ: Mapping[str, str] = os.environ) -> Tokens:
    """The tokens of `KB_TOKEN` and `KB_READ_TOKEN`, or of a file with lines such as `write: TOKEN`.

    Raises InvalidInput for a token that is too short, or a file that cannot be read.
    """
    found = (
        _from_file(file)
        if file
        else {"write": environ.get("KB_TOKEN", ""), "read": environ.get("KB_READ_TOKEN", "")}
    )
    for role, token in found.items():
        if token and (len(token) < SHORTEST or not token.isascii() or any(c.isspace() for c in token)):
            raise InvalidInput(
                f"the {role} token is no good token: it must have {SHORTEST} characters or more, without blanks; "
                'make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
    if found.get("write") and found.get("write") == found.get("read"):
        raise InvalidInput("the write token and the read token are the same; give two different ones")
    return Tokens(**found)


def _from_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the token file {path} cannot be read: {error}") from None
    pairs = [line.partition(":") for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found = {name.strip(): token.strip() for name, _, token in pairs}
    if not found or not found.keys() <= {"write", "read"} or not all(found.values()):
        raise InvalidInput(f"the token file {path} must have lines such as 'write: TOKEN' and 'read: TOKEN'")
    return found


def role_of(context: Context[Any, Any] | None) -> Role:
    """What the caller of this request may do; over stdio, and without tokens, everything."""
    try:
        request = context.request_context.request if context else None
    except ValueError:  # outside of a request
        request = None
    scopes = getattr(request.scope.get("user"), "scopes", None) if request else None
    return Role.READ if scopes is not None and Role.WRITE not in scopes else Role.WRITE
