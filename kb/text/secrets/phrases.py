"""Secrets in addresses, headers, SQL and plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.expression import expression
from kb.text.secrets.names import Names
from kb.text.secrets.reading import Find, Finder, Secret
from kb.text.secrets.values import is_random_word, is_secret, looks_random, made_up

_I = re.IGNORECASE
_USER = r"://[^\s/:@'\"<>\[\]]{0,128}+"
_PASSWORD = expression(rf"{_USER}:(?P<value>[^\s/'\"<>]{{1,256}})@")
_PASSWORD_WITH_SLASH = expression(
    rf"{_USER}:(?!\d{{1,5}}[/?#])(?P<value>[^\s'\"<>]{{1,256}})@(?=[\w.\[\]-]+(?::\d+)?(?:[/?\s\"',]|$))"
)
_TOKEN_AS_USER = expression(r"://(?P<value>[\w~.+-]{16,256})@")
_ORACLE = expression(r"jdbc:oracle:\w{1,8}:[^/\s@:\"']{1,64}/(?P<value>[^\s@\"']{1,128})@", _I)

_SCHEMES = (
    r"(?:Bearer|Basic|Token|Digest|ApiKey|Api-Key|Negotiate|NTLM|JWT|OAuth|GenieKey|SSWS|Key|Bot|DPoP|Splunk)"
)
_AUTHORIZATION = expression(
    rf"authorization[\"']?[\])]?[ \t]{{0,8}}(?:=>"
    rf"|[:=])[ \t]{{0,8}}[\"'\[(]{{0,3}}"
    rf"(?P<scheme>{_SCHEMES}\s{{1,8}})?"
    r"(?P<value>[\w.~+/=:@$!-]{6,8192})",
    _I,
)
_BEARER = expression(
    r"bearer(?:,?[ \t]{1,8}|[ \t]*[:=][ \t]*)[\"']?(?P<value>(?=[\w.~+/=-]{0,40}\d)[\w.~+/-]{16,8192}+={0,2})",
    _I,
)
_BASIC = expression(r"basic[ \t]{1,4}(?P<value>[A-Za-z0-9+/]{16,4096}={0,2})(?![\w-])", _I)
_BASIC_AUTH = expression(
    r"(?:basic[_-]?auth|auth_basic"
    r"|user_?pass)\w{0,12}[\"']?[ \t]*[:= ][ \t]*[\"']?[\w.@-]{1,60}:"
    r"(?P<value>[^\s\"',]{8,256})",
    _I,
)
_COOKIE = expression(
    r"(?:set-)?cookies?[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"'\[]{0,2}(?P<value>[\w.$-]{1,80}=[^\n]{4,2048})", _I
)
_CRUMB = expression(r"(?P<name>[\w.$-]{1,80})=(?P<value>[^\s;,\"']{8,4096})")
_HEADER = expression(
    r"(?:x-(?:[a-z]{2,20}-){0,3}(?:api-?)?(?:key|token|auth"
    r"|secret)|private-token|api-?key"
    r"|apikey|job-token|deploy-token)"
    r"[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']?(?P<value>[\w.~+/=-]{8,4096})(?=[\"'\s,}\]]|$)",
    _I,
)

_IDENTIFIED = expression(
    r"identified[ \t]+(?:with[ \t]+\S{1,60}[ \t]+)?(?:by|as)[ \t]+(?:password[ \t]+)?(?:values[ \t]+)?"
    r"(?P<quote>[\"'`]?)(?!RANDOM\b|PASSWORD\b|VALUES?\b"
    r"|EXTERNALLY|GLOBALLY)"
    r"(?P<value>[^\s\"'`;]{2,256})(?P=quote)",
    _I,
)
_FOR = expression(
    r"password[ \t]+for[ \t]+\S{1,80}[ \t]*(?:=|:|is|to)[ \t]*(?:password\()?[\"']?(?P<value>[^\s\"';]{2,256})",
    _I,
)

_SAYS = expression(
    r"(?:pass(?:word|phrase|code|wd)|secret|token|api[ -]?key|"
    r"(?:access|secret|signing"
    r"|encryption)[ -]key|credentials?|pin)\b"
    r"(?:[ \t]+(?:for|of)[ \t]+[\w.@-]{1,40})?[ \t]+(?:is|was|to|are|=|:)[ \t]*"
    r"(?::[ \t]*)?(?P<quote>[\"'`]?)(?P<value>[^\s\"'`]{4,512})",
    _I,
)
_PAIR = expression(
    r"(?:log(?:ged)?[ -]?in|login|sign in|credentials?|creds|account|connect)\b[ \t]*:?[ \t]*"
    r"(?:(?:as|with|user|are|is)[ \t]+){0,2}"
    r"[\"']?[\w.@-]{1,40}[\"']?[ \t]*/[ \t]*[\"']?(?P<value>[^\s\"',/]{6,128})",
    _I,
)
_FOREIGN = expression(r"mot de passe[ \t\xa0]*(?::|=|est)[ \t]*[\"']?(?P<value>[^\s\"']{4,256})", _I)


def _user_and_password(text: str, place: int) -> Iterator[Secret]:
    found = _BASIC_AUTH.match(text, place)
    if (
        found is not None
        and is_random_word(found["value"])
        and is_secret(found["value"], Names.SECRET, surely=True)
    ):
        yield Secret(*found.span("value"), "secret")


def _url(text: str, place: int) -> Iterator[Secret]:
    found = _PASSWORD.match(text, place) or _PASSWORD_WITH_SLASH.match(text, place)
    if found is not None:
        if is_secret(found["value"], Names.PASSWORD, surely=True) or (
            len(found["value"]) == 1 or _is_an_ordinary_word(found["value"])
        ):
            yield Secret(*found.span("value"), "url-password")
        return
    found = _TOKEN_AS_USER.match(text, place)
    if found is not None and made_up(found["value"], 16) and looks_random(found["value"], 16):
        yield Secret(*found.span("value"), "url-password")


def _is_an_ordinary_word(value: str) -> bool:
    """In the place of a password of a URL even `default` is one."""
    return value.isalnum()


def _authorization(text: str, place: int) -> Iterator[Secret]:
    found = _AUTHORIZATION.match(text, place)
    if found is None:
        return
    says = Names.PASSWORD if found["scheme"] else Names.SECRET
    if is_secret(found["value"], says, surely=bool(found["scheme"])) or (
        found["scheme"] and made_up(found["value"], 8)
    ):
        yield Secret(*found.span("value"), "authorization")


def _cookie(text: str, place: int) -> Iterator[Secret]:
    found = _COOKIE.match(text, place)
    if found is not None:
        for crumb in _CRUMB.finditer(text, *found.span("value")):
            if made_up(crumb["value"], 16) and looks_random(crumb["value"].strip("="), 12):
                yield Secret(*crumb.span("value"), "cookie")


def _quoted_or_made_up(pattern: re.Pattern[str], least: int) -> Find:
    def find(text: str, place: int) -> Iterator[Secret]:
        found = pattern.match(text, place)
        if found is None:
            return
        quoted = bool(found.groupdict().get("quote"))
        value = found["value"] if quoted else found["value"].rstrip(".,;:!?)")
        says = Names.PASSWORD if text[place : place + 4].lower() in ("pass", "pin ") else Names.SECRET
        if value[0] != "<" and (quoted or made_up(value, least)) and is_secret(value, says, surely=quoted):
            start = found.start("value")
            yield Secret(start, start + len(value), "secret")

    return find


def _identified(text: str, place: int) -> Iterator[Secret]:
    found = _IDENTIFIED.match(text, place)
    if found is None or text[place - 1 : place].isalpha():
        return
    surely = bool(found["quote"])
    if (surely or made_up(found["value"])) and is_secret(found["value"], Names.PASSWORD, surely=surely):
        yield Secret(*found.span("value"), "secret")


def _simple(pattern: re.Pattern[str], kind: str, says: Names = Names.PASSWORD) -> Find:
    def find(text: str, place: int) -> Iterator[Secret]:
        found = pattern.match(text, place)
        if found is not None and is_secret(found["value"], says, surely=True):
            yield Secret(*found.span("value"), kind)

    return find


_WORDS = (
    "password",
    "passphrase",
    "passcode",
    "passwd",
    "secret",
    "token",
    "api key",
    "api-key",
    "apikey",
    "credential",
    "access key",
    "signing key",
    "encryption key",
    "access token",
    "pin ",
)

FINDERS = (
    Finder(("://",), _url),
    Finder(("jdbc:oracle",), _simple(_ORACLE, "url-password")),
    Finder(("authorization",), _authorization),
    Finder(("bearer",), _simple(_BEARER, "bearer-token")),
    Finder(
        ("basic_auth", "basic-auth", "basicauth", "auth_basic", "userpass", "user_pass"), _user_and_password
    ),
    Finder(("basic ",), _simple(_BASIC, "authorization", Names.ANYTHING)),
    Finder(("cookie",), _cookie),
    Finder(
        ("x-", "private-token", "job-token", "deploy-token", "api-key:", "apikey:"),
        _simple(_HEADER, "secret", Names.SECRET),
    ),
    Finder(("identified",), _identified),
    Finder(("password for", "password  for"), _simple(_FOR, "secret")),
    Finder(_WORDS, _quoted_or_made_up(_SAYS, 6)),
    Finder(
        ("login", "log in", "logged in", "sign in", "credential", "creds", "account", "connect"),
        _quoted_or_made_up(_PAIR, 6),
    ),
    Finder(("mot de passe",), _simple(_FOREIGN, "secret")),
)
