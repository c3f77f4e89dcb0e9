"""The simplest signature that matches every one of some lines and nothing that is known to be fine.

A literal where a piece of the template tells enough by itself; else a regular expression of all the pieces
that the lines share, in their order.  Whatever is found is tried with the engine that lookups use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import reduce

from kb.lookup.thresholds import GENERIC
from kb.records import Signature
from kb.text.mask import mask, without_prefix
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signature import SignatureSet, parse_signature, specificity, text_specificity

ENOUGH = 0.65
"""Specificity from which a piece of a line is a signature by itself."""
_LONGEST_PIECE = 200
_WORD = re.compile(r"\S+")
_EDGES = " \t.,:;!=-([{<\"'"


def signature_for(lines: Sequence[str], fine: Sequence[str] = ()) -> Signature | None:
    """The signature, or None when what the lines share is too general, or occurs in a line of `fine`."""
    pieces = shared_pieces([without_prefix(mask(line)) for line in lines])
    usable = (one for one in _candidates(pieces) if matches_all(one, lines) and not matches_any(one, fine))
    return next(usable, None)


def shared_pieces(templates: Sequence[str]) -> list[str]:
    """The runs of words that all templates have in common, in order, without what varies."""
    words = [_WORD.findall(template) for template in templates]
    if not words:
        return []
    common = reduce(_common, words[1:], words[0])
    pieces = [piece.strip() for piece in " ".join(common).split(PLACEHOLDER)]
    return [piece for piece in pieces if re.search(r"\w", piece)]


def matches_all(signature: Signature, lines: Sequence[str]) -> bool:
    """Whether the signature occurs in every line."""
    compiled = SignatureSet.compile([("", signature)])
    return not compiled.problems and all(compiled.scan(line) for line in lines)


def matches_any(signature: Signature, lines: Sequence[str]) -> bool:
    """Whether the signature occurs in one of the lines."""
    compiled = SignatureSet.compile([("", signature)])
    return any(compiled.scan(line) for line in lines)


def _common(one: list[str], other: list[str]) -> list[str]:
    """The words of both, with a placeholder wherever something else stands between them."""
    folded = [word.casefold() for word in one], [word.casefold() for word in other]
    found: list[str] = []
    at = (0, 0)
    for block in SequenceMatcher(None, *folded, autojunk=False).get_matching_blocks():
        if (block.a, block.b) != at or not block.size:
            found.append(PLACEHOLDER)
        found += one[block.a : block.a + block.size]
        at = (block.a + block.size, block.b + block.size)
    return found


def _candidates(pieces: Sequence[str]) -> Iterator[Signature]:
    """Literals that tell enough, the most telling first; then the whole; then weaker literals."""
    cut = [piece[:_LONGEST_PIECE].strip(_EDGES) for piece in pieces]
    literals = [_literal(piece) for piece in cut if piece]
    literals.sort(key=specificity, reverse=True)
    yield from (one for one in literals if specificity(one) >= ENOUGH)
    telling = _trimmed(pieces)
    if len(telling) > 1:
        plain = ".*".join(map(_escaped, telling))
        loose = plain.replace(" ", r"\s+")
        regexes = (Signature(needles=(text,), regex=True) for text in (plain, loose, f"(?i){loose}"))
        yield from (one for one in regexes if specificity(one) >= GENERIC)
    yield from (one for one in literals if ENOUGH > specificity(one) >= GENERIC)


def _literal(text: str) -> Signature:
    """A literal that a reader of the file takes for one, too; where its own form says regex, it is escaped."""
    if parse_signature(text).regex:
        return Signature(needles=(_escaped(text),), regex=True)
    return Signature(needles=(text,), regex=False)


def _trimmed(pieces: Sequence[str]) -> list[str]:
    """The pieces without those at both ends that say nothing, such as a last "from"."""
    telling = [number for number, piece in enumerate(pieces) if text_specificity(piece) > 0.0]
    return list(pieces[telling[0] : telling[-1] + 1]) if telling else []


def _escaped(text: str) -> str:
    """The text as a regex, with single blanks."""
    return " ".join(re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", word) for word in text.split())
