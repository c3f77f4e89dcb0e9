r"""The regexes behind signatures: how a literal becomes one, why one is refused, and whether one can match at all.

RE2 decides what is a regex and what it matches; here its refusals are put into words.

`never_matches` tells a regex that no text can match: `end$of`, `a\bb`, `[^\s\S]`.  It is exact but for what single
characters are: four kinds of place (the beginning, after a line end, after a letter or digit, after anything else)
are followed through the expression, each with the kinds that may come next.  Where no place is left, nothing matches.
What Python's parser cannot read (RE2 has a few forms of its own) counts as possible.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

from kb.expression import expression
from kb.model import Signature

LONGEST_NEEDLE = 4_000
"""Characters that a needle may have."""

_NEVER_MATCHES = (
    "no text can match it: something must stand behind the end of a line (`$`), before its beginning (`^`), or inside"
    " a word that `\\b` ends there, or a class of it is empty; write `\\$` or `\\^` for the character itself"
)
_CONSTRUCTS = (
    (expression(r"\(\?<[=!]"), "lookbehind `(?<=…)`"),
    (expression(r"\(\?[=!]"), "lookahead `(?=…)`"),
    (expression(r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?P="), "a backreference"),
    (expression(r"\(\?>"), "an atomic group `(?>…)`"),
    (expression(r"[*+?}]\+"), "a possessive quantifier"),
    (expression(r"\(\?\("), "a conditional `(?(…)…)`"),
    (expression(r"\(\?(?:R|0|&)"), "recursion"),
    (expression(r"\\[ZGKRX]"), "an escape that only backtracking engines know"),
)


def validate_signature(sig: Signature) -> str | None:
    """Why `sig` cannot be matched, in words; None if it can."""
    if not sig.needles:
        return "it is empty"
    for needle in sig.needles:
        if not needle.strip():
            return "it has an empty part"
        if len(needle) > LONGEST_NEEDLE:
            return f"it is too large: {len(needle)} characters, {LONGEST_NEEDLE} are allowed"
        if sig.regex and (reason := refusal(needle)):
            return f"`{needle[:80]}`: {reason}"
    return None


def refusal(pattern: str) -> str | None:
    """Why `pattern` cannot be a regex of a signature; None if it can."""
    try:
        compiled = compile_regex(pattern)
    except ValueError as error:
        named = next((name for syntax, name in _CONSTRUCTS if syntax.search(pattern)), None)
        if named:
            return f"{named} is not possible in linear time; write it without"
        return f"not a regular expression in RE2 syntax ({error})"
    if compiled.search(b""):
        return "it matches the empty text, thus everything"
    return _NEVER_MATCHES if never_matches(pattern) else None


def compile_regex(pattern: str, *, literal: bool = False) -> Any:
    """The RE2 object that decides what `pattern` matches; ValueError says why there is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 16 << 20
    source = literal_regex(pattern) if literal else f"(?m){pattern}"
    try:
        return re2.compile(source.encode("utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown reason"
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError("too large" if "too large" in words else words) from error


def literal_regex(needle: str) -> str:
    """The regex by which a literal is compared."""
    words = needle.split()
    body = r"\s+".join(re.sub(r"([^\w\s]|_)", escaped, word) for word in words)
    return (
        f"(?i){boundary(words[0][0])}{body}{boundary(words[-1][-1])}" if words else "(?i)[^\\x00-\\x{10FFFF}]"
    )


def escaped(match: re.Match[str]) -> str:
    """The character that was matched, as RE2 reads it to the letter."""
    character = match.group()
    return (
        f"\\{character}"
        if character.isascii() and character.isprintable() and character != "_"
        else character
    )


def boundary(character: str) -> str:
    """What must stand at this end of a text: the end of a word, where the text ends with one."""
    return r"\b" if character.isascii() and character.isalnum() else ""


# (The parser has no public name; the names of its nodes have been the same since Python 2.)
_PARSER = import_module("re._parser")

_AT_START, _AFTER_LINE, _AFTER_WORD, _AFTER_OTHER = "start", "line", "word", "other"
_ANY_KIND = frozenset((_AT_START, _AFTER_LINE, _AFTER_WORD, _AFTER_OTHER))
"""What may come next; `_AT_START` stands for the end of the text as well."""
_LINE_ENDS = frozenset((_AT_START, _AFTER_LINE))
_WORD_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_")
_SAMPLES = [chr(number) for number in range(128)] + ["\u00e9", "\u2028", "\u4e00", "\U0010ffff"]
_END_OF_TEXT_SYNTAX = expression(r"(?<!\\)((?:\\\\)*)\\z")

_Place = tuple[str, frozenset[str]]
_Places = frozenset[_Place]


@lru_cache(maxsize=4096)
def never_matches(pattern: str) -> bool:
    """Whether no text at all is matched by the regex (RE2, `^` and `$` at lines)."""
    try:
        parsed = _PARSER.parse(_END_OF_TEXT_SYNTAX.sub(r"\1\\Z", pattern))
        beginnings = frozenset((kind, _ANY_KIND) for kind in _ANY_KIND)
        return not _Walk().through(parsed, beginnings)
    except (re.error, RecursionError, OverflowError):
        return False


class _Walk:
    """The places after each part of one expression; what was walked once is remembered, since parts nest."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, _Places], _Places] = {}

    def through(self, parts: Iterable[Any], places: _Places) -> _Places:
        """The places after all parts, in their order."""
        key = id(parts), places
        if key not in self._known:
            found = places
            for name, value in parts:
                found = self._after(str(name), value, found)
            self._known[key] = found
        return self._known[key]

    def _after(self, name: str, value: Any, places: _Places) -> _Places:
        if name == "AT":
            return frozenset(kept for place in places if (kept := _under_anchor(str(value), place))[1])
        if name == "SUBPATTERN":
            return self.through(value[-1], places)
        if name == "BRANCH":
            return frozenset[_Place]().union(*(self.through(option, places) for option in value[1]))
        if name.endswith("REPEAT"):
            least, most, part = value
            return self._repeated(least, most, part, places)
        kinds = _kinds(name, value)
        return frozenset((kind, _ANY_KIND) for _, allowed in places for kind in kinds & allowed)

    def _repeated(self, least: int, most: Any, part: Any, places: _Places) -> _Places:
        """None of it, where that is enough, or any number: more than may be, so nothing possible is missed."""
        found = places if least == 0 else self.through(part, places)
        while int(most) > 1 or least == 0:
            grown = found | self.through(part, found)
            if grown == found:
                break
            found = grown
        return found


def _under_anchor(where: str, place: _Place) -> _Place:
    """The place under the condition of an anchor; nothing may come next where it does not hold."""
    before, after = place
    if where == "AT_BEGINNING":
        return before, after if before in _LINE_ENDS else frozenset()
    if where == "AT_BEGINNING_STRING":
        return before, after if before == _AT_START else frozenset()
    if where in ("AT_END", "AT_END_STRING"):
        return before, after & (_LINE_ENDS if where == "AT_END" else {_AT_START})
    word = frozenset((_AFTER_WORD,))
    if where in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
        other_side = (before == _AFTER_WORD) == (where == "AT_BOUNDARY")
        return before, after - word if other_side else after & word
    return place


@lru_cache(maxsize=256)
def _kind(character: str) -> str:
    return (
        _AFTER_LINE if character == "\n" else _AFTER_WORD if character in _WORD_CHARACTERS else _AFTER_OTHER
    )


def _kinds(name: str, value: Any) -> frozenset[str]:
    """The kinds of character that a part of one character may be."""
    if name == "LITERAL":
        return frozenset((_kind(chr(value)),))
    if name == "IN":
        negated = any(str(item) == "NEGATE" for item, _ in value)
        items = [(str(item), one) for item, one in value if str(item) != "NEGATE"]
        return frozenset(
            _kind(character)
            for character in _samples(items)
            if any(_holds(item, one, character) for item, one in items) != negated
        )
    return _ANY_KIND - {_AT_START}  # a dot, all but one character, or what we do not know


def _samples(items: Iterable[tuple[str, Any]]) -> list[str]:
    """Some of every kind, and what the class itself names."""
    named = [chr(one) for item, one in items if item == "LITERAL"]
    ends = [chr(end) for item, one in items if item == "RANGE" for end in one]
    return [*_SAMPLES, *named, *ends]


def _holds(item: str, one: Any, character: str) -> bool:
    if item == "LITERAL":
        return ord(character) == int(one)
    if item == "RANGE":
        return bool(one[0] <= ord(character) <= one[1])
    name = str(one).removeprefix("CATEGORY_")
    held = {
        "DIGIT": character.isascii() and character.isdigit(),
        "WORD": character in _WORD_CHARACTERS,
        "SPACE": character in " \t\n\r\f",
    }
    return bool(held.get(name.removeprefix("NOT_"), True)) != name.startswith("NOT_")
