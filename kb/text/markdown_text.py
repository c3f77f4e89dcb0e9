"""Any text as Markdown that shows it as it is, and back: the two directions of a drafted document.

A *line* is one line within a list item or heading; what Markdown would take for markup is escaped,
code in backticks stays.  A *quote* holds several lines, each behind `> `, so that nothing in it can
begin a section of the document around it.  Promises: `from_line(as_line(t))` is `t` with its white
space joined; `from_quote(as_quote(t))` is `t`; neither result begins a block of its own.
"""

from __future__ import annotations

import re

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_CODE = r"(?<!`)`(?:(?!<!--)[^`])+`(?!`)"
_SPECIAL = re.compile(
    rf"(?P<code>{_CODE})"
    rf"|\\(?={_PUNCTUATION}|$)"
    r"|[*`]|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~"
    r"|<(?=[A-Za-z/!?])|(?<=<)!(?=--)|&(?=#|\w+;)"
)
_OPENING = re.compile(r"(?P<mark>[#>+=|\[~-])|(?P<number>\d{1,9})(?P<end>[.)](?:\s|$))")
_ESCAPED = re.compile(rf"(?P<code>`[^`]+`)|\\(?P<sign>{_PUNCTUATION})")
_COMMENT = re.compile(r"<(\\*)!--")
_PLAIN = re.compile(r"(?!.{0,60}?:)[^\W_][^\n<>|*_]*(?: [^\n<>|*_]+){2}")


def as_line(text: str) -> str:
    """The text in one line of Markdown, fit for a list item, a heading or a labelled value."""
    joined = " ".join(text.split())
    shown = _SPECIAL.sub(_escape, joined)
    if joined[:1] == shown[:1]:
        shown = _OPENING.sub(_escape_opening, shown, count=1) if _OPENING.match(shown) else shown
    return shown[:-1] + "\\#" if shown.endswith("#") and shown != "\\#" else shown


def from_line(markdown: str) -> str:
    """The text of a line that `as_line` made; ordinary Markdown stays as it is."""
    return _ESCAPED.sub(lambda found: found["code"] or found["sign"], markdown.strip())


def as_quote(text: str) -> str:
    """The text as a block quote; a plain sentence of one line stays as it is."""
    if _PLAIN.fullmatch(text):
        return text
    safe = _COMMENT.sub(r"<\\\1!--", text)
    return "\n".join(f"> {line}" if line else ">" for line in safe.split("\n"))


def from_quote(markdown: str) -> str:
    """The text that `as_quote` made; lines that are not quoted stay as they are."""
    lines = (re.sub(r"^> ?", "", line) for line in markdown.split("\n"))
    return re.sub(r"<\\(\\*)!--", r"<\1!--", "\n".join(lines))


def _escape(found: re.Match[str]) -> str:
    return found["code"] or f"\\{found[0]}"


def _escape_opening(found: re.Match[str]) -> str:
    return f"\\{found['mark']}" if found["mark"] else f"{found['number']}\\{found['end']}"
