"""The words of a question as they were written: what its template leaves out, where it is what entries quote.

A template has a placeholder for whatever varies, which is right for telling that two lines are one error and wrong for
finding what was written about it: people name `traceroute6`, `phantomjs@1.9.17`, `$install_test_reqs`, "less than 3 %",
a 503.  So words are asked as they stand.  Of those that vary only what some entry has counts: an id that nobody wrote
down would weigh as much as the rarest word.  In what a program wrote, numbers are counters and times rather than
limits; of them only those count that stand alone and are as long as codes are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from kb.text.tokens import tokenize

_CODE = re.compile(r"(?<![\w.:/-])\d{3,5}(?![\w:/-]|\.\d)")
_STATUS = re.compile(
    r"(?<![\w.:/#$€£-])(?:4(?:[0-2]\d|3[01]|51|99)|5(?:0\d|1[01]|2\d|30))(?![\w:/%]|[.,]\d|-\w|\s?(?:ms|µs|s|secs?|seconds?|min\w*|hours?|days?|weeks?|[kmgt]i?b|bytes"
    r"|rows?|items?|records?|entries|times|users?|customers?|people|orders?|pods?|nodes?|requests?|messages?|jobs?"
    r"|percent)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?i)\b(?:line|port|pid|room|order|ticket|bug|issue|pr|build|job|than|about|of|every|over|under|below)\s$"
)

Frequencies = Callable[[Iterable[str]], Mapping[str, int]]
"""In how many entries each word occurs; words that occur in none are left out."""


def asked_words(template: str, written: str, known: Frequencies, *, prose: bool) -> list[str]:
    """The tokens of what is asked, in order: those of its `template`, and of what was `written` what entries have, too.

    What stands in the template alone (`loop` of a `loop2` that no entry has) comes last.

    `prose` says that people wrote it: then each number may be the one that an entry names.
    """
    masked, tokens = tokenize(template), tokenize(written)
    kept = set(masked)
    more = {token for token in tokens if token not in kept}
    if not more:
        return tokens or masked
    if not prose:
        codes = set(_CODE.findall(written))
        more = {token for token in more if not token.isdecimal() or token in codes}
    kept.update(known(more))
    heard = [token for token in tokens if token in kept]
    said, whole = set(tokens), tuple(set(heard))
    return [*heard, *(one for one in masked if one not in said and not _begins(one, whole))]


def _begins(token: str, words: Iterable[str]) -> bool:
    return any(word.startswith(token) for word in words)


def other_status(asked: str, named: str) -> tuple[str, str] | None:
    """The status of an HTTP answer that an entry is `named` after, and the other one that is `asked`.

    None where either has none, or both have one in common.
    """
    own, there = statuses(named), statuses(asked)
    return None if not own or not there or set(own) & set(there) else (own[0], there[0])


def statuses(text: str) -> list[str]:
    """The numbers in a text that may be the status of an HTTP answer that failed, in their order."""
    found = (
        one
        for one in _STATUS.finditer(text)
        if not _BEFORE.search(text, max(0, one.start() - 12), one.start())
    )
    return list(dict.fromkeys(match[0] for match in found))
