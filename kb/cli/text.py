"""Answers and entries as text for a person.  Pure: records in, lines out."""

from __future__ import annotations

import re
from textwrap import wrap

from kb.lookup.thresholds import RELATED
from kb.loop.trust import trust_in_words
from kb.records.ledger import NO_MATCH, Answer, Match, SearchHit, Standing
from kb.records.parts import Source, Status
from kb.text.one_line import one_line

_WIDTH = 100
_UNLIKELY_LINES = 3
"""Lines of a match that is shown beside better ones: its title, its id and why it hardly fits."""

_HEADLINES = {
    "known": "KNOWN: this was seen before.",
    "related": "RELATED: nothing fits surely; these are close.",
    "unknown": "UNKNOWN: no entry matches this.",
}


def answer_text(answer: Answer) -> str:
    """The answer to `kb check`."""
    lines = [_HEADLINES[answer.verdict]]
    if answer.verdict == "unknown" and answer.matches:
        lines.append("The nearest entries, which are no match:")
    if answer.alternatives:
        lines.append("Several causes share this symptom; the checks tell them apart.")
    for number, match in enumerate(answer.matches, 1):
        short = (number > 1 and not answer.alternatives) or answer.verdict == "unknown"
        shown = _match_lines(number, match, most=3 if short else 12)
        unlikely = answer.verdict != "unknown" and match.confidence < RELATED
        lines += ["", *(shown[:_UNLIKELY_LINES] if unlikely else shown)]
    lines.append("")
    if answer.seen:
        lines.append(f"seen: {', '.join(f'{name} {text}' for name, text in answer.seen.items())}")
    if answer.hidden:
        lines.append(f"{answer.hidden} more not shown (--limit)")
    lines += [f"note: {note}" for note in answer.notes if note != NO_MATCH]
    lines.append(f"lookup {answer.lookup_id or 'not recorded'}, {answer.took_ms:.0f} ms")
    return "\n".join(lines)


def _match_lines(number: int, match: Match, most: int) -> list[str]:
    standing = "" if match.standing is Standing.ESTABLISHED else f", {standing_in_words(match)}"
    lines = [f"{number}. {match.title}", f"   {match.id}  [{match.kind}, {match.status}{standing}]"]
    lines.append(f"   confidence {match.confidence:.2f} ({match.tier}): {match.reason}")
    if match.evidence:
        lines.append(f"   evidence   line {match.evidence.line}: {one_line(match.evidence.text, 160)}")
    if told := incident_in_words(match):
        lines += _block("incident", told, most)
    for label, text in (
        ("meaning", match.meaning),
        ("fix", match.fix),
        ("check", match.check),
        ("WARNING", match.warning),
    ):
        if text:
            lines += _block(label, text, most)
    lines += [f"   command    {command}" for command in match.commands[:most]]
    lines.append(f"   trust      {trust_in_words(match.trust)}")
    if match.source:
        lines.append(f"   source     {place(match.source)}")
    return lines


def incident_in_words(match: Match) -> str:
    """`2026-11-03, SEV2: Search answered with errors`, or nothing of what is no incident."""
    when = ", ".join(part for part in (match.date.isoformat() if match.date else "", match.severity) if part)
    return ": ".join(part for part in (when, match.summary) if part)


def standing_in_words(match: Match) -> str:
    """What to think of a match that is not established: unverified, untried, of mixed record, or failing."""
    if match.standing is Standing.NEW:
        if match.trust.resolved and match.trust.failed:
            return "mixed record"
        return "unverified" if match.status is Status.CANDIDATE else "untried"
    return match.standing.value


def _block(label: str, text: str, most: int) -> list[str]:
    """A labelled text, wrapped; what does not fit is counted."""
    rows = [part for row in _paragraphs(text) for part in wrap(row, _WIDTH)]
    shown = [f"   {label if n == 0 else '':<10} {row}" for n, row in enumerate(rows[:most])]
    more = f"{'':<13} … {len(rows) - most} more lines: kb show"
    return [*shown, more] if len(rows) > most else shown


def _paragraphs(text: str) -> list[str]:
    """Lines of one paragraph joined; items of lists, headings and blank lines part them.  Code stays as it is."""
    if "```" in text or "~~~" in text:
        return [line for line in text.splitlines() if line.strip()]
    joined = re.sub(r"(?<=\S)[ \t]*\n(?![ \t]*(?:[-*+•#|>`~]|\d+[.)]|\n|$))[ \t]*", " ", text.strip())
    return [line for line in joined.splitlines() if line.strip()]


def place(source: Source) -> str:
    """`path, section`."""
    return f"{source.path}, {source.section}" if source.section else source.path


def kinds_in_words(counts: dict[str, int]) -> str:
    """`12 incidents, 1 tool fix`, or `nothing`."""
    return ", ".join(f"{n} {_plural(kind, n)}" for kind, n in counts.items()) or "nothing"


def _plural(kind: str, count: int) -> str:
    name = kind.replace("_", " ")
    return name if count == 1 else f"{name}es" if name.endswith("x") else f"{name}s"


def hits_text(hits: list[SearchHit]) -> str:
    """The result of `kb search`."""
    if not hits:
        return "nothing found"
    blocks = []
    for hit in hits:
        day = f"{hit.date}  " if hit.date else ""
        services = f"  ({', '.join(hit.services)})" if hit.services else ""
        where = f"\n  {place(hit.source)}" if hit.source else ""
        blocks.append(
            f"{day}{hit.title}{services}\n  {hit.id}  [{hit.kind}]{where}\n  {one_line(hit.snippet, 160)}"
        )
    return "\n".join(blocks)
