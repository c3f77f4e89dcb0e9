"""The short facts of a report, `Date: …` in a line, a bold label, a list item, a table or front matter.

A value is told from a blank of a template that nobody filled in: `[Date]`, `{{ name }}`, `TBD` (`is_blank`).

`with_headings` also makes headings of plain lines that announce a part (`Root cause: …`, `TIMELINE`), so that a report
without any Markdown headings is read like all others.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from ingest.markdown.sections import MarkdownDocument, plain
from ingest.postmortem.headings import ReportPart, part_of
from ingest.postmortem.headings_abroad import LABELS as ABROAD
from kb.expression import expression

_FACT_LINE = expression(
    r"^\s*(?:[-*+•>]\s+"
    r"|\d+[.)]\s+)*[^\w\s*_<\[|`]{0,3}\s*[*_]{0,3}(?P<name>[^\W\d_][\w /&'’().-]{1,40}?)\s*[*_]{0,3}"
    r"\s*[:：]\s*[*_]{0,3}\s*(?P<value>\S.*)$"
)
_FACT_ROW = expression(
    r"^\s*\|\s*[*_]{0,2}(?P<name>[^\W\d_][^|*]{1,40}?)[*_:\s]*\|\s*(?P<value>[^"
    r"|]+?)\s*\|?\s*$"
)
_REMARK = expression(r"to-?do", re.I)
"""What somebody reminds himself of in a line is no part of a report."""
_LISTED_PART = expression(
    r"^[-*+]\s+(?:\*\*|__)?(?P<title>[A-Z][A-Za-z '’/&-]{2,40}?)\s*"
    r"(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:|:)\s+(?P<rest>\S.*)$"
)
_LABEL_ITEM = expression(
    r"^[-*+]\s+(?:\*\*|__)(?P<title>[^*_\n:]{2,60}?)\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*(?::|$))\s*"
    r"(?P<rest>.*)$"
)
_REPEATED = expression(r"action(?: item)?s?(?: \d+)?|to-?do|task|follow-?up", re.I)
"""Labels that several items of a list have each, which are no parts then."""
_CODE_INDENT = 4
"""Spaces from which on a line is code."""
_LONGEST_TITLE = 4
_TOLD_IN_HEADING = 9
"""So many words behind `#` tell the part instead of naming it: `# Root cause: The certificate had expired, …`"""
_LONGEST_QUESTION = 5
"""Words of a line without marks that announces a part: `Root cause`, `What was the root cause?`"""
_FEWEST_LABELS = 3
"""So many of its items name parts of a report where the list is one."""
_ONLY_TIME = expression(r"[\d\s:.,/T-]+(?:Z|[A-Z]{3,4})?")
_DRAFT = expression(r"^- \*\*Incident ID\*\*: `?incident-\d{8}-")
"""The facts of a postmortem that `kb incident postmortem` drafted, which are read exactly as they are."""
_HEADING = expression(r"^#{1,6}\s+(?P<title>.+?)\s*#*$")
_IN_A_LINE = (
    ReportPart.CAUSE,
    ReportPart.RESOLUTION,
    ReportPart.MITIGATION,
    ReportPart.IMPACT,
    ReportPart.SUMMARY,
    ReportPart.DETECTION,
    ReportPart.PREVENTION,
)
_WINDOW_TITLE = expression(
    r"(?:impact|incident|outage) (?:time|window|period)|time of (?:the )?(?:impact|incident|outage)", re.I
)
_WINDOW_PARTS = expression(r"\s+(?:to|until|till|[-–—→])\s+")
_FENCE = expression(r"^\s*(?:```(?!.*`)|~~~)")
_PLAIN_PART = expression(r"^(?P<title>[A-Z][A-Za-z '’/&-]{2,40}?)\s*:\s*(?P<rest>.*)$")
_SPOKEN_PART = expression(r"^(?P<title>[A-Z][A-Za-z '’/&-]{2,40})(?P<asks>\??)$")


@dataclass(frozen=True, slots=True)
class LabelledFact:
    """A label and its value; `line` counts from 1, 0 for front matter."""

    name: str
    value: str
    line: int


def gather_facts(document: MarkdownDocument, text: str) -> tuple[LabelledFact, ...]:
    """Every labelled value that is not a placeholder, front matter first."""
    told = (*_front_facts(document), *_text_facts(text), *_window_facts(document))
    return tuple(f for f in told if not is_blank(f.value))


def fact(facts: tuple[LabelledFact, ...], names: str) -> str:
    """The value of the first fact whose whole name matches the pattern `names`, or an empty string."""
    wanted = re.compile(rf"(?:{names})", re.I)
    return next((f.value for f in facts if wanted.fullmatch(f.name)), "")


def with_headings(text: str) -> str:
    """The text with plain lines that announce a part turned into bold labels; no line moves."""
    lines = text.split("\n")
    _set_left(lines)
    _move_out(lines)
    for number, label in _list_labels(lines):
        lines[number] = label
    in_code = False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            before = lines[number - 1] if number else ""
            after = lines[number + 1] if number + 1 < len(lines) else ""
            lines[number] = _as_label(line, before, after)
    return "\n".join(lines)


def _set_left(lines: list[str]) -> None:
    """Take away the few spaces that all lines below a heading begin with, which mean nothing in Markdown."""
    places = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    for start, end in pairwise((*places, len(lines))):
        told = [line for line in lines[start + 1 : end] if line.strip()]
        few = min((len(line) - len(line.lstrip(" ")) for line in told), default=0)
        if 0 < few < _CODE_INDENT and told[0].lstrip().startswith(("- ", "* ", "+ ")):
            lines[start + 1 : end] = [line[few:] for line in lines[start + 1 : end]]


def _move_out(lines: list[str]) -> None:
    """Make labels of the items of a list that is the report (`- **Resolution**:` with its text indented below it)."""
    labels = [(number, found) for number, line in enumerate(lines) if (found := _LABEL_ITEM.match(line))]
    items = [(number, found) for number, found in labels if not _REPEATED.fullmatch(found["title"].strip())]
    drafted = any(_DRAFT.search(found[0]) for _, found in items)
    if drafted or sum(part_of(found["title"]) is not None for _, found in items) < _FEWEST_LABELS:
        return
    for number, found in items:
        below = list(takewhile(lambda line: not line or line[0].isspace(), lines[number + 1 :]))
        lines[number] = f"**{found['title'].strip()}**: {found['rest']}".rstrip()
        lines[number + 1 : number + 1 + len(below)] = (
            textwrap.dedent("\n".join(below)).split("\n") if below else []
        )


def _list_labels(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The items of lists that tell a report (`- Root cause: …`), as labels, with their places in `lines`."""
    run: list[tuple[int, re.Match[str]]] = []
    in_code, listed, mixed = False, True, False
    for number, line in enumerate([*lines, ""]):
        if heading := _HEADING.match(line):
            listed = part_of(heading["title"]) in (None, ReportPart.SUMMARY)
        in_code ^= _FENCE.match(line) is not None
        item = None if in_code else _LISTED_PART.match(line)
        if item:
            run.append((number, item))
            continue
        mixed |= bool(line.strip()) and bool(run)
        if not line.strip():
            told = any(_told_in_list(found) for _, found in run)
            if told and listed and not mixed and not any(_DRAFT.search(found[0]) for _, found in run):
                yield from ((place, f"**{found['title']}**: {found['rest']}") for place, found in run)
            run, mixed = [], False


