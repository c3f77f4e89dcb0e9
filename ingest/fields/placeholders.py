"""Tells a value from the blank of a template that nobody filled in: `[Date]`, `{{ name }}`, `TBD`."""

from __future__ import annotations

import re

_BLANK = re.compile(
    r"(?:\[(?![ xX]?\])[^\]\n]*\](?!\()|\{\{.*?\}\}|\{[A-Za-z _-]+\}|<[A-Za-z][^<>\n]*>|__+|\.{3,}"
    r"|…+|\?+|[-–—]+"
    r"|X{2,}|Y{2,}|Z{2,}|tb[dac]|to be (?:determined|decided|done|confirmed|added)|n/?a|none"
    r"|unknown|not applicable"
    r"|date range|issue name|incident (?:name|title)|(?:YYYY|20xx)\W?MM\W?DD(?:\W+HH:mm)?|HH:mm"
    r"|short event description|lorem ipsum.*|etiam quis.*|sit amet.*)",
    re.I,
)
_LABELLED = re.compile(
    r"^(?P<label>[\s>*_+#-]*(?:\d+[.)]\s*)?(?:\[[ xX]\]\s*)?[^\n:]{1,40}:[*_]*\s*)(?P<value>.+)$"
)
_LINK = re.compile(r"\[[^\]]*\](?:\(|\[|:\s)")
LINK_DEFINITION = re.compile(r"\s{0,3}\[[^\]\n]+\]:\s+<?\S+>?(?:\s+[\"'(].*)?\s*")
"""A line that gives the target of a link of the text (`[1]: https://…`) and says nothing itself."""
_TEMPLATE_STAMP = re.compile(r"^[\s*_+-]*(?:\[(?:time|date)[^\]]*\]|\{\{[^}]*\}\}|HH:mm)(?!\()", re.I)


def is_blank(value: str) -> bool:
    """Whether a value is empty or a template's placeholder."""
    bare = value.strip().strip("*_`. ").strip()
    if _LINK.match(bare):
        return False
    return not bare or _BLANK.fullmatch(bare) is not None


def without_blanks(text: str) -> str:
    """The text without the lines that are only a placeholder, alone, after a bullet or after a label."""
    return "\n".join(line for line in text.split("\n") if not line.strip() or not is_blank_line(line)).strip(
        "\n"
    )


def is_blank_line(line: str) -> bool:
    """Whether a line of a filled-in template still holds nothing."""
    bare = re.sub(r"^\s*(?:[-*+>]|\d+[.)])\s+(?:\[[ xX]?\]\s+)?", "", line)
    if is_blank(bare) and not re.fullmatch(r"\s*-{3,}\s*", line):
        return True
    if _TEMPLATE_STAMP.match(line) or LINK_DEFINITION.fullmatch(line):
        return True
    labelled = _LABELLED.match(line)
    return labelled is not None and "http" not in labelled["label"] and _is_bracketed(labelled["value"])


def _is_bracketed(value: str) -> bool:
    bare = value.strip().strip("*_ ")
    return re.fullmatch(r"\[[^\]]+\]|\{\{.*\}\}", bare) is not None
