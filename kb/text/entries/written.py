"""What a runbook tells of itself beside its advice: whether it is written at all, and who answers for it.  Pure."""

from __future__ import annotations

import re

from kb.expression import expression
from kb.model import Entry, Runbook
from kb.text.specificity import has_promise, is_unwritten

_SHORT = 2_000
"""Characters of an entry that may be a mere promise; a longer one says something."""
_READ = 200_000
"""Characters of a runbook in which an owner is looked for."""
_ROLE = (
    r"(?:(?:service|runbook|document|primary|code|alert)[ _-])?owners?(?:[ _-](?:slack|team|group|e-?mail))?"
    r"|owned[ _-]by|owning[ _-]team|team|squad|(?:responsible|support)[ _-]team|responsible|maintainers?"
    r"|maintained[ _-]by|(?:primary|point of) contact|contacts?"
)
_MARKS = r"[ \t>*_`|+-]{0,16}"
_LINE = expression(rf"(?im)^{_MARKS}(?:{_ROLE}){_MARKS}[:|=]{_MARKS}(?P<who>\S[^\n]*)$")
_HEADING = expression(rf"(?im)^#{{1,6}}[ \t]+\W*(?:{_ROLE})\W*\n+(?P<who>[^\n#]*\S[^\n]*)$")
_SETEXT = expression(rf"(?im)^(?:{_ROLE})[ \t]*\n[=~^-]{{3,}}[ \t]*\n+(?P<who>\S[^\n]*)$")
_NOBODY = expression(
    r"(?i)[\s<\[({*_`|-]*(?:none|nobody|no[ -]?one|unknown|unassigned|n/?a|tb[da]|to ?do|fixme|to be \w+|your[ -]team"
    r"|team[ -]name|name|owner|team|contact|e-?mail|role|description|value|date|status|\?+|\.{3}|…)?[\s>\])}*_`|.-]*$"
)


def is_stub(entry: Entry) -> bool:
    """Whether the entry is a name, and the promise that somebody will write it."""
    texts = [one.text for one in entry.passages() if one.role != "title"]
    return sum(map(len, texts)) <= _SHORT and is_unwritten("\n".join(texts))


def tells_nothing_to_do(runbook: Runbook) -> bool:
    """Whether the runbook is a stub, or says what happened and promises for later what to do about it."""
    unfinished = not runbook.steps and not runbook.commands and has_promise(runbook.body[:_READ])
    return unfinished or is_stub(runbook)


def owner_of(runbook: Runbook) -> str:
    """Who answers for it, in the words of its text or front matter; empty where nobody is named.

    `Owner: payments team`, a row of a table, a section of that name.  A word in a placeholder names nobody.
    """
    for key, value in runbook.extra.items():
        if is_role_of_owner(key) and (who := _who(value)):
            return who
    text = (runbook.body or "\n".join((runbook.when, *runbook.steps)))[:_READ]
    for form in (_LINE, _HEADING, _SETEXT):
        for found in form.finditer(text):
            if who := _who(found["who"]):
                return who
    return runbook.provenance.author or ""


def is_role_of_owner(key: str) -> bool:
    """Whether a key of front matter says who answers for the text: `owner`, `team`, `maintainers` …"""
    return re.fullmatch(_ROLE, key, re.I) is not None


def _who(value: object) -> str:
    said = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return "" if _NOBODY.match(said) else said.strip(" \t*_`|")
