"""Foreign text made safe to show: on a terminal, in a document of ours, as Markdown and back.

**On a terminal** (`visible`).  A terminal obeys escape sequences (OSC 52 writes the clipboard, OSC 8 hides where a
link leads), and who reads a command is deceived by characters that turn its order around or take no room.  Colours
are taken off without a mark; every other sequence becomes `␛`, another control character its picture (`␇`), and
hidden characters their number, a run of them once: `⟨U+202E⟩`, `⟨U+200B×12⟩`.  Tabs and line ends stay, so lines keep
their numbers.  Promises: `visible(visible(t)) == visible(t)`, and nothing of the above is left.

**In a document of ours** (`inert`).  Readers of Markdown pass HTML through, fetch pictures and follow links;
spreadsheets, into which tables are pasted, run what begins like a formula.  None of it is left.  Code in backticks
stays readable where it is sure to be code for every reader.

**As Markdown and back** (`as_line`, `as_quote`), for documents that are drafted and read again.  A *line* is one line
within a list item or heading; what Markdown would take for markup is escaped, code in backticks stays.  A *quote*
holds several lines, each behind `> `, so that nothing in it can begin a section of the document around it.  Promises:
`from_line(as_line(t))` is `t` with its white space joined; `from_quote(as_quote(t))` is `t`; neither result begins a
block of its own.
"""

from __future__ import annotations

import re

from kb.expression import expression

_CONTROL_STRING = r"[^\x07\x1b\x9c\n]{0,4000}(?:\x07|\x1b\\|\x9c)?"
_COLOUR = r"(?:\x1b\[|\x9b)[\d;:]{0,60}[mK]"
_SEQUENCE = (
    rf"(?:\x1b\[|\x9b)[0-?]{{0,200}}[ -/]{{0,8}}[@-~]|(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f]){_CONTROL_STRING}"
    r"|\x1b[()#%*+ ][A-Za-z0-9]|\x1b[0-~]|\x1b"
)
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_ROOM = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = f"[\x80-\x9f\u2028\u2029{_DIRECTION}{_NO_ROOM}]+"
_JOINERS = "[\u200c\u200d]{2,}"
"""One of them joins letters or emoji; a run of them only hides something."""
_ACTS = expression(
    rf"(?P<colour>{_COLOUR})|(?P<sequence>{_SEQUENCE})|(?P<control>{_CONTROL})|(?P<hidden>{_HIDDEN}|{_JOINERS})"
)
_MAY_ACT = expression(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200c\u200d{_DIRECTION}{_NO_ROOM}]")
"""Every character that one of those begins with: most texts have none, and this is quicker to say."""
_NOT_IN_JSON = expression(f"[\x7f-\x9f\u2028\u2029\u200c\u200d{_DIRECTION}{_NO_ROOM}]")


def visible(text: str) -> str:
    """The text with a mark in the place of everything that acts or hides."""
    return _ACTS.sub(_mark, text) if _MAY_ACT.search(text) else text


def escaped(json_text: str) -> str:
    """JSON that says the same, with escapes for what a terminal would obey or nobody would see."""
    return _NOT_IN_JSON.sub(_as_escape, json_text)


def _mark(found: re.Match[str]) -> str:
    if found["colour"]:
        return ""
    if found["sequence"]:
        return "␛"
    if control := found["control"]:
        return "␡" if control == "\x7f" else chr(0x2400 + ord(control))
    first, count = found[0][0], len(found[0])
    return f"⟨U+{ord(first):04X}{f'×{count}' if count > 1 else ''}⟩"


def _as_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


_CODE_SPAN = expression(r"(`[^`]*`)")
_LINK_OPENING = expression(r"(\\*)\[(?=[^\n]*\][(\[:])")
"""What may open a link or picture, with the backslashes before it."""
_FORMULA = expression(r"\s*[=+@-](?!\s*$|[\d.,]+\s*%?$)")


def inert(text: str) -> str:
    """A text on a line of Markdown: HTML, links and pictures of it are shown as they are written."""
    shown = visible(text)
    if "``" in shown or "\\`" in shown:  # readers disagree on what of it is code
        return _without_markup(shown)
    return "".join(
        part if number % 2 else _without_markup(part) for number, part in enumerate(_CODE_SPAN.split(shown))
    )


def inert_cell(text: str) -> str:
    """As `inert`, for a cell of a table: what a spreadsheet would run has an apostrophe before it."""
    shown = inert(text.replace("|", "/"))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def fenced(text: str) -> str:
    """The text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _without_markup(text: str) -> str:
    marked = re.sub(r"&(?=#|\w+;)", "&amp;", text).replace("<", "&lt;")
    return _LINK_OPENING.sub(lambda found: f"{found[1] * 2}\\[", marked)


_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_CODE_IN_LINE = r"(?<!`)`(?:(?!<!--)[^`])+`(?!`)"
_MARKUP = expression(
    rf"(?P<code>{_CODE_IN_LINE})"
    rf"|\\(?={_PUNCTUATION}|$)"
    r"|[*`]|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~"
    r"|<(?=[A-Za-z/!?])|(?<=<)!(?=--)|&(?=#|\w+;)"
)
_BLOCK_OPENING = expression(r"(?P<mark>[#>+=|\[~-])|(?P<number>\d{1,9})(?P<end>[.)](?:\s|$))")
_BACKSLASHED = expression(rf"(?P<code>`[^`]+`)|\\(?P<sign>{_PUNCTUATION})")
_COMMENT = expression(r"<(\\*)!--")
_PLAIN_SENTENCE = expression(r"(?!.{0,60}?:)[^\W_][^\n<>|*_]*(?: [^\n<>|*_]+){2}")


def as_line(text: str) -> str:
    """The text in one line of Markdown, fit for a list item, a heading or a labelled value."""
    joined = " ".join(text.split())
    shown = _MARKUP.sub(_backslash, joined)
    if joined[:1] == shown[:1]:
        shown = _BLOCK_OPENING.sub(_escape_opening, shown, count=1) if _BLOCK_OPENING.match(shown) else shown
    return shown[:-1] + "\\#" if shown.endswith("#") and shown != "\\#" else shown


def from_line(markdown: str) -> str:
    """The text of a line that `as_line` made; ordinary Markdown stays as it is."""
    return _BACKSLASHED.sub(lambda found: found["code"] or found["sign"], markdown.strip())


def as_quote(text: str) -> str:
    """The text as a block quote; a plain sentence of one line stays as it is."""
    if _PLAIN_SENTENCE.fullmatch(text):
        return text
    safe = _COMMENT.sub(r"<\\\1!--", text)
    return "\n".join(f"> {line}" if line else ">" for line in safe.split("\n"))


def from_quote(markdown: str) -> str:
    """The text that `as_quote` made; lines that are not quoted stay as they are."""
    lines = (re.sub(r"^> ?", "", line) for line in markdown.split("\n"))
    return re.sub(r"<\\(\\*)!--", r"<\1!--", "\n".join(lines))


def _backslash(found: re.Match[str]) -> str:
    return found["code"] or f"\\{found[0]}"


def _escape_opening(found: re.Match[str]) -> str:
    return f"\\{found['mark']}" if found["mark"] else f"{found['number']}\\{found['end']}"
