"""Tokens that a terminal or a mail program wrapped: the lines on which one goes on."""

from __future__ import annotations

import re

from kb.text.secrets.found import Secret

_LONG = 24
_FURTHER = re.compile(
    r"(?:[\\=]?\r?\n[ \t>|]{0,12}(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/_=.~-]{16,4096}(?=[\"',;\s]|$))+"
)


def with_further_lines(text: str, secrets: list[Secret]) -> list[Secret]:
    """The secrets, a long one that ends its line with the further lines that hold nothing but more of it."""
    if "\n" not in text:
        return secrets
    longer: list[Secret] = []
    for secret in secrets:
        if longer and secret.start < longer[-1].end:
            continue
        further = _FURTHER.match(text, secret.end) if secret.end - secret.start >= _LONG else None
        longer.append(Secret(secret.start, further.end(), secret.kind) if further else secret)
    return longer
