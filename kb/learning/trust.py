"""How far to trust an entry: a Beta posterior over "applying it resolves the incident", its interval, and its standing.

value = (a + S) / (a + b + S + F), where (a, b) is the prior of the entry's provenance and S, F are
the weights of its successes and failures.  What happened in one incident (or, without one, after
one lookup) counts once, however often it is told: as one success at its best weight, as one failure
at its worst.  Successes of which neither is known count once a day, unless a failure came between them; so
the status counts them (`kb.learning.status`).  A failure of which neither is known counts each time: advice is
doubted sooner than it is believed.
An outcome weighs its verification (a success that nobody verified counts half) times 0.5^(age / half-life).
A success that did not last (`recurred`) counts two thirds of its weight.  `low` to `high` is the central 90 %
credible interval of Beta(a + S, b + F).  The form, with ageing, is that of Jøsang and Ismail, "The Beta Reputation
System" (2002).

What follows:

- A success never lowers the value and a failure never raises it: the one can only enlarge S, the
  other only F, since each is a sum of maxima of positive weights.
- That holds of a new success even when recording it shows that an earlier one did not last.  It is
  then the first use of the entry in its incident, so S gains all of its weight, u·w, with u at least
  1/2; S loses a third of one earlier success, at most w'/3.  The earlier one is older, so w' <= w,
  and the change is at least w/2 - w/3 > 0.
- Offers, lookups, `applied` and `not_applied` weigh nothing: repetition alone changes nothing.
- With a, b >= 1 no value reaches 0 or 1, and the mean lies within the interval (the density is
  log-concave, so at least 1/e of it lies on either side of the mean).  Without a success the value
  never exceeds that of the prior.

The standing of an entry follows from the same weights; failures in a row are counted whatever their age:

- *established*: it resolved something, and its trust is above what its provenance alone gives it;
- *failing*: its failures weigh more than its successes and are no fewer, or it failed three times since
  its last success: what helped for a year and fails since a change is no longer what to try first;
- *new*: all others: no record yet, or one too thin or too mixed to tell (two failures since the last
  success are mixed).

Quantiles of the Beta distribution are computed here: scipy.special would answer the same and costs a quarter of a
second to import, too much for a cold `kb check`.  The regularised incomplete beta function I_x(a, b) is its
continued fraction (DLMF 8.17.22), evaluated by Lentz's method as in Press et al., Numerical Recipes, 3rd ed., 6.4;
it is inverted by Newton's method, with bisection wherever that would leave the bracket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import exp, fsum, lgamma, log, log1p
from typing import NamedTuple

from kb.model import Entry, Origin, Runbook
from kb.model.ledger import DAY, FAILURES, Outcome, Result, Standing, Trust
from kb.text.times import day_of

REVIEWED = (3.0, 1.0)
"""The prior of what a person wrote, ran to the end, or accepted."""
PRIORS: dict[Origin, tuple[float, float]] = {
    Origin.WRITTEN: REVIEWED,
    Origin.INGESTED: (2.0, 1.0),
    Origin.STARTER: (1.0, 1.0),
    Origin.LEARNED: (1.0, 1.0),
}
"""Successes and failures that an entry is credited with before any were seen, by its provenance."""
HALF_LIFE_DAYS = 180.0
"""Days in which the weight of an outcome halves."""
UNVERIFIED = 0.5
"""The weight of a success that nobody verified."""
MADE_WORSE = 2.0
"""Making things worse counts as two failures."""
RECURRED = 2.0 / 3.0
"""What is left of a success that came back."""
INTERVAL = 0.9
"""The probability that the interval holds."""


def trust(entry: Entry, outcomes: Iterable[Outcome], now: datetime, *, reviewed: bool = False) -> Trust:
    """The entry's trust at `now`; outcomes from later than that are left out."""
    return trust_from(entry, evidence(outcomes, now), reviewed=reviewed)


