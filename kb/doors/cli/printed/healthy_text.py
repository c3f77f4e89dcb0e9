"""Healthy logs, what fires on them, and dry runs, as text for a person.  Pure: records in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.model.entry import Signature
from kb.model.healthy import (
    Firing,
    HealthyAdded,
    HealthyLine,
    HealthyReport,
    HealthySource,
    PastLookup,
    Rehearsal,
    Replayed,
)
from kb.text.times import day_of, minute
from kb.text.tokens import one_line

_WIDTH = 140


def added_text(added: HealthyAdded) -> str:
    """What `kb healthy add` did with one log."""
    lines = [f"{added.source}: {added.lines} lines, {added.templates} templates, {added.fresh} of them new"]
    if added.redacted:
        lines.append(f"  {added.redacted} secrets redacted")
    if added.left_out:
        lines.append(f"  {added.left_out} lines left out: a log may have no more templates than that")
    if added.alarming:
        lines.append("  these look like errors; if they are, take the log out again: kb healthy remove")
        lines += [f"    {one_line(line, _WIDTH)}" for line in added.alarming]
    return "\n".join([*lines, report_text(added.report)])


def report_text(report: HealthyReport) -> str:
    """What the healthy lines say of the signatures."""
    if not report.sources:
        lines = ["no healthy log was added; nothing to hold signatures against (kb healthy add LOG)"]
    else:
        templates = sum(source.templates for source in report.sources)
        held = len({firing.entry_id for firing in report.quarantined})
        lines = [
            f"{report.signatures} signatures against {templates} healthy templates of {len(report.sources)} logs: "
            f"{held} entries in quarantine" + (f", {len(report.fresh)} of them now" if report.fresh else "")
        ]
    for firing in report.quarantined:
        lines += _firing("QUARANTINED", firing)
    for firing in report.on_offer:
        lines += _firing("ON OFFER" if firing.reason else "expected", firing)
    lines += [f"released  {entry_id}: it fires no longer" for entry_id in report.released]
    lines += [f"PROBLEM   {problem}" for problem in report.problems]
    return "\n".join(lines)


def _firing(word: str, firing: Firing) -> Iterator[str]:
    yield f"{word}  {firing.title}"
    yield f"   {firing.entry_id}  fires on {firing.templates} of {firing.of} templates of {firing.source}:"
    yield from (f"   | {one_line(line, _WIDTH)}" for line in firing.lines)
    if firing.templates > len(firing.lines):
        yield f"   | … {firing.templates - len(firing.lines)} more"


def sources_text(sources: Sequence[HealthySource]) -> str:
    """The healthy logs."""
    if not sources:
        return "no healthy log was added: kb healthy add LOG"
    return "\n".join(
        f"{day_of(source.added_at)}  {source.templates:>6} templates of {source.lines} lines  {source.source}"
        for source in sources
    )


def lines_text(lines: Sequence[HealthyLine]) -> str:
    """The lines of one log with their counts."""
    return "\n".join(f"{line.count or 'also':>9}  {line.line}" for line in lines)


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """The result of `kb rehearse`."""
    old = " or ".join(map(_said, rehearsal.before)) or "(none: a new pattern)"
    lines = [
        f"before   {old}",
        f"after    {_said(rehearsal.after)}",
        f"of {rehearsal.lookups} past lookups: {rehearsal.gained.count} gained, {rehearsal.lost.count} lost, "
        f"{rehearsal.kept.count} kept",
    ]
    if rehearsal.unseen:
        lines.append(
            f"{rehearsal.unseen} more had it in a part of their text that was not kept: these cannot be replayed"
        )
    for word, sort in (("gained", rehearsal.gained), ("lost", rehearsal.lost), ("kept", rehearsal.kept)):
        lines += _replayed(word, sort)
    lines += _healthy(rehearsal)
    lines.append("nothing was written")
    return "\n".join(lines)


def _said(signature: Signature) -> str:
    return " + ".join(signature.needles) + (" (regex)" if signature.regex else "")


def _replayed(word: str, sort: Replayed) -> Iterator[str]:
    if not sort.count:
        return
    yield f"{word}:"
    yield from (f"  {_lookup(one)}" for one in sort.shown)
    if sort.count > len(sort.shown):
        yield f"  … {sort.count - len(sort.shown)} more (--limit)"


def _lookup(one: PastLookup) -> str:
    outcome = f"{one.outcome} by {one.outcome_of}" if one.outcome == "resolved" else ""
    if one.outcome and not outcome:
        outcome = f"{one.outcome}: {one.outcome_of}"
    told = f"{minute(one.at)}  {one.service or '-'}  {one.verdict}, {outcome or 'no outcome recorded'}"
    return f"{told}\n    | {one_line(one.line, _WIDTH)}"


def _healthy(rehearsal: Rehearsal) -> Iterator[str]:
    if not rehearsal.healthy_templates:
        yield "healthy: no healthy log was added, so nothing says whether it fires where all is well"
    elif not rehearsal.healthy:
        yield f"healthy: fires on none of {rehearsal.healthy_templates} templates"
    for firing in rehearsal.healthy:
        yield f"healthy: fires on {firing.templates} of {firing.of} templates of {firing.source}:"
        yield from (f"    | {one_line(line, _WIDTH)}" for line in firing.lines)
    if rehearsal.problem:
        yield f"WOULD BE QUARANTINED: {rehearsal.problem}"
