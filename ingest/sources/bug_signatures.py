"""Bug signatures kept for a CI: a log query per bug (elastic-recheck), or a table of regexes with bug ids.

Each bug becomes a known error whose signatures are the literals or the regex of the source.  What the source marks as
noise to ignore becomes a warning, since "not an error" is knowledge too.

Of the Lucene query language as much is read as bug signatures use (`parse_query`).  A query becomes its disjunctive
form: each alternative is the set of message literals that must all occur.  Conditions on other fields hold or not by
where a log was found, so they do not narrow the text; they come back in `fields`.  What must not occur comes back in
`excluded`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from pathlib import PurePath
from typing import Any

from yaml.nodes import Node

from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression
from kb.model import KnownError, Provenance, Scope, Signature, Source
from kb.text import safe_yaml

_QUERY_KEY = expression(r"^query[ \t]*:", re.M)
_REGEX_KEYS = ("regex", "regexp", "pattern", "description")
_EXPECTED = {
    "ignore": "expected, not an error: the source says to ignore it",
    "feature": "expected, not an error: the source calls it a feature",
}
_MAX_TITLE = 160


class BugSignatures:
    """One bug per file with a query, or one per key of a table."""

    name = "bug_signatures"

    def recognises(self, file: SourceFile) -> float:
        """A query on `message:`, or a mapping from bug id to regex and type."""
        if not file.is_data:
            return 0.0
        if _QUERY_KEY.search(file.text) and "message:" in file.text:
            return 0.9
        entries = len(re.findall(r"[\"']?\btype\b[\"']?\s*:\s*[\"']?(?:bug|ignore|feature)\b", file.text))
        regexes = len(re.findall(r"[\"']?\b(?:regex|regexp|pattern|description)\b[\"']?\s*:", file.text))
        return 0.85 if entries and regexes >= entries else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """One known error per bug; a query that cannot be read is a problem, its text is kept."""
        try:
            documents = safe_yaml.compose(file.text)
        except safe_yaml.YamlRefused as error:
            return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        entries, problems = list[KnownError](), list[Problem]()
        for document in documents:
            if safe_yaml.find(document, "query") is not None:
                entries.append(_from_query(document, file, problems))
                continue
            for key, line, node in safe_yaml.pairs(document):
                if (entry := _from_table(key, node, file.path, line)) is not None:
                    entries.append(entry)
                else:
                    problems.append(Problem(file.path, line, f"`{key}` has no regex; it was left out"))
        return Parsed(entries=tuple(entries), problems=tuple(problems))


def _from_query(document: Node, file: SourceFile, problems: list[Problem]) -> KnownError:
    bug = PurePath(file.path).stem
    values = {key: (line, node) for key, line, node in safe_yaml.pairs(document)}
    line, node = values.pop("query")
    text = safe_yaml.text_of(node).strip()
    try:
        query = parse_query(text)
    except QueryError as error:
        problems.append(Problem(file.path, line, f"the query was kept as text only: {error}"))
        return KnownError(title=f"{bug}: {_clipped(text)}", symptom=text, provenance=_origin(file.path, line))
    if not query.alternatives:
        problems.append(Problem(file.path, line, "the query names no message; it was kept as text only"))
    fields: dict[str, Any] = {name: list(values) for name, values in query.fields.items()}
    fields |= {key: safe_yaml.value(item) for key, (_, item) in values.items()}
    literals = list(dict.fromkeys(needle for needles in query.alternatives for needle in needles))
    return KnownError(
        title=_clipped(f"{bug}: {max(literals, key=len, default=text)}"),
        symptom="\n".join(literals) or text,
        signatures=tuple(Signature(needles=needles) for needles in query.alternatives),
        check="".join(f"Not this bug where the text has {text!r}. " for text in query.excluded).strip(),
        scope=Scope(versions=query.fields.get("build_branch", ())),
        provenance=_origin(file.path, line),
        extra={"bug": bug, **fields},
    )


def _from_table(key: str, node: Node, path: str, line: int) -> KnownError | None:
    values = safe_yaml.value(node)
    if not isinstance(values, dict):
        return None
    regex = next((values.pop(name) for name in _REGEX_KEYS if isinstance(values.get(name), str)), "")
    if not regex:
        return None
    kind = str(values.pop("type", "") or "")
    return KnownError(
        title=_clipped(f"{key}: {readable(regex)}"),
        symptom="\n".join(readable(part) for part in _top_level_parts(regex)),
        signatures=(Signature(needles=(regex,), regex=True),),
        scope=Scope(versions=_versions(values.pop("products", None))),
        warning=_EXPECTED.get(kind, ""),
        provenance=_origin(path, line),
        extra={"bug": key, **({"type": kind} if kind else {}), **values},
    )


def readable(regex: str) -> str:
    """A regex as the text that it stands for, with `…` where anything may come: for people and for search."""
    text = re.sub(r"\(\?[:!=<P][^)]*?>?|(?<!\\)[()^$]", "", regex)
    text = re.sub(
        r"\[[^\]]*\][*+?]?|\\[dDwWsSbB][*+?]?(?:\{[\d,]*\})?|\.[*+]\??|(?<!\\)\.\{[\d,]*\}", "…", text
    )
    return re.sub(r"\s*…(?:\s*…)*\s*", " … ", re.sub(r"\\(.)", r"\1", text)).strip(" …") or regex


def _top_level_parts(regex: str) -> list[str]:
    """The alternatives of a regex that stand outside all brackets."""
    parts, depth, escaped = [""], 0, False
    for letter in regex:
        if letter == "|" and not depth and not escaped:
            parts.append("")
            continue
        if not escaped:
            depth += (letter in "([") - (letter in ")]")
        escaped = letter == "\\" and not escaped
        parts[-1] += letter
    return [part for part in parts if part.strip()]


def _versions(products: Any) -> tuple[str, ...]:
    if not isinstance(products, dict):
        return tuple(map(str, products)) if isinstance(products, list) else ()
    return tuple(
        f"{product} {version}"
        for product, versions in products.items()
        for version in (versions if isinstance(versions, list) else [versions])
    )


def _clipped(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1] + "…"


def _origin(path: str, line: int) -> Provenance:
    return Provenance(source=Source(path=path, line=line))


MAX_ALTERNATIVES = 64
"""Alternatives of a query at most; one that has more is refused."""

_QUERY_TOKEN = expression(
    r"""\s*(?:
      (?P<open>\()|(?P<close>\))
    | (?P<word>AND\b|OR\b|NOT\b|&&|\|\||[!+](?=[\s("\w])|-(?=[("\w]))
    | (?P<field>[\w.@-]+)\s*:(?!//)\s*(?=\S)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<bare>[^\s()"]+)
    )""",
    re.X | re.S,
)
_OPERATORS = {"&&": "AND", "||": "OR", "!": "NOT", "-": "NOT"}

Alternatives = list[tuple[str, ...]]


class QueryError(ValueError):
    """The query is not in the language."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What a query asks for, text first."""

    alternatives: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)


def parse_query(text: str, message: str = "message") -> LogQuery:
    """Read a query; `message` names the field that holds the log line.  Raises `QueryError`."""
    parser = _QueryParser(text, message)
    found = parser.whole()
    alternatives = tuple(dict.fromkeys(needles for needles in found if needles))
    return LogQuery(
        alternatives, tuple(parser.excluded), {key: tuple(values) for key, values in parser.fields.items()}
    )


def unescaped(text: str) -> str:
    """A literal without its backslashes, lines joined as the folded YAML meant them."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"\\(.)", r"\1", text, flags=re.S)).strip()


class _QueryParser:
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
        match = _QUERY_TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise QueryError(f"a quote is not closed near {text[at : at + 30]!r}")
        said = match[match.lastgroup]
        tokens.append((match.lastgroup, _OPERATORS.get(said, said) if match.lastgroup == "word" else said))
        at = match.end()
    return tokens


def _both(left: Alternatives, right: Alternatives) -> Alternatives:
    return _bounded([tuple(dict.fromkeys((*a, *b))) for a, b in product(left, right)])


def _bounded(found: Alternatives) -> Alternatives:
    if len(found) > MAX_ALTERNATIVES:
        raise QueryError(f"the query has more than {MAX_ALTERNATIVES} alternatives")
    return found
