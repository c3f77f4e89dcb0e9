"""Pictures of a review: bars over time, measured here and drawn by a template, in colours of the page.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.review.plots import each
from kb.review.report import minutes
from kb.review.summary import Week, WeeklySummary
from kb.text.times import day_of

WIDTH, HEIGHT = 240.0, 72.0
"""Of the drawing, in its own units; it takes the room that it is given."""
_GAP = 0.3
"""Of the room of a bar, what stays free."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of one series; series count from 1."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of time."""

    x: float
    width: float
    pieces: tuple[Piece, ...]
    said: str
    """Its numbers, in words."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture; `said` tells its numbers to who cannot see it."""

    title: str
    each: str
    said: str
    bars: tuple[Bar, ...]
    series: tuple[str, ...]
    top: str
    """What the height of the drawing stands for."""
    first: str
    last: str


def charts(summary: WeeklySummary) -> list[Chart]:
    """The pictures that have something to show."""
    return [*filter(None, (_incidents(summary), _lookups(summary), _mitigation(summary)))]


def _incidents(summary: WeeklySummary) -> Chart | None:
    return _chart(
        summary,
        "Incidents",
        ("new", "seen before"),
        lambda week: (week.incidents - week.repeats, week.repeats),
    )


def _lookups(summary: WeeklySummary) -> Chart | None:
    return _chart(
        summary,
        "Lookups",
        ("known", "related", "unknown"),
        lambda week: (week.known, week.related, week.unknown),
    )


def _mitigation(summary: WeeklySummary) -> Chart | None:
    return _chart(
        summary,
        "Median time to mitigate",
        ("",),
        lambda week: (week.minutes_to_mitigate or 0,),
        minutes,
    )


def _chart(
    summary: WeeklySummary,
    title: str,
    series: tuple[str, ...],
    values_of: Callable[[Week], Sequence[float]],
    worded: Callable[[float], str] = lambda value: f"{value:g}",
) -> Chart | None:
    rows = [(week, values_of(week)) for week in summary.weeks]
    top = max((sum(values) for _, values in rows), default=0)
    if not top:
        return None
    room = WIDTH / len(rows)
    bars = tuple(
        Bar(
            x=number * room + room * _GAP / 2,
            width=room * (1 - _GAP),
            pieces=tuple(_pieces(values, top)),
            said=f"from {day_of(week.since)}: {_in_words(series, values, worded)}",
        )
        for number, (week, values) in enumerate(rows)
    )
    return Chart(
        title=title,
        each=each(summary),
        said=f"{title} {each(summary)}, {'; '.join(bar.said for bar in bars if bar.pieces)}; else none.",
        bars=bars,
        series=tuple(filter(None, series)),
        top=worded(top),
        first=str(day_of(rows[0][0].since)),
        last=str(day_of(summary.until)),
    )


def _pieces(values: Sequence[float], top: float) -> Iterator[Piece]:
    """One upon the other, the first series at the bottom."""
    at = HEIGHT
    for number, value in enumerate(values, 1):
        if value:
            height = HEIGHT * value / top
            at -= height
            yield Piece(number, at, height)


def _in_words(series: Sequence[str], values: Sequence[float], worded: Callable[[float], str]) -> str:
    said = (f"{worded(value)} {name}".strip() for name, value in zip(series, values, strict=True) if value)
    return ", ".join(said) or "none"
