"""A prefix that no table lists, read field by field: times, levels, brackets, ids, names before a bar, `key=value`.

Three lists: what is a carrier's wherever it stands, what is only after a time or a level, and what needs prose
behind it.  Each entry is one regular expression that ends before the next field; its named groups say what it
says.  A word and a colon at the beginning of a line stay: `disk: full` is a message.
"""

from __future__ import annotations

import re
from functools import cache

from kb.text.carriers.carrier import LEVELS, LEVELS_FIRST, LEVELS_LOUD, SOON, TIME

GAP = r"(?:[ \t]{0,200}(?:[|:,;>»›·•~→/\\=#*+│┃║▶❯–—-]{1,3}(?=[\s\[(<\"'{])|[|:,;]{1,2})(?!//))?"
"""What may stand behind a field before the next one: ` - `, ` | `, `:`, or nothing."""
_END = r"(?=[\s:|\])>,;\x1b-]|\[\d{1,3}m|$)"
_CODES = (
    r"(?i:errno|os error|(?:win)?error \d|err(?:or)?[ _-]?code|sqlstate|hy\d|hresult|code[ =:])"
    r"|[A-Z]{2,}-?\d{3,}\]|E\d{3,}\]"
    r"|[45]\d\d\]|[A-Za-z.]{0,80}(?:Error|Exception|Failure)\b|\d{1,20},"
)
"""What in brackets is of the message: `[Errno 28]`, `[HY000]`, `[AggregateError: …]`."""
_BRACKET = (
    rf"\[(?!{_CODES}) {{0,8}}[^\[\]\s]{{1,120}}(?: {{1,8}}[^\[\]\s]{{1,120}}){{0,7}}"
    r"(?:\[[^\[\]\n]{0,60}\][^\[\]\n]{0,60})?[ \t]{0,20}\]"
)
_NOT_A_NAME = (
    r"(?!panic:|[A-Z]{2,10}[-_]?\d{3,}|E[A-Z0-9]{3,20}:|[\w.$-]{0,80}(?:[Ee]rror|[Ee]xception\w{0,20}"
    r"|[Ff]ailure|[Ff]ault|[Tt]hrowable|[Tt]imeout|[Ww]arning|[Rr]ejection|[Vv]iolation"
    r"|[Ii]nterrupt)\b"
    r"|[\w./-]{1,80}\.(?:[chj]|cc|[ch]pp|py|[jt]sx?|go|rs|rb|java|sh|so|jar|json|ya?ml|toml|xml|conf"
    r"|cfg|ini|txt"
    r"|service|socket|timer|mount|slice|scope|target|device|path)\b"
    r"|(?i:avc|disk|memory|cpu|swap|volume|network|connection|connect|bind|listen|dial|accept|open|read"
    r"|write|send|recv|fork|exec"
    r"|socket|file|stat|unlink|rename|mkdir|mmap|malloc|fsync|lock|quota|reason|cause|result|status"
    r"|exit|signal|unable|failed"
    r"|cannot|invalid|unknown|usage|aborted|denied|refused|killed|note|caused|out of memory|oom"
    r"|segfault|assertion) ?:)"
)
_KEYS = (
    "level|lvl|severity|time|ts|t|timestamp|datetime|date|caller|logger|log|component|comp|host"
    "|hostname|node|pid|tid|thread"
    "|service|svc|app|application|program|pod|container|namespace|ns|unit|facility|source|src|module"
    "|mod|subsystem|category"
    "|request_id|requestid|req_id|reqid|req|rid|trace_id|traceid|trace|trace\\.id|span_id|spanid"
    "|span|span\\.id|id|session|sid"
    "|conn|connection|user|usr|db|database|client|env|environment|region|zone|version|ver|file|line"
    "|lineno|func|function"
    "|goroutine|correlation_id|correlationid|correlation|cid|tenant|instance|job|worker|queue|stream"
    "|container_name|dyno"
    "|container_id|pod_name|cluster|role|name|tag|org_id|orgid|uname|remote_addr|ip|at|w|hostip"
    "|process|seq|offset|partition"
)
_VALUE = r"(?:\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'|[^\s,;|\"']{0,300})"
PAIR = rf"(?<![^\s,;\[(])(?:{_KEYS})={_VALUE}"
"""A `key=value` whose key is a carrier's."""

