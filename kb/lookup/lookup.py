"""`check_known_issues`: prepare, ask the tiers cheapest first, judge, explain; then record, and hand the answer out.

`Lookup.find` makes a finding of a text.  A tier that settles the question ends the search, unless asked to go deep.
What was left out is counted, what could not be taken into account is noted; nothing is written.

`answer` records a finding in the ledger and makes of it the answer that is handed out, with its notes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from kb.errors import HomeNotWritable, NothingAsked, Problem, StoreAway
from kb.index.signatures import CompiledSignatures
from kb.lookup import notes as watch_notes
from kb.lookup import verdict as verdicts
from kb.lookup.candidates import Found, OnFound
from kb.lookup.causes import Causes, OtherCauses, mark_alternatives, spoken_for
from kb.lookup.exact import SignatureScan, by_crash, by_fingerprint, by_rewording, other_crashes
from kb.lookup.judging import Judged, judge, refuse, stronger
from kb.lookup.notes import Held, refusals, surer, warnings
from kb.lookup.offering import offered, to_match, worth_showing
from kb.lookup.question import Question, alone, ask
from kb.lookup.ranked import RankedTiers
from kb.lookup.scoring import KNOWN, RELATED
from kb.model import AlertRule, Entry, Runbook
from kb.model.entry import OFFERED
from kb.model.ledger import NO_MATCH, Answer, Evidence, Match, Trust, Verdict
from kb.model.review import WatchItem
from kb.store.entries import EntryTable, Stored
from kb.store.ledger import Ledger
from kb.text.entries.identify import runbook_keys
from kb.text.evidence.evidence import title_line

TrustOf = Callable[[Sequence[Entry], datetime], dict[str, Trust]]
"""The trust in each entry at a moment, by id."""
RecordFor = Callable[[Sequence[str], str], Mapping[str, int]]
"""Successes less failures of each entry for a service."""
RefusedFor = Callable[[Sequence[str], str, Sequence[str], Sequence[str]], Mapping[str, str]]
"""Those of some entries that are not meant by a question (its fingerprint, lines, place), and who said so."""
Watched = Callable[[datetime], Sequence[WatchItem]]
"""The items of the watch list that count at a moment."""
_MOST_JUDGED, _FEWEST_JUDGED = 30, 10
"""How many ranked candidates are judged, at the most and at the least."""
_NOTHING_ASKED = (
    "the text is empty, so nothing was looked up; give the error text (if it was piped in, see why the"
    " program before the pipe printed nothing)"
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry whose signature was just seen, before anything is judged."""

    id: str
    title: str
    evidence: Evidence


