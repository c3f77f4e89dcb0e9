"""The gate that everything passes on its way into a home: nothing that is written holds a secret.

The doors redact what they take in, before it is hashed or compared; what one of them overlooks (a field that nobody
thought of, the key of a mapping, the name of a client) is redacted here.  A text in JSON stays JSON: its values are
redacted one by one.  Text without any mark of a secret passes in a few microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from kb.errors import InvalidInput
from kb.expression import expression
from kb.text.redact import redact, redact_data
from kb.text.secrets.search import find, without_secrets

_SHORTEST = 6
"""Characters of the shortest text that can both name a secret and hold it."""
_REMEMBERED, _MOST = 400, 20_000
"""Characters of a text that is remembered once it was found to be clean, and how many are."""
_known = set[str]()
"""Ids, words and titles come in many statements; what holds a secret is never among them."""
_HASH = expression(r"f\d+:[0-9a-f]+|[0-9a-f]{40,64}")


def clean_values(values: Sequence[object]) -> Sequence[object]:
    """The values of a statement without secrets; the very values where there are none."""
    cleaned = [clean(value) if type(value) is str else value for value in values]
    return cleaned if any(new is not old for new, old in zip(cleaned, values, strict=True)) else values


def clean_rows(rows: Iterable[Sequence[object]]) -> Sequence[Sequence[object]]:
    """The same for each row; the texts of all rows are looked through at once."""
    rows = list(rows)
    texts = {value for row in rows for value in row if type(value) is str and len(value) >= _SHORTEST}
    texts -= _known
    doubtful = texts - without_secrets(texts)
    return [row if doubtful.isdisjoint(row) else clean_values(row) for row in rows] if doubtful else rows


def clean(text: str) -> str:
    """The text without secrets; the very text where there are none."""
    if len(text) < _SHORTEST or text in _known or _HASH.fullmatch(text):
        return text
    if text[0] in "{[":
        return _clean_json(text)
    # (Signs of what was hidden are no ASCII, and `redact` shows them.)
    cleaned = redact(text).text if not text.isascii() or find(text) else text
    if cleaned == text and len(text) <= _REMEMBERED:
        if len(_known) >= _MOST:
            _known.clear()
        _known.add(text)
        return text
    return cleaned


def _clean_json(text: str) -> str:
    if text.isascii() and not find(text):
        return text
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return redact(text).text
    cleaned = redact_data(data)
    return text if cleaned == data else json.dumps(cleaned, ensure_ascii=False)


def checked_name(what: str, name: str) -> str:
    """A name that becomes part of a file or its name.  Raises InvalidInput when it holds a secret."""
    if redact(name).count:
        raise InvalidInput(f"{what} holds a secret ({redact(name).text}); give it another name")
    return name


def check_added(before: str, after: str, where: str) -> None:
    """Refuse a change of a file that people own when what it adds still holds a secret.

    What was there before is its owner's affair.  Raises InvalidInput, which names the kind and shows no secret.
    """
    if not find(_changed(before, after)):
        return
    known = set(before.splitlines())
    added = "\n".join(line for line in after.splitlines() if line not in known)
    found = redact(added)
    if found.count:
        line = next((line for line in found.text.splitlines() if "[redacted:" in line), "")
        raise InvalidInput(
            f"{where}: what was to be added holds a secret ({line.strip()[:120]}); nothing was written: leave it out, "
            "or name the place where it is kept"
        )


def _changed(before: str, after: str) -> str:
    """The lines of `after` from the first to the last that may not stand in `before`: in a large file few of many."""
    most = min(len(before), len(after))
    first = _longest(most, lambda start, end: before[start:end] == after[start:end])
    same = _longest(
        most - first,
        lambda start, end: (
            before[len(before) - end : len(before) - start] == after[len(after) - end : len(after) - start]
        ),
    )
    begin, finish = after.rfind("\n", 0, first) + 1, after.find("\n", len(after) - same)
    return after[begin : finish if finish >= 0 else len(after)]


def _longest(most: int, are_same: Callable[[int, int], bool]) -> int:
    """How far two texts are the same, in as many comparisons as `most` has binary digits."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if are_same(low, middle):
            low = middle
        else:
            most = middle - 1
    return low
