"""What masking keeps and what it takes for variable, as one regular expression; and which words are ids.

Lists of alternatives, tried at each place from left to right; the first that fits wins:

* KEPT: numbers that identify, recognised by the words around them (`HTTP 503`, `exit code 137`,
  `errno 28`, `(111: Connection refused)`, `dsn=5.1.1`, `ORA-12541`, `502 Bad Gateway`), protocol names
  (`x509`, `TLSv1.2`) and `<nil>`.
* KEYS: words that stay, and after which a value varies whatever it looks like (`user=`, `for user`).
* VARIABLE: placeholders that are there already, timestamps, addresses, hosts, paths, ids, hashes,
  durations, sizes, versions, and in the end every other number.
* WORD: letters and digits, which `looks_like_id` tells apart: `x2x9p0`, `9f4abc77`, `01HQ3K7Z8M` are ids; `node12`,
  `Log4jLogger`, `md5sum` are names.  Nobody can tell an id that happens to be all letters, or letters with a number at
  the end, from a name: those count as names, whose number varies.

Decisions: ports, line numbers and versions are variable (the same error in two versions is the same
error; which version it was is the business of scope).  Which program, workload, table or topic failed
tells errors apart; which instance, user, host, device or file does not.  So host names under a known
top level are variable, except those of public services, which say what failed, and so are paths,
except those that every machine has (`/etc/resolv.conf`, `/var/run/docker.sock`) and the beginnings of relative
ones; a path below `/tmp` is as any other.  A list is as long as it happens to be: a run of placeholders, or of items
that differ in nothing else, is one.
"""

from __future__ import annotations

import re

from kb.expression import expression

PLACEHOLDER = "<*>"

