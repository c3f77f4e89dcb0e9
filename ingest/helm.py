"""YAML that is a template (Helm charts), made readable as YAML without running it.

Lines that hold nothing but template code become blank, so that every other line keeps its number;
both branches of a condition stay.  What the chart would fill in stays as text.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\{\{-?\s*`(?P<raw>.*?)`\s*-?\}\}", re.S)
_BLOCK_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.S)
_ONLY_TEMPLATE = re.compile(r"^[ \t]*(?:\{\{(?:(?!\}\}).)*\}\}[ \t]*)+$", re.M)
_BARE_VALUE = re.compile(r"^(?P<key>[ \t-]*[\w.-]+:[ \t]+)(?P<value>[^\s'\"|>#].*\{\{.*|\{\{.*)$", re.M)


def without_templates(text: str) -> str:
    """`text` with its template lines blanked and templated values quoted."""
    text = _BLOCK_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _ONLY_TEMPLATE.sub("", text)
    text = _ESCAPED.sub(lambda match: match["raw"], text)
    return _BARE_VALUE.sub(lambda match: match["key"] + _quoted(match["value"]), text)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
