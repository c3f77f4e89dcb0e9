"""Org as Markdown: its tree (headings, states, deadlines) by orgparse; its lists and tables are nearly Markdown.

A heading with a state (`TODO`, `DONE`) is an item with a box, its deadline a due date.  What Org keeps to itself is
left out: lines and blocks of comment, and a subtree whose heading begins with COMMENT, which orgparse takes for text
(`findings/orgparse-reads-what-is-commented-out.sh`; Org manual, "Comment Lines").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.expression import expression

_SOURCE = expression(
    r"^[ \t]*#\+begin_(?P<kind>src"
    r"|example)[ \t]*(?P<lang>[\w-]*)[^\n]*\n(?P<code>.*?)^[ \t]*#\+end_(?P=kind)[ \t]*$",
    re.M | re.S | re.I,
)
_SETTING = expression(r"^[ \t]*#\+(?P<name>[\w-]+):?[ \t]*(?P<value>.*)$", re.M)
_COMMENT_BLOCK = expression(
    r"^[ \t]*#\+begin_comment[ \t]*\n.*?^[ \t]*#\+end_comment[ \t]*$\n?", re.M | re.S | re.I
)
_COMMENT_LINE = expression(r"^[ \t]*#(?:[ \t].*)?$\n?", re.M)
_COMMENTED_OUT = expression(r"COMMENT(?:\s|$)")
_DRAWER = expression(r"^[ \t]*:[A-Z_]+:[ \t]*\n.*?^[ \t]*:END:[ \t]*\n?", re.M | re.S)
_PLANNED = expression(r"^[ \t]*(?:DEADLINE|SCHEDULED|CLOSED):.*$", re.M)
_RULE = expression(r"^([ \t]*\|)([-+]+)(\|)[ \t]*$", re.M)
_STAMP = expression(r"[<\[](?P<day>\d{4}-\d\d-\d\d)(?: \w{2,4}\.?)?(?: (?P<clock>\d\d?:\d\d))?[^>\]\n]*[>\]]")
_LINK = expression(r"\[\[(?P<url>[^\]]+)\](?:\[(?P<text>[^\]]+)\])?\]")
_CODE = expression(r"(?<![\w=~])(?P<mark>[=~])(?P<text>[^\s=~](?:[^=~\n]*[^\s=~])?)(?P=mark)(?![\w=~])")
_BOLD = expression(r"(?<![\w*])\*(?P<text>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")
_STRUCK = expression(r"(?<![\w+])\+(?P<text>[^\s+](?:[^+\n]*[^\s+])?)\+(?![\w+])")
_IN_CODE = expression(r"(`[^`\n]*`)")
_FACTS = ("date", "severity", "status", "author", "service", "services", "environment")


def org_to_markdown(text: str) -> tuple[str, str]:
    """The Markdown of an Org file, and what of it is not read: how many subtrees are commented out."""
    import orgparse

    root = orgparse.loads(text)
    parts = [*_head(text), _body(root.body)]
    commented, level = 0, 0
    for node in root[1:]:
        if level and node.level > level:
            continue
        level = node.level if _COMMENTED_OUT.match(node.get_heading(format="raw")) else 0
        if level:
            commented += 1
        else:
            parts += _node(node)
    unread = f"{commented} of its sections commented out, not read" if commented else ""
    return "\n\n".join(part for part in parts if part.strip()) + "\n", unread


def _head(text: str) -> Iterator[str]:
    said = {
        found["name"].lower(): found["value"].strip()
        for found in _SETTING.finditer(text.partition("\n* ")[0])
    }
    if said.get("title"):
        yield f"# {_inline(said['title'])}"
    facts = [f"- {name.capitalize()}: {_inline(said[name])}" for name in _FACTS if said.get(name)]
    yield "\n".join(facts)


def _node(node: Any) -> Iterator[str]:
    body = _body(node.body)
    if node.todo:
        mark = "x" if node.todo in node.env.done_keys else " "
        due = f" - Due: {node.deadline.start}" if node.deadline else ""
        yield f"- [{mark}] {_inline(node.heading)}{due}" + (
            f"\n  {' '.join(body.split())}" if body.strip() else ""
        )
        return
    yield f"{'#' * min(node.level + 1, 6)} {_inline(node.get_heading(format='raw'))}"
    yield body


def _body(text: str) -> str:
    """The text of a node: code fenced, drawers and settings gone, stamps as plain dates."""
    pieces, last = [], 0
    for found in _SOURCE.finditer(text):
        pieces += [
            _prose(text[last : found.start()]),
            f"```{found['lang'].lower()}\n{_dedented(found['code'])}\n```",
        ]
        last = found.end()
    pieces.append(_prose(text[last:]))
    return "\n".join(pieces).strip("\n")


def _dedented(code: str) -> str:
    from textwrap import dedent

    return dedent(code).rstrip("\n")


def _prose(text: str) -> str:
    text = _COMMENT_LINE.sub("", _COMMENT_BLOCK.sub("", text))
    text = _PLANNED.sub("", _DRAWER.sub("", text))
    text = _SETTING.sub("", text)
    text = _RULE.sub(lambda found: found[1] + found[2].replace("+", "|") + found[3], text)
    return "\n".join(_inline(line) for line in text.split("\n"))


def _inline(text: str) -> str:
    text = _STAMP.sub(lambda found: " ".join(part for part in (found["day"], found["clock"]) if part), text)
    text = _LINK.sub(lambda found: f"[{found['text'] or found['url']}]({found['url']})", text)
    parts = _IN_CODE.split(_CODE.sub(r"`\g<text>`", text))
    return "".join(
        part if number % 2 else _BOLD.sub(r"**\g<text>**", _STRUCK.sub(r"~~\g<text>~~", part))
        for number, part in enumerate(parts)
    )
