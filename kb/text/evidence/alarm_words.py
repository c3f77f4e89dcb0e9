"""The words by which a line of a log is alarming, as tables: what to look for, and how grave it is.

Each row is a mark (lower case, what the line must hold) and the pattern that decides; patterns are tried on
the line in lower case, so that `interesting`, which looks for the marks alone, can only err by saying yes.
"""

from __future__ import annotations

FATAL, REASON, ERROR, FAILED, TOLD, WARNING = 5.0, 4.6, 4.0, 3.0, 2.0, 1.5
"""Grades: the program ends; the system says why; an error; something did not work; said in passing; a warning."""


def _words(text: str) -> dict[str, str]:
    """Whole words, or pieces of sentences, each its own mark."""
    rows = {}
    for word in (word.strip() for word in text.replace("\n", " ").split(",")):
        stem = word.rstrip("*")
        start = r"\b" if stem[0].isalnum() else ""
        end = r"\b" if stem[-1].isalnum() and stem == word else ""
        rows[stem] = f"{start}{''.join(chr(92) + c if c in '.+*?()[]{}|^$' else c for c in stem)}{end}"
    return rows


_FATAL = _words(
    "fatal, panic*, oom*, out of memory, segfault*, segmentation fault*, segmentation violation, core dumped,"
    "dumped core, crashloop*, emerg, emergency, no space left, kernel bug, deadlock*, corrupt*, bus error,"
    "illegal instruction, floating point exception, stack overflow, stack smashing, double free, heap"
    " exhausted,"
    "killed by signal, caught signal, received sigsegv, received sigabrt, sigse"
    "gv, sigbus,"
    "sigabrt, kernel null pointer, paging request, soft lockup, hard lockup, self-detected stall, det"
    "ected stall*,"
    "call trace, core dump, unrecoverable, split brain, split-brain, data loss, uncaught*, unhandled*"
)
_FATAL |= {
    "no live ": r"\bno live [a-z]",
    "no healthy ": r"\bno healthy [a-z]",
    "no available ": r"\bno available [a-z]",
    "is available": r"\bno [a-z ]{1,30} is available",
    "blocked for more than": r"\bblocked for more than \d",
    "bug: ": r"\bbug: ",
    "oops": r"\boops\b",
    "terminated by signal": r"\bterminated by signal\W{1,3}\w",
}
_REASONS = _words(
    "address already in use, address not available, cannot assign requested address, connection refused,"
    "connection reset*, connection timed out, operation timed out, no route to host, network is unreachable,"
    "host is down, host is unreachable, no space left on device, disk quota exceeded, read-only file system,"
    "input/output error, permission denied, operation not permitted, no such file or directory,"
    "no such process, no such device*, too many open files*, file too large, too many links, cannot a"
    "llocate memory,"
    "resource temporarily unavailable, device or resource busy, text file busy, exec format error,"
    "not a directory, is a directory, directory not empty, argument list too long, broken pipe,"
    "bad file descriptor, no child processes, stale file handle, transport endpoint is not connected,"
    "software caused connection abort, protocol not available, message too long, no buffer space available,"
    "name or service not known, temporary failure in name resolution, name does not resolve, no such host,"
    "couldn't connect to server, could not connect to server, couldn't resolve host, could not resolve host,"
    "certificate has expired, certificate verify failed, certificate signed by unknown authority, sel"
    "f-signed certificate,"
    "self signed certificate, unknown ca, handshake failure, wrong version number, illegal seek,"
    "function not implemented, no locks available, protocol error, operation not supported, network is down,"
    "address family not supported, no data available, too many levels of symbolic links, file name too long,"
    "file exists, invalid argument, bad message, "
    "invalid cross-device link, structure needs cleaning, bad address, value too large for defined data type"
)
_REASONS |= {
    "reason: ": r"\breason: (?!(?:normal|shutdown|stopped|none|ok)\b|fail|error)\S",
    "because: ": r"\bbecause: (?!client close|closed by|idle|\w{0,20}lifetime)\S",
    "limit reached": r"\blimit reached\b",
    "reached max": r"\breached max",
    "maximum ": r"\bmaximum [^\n]{0,80}\breached\b",
    "quota exceeded": r"\bquota exceeded\b",
    "_full": r"\b[a-z]{2,20}(?:_[a-z]{1,20})?_full\b",
}
_ERROR = _words(
    "err, critical, crit, severe, caused by, imagepullbackoff, sqlstate, traceback, address already,"
    "access denied, authentication failed, login failed, password mismatch, password doesn't match,"
    "assertion, undefined behavior, data race, memory leak, buffer overflow, use-after-free, s"
    "tack trace"
)
_ERROR |= {
    "abort": r"\babort(?!ed\b)\w*",
    "error": r"errors?\b",
    "errno": r"\berrno\b\W{0,4}\d",
    "exception": r"exceptions?\b",
    "failure": r"[\w.:]failure\b",
    "backoff": r"\b\w*backoff\b",
    "alert": r"\[alert\]|\balert[:|]|^alert\b|\blevel=\"?alert\b",
    "refused": r"\be[a-z]*refused\b",
    "ora-": r"\bora-\d",
    "tns-": r"\btns-\d",
    "cve-": r"\bcve-\d",
    '"s":"e"': r'"s":"e"',
    '"s":"f"': r'"s":"f"',
}
_FAILED = _words(
    "fail*, refused, denied, unable, cannot, can't, couldn't, could not, couldnot, not found, no such"
    ", timed out,"
    "timed-out, time-out, unreachable, unhealthy, unavailable, killed, crash*, expired, inv"
    "alid, rejected,"
    "exceed*, exhausted, evict*, unauthorized, forbidden, lost, violat*, unexpected, reset by peer, r"
    "eadiness probe,"
    "liveness probe, x509, not enough, do"
    "es not exist,"
    "doesn't exist, not exist, not permitted, not allowed, not supported, unsupported, unknown, undef"
    "ined, unresolved,"
    "unrecognized, unrecognised, not recogni*,"
    "incorrect, missing, mismatch*, conflict*, duplicate key, already exists, alread"
    "y in use,"
    "already running, not running, dropped, discard*, malformed, truncated, incomplete,"
    " illegal, bad,"
    "broken, damaged, insufficient, starved, starvation, stuck, hung, hangs, stall*, overrun, overflo"
    "w*, underflow,"
    "out of range, out of bounds, out of disk, out of space, out of sync, is full, disk full, full di"
    "sk, overload*,"
    "limiting requests, throttl*, backpressure, terminated, terminating connection, aborting, interru"
    "pted, cancelling,"
    "canceling, canceled due, prematurely, gave up, giving up, give up, won't, didn't, isn't, not rea"
    "dy, not a valid,"
    "not valid, no longer, not accept*, not connected, not available, not responding, no response, no route,"
    "no leader, no quorum, no memory, no free, no module named, low memory, memory limit, memory pressure,"
    "mis-conf*, misconf*, short write, short read, no live, unsafe, wrong, dead, leak*, must be, must not,"
    "poison*, quarantin*, tainted, degraded, skipping, unsuccessful, not synced, stale, lag*, blocked"
    ", halt*, abnormal*,"
    "is down, went down, link down, went away, gone away, not null, read-only, read only, readonly,"
    "refuses, refusing, rejecting, disallowed, prohibited, unexpectedly, unregistered, unauthenticated, "
    "unbalanced, unterminated, unclosed, unmatched, unreadable, unwritable, unusable, unresolvable, "
    "unparsable, unparseable, undecodable, unroutable, unrouteable, undeliverable, inaccessible, "
    "incompatible, inconsistent, ambiguous, bogus, garbled, ill-formed, misspelled, misspelt, mistake, "
    "collision, not executable, not writable, not readable, not accessible, not reachable, not usable, "
    "not registered, not loaded, did not, does not match, doesn't match, do not match, don't match, "
    "no usable, no suitable, no valid, no matching, nonexistent, non-existent, can not, is in use, "
    "bailing out, bail out"
)
_FAILED |= {
    "too ": r"\btoo (?!\w{1,20}ing\b)[a-z]{3,}\b",
    "out of ": r"\b(?:ran|runs|run|running) out of\b",
    "gateway": r"\b(?:502 )?bad gateway\b|\bgateway time-?out\b",
    '" 50': r'" 50\d\b',
    '" 4': r'" 4\d\d\b',
    "/-1/": r"/-1/\d{1,9} [345]\d\d ",
    "<nosrv>": r"<nosrv>",
    " match": r"\bno (?:[a-z]{2,20} ){0,2}match\b",
    "alarm": r"\balarms? (?:set|raised|triggered)\b",
    "has no ": r"\bhas no [a-z]",
    "timeout": r"timeouts?\b|\btimeout",
    "exit": r"\bexit(?:ed)?(?: with)?(?: code| status)?[: =(]{1,4}[1-9]",
    "eof": r"\b(?:unexpected )?eof\b",
    "signal": r"\bsignal:? (?:\d|[a-z]{4})",
    "status": r"\bstatus[=: ]\"?(?:[1-9]\d{0,2}/|5\d\d\b)",
    "code=": r"\bcode=(?:killed|dumped)\b",
    "sigkill": r"\bsigkill\b",
}
_ENDED = _words("aborted, disconnected")
"""What became of a connection or an operation; why is told by other words."""
_WARNING = {
    "warn": r"\bwarn(?:ing|ings)?\b|[a-z]warning: ",
    "deprecated": r"\bdeprecated\b",
    "retry": r"\bretry\w*\b",
    "retries": r"\bretries\b",
    "reconnect": r"\breconnect\w*\b",
    "slow": r"\bslow\b",
    "restart": r"\brestart(?:ed|ing|s)?\b",
    "shutting down": r"\bshutting down\b",
}

