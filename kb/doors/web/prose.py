"""Texts that people wrote in Markdown, laid out: no HTML of theirs, no pictures, links that lead to web pages alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markupsafe import Markup

LONGEST = 200_000
"""Characters that are laid out; a longer text is shown as it is written."""

_WRAPPED, _ENDS = 50, ".!?:;"
"""Characters of a line that may have been wrapped, and with which nobody wraps it but ends it."""


def prose(text: str) -> Markup:
    """The text as HTML.  Lines stay lines, unless they were wrapped; headings of it are below those of the page."""
    from markupsafe import Markup, escape

    if len(text) > LONGEST:
        return Markup("<pre>{}</pre>").format(escape(text))
    return Markup(_reader().render(text))  # markdown-it escapes all that is no Markdown


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    reader.add_render_rule("softbreak", _line_end)
    reader.add_render_rule("link_open", _link)
    reader.add_render_rule("th_open", _plain_cell)
    reader.add_render_rule("td_open", _plain_cell)
    return reader


def _heading(renderer: Any, tokens: Sequence[Any], at: int, options: Any, environment: Any) -> str:
    """All are of one level, the third: a text may begin anywhere and skip some."""
    del renderer, options, environment
    return "<h3>" if tokens[at].nesting == 1 else "</h3>\n"


def _line_end(renderer: Any, tokens: Sequence[Any], at: int, options: Any, environment: Any) -> str:
    """A line that was full when it ended was wrapped by an editor; another one was ended by who wrote it."""
    del renderer, options, environment
    line = ""
    for token in reversed(tokens[:at]):
        if token.type in ("softbreak", "hardbreak"):
            break
        line = token.content + line
    return "\n" if len(line) >= _WRAPPED and line[-1] not in _ENDS else "<br />\n"


def _link(renderer: Any, tokens: Sequence[Any], at: int, options: Any, environment: Any) -> str:
    """A link tells the other site nothing of this one."""
    tokens[at].attrSet("rel", "noreferrer nofollow")
    return str(renderer.renderToken(tokens, at, options, environment))


def _plain_cell(renderer: Any, tokens: Sequence[Any], at: int, options: Any, environment: Any) -> str:
    """A cell without the style by which a table is aligned: the policy of the page allows none."""
    del renderer, options, environment
    return f"<{tokens[at].tag}>"
