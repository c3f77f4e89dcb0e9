"""Made-up secrets for `benchmarks.redaction` and the tests: made from a seed, so that none stands in the repository.

`filled` puts values into the places of a text; `sample` makes a text that a regular expression matches.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MATERIAL = Path(__file__).parent / "redaction_material"
_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_PLACE = re.compile(r"\{([SWHTBP])\}")


@dataclass(frozen=True, slots=True)
class Context:
    """A text with secrets in it; none of them may be left of it."""

    kind: str
    text: str
    secrets: tuple[str, ...]


def contexts(source: random.Random) -> Iterator[Context]:
    """The contexts of the repository, each with fresh values."""
    for kind, texts in yaml.safe_load((MATERIAL / "contexts.yaml").read_text()).items():
        yield from (filled(kind, text, source) for text in texts)


def harmless() -> list[str]:
    """Texts that must stay as they are."""
    return (MATERIAL / "harmless.txt").read_text().splitlines()


def filled(kind: str, text: str, source: random.Random) -> Context:
    """The text with another value at each place `{…}`."""
    values: list[str] = []

    def put(place: re.Match[str]) -> str:
        values.append(value(place[1], source))
        return values[-1]

    return Context(kind, _PLACE.sub(put, text), tuple(values))


def value(form: str, source: random.Random) -> str:
    """A value of a form: S word, W letters, H hexadecimal, T token, B line of Base64, P with special characters."""
    word = "".join(source.choices(string.ascii_lowercase + string.digits, k=11)) + "q7"
    if form == "W":
        return "".join(source.choices(string.ascii_lowercase, k=10))
    if form == "H":
        return f"{source.getrandbits(120):030x}" + "a1"
    if form == "T":
        return "".join(source.choices(_LETTERS_AND_DIGITS, k=37)) + "aB3"
    if form == "B":
        return "".join(source.choices(_LETTERS_AND_DIGITS + "+/", k=64))
    return word if form == "S" else f"{word[:5]}!x#{word[5:]}%Y"


def sample(pattern: str, source: random.Random) -> str:
    """A text that the regular expression matches: one branch, one character of a class, the least of a repetition."""
    from re import _parser  # type: ignore[attr-defined]  # the one reader of regular expressions that is at hand

    return "".join(_written(part, source) for part in _parser.parse(pattern))


def _written(part: tuple[Any, Any], source: random.Random) -> str:
    what, given = str(part[0]), part[1]
    if what == "LITERAL":
        return chr(given)
    if what == "IN":
        return source.choice(_characters(given))
    if what in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, repeated = given
        return "".join(_all(repeated, source) for _ in range(max(least, min(1, most))))
    if what == "BRANCH":
        return _all(source.choice(given[1]), source)
    if what == "SUBPATTERN":
        return _all(given[-1], source)
    if what == "ANY":
        return "."
    return ""


def _all(parts: Any, source: random.Random) -> str:
    return "".join(_written(part, source) for part in parts)


def _characters(given: Any) -> str:
    if any(str(kind) == "CATEGORY_NOT_SPACE" for _, kind in given):
        return _LETTERS_AND_DIGITS
    allowed = re.compile("[" + "".join(map(_in_class, given)) + "]")
    return "".join(c for c in string.printable if allowed.match(c) and not c.isspace()) or " "


def _in_class(part: tuple[Any, Any]) -> str:
    what, given = str(part[0]), part[1]
    if what == "NEGATE":
        return "^"
    if what == "RANGE":
        return f"{re.escape(chr(given[0]))}-{re.escape(chr(given[1]))}"
    if what == "CATEGORY":
        return {"CATEGORY_WORD": r"\w", "CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s"}.get(
            str(given), r"\S"
        )
    return re.escape(chr(given))
