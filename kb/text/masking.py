"""The template of a line and its fingerprint: what a program said, with `<*>` where something varies.

`mask` keeps what identifies an error and puts `<*>` in place of what varies from one occurrence to the next
(`kb.text.masking_rules` lists both).  Masking a masked line changes nothing.

`message` is what the program said: the line without what carries it, and without what its runtime puts around it.  So
`thread 'main' panicked at 'M', src/main.rs:3:112`, `PHP Fatal error:  Uncaught E: M in /srv/a.php:4` and the same
behind a syslog's prefix are all `M`: the next version of the runtime puts something else around it.

`fingerprint` is equal for two lines whose messages differ only in ids, numbers, hosts, times, case, blanks, and in the
prefix that a logger writes (timestamp, level, thread, logger name); at the very start of a line only a name like
`com.acme.Pool: ` is taken for a logger's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

from kb.expression import expression
from kb.text.carriers import bare
from kb.text.crashes import message_of
from kb.text.crashes.forms import Role
from kb.text.crashes.table import form_of, without_clock
from kb.text.masking_rules import ITEMS, PLACEHOLDER, RUN, SCANNER, looks_like_id

MASK_VERSION = 9
"""Raised with every change of the rules that changes a template, or of what else gives an entry away at first sight
(`kb.text.entries.identify`); part of every fingerprint."""

_LEVEL = (
    r"(?:trace|debug|info|information|notice|warn|warning|error|err|fatal|crit|critical|severe|panic|emerg)"
)
_LOGGER_PREFIX = expression(
    rf"{re.escape(PLACEHOLDER)}"
    rf"|{_LEVEL}(?=[\s:|\])\"',]|$)(?!\s+\d)"
    rf"|\[(?:[^\[\]\s]{{1,60}}|[^\[\]]{{0,40}}{re.escape(PLACEHOLDER)}[^\[\]]{{0,40}})\](?=[\s:\[-])"
    r"|[\s|:,;(){}\"'\]–-]+"
    rf"|[\w./-]{{1,80}}:{re.escape(PLACEHOLDER)}\](?=\s)"
    r"|(?:@?timestamp|time|ts|level|lvl|severity|logger|caller|source|thread|host|hostname|pid)"
    r"[\"']?\s?[=:]\s?(?:\"[^\"]*\"|'[^']*'|[^\s,]+),?"
    r"|(?:msg|message)[\"']?\s?[=:]\s?(?=[\"'\w])",
    re.IGNORECASE,
)
_FILE = r"\S*\.(?:[ch]|cc|[ch]pp|py|[jt]sx?|go|rs|rb|java|sh|so|jar|json|ya?ml|toml|xml|conf|cfg|ini|log|txt|env|pem)"
_LOGGER_NAME = expression(
    rf"(?!\S*(?:error|exception|failure)\b|{_FILE}\s?[-:|])(?:[a-z_][\w$-]*\.)+[\w$-]+(?:\[{re.escape(PLACEHOLDER)}\])?\s?(?:[-:|]|$)\s"
    rf"|[a-z][\w.-]*\s(?=[\w./-]+\[{re.escape(PLACEHOLDER)}\]:)|[a-z][\w.-]*\s(?=kernel:)",
    re.IGNORECASE,
)
_LOGGER_AT_START = expression(
    r"(?!\S*(?:error|exception|failure|throwable|fault|timeout)\b)(?:com|org|net|io|edu|gov|dev)(?:\.[\w$-]+){2,8}: ",
    re.IGNORECASE,
)
_NUMBER = expression(r"\d+")
_WORD = expression(r"[^\W\d_]{2,}|[^\W\d_a-zA-Z]")


@lru_cache(maxsize=1024)  # (one question masks a line for its evidence, its template, its fingerprint)
def mask(line: str) -> str:
    """The template of `line`: `<*>` for what varies, everything else as it stands."""
    masked = _mask_once(line)
    return line if masked == line else _settled(masked)


@lru_cache(maxsize=4096)  # (the lines of a log have few templates)
def _settled(template: str) -> str:
    """What masking again and again comes to."""
    while (masked := _mask_once(template)) != template:
        template = masked
    return template


def fingerprint(line: str) -> str:
    """The tagged hash of the template of `line`, such as `f5:9c2e…`; empty if nothing in it tells."""
    template = without_prefix(mask(message(line)))
    words = " ".join(template.casefold().split()).strip(" .,:;!-")
    if not _WORD.search(words.replace(PLACEHOLDER, " ")):
        return ""
    return f"f{MASK_VERSION}:{blake2b(words.encode('utf-8', 'replace'), digest_size=10).hexdigest()}"


@lru_cache(maxsize=256)  # (one question, or one entry, asks for it once for each use of a line)
def message(line: str) -> str:
    """The message of a line; the line itself where nothing is around it."""
    told = bare(without_clock(line)).text
    found = form_of(told, within=False)
    return message_of(told) or told if found and found[1].role in (Role.MESSAGE, Role.CAUSE) else told


def without_prefix(template: str) -> str:
    """A masked line without the timestamp, level, thread and logger name that it begins with."""
    at = match.end() if (match := _LOGGER_AT_START.match(template)) else 0
    while match := _LOGGER_PREFIX.match(template, at) or (_LOGGER_NAME.match(template, at) if at else None):
        at = match.end()
    return template[at:]


def _mask_once(line: str) -> str:
    return ITEMS.sub(r"\1", RUN.sub(PLACEHOLDER, SCANNER.sub(_replace, line)))


def _replace(match: re.Match[str]) -> str:
    if (same := match["plain"] or match["kept"] or match["rest"]) is not None:
        return same
    if (word := match["word"]) is not None and not looks_like_id(word):
        return _NUMBER.sub(PLACEHOLDER, word)
    return (match["key"] or "") + PLACEHOLDER
