"""What tells a candidate from its siblings: runbooks of one product share most of their words, and differ in a few.

Where the right one is not in the home, its sibling shares as much with the question as the right one would.  Three
things speak against it, whatever else is shared:

- the question names an alert (`KubeletDown`) or a component that the candidate nowhere speaks of;
- the candidate's name has a word of which the question has the opposite (`OPPOSITES`);
- its name has a number (`P99`, `24h`), and the question another one of that kind.

Other words were tried and tell nothing (`benchmarks/siblings.py`, on the half that was looked at): of 35 right answers
19 lack a fifth of the weight of the question's words, and 9 lack the rarest one of their name or one of a neighbour's;
people who write alerts do not write their names out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from kb.lookup.features import Candidate, Query, has_relative, plain_words
from kb.text.chunks import spelled_out
from kb.text.tokens import stem, tokenize

OPPOSITES = (
    ("warning", "critical"), ("client", "server"), ("read", "write"), ("receive", "transmit"), ("any", "some"),
    ("high", "low"), ("ingress", "egress"), ("inbound", "outbound"), ("upload", "download"), ("primary", "replica"),
    ("zone", "node"),
)  # fmt: skip
"""Words that are said of the same thing and never mean the same."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![\w.])([A-Za-z]{0,2})(\d{1,5})([A-Za-z%]{0,3})(?![\w.])")
_BEFORE_NUMBER = re.compile(r"(?<=[A-Za-z]{3})(?=\d)")
_EXCLUDED = tuple((stem(one), stem(other)) for pair in OPPOSITES for one, other in permutations(pair))


def telling_difference(query: Query, names: Iterable[str], asked: str, first: Candidate) -> str:
    """Why the candidate is rather a sibling of what is asked, in words; empty where nothing says so.

    `names` are those that the question has, of alerts and components; `asked` is the question as it was written, with
    its numbers.
    """
    if name := next((name for name in names if not _says(first, name)), ""):
        return f"but it says nothing of {name!r}, which the text names"
    own, other = excluded_word(query, first.title) or other_number(asked, first.title) or ("", "")
    return f"but its name says {own!r}, and the text {other!r}" if own else ""


def _says(candidate: Candidate, name: str) -> bool:
    """Whether the candidate has the name, or its words in a row; or all of them in its own name."""
    parts = list(plain_words(name))
    if set(parts) <= set(plain_words(candidate.title)):
        return True
    return any(name.lower() in one.tokens or _in_a_row(parts, one.tokens) for one in candidate.chunks)


def _in_a_row(parts: Sequence[str], tokens: Sequence[str]) -> bool:
    starts = (at for at, token in enumerate(tokens) if token == parts[0])
    return any(list(tokens[at : at + len(parts)]) == parts for at in starts)


def excluded_word(query: Query, title: str) -> tuple[str, str] | None:
    """A word of the title that the question lacks, and its opposite, which the question has and the title lacks."""
    own, asked = _by_stem(title), _by_stem(query.text)
    return next(
        (
            (own[one], asked[other])
            for one, other in _EXCLUDED
            if one in own and other not in own and other in asked and one not in asked
            and not has_relative(one, query)
        ),
        None,
    )  # fmt: skip


def other_number(asked: str, title: str) -> tuple[str, str] | None:
    """A number of the title that the question lacks, and one of the same kind, such as `p95` for `p99`, that it has."""
    there = list(_numbers(asked))
    for kind, number, written in _numbers(title):
        alike = [(value, text) for other, value, text in there if other == kind]
        if alike and all(value != number for value, _ in alike):
            return written, alike[0][1]
    return None


def _numbers(text: str) -> Iterator[tuple[tuple[str, str], int, str]]:
    """Each number with letters about it: those, its value, and how it is written."""
    for match in _NUMBER.finditer(_BEFORE_NUMBER.sub(" ", spelled_out(text))):
        kind = match[1].lower(), match[3].lower()
        if any(kind):
            yield kind, int(match[2]), match[0]


def _by_stem(text: str) -> dict[str, str]:
    return {stem(word.lower()): word.lower() for word in _WORD.findall(spelled_out(text))}
