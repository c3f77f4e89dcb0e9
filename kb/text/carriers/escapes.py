"""Characters that a carrier changed, as they were: colours, escapes of C and of syslog daemons, entities, cut lines.

Each function takes one line, or the text of lines, and gives it back readable; what is not an escape stays.
"""

from __future__ import annotations

import html
import quopri
import re

from kb.expression import expression

_MOVES = expression(r"\x1b\[[\d;]{0,20}[GHCf]")
_ANSI = expression(
    r"\x1b(?:\[[0-?]{0,200}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,4000}(?:\x07|\x1b\\)?"
    r"|_[^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)|[()#%][A-Za-z0-9]|[@-Z\\^`-~=>78])"
)
_OVERSTRUCK = expression(r"[^\n\x08]\x08")
_SYSLOG = expression(r"#(0[0-3][0-7])(?![0-9a-fA-F]{3}(?![\w]))")
_C = expression(
    r"((?:\\x[0-9a-fA-F]{2}){1,100000})|((?:\\u[0-9a-fA-F]{4}){1,100000})|\\U([0-9a-fA-F]{8})"
    r"|\\u\{([0-9a-fA-F]{1,6})\}|\\([0-3][0-7]{2})|\\([abefnrtv0\\'\"/`$ ])"
)
_LETTERS = {"a": "", "b": "", "e": "", "f": " ", "n": "\n", "r": "", "t": "\t", "v": " ", "0": ""}
_VALID = expression(
    r"(?:[^\\]++|\\(?:x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[abefnrtv0\\'\"/`$ ]|u[0-9a-fA-F]{4}|u\{"
    r"|U[0-9a-fA-F]{8}))*+\Z"
)
_SURE = expression(r"\\x[0-9a-fA-F]{2}|\\\\|\\n[ \t]|\\n\\t|\\n[A-Z][^\\\n]{0,2000}\\n|\\033\[|\\e\[|\\u00")
_DRIVE = expression(r"(?<![A-Za-z])[A-Za-z]:\\[A-Za-z]|\\\\[\w.-]{2,60}\\[A-Za-z]")
_TAG = expression(
    r"</?[A-Za-z][\w:.-]{0,80}(?:\s{1,20}[\w:.-]{1,80}=(?:\"[^\"<]{0,100000}\""
    r"|'[^'<]{0,100000}'))*\s{0,8}/?>|<\?xml[^<>]{0,200}\?>|<!\[CDATA\[|\]\]>"
)
_ATTRIBUTE = expression(
    r"\s(?:message|msg|reason|description|title|details)=(?:\"([^\"<]{8,100000})\"|'([^'<]{8,100000})')"
)
_ENTITY = expression(r"&(?:quot|lt|gt|amp|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")


def without_colours(text: str) -> str:
    """The text without what a terminal would have done; where the cursor was moved on stands a blank."""
    text = _ANSI.sub("", _MOVES.sub(" ", text))
    return _OVERSTRUCK.sub("", text) if "\x08" in text else text


def syslog_undone(line: str) -> str:
    """`#011`, `#012` and `#033` of rsyslog as the characters that they were."""
    if "#01" in line or "#03" in line:
        return _SYSLOG.sub(lambda m: chr(int(m[1], 8)), line)
    return line


def is_escaped(line: str) -> bool:
    """Was the whole line escaped as C does?  Paths of Windows look so, too, and are not."""
    return _SURE.search(line) is not None and _VALID.match(line) is not None and _DRIVE.search(line) is None


def is_quotable(text: str) -> bool:
    """May this have been written between quotes with escapes?"""
    return _VALID.match(text) is not None and (_DRIVE.search(text) is None or "\\\\" in text)


def c_undone(line: str) -> str:
    r"""`\n`, `\t`, `\"`, `\xe2\x80\x94` and `\u2014` as the characters that they were."""
    return _C.sub(_character, line)


def _character(match: re.Match[str]) -> str:
    run, wide, long, braced, octal, letter = match.groups()
    if run:
        return bytes.fromhex(run.replace("\\x", "")).decode("utf-8", "replace")
    if wide:
        return bytes.fromhex(wide.replace("\\u", "")).decode("utf-16-be", "replace")
    if long or braced:
        number = int(long or braced, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return chr(int(octal, 8)) if octal else _LETTERS.get(letter, letter)


def has_entities(text: str) -> bool:
    """Is anything in it written as an entity of HTML?"""
    return _ENTITY.search(text) is not None


def entities_undone(line: str) -> str:
    """`&quot;` and the like as the characters that they were."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), line) if "&" in line else line


def tags_undone(line: str) -> list[str]:
    """A line of XML without its tags; a message in an attribute is a line of its own."""
    if "<" not in line and "]]>" not in line:
        return [entities_undone(line)]
    said = [a or b for a, b in _ATTRIBUTE.findall(line)]
    rest = _TAG.sub("\0", line)
    parts = [part for part in (*said, *rest.split("\0")) if part.strip()]
    if not parts:
        return [""]
    return [each for part in parts for each in entities_undone(part).split("\n")]


def quoted_printable_undone(line: str) -> str:
    """`=E2=80=94` as the character that it was."""
    return quopri.decodestring(line.encode("utf-8", "replace")).decode("utf-8", "replace")


_DEBUG_MARK = expression(r"goo\.gle/debug(?:proto|str|only)[ \t]{1,20}")


def debug_marks_undone(line: str) -> str:
    """The line without what Protobuf puts before the text of a message, other words and blanks at each start.

    Envoy's errors have it (`findings/envoy-tells-one-error-in-other-words-each-start.sh`).
    """
    return _DEBUG_MARK.sub("", line)