OnSighting = Callable[[Sighting], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one lookup before it is recorded."""

    question: Question
    verdict: Verdict
    matches: tuple[Match, ...]
    alternatives: bool
    hidden: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The four tiers over one home's indexes."""

    entries: EntryTable
    ranked: RankedTiers
    signatures: CompiledSignatures
    trust_of: TrustOf
    others: OtherCauses
    notes: Callable[[], Sequence[str]]
    """What the indexes of words and of meaning could not take into account, in sentences."""
    held: Held
    """The entries in quarantine."""
    watched: Watched = lambda _: ()
    record_for: RecordFor = lambda *_: {}
    refused_for: RefusedFor = lambda *_: {}
    snapshot: Callable[[], AbstractContextManager[None]] = nullcontext
    """One state of the store for all that is read inside."""
    seconds: float = math.inf
    """How long a text is read for telling lines; what was read until then is answered, and the answer says so."""

    def scanning(self, on_sighting: OnSighting | None = None) -> SignatureScan:
        """What reads one text for the signatures of now.

        `on_sighting` is told at once, while the text is still being read, of each entry whose signature could settle
        the question by itself.
        """
        return SignatureScan(self.signatures.current(), on_sighting and self._teller(on_sighting))

    def find(
        self,
        text: str | Iterable[str],
        *,
        tool: str,
        service: str,
        environment: str,
        limit: int,
        deep: bool,
        now: datetime,
        alerts: Sequence[str] = (),
        scan: SignatureScan | None = None,
    ) -> Finding:
        """Look the text up.  Raises NothingAsked for a text without anything readable in it.

        `alerts` are names of alerts that the text tells of, where that is known: what has such a name is found by it.
        `scan` is one that `scanning` began.
        """
        scan = scan or self.scanning()
        question = ask(
            text,
            tool=tool,
            service=service,
            environment=environment,
            each_block=scan.block,
            seconds=self.seconds,
        )
        if not question.evidence:
            raise NothingAsked(_NOTHING_ASKED)
        question = replace(question, alerts=tuple(alerts))
        try:
            return self._found(question, scan, limit, now, deep=deep)
        except StoreAway:  # the server was lost while it was read: another one may know as much
            return self._found(question, scan, limit, now, deep=deep)

    def _found(
        self, question: Question, scan: SignatureScan, limit: int, now: datetime, *, deep: bool
    ) -> Finding:
        if not deep:
            with self.snapshot():
                exact = self._exact(question, scan, now, deep=False)
                if verdicts.ends(exact, question) and not Causes.of(question, exact).several:
                    return self._finished(question, exact, limit, now)
        with self.ranked.reading():  # anew: what the exact tiers say must be of the same state
            exact = self._exact(question, scan, now, deep=deep)
            if not deep and verdicts.ends(exact, question):
                return self._finished(question, self._told_apart(question, exact), limit, now)
            said = question.written or question.said
            ranked = self.ranked.search(
                question.query,
                as_written=question.as_written,
                kind=question.kind,
                said=said,
                names=question.named,
                alert=question.alert,
            )
            judged = self._judge(question, _worth_judging(ranked, limit), now, exact)
            judged = self._line_by_line(question, judged, now)
            return self._finished(question, self._told_apart(question, judged), limit, now, self.notes())

    def _line_by_line(self, question: Question, judged: Sequence[Judged], now: datetime) -> list[Judged]:
        """The candidates with those of single lines of a log, unless one is known anyway."""
        found = list(judged)
        for line in () if verdicts.settles(found) else alone(question):
            number = line.evidence[0].line.line
            ranked = self.ranked.search(
                line.query, as_written=line.as_written, kind=line.kind, said=line.written
            )
            hits = [replace(hit, reason=f"line {number} by itself: {hit.reason}") for hit in ranked]
            found = self._judge(line, _worth_judging(hits, _FEWEST_JUDGED), now, found, whole=question)
        return found

    def _exact(self, question: Question, scan: SignatureScan, now: datetime, *, deep: bool) -> list[Judged]:
        printed = by_fingerprint(question, self.entries)
        scan.end(printed)
        self.signatures.keep()
        traces = other_crashes(scan.traces(question), question, self.entries)
        crashes = by_crash(question, self.entries)
        exact = self._judge(question, [*printed, *crashes, *scan.found(), *traces], now)
        if deep or not verdicts.settles(exact):
            exact = self._judge(question, by_rewording(question, self.entries), now, exact)
        if verdicts.settles(exact):
            exact = self._judge(question, self._other_causes(exact), now, exact)
        return exact

    def _finished(
        self,
        question: Question,
        judged: Sequence[Judged],
        limit: int,
        now: datetime,
        notes: Iterable[str] = (),
    ) -> Finding:
        notes = [*notes, *warnings(question, self.held, self.entries)]
        if question.redacted:
            notes.append(f"{question.redacted} secrets in the text were redacted before it was looked up")
        notes += question.unread
        ordered, watch = watch_notes.noted(verdicts.in_order(judged), question, self.watched(now), now)
        return _finding(question, ordered, limit, [*notes, *watch, *refusals(ordered)])

    def _told_apart(self, question: Question, judged: Sequence[Judged]) -> list[Judged]:
        """The candidates, of several causes of one symptom those lifted that the text speaks for."""
        causes = Causes.of(question, judged)
        return spoken_for(causes, self.ranked.likeness(causes.said, causes.ids), judged)

    def _other_causes(self, settled: Sequence[Judged]) -> list[Found]:
        """What was learned of the same symptom in other words, which the text need not hold."""
        already = {one.entry.id for one in settled}
        best = verdicts.in_order(settled)[0].entry
        return [one for one in self.others.of(best, self.signatures.current()) if one.entry_id not in already]

    def _teller(self, on_sighting: OnSighting) -> OnFound:
        def tell(found: Found) -> None:
            if found.strength >= KNOWN and found.evidence:
                stored = self.entries.many([found.entry_id])
                for one in stored.values():
                    on_sighting(Sighting(one.entry.id, title_line(one.entry.headline), found.evidence))

        return tell

    def _judge(
        self,
        question: Question,
        found: Sequence[Found],
        now: datetime,
        already: Sequence[Judged] = (),
        whole: Question | None = None,
    ) -> list[Judged]:
        """One judgement an entry, the most confident of its tiers; alert rules stand for their runbooks.

        `whole` is what was asked, where the question is a line of it.
        """
        if not found:
            return list(already)
        stored = self._still_offered(hit.entry_id for hit in found)
        runbooks = self._runbooks([one.entry for one in stored.values()])
        hits = [_to_runbook(hit, stored, runbooks) for hit in found if hit.entry_id in stored]
        if further := {hit.entry_id for hit in hits} - stored.keys():
            stored |= self._still_offered(further)
        hits = [hit for hit in hits if hit.entry_id in stored]
        trust = self.trust_of([one.entry for one in stored.values()], now)
        here = self.record_for(list(stored), question.service) if question.service else {}
        refused = self._refused(list(stored), whole or question)
        best = {one.entry.id: one for one in already}
        for hit in hits:
            known = stored[hit.entry_id], trust[hit.entry_id]
            one = judge(question, hit, *known, now, here.get(hit.entry_id, 0))
            one = refuse(one, said) if (said := refused.get(hit.entry_id)) else one
            best[hit.entry_id] = stronger(best[hit.entry_id], one) if hit.entry_id in best else one
        return list(best.values())

    def _refused(self, ids: Sequence[str], question: Question) -> Mapping[str, str]:
        place = question.service, question.environment, question.tool
        return self.refused_for(
            ids, question.fingerprint, [one.line.text for one in question.evidence], place
        )

    def _still_offered(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The entries, without those that may no longer be shown since the text was read."""
        return {key: one for key, one in self.entries.many(ids).items() if one.entry.status in OFFERED}

    def _runbooks(self, entries: Sequence[Entry]) -> dict[str, str]:
        """The runbook of each alert rule that has one, by id; asked for all at once."""
        keys = {entry.id: runbook_keys(entry) for entry in entries if isinstance(entry, AlertRule)}
        if not keys:
            return {}
        found = self.entries.index.first_named(
            list(dict.fromkeys(chain.from_iterable(keys.values()))), Runbook.kind
        )
        first = {
            rule: next((found[key] for key in wanted if key in found), "") for rule, wanted in keys.items()
        }
        return {rule: runbook for rule, runbook in first.items() if runbook}


def _worth_judging(ranked: Sequence[Found], limit: int) -> Sequence[Found]:
    """All that can come to be shown; the rest is not even read: no agreement lifts it to `RELATED`."""
    likely = sum(hit.strength >= RELATED / 2 for hit in ranked)
    return ranked[: max(limit, _FEWEST_JUDGED, min(likely, _MOST_JUDGED))]


def _to_runbook(hit: Found, stored: Mapping[str, Stored], runbooks: Mapping[str, str]) -> Found:
    rule = stored[hit.entry_id].entry
    if not isinstance(rule, AlertRule) or rule.id not in runbooks:
        return hit
    return replace(hit, entry_id=runbooks[rule.id], reason=f"runbook of the alert {rule.name}: {hit.reason}")


def _finding(question: Question, judged: list[Judged], limit: int, notes: list[str]) -> Finding:
    verdict = verdicts.verdict_of(judged)
    fitting = [one for one in judged if one.confidence >= RELATED]
    shown = offered(worth_showing(judged, verdict), limit)
    hidden = len(fitting) - sum(one.confidence >= RELATED for one in shown)
    notes = [*notes, *([NO_MATCH] if verdict is Verdict.UNKNOWN and shown else [])]
    matches, several = mark_alternatives([to_match(one, question) for one in shown], verdicts.rivals(shown))
    if verdict is Verdict.UNKNOWN:
        several = False
    notes += [fact] if (fact := surer(question, shown, matches if several else (), verdict)) else []
    return Finding(question, verdict, matches, several, hidden, tuple(notes))


_NOT_RECORDED_YET = (
    "the lookup is not recorded yet, since another process is writing into the home; the next command that can"
    " write records it, and its id holds"
)


def answer(
    finding: Finding,
    ledger: Ledger | None,
    problems: Iterable[Problem],
    *,
    took_ms: float,
    now: datetime,
    actor: str,
    incident: str | None = None,
    note: str = "",
) -> Answer:
    """Record the lookup with the matches that it shows; a home that cannot be written still answers, and says so.

    Without a ledger nothing is recorded, and nothing is said about that: it was asked for.
    """
    mistakes = (f"mistake in a file of the home: {problem}" for problem in problems)
    notes = [*filter(None, [note]), *finding.notes, *mistakes]
    lookup_id: str | None = None
    try:
        if ledger is not None:
            lookup_id = _record(finding, ledger, took_ms, now, actor, incident)
            notes += [_NOT_RECORDED_YET] if ledger.is_waiting(lookup_id) else []
    except (HomeNotWritable, StoreAway) as error:
        notes.append(f"the lookup was not recorded: {error}")
    return Answer(
        verdict=finding.verdict,
        lookup_id=lookup_id,
        took_ms=took_ms,
        hidden=finding.hidden,
        alternatives=finding.alternatives,
        matches=finding.matches,
        notes=tuple(notes),
        seen=finding.question.seen,
        telling=_telling(finding.question) if finding.verdict is Verdict.UNKNOWN else None,
    )


def _telling(question: Question) -> Evidence | None:
    if question.best is None:
        return None
    line = question.best.line
    return Evidence(text=line.message, line=line.line, start=line.start, end=line.end)


def _record(
    finding: Finding, ledger: Ledger, took_ms: float, now: datetime, actor: str, incident: str | None
) -> str:
    question = finding.question
    return ledger.record_lookup(
        at=now,
        verdict=finding.verdict,
        fingerprint=question.fingerprint,
        evidence=json.dumps([e.line.text for e in question.evidence]),
        tool=question.tool,
        service=question.service,
        environment=question.environment,
        took_ms=took_ms,
        matches=finding.matches,
        actor=actor,
        incident=incident,
    )
