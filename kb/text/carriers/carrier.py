"""A carrier of log lines: its name, its pattern of named pieces, an example; and the regular expression of a pattern.

A pattern is written as the carrier looks, with pieces in braces: `{time} {host} {program}[{pid}]: `.  A blank stands
for any blanks, `⟦…⟧` is optional, `{pod:word}` is a `word` that is said as `pod`.  Every piece (`NAMED`) is bounded,
and none can match in two ways, so that a hostile line costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from kb.expression import expression

PHRASE = "lease table rejects renewal: slot 1841 owned by peer 27"
"""What the examples carry; `§` stands for it in them."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """What a program writes around a line.  Without a pattern it is read field by field."""

    name: str
    example: str
    """A whole line, in which `§` stands for the message."""
    pattern: str = ""
    """What stands before the message, in named pieces."""
    closes: str = ""
    """A regular expression of what stands behind the message where `pattern` stands before it."""
    said: Mapping[str, str] = field(default_factory=dict)
    """What the example says of its line."""


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?"
_ZONE = (
    r"(?: ?(?:Z|[+-]\d\d:?\d\d|UTC|GMT|[CEW]E?S?T|[BIJKM]ST|[ECMPA][SD]T|HKT|SGT|MSK|AE[SD]T|NZ[SD]T)(?!\w)"
    r"|[+-]\d\d(?![\d:.-]))?"
)
_CLOCK = rf"\d{{1,2}}:\d\d:\d\d(?:[.,:]\d{{1,9}})?(?: ?[AaPp]\.?[Mm]\.?(?!\w))?{_ZONE}"
_SHORT_CLOCK = r"\d{1,2}:\d\d(?: ?[AaPp]\.?[Mm]\.?(?!\w))"
_T = r"(?:[T_:]|,? (?:at )?| {2})"

TIME = (
    "(?:"
    + "|".join(
        (
            rf"(?:{_DAY},? )?(?:\d{{4}}[-/.]\d\d[-/.]\d\d|\d{{1,2}}[ /-]{_MONTH}[ /-]\d{{2,4}})(?:{_T}{_CLOCK})?",
            rf"(?:{_DAY},? )?(?:{_MONTH} {{1,2}}\d{{1,2}},?(?: \d{{4}},?)?|"
            r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d),?)"
            rf"{_T}{_CLOCK}(?: \d{{4}}(?!\d))?",
            r"\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d\d),? \d\d?:\d\d(?!:)",
            r"\d{8}T\d{6}(?:[.,]\d{1,9})?(?:Z|[+-]\d{4})?",
            rf"(?:\d\d-\d\d |\d{{6}}(?:\d\d)?[ -] ?)?{_CLOCK}",
            r"\d{8}[ -]\d{6}(?:[.,]\d{1,9})?",
            _SHORT_CLOCK,
            r"\d{1,2}:\d\d(?=[ \t]{1,20}[<\[|(>])",
            r"@?\d{10}[.,]\d{1,9}|\d{19}|\d{16}|\d{13}|1\d{9}",
            r"\d{1,7}\.\d{6,9}",
            r"@[0-9a-f]{24}",
        )
    )
    + r")(?!\w|[.,]\d)"
)
"""A time of day, a date, or seconds, in any form that loggers write, without brackets around it."""

SOON = r"(?:\d{1,4}[-/.:]\d\d|\d{10}|\d{8}T|[A-Z][a-z]{2}[ ,]{1,2}[\dA-Z])"
"""How a time begins, where only whether one follows is asked."""

LEVELS_LOUD = (
    "TRACE|DEBUG[1-5]?|VERBOSE|INFORMATION|INFORM|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|FATAL"
    "|CRITICAL|CRIT|SEVERE|"
    "PANIC|DPANIC|EMERGENCY|EMERG|ALERT|FINEST|FINER|FINE|CONFIG|LOG|STATEMENT|DETAIL|HINT|CONTEXT"
    "|NOTE|SYSTEM|"
    "TRC|TRAC|VRB|VERB|DBG|DEBG|DBUG|INF|INFOR|WRN|FTL|FATA|CRT|PNC|PANI|SILLY|SUCCESS|HTTP|STDERR"
    "|STDOUT|FAIL|EXCEPTION"
)
LEVELS_FIRST = (
    "TRACE|DEBUG[1-5]?|VERBOSE|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|FATAL|CRITICAL|CRIT|SEVERE|ALERT"
    "|EMERG|FINEST|FINER|TRC|DBG|INF|WRN|FTL|CRT"
)
"""Those that are only a level also where nothing stands before them: `PANIC: ` of a kernel is what happened."""
LEVELS = (
    r"(?i:trace|debug[1-5]?|verbose|information|info|notice|warning|warn|error|erro|err|eror|fatal"
    r"|critical|crit"
    r"|severe|panic|dpanic|emergency|emerg|alert|finest|finer|trc|trac|vrb|dbg|debg|dbug|inf|wrn|ftl|fata|crt"
    r"|silly|stderr|stdout|log)"
)
"""The names of a level as loggers write them, in any case."""

NAMED: dict[str, tuple[str, str]] = {  # piece: (what it says, its pattern)
    "time": ("time", TIME),
    "level": ("severity", LEVELS),
    "letter": ("severity", r"[TVDIWECFNAPS]"),
    "host": ("host", r"[A-Za-z0-9][\w.:-]{0,80}"),
    # (of a trace that came line by line syslog daemons read the exception as the program)
    "program": (
        "service",
        r"(?![\w.$]{0,120}(?:Error|Exception|Throwable|Failure):|panic:)[A-Za-z_(/][\w./@()+-]{0,60}",
    ),
    "logger": ("logger", r"[A-Za-z_$][\w.$:/@#-]{0,120}(?:<\w+>)?"),
    "thread": ("", r"[^\[\]\n]{1,80}"),
    "pid": ("", r"\d{1,20}"),
    "pri": ("severity", r"\d{1,3}"),
    "num": ("", r"-?\d{1,20}(?:\.\d{1,9})?"),
    "hex": ("", r"(?:0x)?[0-9a-fA-F]{4,64}"),
    "word": ("", r"[\w.@/+%-]{1,120}"),
    "token": ("", r"[^\s\[\](){}\"]{1,160}"),
    "in": ("", r"[^\[\](){}\n]{0,160}"),
    "quoted": ("", r"[^'\"\n]{0,200}"),
    "file": ("", r"[\w./\\@<>$-]{1,160}"),
    "blank": ("", r"[ \t]{2,200}"),
    "": ("", ""),
    # words that only some carriers know
    "loud": ("severity", rf"(?:{LEVELS_LOUD})"),
    "stream": ("severity", r"std(?:out|err)"),
    "flag": ("", r"[FP](?::[\w:]{1,20})?"),
    "name": ("", r"[A-Za-z0-9][\w.-]{0,120}"),
    "podname": ("", r"[a-z0-9][a-z0-9.-]{0,80}-(?:[a-f0-9]{6,10}-[a-z0-9]{5}|\d{1,4}|[a-z0-9]{5})"),
    "kind": ("", r"(?:Warning|Normal)"),
    "age": ("", r"(?:\d{1,5}[smhdy]){1,4}(?:ago)?"),
    "reason": ("", r"[A-Z][A-Za-z]{2,60}"),
    "object": ("", r"[a-z][a-z.]{1,80}/[a-z0-9][\w.:-]{0,120}"),
    "daemon": (
        "",
        r"(?:kernel|systemd[\w-]{0,30}|sshd|sudo|su|cron|CRON|crond|dhclient|dockerd|containerd"
        r"|kubelet|rsyslogd|ntpd"
        r"|chronyd|named|postfix/\w{1,20}|dovecot|polkitd|dbus|auditd|NetworkManager|haproxy|nginx"
        r"|mysqld|postgres)",
    ),
    "safe": ("", r"mysqld(?:_safe)?"),
    "role": ("", r"[CMSX]"),
    "mark": ("", r"[#*.-]"),
    "sign": ("", r"[^\w\s]{1,3}"),
    "month": ("", _MONTH),
    "day": ("", r"\d{4}"),
    "query": ("", r"\{[\w-]{0,40}\}"),
    "code": ("", r"\d{5}"),
    "debugname": ("logger", r"[a-z][\w-]{1,30}:[\w:-]{1,40}"),
    "logrus": ("severity", r"(?:TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)"),
    "netlevel": ("severity", r"(?:fail|crit|warn|info|dbug|trce)"),
    "npm": ("severity", r"(?:ERR!|WARN|error|warn)"),
    "metadata": ("", r"(?:[a-z_]{1,40}=[^\s]{1,80} ){1,6}"),
    "fatal": ("severity", r"fatal"),
    "ansible": ("", r"(?:failed|ok|changed|skipping)"),
    "part": ("", r"(?:Module|Action)"),
    "verdict": ("", r"(?:FAILED!|UNREACHABLE!|SUCCESS)"),
    "provisioner": ("", r"(?:remote|local)-exec"),
    "resource": ("", r"(?:/[^\s/]{1,120}){1,8}"),
    "properties": ("", r"[\w]{1,20}=[^:\n]{0,200}"),
    "msgkey": (
        "",
        r"(?:msg|message|MESSAGE|log|event|text|error|err|reason|detail|stack|textPayload|@m"
        r"|description|title|stderr)",
    ),
    "pyfile": ("", r"[\w./-]{1,160}\.py(?:::[\w:.-]{1,160})?"),
    "pytest": ("", r"(?:FAILED|ERROR|XFAIL)"),
    "container": ("container", rf"(?!(?:{LEVELS_LOUD})\b)[A-Za-z0-9][\w.@/+%-]{{1,120}}"),
    "stempod": (
        "pod",
        r"(?P<stem>[a-z0-9][a-z0-9.-]{0,60}?)-(?:[a-f0-9]{6,10}-[a-z0-9]{5}|\d{1,4}|[a-z0-9]{5})",
    ),
    "stemname": ("container", r"(?P=stem)"),
    "messagekey": ("", r"(?:[Mm]essage|msg)"),
    "toldkey": ("", r"(?:message|msg|Message|Reason|reason|[Dd]etails?|[Dd]escription|errorMessage|stderr)"),
    "braces": ("", r"\{\{"),
    "letter_eiw": ("severity", r"[eiwd]"),
    "stream_mark": ("", r"[OE]"),
    "dotted": ("logger", r"[A-Za-z_][\w-]{0,60}(?:\.[\w-]{1,60}){0,8}"),
}
"""The pieces: what each says of a line by the names of `SAID` (nothing where empty), and what it looks like."""

_PIECE = expression(r"\{(?:(\w+):)?(\w*)\}|(⟦)|(⟧)|([ \t]+)|([^{}⟦⟧ \t]+|[{}])")


def compiled(pattern: str, at: int) -> tuple[str, dict[str, str]]:
    """The regular expression of a carrier's pattern, and the group that says each of its names.

    `at` makes the groups of one carrier different from those of all others.
    """
    parts: list[str] = []
    says: dict[str, str] = {}
    for number, piece in enumerate(_PIECE.finditer(pattern)):
        alias, name, opens, closes, blanks, literal = piece.groups()
        if name is not None:
            parts.append(_piece(alias, name, f"g{at}_{number}", says))
        else:
            parts.append(
                "(?:" if opens else ")?" if closes else r"[ \t]{1,200}" if blanks else re.escape(literal)
            )
    return "".join(parts), says


def _piece(alias: str | None, name: str, group: str, says: dict[str, str]) -> str:
    said, regex = NAMED[name]
    if not (said := alias or said):
        return f"(?:{regex})"
    says[group] = said
    return f"(?P<{group}>{regex})"


_OPENING_CHARACTERS = {
    "time": "0-9@A-Z",
    "pri": "0-9",
    "pid": "0-9",
    "num": "0-9-",
    "day": "0-9",
    "age": "0-9",
    "code": "0-9",
    "letter": "A-Z",
    "loud": "A-Z",
    "logrus": "A-Z",
    "kind": "WN",
    "reason": "A-Z",
    "podname": "a-z0-9",
    "debugname": "a-z",
    "netlevel": "a-z",
    "ansible": "a-z",
    "fatal": "f",
    "part": "MA",
    "hex": "0-9a-fA-F",
    "stream": "s",
    "flag": "FP",
    "letter_eiw": "eiwd",
    "safe": "m",
    "daemon": "a-zA-Z",
    "object": "a-z",
    "level": "A-Za-z",
    "braces": "{",
    "container": "A-Za-z0-9",
    "messagekey": "Mm",
    "msgkey": "mMleErdst@",
    "toldkey": "mMRrdDes",
    "stempod": "a-z0-9",
    "name": "A-Za-z0-9",
}


def opening(pattern: str) -> frozenset[str]:
    """The characters of ASCII with which a carrier of this pattern may begin; all where it may be any."""
    piece = _PIECE.match(pattern)
    if piece is None or piece[3] or not (name := piece[2] or piece[6]):
        return frozenset(map(chr, range(128)))
    return frozenset(
        piece[6][0] if piece[6] else _characters(_OPENING_CHARACTERS.get(name, "A-Za-z0-9_(/<$.@+%{-"))
    )


@cache
def _characters(named: str) -> str:
    """`a-cx` written out."""
    return re.sub(r"(\w)-(\w)", lambda pair: "".join(map(chr, range(ord(pair[1]), ord(pair[2]) + 1))), named)


_ALWAYS_HELD = {"stempod": "-", "podname": "-", "object": "/", "pyfile": ".py", "stream": "std"}
"""What every text of a piece holds, by the name of the piece."""


def needed(pattern: str) -> tuple[str, str]:
    """The two longest runs of characters that stand in every carrier of this pattern; they may be empty."""
    always = re.sub(r"⟦[^⟧]*⟧", "{}", pattern)
    pieces = list(_PIECE.finditer(always))
    runs = {piece[6] or _ALWAYS_HELD.get(piece[2] or "", "") for piece in pieces} - {""}
    told = sorted(runs, key=lambda run: (-len(run), run))
    return (*told, "", "")[0], (*told, "", "")[1]
