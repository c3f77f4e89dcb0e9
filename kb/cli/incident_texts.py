"""`kb incident review`, `update`, `postmortem`: what is told of an incident."""

from __future__ import annotations

import typer

from kb.cli.incident import WHICH, report
from kb.cli.output import JSON, opened, print_json, print_text, say
from kb.text.instants import minute


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file beside the steps."""
    for command in (review, update, postmortem):
        app.command()(command)


def review(
    context: typer.Context,
    well: list[str] = typer.Option([], "--well", metavar="TEXT", help="What went well; may be repeated."),
    wrong: list[str] = typer.Option([], "--wrong", metavar="TEXT", help="What went wrong; may be repeated."),
    lesson: list[str] = typer.Option([], "--lesson", metavar="TEXT", help="What was learned."),
    impact: str = typer.Option("", "--impact", metavar="TEXT", help="Who was affected, and how."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Add what the postmortem should say beside the timeline."""
    with opened(context) as kb:
        found = kb.incidents.review(well, wrong, lesson, impact, incident)
    report(found, as_json)


def update(
    context: typer.Context,
    style: str = typer.Option("report", "--style", metavar="STYLE", help="report or chat."),
    focus: str = typer.Option("", "--focus", metavar="TEXT", help="What is being worked on."),
    next_step: list[str] = typer.Option([], "--next", metavar="TEXT", help="What comes; may be repeated."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Print a status update to post, and say when the next one is due."""
    with opened(context) as kb:
        found = kb.incidents.status_update(style, focus, next_step, incident)
    if as_json:
        print_json(found)
        return
    print_text(found.text, nl=False)
    if found.next_due:
        say(f"the next update is due at {minute(found.next_due)}")


def postmortem(
    context: typer.Context,
    save: bool = typer.Option(False, "--save", help="Write it where the home keeps postmortems."),
    folder: str = typer.Option("", "--folder", metavar="DIR", help="Write it into this folder."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Draft the postmortem from the timeline; `kb ingest` reads it back as the same incident."""
    with opened(context) as kb:
        path = kb.incidents.save_postmortem(folder, incident) if save or folder else None
        text = kb.incidents.postmortem(incident)
    if as_json:
        print_json({"path": str(path) if path else None, "markdown": text})
    else:
        print_text(path or text, nl=path is not None)
