"""What stands behind a message, and what stands in the quotes or the cells of a line.

**Behind a message** (`without_rest`): quotes that were opened before it, JSON context, fields, places in the source.
Each rule is looked for from the end by a few characters that it begins with, within `_WINDOW` characters, so that what
stands behind costs no more than its length.

**In quotes and cells** (`escaped`, `cells`, `keyed`): a quote in the middle of a line may be the message or a name in
it, so the line stays; what its quotes hold is given as a line of its own, readable, where escapes hide it, where a
key says that it is a message, or where it is a cell of prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import kb.text.carriers.escapes as escapes
from kb.expression import expression
from kb.text.carriers.fields import BEHIND
from kb.text.carriers.objects import messages
from kb.text.carriers.said import decoded

_WINDOW = 1500
"""Characters before the end of a line in which something behind its message may begin."""
_MOST_BEHIND = 50
"""So many things stand behind no message: where there are more, they are the message."""


@dataclass(frozen=True)
class _Rule:
    """What may stand behind a message; its expression is made when a line may have it."""

    begins: str
    pattern: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern + r"\Z")

    @cached_property
    def ends(self) -> str:
        """The characters of which one is its last; any where empty."""
        return next((last for last in ")]}" if self.pattern.endswith(f"\\{last}")), "")


_TELLING = "status|code|error|err|errno|reason|exit|rc|ret|cause|signal|result|state|sqlstate"
_KEY = r"[A-Za-z_][\w.@-]{0,40}="
_PLACED = (
    r"[\w./\\@$<>-]{1,160}\.(?:py|go|js|mjs|ts|rb|rs|java|kt|cs|cc|cpp|c|h|php|pl|ex|erl|scala|lua"
    r"|swift):\d{1,7}(?::\d{1,7})?"
)
_RULES = tuple(
    _Rule(begins, rule)
    for begins, rule in (
        (" []", r" \[\](?: \[\]| \{\})?"),
        (" (", rf" \((?:(?:in|at) )?{_PLACED}\)"),
        (" (", r" \((?:[a-z][\w$]{0,60}\.){2,10}[A-Z][\w$]{0,80}\)"),
        (" [in ", r" \[in [^\[\]\n]{1,200}\]"),
        (" [", rf" \[{_PLACED}\]"),
        (" +", r" \+\d{1,9}(?:ms|s|m|h)"),
        (" @ ", rf" @ {_PLACED}"),
        (" <", rf" <{_PLACED}>"),
    )
)
_SURE = tuple(
    _Rule(begins, rule)
    for begins, rule in (
        (
            ", client: ",
            (
                r", client: [\w.:-]{1,60}(?=, server: )(?:, [a-z ]{1,20}: (?:\"[^\n\"]{0,900}\"|[^\n,\"]{0,300})){0,8}"
            ),
        ),
        (", referer: ", r", referer: \S{1,600}"),
    )
)
"""What only its carrier writes, whatever stands before the message."""
_LOGGED = tuple(
    _Rule(begins, rule)
    for begins, rule in (
        (
            "  ",
            (
                rf" {{2}}(?:[\w./-]{{1,80}}\.\w{{1,4}}(?::\d{{1,7}})?|(?:(?!(?i:{_TELLING})=){_KEY}"
                rf"(?:\"[^\"\n]{{0,300}}\"|'[^'\n]{{0,300}}'|[^\s\"']{{0,300}})(?: {{1,4}}|\Z)){{1,20}})"
            ),
        ),
    )
)
_ANY_PAIR = rf"(?!(?i:{_TELLING})=){_KEY}(?:\"[^\"\n]{{0,300}}\"|'[^'\n]{{0,300}}'|[^\s\"',;)\]}}]{{1,300}})"
_WHERE_CARRIED = tuple(
    _Rule(begins, rule)
    for begins, rule in (
        (" [", r" \[(?:[\w.-]{1,30}[=:# ]{1,2})?#?(?=[\w.:-]{0,60}\d)[\w.:/-]{1,60}\]"),
        (
            " (",
            (
                r" \((?:(?:pid|tid|thread|req|request|trace|span|took|elapsed|in"
                r"|duration)[=:# ]{1,2})[\w.:-]{1,60}\)"
            ),
        ),
        (" <", r" <(?=[\w.:-]{0,60}\d)[\w.:@/-]{1,60}>"),
        (" | ", rf" \| (?:{_ANY_PAIR}(?:[,;|] {{0,3}}| {{1,3}}|\Z)){{1,20}}"),
        (" {", rf" \{{(?:{_ANY_PAIR}(?:[,;] {{0,3}}| {{1,3}}|(?=[\]}}]|\Z))){{1,20}}\}}"),
        (" [", rf" \[(?:{_ANY_PAIR}(?:[,;] {{0,3}}| {{1,3}}|(?=[\]}}]|\Z))){{1,20}}\]"),
        (" -- ", rf" -- (?:{_ANY_PAIR}(?:[,;] {{0,3}}| {{1,3}}|(?=[\]}}]|\Z))){{1,20}}"),
        (" |", r" \|"),
        (" │", r" │"),
        (" ┃", r" ┃"),
        (" #", r" #(?=[\w-]{0,40}\d)[\w-]{2,60}"),
    )
)
_ALONE = (" |", " │", " ┃", " +")
_BY_SURENESS = (
    _SURE,
    (*_SURE, *(rule for rule in (*_RULES, *_WHERE_CARRIED) if rule.begins in _ALONE)),
    (*_SURE, *_RULES, *_LOGGED, *_WHERE_CARRIED),
)
"""What may stand behind a message, by how surely a carrier stands before it."""
_PAIR_END = expression(rf"{_ANY_PAIR}[,;]?\Z")
_FIELD = expression(rf"{BEHIND}[,;]?\Z")
_CONTEXT = expression(r"[ \t]{1,40}(?=\{\"|\{\}\Z|\[\]\Z|\[\{\")")
_COLOUR = expression(r"(?:\x1b\[[\d;?]{0,20}[A-Za-z]|\[\d{1,3}(?:;\d{1,3}){0,5}m)\Z")
_WORDS = expression(r"[^\W\d_]{2,}\S{0,80}[ \t][^\n]{0,200}?[^\W\d_]{2,}")
_AROUND = (
    ("{{", "}}"),
    ("**", "**"),
    ("```", "```"),
    ("{noformat}", "{noformat}"),
    ("{code}", "{code}"),
    ("<![CDATA[", "]]>"),
    ("_", "_"),
)
_BELONGS = expression(r"(?:\b(?:for|with|by|of|in|at|to|from|on|where|and|or|is|was|as|set|than)|[=:}])\Z")
_AUDITED = expression(r"\bavc:|\bapparmor=|\baudit[(:]|\btype=\d{4}\b")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "«": "»"}


def without_blanks(line: str, start: int, end: int) -> int:
    """The end without blanks and colours."""
    while end > start:
        if line[end - 1] in " \t\r\n":
            end -= 1
        elif line[end - 1].isalpha() and (match := _COLOUR.search(line, max(start, end - 24), end)):
            end = match.start()
        else:
            break
    return end


def without_rest(line: str, start: int, end: int, closes: list[re.Pattern[str]], *, sure: int) -> int:
    """The end of the message: without what its carriers, and any logger, write behind one.

    A frame goes where a carrier stood before the message (`sure` is 1); context, places and fields such as
    `slot=3 peer=7` go where a logger's time and level did (2).
    """
    inner = iter(closes)
    close = next(inner, None)
    whole = end
    for _ in range(_MOST_BEHIND):
        before, end = end, without_blanks(line, start, end)
        if close is not None and (match := close.search(line, max(start, end - _WINDOW), end)):
            close = next(inner, None)
            end = match.start() if _WORDS.search(line, start, match.start()) else end
            continue
        if sure > 1:
            end = _without_context(line, start, end) if end > start and line[end - 1] in "}]" else end
            end = _without_fields(line, start, end)
            end = _without_pairs(line, start, end)
        for rule in _BY_SURENESS[sure]:
            end = _cut(rule, line, start, end)
        if end == before:
            return end
    return whole


def unquoted(line: str, start: int, end: int) -> tuple[int, int]:
    """The inside of the quotes that stand around the whole of it, with what may stand behind them."""
    for first, last_of in _AROUND:
        if (
            line.startswith(first, start)
            and line.endswith(last_of, start, end)
            and end - start > len(first + last_of)
        ):
            return start + len(first), end - len(last_of)
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
    opens = line[inner - 1] in " \t([=" if start < inner < last else inner == last
    return (start + 1, last) if last > start and opens else (start, end)


def _cut(rule: _Rule, line: str, start: int, end: int) -> int:
    begins = rule.begins
    if rule.ends and line[end - 1 : end] not in rule.ends:
        return end
    at = line.rfind(begins, max(start, end - _WINDOW), end)
    if at < 0 or not rule.regex.match(line, at, end):
        return end
    if begins == "  " and (
        _BELONGS.search(line, max(start, at - 20), at) or _AUDITED.search(line, start, end)
    ):
        return end
    return at if _WORDS.search(line, start, at) else end


def _without_fields(line: str, start: int, end: int) -> int:
    whole = end
    for _ in range(_MOST_BEHIND):
        low = max(start, end - _WINDOW)
        at = max(line.rfind(" ", low, end), line.rfind("\t", low, end))
        if at > 0 and line[end - 1] in "\"'":
            at = line.rfind(" ", low, max(low, line.rfind(f"={line[end - 1]}", low, end - 1)))
        if at < 0 or not _FIELD.match(line, at + 1, end):
            return end
        begin = at
        while begin > start and line[begin - 1] in " \t,;:":
            begin -= 1
        if _belongs(line, start, begin, end) or not _WORDS.search(line, start, begin):
            return end
        end = begin
    return whole


def _belongs(line: str, start: int, at: int, end: int) -> bool:
    """Do the fields at a place belong to the message: does it lead to them, or consist of them?"""
    before = line[max(start, at - 20) : at].rstrip()
    return bool(_BELONGS.search(before)) or _AUDITED.search(line, max(start, end - _WINDOW), end) is not None


def _without_context(line: str, start: int, end: int) -> int:
    match = _CONTEXT.search(line, start, end)
    return match.start() if match and _WORDS.search(line, start, match.start()) else end


def _without_pairs(line: str, start: int, end: int) -> int:
    """The end without two or more `key=value` of any keys."""
    at, count = end, 0
    while count < 60:
        begin = line.rfind(" ", max(start, at - 400), at)
        if begin < 0 or not _PAIR_END.match(line, begin + 1, at):
            break
        at, count = begin, count + 1
    if count < 2 or _belongs(line, start, at, end):
        return end
    return at if _WORDS.search(line, start, at) else end


_QUOTED = expression(r"(?<![\w\\])(?:\"((?:[^\"\\\n]|\\.){3,200000})\"|'((?:[^'\\\n]|\\.){3,200000})')(?!\w)")
_CELLS = expression(r"(?<![^,])\"((?:[^\"\n]|\"\"){8,20000})\"(?=,|\Z|\r)")
_BARS = expression(r"[ \t]{0,20}[|│┃║].{0,100000}[|│┃║][ \t]{0,20}\Z")
_BAR = expression(r"[ \t]{0,400}[|│┃║][ \t]{0,400}")
_KEYED = expression(
    r"(?<![\w.-])[\"':]?(?:message|msg|MESSAGE|Message|error|err|reason|detail|details|description"
    r"|stderr|text|what|cause)[\"']?"
    r"[ \t]{0,3}(?::|=>|=)[ \t]{0,3}(?:\"((?:[^\"\\\n]|\\.){8,20000})\"|'((?:[^'\\\n]"
    r"|\\.){8,20000})'|`([^`\n]{8,20000})`)"
)
_QUOTED_VALUE = expression(r"\"((?:[^\"\\\n]|\\.){5,20000})\"|'((?:[^'\\\n]|\\.){5,20000})'")
_BETWEEN_VALUES = expression(r"\"[ \t]?:[ \t]?\"|\"[ \t]?,[ \t]?\"")


def escaped(line: str) -> list[str]:
    """The line, undone if it was escaped as a whole; under it what its quotes hold, where that was escaped."""
    if "\\" not in line:
        return [line]
    whole = escapes.c_undone(line).split("\n") if escapes.is_escaped(line) else [line]
    for match in _QUOTED.finditer(line):
        inner = match[1] or match[2]
        if "\\" in inner and escapes.is_quotable(inner):
            plain = escapes.c_undone(inner)
            found = decoded(plain) if plain[:1] == "{" else None
            whole += (messages(found) if found is not None else None) or plain.split("\n")
    return whole


def cells(line: str) -> list[str]:
    """The line, and its cells that read like prose if it is a row of CSV or of a table drawn with bars."""
    if line.count(",") > 3 and ',"' in line:
        return [line, *(cell.replace('""', '"') for cell in _CELLS.findall(line) if cell.count(" ") > 1)]
    if _BARS.match(line):
        found = [cell for cell in _BAR.split(line) if cell.count(" ") > 1]
        return [line, *found] if found and line.strip() != found[0] else [line]
    return [line]


def keyed(line: str) -> list[str]:
    """The line, and what a key in it calls a message: objects as Python, Ruby, PHP and JavaScript show them."""
    if "{" not in line and "=>" not in line:
        return [line]
    found = [one for match in _KEYED.findall(line) for one in match if one and " " in one]
    if not found and line[:2] == '{"' and line.rstrip()[-1:] == "}":
        values = [
            value for value in _BETWEEN_VALUES.split(line.strip()[2:-1].rstrip('"')) if value.count(" ") > 1
        ]
        found = [max(values, key=len)] if values else []
    if not found and line.lstrip()[:2] in ("{'", '{"', "{:", "[{") and line.rstrip()[-1:] in "}]":
        values = [one for match in _QUOTED_VALUE.findall(line) for one in match if " " in one.strip()]
        found = [max(values, key=len)] if values else []
    return [line, *found]
