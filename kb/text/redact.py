"""Takes secrets out of a text before it is hashed, stored, embedded or logged.

A secret is replaced by `[redacted:kind]`; what names it (the key, the user of a URL) stays, since that
helps to understand an error.  Ordinary text about secrets ("token expired", `secretName: my-secret`,
`{{ .Values.password }}`, a digest) stays as it is.  Redacting twice changes nothing more.  The time is
linear: a pattern is tried only where one of its marks stands, and each try is bounded or possessive.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without secrets, and how many were taken out."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of secret: tried where a mark (lower case) stands; a named group narrows what is replaced."""

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


_SEPARATOR = r"""(?:["']?[ \t]{0,8}(?:=>|:=|={1,2}+|:)[ \t]{0,8}+)"""
_PLACEHOLDER = r"\\?(?:=|\{\{|<|\$|%[a-z({]|\*(?:\\?\*)+|x{4,}|\[redacted|\.\.\.|…|#)"
_ORDINARY = (
    r"(?:null|nil|none|undefined|true|false|yes|no|empty|required|optional|invalid|expired|missing|unknown|"
    r"incorrect|wrong|mismatch|revoked|rejected|denied|failed|failure|error|not|is|was|has|the|must|cannot|"
    r"string|str|int|bytes|default|changeme|example|hidden|masked|removed|redacted)\b(?![\w@!#$%^&*+-])"
)
_PASSWORDS = "password passwd passphrase pwd"
_KEYS = (
    f"{_PASSWORDS} secret token apikey api_key api-key accesskey access_key access-key secretkey secret_key "
    "secret-key privatekey private_key private-key accountkey account_key account-key encryption_key "
    "credential "
    "credentials"
)
_PASSWORD_NAME = rf"(?:{'|'.join(_PASSWORDS.split())})"
_KEY_NAME = rf"(?:{'|'.join(sorted(_KEYS.split(), reverse=True))})"
_BASE64 = r"(?=[^\s]{0,400}[A-Z])(?=[^\s]{0,400}[a-z])(?=[^\s]{0,400}\d)[A-Za-z0-9+/_-]{32,}+={0,2}"


def _rule(kind: str, marks: str, pattern: str, flags: int = 0) -> _Rule:
    return _Rule(kind, tuple(marks.split()), re.compile(pattern, flags))


