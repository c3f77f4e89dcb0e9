"""Takes secrets out of a text before it is hashed, stored, embedded or logged.

A secret is replaced by `[redacted:kind]`; what names it (the key, the user of a URL) stays, since that
helps to understand an error.  Ordinary text about secrets ("token expired", `secretName: my-secret`,
`{{ .Values.password }}`, a digest) stays as it is.  Redacting twice changes nothing more.  The time is
linear: `kb.text.secrets` looks only where one of its marks stands, and each try is bounded or possessive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kb.text.secrets.search import find


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without secrets, and how many were taken out."""

    text: str
    count: int


def redact(text: str) -> Redacted:
    """Replace every secret in `text` by `[redacted:kind]` and count them.

    What UTF-8 cannot hold (half a surrogate pair, as bytes of an argument or of JSON may leave)
    becomes `?`, so that everything behind this can be stored.
    """
    text = text if text.isascii() else text.encode("utf-8", "replace").decode()
    secrets = find(text)
    if not secrets:
        return Redacted(text, 0)
    pieces: list[str] = []
    at = 0
    for start, end, kind in secrets:
        pieces += (text[at:start], f"[redacted:{kind}]")
        at = end
    return Redacted("".join((*pieces, text[at:])), len(secrets))


def redact_data(value: Any) -> Any:
    """The value with the secrets in its texts redacted: keys of mappings too, and values by their keys."""
    if isinstance(value, str):
        return redact(value).text
    if isinstance(value, Mapping):
        return {redact(str(key)).text: _redact_under(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_data(item) for item in value]
    return value


def _redact_under(key: str, value: Any) -> Any:
    return redact_data(value)