_BEHIND = (
    "level|lvl|severity|time|ts|timestamp|caller|logger|component|host|hostname|pid|tid|thread"
    "|service|svc|app|pod|container|namespace"
    "|request_id|requestid|req_id|reqid|rid|trace_id|traceid|trace|trace\\.id|span_id|spanid|span"
    "|span\\.id|conn|connection|env"
    "|goroutine|correlation_id|correlationid|cid|tenant|instance|container_name|container_id"
    "|pod_name|org_id|module|unit|facility"
)
BEHIND = rf"(?<![^\s,;\[(])(?:{_BEHIND})={_VALUE}"
"""A `key=value` that is a carrier's even alone behind a message."""

FIRST_LEVEL = (
    ("A", rf"(?P<severity3>{LEVELS_FIRST})(?!\s\d+ \(|[\w.-]|\s+REPORT|/|=){_END}[!]?{GAP}"),
    (
        "aA",
        rf"(?P<severity4>(?!(?i:log|panic|alert|std)){LEVELS})"
        rf"(?:[:!|]{{1,2}}(?=\s|$)|\s?\|(?=\s)|(?=\t| {{2,}}\S)){GAP}",
    ),
)
"""A level at the very beginning: it goes, and what stands behind it is as at a beginning."""

ANYWHERE = (
    (
        "[(",
        rf"[\[(<{{]{{1,2}} {{0,8}}(?P<time1>{TIME}) {{0,4}}(?:[|,] {{0,2}}\d{{1,10}} {{0,4}})?[\])>}}]{{1,2}}{GAP}",
    ),
    (
        "[(s",
        (
            rf"[\[(<{{|] {{0,8}}(?P<time2>\d{{1,9}}\.\d{{1,9}}|\d\d?:\d\d"
            rf"|\+?\d{{1,9}}(?:\.\d{{1,9}})?m?s|T\+?[\d.:]{{1,12}}s?) {{0,4}}[\])>}}|]{GAP}"
        ),
    ),
    ("[(s", rf"[\[(<{{*]{{1,2}} {{0,8}}(?P<severity1>{LEVELS}) {{0,8}}[:!]?[\])>}}*]{{1,2}}{GAP}"),
    ("[(", rf"[\[(<] {{0,3}}(?P<severity2>[TVDIWECFN])(?:\d{{0,3}}|!) {{0,3}}[\])>](?=[\s:\[]){GAP}"),
    ("(", r"<\d{1,3}>(?:1 (?=\d{4}-|- ))?"),
    (
        "daA",
        r"(?P<host1>[A-Za-z0-9][\w.:-]{0,80})[ \t](?P<service1>[\w./@()+-]{1,60})\[[\w.#:-]{1,20}\]:(?=\s|$)",
    ),
    (
        "daAs",
        r"(?P<service2>(?!(?i:error|warning|err|info)\[)[\w./@+-]{1,60})(?:\[[\w.#-]{0,20}\d[\w.#-]{0,20}\]|\(\d{3,10}\)):(?=\s|$)",
    ),
    ("[", rf"(?:{_BRACKET}){{1}}(?=[\s:\[|({{>,-]|$){GAP}"),
    ("s", r":[a-z][a-z_+-]{1,30}:(?=\s)"),
    ("s", r"(?:!{1,5}|[=#*~-]{4,80})(?=\s)"),
    ("(", r"\((?:EE|WW|II|NI)\)(?=\s)"),
    ("aA", rf"(?i:level|lvl|severity|time|ts|t|timestamp)={_VALUE}(?:[,;]?(?=\s)|\|)"),
    ("A", r"[EWNI]:(?=\s)"),
    ("A", rf"(?P<severity7>[TVDIWECFN])[ \t](?={SOON})"),
    ("(", r"\{(?:[\w.]{1,40}=(?:\"[^\"\n]{0,200}\"|[^\s,}\"]{0,200})(?:, ?|(?=\}))){1,20}\}(?=\s)"),
    ("(s", r"\{\}(?=\s)|\|\|(?=\s)"),
    ("s", r"(?:[▸▹►➜➤┌└├╰╭╷╵─⎿]{1,6})(?=[ \t])"),
    (
        "a",
        (
            rf"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp"
            rf"|local[0-7])[ \t]{{0,4}}[.,:]{LEVELS}[ \t]{{0,4}}:?(?=\s)"
        ),
    ),
    ("aA", r"(?:msg|message|text):(?=[A-Za-z\"])(?!//)|(?:msg|[Mm]essage|text)=(?=[A-Za-z])"),
    (
        "s",
        r"(?:[>»|┃│║▌#✖✗✕✘×●•◦‣⨯❌🔥❗⚠⛔🚨🛑🔴ℹ✔✓✅]️?|\*{1,3}|-{1,3}|={1,3}|~{1,3}|\+{1,3}|>{2,3}|:|//)(?=[ \t])",
    ),
    ("d", r"\d{1,10}#\d{1,10}:(?=\s)"),
)
"""Fields that are a carrier's wherever they stand at the beginning of what is left of a line."""

