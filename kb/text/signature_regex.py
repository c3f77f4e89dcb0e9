"""The regexes behind signatures: how a literal becomes one, and why one is refused.

RE2 decides what is a regex and what it matches; this file puts its refusals into words.
"""

from __future__ import annotations

import re
from typing import Any

from kb.records import Signature
from kb.text.never import never_matches

LONGEST = 4_000
"""Characters that a needle may have."""

NEVER = (
    "no text can match it: something must stand behind the end of a line (`$`), before its beginning (`^`), or inside"
    " a word that `\\b` ends there, or a class of it is empty; write `\\$` or `\\^` for the character itself"
)
_CONSTRUCTS = (
    (re.compile(r"\(\?<[=!]"), "lookbehind `(?<=…)`"),
    (re.compile(r"\(\?[=!]"), "lookahead `(?=…)`"),
    (re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?P="), "a backreference"),
    (re.compile(r"\(\?>"), "an atomic group `(?>…)`"),
    (re.compile(r"[*+?}]\+"), "a possessive quantifier"),
    (re.compile(r"\(\?\("), "a conditional `(?(…)…)`"),
    (re.compile(r"\(\?(?:R|0|&)"), "recursion"),
    (re.compile(r"\\[ZGKRX]"), "an escape that only backtracking engines know"),
)


def validate_signature(sig: Signature) -> str | None:
    """Why `sig` cannot be matched, in words; None if it can."""
    if not sig.needles:
        return "it is empty"
    for needle in sig.needles:
        if not needle.strip():
            return "it has an empty part"
        if len(needle) > LONGEST:
            return f"it is too large: {len(needle)} characters, {LONGEST} are allowed"
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
    return NEVER if never_matches(pattern) else None


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
