"""The checks on what a model wrote.  Pure: text in, the reason for a rejection or a place in a text out.

Prose: every number comes from a computed fact, through a placeholder; every id exists.  A sentence is
rejected rather than mended.  Quotes: they occur in the text word for word, white space aside.  Text of others goes
into a request as data, between tags that it cannot close (`delimited`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from kb.expression import expression
from kb.model.review import Facts

LONGEST_SENTENCE = 500
"""Characters of a sentence as drafted; what is longer is no sentence."""
_PLACEHOLDER = expression(r"\{(?P<entry>entry:)?(?P<name>[^{}\s]+)\}")
_NUMBER_WORDS = expression(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?"
    r"|millions?|dozens?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twice|thrice|hal(?:f|ves|ved)"
    r"|quarters?|thirds|doubl(?:e|ed|es|ing)|tripl(?:e|ed|es|ing)|quadrupled?|single|pair|couple|both|most(?:ly)?"
    r"|majority|minority|several|many|few|multiple|numerous|none|no|nothing|nobody|never|per ?cent|percentage)\b|[%‰]",
    re.I,
)
_QUALIFIED_FACT = expression(
    r"\b(?:(?:more|fewer|less|greater|other|rather) than|at (?:least|most)|almost|nearly|over|under|above|below|up to"
    r"|about|around|roughly|approximately|another|not|minus|plus)\s+\{"
    r"|\}\s*(?:more|fewer|less|or (?:more|less|so))\b",
    re.I,
)
_GLUED_PLACEHOLDER = expression(r"\}\s*\{|[\w.,]\{|\}\w")
_MARKUP = expression(r"[<>`\[\]\\]|\w://|www\.")


def why_rejected(text: str, cites: Sequence[str], facts: Facts) -> str:
    """Why a drafted sentence cannot stand, in words; empty where it can.

    It must cite an entry or state a computed fact, and may hold no number in figures or words
    outside placeholders.
    """
    if not text.strip() or len(text) > LONGEST_SENTENCE:
        return "it is empty or too long"
    placeholders = [(bool(found["entry"]), found["name"]) for found in _PLACEHOLDER.finditer(text)]
    named = [*cites, *(name for is_entry, name in placeholders if is_entry)]
    if unknown := next((entry_id for entry_id in named if entry_id not in facts.entries), None):
        return f"it cites {unknown!r}, which is not among the entries of the summary"
    stated = [name for is_entry, name in placeholders if not is_entry]
    if invented := next((name for name in stated if name not in facts.values), None):
        return f"it states {{{invented}}}, which is not among the computed facts"
    if not named and not stated:
        return "it cites no entry and states no computed fact"
    return _why_wording_rejected(text, facts)


def _why_wording_rejected(text: str, facts: Facts) -> str:
    own = _PLACEHOLDER.sub(" ", text)
    if "{" in own or "}" in own:
        return "it has a broken placeholder"
    if _GLUED_PLACEHOLDER.search(text):
        return "a placeholder is glued to other text"
    if bent := _QUALIFIED_FACT.search(text):
        return f"it bends a computed fact ({bent[0].strip(' {}')!r})"
    if _MARKUP.search(own) or any(unicodedata.category(sign) == "Cc" for sign in own):
        return "it has markup or a link"
    for entry_id in sorted(facts.entries, key=len, reverse=True):
        own = re.sub(rf"(?<![\w-]){re.escape(entry_id)}(?![\w-])", " ", own)
    if any(unicodedata.category(sign) in ("Nd", "Nl", "No") for sign in own):
        return "it has a number that is not among the computed facts"
    if word := _NUMBER_WORDS.search(own):
        return f"it has an amount in words ({word[0]!r}) that is not among the computed facts"
    return ""


def entries_named(text: str) -> list[str]:
    """The ids that a sentence names by placeholders."""
    return [found["name"] for found in _PLACEHOLDER.finditer(text) if found["entry"]]


def filled(text: str, facts: Facts) -> str:
    """A sentence that passed the checks, with computed facts and titles in the place of placeholders."""

    def fill(found: re.Match[str]) -> str:
        if found["entry"]:
            return f"“{' '.join(facts.entries[found['name']].split())}”"
        return " ".join(facts.values[found["name"]].phrase.split())

    return " ".join(_PLACEHOLDER.sub(fill, text).split())


LONGEST_QUOTE = 2000
"""Characters of a quote that are still a quote, and of the sentence that it is widened to."""
_BOUNDARY = expression(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*(?:[-*+•|#>]|\d+[.)])(?:\s|\|))|\Z")
_LIST_MARK = expression(r"^(?:[-*+•#>]+|\d+[.)])\s+")


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, word for word, white space aside; None if it does not."""
    words = quote.split()
    if not any(sign.isalnum() for sign in quote) or len(quote) > LONGEST_QUOTE:
        return None
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
    if not words[0][0].isalnum():
        pattern = pattern.removeprefix(r"(?<!\w)")
    if not words[-1][-1].isalnum():
        pattern = pattern.removesuffix(r"(?!\w)")
    found = re.search(pattern, text)
    return found.span() if found else None


def whole_sentences(text: str, start: int, end: int) -> str:
    """What stands at a place, widened to whole sentences: a quote cannot drop the `not` before it."""
    left = 0
    for boundary in _BOUNDARY.finditer(text):
        if boundary.end() <= start:
            left = boundary.end()
        elif boundary.start() >= end:
            wide = _LIST_MARK.sub("", " ".join(text[left : boundary.start()].split()))
            return wide if len(wide) <= LONGEST_QUOTE else " ".join(text[start:end].split())
    return " ".join(text[start:end].split())


def delimited(name: str, text: str) -> str:
    """The text between tags whose name depends on the text itself, so that nothing in it ends them."""
    tag = f"{name}-{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
    return f"<{tag}>\n{text}\n</{tag}>"
