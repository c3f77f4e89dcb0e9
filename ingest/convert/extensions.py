"""Markdown of site generators as plain Markdown: tabs, admonitions and `<details>` become labels, no line moves.

Known are MkDocs' (`=== "EKS"`, `!!! warning`, `??? note`), GitHub's and Obsidian's (`> [!WARNING]`), those of
Docusaurus, VitePress and MyST (`:::warning`), and `<details>` with its `<summary>`.
"""

from __future__ import annotations

import re

from kb.expression import expression

_TAB = expression(r"^(?P<indent>[ \t]*)===[+!]?[ \t]+\"(?P<title>[^\"]+)\"\s*$")
_BOX = expression(
    r"^(?P<indent>[ \t]*)(?:!!!"
    r"|\?\?\?\+?)[ \t]+(?P<kind>[\w-]+)(?:[ \t]+[\w-]+)*(?:[ \t]+\"(?P<title>[^\"]*)\")?\s*$"
)
_COLONS = expression(
    r"^(?P<indent>[ \t]*):{3,}[ \t]*\{?(?P<kind>[\w-]+)\}?[ \t]*(?:\[(?P<square>[^\]]*)\]"
    r"|(?P<title>[^\n{]*))?(?:\{[^}]*\})?\s*$"
)
_COLONS_END = expression(r"^[ \t]*:{3,}\s*$")
_ALERT = expression(r"^(?P<quote>[ \t]*>[ \t]*)\[!(?P<kind>\w+)\][+-]?[ \t]*(?P<title>.*)$")
_JSX_TAB = expression(
    r"^\s*(?:<Tab(?:Item)?\b[^>]*?\b(?:label|title|name)=[\"'{]+(?P<jsx>[^\"'}]+)[^>]*>"
    r"|\{[%{][<%]?\s*tab(?:-item)?\b[^\"]*\"(?P<code>[^\"]+)\".*[%}]\})\s*$"
)
_JSX_END = expression(
    r"^\s*(?:</?Tab(?:s|Item)?\b[^>]*>|\{[%{][<%]?\s*/?\s*(?:end)?tabs?(?:et)?\b[^%}]*[%>]?[%}]\})\s*$"
)
_SUMMARY = expression(r"(?:<details[^>]*>\s*)?<summary[^>]*>(?P<title>.*?)</summary>", re.I)
_DETAILS = expression(r"^\s*</?details[^>]*>\s*$", re.I)
_FENCE = expression(r"^[ \t]*(?P<marks>`{3,}|~{3,})")
_TAGS = expression(r"<[^>]+>")
_WARNS = expression(r"warning|danger|caution|important|attention|critical|bug|failure|error", re.I)
_SIGNS = expression(r"===|<tab|[%<]\s*/?tab|!!!|\?\?\?|:::|\[!|<summary|<details|</details", re.I)


def plain_markdown(text: str) -> str:
    """The same lines with every box and tab as a bold label, and what was in it at the margin of the label."""
    if not _SIGNS.search(text):
        return text
    return "\n".join(_Reader().line(line) for line in text.split("\n"))


class _Reader:
    """Knows the boxes that are open, by the indentation of what stands in them, and whether code is."""

    def __init__(self) -> None:
        self._open: list[int] = []
        self._fence = ""

    def line(self, line: str) -> str:
        if not line.strip():
            return line
        indent = len(line) - len(line.lstrip())
        if not self._fence:
            while self._open and indent < self._open[-1]:
                self._open.pop()
        inside = line[min(4 * len(self._open), indent) :]
        if fence := _FENCE.match(inside):
            self._fence = self._turn(fence["marks"])
            return inside
        return inside if self._fence else self._structure(line, inside, indent)

    def _turn(self, marks: str) -> str:
        """The fence that is open behind a line with `marks`."""
        if not self._fence:
            return marks
        return "" if marks.startswith(self._fence) else self._fence

    def _structure(self, line: str, inside: str, indent: int) -> str:
        for form in (_TAB, _BOX):
            if found := form.match(line):
                self._open.append(indent + 4)
                groups = found.groupdict()
                return _label(groups.get("kind") or "", groups["title"] or "")
        if found := _COLONS.match(inside):
            return _label(found["kind"], found["square"] or found["title"] or "")
        if found := _JSX_TAB.match(inside):
            return f"**{(found['jsx'] or found['code']).strip()}**"
        if _JSX_END.match(inside) or _COLONS_END.match(inside) or _DETAILS.match(inside):
            return ""
        if found := _ALERT.match(inside):
            return f"{found['quote']}{_label(found['kind'], found['title'])}"
        if found := _SUMMARY.search(inside):
            return f"**{' '.join(_TAGS.sub('', found['title']).split())}**"
        return inside


def _label(kind: str, title: str) -> str:
    """`Warning: Do not purge`; of boxes that only say something (`note`, a tab) their title alone, if there is one."""
    title = " ".join(title.split()).strip("* ")
    if kind and (_WARNS.fullmatch(kind) or not title):
        title = f"{kind.capitalize()}: {title}" if title else kind.capitalize()
    return f"**{title}**"