_END = r"(?![\w]|[.:/,-]\d)"
_NOT_AMOUNT = (
    r"(?!\s*(?:rows?|items?|results?|bytes|records?|entries|times|ms|sec\w*|min\w*|hours?|[kmg]i?b|%)\b)"
)
_PHRASES = (
    "bad request|unauthorized|payment required|forbidden|not found|method not allowed|not acceptable|"
    "request timeout|conflict|gone|payload too large|request entity too large|unprocessable|too many requests|"
    "client closed|internal server error|not implemented|bad gateway|service (?:temporarily )?unavailable|"
    "gateway time-?out|insufficient storage|ok|created|accepted|no content|moved|found|temporary redirect"
)
_CODE = r"(?-i:[A-Z]{1,10}[-_]?\d{3,6})(?!\w)"
_SYSTEM_ERRORS = (  # what the system says for an errno
    "connection (?:refused|reset|timed out)|operation (?:timed out|not permitted|now in progress)"
    "|no such file|permission denied|no space left|broken pipe|network is|no route to host|host is"
    "|too many open|cannot allocate|resource temporarily|address already in use|input/output error"
    "|device or resource busy|file exists|not a directory|is a directory|invalid argument"
    "|bad file descriptor|interrupted system call|stale|read-only file system|disk quota exceeded"
)
_ASSIGN = r"""["']?\s*(?:[:=#]|=>|->|is|was|of|with)?\s*["'(\[]?"""
_WORDS_WITH_DIGITS = (
    "x509|sha-?(?:1|2|224|256|384|512)|md5|base(?:32|58|64)|utf-?(?:8|16|32)|ip[vV](?:4|6)|ec2|s3|k[38]s|"
    "http[23]|h[23]|h2c|oauth2|(?:tls|ssl)v?1?[.]?[0-3]|v1(?:alpha|beta)?[1-3]?|v[23](?:alpha"
    "|beta)?[1-3]?|e2fsck|"
    "ext[234]|log4j|i18n|l10n|p(?:50|75|90|95|99)|amd64|arm64|aarch64|x86_64|x86|x64|u?int(?:8|16|32|64)|"
    "float(?:32|64)|2fa|route53|neo4j|win32|iso-?8859|overlay2|cgroups?v?[12]|level[0-9]|utf8mb4|rs256|es256|"
    "ed25519|curve25519|aes-?(?:128|192|256)|http/[123](?:\\.[01])?"
)
_CODE_PREFIX_NOT = (
    "REQ|REQUEST|ID|JOB|TASK|INC|HOST|POD|NODE|WEB|USER|ORDER|TICKET|BUILD|RUN|TXN|SRV|SERVER|VM|DB|IP|APP|"
    "PORT|PID|UID|GID|TID|THREAD|WORKER|SESSION|TRACE|SPAN|LINE|ROW|SEQ|MSG|ITEM|INVOICE|CUST|ACC"
)
KEPT = (
    # HTTP: after its word, before its phrase, in an access log
    r'(?i:\bHTTP/\d(?:\.\d)?"?\s+[1-5]\d\d)' + _END,
    rf"(?i:\b(?:https?|status(?:[ _-]?(?:code|line))?|response(?:[ _-]?code)?|returned|returns|received"
    rf"|got|replied"
    rf"|responded(?: with)?|answered)){_ASSIGN}(?i:(?:an? )?(?:http |status "
    rf"|code ){{0,2}})[1-5]\d\d{_END}{_NOT_AMOUNT}",
    rf"\b[1-5]\d\d[ :,-]{{1,3}}(?i:{_PHRASES})\b",
    r"\b[45]\d\d(?=\s*(?i:errors?|responses?|status)\b(?!\s*[:=]))",
    r"\b[1-5](?:xx|XX)\b",
    # (all that a client that OpenAPI Generator wrote says in its first line)
    r"(?:(?<=Exception: \()|(?<=Error: \())[1-5]\d\d(?=\)(?!\w)|$)",
    # exit codes, signals, errno, and codes that are called so
    rf"(?i:\b(?:exit(?:ed|s)?|terminated|died)(?:[ _-]*(?:with|on|by))?(?:[ _-]*(?:non-?zero))?"
    rf"(?:[ _-]*(?:exit[ _-]*)?(?:code|status|value|signal))?){_ASSIGN}-?(?:0x[0-9a-fA-F]+"
    rf"|\d{{1,3}}){_END}{_NOT_AMOUNT}",
    rf"(?i:\b(?:errno|os error|signal|sig|rc|retcode|ret|return (?:code"
    rf"|value))){_ASSIGN}-?\d{{1,5}}{_END}{_NOT_AMOUNT}",
    rf"(?i:\b(?:error|err|fault|status|result|response|reason|http|grpc|sql)?[ _-]?(?:code|hresult|ntstatus))"
    rf"{_ASSIGN}-?(?:0x[0-9a-fA-F]{{2,16}}|\d{{1,5}}|[A-Z]\d{{2,6}}){_END}{_NOT_AMOUNT}",
    rf"(?i:\b(?:error|err))[ #=]\s?[(\[]?-?(?:0x[0-9a-fA-F]{{2,16}}|\d{{1,5}}){_END}{_NOT_AMOUNT}"
    r"(?: \([0-9A-Z]{5}\))?",
    rf"(?<=[(\[])-?\d{{1,3}}(?=(?:: ?|[)\]]:? )(?i:{_SYSTEM_ERRORS})\b)",
    r"\bcurl: \(\d{1,2}\)",
    r"\b(?:dsn|DSN)[=:] ?[245](?:\.\d{1,3}){2}\b",
    r"\b(?:2\d\d[ -]2|4\d\d[ -]4|5\d\d[ -]5)(?:\.\d{1,3}){2}(?![.\w])",
    rf"(?i:\bSQL(?:STATE|CODE)){_ASSIGN}-?[0-9A-Z]{{3,5}}\b(?:\]?\s?\[\d+)?",
    # codes by their shape: ORA-12541, E0425, TS2304, CVE-2021-44228, SQL0911N
    r"\bCVE-\d{4}-\d{4,7}\b",
    rf"\b(?!(?:{_CODE_PREFIX_NOT})[-_]?\d)[A-Z]{{2,10}}[-_]?\d{{3,6}}[A-Z]?(?![\w-]|\.\d|: \w{{2,10}}=)",
    r"\b[A-Z]\d{4}(?![\w:]|\.\d| \d\d:\d\d)",
    rf"(?i:(?<![a-z0-9])(?:{_WORDS_WITH_DIGITS})(?![a-z0-9]|\.\d))",
    r"<(?i:nil|none|null|unknown|unset|empty|undefined)>",
)

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?: ?[AaPp][Mm]\b)?"
_ZONE = r"(?: ?(?:Z\b|[+-]\d\d:?\d\d\b|UTC\b|GMT\b|CES?T\b|[ECMP][SD]T\b))?"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_UNIT = (
    r"(?:ns|us|µs|μs|ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w"
    r"|weeks?|months?|years?|%|percent|bytes?|[kKMGTP]i?[bB]?(?:/s|ps)?|[kKMGTPE]i|B)"
)
_TOP_LEVELS = (
    "com|net|org|io|dev|app|cloud|local|localdomain|internal|intra|intranet|lan|corp|home|arpa|edu|gov|info|biz|"
    "test|example|invalid|svc|de|uk|fr|eu|us|jp|cn|ru|ch|at|nl|ca|au|in|br|hk|kr|tw|sg|es|se|fi|dk|pl|cz|tr|za|"
    "nz|mx|ar|cl|ua|gr|pt|hu|ro|th|vn|ph|xyz|(?:com|co|net|org|edu|ac|gov|ne|or)\\.[a-z]{2}"
)
_PUBLIC_HOSTS = (
    r"(?:[\w-]{1,63}\.){0,6}(?:docker\.(?:io|com)|k8s\.io|kubernetes\.io|github\.com|githubusercontent\.com"
    r"|gitlab\.com|gcr\.io|"
    r"ghcr\.io|quay\.io|pypi\.org|npmjs\.org|npmjs\.com|crates\.io|maven\.org|googleapis\.com"
    r"|letsencrypt\.org)"
)
_CHUNK = "bcdfghjklmnpqrstvwxz2456789"
_ID_KEY = (
    r"(?:(?:request|req|trace|span|session|correlation|transaction|txn|user|order|job|task|container"
    r"|instance|message|"
    r"event|client|account|customer|connection|conn|build|run|parent)[ _-]?)?(?:id|uuid|guid)"
    r"|host(?:name)?|node(?:[ _-]?name)?|pod(?:[ _-]?name)?|instance|user(?:name)?|client(?:[ _-]?ip)?"
    r"|remote[ _-]?addr|trace|span|rhost|ruser|logname|login|acct|principal|cwd|tenant|addr|laddr"
)
_NO_NAME = (  # what follows "user" in prose
    "is|was|are|were|does|did|do|not|has|had|have|can|cannot|could|may|must|should|will|would|requests?|requested|"
    "agent|space|sessions?|data|names?|unknown|input|code|mode|level|defined|errors?|and|or|in|to|of|for|with|from|"
    "by|on|at|limits?|quotas?|accounts?|roles?|groups?|id|ids|process|processes|query|queries|tasks?|who|that|"
    "which|already|authentication|password|passwords|credentials?|permissions?|profile|interface|service|"
    "tables?|method|info|list|denied|logged|login|logins|count|store|entry|via|as|a|an|the|no"
)
_PERSON = r"[A-Za-z_][\w.+-]{0,63}"
_PATH_PART = rf"(?:[\w.@%+=~#&:!-]|{re.escape(PLACEHOLDER)}|\[[^\[\]\s/]{{1,60}}\])"
_EVERY_MACHINE = r"(?:etc|dev|proc|sys|run|usr|bin|sbin|boot|lib|lib64|var/run)/"
_PATH = (
    rf"/(?!{_EVERY_MACHINE})(?=[^\s/]*[A-Za-z])(?:{_PATH_PART}{{1,200}}/+)+{_PATH_PART}{{0,200}}(?<![.:,!])"
)
_UNSPOKEN = r"(?=[a-z]{8})[a-z]{0,40}[bcdfghjklmnpqrstvwxz]{5}"
_HEX_WORDS = (
    "accede|acceded|beaded|bedded|decade|deface|defaced|efface|effaced|facade|deadbeef"  # words of a to f
)
_NUMBERED = (
    "host|node|server|instance|worker|member|broker|job|task|session|request|transaction|device|disk"
    "|volume|id|user"
)
KEYS = (
    rf"\b(?:{_NUMBERED}) (?!(?:{_WORDS_WITH_DIGITS})\b)(?=[A-Za-z][\w-]{{0,80}}\d|\d{{1,80}}[A-Za-z]|{_UNSPOKEN})",
    rf"\b(?:id|uuid|guid)(?::|=|#| is)? ?[\"'\[(]?(?!\d{{3}} (?:{_PHRASES})\b|{_CODE})"
    rf"(?=[A-Za-z+/_-]{{0,80}}\d|{_UNSPOKEN})",
    rf"\b(?:{_ID_KEY})[\"']?(?:=|: ?(?=[\"']))[\"']?(?![\"'])(?={re.escape(PLACEHOLDER)}|[^\s\"',;&)\]}}])",
    r"\b(?:user|role|host|node|pod|device) [\"'](?=[^\s\"']{1,200}[\"'])",
    # (A relative path begins with what a program calls its own: `pg_wal/…` is another trouble than `pg_tblspc/…`.)
    r"\bfile [\"'](?![A-Za-z_]+/)(?=[^\s\"']{1,200}[\"'])",
    r"\b(?:"
    rf"(?:user|principal) (?={_PERSON}(?:$|[\])}},;:]| ?\[|\.(?:\s|$)| (?:from|by|on|\d|{re.escape(PLACEHOLDER)})))"
    rf"|user (?={_PERSON} not found\b)"
    rf"|user: (?={_PERSON}(?:$|[,;)]))"
    rf"|passwd-file\((?={_PERSON},)"
    rf"|for (?={_PERSON} from (?:\d|{re.escape(PLACEHOLDER)}|[\w-]+[.:][\w.:-]+))"
    rf"|authentication (?:failures?|errors?) for (?={_PERSON}))(?!(?:{_NO_NAME})\b)",
    rf"\bhttps?://{_PUBLIC_HOSTS}/(?=[\w%-])",
)
VARIABLE = (
    re.escape(PLACEHOLDER),
    r"\{\{[^{}]{0,200}\}\}",
    r"\$\{[^{}\s]{1,80}\}|(?<![\w.>])\$[A-Za-z_]\w{0,40}(?:\.\w{1,40}){0,4}|\$\d+",
    r"%\(\w{1,40}\)[sdr]|%[-+#0]?\d{0,3}(?:\.\d{1,2})?[sdvqxfguir](?![A-Za-z])",
    r"<[A-Za-z][\w .:-]{0,40}>|<[^\s<>@]{1,200}@[^\s<>@]{1,200}>",
    # time
    rf"\d{{4}}[-/.]\d\d[-/.]\d\d(?:[T _]{_CLOCK}{_ZONE})?",
    rf"(?:{_DAY},? )?\d{{1,2}}[ /-]{_MONTH}[ /-]\d{{2,4}}(?:[ :T]{_CLOCK}{_ZONE})?",
    rf"(?:{_DAY},? )?{_MONTH} {{1,2}}\d{{1,2}}(?:,? \d{{4}})?,?(?: (?:at )?{_CLOCK}{_ZONE})(?: \d{{4}})?",
    rf"{_MONTH} {{1,2}}\d{{1,2}},? \d{{4}}",
    rf"\b[IWEFD]\d{{4}} {_CLOCK}(?: +\d+)?",
    rf"\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}(?:,? {_CLOCK}{_ZONE})?",
    r"\d{6,8}[ -]\d\d:?\d\d:?\d\d(?:[.,]\d+)?",
    rf"(?<![\w:]){_CLOCK}{_ZONE}(?![\w:])",
    # ids and addresses
    rf"(?<=://)(?!{_PUBLIC_HOSTS}(?![\w.-]))[^\s\"'<>,;()\]}}\\]+(?<![.:!])",
    r"[\w.+-]{1,64}@(?=[\w-]{1,63}\.)[\w.-]{3,253}\b",
    r"(?i:(?<![A-Za-z0-9])[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![A-Za-z0-9]))",
    r"(?i:\b(?:[0-9a-f]{2}[:-]){5,31}[0-9a-f]{2}\b)",
    rf"(?:(?<![\w/.])[A-Za-z][\w.-]{{0,80}}/)?\b(?:{_OCTET}\.){{3}}{_OCTET}(?:/\d{{1,2}})?(?::\d{{1,5}})?\b",
    r"(?i:(?<![\w:])\[?(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
    r"|(?=[0-9a-f:]*\d)(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}"
    r"|(?:[0-9a-f]{1,4}:){2,7}:|::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})(?:%\w+)?(?:/\d{1,3})?\]?(?::\d{1,5})?(?![\w:]))",
    rf"\b(?!{_PUBLIC_HOSTS}(?![\w.-]))(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,62}})\.){{1,8}}(?:{_TOP_LEVELS})"
    r"(?::\d{1,5})?(?![\w-]|\.\w|\()",
    rf"(?<![\w/.>*-]){_PATH}(?:\?[^\s\"'<>,;)\]}}]{{1,500}})?",
    r"(?<![\w/])[A-Za-z]:[\\/](?![\\/])[^\s\"'<>|,;)]+",
    r"(?<![\w-])(?:sd[a-z]|x?vd[a-z]|nvme\d+n|dm-)(?:\d+(?:p\d+)?)?(?![\w-])(?<!dm-)",
    r"(?<![\w-])(?:en[ops]\d\w{0,12}|eth\d+|wlan\d+|veth[0-9a-f]{6,12}|cali[0-9a-f]{8,12})(?![\w-])",
    r"(?<![\w-])[A-Z]{1,2}\d{1,3}(?:[:-]{1,2}[A-Z]{1,2}[0-9a-f]{0,3}){1,6}(?![\w-])",
    r"(?<=@)[0-9a-f]{4,16}(?![A-Za-z0-9])",
    r"(?<=<)(?=[A-Za-z+/]{0,40}\d)[A-Za-z0-9+/]{12,40}={0,2}(?=>)",  # a session, in base64
    r"(?<![\w.])[0-9A-F]{7,12}(?=: (?:to|from|client|uid|message-id|sender|orig_to)=)",  # a mail in its queue
    r"(?<![\w.-])[A-Za-z][\w.-]{0,120}~[0-9a-f]{16}~\w{0,20}~[\w-]{0,20}~\d[\d.]*",
    r"(?<=[A-Za-z]_)[A-Z]\d{1,3}(?![A-Za-z0-9])",
    r"(?<=[A-Za-z]_)-?\d+(?![A-Za-z0-9])(?:_(?:[a-z]|-?\d+)(?![A-Za-z0-9]))*",
    rf"(?<=[\w>]-)(?=[a-z]{{0,10}}\d)[{_CHUNK}]{{6,10}}-[{_CHUNK}]{{5}}(?![A-Za-z0-9])"
    rf"|(?<=-)[{_CHUNK}]{{8,10}}-[{_CHUNK}]{{5}}(?![A-Za-z0-9])",
    rf"(?<=[a-z0-9>]-)(?!https|html5|grpcs)[{_CHUNK}]{{5}}(?![\w-])",
    r"(?i:\b0x[0-9a-f]+\b)",
    r"(?i:(?<![A-Za-z0-9])(?=[a-f]{0,64}\d)(?=\d{0,64}[a-f])[0-9a-f]{6,128}(?:[-.…]*…"
    r"|\.\.\.)?(?![A-Za-z0-9]))",
    rf"(?i:(?<![A-Za-z0-9_.-])(?!(?:{_HEX_WORDS})(?![A-Za-z0-9]))[a-f]{{6,128}}(?![A-Za-z0-9_.-]))",
    r"(?<![A-Za-z0-9+/=])(?=(?:[A-Za-z+/_-]{0,40}\d){2}|[A-Za-z0-9+/_-]{32})(?=[A-Za-z+/_-]{0,60}\d)(?=[a-z0-9+/_-]{0,40}[A-Z])(?=[A-Z0-9+/_-]{0,40}[a-z])"
    r"(?=(?:[a-z]{0,7}[A-Z0-9+/]{1,7}){4})[A-Za-z0-9+/_-]{16,1000}={0,2}(?![A-Za-z0-9+/=])",
    r"(?<![A-Za-z0-9+/=])(?=[a-z0-9+/]{0,20}[A-Z])(?=[A-Z0-9+/]{0,20}[a-z])(?=(?:[a-z]{0,5}[A-Z0-9+]{1,5}/?){5})"
    r"(?:[A-Za-z0-9+/]{16,1000}={1,2}|(?<=SHA256:)[A-Za-z0-9+/]{40,64})(?![\w+/=])",
    r"(?<![\w.-])(?=[0-9a-f]{0,3}[a-f])\d[0-9a-f]{3,4}(?![\w.-])",
    r"(?<!\S)\*{3,}(?!\S)",
    r"(?<=-)(?=[a-z]{0,10}\d)(?=\d{0,10}[a-z])[a-z0-9]{4,10}(?![\w])",
    # amounts, versions, counters
    rf"(?<![\w.])(?:(?<![^\s=:(,])[<>~≈]=?|[-+])?\d+(?:[.,]\d+)*(?: ?{_UNIT})(?:(?:, ?| and "
    rf"| )?\d+(?:\.\d+)?(?: ?{_UNIT}))*(?![A-Za-z0-9])",
    r"(?<![\w.])(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y)){1,6}(?![A-Za-z0-9])",
    r"\bv\d+(?:\.\d+)*(?:[-+][\w.]+)?(?![A-Za-z0-9])"
    r"|\b\d+\.\d+(?:[eE][-+]?\d+(?!\w)|(?:\.\d+)*(?:[-+][A-Za-z][\w.]*)?)",
    r"(?:(?<![^\s=:(,\[])-)?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?",
)
WORD = r"(?<![A-Za-z0-9])(?:(?=[A-Za-z]{1,80}\d|\d{1,80}[A-Za-z])[A-Za-z0-9]{6,200}|[A-Za-z]{20,200})(?![A-Za-z0-9])"
"""Letters and digits, or very many letters: an id or a name, as `looks_like_id` says."""

