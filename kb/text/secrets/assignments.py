"""Values that stand behind the name of a secret: assigned, in YAML and JSON, in XML, as options, in pairs.

At a mark the whole name is read (`names`), then what follows it, then whether the value is one (`is_secret`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.expression import expression
from kb.text.secrets.names import MARKS, Names, names
from kb.text.secrets.reading import Finder, Secret
from kb.text.secrets.values import is_random_word, is_secret, made_up

_LONGEST_NAME = 80
_LONGEST = 4096
_IN_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@")
_REST = expression(r"[\w-]{0,80}(?:\[\])?")
_WORD_BEFORE = expression(r"([A-Za-z][A-Za-z0-9]{1,19})[ _-]{1,2}$")

_SEPARATOR = expression(
    r"(?:[\"'`\]]{1,3}|[ \t]?\((?:was|is|now)(?=:))?[ \t]{0,8}"
    r"(?P<sign>=>|:=|\?=|\+=|={1,2}(?![=~])|:(?![:=]))"
    r"[ \t]{0,8}"
)
_OPTION = expression(r"[ \t]+(?![|<>&]|-(?![\w+/=~-]{24}))")
_ELEMENT = expression(
    r"(?:[ \t\n][^<>]{0,200})?>[ \t]*(?:\n[ \t]*)?(?:<!\[CDATA\[)?"
    r"(?P<value>[^<\n]{2,2048}?)[ \t]*(?:\]\]>|\n?[ \t]*</)"
)
_OPENS_ELEMENT = expression(r"<(?:[\w.-]{1,40}:)?$")
_PAIR_BEHIND = expression(
    r"[\"']?[ \t]*[,;]?\s{0,40}(?:\#[^\n]{0,200}\n\s{0,40})?(?:\\?[\"'])?"
    r"(?:value|val|v|defaultValue"
    r"|default)\\?[\"']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}",
    re.IGNORECASE,
)
_PAIR_NAME = expression(
    r"(?:\b(?:name|key|id|k|parameter|variable|field|env"
    r"|header)\\?[\"']?[ \t]{0,4}(?:=>"
    r"|[:=])[ \t]{0,4}\\?[\"']?[\w.-]{0,60})$",
    re.IGNORECASE,
)
_PAIR_BEFORE = expression(
    r"(?:value|val)\\?[\"']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}"
    r"(?P<quote>[\"']?)(?P<value>[^\"'\n,]{3,512})"
    r"(?P=quote)[ \t]*,?\s{0,40}"
    r"\\?[\"']?(?:name|key)\\?[\"']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}\\?[\"']?$",
    re.IGNORECASE,
)
_XML_TEXT = expression(
    r"[\"'][^<>\n]{0,200}>\s{0,40}(?:<(?:value|string)>)?(?P<value>[^<\n]{2,2048}?)[ \t]*</"
)
_TUPLE = expression(r"[\"'],[ \t]{0,4}[bu]?[\"'](?P<value>(?:\\.|[^\"'\\\n]){2,2048})[\"'][ \t]?[)\]]")
_CELL = expression(r"[ \t]*\|[ \t]*(?P<value>[^|\n\s]{3,512})[ \t]*\|")
_QUOTED_BEHIND = expression(r"[ \t]+N?(?P<quote>[\"'`])(?P<value>[^\"'`\n]{2,512})(?P=quote)")
_BEHIND_BLANK = expression(r"[ \t]+(?P<value>[^\s\"'`:=()<>|]{8,512})(?=[\s.,;)\"']|$)")
_MAPPING = expression(r"[ \t\r]*\n(?P<lines>(?:[ \t]+[\w.-]{1,80}:[ \t]+[^\n]{1,2048}(?:\n|$)){1,50})")
_SCALAR = expression(
    r"^[ \t]+[\w.-]{1,80}:[ \t]+[\"']?(?P<value>[^\s\"']{8,2048})[\"']?[ \t\r]*$", re.MULTILINE
)
_LINE = expression(
    r"[ \t]*\r?\n(?P<indent>[ \t]+)(?P<value>[^\s\"'{}\[\]#|>-][^\s]{3,2048}"
    r"|[\"'][^\"'\n]{2,2048}[\"'])[ \t\r]*(?:\n|$)"
)
_COMPLEX_KEY = expression(r"[\"']?[ \t]*\r?\n[ \t]*:[ \t]+(?P<value>\S{3,2048})")
_LIST = expression(r"(?P<items>(?:[ \t\r]*\n[ \t]*-[ \t]+[^\n]{3,2048}){1,50})")
_ITEM = expression(r"\n[ \t]*-[ \t]+[\"']?(?P<value>[^\s\"':]{3,2048})[\"']?[ \t\r]*$", re.MULTILINE)
_FLOW = expression(r"\[[ \t]*(?P<items>(?:[\"'][^\"'\n]{2,512}[\"'][ \t]*,?\s{0,20}){1,50})\]")
_FLOW_ITEM = expression(r"[\"'](?P<value>[^\"'\n]{2,512})[\"']")

_WRAPPED = expression(
    r"(?:!{1,2}(?!(?:Ref|Sub|GetAtt|ImportValue|FindInMap|Join|secret|env)\b)[\w:/.-]+[ \t]+"
    r"|&\w+[ \t]+|string\(\d+\)[ \t]+"
    r"|\(\*?\w+\)(?:\(0x[0-9a-f]+\)[ \t]*)?"
    r"|(?:Some|Optional|Just|Secret\w{0,20}|String|pgtype\.\w+)\((?=[\"'])"
    r"|\{[ \t]*[\"']?(?:value|val|string|plain)[\"']?[ \t]*[:=][ \t]*"
    r"|\[(?=\"|')|[bBrRuUfFN@](?=[\"'])|\n[ \t]+(?=string\())",
)
_BLOCK = expression(
    r"[>|][-+]?\d?[ \t]*\r?\n(?P<indent>[ \t]+)(?P<value>[^\n]*(?:\n(?P=indent)[^\n]*){0,400})"
)
_QUOTED = expression(r"(?P<quote>[\"'`])(?P<value>(?:\\.|(?!(?P=quote))[^\\\n]){1,65536})(?P=quote)")
_LONGEST_BARE = 2048
_BARE = expression(rf"[^\s\"'`]{{1,{_LONGEST_BARE}}}")
_REST_OF_WORD = expression(r"[^\s\"'`]*+")
_NEXT = expression(
    r"[;,&<|](?:(?<=[;,&])(?:[;,&]*[ \t]*(?:[\w.@-]{1,60}[ \t]*[=:]|[\]})])|(?=\W*$))|(?<=<)/|(?<=\|)(?=\W*$))"
)
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}


def _find(text: str, place: int) -> Iterator[Secret]:
    start = place
    while start > 0 and text[start - 1] in _IN_NAME and place - start < _LONGEST_NAME:
        start -= 1
    rest = _REST.match(text, place)
    end = rest.end() if rest else place
    name = text[start:end]
    begin = start + len(name) - len(name.lstrip("-$@."))
    if text[max(0, begin - 3) : begin] == "://" or text[max(0, begin - 9) : begin] == "checksum/":
        return  # (the user of an address, which has its own finder; a sum)
    before = _WORD_BEFORE.search(text, max(0, begin - 24), begin) if name[:1].isalpha() else None
    says = names(name.strip("-.$@[]"), before[1] if before else "")
    if says is Names.NOTHING:
        return
    kind = "secret" if says >= Names.KEY else "key"
    yield from _behind(text, begin, end, name, says, kind)


def _behind(text: str, start: int, end: int, name: str, says: Names, kind: str) -> Iterator[Secret]:
    """The values behind (or before) a name from `start` to `end`."""
    if (sign := _SEPARATOR.match(text, end)) is not None:
        if not _closes_a_text(text, start, sign):
            yield from _assigned(text, sign, says, kind)
    elif name.startswith("-") and (gap := _OPTION.match(text, end)) is not None:
        yield from _option(text, gap.end(), name, says, kind)
    if text[end : end + 1] in ("<", ">", " ", "\n") and _OPENS_ELEMENT.search(
        text, max(0, start - 44), start
    ):
        yield from _matched(_ELEMENT.match(text, end), says, kind)
    if says < Names.SECRET:
        return
    yield from _behind_blank(text, end, name, says, kind)
    if says is Names.PASSWORD and name.lower() != "pass":
        yield from _matched(_QUOTED_BEHIND.match(text, end), says, kind)
    if text[start - 1 : start] in ("'", '"', ".") or _PAIR_NAME.search(text, max(0, start - 80), start):
        yield from _matched(_TUPLE.match(text, end), says, kind)
        yield from _matched(_XML_TEXT.match(text, end), says, kind)
        if (pair := _PAIR_BEHIND.match(text, end)) is not None and _PAIR_NAME.search(
            text, max(0, start - 120), start
        ):
            yield from _value(text, pair.end(), says, kind, assigned=True)
    yield from _matched(_PAIR_BEFORE.search(text, max(0, start - 640), start), says, kind)
    if "|" in text[max(0, start - 3) : start]:
        yield from _matched(_CELL.match(text, end), says, kind)
    if text[max(0, start - 3) : start].lstrip() in ("? ", '? "'):
        yield from _matched(_COMPLEX_KEY.match(text, end), says, kind)


def _behind_blank(text: str, end: int, name: str, says: Names, kind: str) -> Iterator[Secret]:
    """`password X`, `auth_pass X`; a token only in mixed case, since programs number tokens of locks and leases."""
    found = _BEHIND_BLANK.match(text, end)
    if found is None:
        return
    value = found["value"].rstrip(".,;!?")
    key = len(value) >= 16 and name.lower().endswith("key")
    mixed = len(value) >= 20 and value != value.lower() and value != value.upper()
    if (
        (says is Names.PASSWORD or key or mixed)
        and is_random_word(value)
        and is_secret(value, Names.SECRET, surely=False)
    ):
        yield Secret(found.start("value"), found.start("value") + len(value), kind)


def _closes_a_text(text: str, start: int, sign: re.Match[str]) -> bool:
    """Whether the sign is the end of a text in quotes: `expect "Password:"`."""
    opened = text[start - 1 : start] if start else ""
    return opened in ("'", '"') and sign.group() + text[sign.end() : sign.end() + 1] == f":{opened}"


def _assigned(text: str, sign: re.Match[str], says: Names, kind: str) -> Iterator[Secret]:
    at = sign.end()
    colon = sign["sign"] == ":"
    if text[at : at + 1] in ("\n", "\r") or (text[at : at + 1] in "|>#" and colon):
        yield from _on_further_lines(text, at, says, kind)
    elif text[at : at + 1] == "[" and (flow := _FLOW.match(text, at)) is not None:
        for item in _FLOW_ITEM.finditer(text, *flow.span("items")):
            yield from _matched(item, says, kind)
    else:
        yield from _value(text, at, says, kind, assigned=not colon)


def _on_further_lines(text: str, at: int, says: Names, kind: str) -> Iterator[Secret]:
    """YAML's other places for a value: the next line, a block, a list."""
    if (block := _BLOCK.match(text, at)) is not None:
        if says >= Names.KEY and block["value"].strip():
            yield Secret(block.start("value"), block.start("value") + len(block["value"].rstrip()), kind)
    elif (line := _LINE.match(text, at)) is not None:
        value = line["value"]
        quoted = value[:1] in "\"'"
        if not value.endswith(":") and is_secret(value.strip("\"'"), says, surely=quoted):
            yield Secret(line.start("value") + quoted, line.end("value") - quoted, kind)
    elif says >= Names.SECRET and (mapping := _MAPPING.match(text, at)) is not None:
        for scalar in _SCALAR.finditer(text, *mapping.span("lines")):
            if is_random_word(scalar["value"], 12) and is_secret(scalar["value"], says, surely=False):
                yield Secret(*scalar.span("value"), kind)
    elif (listed := _LIST.match(text, at)) is not None and says >= Names.SECRET:
        for item in _ITEM.finditer(text, *listed.span("items")):
            if made_up(item["value"], 12) and is_secret(item["value"], says, surely=False):
                yield Secret(*item.span("value"), kind)
    elif (wrapped := re.compile(r"\s{1,20}(?=string\()").match(text, at)) is not None:
        yield from _value(text, wrapped.end(), says, kind, assigned=True)


