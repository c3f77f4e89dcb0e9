"""The exact tiers, cheapest first: fingerprints and names, crashes of a kernel, what occurs in the whole text.

Fingerprints (`by_fingerprint`) are those of the evidence lines; names those of alerts in them.  Where they settle
nothing, the wordings of other versions of a program are tried (`by_rewording`).

Crashes of a kernel (`by_crash`): the same kind and the same function to blame are the same crash, another function is
another.  That is how those who file crashes by the thousand decide it (`kb.text.crashes.blame`).  So a log is found
again though hardly a line of it is there as it was learned; and a trace that shares many lines with another crash
does not settle it (`other_crashes`).

`SignatureScan` collects the signatures and traces that occur in the text while it is read block by block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from kb.lookup.candidates import Found, OnFound
from kb.lookup.judging import learned_by
from kb.lookup.question import ALERTING, EvidenceTemplate, Question, is_surely_alert
from kb.lookup.traces import SeenTrace, by_trace, rarity_among, seen_trace
from kb.model.ledger import Evidence, Tier, Wording
from kb.store.entries import EntryTable
from kb.text.carriers import LinePlace, Unfolded, bare
from kb.text.crashes.blame import function_of, tells_kind
from kb.text.entries.identify import REWORDED, crash_key, name_key
from kb.text.masking import fingerprint, mask, without_prefix
from kb.text.masking_rules import PLACEHOLDER
from kb.text.redact import redact
from kb.text.rewordings import reworded
from kb.text.signatures.set import SignatureHit, SignatureSet, readable
from kb.text.specificity import specificity, text_specificity
from kb.text.times import day_of

_NAME_STRENGTH = 0.95
"""How telling the name of an alert is: of 133 that were asked with their name, all got the runbook of that name, and it
was theirs."""


def by_fingerprint(question: Question, entries: EntryTable) -> list[Found]:
    """Entries that have the template of an evidence line, or the name of an alert in it."""
    wanted = {e.fingerprint: e for e in question.evidence if e.fingerprint}
    names = {name_key(name): name for name in (*question.names, *question.alerts)}
    found: dict[str, Found] = {}
    taught: dict[str, float] = {}
    rows = entries.index.matching_fingerprints([*wanted, *(key for key in names if key)])
    owners = Counter(row["fingerprint"] for row in rows)
    wordings = entries.index.wordings(rows)
    for row in rows:
        key = row["fingerprint"]
        if key in wanted:
            source = wanted[key]
            evidence = _evidence(source)
            what = {"sample": "a sample", "log": "a log line", "symptom": "a symptom"}.get(
                row["origin"], "the pattern"
            )
            # A line that many entries quote, such as a generic wrapper error, tells little.
            strength = text_specificity(source.template) * min(1.0, 2 / owners[key])
            reason, hearsay = f"same template as {what} of the entry", ""
            if row["origin"].startswith(REWORDED):
                reason, hearsay = _rewording_reason(row["template"], row["origin"].removeprefix(REWORDED))
            if wording := wordings.get((row["entry_id"], key)):
                reason, hearsay = _asked_before(wording, question)
                taught[row["entry_id"]] = max(
                    taught.get(row["entry_id"], 0.0), text_specificity(source.template) / owners[key]
                )
            hit = Found(
                row["entry_id"], Tier.FINGERPRINT, reason, evidence, strength, whole=True, hearsay=hearsay
            )
        else:
            hit = _by_name(row["entry_id"], names[key], question)
        if hit.entry_id not in found or _tells_more(hit, found[hit.entry_id]):
            found[hit.entry_id] = hit
    hits = [replace(hit, taught=taught.get(hit.entry_id, 0.0)) for hit in found.values()]
    return sorted(hits, key=lambda hit: (-hit.strength, hit.entry_id))


def by_rewording(question: Question, entries: EntryTable) -> list[Found]:
    """Entries that were learned in the words of another version of the program that wrote the evidence."""
    said = ((one, text) for one in question.evidence for text in {one.line.text, one.line.message})
    others = [(one, other) for one, text in said for other in reworded(text)]
    wanted = {value: (one, other) for one, other in others if (value := fingerprint(other.text))}
    found: dict[str, Found] = {}
    for row in entries.index.matching_fingerprints(list(wanted)) if wanted else ():
        one, other = wanted[row["fingerprint"]]
        evidence = _evidence(one)
        reason, hearsay = _rewording_reason(other.note, other.kind)
        strength = text_specificity(one.template)
        hit = Found(
            row["entry_id"], Tier.FINGERPRINT, reason, evidence, strength, whole=True, hearsay=hearsay
        )
        if row["entry_id"] not in found or _tells_more(hit, found[row["entry_id"]]):
            found[row["entry_id"]] = hit
    return list(found.values())


def _evidence(one: EvidenceTemplate) -> Evidence:
    line = one.line
    return Evidence(text=line.text, line=line.line, start=line.start, end=line.end)


def _rewording_reason(note: str, kind: str) -> tuple[str, str]:
    """The reason of a match by another version's wording, and why that settles nothing, if it does not."""
    if kind == "wrapper":
        return f"the same message as another version writes it: {note}", ""
    return f"what another version says: {note}", "the words changed, and with them it may be another fault"