_OPENERS = (  # words with which one of the rules above may begin; all others are passed over at once
    "https?|status|response|return|returns|returned|received|got|replied|responded|answered|exit(?:ed|s)?"
    "|terminated|"
    "died|errno|os|signal|sig|rc|retcode|ret|error|err|fault|result|reason|grpc|sql|sqlstate|sqlcode|code"
    "|hresult|"
    "ntstatus|principal|for|authentication|role|file|"
    + _NUMBERED
    + "|(?:veth|cali)?[a-f]{6,}|sd[a-z]|x?vd[a-z]|"
    + _MONTH
    + "|"
    + _DAY
    + "|"
    + _ID_KEY
)
_PLAIN = rf"""(?<![\w.@-])(?:(?!(?i:{_OPENERS})(?![A-Za-z]))[A-Za-z]{{2,19}}+(?:[,;)!?"']?[ \t]++|$))++"""

SCANNER: re.Pattern[str] = expression(
    rf"(?P<plain>{_PLAIN})|(?=[\w<>{{$%\[:*/~≈+-])(?:(?P<kept>{'|'.join(KEPT)})"
    rf"|(?P<key>(?i:{'|'.join(KEYS)}))(?:{re.escape(PLACEHOLDER)}|[^\s\"',;&)\]}}]*[^\s\"',;&)\]}}:.!])"
    rf"|(?P<variable>{'|'.join(VARIABLE[:-1])})|(?P<word>{WORD})|(?P<number>{VARIABLE[-1]})"
    r"|(?P<rest>[A-Za-z]{2,}))"
)
"""Finds what comes next: `plain` words, what is `kept`, a `key` whose value varies, what is `variable`,
a `word` with digits, or a `number`; the `rest` of the words is passed over in one step, not letter by letter."""

