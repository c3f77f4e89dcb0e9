"""Takes secrets out of a text before it is hashed, stored, embedded or logged.

A secret is replaced by `[redacted:kind]`; what names it (the key, the user of a URL) stays, since that
helps to understand an error.  Ordinary text about secrets ("token expired", `secretName: my-secret`,
`{{ .Values.password }}`, a digest) stays as it is.  Redacting twice changes nothing more.  The time is
linear: `kb.text.secrets` looks only where one of its marks stands, and each try is bounded or possessive.

A text that is going to be cut, or split into lines, is `hidden` first: its parts no longer show what a
secret is, and `redact` of a part still says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.expression import expression
from kb.text.secrets.search import find
from kb.text.secrets.values import Names, is_secret, name_in_pair, names

_FIRST, _LAST = 0xF0000, 0xF0FFF
"""The signs that stand for hidden characters, one for each kind: code points for private use."""
_HIDDEN = expression(f"[{chr(_FIRST)}-{chr(_LAST)}]+")
_DEEPEST = 100
_signs: dict[str, str] = {}
_kinds: dict[str, str] = {}


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
    hidden_before = 0
    if not text.isascii():
        text, hidden_before = _HIDDEN.subn(_shown, text.encode("utf-8", "replace").decode())
    secrets = find(text)
    if not secrets:
        return Redacted(text, hidden_before)
    pieces: list[str] = []
    at = 0
    for start, end, kind in secrets:
        pieces += (text[at:start], f"[redacted:{kind}]")
        at = end
    return Redacted("".join((*pieces, text[at:])), len(secrets) + hidden_before)


def hidden(text: str) -> str:
    """The text with each character of a secret replaced by a sign, so that places in it stay what they are.

    Line ends stay.  `redact` puts `[redacted:kind]` for signs, in any part of the text.
    """
    pieces: list[str] = []
    at = 0
    for start, end, kind in find(text):
        lines = text[start:end].split("\n")
        pieces += (text[at:start], "\n".join(len(line) * _sign(kind) for line in lines))
        at = end
    return "".join((*pieces, text[at:])) if at else text


def redact_data(value: Any, depth: int = 0) -> Any:
    """The value with the secrets in its texts redacted: keys of mappings too, and values by their keys.

    What is nested deeper than anybody nests is left out.
    """
    if isinstance(value, str):
        return redact(value).text
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        named = name_in_pair(value)
        return {
            redact(str(key)).text: _under(
                named if named and key in ("value", "val") else str(key), item, depth
            )
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and all(isinstance(item, str) for item in value):
            return redact_lines(value)
        return [redact_data(item, depth + 1) for item in value]
    return value


def redact_lines(lines: Sequence[str]) -> list[str]:
    """The lines of one text, redacted as a whole: a key in a block may be a list of lines."""
    text, at, parts = hidden("\n".join(lines)), 0, list[str]()
    for line in lines:
        parts.append(redact(text[at : at + len(line)]).text)
        at += len(line) + 1
    return parts


def _under(key: str, value: Any, depth: int) -> Any:
    """The value of a key, which may be the name of a secret."""
    says = names(key)
    if says >= Names.KEY and depth < _DEEPEST:
        if isinstance(value, (list, tuple)):
            return [_under(key, item, depth + 1) for item in value]
        if isinstance(value, str) and is_secret(value.strip(), says, surely=True):
            return "[redacted:secret]"
        if isinstance(value, int) and not isinstance(value, bool) and says is Names.PASSWORD and value > 999:
            return "[redacted:secret]"
    return redact_data(value, depth + 1)


def _sign(kind: str) -> str:
    if kind not in _signs:
        sign = chr(min(_FIRST + len(_signs), _LAST))
        _kinds[sign] = kind
        _signs[kind] = sign
    return _signs[kind]


def _shown(run: re.Match[str]) -> str:
    return "".join(f"[redacted:{_kinds.get(sign, 'secret')}]" for sign in dict.fromkeys(run.group()))
