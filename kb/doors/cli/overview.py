"""`kb` alone: in a home, how it is; outside of one, what to do first."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import opened, print_json, print_page
from kb.errors import HomeNotFound

if TYPE_CHECKING:
    from rich.text import Text

    from kb.model.incident import LiveIncident
    from kb.model.overview import Overview

FIRST = (
    ("kb init ~/incidents", "make a home, with the five common incident patterns"),
    ("export KB_HOME=~/incidents", "or --home DIR, or work inside it"),
    ("kb ingest postmortems/ runbooks/", "take in what you have, as it is"),
    ("kubectl logs deploy/api | kb check -", "have we seen this before?"),
    ("kb --help", "all commands; kb --install-completion for the Tab key"),
)
"""What a newcomer does, in order."""


def tell(context: typer.Context, as_json: bool) -> None:
    """Say it.  Raises HomeNotFound where a home was named that is none, or where a program asks."""
    try:
        with opened(context) as kb:
            overview, live, now = kb.upkeep.overview(), kb.incidents.open_ones(), kb.incidents.clock()
    except HomeNotFound:
        if as_json or context.obj or os.environ.get("KB_HOME"):
            raise
        print_page(lambda width: _first(width))
        return
    if as_json:
        from kb.text.entries.codec import to_builtins

        print_json({**to_builtins(overview), "incidents": to_builtins(live)})
    else:
        print_page(lambda width: _page(overview, live, now, width))


def _first(width: int) -> list[Text]:
    from kb.doors.cli.printed.overview_page import first_page

    return [*first_page(FIRST, width)]


def _page(overview: Overview, live: list[LiveIncident], now: datetime, width: int) -> list[Text]:
    from kb.doors.cli.printed.overview_page import overview_page

    return [*overview_page(overview, live, now, width)]
