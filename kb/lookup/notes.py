"""What an answer says beside its matches: entries in quarantine, the watch list, the fact that would make it surer.

**Entries in quarantine** (`warnings`): what would have matched, had it not been taken away, is told as a warning,
never shown as advice.

**What was refused** (`refusals`): an entry of which somebody told, after this very question, that it is not this one.

**The watch list** (`noted`): what is on it is noted in the reason, and goes first among equals.  An entry on the list
passes a neighbour only when that one is at most `BONUS` more confident, no better trusted and of the same status.  So
the list never lifts a failing entry over one that works, nor changes a verdict or a confidence.

**What would make it surer** (`surer`): the one fact by which the candidates at hand differ and that nobody said.
Where it happened comes first (service, environment, tool), since a lookup weighs that; then an error code that they
are known by; then the check, where several causes share the symptom and somebody, or their triggers, tell them apart;
then the line of the log for what was told in somebody's own words.  Nothing is asked for that was said, or that all
share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from kb.index.signatures import CompiledSignatures
from kb.lookup.judging import Judged, learned_by
from kb.lookup.question import Question
from kb.lookup.scoring import KNOWN, RELATED
from kb.lookup.verdict import rivals
from kb.model import Entry, Origin, Status, ToolFix
from kb.model.ledger import EXACT, Match, Verdict
from kb.model.review import WatchItem
from kb.model.status import BY_PERSON, FAILING, Move
from kb.store.entries import EntryTable
from kb.store.moves import MoveTable
from kb.text.entries.identify import crash_key, fingerprints_of
from kb.text.environments import same_environment
from kb.text.evidence.evidence import title_line
from kb.text.kinds import is_prose
from kb.text.signatures.set import SignatureSet, sought
from kb.text.specificity import TOO_GENERAL, error_codes
from kb.text.tokens import one_line

_WARNING_RULES = (FAILING, *BY_PERSON)
"""The quarantines that say something about the advice; the others are about signatures that fire too often."""
_MOST_WARNINGS = 3
_TITLE_CHARACTERS, _FIX_CHARACTERS = 80, 160


class Held(Protocol):
    """The entries in quarantine, by what they were found by."""

    def fitting(self, fingerprints: Sequence[str], text: str) -> Mapping[str, Move]:
        """The last move of those that may have one of the fingerprints, or a signature that occurs in the text."""
        ...


@dataclass(frozen=True, slots=True)
class HeldEntries:
    """The entries in quarantine of one home; only what may fit is read of them, however many there are."""

    entries: EntryTable
    signatures: CompiledSignatures
    moves: MoveTable

    def fitting(self, fingerprints: Sequence[str], text: str) -> Mapping[str, Move]:
        """The last move of those that may have one of the fingerprints, or a signature that occurs in the text."""
        if not self.entries.index.holds:
            return self.moves.quarantined(self.entries.in_quarantine())
        signed = {hit.key for hit in self.signatures.current().scan(text)}
        return self.moves.quarantined(signed | self.entries.index.held(fingerprints))


def warnings(question: Question, held: Held, entries: EntryTable) -> list[str]:
    """A sentence for each quarantined entry that fits the question exactly, at most three."""
    found = held.fitting(_asked(question), "\n".join(one.line.text for one in question.evidence))
    moves = {key: move for key, move in found.items() if move.rule in _WARNING_RULES}
    kept = (one.entry for one in entries.many(moves).values())
    fitting = _fitting(question, [entry for entry in kept if entry.status is Status.QUARANTINED])
    said = [_warning(entry, moves[entry.id]) for entry in fitting[:_MOST_WARNINGS]]
    more = len(fitting) - _MOST_WARNINGS
    return [*said, f"{more} more quarantined entries fit as well"] if more > 0 else said


def refusals(judged: Sequence[Judged]) -> list[str]:
    """A sentence for each answer that was told to be not meant by this very question, at most three."""
    refused = [one for one in judged if one.refused][:_MOST_WARNINGS]
    return [
        f"{one.entry.id} ({title_line(one.entry.headline)}) would be an answer, but it was {one.refused}; "
        "if it is after all, say so: outcome resolved for this lookup"
        for one in refused
    ]


def _asked(question: Question) -> list[str]:
    """What the question is recognised by: the templates of its lines, and its crashes."""
    prints = [one.fingerprint for one in question.evidence if one.fingerprint]
    return [*prints, *(crash_key(crash.name) for crash in question.crashes)]


def _fitting(question: Question, entries: Sequence[Entry]) -> list[Entry]:
    """Those with the template of an evidence line or a crash of the text, or whose signature occurs in the evidence."""
    if not entries:
        return []
    asked = set(_asked(question))
    signatures = SignatureSet.compile(
        (entry.id, one) for entry in entries for one in sought(entry.signatures)
    )
    signed = {hit.key for hit in signatures.scan("\n".join(one.line.text for one in question.evidence))}
    return [
        entry
        for entry in entries
        if entry.id in signed or asked & {one.value for one in fingerprints_of(entry)}
    ]


def _warning(entry: Entry, move: Move) -> str:
    fix = one_line(entry.advice().fix, _FIX_CHARACTERS)
    advised = f"; do not rely on what it advised: {fix}" if fix else ""
    title = one_line(title_line(entry.headline), _TITLE_CHARACTERS)
    return f"an entry that fits is quarantined ({move.reason}): {title} [{entry.id}]{advised}"


BONUS = 0.01
"""How much less confident an entry on the watch list may be and still go first among equals."""


def noted(
    ordered: Sequence[Judged], question: Question, items: Iterable[WatchItem], now: datetime
) -> tuple[list[Judged], list[str]]:
    """The judgements with what the watch list says, best first, and notes on what no entry stands for."""
    here = [item for item in items if _in_place(item, question)]
    result, lifted, told = list[Judged](), set[str](), set[str]()
    for one in ordered:
        mine = [item for item in here if concerns(item, one.entry, question)]
        told.update(item.id for item in mine)
        place = len(result)
        if mine:
            while place and result[place - 1].entry.id not in lifted and _is_equal(one, result[place - 1]):
                place -= 1
            lifted.add(one.entry.id)
        reasons = [one.reason, *(in_words(item, now) for item in mine[:2])]
        result.insert(place, replace(one, reason="; ".join(reasons)) if mine else one)
    known = any(one.confidence >= KNOWN for one in ordered)
    loose = (item for item in here if item.id not in told and _meets_question(item, question, known))
    return result, [_as_note(item, now) for item in loose]


def concerns(item: WatchItem, entry: Entry, question: Question) -> bool:
    """Whether the item means this entry: by its id, or by the service that both it and the question name."""
    if item.entry_id or item.fingerprint:
        return item.entry_id == entry.id
    services = {name.casefold() for name in entry.scope.services}
    asked = item.service.casefold()
    return bool(asked) and asked == question.service.casefold() and asked in services


def in_words(item: WatchItem, now: datetime) -> str:
    """`on the watch list since Monday: seen 4 times on checkout, …`."""
    return f"on the watch list{since_in_words(item, now)}: {item.text}"


def _as_note(item: WatchItem, now: datetime) -> str:
    what = item.title or item.service or item.environment
    return f"{what} is {in_words(item, now)}" if what else in_words(item, now)


def since_in_words(item: WatchItem, now: datetime) -> str:
    """` since Monday`, or ` since 2026-11-02`; empty where nobody said."""
    day, days = item.since, (now.astimezone(UTC).date() - item.since).days
    if day.year == 1:
        return ""
    return (
        " since today" if days == 0 else f" since {day:%A}" if 0 < days < 7 else f" since {day.isoformat()}"
    )


def _in_place(item: WatchItem, question: Question) -> bool:
    """Whether nothing that the question says contradicts the item."""
    other_service = (
        item.service and question.service and item.service.casefold() != question.service.casefold()
    )
    both = item.environment and question.environment
    return not other_service and (not both or same_environment(item.environment, question.environment))


def _meets_question(item: WatchItem, question: Question, known: bool) -> bool:
    """Whether the item says something of the question itself; "asked and not known" no longer holds once it is."""
    if item.fingerprint:
        return not known and item.fingerprint in {line.fingerprint for line in question.evidence}
    if item.entry_id:
        return False
    return bool(question.service and item.service) or bool(
        question.environment and item.environment and not item.service
    )


def _is_equal(one: Judged, before: Judged) -> bool:
    return (
        before.confidence - one.confidence <= BONUS
        and before.trust.value <= one.trust.value
        and before.entry.status is one.entry.status
    )


_NAMES_SHOWN, _QUOTED_CHARACTERS, _MOST_COMPARED = 3, 80, 5
_PLACE_KINDS: tuple[tuple[str, Callable[[Question], str], Callable[[Entry], Sequence[str]]], ...] = (
    ("service", lambda question: question.service or _told_by_carriers(question), lambda e: e.scope.services),
    ("environment", lambda question: question.environment, lambda e: e.scope.environments),
    ("tool that failed", lambda question: question.tool, lambda e: _tools(e)),
)
"""What a lookup can be told beside the text: its name, what was said of it, and where entries hold."""


def surer(question: Question, shown: Sequence[Judged], matches: Sequence[Match], verdict: Verdict) -> str:
    """What to add to the question, in a sentence; empty where the answer is sure, or nothing would make it surer.

    `matches` are those of `shown` with the checks that tell them apart, where they are several causes; else empty.
    """
    if verdict is Verdict.KNOWN:
        return ""
    own = [one for one in shown if one.entry.provenance.origin is not Origin.STARTER]
    if verdict is Verdict.UNKNOWN:
        return _line_wanted(question, own) or _more_wanted(question)
    close = [one for one in own if one.confidence >= RELATED][:_MOST_COMPARED]
    if not close:
        return _more_wanted(question)
    return (
        next((said for place in _PLACE_KINDS if (said := _place_wanted(question, close, *place))), "")
        or _code_wanted(question, close)
        or _check_wanted(close, matches)
        or _line_wanted(question, close)
    )


def _check_wanted(close: Sequence[Judged], matches: Sequence[Match]) -> str:
    """The first check of several causes of the symptom; `matches` is empty where there are not several."""
    rival = set(rivals(close))
    found = next((n for n, match in enumerate(matches) if match.id in rival and match.check), None)
    if found is None:
        return ""
    which = f"number {found + 1}" if found else "the first"
    check = one_line(matches[found].check, 2 * _QUOTED_CHARACTERS)
    return f"to be surer, check what tells {which} from the others: {check}"


def _place_wanted(
    question: Question,
    close: Sequence[Judged],
    name: str,
    said: Callable[[Question], str],
    of: Callable[[Entry], Sequence[str]],
) -> str:
    """The place by which the candidates differ, or which speaks for the only one or against it."""
    places = [tuple(of(one.entry)) for one in close]
    names = list(dict.fromkeys(place for group in places for place in group[:_NAMES_SHOWN]))
    text = question.said.casefold()
    if said(question) or not places[0] or any(place.casefold() in text for place in names):
        return ""
    if len(close) == 1:
        return f"to be surer, say the {name}: this was seen with {_listed(names, 'and')}"
    others = {place.casefold() for group in places[1:] for place in group}
    if others & {place.casefold() for place in places[0]} or not all(places):
        return ""
    return f"to be surer, say the {name}: {_listed(names, 'or')} would tell which of these it is"


def _told_by_carriers(question: Question) -> str:
    return next(
        (said for name in ("service", "unit", "container") if (said := question.seen.get(name, ""))), ""
    )


def _tools(entry: Entry) -> Sequence[str]:
    return (*entry.scope.tools, *([entry.tool_name] if isinstance(entry, ToolFix) else []))


def _code_wanted(question: Question, close: Sequence[Judged]) -> str:
    """The codes that the candidates are known by, where the text has none and no two have the same."""
    if error_codes(question.written or question.said):
        return ""
    codes = [error_codes(learned_by(one.entry) or one.entry.headline) for one in close]
    told = [code for found in codes for code in found[:1]]
    if not codes[0] or len(set(told)) < len(told):
        return ""
    if len(close) == 1:
        return f"to be surer, add the error code or the line of the log that has it: here it was {told[0]}"
    return f"to be surer, add the error code or the line of the log that has it: {_listed(told, 'or')}, as in these"


def _line_wanted(question: Question, candidates: Sequence[Judged]) -> str:
    """The line of the log, where somebody tells in their own words what was learned by such a line."""
    told = question.is_prose and candidates and candidates[0].found.tier not in EXACT
    pattern = learned_by(candidates[0].entry) if told else ""
    if not pattern or is_prose(pattern):
        return ""
    first = next(line for line in pattern.splitlines() if line.strip())
    return (
        "to be surer, add the line of the log or the message itself, as the program wrote it: the nearest entry was "
        f"learned by `{one_line(first, _QUOTED_CHARACTERS)}`"
    )


def _more_wanted(question: Question) -> str:
    """A line that tells more, where the text itself is too general for any answer."""
    if question.specificity >= TOO_GENERAL:
        return ""
    return "to be surer, add the line of the log with the error itself: these words alone are in a hundred faults"


def _listed(names: Sequence[str], word: str) -> str:
    """`a, b or c`; what is left out is counted."""
    shown, more = list(names[:_NAMES_SHOWN]), len(names) - _NAMES_SHOWN
    if more > 0:
        shown.append(f"{more} more")
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}" if len(shown) > 1 else shown[0]
