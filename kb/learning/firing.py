"""Which signatures fire on healthy lines, and when that is too much.  Pure: signatures and lines in.

The rule, as we read it: an entry says that a text means trouble; so one healthy line on which its
signature fires proves it too wide.  An entry that is marked as expected (`expected: true`, or a warning
that says "not an error") is about healthy lines, and may fire on them; but not on more than SAYS_NOTHING of
a log's templates (and at least three): then it says nothing about any of them.

A signature of several needles fires on a log that holds all of them, on whichever lines, as in a lookup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kb.expression import expression
from kb.memory.reader import EXPECTED
from kb.model import Entry, Signature
from kb.model.healthy import Firing, HealthyLine
from kb.text.signatures.set import SignatureSet
from kb.text.tokens import one_line

SAYS_NOTHING = 0.10
"""Share of a log's templates above which even an expected pattern is too wide."""
_AT_LEAST = 3
_SHOWN = 5
_QUOTED = 120
_NO_ERROR = expression(r"(?i)\b(?:not an? (?:real )?error|no (?:real )?error|harmless|benign)\b")


@dataclass(frozen=True, slots=True)
class Fired:
    """The lines of one source on which an entry's signatures fire, and how many lines the source has."""

    source: str
    lines: tuple[HealthyLine, ...]
    of: int


def fired(signatures: SignatureSet, lines: Iterable[HealthyLine]) -> dict[str, list[Fired]]:
    """By key of the set: where its signatures fire.  `lines` come sorted by source."""
    found: dict[str, list[Fired]] = {}
    for source, group in groupby(lines, key=lambda line: line.source):
        of_source = list(group)
        for key, hits in _in_source(signatures, of_source).items():
            found.setdefault(key, []).append(Fired(source, hits, sum(line.count > 0 for line in of_source)))
    return found


def _in_source(signatures: SignatureSet, lines: Sequence[HealthyLine]) -> dict[str, tuple[HealthyLine, ...]]:
    """All at once over the whole text first: most signatures fire nowhere.  The few others line by line."""
    text = "\n".join(line.line for line in lines)
    # (One line of a trace is no sign of it: its frames stand in every trace of that program.)
    hits = [hit for hit in signatures.scan(text) if not hit.signature.trace]
    found: dict[str, dict[str, HealthyLine]] = {}
    places = _places({single for hit in hits for single in _singles(hit.signature)}, lines)
    for hit in hits:
        needles = [places[single] for single in _singles(hit.signature)]
        for number in _lines_of(needles):
            template, _, _ = lines[number].fingerprint.partition("/")
            found.setdefault(hit.key, {}).setdefault(template, lines[number])
    return {key: tuple(by_template.values()) for key, by_template in found.items()}


def _singles(signature: Signature) -> list[Signature]:
    """A signature for each of its needles."""
    return [replace(signature, needles=(needle,)) for needle in signature.needles]


def _places(wanted: Iterable[Signature], lines: Sequence[HealthyLine]) -> dict[Signature, list[int]]:
    """The numbers of the lines that hold each of the signatures, which have one needle."""
    wanted = list(wanted)
    found: dict[Signature, list[int]] = {one: [] for one in wanted}
    if not wanted:
        return found
    singles = SignatureSet.compile((str(number), one) for number, one in enumerate(wanted))
    for at, line in enumerate(lines):
        for hit in singles.scan(line.line):
            found[wanted[int(hit.key)]].append(at)
    return found


def _lines_of(needles: Sequence[list[int]]) -> list[int]:
    """The lines that hold all needles; where none does, the first line of each; none where one is missing."""
    if not all(needles):
        return []  # the text held it across the end of a line: neighbours here were none in the log
    together = set(needles[0]).intersection(*needles[1:])
    return sorted(together or {found[0] for found in needles})


def judge_firing(entry: Entry, found: Iterable[Fired]) -> list[Firing]:
    """What the healthy lines say of one entry, a finding a source; `reason` is empty where it may fire."""
    return [
        Firing(
            entry_id=entry.id,
            kind=entry.kind,
            title=entry.headline,
            source=one.source,
            templates=len(one.lines),
            of=one.of,
            lines=tuple(line.line for line in one.lines[:_SHOWN]),
            reason=_reason(one, expected=is_expected(entry)),
        )
        for one in found
    ]


def is_expected(entry: Entry) -> bool:
    """Whether the entry says that what it matches is no error."""
    return EXPECTED in entry.warning or bool(_NO_ERROR.search(entry.warning))


def _reason(found: Fired, *, expected: bool) -> str:
    count = len(found.lines)
    if expected and (count < _AT_LEAST or count <= SAYS_NOTHING * found.of):
        return ""
    quoted = ", ".join(repr(one_line(line.line, _QUOTED)) for line in found.lines[:2])
    more = ", …" if count > 2 else ""
    why = f", more than {SAYS_NOTHING:.0%}" if expected else ""
    return (
        f"it fires on {count} of {found.of} healthy templates of {found.source}{why}: {quoted}{more}; "
        f"narrow it{'' if expected else ', or say `expected: true` if that is no error'}"
    )


def reason_of(firings: Iterable[Firing]) -> str:
    """The first reason among the findings of an entry, the widest first; empty when there is none."""
    worst = sorted((one for one in firings if one.reason), key=lambda one: -one.templates)
    return worst[0].reason if worst else ""


def by_entry(entries: Mapping[str, Entry], found: Mapping[str, list[Fired]]) -> dict[str, list[Firing]]:
    """The findings of every entry that fires, by id."""
    return {key: judge_firing(entries[key], places) for key, places in found.items() if key in entries}
