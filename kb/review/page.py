"""A review as one self-contained HTML page: no script, nothing fetched, light and dark, plots inline."""

from __future__ import annotations

import re

from kb.review.plots import COLOURS, INK, MUTED, plots
from kb.review.report import report
from kb.review.summary import WeeklySummary

_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    **{one: f"var(--c{n})" for n, one in enumerate(COLOURS, 1)},
}
"""What stands in the pictures for each of their colours, so that they follow the page from light to dark."""


def render(summary: WeeklySummary, narrative: str = "") -> str:
    """The summary as a page; a `narrative` (prose around the numbers) stands below the lead."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    def coded(text: str) -> Markup:
        """Text with `…` as code, everything escaped."""
        return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))

    environment = Environment(
        loader=PackageLoader("kb.review", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["coded"] = coded
    drawn = [
        (plot, Markup(_themed(plot.svg))) for plot in plots(summary)
    ]  # our own drawing, its texts escaped
    paragraphs = [text.strip() for text in narrative.split("\n\n") if text.strip()]
    return environment.get_template("page.html").render(
        report=report(summary), plots=drawn, narrative=paragraphs
    )


def _themed(svg: str) -> str:
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
