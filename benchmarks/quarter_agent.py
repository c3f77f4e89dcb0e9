"""The agent of the simulated quarter: asks, tries what is offered in order, else investigates, and writes it down.

The same for all memories.  It answers a check truthfully but for `check_errs`, tells what came of a try
with chance `records`, and what it found from scratch with chance `learns`, sometimes wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from benchmarks.quarter_stream import Cause, Incident, Quarter, causes
from kb.lookup.causes import TRIGGERS

_QUESTIONS = {question: name for name, _, question in TRIGGERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One remedy that a memory offers."""

    id: str
    fix: str
    check: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a memory says; under `unknown` nothing is offered."""

    verdict: str
    offers: tuple[Offer, ...] = ()
    lookup_id: str | None = None
    incident_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What an agent writes down."""

    pattern: str
    meaning: str
    fix: str
    check: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an incident ended, as the agent writes it down; empty where nothing was written down."""

    meaning: str = ""
    fix: str = ""
    learned: str = ""
    """The lesson that was written down in this incident, where its end names it."""
    verified: bool = False


class Memory(Protocol):
    """A memory that is compared."""

    def ask(self, incident: Incident) -> Answer:
        """Have we seen this before?"""
        ...

    def learn(self, lesson: Lesson, at: datetime) -> str:
        """Keep it; returns its id."""
        ...

    def end(self, answer: Answer, ending: Ending, at: datetime) -> None:
        """The incident is over."""
        ...

    def tell(self, answer: Answer, offer: Offer, result: str, verified: bool, at: datetime) -> None:
        """What came of an offer."""
        ...

    def review(self, at: datetime) -> None:
        """The end of a week."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """How one incident went with one memory."""

    incident: Incident
    verdict: str
    minutes: float
    offered: bool
    first_right: bool
    wrong_tries: int
    from_memory: bool
    """Mitigated by what was offered."""
    knowable: bool
    """What helps had been written down before, and the memory was told."""


class Agent:
    """Handles the incidents of a quarter with one memory."""

    def __init__(self, quarter: Quarter, memory: Memory) -> None:
        self.quarter, self.memory, self.given = quarter, memory, quarter.given
        self.written: set[tuple[str, str]] = set()
        """Symptom and fix of every lesson."""

    def handle(self, incident: Incident) -> Handled:
        """From the question to mitigation, and what is written down afterwards."""
        answer, knowable = self.memory.ask(incident), (incident.cause.phrase, incident.fix) in self.written
        minutes, tried = self._try(incident, answer)
        found = bool(tried) and tried[-1][1] == "resolved"
        if not found:
            minutes += self.quarter.search_minutes(incident)
        at = incident.at + timedelta(minutes=minutes)
        self._tell(incident, answer, tried, at)
        ending = self._found(incident, tried[-1][0]) if found else self._learn(incident, at)
        self.memory.end(answer, ending, at)
        return Handled(
            incident=incident,
            verdict=answer.verdict,
            minutes=minutes,
            offered=bool(answer.offers),
            first_right=bool(answer.offers) and answer.offers[0].fix == incident.fix,
            wrong_tries=sum(r != "not_applied" and offer.fix != incident.fix for offer, r in tried),
            from_memory=found,
            knowable=knowable,
        )

    def _try(self, incident: Incident, answer: Answer) -> tuple[float, list[tuple[Offer, str]]]:
        """The offers in order until one helps: minutes spent, and what came of each."""
        given, tried, seen = self.given, list[tuple[Offer, str]](), set[str]()
        minutes, applied = given.minutes_ask, 0
        for offer in answer.offers:
            if offer.fix in seen:  # another entry says the same
                continue
            seen.add(offer.fix)
            if applied == given.patience:
                break
            if offer.check:
                minutes += given.minutes_check
                if not self._says_yes(incident, offer.check):
                    tried.append((offer, "not_applied"))
                    continue
            minutes, applied = minutes + given.minutes_try, applied + 1
            if self.quarter.works(incident, offer.fix):
                tried.append((offer, "resolved"))
                break
            worse = self.quarter.chance(given.worse, incident.number, "worse", offer.fix)
            minutes += given.minutes_worse if worse else 0
            tried.append((offer, "made_worse" if worse else "failed"))
        return minutes, tried

    def _says_yes(self, incident: Incident, check: str) -> bool:
        cause = incident.cause
        truth = _QUESTIONS[check] == cause.trigger if check in _QUESTIONS else check == cause.check
        return truth != self.quarter.chance(self.given.check_errs, incident.number, "check", check)

    def _tell(self, incident: Incident, answer: Answer, tried: list[tuple[Offer, str]], at: datetime) -> None:
        for offer, result in tried:
            if self.quarter.chance(self.given.records, incident.number, "records", offer.fix):
                held = self._verified(incident) and result == "resolved"
                self.memory.tell(answer, offer, result, held, at)

    def _verified(self, incident: Incident) -> bool:
        return self.quarter.chance(self.given.verifies, incident.number, "verifies")

    def _found(self, incident: Incident, offer: Offer) -> Ending:
        return Ending(meaning=offer.meaning, fix=offer.fix, verified=self._verified(incident))

    def _learn(self, incident: Incident, at: datetime) -> Ending:
        chance, given, number = self.quarter.chance, self.given, incident.number
        if not chance(given.learns, number, "learns"):
            return Ending(verified=self._verified(incident))
        hasty = chance(given.hasty, number, "hasty")
        meaning, fix = self._belief(incident) if hasty else (incident.cause.meaning, incident.fix)
        self.written.add((incident.cause.phrase, fix))
        learned = self.memory.learn(
            Lesson(
                pattern=incident.line if chance(given.pasted, number, "pasted") else incident.cause.phrase,
                meaning=meaning,
                fix=fix,
                check=incident.cause.check if not hasty and chance(given.checks, number, "checks") else "",
                service=incident.service if chance(given.scoped, number, "scoped") else "",
            ),
            at,
        )
        names_it = chance(given.records, number, "records", "learned")
        return Ending(
            meaning=meaning, fix=fix, learned=learned if names_it else "", verified=self._verified(incident)
        )

    def _belief(self, incident: Incident) -> tuple[str, str]:
        """A wrong cause and fix: half of the time that of a look-alike, where there is one."""
        cause: Cause = incident.cause
        dice = self.quarter.dice(incident.number, "belief")
        if cause.siblings and dice.random() < 0.5:
            other = causes()[dice.choice(cause.siblings)]
            return other.meaning, other.fix
        return cause.wrong


def live(quarter: Quarter, memory: Memory) -> list[Handled]:
    """All incidents of the quarter, with a review at the end of each week."""
    agent, handled, week = Agent(quarter, memory), list[Handled](), 1
    for incident in quarter.incidents:
        while week < incident.week:
            memory.review(quarter.begin_of(week + 1))
            week += 1
        handled.append(agent.handle(incident))
    return handled