ROWS: tuple[tuple[float, str, str], ...] = tuple(
    (grade, mark, pattern)
    for grade, rows in (
        (FATAL, _FATAL),
        (REASON, _REASONS),
        (ERROR, _ERROR),
        (FAILED, _FAILED),
        (TOLD, _ENDED),
        (WARNING, _WARNING),
    )
    for mark, pattern in rows.items()
)
"""Grade, mark and pattern; both the mark and the pattern are for text in lower case."""

_NAMES = """
E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EAI_AGAIN EAI_FAIL EAI_NONAME EALREADY EBADF EBADMSG
EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG
EHOSTDOWN EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK EMSGSIZE
ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODATA ENODEV ENOENT ENOEXEC ENOLCK ENOLINK ENOMEM
ENOMSG ENONET ENOPROTOOPT ENOSPC ENOSTR ENOSYS ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTFOUND ENOTRECOVERABLE
ENOTSOCK ENOTSUP ENOTTY ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT
EPROTOTYPE ERANGE EREMOTE EREMOTEIO ERESTART EROFS ESHUTDOWN ESOCKETTIMEDOUT ESPIPE ESRCH ESTALE ETIME ETIMEDOUT
ETIMEOUT ETXTBSY EUCLEAN EUNATCH EUSERS EWOULDBLOCK EXDEV ERESOLVE ELIFECYCLE EINTEGRITY EBADENGINE
"""
ERRNO = tuple(_NAMES.split())
"""Names of errors as programs print them; in capitals only, so that no word is taken for one."""

