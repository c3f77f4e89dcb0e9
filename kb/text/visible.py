"""Text without what would act instead of being read: a mark stands where a terminal or a reader would be led astray.

A terminal obeys escape sequences (OSC 52 writes the clipboard, OSC 8 hides where a link leads), a reader of a
command is deceived by characters that turn its order around or take no room.  Colours are taken off without a
mark; every other sequence becomes `␛`, another control character its picture (`␇`), and hidden characters their
number, a run of them once: `⟨U+202E⟩`, `⟨U+200B×12⟩`.  Tabs and line ends stay, so lines keep their numbers.
Promises: `visible(visible(t)) == visible(t)`, and nothing of the above is left.
"""

from __future__ import annotations

import re

_STRING = r"[^\x07\x1b\x9c\n]{0,4000}(?:\x07|\x1b\\|\x9c)?"
_COLOUR = r"(?:\x1b\[|\x9b)[\d;:]{0,60}[mK]"
_SEQUENCE = (
    rf"(?:\x1b\[|\x9b)[0-?]{{0,200}}[ -/]{{0,8}}[@-~]|(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f]){_STRING}"
    r"|\x1b[()#%*+ ][A-Za-z0-9]|\x1b[0-~]|\x1b"
)
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)"
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_ROOM = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = f"[\x80-\x9f\u2028\u2029{_TURNS}{_NO_ROOM}]+"
_JOINERS = "[\u200c\u200d]{2,}"
"""One of them joins letters or emoji; a run of them only hides something."""
_ACTS = re.compile(
    rf"(?P<colour>{_COLOUR})|(?P<sequence>{_SEQUENCE})|(?P<control>{_CONTROL})|(?P<hidden>{_HIDDEN}|{_JOINERS})"
)
_NOT_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029\u200c\u200d{_TURNS}{_NO_ROOM}]")


def visible(text: str) -> str:
    """The text with a mark in the place of everything that acts or hides."""
    return text if text.isascii() and text.isprintable() else _ACTS.sub(_mark, text)


def escaped(json_text: str) -> str:
    """JSON that says the same, with escapes for what a terminal would obey or nobody would see."""
    return _NOT_IN_JSON.sub(_escape, json_text)


def _mark(found: re.Match[str]) -> str:
    if found["colour"]:
        return ""
    if found["sequence"]:
        return "␛"
    if control := found["control"]:
        return "␡" if control == "\x7f" else chr(0x2400 + ord(control))
    first, count = found[0][0], len(found[0])
    return f"⟨U+{ord(first):04X}{f'×{count}' if count > 1 else ''}⟩"


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
