"""What is looked for of a signature: what a person wrote is one occurrence, what is looked for is all of them.

A literal that is a line is looked for by its template, wherever a line holds it; a text of several lines by the
lines that tell; what was copied out of a carrier (JSON, escapes) is read first.  Regexes, and literals that belong
together, are looked for as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from kb.records import Signature
from kb.text.carriers import unfold
from kb.text.masking_rules import PLACEHOLDER
from kb.text.template import LONGEST, template_of
from kb.text.trace import LEADS, NAMED, trace_signature


def sought(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """The signatures as they are looked for, in their order."""
    return tuple(_sought(one) for one in signatures)


@lru_cache(maxsize=512)
def is_crash(text: str) -> bool:
    """Whether a text of several lines is the trace of a crash, with a message that leads."""
    signature = trace_signature(readable(text)) if "\n" in text.strip() else None
    return signature is not None and (NAMED in signature.trace or LEADS in signature.trace)


@lru_cache(maxsize=256)  # (an entry asks for it at each of its steps)
def readable(text: str) -> str:
    """What was learned, as a program wrote it: out of JSON and escapes; a line that needs no reading stays one line."""
    plain = text.strip()
    found = unfold(plain).text.strip()
    return plain if found.split("\n", 1)[0].strip() == plain else found


@lru_cache(maxsize=512)  # (learning asks for it at each of its steps)
def _sought(signature: Signature) -> Signature:
    if signature.regex or signature.template or len(signature.needles) != 1:
        return signature
    text = readable(signature.needles[0])
    if "\n" in text:
        return trace_signature(text) or signature
    template = template_of(text) if len(text) <= LONGEST else ""
    if not template:
        return signature
    if PLACEHOLDER in template:
        return replace(signature, needles=(template,), template=True)
    return replace(signature, needles=(template,))