def _told_in_list(label: re.Match[str]) -> bool:
    """Whether a label of a list is one of the parts that a report tells in a line; `Resolved: 10:40` is a time."""
    title = label["title"]
    return (
        part_of(title) in _IN_A_LINE and len(title.split()) <= 3 and not _ONLY_TIME.fullmatch(label["rest"])
    )


def _as_label(line: str, before: str, after: str) -> str:
    heading = _HEADING.match(line)
    told = heading["title"] if heading and len(heading["title"].split()) >= _TOLD_IN_HEADING else line
    if (announced := _PLAIN_PART.match(told)) and _announces(announced["title"]):
        return f"**{announced['title']}**: {announced['rest']}".rstrip()
    spoken = _SPOKEN_PART.match(line.strip()) if not before.strip() else None
    underlined = set(after.strip()) in ({"-"}, {"="})
    most = _LONGEST_QUESTION if spoken and spoken["asks"] else _LONGEST_TITLE
    if spoken and not underlined and len(spoken["title"].split()) <= most and _announces(spoken["title"]):
        return f"**{line.strip()}**"
    return line


def _announces(title: str) -> bool:
    return len(title.split()) <= 5 and part_of(title) is not None and not _REMARK.fullmatch(title)


def _front_facts(document: MarkdownDocument) -> Iterator[LabelledFact]:
    for name, value in document.front.items():
        if isinstance(value, list | tuple):
            value = ", ".join(str(item) for item in value if not isinstance(item, dict | list))
        if value is not None and not isinstance(value, dict | bool):
            yield LabelledFact(
                re.sub(r"[_-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower(), str(value), 0
            )


def _text_facts(text: str) -> Iterator[LabelledFact]:
    in_code = False
    for number, line in enumerate(text.split("\n"), 1):
        if _FENCE.match(line):
            in_code = not in_code
            continue
        found = None if in_code else (_FACT_ROW.match(line) or _FACT_LINE.match(line))
        if found:
            name = plain(found["name"]).strip(" :").lower()
            yield LabelledFact(ABROAD.get(name, name), plain(found["value"]), number)


def _window_facts(document: MarkdownDocument) -> Iterator[LabelledFact]:
    """When it began and ended, of a section that says no more: `IMPACT TIME`, below it `Mar 12 at 15:51 to 16:12`."""
    for section in document.sections:
        lines = [line for line in section.text.split("\n") if line.strip()]
        if len(lines) == 1 and _WINDOW_TITLE.fullmatch(section.title.strip(" :")):
            for name, part in zip(
                ("started", "resolved"), _WINDOW_PARTS.split(plain(lines[0]), 1), strict=False
            ):
                yield LabelledFact(name, part.strip(), section.line)


_PLACEHOLDER = expression(
    r"(?:\[(?![ xX]?\])[^\]\n]*\](?!\()|\{\{.*?\}\}|\{[A-Za-z _-]+\}|<[A-Za-z][^<>\n]*>|__+|\.{3,}"
    r"|…+|\?+|[-–—]+"
    r"|X{2,}|Y{2,}|Z{2,}|tb[dac]|to be (?:determined|decided|done|confirmed|added)|n/?a|none"
    r"|unknown|not applicable"
    r"|date range|issue name|incident (?:name|title)|(?:YYYY|20xx)\W?MM\W?DD(?:\W+HH:mm)?|HH:mm"
    r"|short event description|lorem ipsum.*|etiam quis.*|sit amet.*)",
    re.I,
)
_LABELLED = expression(
    r"^(?P<label>[\s>*_+#-]*(?:\d+[.)]\s*)?(?:\[[ xX]\]\s*)?[^\n:]{1,40}:[*_]*\s*)(?P<value>.+)$"
)
_LINK_OPENING = expression(r"\[[^\]]*\](?:\(|\[|:\s)")
_LINK_DEFINITION = expression(r"\s{0,3}\[[^\]\n]+\]:\s+<?\S+>?(?:\s+[\"'(].*)?\s*")
"""A line that gives the target of a link of the text (`[1]: https://…`) and says nothing itself."""
_TEMPLATE_STAMP = expression(r"^[\s*_+-]*(?:\[(?:time|date)[^\]]*\]|\{\{[^}]*\}\}|HH:mm)(?!\()", re.I)


def is_blank(value: str) -> bool:
    """Whether a value is empty or a template's placeholder."""
    bare = value.strip().strip("*_`. ").strip()
    if _LINK_OPENING.match(bare):
        return False
    return not bare or _PLACEHOLDER.fullmatch(bare) is not None


def without_blanks(text: str) -> str:
    """The text without the lines that are only a placeholder, alone, after a bullet or after a label."""
    kept = (
        line for line in text.split("\n") if not line.strip() or _FENCE.match(line) or not is_blank_line(line)
    )
    return "\n".join(kept).strip("\n")


def is_blank_line(line: str) -> bool:
    """Whether a line of a filled-in template still holds nothing."""
    bare = re.sub(r"^\s*(?:[-*+>]|\d+[.)])\s+(?:\[[ xX]?\]\s+)?", "", line)
    if is_blank(bare) and not re.fullmatch(r"\s*-{3,}\s*", line):
        return True
    if _TEMPLATE_STAMP.match(line) or _LINK_DEFINITION.fullmatch(line):
        return True
    labelled = _LABELLED.match(line)
    return labelled is not None and "http" not in labelled["label"] and _is_bracketed(labelled["value"])


def _is_bracketed(value: str) -> bool:
    bare = value.strip().strip("*_ ")
    return re.fullmatch(r"\[[^\]]+\]|\{\{.*\}\}", bare) is not None
