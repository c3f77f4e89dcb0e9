"""A review as one self-contained HTML page: no script, nothing fetched, light and dark, plots inline."""

from __future__ import annotations

import re

from kb.prose.narrative import Narrative
from kb.review.plots import COLOURS, INK, MUTED, plots
from kb.review.report import CALM, nothing_in_words, report
from kb.review.summary import WeeklySummary
from kb.text.escaping import visible

_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    **{one: f"var(--c{n})" for n, one in enumerate(COLOURS, 1)},
}
"""What stands in the pictures for each of their colours, so that they follow the page from light to dark."""


def as_html(summary: WeeklySummary, narrative: Narrative | None = None) -> str:
    """The summary as a page; a narrative (prose around the numbers) stands below what needs action."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    def coded(text: str) -> Markup:
        """Text with `…` as code, everything escaped."""
        return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))

    environment = Environment(
        loader=PackageLoader("kb.review", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["coded"] = coded
    told, pictures = report(summary), plots(summary)
    drawn = [
        (plot, Markup(_themed(plot.svg))) for plot in pictures if plot.svg
    ]  # our own drawing, its texts escaped
    undrawn = [f"the picture {plot.title}" for plot in pictures if not plot.svg]
    page = environment.get_template("page.html").render(
        report=told,
        calm=CALM,
        plots=drawn,
        nothing=nothing_in_words([*told.nothing, *undrawn]),
        narrative=_paragraphs(narrative),
    )
    return visible(page)


def _paragraphs(narrative: Narrative | None) -> list[str]:
    """The narrative as plain paragraphs, the last of which says what it is, or why there is none."""
    if narrative is None:
        return []
    if narrative.missing:
        return [f"The narrative is missing because {narrative.missing}. The numbers are complete without it."]
    told = [
        " ".join(f"{one.text}{_cited(one.cites)}" for one in paragraph) for paragraph in narrative.paragraphs
    ]
    left = (
        f" {len(narrative.rejected)} of its sentences did not stand the checks." if narrative.rejected else ""
    )
    label = (
        f"Written by {narrative.model}. Numbers and ids are computed and checked; the wording is not.{left}"
    )
    return [*told, label]


def _cited(cites: tuple[str, ...]) -> str:
    return f" [{', '.join(cites)}]" if cites else ""


def _themed(svg: str) -> str:
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