def trust_from(entry: Entry, found: OutcomeWeights, *, reviewed: bool = False) -> Trust:
    """The entry's trust where its outcomes add up to this."""
    start = prior(entry, reviewed=reviewed)
    success, failure = start[0] + found.success, start[1] + found.failure
    tail = (1.0 - INTERVAL) / 2.0
    return Trust(
        value=worth(entry, found, reviewed=reviewed).value,
        low=_as_shown(beta_quantile(tail, success, failure)),
        high=_as_shown(beta_quantile(1.0 - tail, success, failure)),
        resolved=found.resolved,
        failed=found.failed,
        recurred=found.recurred,
        n=found.resolved + found.failed,
        last=found.last,
        standing=standing(found, start),
    )


class Worth(NamedTuple):
    """The value of a trust (0 to 1) without its interval, and how many occurrences it rests on."""

    value: float
    n: int


def worth(entry: Entry, found: OutcomeWeights, *, reviewed: bool = False) -> Worth:
    """The value of the entry's trust where its outcomes add up to this."""
    successes, failures = prior(entry, reviewed=reviewed)
    success, failure = successes + found.success, failures + found.failure
    return Worth(_as_shown(success / (success + failure)), found.resolved + found.failed)


def _as_shown(probability: float) -> float:
    """Four digits, and never 0 or 1: no amount of evidence is certainty."""
    return min(0.9999, max(0.0001, round(probability, 4)))


def is_reviewed(entry: Entry) -> bool:
    """Whether the entry itself says that a person stands behind it."""
    return entry.provenance.origin is Origin.WRITTEN or (isinstance(entry, Runbook) and bool(entry.verified))


def prior(entry: Entry, *, reviewed: bool = False) -> tuple[float, float]:
    """The prior of the entry; `reviewed` when a person accepted it."""
    return REVIEWED if reviewed or is_reviewed(entry) else PRIORS[entry.provenance.origin]


@dataclass(frozen=True, slots=True)
class OutcomeWeights:
    """What outcomes add up to: weights of successes and failures, and how many occurrences of each.

    `streak` is the weight of the failures since the last success, whatever their age.
    """

    success: float
    failure: float
    resolved: int
    failed: int
    recurred: int
    streak: float
    last: datetime | None

    def aged(self, since: datetime, now: datetime) -> OutcomeWeights:
        """What outcomes that were added up as of `since` add up to as of `now`: all weights shrink (or grow) alike."""
        fresh = _halved(now - since)
        return replace(self, success=self.success * fresh, failure=self.failure * fresh)

    def without(self, later: OutcomeWeights) -> OutcomeWeights:
        """The sums without those of later outcomes, as of the same moment, which share no occurrence with the rest.

        `streak` and `last` are not told: zero and None.
        """
        return OutcomeWeights(
            success=max(0.0, self.success - later.success),
            failure=max(0.0, self.failure - later.failure),
            resolved=self.resolved - later.resolved,
            failed=self.failed - later.failed,
            recurred=self.recurred - later.recurred,
            streak=0.0,
            last=None,
        )


def evidence(outcomes: Iterable[Outcome], now: datetime) -> OutcomeWeights:
    """The outcomes up to `now`, added up by occurrence, in whatever order they come."""
    past = [outcome for outcome in outcomes if outcome.at <= now]
    last = max((one.at for one in past if one.result is Result.RESOLVED), default=None)
    came_back = {one.success for one in past if one.result is Result.RECURRED}
    successes, failures, streak = dict[str, float](), dict[str, float](), dict[str, float]()
    recurred, keys = set[str](), occurrences(past)
    for one in past:
        weight = weight_of(one)
        if one.result is Result.RESOLVED:
            key = keys[one.id]
            successes[key] = max(weight * _freshness(one, now), successes.get(key, 0.0))
            if one.id in came_back:
                recurred.add(key)
        elif one.result in FAILURES:
            key = failed_in(one)
            failures[key] = max(weight * _freshness(one, now), failures.get(key, 0.0))
            if last is None or one.at > last:
                streak[key] = max(weight, streak.get(key, 0.0))
    lasting = (weight * (RECURRED if key in recurred else 1.0) for key, weight in successes.items())
    return OutcomeWeights(
        success=fsum(lasting),
        failure=fsum(failures.values()),
        resolved=len(successes),
        failed=len(failures),
        recurred=len(recurred),
        streak=fsum(streak.values()),
        last=last,
    )


