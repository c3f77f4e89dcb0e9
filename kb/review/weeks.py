"""The last twelve weeks in a row a week, for the plots.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from kb.review.cases import Case, between
from kb.review.incidents import minutes_to
from kb.review.summary import Week

WEEKS = 12
"""How many weeks the plots show."""


def begin_of_weeks(until: datetime) -> datetime:
    """Where the first of them begins."""
    return until - timedelta(weeks=WEEKS)


def weeks(
    cases: Sequence[Case], repeats: set[str], verdicts: Iterable[tuple[datetime, str]], until: datetime
) -> tuple[Week, ...]:
    """The weeks before `until`, oldest first."""
    begin = begin_of_weeks(until)
    asked = Counter[tuple[int, str]](
        (((at - begin) // timedelta(weeks=1)), verdict) for at, verdict in verdicts
    )
    return tuple(
        _week(number, begin + timedelta(weeks=number), cases, repeats, asked) for number in range(WEEKS)
    )


def _week(
    number: int, since: datetime, cases: Sequence[Case], repeats: set[str], asked: Counter[tuple[int, str]]
) -> Week:
    happened = between(cases, since, since + timedelta(weeks=1))
    took = [one for case in happened if (one := minutes_to(case.incident, "mitigated")) is not None]
    return Week(
        since=since, incidents=len(happened), repeats=sum(case.id in repeats for case in happened),
        known=asked[number, "known"], related=asked[number, "related"], unknown=asked[number, "unknown"],
        mitigated=len(took), minutes_to_mitigate=round(median(took), 1) if took else None,
    )  # fmt: skip
