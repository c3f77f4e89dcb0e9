"""The incidents of a simulated quarter: seeded, the same for every memory that is compared.

Each chance has a name and a generator of its own (`Quarter.chance`), so that what one memory does
cannot shift the luck of another: common random numbers.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from benchmarks.quarter_assumptions import Assumptions

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
_CAUSES = Path(__file__).with_name("quarter_causes.yaml")
_NOISE = (
    "{ts} INFO {svc} GET /healthz 200 {n}ms",
    "{ts} DEBUG {svc} request {id} served in {ms}ms",
    "{ts} INFO {svc} flushed {n} metrics",
    "{ts} INFO {svc} config poll ok rev {n}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A root cause and the symptom that it may share with others; texts are templates with `{ids}`."""

    id: str
    line: str
    phrase: str
    wordings: tuple[str, ...]
    services: tuple[str, ...]
    trigger: str
    sign: str
    check: str
    meaning: str
    fix: str
    later: str
    wrong: tuple[str, str]
    siblings: tuple[str, ...]
    """Ids of the causes with the same leading line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as it is asked about; `form` is `line`, `words` or `log`."""

    number: int
    at: datetime
    cause: Cause
    service: str
    text: str
    line: str
    form: str
    new: bool
    changed: bool
    """The change that ends the cause's first fix has happened."""

    @property
    def week(self) -> int:
        """1 for the first week."""
        return (self.at - BEGIN).days // 7 + 1

    @property
    def fix(self) -> str:
        """What helps now."""
        return self.cause.later if self.changed else self.cause.fix


@cache
def causes() -> dict[str, Cause]:
    """The 40 root causes by id."""
    found: dict[str, Cause] = {}
    for symptom in yaml.safe_load(_CAUSES.read_text()):
        ids = [one["id"] for one in symptom["causes"]]
        for one in symptom["causes"]:
            found[one["id"]] = Cause(
                line=symptom["line"],
                phrase=symptom["phrase"],
                wordings=tuple(symptom["wordings"]),
                siblings=tuple(other for other in ids if other != one["id"]),
                **{**one, "services": tuple(one["services"]), "wrong": tuple(one["wrong"])},
            )
    return found


class Quarter:
    """Twelve weeks of incidents for one seed."""

    def __init__(self, seed: int, given: Assumptions | None = None) -> None:
        self.seed, self.given = seed, given or Assumptions()
        self.changes = dict(self._changes())
        self.incidents = tuple(self._incidents())

    def dice(self, *what: object) -> random.Random:
        """The generator of one named chance."""
        return random.Random("|".join(map(str, (self.seed, *what))))

    def chance(self, share: float, *what: object) -> bool:
        """Whether the named thing happens, which it does with this share."""
        return self.dice(*what).random() < share

    def works(self, incident: Incident, fix: str) -> bool:
        """Whether applying the fix mitigates this incident; the same whoever applies it."""
        given = self.given
        if fix == incident.fix:
            return self.chance(given.works, incident.number, "works")
        if fix == incident.cause.fix:
            return self.chance(given.old_works, incident.number, "old works")
        return self.chance(given.wrong_works, incident.number, "works", fix)

    def search_minutes(self, incident: Incident) -> float:
        """What investigating from scratch takes."""
        return self.given.minutes_search * math.exp(self.dice(incident.number, "search").gauss(0, 0.5))

    @property
    def end(self) -> datetime:
        """The end of the last week."""
        return BEGIN + timedelta(weeks=self.given.weeks)

    def begin_of(self, week: int) -> datetime:
        """Monday, midnight, of a week counted from 1."""
        return BEGIN + timedelta(weeks=week - 1)

    def _changes(self) -> Iterator[tuple[str, datetime]]:
        """The moment from which the first fix of a cause fails, for those that have one."""
        for name in causes():
            if self.chance(self.given.changed, "changed", name):
                yield name, BEGIN + timedelta(days=self.dice("change", name).uniform(21, 63))

    def _moments(self) -> list[tuple[datetime, str, bool]]:
        """When which cause strikes, and whether for the first time."""
        given, dice = self.given, self.dice("moments")
        firsts = round(given.incidents * given.new)
        names = dice.sample(list(causes()), firsts)
        weights = [1 / rank**given.skew for rank in range(1, firsts + 1)]
        last = {name: BEGIN + timedelta(days=dice.uniform(0, given.weeks * 7 - 7)) for name in names}
        found = [(at, name, True) for name, at in last.items()]
        while len(found) < given.incidents and any(weights):
            (index,) = dice.choices(range(firsts), weights)
            at = last[names[index]] + timedelta(days=dice.expovariate(1 / given.mean_gap))
            if at < self.end:
                last[names[index]] = at
                found.append((at, names[index], False))
            else:
                weights[index] = 0
        return sorted(found)

    def _incidents(self) -> Iterator[Incident]:
        for number, (at, name, new) in enumerate(self._moments()):
            cause, dice = causes()[name], self.dice("text", number)
            service = dice.choice(cause.services)
            line = rendered(cause.line, service, at, dice)
            form, text = self._asked(cause, service, at, line, dice)
            changed = name in self.changes and at >= self.changes[name]
            yield Incident(
                number=number,
                at=at,
                cause=cause,
                service=service,
                text=text,
                line=line,
                form=form,
                new=new,
                changed=changed,
            )

    def _asked(
        self, cause: Cause, service: str, at: datetime, line: str, dice: random.Random
    ) -> tuple[str, str]:
        """The form of the question and its text."""
        luck, given = dice.random(), self.given
        sign = [rendered(cause.sign, service, at, dice)] if dice.random() < given.sign_seen else []
        if luck < given.reworded:
            return "words", "\n".join([dice.choice(cause.wordings).format(svc=service), *sign])
        if luck >= given.reworded + given.in_a_log:
            return "line", "\n".join([line, *sign])
        calm = [rendered(dice.choice(_NOISE), service, at, dice) for _ in range(8)]
        return "log", "\n".join([*calm[:5], line, *sign, *calm[5:]])


def rendered(template: str, service: str, at: datetime, dice: random.Random) -> str:
    """The template with fresh times, ids, addresses and numbers; each place its own."""
    parts = template.split("{n}")
    text = parts[0] + "".join(f"{dice.randint(2, 97)}{part}" for part in parts[1:])
    token = f"{dice.getrandbits(48):012x}"
    return text.format(
        ts=(at + timedelta(seconds=dice.randint(0, 300))).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        svc=service,
        id=token,
        ms=dice.randint(1001, 30999),
        pod=f"{service}-{dice.getrandbits(36):09x}-{''.join(dice.choices('bcdfghjklmnpqrstvwxz2456789', k=5))}",
        ip=f"10.{dice.randint(0, 255)}.{dice.randint(0, 255)}.{dice.randint(1, 254)}",
        host=f"ip-10-{dice.randint(0, 255)}-{dice.randint(0, 255)}-{dice.randint(1, 254)}.internal",
    )
