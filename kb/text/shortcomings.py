"""Why what was learned can help nobody: its pattern fits every log, or it names no fault and says nothing of one.

Both are about what is there, not about what is true: a plain text with a cause, a fix or a check may be learned (it
settles nothing by itself), and a telling text without any is worth keeping (somebody met it before).
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.records import Entry, Pattern, Signature, ToolFix
from kb.text.one_line import one_line
from kb.text.signature_regex import validate_signature
from kb.text.signature_set import SignatureSet
from kb.text.sought import sought
from kb.text.specificity import TOO_GENERAL, specificity, text_specificity

_SHOWN = 60
_ORDINARY = (
    "2026-01-05T08:30:00.125Z INFO [main] worker-1: request 7f3a GET /v1/items/42 from 10.0.0.7 done in 3 ms (200).",
    "Jan  5 08:30:00 host-2 app[311]: the service has started, listening on 0.0.0.0:8080",
)
"""Lines that every log has; a pattern without a word of its own that fits one of them fits them all."""


def shortcoming(entry: Entry) -> str:
    """Why the pattern or tool fix can help nobody, and what to write instead; empty where it can.

    Other kinds are found by more than their signature, and have none; of a signature that cannot be used
    (`validate_signature`) that is what there is to say.
    """
    if not isinstance(entry, Pattern | ToolFix) or not entry.signatures:
        return ""
    if any(validate_signature(signature) for signature in entry.signatures):
        return ""
    general = [
        (signature, tells)
        for signature in sought(entry.signatures)
        if not signature.trace and (tells := specificity(signature)) < TOO_GENERAL
    ]
    wordless = [signature for signature, tells in general if tells == 0.0]
    all_general = len(general) == len(entry.signatures)
    return _fits_everything(wordless) or (_says_too_little(entry) if all_general else "")


def _fits_everything(wordless: Iterable[Signature]) -> str:
    """Why one of the signatures, which have no word of their own, tells no line from another; else empty."""
    for signature in wordless:
        if why := _fits(signature):
            return (
                f"its pattern {_quoted(signature)} {why}; write the words that only this error has, as in "
                "`connection to .+ refused`"
            )
    return ""


def _fits(signature: Signature) -> str:
    """What it fits that means nothing: an ordinary line, or any line of dashes."""
    fires = SignatureSet.compile([("", signature)])
    if line := next((line for line in _ORDINARY if fires.scan(line)), ""):
        return f"fits nearly every line, such as {one_line(line, _SHOWN)!r}"
    letters = signature.regex or any(letter.isalnum() for needle in signature.needles for letter in needle)
    return "" if letters else "has neither letter nor digit"


def _says_too_little(entry: Pattern | ToolFix) -> str:
    """Whether an entry whose signatures are all general gives no advice, either; in words."""
    advice = entry.advice()
    said = (advice.meaning, advice.fix, advice.check, advice.warning, *advice.commands)
    if any(text_specificity(text) for text in said):
        return ""
    return (
        f"its pattern {_quoted(entry.signatures[0])} is in the logs of a hundred faults, and it says neither cause nor "
        "fix; write the whole line of the log, and what it meant or what helped"
    )


def _quoted(signature: Signature) -> str:
    return f"`{one_line(' … '.join(signature.needles), _SHOWN)}`"
