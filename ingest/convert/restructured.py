"""reStructuredText as Markdown, by docutils, which wrote the language; what only Sphinx knows stays as text.

Files are not included and raw output is not let through, whatever a document asks for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ingest.convert.html import html_to_markdown
from kb.expression import expression

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 6,
    "syntax_highlight": "none",
    "input_encoding": "unicode",
    "_disable_config": True,
    "line_length_limit": 1_000_000,
}
_CODE = ("sourcecode", "prompt", "console")
_UNSEEN = (
    "toctree",
    "index",
    "contents",
    "meta",
    "highlight",
    "currentmodule",
    "literalinclude",
    "automodule",
    "autoclass",
)
_PROSE_ROLES = ("ref", "doc", "term", "abbr", "any", "numref", "guilabel", "menuselection")
_DIRECTIVE = expression(r"^\s*\.\. (?P<name>[\w:+-]+)::", re.M)
_ROLE = expression(r"(?<![\w`]):(?P<name>[a-z][\w:+-]*):`")


def rst_to_markdown(text: str) -> str:
    """The Markdown of a document.  Raises whatever docutils raises on one that it cannot read at all."""
    from docutils.core import publish_parts

    _know(
        {found["name"] for found in _DIRECTIVE.finditer(text)},
        {found["name"] for found in _ROLE.finditer(text)},
    )
    parts = publish_parts(text, writer="html5", settings_overrides=_SETTINGS)
    return html_to_markdown(parts["html_body"])


def _know(directives_used: set[str], roles_used: set[str]) -> None:
    """Let docutils keep the text of directives and roles that it does not know: those of Sphinx and its extensions."""
    from docutils.parsers.rst import directives, roles
    from docutils.parsers.rst.languages import en

    titled, unseen, code, as_text = _substitutes()
    for name in directives_used - set(en.directives):
        directives.register_directive(name, code if name in _CODE else unseen if name in _UNSEEN else titled)
    for name in roles_used - set(en.roles):
        roles.register_local_role(name, as_text)


@lru_cache(maxsize=1)
def _substitutes() -> tuple[Any, Any, Any, Any]:
    """What stands in for a directive with text, one without, one with code, and a role."""
    from docutils import nodes
    from docutils.parsers.rst import Directive
    from docutils.parsers.rst.directives.body import CodeBlock

    class Titled(Directive):
        """A box or tab: its argument as a label, its content as text."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = None

        def run(self) -> list[nodes.Node]:
            box = nodes.container()
            if self.arguments:
                box += nodes.paragraph("", "", nodes.strong(text=self.arguments[0]))
            self.state.nested_parse(self.content, self.content_offset, box)
            return list(box.children)

    class Unseen(Directive):
        """What Sphinx builds a page from and nobody reads."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True

        def run(self) -> list[nodes.Node]:
            return []

    def as_text(
        name: str, _raw: str, said: str, _line: int, _inliner: Any, _options: Any = None, _content: Any = None
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        text = re.sub(r"\s*<[^<>]*>$", "", said).lstrip("~!")
        return [nodes.Text(text) if name in _PROSE_ROLES else nodes.literal(text=text)], []

    class Code(CodeBlock):
        """Code whose argument may say more than the language (`.. prompt:: bash $`)."""

        final_argument_whitespace = True

        def run(self) -> list[nodes.Node]:
            self.arguments = [argument.split()[0] for argument in self.arguments]
            return list(super().run())  # type: ignore[no-untyped-call]

    return Titled, Unseen, Code, as_text
