"""How alarming a line of a log looks, before anything is known about it.

`interesting` is the cheap question, asked of every line; `alarm` grades the few lines that pass it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FATAL = re.compile(
    r"(?i)\b(?:fatal|panic\w*|oom\w*|out of memory|segfault|segmentation fault|core dumped|crashloop\w*"
    r"|emerg|"
    r"no space left|kernel bug|deadlock\w*|corrupt\w*)\b"
)
_ERROR = re.compile(
    r"(?i)\b(?:error|err|critical|crit|severe|caused by|abort\w*|[\w.]+(?:error|exception|failure)|exception|"
    r"imagepullbackoff|\w*backoff|e[a-z]*refused)\b|\b(?:ORA|SQLSTATE|TNS|CVE)[-\[ ]|\bE(?:[A-Z]{4,})\b"
    r"|\bE\d{4}\b"
)
_FAILED = re.compile(
    r"(?i)\b(?:fail\w*|refused|denied|unable|cannot|can't|could ?n[o']t|not found|no such|timed? ?out"
    r"|unreachable|"
    r"unhealthy|unavailable|killed|crash\w*|expired|invalid|rejected|exceeded|exhausted|evict\w*"
    r"|unauthorized|forbidden|"
    r"lost|violat\w*|unexpected|reset by peer|broken pipe|readiness probe|liveness probe|x509)\b"
    r"|\b5\d\d (?:bad|int|serv|gate)"
    r"|\bexit(?:ed)?(?: with)?(?: code| status)?[: =(]+[1-9]"
)
_WARNING = re.compile(r"(?i)\bwarn(?:ing)?\b|\bdeprecated\b|\bretry\w*\b|\bW\d{4} ")
_CALM = re.compile(
    r"(?i)\b(?:0|no|zero|without(?: any)?|ignor\w+|non-?fatal) (?:errors?|failures?|failed|exceptions?"
    r"|warnings?)\b"
    r"|\b(?:err(?:or)?s?|failed|failures?)\"?\s?[=:]\s?(?:0\b|nil\b|null\b|none\b|false\b|<nil>|\"\"|'')"
    r"|\bexit(?:ed)? "
    r"(?:with )?(?:code |status )?0\b|\berror (?:handler|handling|page|log|rate)\b|\bfailed[:=] ?0\b"
)
_QUIET_LEVEL = re.compile(r"(?i)^.{0,60}?(?:\b(?:info|debug|trace|notice)\b|\bI\d{4} )")
_CAUSE = re.compile(r"^\s*(?:Caused by:|The above exception|During handling)")
_FRAME = re.compile(
    r"^\s+(?:at [\w$.<>/]+[(:]|File \"|\.\.\. \d+ (?:more|common)|from [\w/.]+:\d+)|^goroutine \d+ \["
    r"|^\t/\S+:\d+"
)

_MARKS = """
err, fail, exception, fatal, panic, warn, crit, severe, refused, denied, unable, cannot, not found, no such,
timeout, timed out, killed, oom, memory, caused by, abort, crash, exit, unavailable, unhealthy, unreachable,
expired, invalid, rejected, exceeded, exhausted, corrupt, backoff, segfault, no space, lost, deadlock, evict,
unauthorized, forbidden, reset by peer, broken pipe, unexpected, could not, couldn't, probe, violat, x509,
ora-, sqlstate, bad gateway
"""
MARKS = tuple(mark.strip() for mark in _MARKS.replace("\n", " ").split(","))
"""In lower case, what a line must hold one of to be worth a closer look."""


def _any_of(words: Iterable[str]) -> str:
    """A regex for any of `words` that branches letter by letter: twice as fast as an alternation."""
    rest: dict[str, list[str]] = {}
    for word in words:
        if not word:
            return ""
        rest.setdefault(word[0], []).append(word[1:])
    branches = [re.escape(letter) + _any_of(endings) for letter, endings in rest.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_MARK = re.compile(_any_of(MARKS))


def interesting(line: str) -> bool:
    """Whether `line` may be alarming; fast, and wrong only by saying yes."""
    return _MARK.search(line.lower()) is not None


def first_mark(line: str) -> int:
    """Where in a long line the most telling word stands: an error before anything weaker; 0 if none."""
    for pattern in (_FATAL, _ERROR, _FAILED) if interesting(line) else ():
        if match := pattern.search(line):
            return match.start()
    return 0


def is_frame(line: str) -> bool:
    """Whether `line` is a frame of a stack trace, which says where and not what."""
    return _FRAME.match(line) is not None


def is_cause(line: str) -> bool:
    """Whether `line` names a deeper cause within a stack trace."""
    return _CAUSE.match(line) is not None


def alarm(line: str) -> float:
    """From 0 (a frame, or nothing of the kind) to about 6 (fatal, with a cause)."""
    if is_frame(line):
        return 0.0
    grades = ((_FATAL, 5.0), (_ERROR, 4.0), (_FAILED, 3.0), (_WARNING, 1.5))
    grade = next((grade for pattern, grade in grades if pattern.search(line)), 0.0)
    if grade >= 4.0 and _FAILED.search(line):
        grade += 0.5
    if is_cause(line):
        grade += 1.0
    if _CALM.search(line):
        grade *= 0.2
    return grade * 0.6 if grade and _QUIET_LEVEL.match(line) else grade