KLOG = r"[ef][01]\d[0-3]\d \d\d:\d\d:\d\d"
"""An error or a fatal line of klog, in lower case."""

AFTERMATH: tuple[tuple[str, str], ...] = (
    ("in recovery mode", ""),
    ("not yet accepting connections", ""),
    ("still ", r"\bstill (?:could not|cannot|can't|failing|down)\b"),
    ("terminating any other active", ""),
    ("server processes terminated", ""),
    ("not properly shut down", ""),
    ("interrupted; last known", ""),
    ("background saving error", ""),
    ("terminated by signal 6", ""),
    ("exit", r"\bexit(?:ed)?(?: with)?(?: (?:code|status))?[: ]{1,3}[1-9]\d{0,2}\W{0,4}$|\bexiting\b"),
    ("error ", r"\berror [1-9]\d{0,2}\W{0,4}$"),
    ("errors", r"\berrors (?:found|occurred)|(?<=\d )errors\b"),
    ("after error", ""),
    ("after failure", ""),
    *(
        (f"{verb} ", rf"\b{verb} [^\n]{{0,200}}no such file or directory")
        for verb in ("delete", "remove", "unlink")
    ),
    ("contains errors", ""),
    ("load config", ""),
    ("read config file", ""),
    ("use of closed network connection", ""),
    ("signal received", ""),
    ("due to errors", ""),
    ("because of errors", ""),
    ("due to previous error", ""),
    ("configuration file test failed", ""),
    (" returned ", r" returned [1-9]\d{0,2} exit status"),
    ("compilation terminated", ""),
    ("code elifecycle", ""),
    ("main process exited", ""),
    ("failed with result '", ""),
    ("back-off restarting", ""),
    ("scheduled restart job", ""),
    ("execution halted", ""),
    ("aborted (core dumped)", ""),
    ("shutting down", ""),
    ("shut down", ""),
    ("shutdown", ""),
    ("giving up", ""),
    ("gave up", ""),
    ("give up", ""),
    ("a complete log of this run", ""),
    ("summary: ", r"\bsummary: \w{1,12}sanitizer"),
    ("not syncing: ", r"not syncing: (?:fatal exception|panic_on|softlockup|hung_task|oops)"),
    ("consistent recovery state has not", ""),
    ("could not create any", ""),
    ("process completed with exit code", ""),
    ("job failed", ""),
    ("build failed", ""),
    ("failed! =>", r"failed! =>\s*\{?$"),
    ("unreachable=", r"unreachable=\d+ +failed=\d"),
)
"""What follows from the fault that a log told before, never above it: a mark, and a pattern where it is not enough."""

