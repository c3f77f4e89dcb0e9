"""What stands behind a message: quotes that were opened before it, JSON context, fields, places in the source.

Only the end of a line is looked at, `_WINDOW` characters of it at most, and each rule is bounded.
"""

from __future__ import annotations

import re

from kb.text.carriers.fields import PAIR

_WINDOW = 1500
_BLANKS = re.compile(r"(?:[ \t\r\n]|\x1b\[[\d;?]{0,20}[A-Za-z])")
_LEVEL_FIELD = r"[A-Za-z_][\w.@-]{0,40}="
_FIELD = re.compile(rf"[ \t,;:]{{1,100}}(?:{PAIR})[,;]?\Z")
_PADDED = re.compile(
    rf"[ \t]{{2,200}}(?:{_LEVEL_FIELD}(?:\"[^\"\n]{{0,300}}\"|'[^'\n]{{0,300}}'|[^\s\"']{{0,300}})[ \t]{{0,4}}){{1,20}}\Z"
)
_RULES = tuple(
    re.compile(rule)
    for rule in (
        r"[ \t]\[\](?: \[\]| \{\})?\Z",
        r"[ \t]{1,40}\((?:in|at)? ?[\w./\\@$<>-]{1,160}\.(?:py|go|js|ts|rb|rs|java|kt|cs|cc|cpp|c|h|php|pl|ex|erl|scala):\d{1,7}(?::\d{1,7})?\)\Z",
        r"[ \t]{1,40}\[in [^\[\]\n]{1,200}\]\Z",
        r"[ \t]\((?:[a-z][\w$]{0,60}\.){2,10}[A-Z][\w$]{0,80}\)\Z",
        r" (?:at|in) [\w./\\@$<>-]{1,200} line \d{1,7}\.?(?:, <\w{1,40}> (?:line|chunk) \d{1,9}\.)?\Z",
        r" in [\w./\\@$<>:()' -]{1,200}(?: on line |:)\d{1,7}\Z",
        r", client: [\w.:-]{1,60}(?:, [a-z ]{1,20}: (?:\"[^\n\"]{0,900}\"|[^\n,\"]{0,300})){0,8}\Z",
        r", referer: \S{1,600}\Z",
        r"[ \t]{2,200}[\w./-]{1,80}\.\w{1,4}(?::\d{1,7})?[ \t]{0,100}\Z",
        r"[ \t]{1,8}(?:\+\d{1,9}(?:ms|s|m|h))\Z",
    )
)
_CONTEXT = re.compile(r"[ \t]{1,40}(?=\{\"|\{\}\Z|\[\]\Z|\[\{\")")
_WORDS = re.compile(r"[^\W\d_]{2,}[^\n]{0,200}?[^\W\d_]{2,}")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "«": "»"}


def without_blanks(line: str, start: int, end: int) -> int:
    """The end without blanks and colours."""
    while end > start:
        if line[end - 1] in " \t\r\n":
            end -= 1
        elif line[end - 1].isalpha() and (
            match := re.search(r"\x1b\[[\d;?]{0,20}[A-Za-z]\Z", line[max(start, end - 24) : end])
        ):
            end -= len(match[0])
        else:
            break
    return end


def without_rest(line: str, start: int, end: int, closes: list[re.Pattern[str]]) -> int:
    """The end of the message: without what its carriers, and any logger, write behind one."""
    for close in closes:
        end = without_blanks(line, start, end)
        end = _cut(close, line, start, end)
    while True:
        before, end = end, without_blanks(line, start, end)
        end = _without_context(line, start, end)
        for rule in (*_RULES, _FIELD, _PADDED):
            end = _cut(rule, line, start, end)
        if end == before:
            return end


def unquoted(line: str, start: int, end: int) -> tuple[int, int]:
    """The inside of the quotes that stand around the whole of it, with what may stand behind them."""
    close = _QUOTES.get(line[start : start + 1])
    if close is None or end - start < 3:
        return start, end
    last = (
        end - 1
        if line[end - 1] == close
        else end - 2
        if line[end - 2 : end] in (close + ",", close + ".")
        else 0
    )
    inner = line.find(close, start + 1, end)
    return (start + 1, last) if last > start and inner == last else (start, end)


def _cut(rule: re.Pattern[str], line: str, start: int, end: int) -> int:
    low = max(start, end - _WINDOW)
    match = rule.search(line, low, end)
    return match.start() if match and _WORDS.search(line, start, match.start()) else end


def _without_context(line: str, start: int, end: int) -> int:
    if end - start < 8 or line[end - 1] not in "}]":
        return end
    match = _CONTEXT.search(line, start, end)
    return match.start() if match and _WORDS.search(line, start, match.start()) else end
