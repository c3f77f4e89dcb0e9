"""One entry whole, as text for a person: what it is in the first line, then what it says, in words.

What kb derives or keeps for itself (how a signature is stored, empty fields, nested names) is put into words; the
fields of a kind (`meaning`, `steps`, `timeline`, …) stay under their own names.  `--json` has every field as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.cli.outcomes import move_in_words
from kb.cli.text import place
from kb.loop.trust import trust_in_words
from kb.records import Entry, Provenance, Signature, Status
from kb.records.ledger import Trust
from kb.records.moves import Move
from kb.storage.codec import to_builtins
from kb.storage.yamledit import render
from kb.text.instants import minute
from kb.text.masking_rules import PLACEHOLDER
from kb.text.one_line import one_line
from kb.text.sought import sought
from kb.text.titles import title_line
from kb.text.trace import told_first

_LINES, _WIDTH = 6, 160
_IN_WORDS = {"scope", "provenance", "samples", "signatures", "id", "status"}
_STATUS = {
    Status.CANDIDATE: "candidate, not verified yet",
    Status.ACTIVE: "active, on offer",
    Status.RETIRED: "retired, no longer offered",
    Status.QUARANTINED: "quarantined, never offered (see why with kb status)",
}


def entry_text(entry: Entry, trust: Trust, moves: Sequence[Move]) -> str:
    """The page of `kb show`."""
    kind = entry.kind.replace("_", " ")
    said: dict[str, object] = {
        "id": entry.id,
        "status": _STATUS[entry.status],
        **_filled({key: value for key, value in to_builtins(entry).items() if key not in _IN_WORDS}),
        "holds for": "; ".join(_scope(entry)),
        "looked for": [text for one in sought(entry.signatures) for text in signature_in_words(one)],
        "must match": list(entry.samples.must_match),
        "must not match": list(entry.samples.must_not_match),
        "known from": provenance_in_words(entry.provenance),
        "trust": trust_in_words(trust),
        "moves": [move_in_words(move) for move in moves],
    }
    return f"{kind[0].upper()}{kind[1:]}: {title_line(entry.headline)}\n\n{render(_filled(said)).rstrip()}"


def signature_in_words(signature: Signature) -> Iterator[str]:
    """What is looked for by one signature, as it is looked for."""
    shown = " and ".join(f"`{one_line(needle, _WIDTH)}`" for needle in signature.needles[:_LINES])
    more = f" and {len(signature.needles) - _LINES} more" if len(signature.needles) > _LINES else ""
    if signature.trace:
        lines = told_first(signature)
        yield f"a text with enough of these {len(lines)} lines, the first ones weigh most"
        yield from (f"  {one_line(line, _WIDTH)}" for line in lines[:_LINES])
    elif signature.regex:
        yield f"a text that fits the regular expression {shown}{more}"
    elif signature.template or any(PLACEHOLDER in needle for needle in signature.needles):
        yield f"a line that says {shown}{more}, where {PLACEHOLDER} stands for anything (numbers, ids, names)"
    else:
        yield f"a text that says {shown}{more}, in upper or lower case"


def provenance_in_words(provenance: Provenance) -> str:
    """Where it is written, how it came to be known, by whom and when."""
    source = provenance.source
    where = f"{place(source)}{f', line {source.line}' if source.line else ''}; " if source else ""
    by = f" by {provenance.author}" if provenance.author else ""
    at = f", {minute(provenance.at)}" if provenance.at else ""
    return f"{where}{provenance.origin.value}{by}{at}"


def _scope(entry: Entry) -> Iterator[str]:
    scope = entry.scope
    for names, words in (
        (scope.services, "service"),
        (scope.environments, "environment"),
        (scope.tools, "tool"),
        (scope.versions, "version"),
    ):
        if names:
            yield f"{words}{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _filled(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that say something, those inside of them too."""
    return {
        key: kept for key, value in fields.items() if (kept := _kept(value)) not in (None, "", [], {}, ())
    }


def _kept(value: object) -> object:
    if isinstance(value, dict):
        return _filled(value)
    return [_kept(one) for one in value] if isinstance(value, list | tuple) else value