_ENDINGS = (
    "log|txt|json|ya?ml|xml|csv|tsv|gz|zip|bz2|xz|zst|tar|tgz|bak|te?mp|out|dat|bin|db|pcap(?:ng)?|parquet|avro"
    "|orc|sst|wal|pid|lock|sock|img|iso|qcow2|jpe?g|png|pdf|html?"
)
RUN: re.Pattern[str] = expression(
    rf"{re.escape(PLACEHOLDER)}(?:(?:[\s.,:;/_+x×~*-]{{0,8}}{re.escape(PLACEHOLDER)})"
    rf"|\s\((?:{re.escape(PLACEHOLDER)})?\)|\.(?:{_ENDINGS})(?![\w(]))+"
)
"""A run of placeholders with nothing but punctuation between them, the same said again in brackets, or the
ending of a file whose name varies."""

ITEMS: re.Pattern[str] = expression(
    rf"(?<![\w.-])([A-Za-z_][\w.-]{{0,40}}{re.escape(PLACEHOLDER)})(?:[\s,;]{{1,3}}\1(?![\w.-]))+"
)
"""A list whose items differ in their ids only."""

_LETTERS_OR_DIGITS = expression(r"\d+|[A-Za-z]+")
_SYLLABLES = expression(r"(?=[A-Za-z]*[aeiouyAEIOUY])[A-Za-z]{3,}")
_HUMP = expression(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CAMEL = expression(r"[A-Z][a-z]{3,}|[a-z]{3,}[A-Z]")
_LONG_WORD = 12
"""From this length on, a single digit before a letter makes an id, where no words show."""

_JUMBLED_FROM = 8
"""From this length on, letters that change case without making words make an id."""


def looks_like_id(word: str) -> bool:
    """Whether a word is an id: six or more letters and digits with at least one digit, or very many letters."""
    if _is_jumbled(word):
        return True
    runs = _LETTERS_OR_DIGITS.findall(word)
    letters = [run for run in runs if run[0].isalpha()]
    resumed = sum(before[0].isdigit() for before in runs[:-1])  # letters that follow digits
    if _CAMEL.search(word) and resumed < 3:
        return False
    if (
        resumed >= 2
        or len(runs) > 3
        or (resumed and len(word) >= _LONG_WORD and (word.islower() or word.isupper()))
    ):
        return True
    if len(runs) == 3:
        return not any(_SYLLABLES.search(run) for run in letters)
    # One run of each: a letter or two before or after many digits is no name, except capitals: `KB2813347`.
    return len(runs) == 2 and len(letters[0]) <= 2 and len(word) >= 8 and not word[:2].isupper()


def _is_jumbled(word: str) -> bool:
    """Whether upper and lower case and digits change places as in no name: `kMf0KOlSNdk`, not `waitForOk2Send`."""
    if len(word) < _JUMBLED_FROM or word.isupper() or word.islower():
        return False
    humps = _HUMP.findall(word)
    spoken = sum(len(hump) for hump in humps if len(hump) > 3 or _SYLLABLES.match(hump))
    return len(_LETTERS_OR_DIGITS.findall(word)) + len(humps) >= 5 and spoken < 0.4 * len(word)