def _option(text: str, at: int, name: str, says: Names, kind: str) -> Iterator[Secret]:
    """`--password VALUE`: two dashes, or one before a whole word."""
    if says < Names.KEY:
        return
    for found in _value(text, at, says, kind, assigned=True):
        value = text[found.start : found.end]
        quoted = text[found.start - 1] in "\"'`"
        if quoted or made_up(value, 4) or (len(value) >= 8 and name.startswith("--")) or len(value) >= 10:
            yield found


def _value(text: str, at: int, says: Names, kind: str, *, assigned: bool) -> Iterator[Secret]:
    """The value that begins here, if it is a secret."""
    for _ in range(3):
        wrapped = _WRAPPED.match(text, at)
        if wrapped is None:
            break
        at, assigned = wrapped.end(), True
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        if is_secret(quoted["value"].strip(), says, surely=True):
            yield Secret(*quoted.span("value"), kind)
        return
    if text[at : at + 1] in ("'", '"', "`"):  # a quote that nothing closes: cut, or the end of another text
        at += 1
    bare = _BARE.match(text, at)
    if bare is None or (says is Names.ANYTHING and not any(map(str.isdigit, text[at : at + 64]))):
        return
    end = _end_of_bare(text, at, bare.end())
    at_end = not text[end : end + 200].split("\n", 1)[0].strip(" \t\r,;\"'}])")
    surely = assigned or (says is Names.PASSWORD and at_end)
    if is_secret(text[at:end], says, surely=surely):
        if end - at == _LONGEST_BARE:
            end = _REST_OF_WORD.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing as well
        password = says is Names.PASSWORD and not assigned and at_end and bare.end() == end
        yield Secret(at, end, "password" if password else kind)


def _end_of_bare(text: str, at: int, end: int) -> int:
    """Where a value without quotes ends: before the next name, before what closes something around it."""
    following = _NEXT.search(text, at + 1, end)
    if following is not None:
        end = following.start()
    while end - at > 1 and text[end - 1] in ")]}>,;:.":
        opened = _CLOSERS.get(text[end - 1])
        if opened is not None and opened in text[at : end - 1]:
            break
        end -= 1
    return end


def _matched(found: re.Match[str] | None, says: Names, kind: str) -> Iterator[Secret]:
    if found is not None and is_secret(found["value"].strip(), says, surely=True):
        yield Secret(*found.span("value"), kind)


FINDERS = (Finder(MARKS, _find),)
