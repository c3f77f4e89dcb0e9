"""`kb hooks …`: what tools sent by webhook, what followed from it, and trying again what could not be worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say
from kb.text.times import second

if TYPE_CHECKING:
    from kb.model.hook import HookDelivery

app = typer.Typer(help="What tools sent by webhook, and what followed from it.", no_args_is_help=True)
_STATES = typer.Option(
    [], "--state", metavar="STATE", help="Only these: waiting, lookup, done, failed; may be repeated."
)


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="hooks")


@app.command("list")
def list_deliveries(
    context: typer.Context,
    state: list[str] = _STATES,
    limit: int = typer.Option(20, "--limit", "-n", min=1, metavar="N", help="How many, the newest first."),
    as_json: bool = JSON,
) -> None:
    """The deliveries that were accepted, the newest first."""
    with opened(context) as kb:
        found, counts = kb.hooks.recent(state, limit), kb.hooks.counts()
    if as_json:
        print_json({"counts": counts, "deliveries": found})
        return
    print_text("\n".join(map(_line, found)) or "nothing was sent, or what was is forgotten by now")
    if failed := counts["failed"]:
        say(f"{failed} could not be worked on: kb hooks list --state failed, then: kb hooks retry")


@app.command()
def retry(
    context: typer.Context,
    numbers: list[int] = typer.Argument(
        None, metavar="[NUMBER]…", help="As kb hooks list prints them; else all that could not be worked on."
    ),
    as_json: bool = JSON,
) -> None:
    """Work on deliveries again that could not be worked on."""
    with opened(context) as kb:
        tried = kb.hooks.retry(numbers or [])
    if as_json:
        print_json(tried)
    else:
        print_text("\n".join(map(_line, tried)) or "no delivery failed")
    if any(one.state == "failed" or one.attempts for one in tried):
        raise typer.Exit(1)


def _line(one: HookDelivery) -> str:
    where = f" {one.incident}" if one.incident else ""
    return (
        f"{one.id:>6}  {second(one.at)}  {one.hook}  {one.state}{where}\n        {one.note or 'nothing yet'}"
    )
