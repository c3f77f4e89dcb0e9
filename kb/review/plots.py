"""The pictures of a review, drawn by matplotlib as SVG for page and notebook, and the spans of time that they show.

The same summary gives the same bytes: ids are salted by the plot's name, no date is written.  Each
plot has an alternative text with its numbers.  matplotlib is imported only when one is drawn, and
nothing global is changed: no backend is chosen, no setting outlives a call.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from statistics import median
from typing import TYPE_CHECKING, Any

from kb.review.cases import Case, between
from kb.review.incidents import minutes_to
from kb.review.summary import Week, WeeklySummary
from kb.text.tokens import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED = "#1f2328", "#8c959f"
COLOURS = ("#0969da", "#bc4c00", "#8c959f", "#1a7f37")
"""First, second, third series, and what went well; `page.py` puts CSS variables in their place."""
MOST_BARS = 12
"""Entries whose trust is drawn, those that moved most."""
_SIZE = (7.0, 2.6)
_LABEL = 34


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture: `svg` is a whole `<svg>` element, `alt` tells its numbers, `empty` that it has none."""

    name: str
    title: str
    svg: str
    alt: str
    empty: str = ""

    def _repr_html_(self) -> str:
        """How a notebook shows it: on white, whatever the notebook's theme."""
        body = self.svg or escape(self.empty)
        style = f"background: #ffffff; color: {INK}; margin: 0; padding: 8px"
        return f'<figure style="{style}"><figcaption>{escape(self.title)}</figcaption>{body}</figure>'


def plots(summary: WeeklySummary) -> tuple[Plot, ...]:
    """All pictures of the summary; one that would be empty is a sentence instead."""
    return (
        incidents_per_week(summary),
        verdicts(summary),
        time_to_mitigate(summary),
        trust_movements(summary),
    )


def incidents_per_week(summary: WeeklySummary) -> Plot:
    """Incidents over time, and how many of them had come before."""
    weeks = summary.weeks
    new = [week.incidents - week.repeats for week in weeks]
    back = [week.repeats for week in weeks]

    def draw(axes: Axes) -> None:
        axes.bar(_positions(weeks), new, color=COLOURS[0], label="new")
        axes.bar(_positions(weeks), back, bottom=new, color=COLOURS[1], label="seen before")
        _by_week(axes, summary, "incidents")
        axes.legend(frameon=False, labelcolor=INK, loc="upper left", ncols=2)

    total = _listed(week.incidents for week in weeks)
    alt = f"Incidents {each(summary)}, oldest first: {total}; of these seen before: {_listed(back)}."
    return _plot(
        "incidents",
        "Incidents and repeats",
        alt,
        draw,
        any(week.incidents for week in weeks),
        f"no incident happened {_whole(summary)}",
    )


def verdicts(summary: WeeklySummary) -> Plot:
    """Lookups over time by verdict."""
    weeks = summary.weeks
    known, related, unknown = (
        [getattr(week, name) for week in weeks] for name in ("known", "related", "unknown")
    )

    def draw(axes: Axes) -> None:
        below = [0] * len(weeks)
        for name, values, colour in (("known", known, 3), ("related", related, 0), ("unknown", unknown, 1)):
            axes.bar(_positions(weeks), values, bottom=below, color=COLOURS[colour], label=name)
            below = [one + other for one, other in zip(below, values, strict=True)]
        _by_week(axes, summary, "lookups")
        axes.legend(frameon=False, labelcolor=INK, loc="upper left", ncols=3)

    counts = f"known {_listed(known)}; related {_listed(related)}; unknown {_listed(unknown)}"
    alt = f"Lookups {each(summary)}, oldest first: {counts}."
    empty = f"nobody asked {_whole(summary)}"
    return _plot("verdicts", "Known, related, unknown", alt, draw, any((*known, *related, *unknown)), empty)


def time_to_mitigate(summary: WeeklySummary) -> Plot:
    """The median time to mitigate, span by span."""
    weeks = summary.weeks
    medians = [week.minutes_to_mitigate for week in weeks]

    def draw(axes: Axes) -> None:
        values = [float("nan") if one is None else one for one in medians]  # a week without one is a gap
        axes.plot(_positions(weeks), values, color=COLOURS[0], marker="o", linewidth=1.5, markersize=4)
        _by_week(axes, summary, "minutes (median)", whole=False)
        axes.set_xlim(-0.6, len(weeks) - 0.4)

    said = _listed("none" if one is None else f"{one:g}" for one in medians)
    alt = f"Median minutes to mitigation {each(summary)}, oldest first: {said}."
    return _plot(
        "mitigation",
        "Time to mitigate",
        alt,
        draw,
        any(one is not None for one in medians),
        f"no incident was mitigated {_whole(summary)}",
    )


