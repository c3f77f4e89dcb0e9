"""Sends to a real `kb serve`, as tools do: over a socket, with the headers that they set."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit


def post(
    url: str, path: str, body: bytes | object, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, object]]:
    """Status and answer of one POST to the server whose MCP address is `url`."""
    place = urlsplit(url)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        connection.request("POST", path, sent, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] == b"{" else {"detail": text.decode()}
    finally:
        connection.close()


def signed(secret: str, body: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
