"""Secrets of several lines and forms of files: keys in blocks, Kubernetes secrets, password files.

A key is taken out from its first line to its last, however its lines are wrapped (quoted, prefixed, on one line,
with commas); where the last line is missing, as far as lines look like Base64.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.expression import expression
from kb.text.secrets.names import Names
from kb.text.secrets.reading import Finder, Secret
from kb.text.secrets.values import is_secret, made_up

_LONGEST_KEY = 40_000
_BEGIN = expression(r"-{3,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{3,5}", re.IGNORECASE)
_ANY_BEGIN = expression(r"-{3,5} ?BEGIN ", re.IGNORECASE)
_END = expression(r"-{3,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{3,5}", re.IGNORECASE)
_BODY = expression(
    r"(?:(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash)[:=][^\n]{0,200}\n)"
    r"|[^\nA-Za-z0-9+/=]{0,20}(?:[^\n]{0,60}?[\s:>|\"'\[])?[A-Za-z0-9+/=]{24,}[^\nA-Za-z0-9+/]{0,12}\n?"
    r"|[ \t]*[\"',\\+nr]{0,8}\n)*"
)
_PUTTY = expression(
    r"Private-Lines:[ \t]*\d{1,4}[^\n]{0,20}\n(?P<value>(?:[^\nA-Za-z0-9+/]{0,20}[A-Za-z0-9+/=]{4,}[^\n]{0,20}"
    r"(?:\n|$)){1,200})(?:[^\n]{0,20}Private-"
    r"(?:MAC|Hash):[ \t]*[0-9a-fA-F]+)?",
    re.IGNORECASE,
)
_ENCODED = expression(
    r"(?:LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:UFJJVkFURS|QUklWQVRF"
    r"|BSSVZBVEUg)"
    r"|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=\s]{16,40000}"
)

_DOCUMENT = expression(r"^[ \t]*(?:---|\.\.\.|```|-?[ \t]*apiVersion:)", re.MULTILINE)
_SAME = 200
"""Characters around `kind: Secret` in which `apiVersion:` is of the same document."""
_DATA = expression(
    r"^(?P<indent>[ \t]*)(?:stringData|data):[ \t]*\r?\n(?P<lines>"
    r"(?:(?P=indent)[ \t]+[^\n]*(?:\n|$)|[ \t]*\n){1,500})",
    re.MULTILINE,
)
_ENTRY = expression(
    r"^(?P<indent>[ \t]+)[\w.\"'/-]{1,120}:[ \t]*(?P<value>[|>][-+]?[ \t]*\n"
    r"(?:(?P=indent)[ \t]+[^\n]*\n?){1,400}|[^\n]{2,4096})",
    re.MULTILINE,
)
_JSON_DATA = expression(r"\"(?:stringData|data)\"\s{0,4}:\s{0,4}\{(?P<lines>[^{}]{1,20000})\}")
_JSON_ENTRY = expression(r"\"[\w.-]{1,120}\"\s{0,4}:\s{0,4}\"(?P<value>[^\"]{2,20000})\"")

_SHADOW = expression(
    r"(?<=[:\s\"'=])\$(?:[1256]|2[abxy]|y|gy|7|apr1|sha1"
    r"|argon2\w{1,2}|pbkdf2[\w-]{0,12}"
    r"|scrypt)\$[^\s:\"',]{8,512}"
)
_LDAP_HASH = expression(
    r"\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512|PBKDF2)\d*\}[\w+/=$.-]{8,256}", re.IGNORECASE
)
_PGPASS = expression(
    r"^[^\s:@\"']{1,120}:(?:\d{4,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:(?P<value>[^\s]{4,256})[ \t\r]*$",
    re.MULTILINE,
)
_NETRC = expression(
    r"\b(?:machine[ \t]+\S{1,120}|default)\s{1,20}(?:login[ \t]+\S{1,120}\s{1,20})?"
    r"(?:account[ \t]+\S{1,120}\s{1,20})?password[ \t]+"
    r"(?P<value>\S{2,256})"
)
_CSV_NAME = expression(r"(?:password|passwd|secret|token|api_?key)$", re.IGNORECASE)


def _private_key(text: str, place: int) -> Iterator[Secret]:
    begin = _BEGIN.search(text, max(0, place - 64), place + 64)
    if begin is None or not begin.start() <= place < begin.end():
        return
    other = _ANY_BEGIN.search(text, begin.end(), begin.end() + _LONGEST_KEY)
    end = _END.search(text, begin.end(), other.start() if other else begin.end() + _LONGEST_KEY)
    if end is not None:
        yield Secret(begin.start(), end.end(), "private-key")
        return
    after = re.compile(r"[\s\"',\\nr+]*").match(text, begin.end(), begin.end() + 40)
    body = _BODY.match(text, after.end() if after else begin.end(), begin.end() + _LONGEST_KEY)
    if body is not None and body.group().strip():
        yield Secret(begin.start(), body.start() + len(body.group().rstrip()), "private-key")


def _putty(text: str, place: int) -> Iterator[Secret]:
    if (found := _PUTTY.match(text, place)) is not None:
        yield Secret(found.start("value"), found.end() - found.group().endswith("\n"), "private-key")


def _encoded_key(text: str, place: int) -> Iterator[Secret]:
    if (found := _ENCODED.match(text, place)) is not None:
        yield Secret(found.start(), found.start() + len(found.group().rstrip()), "private-key")


def _kubernetes(text: str, place: int) -> Iterator[Secret]:
    """All values below `data` and `stringData` of a Secret; the document is the one around `kind: Secret`."""
    before = text.rfind("kind:", max(0, place - 20_000), place)
    start = before if before >= 0 else max(0, place - 20_000)
    starts = [m.start() for m in _DOCUMENT.finditer(text, start, place)]
    start = starts[-1] if starts else start
    end = text.find("kind:", place + 5, place + 60_000)
    end = end if end >= 0 else min(len(text), place + 60_000)
    ends = _DOCUMENT.finditer(text, place, end)
    end = next((m.start() for m in ends if m.start() - place > _SAME or "apiVersion" not in m.group()), end)
    for block in _DATA.finditer(text, start, end):
        for entry in _ENTRY.finditer(text, *block.span("lines")):
            yield from _of_secret(entry)
    for block in _JSON_DATA.finditer(text, start, end):
        for entry in _JSON_ENTRY.finditer(text, *block.span("lines")):
            yield from _of_secret(entry)


def _of_secret(entry: re.Match[str]) -> Iterator[Secret]:
    value = entry["value"]
    inner = value.strip().strip("\"'")
    if is_secret(inner, Names.PASSWORD, surely=True):
        begin = entry.start("value") + value.find(inner)
        if value[:1] in "|>":
            begin = entry.start("value") + value.find("\n") + 1
            begin += len(value) - value.find("\n") - 1 - len(value[value.find("\n") + 1 :].lstrip(" \t"))
        yield Secret(begin, entry.start("value") + len(value.rstrip().rstrip("\"'")), "secret")


def _shadow(text: str, place: int) -> Iterator[Secret]:
    if (found := _SHADOW.match(text, place)) is not None:
        yield Secret(*found.span(), "password-hash")


def _ldap_hash(text: str, place: int) -> Iterator[Secret]:
    if (found := _LDAP_HASH.match(text, place)) is not None:
        yield Secret(*found.span(), "password-hash")


def _pgpass(text: str, place: int) -> Iterator[Secret]:
    start = text.rfind("\n", max(0, place - 200), place) + 1
    found = _PGPASS.match(text, start) if start or place < 200 else None
    if found is not None and made_up(found["value"], 4):
        yield Secret(*found.span("value"), "password")


def _netrc(text: str, place: int) -> Iterator[Secret]:
    found = _NETRC.match(text, place)
    if found is not None and is_secret(found["value"], Names.PASSWORD, surely=True):
        yield Secret(*found.span("value"), "password")


def _csv(text: str, place: int) -> Iterator[Secret]:
    """Rows below a heading of names, one of which is that of a secret."""
    start = text.rfind("\n", max(0, place - 300), place) + 1
    end = text.find("\n", place, place + 300)
    if end < 0 or (start == 0 and place > 300):
        return
    heading = text[start:end].rstrip("\r")
    cells = heading.split(",")
    above = text[text.rfind("\n", max(0, start - 300), max(0, start - 1)) + 1 : max(0, start - 1)]
    if above.count(",") == len(cells) - 1:
        return  # (a row among others)
    if len(cells) < 2 or not all(re.fullmatch(r"[\w ]{1,40}", cell) for cell in cells):
        return
    columns = [n for n, cell in enumerate(cells) if _CSV_NAME.search(cell.strip())]
    at = end + 1
    for _ in range(1000):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        row = text[at:stop].split(",")
        if len(row) != len(cells) or not columns:
            return
        for column in columns:
            value = row[column].strip(' \t\r"')
            begin = at + sum(len(cell) + 1 for cell in row[:column]) + row[column].find(value)
            if is_secret(value, Names.PASSWORD, surely=True):
                yield Secret(begin, begin + len(value), "secret")
        at = stop + 1


FINDERS = (
    Finder(("private key",), _private_key),
    Finder(("private-lines:",), _putty),
    Finder(("ls0tls1crudjti", "b3blbnnzac1rzxktdje"), _encoded_key),
    Finder(("kind: secret", 'kind":"secret"', 'kind": "secret"', "kind: 'secret'"), _kubernetes),
    Finder(
        (
            "$1$",
            "$2a$",
            "$2b$",
            "$2x$",
            "$2y$",
            "$5$",
            "$6$",
            "$7$",
            "$y$",
            "$gy$",
            "$apr1$",
            "$sha1$",
            "$argon2",
            "$pbkdf2",
            "$scrypt",
        ),
        _shadow,
    ),
    Finder(("{ssha", "{sha}", "{smd5}", "{md5}", "{crypt}", "{pbkdf2"), _ldap_hash),
    Finder((":5432:", ":5433:", ":6432:", ":*:"), _pgpass),
    Finder(("machine ", "default login"), _netrc),
    Finder(("password,", ",password", "secret,", ",secret", ",token", "token,"), _csv),
)