def weight_of(outcome: Outcome) -> float:
    """What a success or failure weighs before it ages."""
    if outcome.result is Result.RESOLVED:
        return 1.0 if outcome.verified_by else UNVERIFIED
    return MADE_WORSE if outcome.result is Result.MADE_WORSE else 1.0


def occurrences(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """What each outcome, by its id, was an outcome of, which counts once: as the ledger has it, else what it names."""
    failures, found = 0, dict[str, str]()
    for one in sorted(outcomes, key=lambda one: one.at):
        failures += one.result in FAILURES
        if one.trouble.startswith(DAY):
            found[one.id] = f"{one.trouble}, {failures} failures before"
        else:
            found[one.id] = one.trouble or one.incident or one.lookup_id or one.id
    return found


def failed_in(outcome: Outcome) -> str:
    """What a failure was a failure of, which counts once: what it names, else nothing but itself."""
    return outcome.incident or outcome.lookup_id or outcome.id


def is_told(outcome: Outcome) -> bool:
    """Whether it is known in which incident or after which lookup that was."""
    return bool(outcome.incident or outcome.lookup_id) and not outcome.trouble.startswith(DAY)


def _freshness(outcome: Outcome, now: datetime) -> float:
    return _halved(now - outcome.at)


def _halved(age: timedelta) -> float:
    return float(0.5 ** (age.total_seconds() / 86_400 / HALF_LIFE_DAYS))


STREAK_MIXED = 2.0
"""Failures since the last success from which an entry is no longer established."""
STREAK_FAILING = 3.0
"""Failures since the last success from which it is failing."""


def standing(found: OutcomeWeights, prior: tuple[float, float]) -> Standing:
    """The standing that the evidence gives to an entry of that prior (successes, failures)."""
    outweighed = found.failure > found.success and found.failed >= found.resolved
    if outweighed or found.streak >= STREAK_FAILING:
        return Standing.FAILING
    successes, failures = prior
    above = found.success > 0.0 and found.success * failures > found.failure * successes
    return Standing.ESTABLISHED if above and found.streak < STREAK_MIXED else Standing.NEW


def record_in_words(record: Trust) -> str:
    """`resolved 3 of 4, 1 came back, last 2026-11-02`, or that there is no record yet."""
    if not record.n:
        return "no record yet"
    back = f", {record.recurred} came back" if record.recurred else ""
    last = f", last {day_of(record.last)}" if record.last else ""
    return f"resolved {record.resolved} of {record.n}{back}{last}"


def trust_in_words(record: Trust) -> str:
    """`0.71 (0.45 to 0.92, n=4), resolved 3 of 4, last 2026-11-02`."""
    return (
        f"{record.value:.2f} ({record.low:.2f} to {record.high:.2f}, n={record.n}), {record_in_words(record)}"
    )


_PRECISION, _TINY, _STEPS = 1e-12, 1e-300, 10_000
"""Of the fraction and of the quantile; what stands for a zero to divide by; terms of the fraction at most."""


def beta_cdf(x: float, a: float, b: float) -> float:
    """I_x(a, b): the probability that a Beta(a, b) variable is at most `x`; `a` and `b` above 0."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(a * log(x) + b * log1p(-x) - _log_beta(a, b))
    # The fraction converges quickly left of the mean; right of it the symmetric one does.
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


@lru_cache(maxsize=4096)
def beta_quantile(p: float, a: float, b: float) -> float:
    """The `x` below which a Beta(a, b) variable lies with probability `p` (0 to 1)."""
    low, high, x = 0.0, 1.0, a / (a + b)
    log_beta = _log_beta(a, b)
    while high - low > _PRECISION:
        over = beta_cdf(x, a, b) - p
        low, high = (low, x) if over > 0.0 else (x, high)
        density = exp((a - 1.0) * log(x) + (b - 1.0) * log1p(-x) - log_beta)
        step = over / density if density > 0.0 else 1.0
        following = x - step if low < x - step < high else (low + high) / 2.0
        if abs(following - x) < _PRECISION:
            return following
        x = following
    return x


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), by the modified method of Lentz."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    result = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            result *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            return result
    raise ArithmeticError(f"the incomplete beta function did not converge at x={x}, a={a}, b={b}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
