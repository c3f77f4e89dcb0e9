"""The part of the Lucene query language that bug signatures use, read as alternatives of literals.

A query becomes its disjunctive form: each alternative is the set of message literals that must all
occur.  Conditions on other fields hold or not by where a log was found, so they do not narrow the
text; they come back in `fields`.  What must not occur comes back in `excluded`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product

MAX_ALTERNATIVES = 64

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\()|(?P<close>\))
    | (?P<word>AND\b|OR\b|NOT\b|&&|\|\||[!+](?=[\s("\w])|-(?=[("\w]))
    | (?P<field>[\w.@-]+)\s*:(?!//)\s*(?=\S)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<bare>[^\s()"]+)
    )""",
    re.X | re.S,
)
_WORDS = {"&&": "AND", "||": "OR", "!": "NOT", "-": "NOT"}

Alternatives = list[tuple[str, ...]]


class QueryError(ValueError):
    """The query is not in the language."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a query asks for, text first."""

    alternatives: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)


def parse_query(text: str, message: str = "message") -> Query:
    """Read a query; `message` names the field that holds the log line.  Raises `QueryError`."""
    parser = _Parser(text, message)
    found = parser.whole()
    alternatives = tuple(dict.fromkeys(needles for needles in found if needles))
    return Query(
        alternatives, tuple(parser.excluded), {key: tuple(values) for key, values in parser.fields.items()}
    )


def unescaped(text: str) -> str:
    """A literal without its backslashes, lines joined as the folded YAML meant them."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"\\(.)", r"\1", text, flags=re.S)).strip()


class _Parser:
    def __init__(self, text: str, message: str) -> None:
        self._message = message
        self._tokens = list(_tokens(text))
        self._at = 0
        self.excluded: list[str] = []
        self.fields: dict[str, list[str]] = {}

    def whole(self) -> Alternatives:
        found = self._either(self._message, negated=False)
        if self._at < len(self._tokens):
            raise QueryError(f"unexpected {self._tokens[self._at][1]!r}")
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _either(self, field_name: str, *, negated: bool) -> Alternatives:
        """`a OR b`, and terms side by side: all of them where one is marked `+`, else any."""
        found = self._all(field_name, negated=negated)
        while True:
            kind, said = self._peek()
            if kind == "word" and said == "OR":
                self._next()
                found = _bounded([*found, *self._all(field_name, negated=negated)])
            elif kind == "word" and said in ("+", "NOT"):
                found = _both(found, self._all(field_name, negated=negated))
            elif kind in ("open", "field", "quoted", "bare"):
                found = _bounded([*found, *self._all(field_name, negated=negated)])
            else:
                return found

    def _all(self, field_name: str, *, negated: bool) -> Alternatives:
        found = self._term(field_name, negated=negated)
        while self._peek() == ("word", "AND"):
            self._next()
            found = _both(found, self._term(field_name, negated=negated))
        return found

    def _term(self, field_name: str, *, negated: bool) -> Alternatives:
        kind, said = self._next()
        if kind == "word" and said == "+":
            return self._term(field_name, negated=negated)
        if kind == "word" and said == "NOT":
            self._term(field_name, negated=not negated)
            return [()]
        if kind == "field":
            return self._term(said, negated=negated)
        if kind == "open":
            found = self._either(field_name, negated=negated)
            if self._next()[0] != "close":
                raise QueryError("a bracket is not closed")
            return found
        if kind not in ("quoted", "bare"):
            raise QueryError(f"a term is missing before {said!r}" if said else "the query ends too early")
        return self._literal(field_name, unescaped(said), negated=negated)

    def _literal(self, field_name: str, text: str, *, negated: bool) -> Alternatives:
        if field_name != self._message:
            key = f"not {field_name}" if negated else field_name
            self.fields.setdefault(key, []).append(text)
            return [()]
        if negated:
            self.excluded.append(text)
            return [()]
        parts = (
            tuple(part for part in re.split(r"[*?]{1,3}", text) if part.strip()) if "*" in text else (text,)
        )
        return [parts]


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = list[tuple[str, str]](), 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise QueryError(f"a quote is not closed near {text[at : at + 30]!r}")
        said = match[match.lastgroup]
        tokens.append((match.lastgroup, _WORDS.get(said, said) if match.lastgroup == "word" else said))
        at = match.end()
    return tokens


def _both(left: Alternatives, right: Alternatives) -> Alternatives:
    return _bounded([tuple(dict.fromkeys((*a, *b))) for a, b in product(left, right)])


def _bounded(found: Alternatives) -> Alternatives:
    if len(found) > MAX_ALTERNATIVES:
        raise QueryError(f"the query has more than {MAX_ALTERNATIVES} alternatives")
    return found