WITH_PROSE = (
    (
        "daA(s",
        (
            rf"(?P<service4>(?!\d{{1,20}}[ \t])[\w.@/+#~()&$-]{{1,80}}(?::[\w.-]{{1,40}}){{0,3}}"
            rf")[ \t]{{0,40}}(?:\||[»›┃│║▶❯•·▸➜➤]|>>|::)(?=[ \t]){GAP}"
        ),
    ),
    ("d", r"\d{1,3}\|[\w.@/-]{1,60}[ \t]{0,40}\|"),
    ("daAs", rf"(?P<service5>[\w.@/-]{{2,60}})(?:\[\w{{1,20}}\])?:?[ \t]{{1,40}}(?=[\[(<]{LEVELS}[\])>])"),
    ("a", r"(?P<logger9>[a-z][\w-]{1,30}:[\w:-]{1,40})(?=\s[^\n]{1,2000} \+\d{1,9}(?:ms|s|m|h)\Z)"),
    ("daAs", rf"(?P<service8>[\w./@-]{{2,60}})(?:\[\w{{1,20}}\])?:[ \t]{{1,20}}(?=[\[(<]?{SOON})"),
    ("aA", r"(?:[Ss]tep|[Ss]tage|STEP|Task|TASK) \d{1,4}/\d{1,4}(?: ?:|(?=\s))"),
    ("d", r"\d{1,3}[.)](?=\s)"),
    ("[", r"\[[ xX✓✗]?\](?=\s)"),
)
"""Fields that are a carrier's if enough of a message stands behind them."""

