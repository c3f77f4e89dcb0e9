"""`kb triage`."""

from __future__ import annotations

import sys

import typer

from kb.doors.cli.output import JSON, opened, print_json, print_text


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    app.command(short_help="An alert in, the first page of an incident out.")(triage)


def triage(
    context: typer.Context,
    alert: list[str] = typer.Argument(
        None, metavar="ALERT", help="The alert's text or JSON; '-' (or nothing, on a pipe) reads stdin."
    ),
    service: str = typer.Option(
        "", "--service", metavar="NAME", help="The service; wins over the alert's labels."
    ),
    environment: str = typer.Option(
        "", "--environment", "--env", metavar="NAME", help="The environment; wins over the alert's labels."
    ),
    severity: str = typer.Option(
        "",
        "--severity",
        metavar="LEVEL",
        help="SEV1-4, P1-4, or critical to low; else judged from the alert.",
    ),
    budget: int = typer.Option(
        1000, "--budget", metavar="TOKENS", help="The most tokens the brief may take."
    ),
    incident: str = typer.Option(
        "", "--incident", metavar="ID", help="The open incident that it belongs to."
    ),
    as_json: bool = JSON,
) -> None:
    """What is known, what changed, what to do first: amtool alert -o json | kb triage -"""
    from kb.triage.brief import render

    with opened(context) as kb:
        brief = kb.triage(_input(alert), service, environment, severity, budget, incident)
    if as_json:
        print_json(brief)
    else:
        print_text(render(brief), nl=False)


def _input(words: list[str] | None) -> str:
    if words and words != ["-"]:
        return " ".join(words)
    if not words and sys.stdin.isatty():
        raise typer.BadParameter("give the alert, or '-' to read it from stdin")
    return sys.stdin.buffer.read().decode("utf-8", "replace")
