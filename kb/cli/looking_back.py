"""`kb weekly`."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from kb.cli.output import JSON, opened, print_json


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    app.command(short_help="The review of a week.")(weekly)


def weekly(
    context: typer.Context,
    days: float = typer.Option(7, "--days", metavar="N", help="How many days to look back."),
    now: datetime = typer.Option(
        None,
        "--now",
        metavar="TIME",
        help="The end of the window in UTC, such as 2026-11-02T09:00:00; else the present.",
    ),
    as_json: bool = JSON,
) -> None:
    """What happened, what was asked, what helped: the review of a week."""
    from kb.review.markdown import render

    with opened(context) as kb:
        summary = kb.weekly_summary(days, now.replace(tzinfo=UTC) if now else None)
    if as_json:
        print_json(summary)
    else:
        typer.echo(render(summary), nl=False)
