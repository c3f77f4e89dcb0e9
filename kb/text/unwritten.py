"""A text that only promises to be written: `TODO: not written yet` under headings tells nobody what to do."""

from __future__ import annotations

import re

_HEADING = re.compile(r"\s*(?:#{1,6}\s|=+\s|-{3,}|={3,})|\s*$")
_PROMISE = re.compile(
    r"(?i)[\s>*_\-<!\[\](]*(?:todo|tbd|tba|fixme|wip|stub|placeholder|work in progress|coming soon"
    r"|n/a|"
    r"(?:this (?:page|section|runbook|document) is )?(?:not (?:yet )?(?:written|documented)|to be (?:written|done"
    r"|defined|added)|still empty|under construction))(?![A-Za-z0-9])"
)
_MOST_WORDS = 12
"""Words of a line that promises: a longer one says something."""


def is_unwritten(text: str) -> bool:
    """Whether all lines of the text, beside its headings, are short promises (there is one at least)."""
    lines = [line for line in text.splitlines() if not _HEADING.match(line)]
    return bool(lines) and all(_PROMISE.match(line) and len(line.split()) <= _MOST_WORDS for line in lines)