def _tells_more(one: Found, other: Found) -> bool:
    return (not one.hearsay, one.strength) > (not other.hearsay, other.strength)


def _asked_before(wording: Wording, question: Question) -> tuple[str, str]:
    """The reason of a match by what was asked before, and why that settles nothing, if it does not."""
    said = f"asked in these words on {day_of(wording.at)}, and it resolved that"
    if not wording.verified:
        return said, "nobody verified that"
    elsewhere = [name.casefold() for name in wording.services]
    if question.service and elsewhere and question.service.casefold() not in elsewhere:
        return said, f"but it was asked for {', '.join(wording.services)}"
    return said, ""


def _by_name(entry_id: str, name: str, question: Question) -> Found:
    lines = [e.line for e in question.evidence]
    line = next((one for one in lines if name in one.text), lines[0])
    start = line.start + max(0, line.text.find(name))
    evidence = Evidence(text=name, line=line.line, start=start, end=start + len(name))
    sure = name in question.alerts or is_surely_alert(name) or ALERTING.search(line.text) is not None
    return Found(
        entry_id, Tier.FINGERPRINT, f"the text names {name}", evidence, _NAME_STRENGTH if sure else 0.5
    )


def by_crash(question: Question, entries: EntryTable) -> list[Found]:
    """Entries that have a crash of the question; what many entries have tells less."""
    asked = {crash_key(crash.name): crash for crash in question.crashes}
    rows = entries.index.matching_fingerprints(list(asked)) if asked else []
    owners = Counter(row["fingerprint"] for row in rows)
    found = []
    for row in rows:
        crash = asked[row["fingerprint"]]
        strength = text_specificity(crash.name) * min(1.0, 2 / owners[row["fingerprint"]])
        reason = f"the same crash, of the same kind and with the same function to blame: {crash.name}"
        found.append(
            Found(
                row["entry_id"],
                Tier.FINGERPRINT,
                reason,
                crash.evidence,
                strength,
                whole=True,
                crash=crash.name,
            )
        )
    return found


def other_crashes(found: Sequence[Found], question: Question, entries: EntryTable) -> list[Found]:
    """What was `found`, where the trace of another crash than those of the question settles nothing."""
    if not found or not question.crashes:
        return list(found)
    learned = entries.index.crashes_of([one.entry_id for one in found])
    blames_nobody = _blaming_nobody([one.entry_id for one in found if one.entry_id not in learned], entries)
    return [_of_another_crash(one, question, learned.get(one.entry_id, ()), blames_nobody) for one in found]


def _blaming_nobody(entry_ids: Sequence[str], entries: EntryTable) -> frozenset[str]:
    """Those that were learned by a crash in whose stack nobody is to blame: any crash of its kind looks like it."""
    stored = entries.many(entry_ids) if entry_ids else {}
    return frozenset(key for key, one in stored.items() if tells_kind(readable(learned_by(one.entry))))


def _of_another_crash(
    found: Found, question: Question, names: Sequence[str], blames_nobody: AbstractSet[str]
) -> Found:
    asked = question.crashes[0].name
    if found.hearsay:
        return found
    if found.entry_id in blames_nobody:
        return replace(found, hearsay=f"but nobody was to blame for that crash, and this is {asked}")
    functions = {function for crash in question.crashes for function in crash.functions}
    if not names or functions & set(map(function_of, names)):
        return found
    return replace(found, hearsay=f"but that was {names[0]}, and this is {asked}")


_SHOWN_CHARACTERS = 200
_LITTLE_BESIDE = 0.75
"""Of what a match tells, the share that the rest of its line may tell for the match to be the whole of it."""
_LONGEST_LINE = 2_000
"""Characters of the line around a match that is read to see what it says beside it."""
_SCANNED_AT_THE_END = 20_000
"""Characters of a text that is scanned when its fingerprints were looked up, unless it is longer."""