AFTER = (
    ("a", r"(?:[a-z_][\w.]{0,60}(?:\{[^{}\n]{1,300}\})?:){0,8}[a-z_][\w.]{0,60}\{[^{}\n]{1,300}\}:(?=[ \t])"),
    ("a", rf"(?P<logger10>[a-z][\w.-]{{1,40}}):[ \t](?={LEVELS}:\s)"),
    ("aA", rf"{PAIR}(?:[,;]?(?=\s)|\|)"),
    ("(", r"\((?=[^\s)]{0,60}\d|[A-Z]{2}\))[\w.:/@#-]{1,60}\)(?=\s|:\s)(?::)?"),
    ("(", r"<(?=[^\s>]{0,60}[\d.]|\w+::)[\w.:/@+-]{1,60}>(?=[\s:]|$)(?::)?"),
    ("(", r"\{[\w.:/@-]{1,40}\}(?=[\s{\[:])(?::)?"),
    (
        "aA",
        (
            r"(?i:sev|svc|level|lvl|severity|service|host|pid|tid|thread|component|logger):(?=\S)[^\s:,;"
            r"|]{1,80}(?=\s)"
        ),
    ),
    ("da", r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=[\s:|\]])[:|]?"),
    ("A", rf"(?P<severity3>{LEVELS_LOUD})(?!\s\d+ \(|[\w.-]|\s+REPORT|/|=){_END}[!]?{GAP}"),
    ("aA", rf"(?P<severity4>(?!log){LEVELS})(?:[:!|]{{1,2}}(?=\s|$)|\s?\|(?=\s)|(?=\t| {{2,}}\S)){GAP}"),
    ("aAs", rf"(?P<logger7>[A-Za-z_][\w.$-]{{1,80}})[ \t]-[ \t](?=(?:{LEVELS_FIRST}|PANIC|LOG)[ \t]-[ \t])"),
    (
        "aA",
        (
            rf"(?P<severity5>(?i:trace|debug|verbose|info|notice|warn|warning|inf|wrn|dbg|err|crit)"
            rf"|[VDIWEF])(?=[ \t]{{1,40}}\S)(?![ \t]+(?:in|of|from|at|on|is|was|for)\b){GAP}"
        ),
    ),
    ("A", r"(?P<severity6>[TVDIWECFN])(?:[/|:](?=[\w\s])|(?=[ \t]{2}|\t|[ \t]\[))"),
    (
        "d",
        rf"\d{{1,10}}(?=[ \t]{{1,40}}(?:\d{{1,10}}[ \t]{{1,40}})?(?:---|\[|(?:{LEVELS_FIRST}|[VDIWEFC])[ \t:|/]))",
    ),
    (
        "daA",
        (
            rf"(?P<host2>(?=[\w.-]{{0,60}}[\d.-])[A-Za-z0-9][\w.:-]{{0,60}})[ \t](?P<service3>{_NOT_A_NAME}["
            rf"\w./-]{{1,40}}):(?=\s)"
        ),
    ),
    (
        "daA(s",
        (
            rf"(?:[^\s\[\]{{}}\"]{{1,60}}[ \t]{{1,40}}){{1,3}}?(?=(?:{LEVELS_FIRST}|PANIC|LOG)(?:[:|\]]|[ \t]{{2}}"
            rf"|[ \t](?:\[|-[ \t]|---)))"
        ),
    ),
    (
        "daA(s",
        rf"(?=[^\s]{{0,60}}[\d@./_\[])[^\s\[\]{{}}\"]{{1,60}}[ \t]{{1,40}}(?=(?:{LEVELS_FIRST}|PANIC|LOG)[ \t])",
    ),
    ("daAs", r"[\w.-]{1,60}/[\w./-]{0,80}[0-9a-f]{12,64}(?=\s)"),
    ("daAs", r"[\w.-]{1,40}[ \t]{1,8}(?=[\w./-]{1,120}\.[a-z]{1,4}:\d{1,7}\s)"),
    ("a", rf"(?P<service10>[a-z][\w.-]{{0,40}})[ \t]{{1,20}}(?=(?:{LEVELS_FIRST}|PANIC|LOG)[ \t])"),
    ("s", r"#[A-Za-z][\w-]{0,40}(?=[ \t]{2}|:\s)"),
    ("(", r"\([^()\n]{1,60}\)(?=\s|:\s)(?::)?"),
    ("(", r"<[^<>\s]{1,60}>(?=[\s:])(?::)?"),
    ("(", r"\{[^{}\n\"]{1,160}\}(?=\s|:\s)(?::)?"),
    ("a", r"(?:req|trace|span|rid|tid|cid|id|pid|thread|conn)[-:#/_][\w-]{1,60}(?=[\s:|])[:|]?"),
    (
        "daA(s",
        (
            rf"(?![\d.]+\s)(?=[^\s]{{0,80}}[\d:])[\w.@<>/$-]{{1,80}}:(?:[\w<>$.]{{1,60}}:)?\d{{1,6}}(?=[\s:"
            rf"|\])])[\])]?{GAP}"
        ),
    ),
    ("daA", r"[0-9a-fA-F]{12,64}(?=[\s:|])[:|]?"),
    (
        "daAs",
        (
            rf"(?:(?P<host3>[\w.-]{{1,80}})[ \t])?(?P<service6>[\w./-]{{1,60}})\[\d{{1,10}}\][ \t]{{1,20}}(?="
            rf"(?:{LEVELS_LOUD})[ \t:])"
        ),
    ),
    ("daAs", r"(?:[\w.-]{1,40}[ \t])?\d{1,10}[ \t]\d{9,20}(?=[ \t])|\d{9,20}(?=[ \t])"),
    ("daAs", r"[\w.$-]{1,80}[ \t]{1,40}:\d{1,6}(?=\s)"),
    ("daAs", r"(?P<logger5>[\w.:/$-]{1,80})\](?=\s)"),
    ("daAs", r"(?=[^\s]{0,60}\d)[\w.@/:#-]{1,60}[ \t]{1,20}(?=[\[{<|])"),
    ("ds", r"(?:[*#]\d{1,12}|0x[0-9a-f]{4,16})(?=\s|:\s)(?::)?"),
    ("daAs", r"[\w.@/-]{1,60}\|(?=[\w.@/-]{0,60}\|)"),
)
"""Fields that are a carrier's behind a time, a level or another carrier."""

