"""The commands of `kb notify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say

if TYPE_CHECKING:
    from kb.model.notice import Delivery

app = typer.Typer(
    help="Who is told of incidents, what was told, and sending it again by hand.", no_args_is_help=True
)
_STATES = typer.Option(
    [],
    "--state",
    metavar="STATE",
    help="Only these: waiting, sending, delivered, silenced, failed, dropped; may be repeated.",
)


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="notify")


@app.command("list")
def list_deliveries(
    context: typer.Context,
    state: list[str] = _STATES,
    limit: int = typer.Option(20, "--limit", "-n", min=1, help="How many, the newest first."),
    as_json: bool = JSON,
) -> None:
    """What was told to whom, and what could not be delivered."""
    from kb.doors.cli.notify.text import table
    from kb.text.entries.codec import to_builtins

    with opened(context) as kb:
        found = kb.notices.recent(state, limit)
        counts = kb.notices.counts()
        wrong = kb.notices.configuration.problems()
    if as_json:
        print_json({"counts": counts, "deliveries": [to_builtins(one) for one in found]})
        return
    print_text(table(found))
    for problem in wrong:
        say(f"{problem}; messages wait until it is mended, or a server goes on with what it said before")
    if counts.get("failed"):
        say(f"{counts['failed']} not delivered: kb notify list --state failed, then: kb notify send ID")


@app.command()
def targets(context: typer.Context, as_json: bool = JSON) -> None:
    """Who is told, without addresses."""
    from kb.doors.cli.notify.text import targets as as_text

    with opened(context) as kb:
        found = kb.notices.targets()
    if as_json:
        print_json([{"name": one.name, "kind": one.kind, "channel": one.channel} for one in found.values()])
    else:
        print_text(as_text(found))


@app.command()
def send(
    context: typer.Context,
    delivery: str = typer.Argument(
        "", metavar="[ID]", help="As kb notify list prints it; else all that waits."
    ),
    as_json: bool = JSON,
) -> None:
    """Send a message again, whatever became of it; without an ID, all that waits and is due.

    A message that was delivered, or may have been, says that it is a repeat.
    """
    with opened(context) as kb:
        _report(kb.notices.send(delivery), as_json)


@app.command("test")
def try_target(
    context: typer.Context,
    target: str = typer.Argument(..., metavar="TARGET", help="Its name in kb.toml."),
    as_json: bool = JSON,
) -> None:
    """Send a message that says that it is a test."""
    with opened(context) as kb:
        _report([kb.notices.test(target)], as_json)


def _report(sent: list[Delivery], as_json: bool) -> None:
    from kb.doors.cli.notify.text import table
    from kb.model.notice import DeliveryState

    if as_json:
        print_json(sent)
    else:
        print_text(table(sent) if sent else "nothing waits to be sent")
    if any(one.state is not DeliveryState.DELIVERED for one in sent):
        raise typer.Exit(1)
