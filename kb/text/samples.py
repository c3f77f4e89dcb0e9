"""Does an entry's signature do what its own samples say, and is there anything to it?"""

from __future__ import annotations

from kb.records import Entry
from kb.text.shortcomings import shortcoming
from kb.text.signature_regex import validate_signature
from kb.text.signature_set import SignatureSet
from kb.text.sought import sought

_SHOWN = 80


def sample_failure(entry: Entry) -> str | None:
    """Why the entry must not be offered, in words; None when its signatures keep their promises.

    A signature that the linear-time engine refuses fails too: it could never be matched.  So does what can help nobody
    (`kb.text.shortcomings`).
    """
    looked_for = sought(entry.signatures)
    for signature in looked_for:
        if reason := validate_signature(signature):
            return f"its signature cannot be used: {reason}"
    if reason := shortcoming(entry):
        return reason
    samples = entry.samples
    if not entry.signatures or not (samples.must_match or samples.must_not_match):
        return None
    signatures = SignatureSet.compile((entry.id, signature) for signature in looked_for)
    for sample in samples.must_match:
        if not signatures.scan(sample):
            return f"its signature does not match its own sample {sample[:_SHOWN]!r}"
    for sample in samples.must_not_match:
        if signatures.scan(sample):
            return f"its signature matches {sample[:_SHOWN]!r}, which it says it must not"
    return None
