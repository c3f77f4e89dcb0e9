"""A run and a comparison as Markdown, for people.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kb.evaluation.compare import Comparison, Flip
from kb.evaluation.figures import LOWER_IS_BETTER, WRONG
from kb.evaluation.results import Figure, Measured, Run

_LABELS = {
    "recall@1": "right first",
    "recall@3": "right in the first 3",
    "recall@5": "right in the first 5",
    "mrr": "mean reciprocal rank",
    "coverage": f"answered rightly where {WRONG:.0%} of the answers are wrong",
    "auroc": "confidence tells answerable from unanswerable (AUROC)",
    "auroc_right": "confidence tells right first matches from all else (AUROC)",
    "known_wrong": "`known` that is not so (lower is better)",
    "unknown_answerable": "answerable, but called `unknown` (lower is better)",
    "brier": "Brier score (lower is better)",
    "calibration_error": "expected calibration error (lower is better)",
}
_IN_GROUPS = ("recall@1", "recall@5", "mrr", "coverage")
_FLIPS = 10
_STRANGERS = 10


def report(run: Run, comparison: Comparison | None = None) -> str:
    """All that is told of a run, and how it compares."""
    parts = [_head(run), _figures(run.measured), _verdicts(run.measured), _reliability(run.measured)]
    parts += [_latency(run.measured), _groups(run.groups), _strangers(run.strangers)]
    if comparison:
        parts.append(_comparison(comparison))
    return "\n\n".join(part for part in parts if part)


def _head(run: Run) -> str:
    unanswerable = run.measured.cases - run.measured.answerable
    return (
        f"# Evaluation of {run.measured.cases} cases\n\n"
        f"{run.measured.answerable} with a right answer, {unanswerable} where the right answer is unknown; "
        f"{sum(run.entries.values())} entries, the first {run.depth} matches of each answer, "
        f"kb {run.version}, {run.model}."
    )


def _figures(measured: Measured) -> str:
    rows = [
        (name, _number(figure.value), _interval(figure), _LABELS[name])
        for name, figure in measured.figures.items()
        if figure.value is not None
    ]
    below = [f"{name}: no case to count it on" for name, one in measured.figures.items() if one.value is None]
    if measured.threshold is not None:
        below.append(f"coverage: answers from a confidence of {measured.threshold:.3f}")
    return "\n".join([_table(("figure", "value", "95 % interval", "meaning"), rows), "", *below]).rstrip()


def _verdicts(measured: Measured) -> str:
    rows = [
        (verdict, str(one.cases), str(one.right), str(one.wrong), str(one.unanswerable))
        for verdict, one in measured.verdicts.items()
    ]
    if not rows:
        return ""
    head = ("verdict", "cases", "first is right", "first is wrong", "nothing would have been right")
    return f"## Verdicts\n\n{_table(head, rows)}"


def _reliability(measured: Measured) -> str:
    rows = [
        (
            f"{one.above:.1f}-{one.above + 0.1:.1f}",
            str(one.n),
            _number(one.probability),
            _number(one.right),
            f"{(one.right or 0) - (one.probability or 0):+.3f}",
        )
        for one in measured.reliability
        if one.n
    ]
    if not rows:
        return ""
    head = ("probability shown", "first matches", "mean", "share right", "off by")
    return f"## Reliability\n\n{_table(head, rows)}"


def _latency(measured: Measured) -> str:
    rows = [
        (tier, str(one.n), *(f"{value:.1f}" for value in (one.p50, one.p95, one.p99)))
        for tier, one in measured.latency.items()
    ]
    if not rows:
        return ""
    tokens = f"\n\nAn answer has {measured.tokens:.0f} tokens (median, as JSON)." if measured.tokens else ""
    head = ("settled by", "lookups", "p50 ms", "p95 ms", "p99 ms")
    return f"## Latency\n\n{_table(head, rows)}{tokens}"


def _groups(groups: Mapping[str, Measured]) -> str:
    if not groups:
        return ""
    rows = [
        (name, str(one.cases), *(_number(one.figures[figure].value) for figure in _IN_GROUPS))
        for name, one in groups.items()
    ]
    return f"## Groups\n\n{_table(('group', 'cases', *_IN_GROUPS), rows)}"


def _strangers(strangers: Sequence[str]) -> str:
    if not strangers:
        return ""
    more = len(strangers) - _STRANGERS
    lines = [f"- {name}" for name in strangers[:_STRANGERS]] + ([f"- … {more} more"] if more > 0 else [])
    return "## Right answers that this home does not hold\n\n" + "\n".join(lines)


def _comparison(comparison: Comparison) -> str:
    rows = [
        (
            name,
            _number(one.before),
            _number(one.now),
            f"{one.difference.value:+.3f}",
            _interval(one.difference),
            _judged(name, one.difference.value, worse=one.worse, sure=one.beyond_chance),
        )
        for name, one in comparison.changes.items()
        if one.difference.value is not None
    ]
    head = ("figure", "before", "now", "difference", "95 % interval", "")
    said = f"{comparison.compared} cases of both runs" + (
        f"; {comparison.left_out} of one only, or with other right answers, left out"
        if comparison.left_out
        else ""
    )
    parts = [f"## Against the older run (kb {comparison.version})\n\n{said}.", _table(head, rows)]
    parts += ["\n".join(f"- {note}" for note in comparison.notes)] if comparison.notes else []
    parts += [_flips("Worse now", comparison.worse), _flips("Better now", comparison.better)]
    return "\n\n".join(part for part in parts if part)


def _judged(name: str, moved: float | None, *, worse: bool, sure: bool) -> str:
    if not moved:
        return "same"
    word = "worse" if worse else "better"
    side = " (lower is better)" if name in LOWER_IS_BETTER else ""
    return f"{word}{side}" if sure else f"{word}, within chance{side}"


def _flips(title: str, flips: Sequence[Flip]) -> str:
    return "\n".join([f"### {title}: {len(flips)}", "", *_flip_lines(flips)]) if flips else ""


def _flip_lines(flips: Sequence[Flip]) -> Iterator[str]:
    for flip in flips[:_FLIPS]:
        yield f"- {flip.query}"
        yield f"  right: {', '.join(flip.relevant) or 'unknown'}; before {flip.before}; now {flip.now}"
    if len(flips) > _FLIPS:
        yield f"- … {len(flips) - _FLIPS} more: --json"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(figure: Figure) -> str:
    return "-" if figure.low is None or figure.high is None else f"{figure.low:.3f} to {figure.high:.3f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns are as wide as their widest cell, so that it reads well as text too."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])
