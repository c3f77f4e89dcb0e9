"""Whether a message is from whom it says: by token, by signature, and not sent again by somebody who overheard it.

Everything is compared in constant time.  A signature counts only over the very bytes that came.  Pure: headers, body,
secrets and the time in, a reason or nothing out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from kb.expression import expression
from kb.hooks.senders import SigningWay

SKEW = timedelta(minutes=5)
"""How far the time of a signed message may lie from ours."""
_TOKEN_HEADER = expression(r"x-[a-z0-9-]{1,40}-token")


class Refusal(Enum):
    """Why a message is not taken."""

    NO_PROOF = "it has neither the hook's token nor its signature"
    WRONG_TOKEN = "its token is not that of the hook"
    WRONG_SIGNATURE = "its signature does not fit its body"
    NO_TIME = "it is signed, but the header with its time is missing or no time"
    TOO_OLD = (
        "it was signed more than five minutes before or after now: it may be somebody's who overheard it"
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """What a hook asks for; one of them is enough."""

    token: str = ""
    secret: str = ""
    token_in_url: bool = False
    """Whether a token in the address is taken."""


def refusal(
    proof: Proof,
    how: SigningWay,
    headers: Mapping[str, str],
    body: bytes,
    *,
    url_token: str = "",
    now: datetime,
) -> Refusal | None:
    """Why the message is refused; None where it is believed.  Names of headers are in small letters."""
    if proof.secret and how.header in headers:
        return _of_signature(proof.secret, how, headers, body, now)
    given = [*_tokens(headers), *([url_token] if proof.token_in_url and url_token else [])]
    if not given or not proof.token:
        return Refusal.NO_PROOF
    # (all are compared, whichever is right, so that the time tells nothing)
    same = [hmac.compare_digest(one.encode(), proof.token.encode()) for one in given]
    return None if any(same) else Refusal.WRONG_TOKEN


def is_signed(proof: Proof, how: SigningWay, headers: Mapping[str, str]) -> bool:
    """Whether a message that is believed is so by its signature."""
    return bool(proof.secret) and how.header in headers


def _of_signature(
    secret: str, how: SigningWay, headers: Mapping[str, str], body: bytes, now: datetime
) -> Refusal | None:
    at = headers.get(how.time_header, "").strip() if how.time_header else ""
    signed = body if how.joined_by is None or not at else f"{at}{how.joined_by}".encode() + body
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    given = [one.strip() for one in headers[how.header].split(",")][:8]
    told = [one[len(how.prefix) :].casefold() for one in given if one.startswith(how.prefix)]
    same = [hmac.compare_digest(one.encode(), right.encode()) for one in told]
    if not any(same):
        return Refusal.WRONG_SIGNATURE
    return _of_time(at, now) if at else None


def _of_time(at: str, now: datetime) -> Refusal | None:
    try:
        seconds = float(at)
    except ValueError:
        return Refusal.NO_TIME
    if seconds > 1e11:  # milliseconds
        seconds /= 1000
    return None if abs(now.timestamp() - seconds) <= SKEW.total_seconds() else Refusal.TOO_OLD


def _tokens(headers: Mapping[str, str]) -> Iterable[str]:
    """Every token that a message brings: as a bearer's, as the password of basic access, or in a header of its own."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.casefold() == "bearer" and value.strip():
        yield value.strip()
    elif kind.casefold() == "basic":
        with suppress(binascii.Error, ValueError):
            yield base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    yield from (value for name, value in headers.items() if _TOKEN_HEADER.fullmatch(name) and value)