SEEN_WITH_PROSE = (
    (
        "daAs",
        r"(?:(?=[\w.@/+#-]{0,80}[A-Za-z])[\w.@/+#-]{1,80})(?:[ \t]{1,40}(?:->|=>|→|⇒|~>|~|>)(?=[ \t])|\t)",
    ),
    ("aAs", rf"{_NOT_A_NAME}(?P<logger1>(?:[a-zA-Z_][\w$-]{{0,60}}\.){{2,10}}[\w$]{{1,80}}):(?=\s)"),
    (
        "daAs",
        rf"[\w.@/-]{{2,60}}(?:\[\w{{1,20}}\])?[ \t]{{1,40}}(?=(?:{LEVELS_FIRST}|PANIC|LOG)(?::|[ \t]{{0,8}}\|)\s)",
    ),
    ("(", r"\([\w.:@#-]{1,40}\)(?=\s)"),
    ("s", r"#\d{1,8}(?=\s)"),
    ("s", r"(?P<mark>[~*_=#+|%])[\w./-]{1,40}(?P=mark):?(?=\s)"),
    ("daAs", r"(?P<service7>[\w./-]{1,60})\[[\w.-]{1,40}\]:(?=\s)"),
    ("daAs", rf"(?=\S{{0,60}}[\d/])[\w./@-]{{2,60}}[ \t]{{1,20}}(?={SOON})"),
    ("daAs", rf"[\w.@-]{{2,30}}[ \t]{{1,4}}(?=[\[(]{SOON})"),
    ("(", r"<[\w.-]{1,30}>(?=\s)"),
    ("daAs", r"(?:[\w.-]{1,60}/)+[\w.-]{1,60}:(?=\s)(?<!\.\w{1}:)(?<!\.\w{2}:)(?<!\.\w{3}:)(?<!\.\w{4}:)"),
    ("daAs", r"[\w./@-]{1,40}[>$%»›](?=\s)"),
    ("daAs", r"(?P<service9>[\w./@-]{2,40})\|(?=\w)(?![^|\n]{0,300}\|)"),
    ("A", r"(?:FAILED|FAILURE|UNREACHABLE|REJECTED):(?=\s)"),
    ("d", r"\d{1,7}(?:\t|:(?=[A-Za-z])(?!\d\d))"),
    ("daAs", r"[\w./-]{1,160}\.[a-z]{1,5}:\d{1,7}:(?=[A-Za-z])"),
    ("s", r"\+(?=[A-Za-z])"),
    ("daA(s", r"(?:[\w./()@<>-]{1,160}:\d{1,7}):in [`'](?:[^`'\n]{1,160})'(?: \([^()\n]{1,80}\))?:(?=\s)"),
    ("a", r"(?:[a-z][\w-]{0,20}):[ \t](?=[\w./\\-]{1,120}\.[a-z]{1,5}:\d{1,7}:\s)"),
    ("daAs", r"[\w./\\@-]{1,160}\.[a-z]{1,5}:\d{1,7}(?::\d{1,7})?:(?=\s)"),
)
"""Fields that are a carrier's behind another one, if enough of a message stands behind them."""

