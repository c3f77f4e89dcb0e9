"""Text that is shown in a document of ours and can do nothing there: no markup, no link or picture, no formula.

Markdown readers pass HTML through, fetch pictures, and follow links; spreadsheets, into which tables are pasted,
run what begins like a formula.  Code in backticks stays readable where it is sure to be code for every reader.
"""

from __future__ import annotations

import re

from kb.text.visible import visible

_CODE = re.compile(r"(`[^`]*`)")
_LINK = re.compile(r"(\\*)\[(?=[^\n]*\][(\[:])")
"""What may open a link or picture, with the backslashes before it."""
_FORMULA = re.compile(r"\s*[=+@-](?![\d.,]+\s*%?$)")


def inert(text: str) -> str:
    """A text on a line of Markdown: HTML, links and pictures of it are shown as they are written."""
    shown = visible(text)
    if "``" in shown or "\\`" in shown:  # readers disagree on what of it is code
        return _escaped(shown)
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(_CODE.split(shown)))


def inert_cell(text: str) -> str:
    """As `inert`, for a cell of a table: what a spreadsheet would run has an apostrophe before it."""
    shown = inert(text.replace("|", "/"))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def fenced(text: str) -> str:
    """The text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _escaped(text: str) -> str:
    marked = re.sub(r"&(?=#|\w+;)", "&amp;", text).replace("<", "&lt;")
    return _LINK.sub(lambda found: f"{found[1] * 2}\\[", marked)
