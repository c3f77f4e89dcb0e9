"""Whether a value is a secret, by what it looks like; and the name that data gives a value.  Pure.

What stands for a secret is none: a place holder, a reference, code, an ordinary word.  Data names its values by their
keys, `{"password": …}`, or beside them, `{"name": "DB_PASS", "value": …}` (`name_in_pair`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from kb.expression import expression
from kb.text.secrets.names import Names, names

__all__ = ["Names", "is_secret", "name_in_pair", "names"]

_PLACEHOLDER = expression(
    r"""(?x)
    \\?\[?redacted | \{\{ | \$\{ | \$\( | \$[A-Z_][A-Z0-9_]*\W*$ | \$[a-z_]+\W*$ | \$\d\W*$
    | \\?<[^<>\n]{0,80}>$ | </\w | <!-- | <!\[ | <%
    | %\(\w+\)s | %\w+%$ | %[svdq]\W*$ | \{\w*\}\W*$ | [*•x.\u2026_\\-]+\W*$ | X{3,}\W*$
    | \*{3,}$ | @[A-Z]\w+\.[A-Z] | \#\{ | \#\W*$
    | \.\.\. | … | [,;&](?:\s|$|[\w.-]+[=:])
    | \[?\w{0,9}(?i:hidden|masked|filtered|redacted)\w{0,9}\]?$
    | \[?(?i:your|enter|insert|replace|fake|dummy|todo)[-_A-Z ]
    | [A-Z]{2,20}(?:[_-][A-Z0-9]{1,12}){1,6}$ | \[[a-z-]{6,60}\]$
    """
)
_ORDINARY = expression(
    r"(?i)(?:null|nil|none|undefined|true|false|yes|no|empty|required|optional|invalid|expired|missing|unknown|"
    r"incorrect|wrong|mismatch|revoked|rejected|denied|failed|failure|error|not|is|was|has|the|must|cannot|"
    r"string|str|int|bytes|default|changeme|example|hidden"
    r"|masked|removed|redacted|await|new|async|function|lambda|"
    r"unset|set|ok|disabled|enabled|on|off|a|an|for|from|of"
    r"|and|or|to|in|with|too|eof|bool|boolean|object|array|"
    r"option|argument|flag|header|identifier|value|n/?a)"
    r"\b(?=[.,;:)\]}!?'\"\\]*(?:\s|$))"
)
_CODE = expression(
    r"[A-Za-z_][A-Za-z_.]{2,}\d?(?:\[|\()"
    r"|(?:os|process|system|self|this|config|settings|env"
    r"|environ|configuration|options"
    r"|opts|args|params|req|request|"
    r"ctx|context|var|local|data|module|secrets|vault|random_password"
    r"|aws_\w+|google_\w+|azurerm_\w+|spec|values)\.[A-Za-z_]",
    re.IGNORECASE,
)
_PATH = expression(r"(?:~|\.{1,2}|[A-Za-z]:|file:/?/?|/(?:[a-z]{2,}|\$))[/\\][\w.\\/@ -]*$|/[a-z][\w.-]*$")
_REFERENCE = expression(
    r"arn:[\w-]+:\S*$|(?:projects|secret|secrets|kv|ref|vault|env|ssm|gsm|op)[:/][\w./:#-]*$"
    r"|[a-z][a-z]+\d{0,4}(?:[-./_:](?:[a-zA-Z]{2,}\d{0,4}|[a-z]|v?\d{1,8}|[a-z]\d{1,2}[a-z]))+(?:(?<=[-./_:]\w\w\w)-[a-z0-9]{5})?$"
)
_MIXED = expression(r"(?=\w*[A-Za-z])\w*\d[A-Za-z]\w*$")
_MOST_LOOKED_AT = 128
"""Characters that are looked at."""
_HEX = expression(r"[0-9a-fA-F]{16,}$")


def is_secret(value: str, says: Names, *, surely: bool) -> bool:
    """Whether the value of a name is a secret; `surely` when it is quoted or assigned, and no prose can be meant."""
    if not value or _PLACEHOLDER.match(value) or _ORDINARY.match(value) or _CODE.match(value):
        return False
    if says is Names.PASSWORD:
        return _is_password(value, surely)
    if _PATH.match(value) or _REFERENCE.match(value) or _names_one(value):
        return False
    if says is Names.SECRET:
        return (len(value) >= 3 and not (value.isdigit() and len(value) < 8)) if surely else made_up(value)
    if says is Names.KEY:
        return made_up(value, 12) and (len(value) >= 20 or looks_random(value, 12))
    return len(value) >= 20 and made_up(value, 20) and looks_random(value, 20)


def _is_password(value: str, surely: bool) -> bool:
    if len(value) < 2 or _is_folder(value) or _names_one(value):
        return False
    return surely or made_up(value)


def _names_one(value: str) -> bool:
    """`password` and `db_password` as values are the names of secrets: `this.password = password`."""
    return (
        value.replace("_", "").isalpha()
        and len(value) < 40
        and names(value) >= Names.SECRET
        and (
            "_" in value
            or value.lower() in ("password", "token", "secret", "pwd", "passwd", "credentials", "tokens")
        )
    )


def _is_folder(value: str) -> bool:
    found = _PATH.match(value)
    return found is not None and (value.count("/") > 1 or value[:1] != "/")


def made_up(value: str, least: int = 6) -> bool:
    """Whether it has a letter and a digit or special character, as nobody writes in prose."""
    return (
        len(value) >= least
        and any(c.isalpha() for c in value)
        and any(c.isdigit() or c in "!@#$%^&*~" for c in value)
    )


def looks_random(value: str, least: int) -> bool:
    """Whether its characters look drawn: digits and letters change places often, which in names they do not."""
    value = value[:_MOST_LOOKED_AT]
    if _HEX.match(value):
        return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    if len(value) < least or not any(c.isdigit() for c in value):
        return False
    kinds = [0 if c.isdigit() else 1 if c.islower() else 2 if c.isupper() else 3 for c in value]
    pairs = [(a, b) for a, b in pairwise(kinds) if 3 not in (a, b)]
    return bool(pairs) and sum(a != b for a, b in pairs) >= 0.25 * len(pairs)


def is_random_word(value: str, least: int = 8) -> bool:
    """The same for a short word: one digit will do before a letter, or in a word of some length; no part is a name."""
    if len(value) < least:
        return False
    return (
        looks_random(value, least)
        or bool(_MIXED.match(value))
        or (len(value) >= 12 and value.isalnum() and made_up(value))
    )


_NAME_KEYS = ("name", "key", "Name", "Key", "id")


def name_in_pair(value: Mapping[Any, Any]) -> str:
    """The name in a mapping of a name and a value; empty when it is none."""
    if not ("value" in value or "val" in value):
        return ""
    return next((str(value[name]) for name in _NAME_KEYS if isinstance(value.get(name), str)), "")