AFTER_WITH_PROSE = (
    (
        "daAs",
        (
            rf"{_NOT_A_NAME}(?P<logger2>(?!/|https?:)[\w.$/@#*-]{{1,80}}(?:::[\w.$]{{1,60}}){{0,8}}(?:\([\w-]"
            rf"{{1,30}}\))?(?:\[[^\[\]\n]{{1,60}}\])?)(?:[ \t]{{0,60}}:(?=[ \t])|[ \t]{{1,60}}(?:-{{1,2}}"
            rf"|[—–~»›])(?=[ \t])|:(?=[ \t]))"
        ),
    ),
    (
        "aAs",
        (
            rf"{_NOT_A_NAME}(?P<logger3>(?:[a-zA-Z_][\w$]{{0,60}}\.){{2,10}}[\w$]{{1,80}}(?:\[\w+\])?)(?=[ \t"
            rf"]|:)(?::)?"
        ),
    ),
    ("daAs", r"[\w.$/-]{1,80}(?=[ \t]\[[^\[\]\n]{1,60}\][ \t]?[:-])"),
    ("daA[(s", r"[^\s\t]{1,80}\t"),
    ("daAs", r"(?:[\w.@/:-]{1,40}[ \t]{1,8}){2,4}(?:>{1,2}|»|›|=>|->|\||::|--)(?=[ \t]{1,20}[A-Za-z])"),
    ("daAs", r"(?=[\w.$]{0,80}[A-Z.])(?P<logger8>[\w.$]{1,80}) [a-z_$<][\w$<>]{0,40} -(?=[ \t])"),
)
"""Fields that are a carrier's behind another one, if enough of a message stands behind them; once each time."""

AFTER_A_LEVEL = (
    (
        "as",
        (
            rf"{_NOT_A_NAME}(?![\w.-]{{1,80}}\.(?:com|net|org|io|local|internal|de|dev"
            rf"|cloud)\b)(?P<logger6>[a-z_][\w$-]{{0,60}}(?:\.[\w$]{{2,60}}){{1,8}})(?=[ \t])"
        ),
    ),
)
"""Fields that are a carrier's right behind a level."""

_WORD = r"[^\s\[\](){}\"'|;,]{1,80}"


@cache
def same(mark: str) -> re.Pattern[str] | None:
    """Some words before the same mark that was behind the field before."""
    told = re.escape(mark)
    if mark in ("|", "||", "»", "›", "│", "•", "·"):
        return re.compile(rf"{_WORD}(?: {_WORD}){{0,3}}[ \t]{{0,40}}{told}")
    if mark in ("::", ";", ","):
        return re.compile(rf"(?:(?!{told})[^\s\[\](){{}}\"',;|]){{1,80}}[ \t]{{0,40}}{told}")
    if mark in ("=>", "->"):
        return re.compile(rf"{_WORD}[ \t]{{0,40}}{told}(?=[ \t])")
    if mark and mark in _DRAWN:
        return re.compile(rf"{_WORD}[ \t]{{1,40}}{told}(?=[ \t])")
    return re.compile(r"[^\s\[\](){}\"':;,|]{1,80}:(?=[^\s:])") if mark == ":" else None


_DRAWN = tuple(sign * times for sign in "-—–~>#=*/→" for times in (1, 2))


class Fields:
    """Fields of which the first that fits wins; an expression is made for each kind of first character."""

    __slots__ = ("_fields", "_made")

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self._fields = fields
        self._made: dict[str, re.Pattern[str] | None] = {}

    def match(self, line: str, at: int, end: int) -> re.Match[str] | None:
        """The field that stands at a place."""
        kind = _KIND.get(line[at], "s") if at < end else "s"
        if kind not in self._made:
            told = "|".join(f"(?:{field})" for kinds, field in self._fields if kind in kinds)
            self._made[kind] = re.compile(told) if told else None
        made = self._made[kind]
        return made.match(line, at, end) if made else None


_KIND = {
    **dict.fromkeys("0123456789", "d"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a"),
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A"),
    **dict.fromkeys("({<", "("),
    "[": "[",
}
"""The kind of a first character, as it stands before each field: digits, small and large letters, brackets, signs."""
