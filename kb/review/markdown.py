"""A review as Markdown, for people and for agents that read text.  Pure.

What it quotes is inert: no HTML, link or picture of an entry, and no formula in a table (`kb.text.inert`).
"""

from __future__ import annotations

from kb.prose.narrative import Narrative
from kb.prose.narrative import render as render_narrative
from kb.review.report import Part, Table, report
from kb.review.summary import WeeklySummary
from kb.text.inert import inert, inert_cell


def render(summary: WeeklySummary, narrative: Narrative | None = None) -> str:
    """The summary as Markdown; a narrative (prose around the numbers) follows it."""
    told = report(summary)
    texts = [f"# {told.title}", inert(told.lead), _part(told.urgent), *map(_part, told.parts), told.read]
    text = "\n\n".join(texts) + "\n"
    return text if narrative is None else f"{text}\n{render_narrative(narrative)}"


def _part(part: Part) -> str:
    body = "\n".join(f"- {inert(line)}" for line in part.lines)
    if part.table:
        body = _table(part.table)
    body = body or part.empty
    return f"## {part.title}\n\n{body}" + (f"\n\n{part.more}" if part.more else "")


def _table(table: Table) -> str:
    rows = [tuple(map(inert_cell, row)) for row in (table.headings, *table.rows)]
    rows.insert(1, tuple("---" for _ in table.headings))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
