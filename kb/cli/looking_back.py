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
    narrative: bool = typer.Option(
        False,
        "--narrative",
        help="Have a model write prose around the numbers: sends the summary, without secrets, to the API of "
        "ANTHROPIC_API_KEY.",
    ),
    as_json: bool = JSON,
) -> None:
    """What happened, what was asked, what helped: the review of a week."""
    from kb.loop.weekly import render
    from kb.prose.narrative import render as render_narrative
    from kb.storage.codec import to_builtins

    with opened(context) as kb:
        summary = kb.weekly_summary(days, now.replace(tzinfo=UTC) if now else None)
        prose = kb.weekly_narrative(summary) if narrative else None
    if as_json:
        print_json(summary if prose is None else {**to_builtins(summary), "narrative": prose})
        return
    typer.echo(render(summary), nl=False)
    if prose is not None:
        typer.echo(f"\n{render_narrative(prose)}", nl=False)