class SignatureScan:
    """Collects the signatures that occur in a text which is read block by block.

    A short text that nobody waits to be told of is scanned at its end (`end`), when it is known what need not be
    looked for.
    """

    def __init__(self, signatures: SignatureSet, on_found: OnFound | None = None) -> None:
        """`on_found` is told of each entry when its first block was read, long before a long text ends."""
        self._signatures, self._on_found = signatures, on_found
        self._occurrences: dict[str, list[_Occurrence]] = {}
        self._traces: dict[str, SeenTrace] = {}
        self._seen = set[int]()
        self._rarity = rarity_among(signatures)
        self._known = frozenset[str]()
        self._begun, self._short = False, None if on_found else _Unscanned()

    def block(self, block: Unfolded) -> None:
        """Scan one block of the text."""
        first, self._begun = not self._begun, True
        if first and self._short and len(block.text) <= _SCANNED_AT_THE_END:
            self._short.block = block
            return
        if self._short and self._short.block:
            self._scan(self._short.block)
        self._short = None
        self._scan(block)

    def end(self, already: Iterable[Found] = ()) -> None:
        """The text was read, and these were `already` found: by fingerprint, in whose line nothing more stands.

        Call it before `found` and `traces`; again where other entries were found since.
        """
        self._known = frozenset(one.entry_id for one in already if one.whole and not one.hearsay)
        short = self._short
        if short and short.block and (short.left_out is None or not short.left_out <= self._known):
            short.left_out = self._known
            self._occurrences, self._traces, self._seen = {}, {}, set()
            self._scan(short.block, self._known)

    def _scan(self, block: Unfolded, known: frozenset[str] = frozenset()) -> None:
        hits = self._signatures.scan(block.text, self._seen, known)
        for hit in sorted(hits, key=lambda hit: hit.spans[0]):
            if hit.signature.trace:
                self._trace(hit, block)
                continue
            occurrence = _occurrence(hit, block)
            if self._on_found and hit.key not in self._occurrences:
                self._on_found(_by_signature(occurrence))
            self._occurrences.setdefault(hit.key, []).append(occurrence)

    def _trace(self, hit: SignatureHit, block: Unfolded) -> None:
        found = seen_trace(hit, block, self._rarity)
        if found and (hit.key not in self._traces or found.share() > self._traces[hit.key].share()):
            self._traces[hit.key] = found

    def found(self) -> list[Found]:
        """The entries whose signature occurred, the most telling first."""
        found = [
            max(map(_by_signature, occurrences), key=lambda one: one.strength)
            for key, occurrences in self._occurrences.items()
            if key not in self._known or any(one.hit.captures for one in occurrences)
        ]
        return sorted(found, key=lambda hit: (-hit.strength, hit.entry_id))

    def traces(self, question: Question) -> list[Found]:
        """The entries of which enough of a trace was seen, the most telling first."""
        found = (by_trace(key, one, question) for key, one in self._traces.items())
        return sorted(filter(None, found), key=lambda hit: (-hit.strength * hit.fit, hit.entry_id))


@dataclass(slots=True)
class _Unscanned:
    """A text of one short block: it waits until it is known what need not be looked for."""

    block: Unfolded | None = None
    left_out: frozenset[str] | None = None
    """The entries that were left out when it was scanned last."""


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A signature that was found: where, and the line around it; None where that is too long to be read."""

    hit: SignatureHit
    place: LinePlace
    around: str | None


def _occurrence(hit: SignatureHit, block: Unfolded) -> _Occurrence:
    text, (start, end) = block.text, hit.spans[0]
    begin, finish = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    finish = finish if finish >= 0 else len(text)
    around = text[begin:finish].strip() if finish - begin < _LONGEST_LINE else None
    return _Occurrence(hit, block.place(start, end), around)


def _by_signature(one: _Occurrence) -> Found:
    hit, place = one.hit, one.place
    shown = redact(hit.matched[: 4 * _SHOWN_CHARACTERS]).text[:_SHOWN_CHARACTERS]
    evidence = Evidence(text=shown, line=place.line, start=place.start, end=place.end)
    kind = "regex" if hit.signature.regex else "text"
    reason = f"the signature's {kind} occurs on line {place.line}"
    # (A value by itself does not say that it is a secret.)
    clean = redact(hit.matched).text if hit.captures else ""
    captures = {name: value for name, value in hit.captures.items() if value in clean}
    strength = specificity(hit.signature)
    whole = one.around is not None and (
        text_specificity(_beside(hit.matched, one.around)) <= _LITTLE_BESIDE * strength
    )
    return Found(hit.key, Tier.SIGNATURE, reason, evidence, strength, whole=whole, captures=captures)


def _beside(matched: str, line: str) -> str:
    """What the line says beyond the match: without what a logger writes before it, and without ids."""
    if matched in (message := bare(line).text):
        line = message
    before, _, after = line.partition(matched)
    rest = without_prefix(mask(f"{before} {PLACEHOLDER} {after}"))
    return rest.replace(PLACEHOLDER, " ")
