"""The simplest signature that matches every one of some lines and nothing that is known to be fine.

A literal where a piece of the template tells enough by itself; else a regular expression of all the pieces
that the lines share, in their order.  Whatever is found is tried with the engine that lookups use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import reduce

from kb.expression import expression
from kb.model import Signature
from kb.proposals.facts import masked, message_in
from kb.text.crashes import Role, roles
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signatures.signature import SignatureSet, parse_signature, specificity, text_specificity
from kb.text.specificity import TOO_GENERAL

ENOUGH = 0.65
"""Specificity from which a piece of a line can be a signature by itself."""
NEARLY_ALL = 0.9
"""Share of what the whole line tells that this piece must tell as well."""
_BETWEEN = "\n\0\n"
"""Stands between lines that are searched as one text: no signature reaches across it."""
_LONGEST_PIECE = 200
_HTTP_ERROR = expression(r"[45]\d\d[.,;:]?$")
_WORD = expression(r"\S+")
_EDGES = " \t.,:;!=-|()[]{}<>\"'"


def signature_for(lines: Sequence[str], fine: Sequence[str] = ()) -> Signature | None:
    """The signature, or None when what the lines share is too general, or occurs in a line of `fine`."""
    found = signatures_of(lines)
    firing = occurring(found, fine)
    return next((one for one in found if one not in firing), None)


def signatures_of(lines: Sequence[str]) -> list[Signature]:
    """Every signature that would do for the lines, the simplest first."""
    pieces = shared_pieces([_template(line) for line in lines])
    return [one for one in _candidates(pieces) if matches_all(one, lines)]


def _template(line: str) -> str:
    """The template of what the line says, with the codes of HTTP errors, which tell faults apart, left in it."""
    message = _said(line)
    template = masked(message)[0]
    words, raw = template.split(" "), message.split(" ")
    raw = raw[len(raw) - len(words) :]
    if len(raw) != len(words) or PLACEHOLDER not in words:
        return template
    pairs = zip(words, raw, strict=True)
    return " ".join(one if word == PLACEHOLDER and _HTTP_ERROR.match(one) else word for word, one in pairs)


def _said(line: str) -> str:
    role = roles([line])[0]
    if role is Role.GENERIC:
        return ""
    return message_in(line, role)


def occurring(signatures: Sequence[Signature], lines: Sequence[str]) -> set[Signature]:
    """Those of the signatures that occur in one of the lines; all are looked for at once."""
    compiled = SignatureSet.compile([(str(number), one) for number, one in enumerate(signatures)])
    return {hit.signature for hit in compiled.scan(_BETWEEN.join(lines))}


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
    enough = max(ENOUGH, NEARLY_ALL * text_specificity(" ".join(pieces)))
    yield from (one for one in literals if specificity(one) >= enough)
    telling = _trimmed(pieces)
    if len(telling) > 1:
        plain = ".*".join(map(_escaped, telling))
        loose = plain.replace(" ", r"\s+")
        regexes = (Signature(needles=(text,), regex=True) for text in (plain, loose, f"(?i){loose}"))
        yield from (one for one in regexes if specificity(one) >= TOO_GENERAL)
    yield from (one for one in literals if enough > specificity(one) >= TOO_GENERAL)


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
