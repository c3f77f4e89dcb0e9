"""The one tokeniser of all lexical tiers (full text, word overlap, pairs, character n-grams); texts on one line; slugs.

Tokens are in lower case.  An identifier (CamelCase, snake_case, dotted, a path, a flag, an alert name) is kept whole
and also split into its words; words are stemmed lightly, so that "restarts", "restarted" and "restarting" meet.  Stop
words, single letters, `<*>` and `{{ … }}` placeholders are left out.

`one_line` and `first_sentence` cut a text for lists and reasons; `slug` makes a name for files and ids of any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from kb.expression import expression
from kb.text.redact import redact

_STOP_WORDS = """
a an and are as at be been being but by can could did do does for from had has have he her his how i if in
into is it its may me might my of on or our she should so some such than that the their them then there
these they this those through to too us was we were what when where which while who will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about an incident.  "not", "no", "down", "up" and "after" do, and stay."""

_CHUNK = expression(r"[^\s\"'`()\[\]{}<>,;=|!?*…“”]+")
_PLACEHOLDER = expression(r"\{\{[^{}]{0,200}\}\}|<[\w*. -]{1,40}>")
_EDGES = "./:@#$%&+~^\\-_"
_PARTS = expression(r"[^\W_]+")
_CAMEL = expression(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z][a-z0-9]*|[A-Z][A-Z0-9]*|[0-9]+")
_MIXED = expression(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
_LONGEST_DOUBLED = 9
"""Letters of the longest verbs that double their last one, with it: `transferr(ed)`, `handicapp(ed)`."""
_LONGEST_CACHED = 48
_LONGEST_WHOLE = 200


def tokenize(text: str) -> list[str]:
    """The tokens of `text` in order, with repetitions."""
    if "<" in text or "{{" in text:
        text = _PLACEHOLDER.sub(" ", text)
    tokens: list[str] = []
    for chunk in _CHUNK.findall(text):
        tokens += _cached(chunk) if len(chunk) <= _LONGEST_CACHED else _tokens_of(chunk)
    return tokens


def bigrams(tokens: Iterable[str]) -> list[str]:
    """Each two tokens that follow one another, joined by a blank."""
    return [f"{first} {second}" for first, second in pairwise(tokens)]


def char_ngrams(text: str, n: int = 4) -> list[str]:
    """All runs of `n` characters of the words of `text`, in lower case with single blanks between words."""
    flat = " ".join(_PARTS.findall(text.lower()))
    if len(flat) <= n:
        return [flat] if flat else []
    return [flat[at : at + n] for at in range(len(flat) - n + 1)]


def stem(word: str) -> str:
    """A word without plural, -ing, -ed and final e; other than plain ASCII words come back as they are."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 2 and word.endswith(ending) and _has_vowel(word[: -len(ending)]):
            word = _undoubled(word[: -len(ending)])
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _singular(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _has_vowel(word: str) -> bool:
    return any(letter in "aeiouy" for letter in word)


def _undoubled(word: str) -> str:
    """`stopp` is `stop`; a longer word is none of English, but two in one: `alertmanagerr(ing)`."""
    doubled = 3 < len(word) <= _LONGEST_DOUBLED and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word


def _tokens_of(chunk: str) -> tuple[str, ...]:
    chunk = chunk.strip(_EDGES)
    words = _PARTS.findall(chunk)
    if not words:
        return ()
    parts = [piece for word in words for piece in _split(word)]
    whole = chunk.lower()
    if len(parts) == 1 and parts[0].lower() == whole:
        return _kept(parts)
    kept = _kept(parts)
    return (whole, *kept) if len(whole) <= _LONGEST_WHOLE else kept


def _split(word: str) -> list[str]:
    return _CAMEL.findall(word) if word.isascii() and _MIXED.search(word) else [word]


def _kept(parts: list[str]) -> tuple[str, ...]:
    lowered = (part.lower() for part in parts)
    return tuple(
        stem(part)
        for part in lowered
        if part not in STOP_WORDS and (len(part) > 1 or part.isdecimal() or not part.isascii())
    )


_cached = lru_cache(maxsize=1 << 16)(_tokens_of)

_MARKDOWN_MARK = expression(r"^\s*(?:[-*+>#|]+\s+)+|\*\*|(?<!\w)__|__(?!\w)|`", re.M)
_SENTENCE_END = expression(r"(?<=[.!?])\s+(?=[A-Z\d\"“(])|\n\s*\n")


def one_line(text: str, most: int) -> str:
    """The text with its white space folded, cut with an ellipsis to at most `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def first_sentence(text: str, most: int) -> str:
    """The first sentence of a text without marks of Markdown, on one line of at most `most` characters."""
    told = (one_line(_MARKDOWN_MARK.sub("", part), most) for part in _SENTENCE_END.split(text.strip()))
    return next((sentence for sentence in told if re.search(r"\w", sentence)), "")


LONGEST_SLUG = 40
"""Characters of a slug at most."""


def slug(text: str) -> str:
    """The words of the text in lower case, joined by `-`: letters and digits of ASCII only."""
    return re.sub(r"[^a-z0-9]+", "-", redact(text).text.lower()).strip("-")[:LONGEST_SLUG].rstrip("-")