ORDERLY = ("(terminated)", "gracefully", "signal 15", "clean shutdown", "sigterm")
"""What somebody wanted: the program was told to end."""

ELSEWHERE = (
    "see logs",
    "see the log",
    "see above",
    "see warnings",
    "see errors",
    "see previous",
    "before this one",
)
"""What was told already: the line says to look there."""

BESIDE = r"(?:^|[\]\s:>)])(?:detail|hint|context|statement|query|location|backtrace): "
"""Lines of PostgreSQL and its like that belong to the error above them."""

CALM = (
    r"\b(?:0|no|zero|without(?: any)?|ignor\w{1,9}|non-?fatal) (?:[a-z]{1,20} )?(?:errors?|failures?|"
    r"failed|exceptions?"
    r"|warnings?|timeouts?|retries|conflicts?|crash\w{0,3}|problems?|leaks?)\b"
    r"|\b\w{0,20}(?:err(?:or)?s?|failed|failures?|dropped|retries|timeouts?|exceptions?|lost|rejected"
    r"|evicted)\"?\s?[=:]\s?"
    r"(?:0\b|nil\b|null\b|none\b|false\b|<nil>|\"\"|'')"
    r"|(?<![\w.:=-])0 (?:[a-z]{1,20} )?(?:invalid|expired|unknown|bad|duplicate|rejected|dropped|lost)\b"
    r"|\b(?:perhaps|maybe|probably) [a-z ]{1,30}|\bpossible (?:[a-z]{2,20} )?(?:errors?|problems?)\b"
    r"|\b(?:may|might) (?:[a-z]{2,20} ){0,4}(?:fail\w{0,5}|errors?|lost|crash\w{0,3}|timeouts?)\b"
    r"|\bexit(?:ed)? (?:with )?(?:code |status )?0\b|\berror (?:handler|handling|page|log|rate)\b|\be"
    r"rror_log\b"
    r"|\b(?:success\w{0,5}|recovered|retry succeeded|completed) after\b|\berrors?[-_]?(?:log|page|han"
    r"dler)s?\b"
)
"""Where the word stands for nothing bad."""

OPTIONS = (
    r".{0,80}?\b(?:built with|compiled with|configure arguments:|command line:|cmdline:|running with options)"
    r"|(?:task|play|running handler)(?: \[[^\n]{0,200}\])? \*{3,}"
)
"""The beginning of a line that lists options, or is a heading of Ansible's: the words in it happen to none."""
