"""What a runbook is called: its first heading, unless that says nothing or something else than file and front matter.

Alerts name runbooks, so an alert's name goes before a sentence: `KafkaLagHigh.md` headed "Consumers are behind" is
KafkaLagHigh.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from ingest.blocks import unmarked

_CAMEL = re.compile(r"^[A-Z][A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9_]*$|^[A-Z]{2,}[a-z]\w+[A-Z]\w*$")
_KEBAB = re.compile(r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+){2,}$")
_KIND = re.compile(
    r"\s*[\[(][^\])]*[\])]\s*$|^(?:alert(?: rule)?|(?:alert )?run-?book|play-?book|sop)(?:\s+(?:name|for))?"
    r"\s*[:–—-]\s*",
    re.I,
)
_TEMPLATE = re.compile(r"<%.*?%>|\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}")
_GENERIC = re.compile(
    r"(?:(?:alert|the|this|a|an|general|operational|ops|on-?call|incident|response"
    r"|service) )*(?:run-?books?|play-?books?|overview|alerts?|meaning|summary"
    r"|introduction|description|troubleshooting|documentation|readme|index|title|untitled|procedures?"
    r"|guide|steps|details|sop)",
    re.I,
)


def runbook_name(heading: str, title: str, file_name: str) -> tuple[str, str]:
    """The name, and what its heading says besides where that is not the name.

    `heading` and `title` (of front matter) may be empty.
    """
    stem = _stem(file_name)
    said = without_kind(heading)
    if not said or _TEMPLATE.search(heading) or _GENERIC.fullmatch(said):
        return without_kind(title) or stem, ""
    if (
        _CAMEL.match(stem)
        and len(stem) > _SHORT
        and _folded(stem) not in _folded(said)
        and not is_alert_name(said)
    ):
        return stem, said
    return said, ""


def is_alert_name(title: str) -> bool:
    """Whether a heading is a name such as `KubePodCrashLooping` or `err-too-many-series`."""
    name = _KIND.sub("", unmarked(title))
    return bool(_CAMEL.match(name) or _KEBAB.match(name)) and len(name) > _SHORT


_SHORT = 6


def without_kind(name: str) -> str:
    """A name without what only says that it is a runbook's or an alert's."""
    return _KIND.sub("", name).strip() or name


def _stem(file_name: str) -> str:
    """The name of a file without any of its suffixes that are letters: `queue.html.md.erb` is `queue`."""
    stem = PurePath(file_name).name
    while re.search(r"\.[A-Za-z]\w{0,8}$", stem):
        stem = stem.rpartition(".")[0]
    return stem


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
