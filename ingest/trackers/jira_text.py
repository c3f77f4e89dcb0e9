"""The texts of Jira's fields as Markdown: wiki markup (REST v2), and the document format (REST v3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.deployments.reading import listed, text
from kb.expression import expression

_CODE = expression(r"\{(?P<kind>code|noformat)(?::(?P<about>[^}\n]*))?\}(?P<text>.*?)\{(?P=kind)\}", re.S)
_IS_WIKI = expression(r"^h[1-6]\.\s|\{(?:code|noformat|quote|panel)\b|\{\{\S|^\|\||^bq\. ", re.M)
_ITEM = expression(r"^(?P<marks>[*#]{1,6})[ \t]+(?=\S)", re.M)
_NUMBERED = expression(r"^# .*\n# ", re.M)
_HEADING = expression(r"^h(?P<level>[1-6])\.[ \t]+", re.M)
_HEAD_OF_TABLE = expression(r"^\|\|(?P<cells>.*)\|\|[ \t]*$", re.M)
_AROUND = expression(r"\{(?:anchor|panel|quote|color|info|warning|note|tip|expand)(?::[^}\n]*)?\}")
_TYPED = expression(r"\{\{(?P<text>\S(?:[^\n]*?\S)?)\}\}")
_BOLD = expression(r"(?<![\w*])\*([^\s*][^*\n]*[^\s*]|[^\s*])\*(?![\w*])")
_STRUCK = expression(r"(?<![\w-])-(?![-\s])(?P<text>[^-\n]*[^-\s])-(?![\w-])")
_LINK = expression(r"\[(?P<text>[^\]|\n]+)\|(?P<url>https?://[^\]|\s]+)(?:\|[^\]\n]*)?\]")
_ESCAPED = expression(r"\\(?=[-*_{}()\[\]|!+^~?#])")


def document_text(value: Any) -> str:
    """The Markdown of a field: of wiki markup, or of the paragraphs of Jira's document format."""
    if isinstance(value, str):
        return _wiki(value)
    return "\n\n".join(block for block in _blocks(value) if block)


def _wiki(said: str) -> str:
    """Wiki markup as far as our readers look: what stands in code is left as it is, escapes apart."""
    wiki = _IS_WIKI.search(said) is not None
    parts, last = list[str](), 0
    for found in _CODE.finditer(said):
        parts += [_prose(said[last : found.start()], wiki=wiki), _code(found)]
        last = found.end()
    return "".join((*parts, _prose(said[last:], wiki=wiki)))


def _code(found: re.Match[str]) -> str:
    """A block of code with its language; on one line of its text as code in that line."""
    code = found["text"].strip("\n").rstrip()
    if "\n" not in found["text"] and code.strip():
        return f"`{code.strip()}`"
    language = (found["about"] or "").partition("|")[0].strip()
    return f"```{language if language.isalnum() else ''}\n{code}\n```"


def _prose(said: str, *, wiki: bool) -> str:
    if wiki or _NUMBERED.search(said):
        said = _ITEM.sub(_item, said)
    else:
        said = re.sub(r"^(\*+)[ \t]+", lambda found: "  " * (len(found[1]) - 1) + "- ", said, flags=re.M)
    said = _HEADING.sub(lambda found: "#" * int(found["level"]) + " ", said)
    if wiki:
        said = _HEAD_OF_TABLE.sub(_head_of_table, said)
        said = re.sub(r"^bq\. ", "> ", _AROUND.sub("", said), flags=re.M)
        said = _LINK.sub(r"[\g<text>](\g<url>)", _STRUCK.sub(r"~~\g<text>~~", said))
    said = _TYPED.sub(r"`\g<text>`", _BOLD.sub(r"**\1**", said))
    return _ESCAPED.sub("", said) if wiki else said


def _item(found: re.Match[str]) -> str:
    marks = found["marks"]
    return "   " * (len(marks) - 1) + ("1. " if marks[-1] == "#" else "- ")


def _head_of_table(found: re.Match[str]) -> str:
    cells = [cell.strip() for cell in found["cells"].split("||")]
    return f"| {' | '.join(cells)} |\n|{' --- |' * len(cells)}"


def _blocks(node: Any) -> Iterator[str]:
    """The blocks of Jira's document format: headings, items, code and paragraphs, in order."""
    kind, said = text(node, "type"), _inline(node)
    if kind == "heading":
        yield f"{'#' * int(text(node, 'attrs', 'level') or 2)} {said}"
    elif kind == "paragraph":
        yield said
    elif kind == "listItem":
        yield f"- {said}"
    elif kind == "codeBlock":
        yield f"```\n{said}\n```"
    else:
        for child in listed(node, "content"):
            yield from _blocks(child)


def _inline(node: Any) -> str:
    parts = [text(child, "text") or _inline(child) for child in listed(node, "content")]
    return text(node, "text") or "".join(parts)