def trust_movements(summary: WeeklySummary) -> Plot:
    """Trust before and after the window, for the entries that moved most."""
    moves = summary.trust_moves[:MOST_BARS]

    def draw(axes: Axes) -> None:
        for place, move in enumerate(reversed(moves)):
            colour = COLOURS[3] if move.after >= move.before else COLOURS[1]
            axes.plot(
                [move.before, move.after], [place, place], color=colour, linewidth=3, solid_capstyle="round"
            )
            axes.plot([move.after], [place], color=colour, marker="o", markersize=7)
        axes.set_yticks(range(len(moves)), [one_line(move.title, _LABEL) for move in reversed(moves)])
        axes.set_ylim(-0.6, len(moves) - 0.4)
        axes.set_xlim(0, 1)
        axes.set_xlabel("trust, the dot is where it stands now")

    said = "; ".join(
        f"{one_line(move.title, _LABEL)} from {move.before:.2f} to {move.after:.2f}" for move in moves
    )
    height = max(1.4, 0.34 * len(moves) + 0.8)
    return _plot(
        "trust",
        "Trust that moved",
        f"Trust before and after: {said}.",
        draw,
        bool(moves),
        "no trust moved",
        height,
    )


def _plot(
    name: str,
    title: str,
    alt: str,
    draw: Callable[[Axes], None],
    anything: bool,
    empty: str,
    height: float = _SIZE[1],
) -> Plot:
    if not anything:
        return Plot(name, title, "", alt, f"Nothing to draw: {empty}.")
    return Plot(name, title, _svg(name, alt, draw, height), alt)


def _svg(name: str, alt: str, draw: Callable[[Axes], None], height: float) -> str:
    """The drawing as an `<svg>` element, without the XML header, with its alternative text."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _settings(name):
        figure = Figure(figsize=(_SIZE[0], height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        _plain(axes)
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = out.getvalue()
    element = drawn[drawn.index("<svg") :].strip()
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r'<g id="([^"]+)"', rf'<g id="{name}-\1"', element)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)


@contextmanager
def _settings(name: str) -> Iterator[None]:
    import matplotlib as mpl

    settings: dict[str, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if "backend" not in name
    }
    settings |= {
        "svg.hashsalt": f"kb-{name}",
        "svg.fonttype": "none",
        "font.size": 9,
        "text.parse_math": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.edgecolor": MUTED,
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # its keys are typed as literals
        yield


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def _by_week(axes: Axes, summary: WeeklySummary, label: str, *, whole: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xticks(_positions(summary.weeks), [f"{week.since:%d %b}" for week in summary.weeks])
    axes.set_ylabel(label)
    axes.set_ylim(0, max(1.0, axes.get_ylim()[1] * 1.25))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=whole))
    axes.grid(axis="y", color=MUTED, alpha=0.3, linewidth=0.6)


def _positions(values: Any) -> list[int]:
    return list(range(len(values)))


def _listed(values: Any) -> str:
    return ", ".join(str(value) for value in values)


SPANS = 12
"""How many spans the plots show."""
_WEEK = timedelta(weeks=1)


def span_of(since: datetime, until: datetime) -> timedelta:
    """How long each span is: a week, or so many that all of the window is drawn."""
    return max(1, -(-(until - since) // (SPANS * _WEEK))) * _WEEK


def begin_of_weeks(since: datetime, until: datetime) -> datetime:
    """Where the first of them begins: at the begin of the window, or before it."""
    return until - SPANS * span_of(since, until)


def each(summary: WeeklySummary) -> str:
    """`a week`, or `in 4 weeks each`."""
    weeks = span_of(summary.since, summary.until) // _WEEK
    return "a week" if weeks == 1 else f"in {weeks} weeks each"


def _whole(summary: WeeklySummary) -> str:
    return f"in {SPANS * (span_of(summary.since, summary.until) // _WEEK)} weeks"


def weeks(
    cases: Sequence[Case],
    repeats: set[str],
    verdicts: Iterable[tuple[datetime, str]],
    since: datetime,
    until: datetime,
) -> tuple[Week, ...]:
    """The spans before `until`, oldest first."""
    begin, span = begin_of_weeks(since, until), span_of(since, until)
    asked = Counter[tuple[int, str]]((((at - begin) // span), verdict) for at, verdict in verdicts)
    return tuple(
        _week(number, begin + number * span, begin + (number + 1) * span, cases, repeats, asked)
        for number in range(SPANS)
    )


def _week(
    number: int,
    since: datetime,
    until: datetime,
    cases: Sequence[Case],
    repeats: set[str],
    asked: Counter[tuple[int, str]],
) -> Week:
    happened = between(cases, since, until)
    took = [one for case in happened if (one := minutes_to(case.incident, "mitigated")) is not None]
    return Week(
        since=since,
        incidents=len(happened),
        repeats=sum(case.id in repeats for case in happened),
        known=asked[number, "known"],
        related=asked[number, "related"],
        unknown=asked[number, "unknown"],
        mitigated=len(took),
        minutes_to_mitigate=round(median(took), 1) if took else None,
    )