_I = re.IGNORECASE
_RULES: tuple[_Rule, ...] = (
    _rule(
        "private-key",
        "-----begin",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s*+(?:Proc-Type|DEK-Info|Version|Comment):[^\n]{0,200})*+[A-Za-z0-9+/=\s\\]*+"
        r"(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    _rule("jwt", "eyj", r"\beyJ[\w-]{8,4096}+\.eyJ[\w-]{8,8192}+(?:\.[\w-]*+)?"),
    _rule("aws-key", "akia asia abia acca", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    _rule(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}+|github_pat_\w{22,255}+)",
    ),
    _rule(
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glcbt- glft- glsoat- glagent- gloas- glimt-",
        r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas|imt)-[\w.-]{16,255}+",
    ),
    _rule("slack-token", "xox xapp-", r"\b(?:xox[abcdeoprs]-[\w-]{10,512}+|xapp-[\w-]{20,512}+)"),
    _rule("slack-webhook", "hooks.slack.com", r"hooks\.slack\.com/(?P<value>\w+/[\w/-]{10,255}+)"),
    _rule("anthropic-key", "sk-ant-", r"\bsk-ant-[\w-]{16,512}+"),
    _rule("openai-key", "sk-", r"\bsk-(?:proj-|svcacct-|admin-)?+(?=[\w-]{0,60}\d)[\w-]{20,512}+"),
    _rule("gcp-key", "aiza ya29.", r"\b(?:AIza[\w-]{35}|ya29\.[\w.-]{20,2048}+)"),
    _rule(
        "authorization",
        "authorization",
        rf"\bauthorization[\"']?[ \t]{{0,8}}[:=][ \t]{{0,8}}[\"']?(?:(?:Bearer|Basic|Token|Digest"
        rf"|ApiKey)[ \t]{{1,8}})"
        rf"(?P<value>(?!{_PLACEHOLDER})[\w.~+/=:-]{{6,8192}}+)",
        _I,
    ),
    _rule(
        "bearer-token",
        "bearer",
        r"\bbearer[ \t]{1,8}(?P<value>(?=[\w.~+/=-]{0,40}\d)[\w.~+/-]{16,8192}+={0,2})",
        _I,
    ),
    _rule(
        "url-password",
        "://",
        rf"://[^\s/:@'\"<>]{{0,128}}+:(?P<value>(?!{_PLACEHOLDER})[^\s/@'\"<>]{{1,256}}+)@",
    ),
    _rule(
        "password",
        _PASSWORDS,
        rf"{_PASSWORD_NAME}{_SEPARATOR}(?P<value>(?!{_PLACEHOLDER}"
        rf"|{_ORDINARY})[^\s\"',;&]{{2,512}}+(?=[ \t\r]*$))",
        _I | re.MULTILINE,
    ),
    _rule(  # quoted or after an equals sign: a value, whatever it looks like
        "secret",
        _KEYS,
        rf"{_KEY_NAME}(?:{_SEPARATOR}[\"'](?!{_PLACEHOLDER}"
        rf"|{_ORDINARY})(?P<quoted>[^\"'\n]{{3,2048}}+)(?=[\"'])"
        rf"|[\"']?[ \t]?(?:=>|:=|={{1,2}}+)[ \t]?+(?![\"']|{_PLACEHOLDER}|{_ORDINARY})"
        rf"(?P<assigned>[^\s\"',;&)\]}}]{{3,2048}}+))",
        _I,
    ),
    _rule(  # after a colon prose is likely, so the value must look made up
        "secret",
        _KEYS,
        rf"{_KEY_NAME}[\"']?[ \t]{{0,4}}:[ \t]{{0,8}}(?!{_PLACEHOLDER}|{_ORDINARY})"
        r"(?P<value>(?=[^\s]{0,60}[A-Za-z])(?=[^\s]{0,60}[\d!@#$%^&*])[^\s\"',;]{6,2048}+)",
        _I,
    ),
    _rule(
        "key",
        "key signature auth sas",
        rf"(?:(?i:key|signature|auth|sas))[\"']?[ \t]?[:=][ \t]?[\"']?(?P<value>{_BASE64})",
    ),
)
_MARKS = frozenset(mark for rule in _RULES for mark in rule.marks)


def redact(text: str) -> Redacted:
    """Replace every secret in `text` by `[redacted:kind]` and count them.

    What UTF-8 cannot hold (half a surrogate pair, as bytes of an argument or of JSON may leave)
    becomes `?`, so that everything behind this can be stored.
    """
    text = text if text.isascii() else text.encode("utf-8", "replace").decode()
    pieces: list[str] = []
    count = at = 0
    for start, end, kind in sorted(_secrets(text)):
        if start >= at:
            pieces += (text[at:start], f"[redacted:{kind}]")
            count, at = count + 1, end
    return Redacted("".join((*pieces, text[at:])), count)


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    lowered = text.replace("\u0130", "I").lower()  # the one character whose lower case is longer
    places = {mark: _places(lowered, mark) for mark in _MARKS if mark in lowered}
    for rule in _RULES:
        at = 0
        for place in heapq.merge(*(places[mark] for mark in rule.marks if mark in places)):
            if place >= at and (match := rule.pattern.match(text, place)):
                name = next((name for name, value in match.groupdict().items() if value is not None), 0)
                yield *match.span(name), rule.kind
                at = match.end()


def _places(lowered: str, mark: str) -> list[int]:
    places = []
    at = lowered.find(mark)
    while at >= 0:
        places.append(at)
        at = lowered.find(mark, at + len(mark))
    return places
