"""YAML that is a template (Helm charts), made readable as YAML without running it.

Lines that hold nothing but template code become blank, so that every other line keeps its number;
both branches of a condition stay.  What the chart would fill in stays as text, and has the default that stands in it.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\{\{-?\s*`(?P<raw>.*?)`\s*-?\}\}", re.S)
_BLOCK_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.S)
_ONLY_TEMPLATE = re.compile(r"^[ \t]*(?:\{\{(?:(?!\}\}).)*\}\}[ \t]*)+$", re.M)
_BARE_VALUE = re.compile(r"^(?P<key>[ \t-]*[\w.-]+:[ \t]+)(?P<value>[^\s'\"|>#].*\{\{.*|\{\{.*)$", re.M)


_BARE_TEMPLATE = re.compile(r"^[ \t-]*[\w.-]+:[ \t]+\{\{", re.M)
_DEFAULTS = (
    re.compile(r"\bdefault\s+(?:\"(?P<a>[^\"]*)\"|(?P<b>[\d.]+))"),
    re.compile(r"\bdig\s+(?:\"[^\"]*\"\s+)+?\"(?P<a>[^\"]*)\"\s+(?=[.$(])"),
    re.compile(r"\|\s*(?:default|d)\s*\(?\s*['\"](?P<a>[^'\"]*)['\"]"),
    re.compile(r"\$\{[\w.]+:-?(?P<a>[^}]*)\}"),
    re.compile(r"\b(?:ternary|coalesce)\b[^\"]*\"(?P<a>[^\"]*)\""),
    re.compile(r"\bif\b[^%}]*[}%]\}\s*(?P<a>[A-Za-z][\w-]*)\s*\{[{%]"),
)
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{[^}]*\}", re.S)


def default_of(value: str) -> str:
    """What a templated value is where nobody sets it: `critical` of `{{ dig "X" "severity" "critical" .Values.x }}`.

    A value without a template is itself; one whose template names no default is what stands around it.
    """
    if not _CODE.search(value):
        return value
    for form in _DEFAULTS:
        if found := form.search(value):
            return next(part for part in found.groups() if part is not None)
    return _CODE.sub("", value).strip(" /'\"")


def without_templates(text: str) -> str:
    """`text` with its template lines blanked and templated values quoted."""
    text = _BLOCK_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _ONLY_TEMPLATE.sub("", text)
    text = _ESCAPED.sub(lambda match: match["raw"], text)
    return _BARE_VALUE.sub(lambda match: match["key"] + _quoted(match["value"]), text)


def is_template(text: str) -> bool:
    """Whether a value of the text is a template that YAML would take for a mapping (`severity: {{ level }}`)."""
    return _BARE_TEMPLATE.search(text) is not None


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
