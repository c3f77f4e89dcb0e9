"""The command tree of `kb`, and the options that all commands share."""

from __future__ import annotations

import typer

from kb.doors.cli import (
    asking,
    change,
    evaluating,
    healthy,
    home,
    hooks,
    incident,
    learning,
    memory,
    outcomes,
    proposing,
    serving,
    weekly,
)
from kb.doors.cli.notify import commands as notify
from kb.doors.cli.printed import shape
from kb.doors.cli.printed.output import print_text
from kb.doors.cli.tree.furnish import Commands, furnish

_FIRST_STEPS = """\b
First steps:
  kb init ~/incidents               make a home
  export KB_HOME=~/incidents        (or --home, or work inside it)
  kb ingest postmortems/ runbooks/  take in what you have
  kubectl logs deploy/api | kb check -
"""

app = typer.Typer(
    name="kb",
    help="Incident knowledge base: have we seen this before, what fixed it, how far to trust that.",
    epilog=_FIRST_STEPS,
    cls=Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from kb import __version__

        print_text(f"kb {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: str = typer.Option(
        "",
        "--home",
        envvar="KB_HOME",
        metavar="DIR",
        help="The home to use; else the nearest folder that is one.",
    ),
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON, whatever the command."),
) -> None:
    """Keep the options that stand before the command; without one, say how the home is."""
    del version  # its callback has printed it and left
    context.obj = home
    shape.begin(as_json)
    if context.invoked_subcommand is None:
        from kb.doors.cli import overview

        overview.tell(context, as_json)


home.add_first_to(app)
for group in (asking, learning, outcomes, healthy, change, weekly, proposing):
    group.add_to(app)
app.add_typer(incident.app, name="incident")
app.add_typer(memory.app, name="memory")
app.add_typer(hooks.app, name="hooks")
app.add_typer(notify.app, name="notify")
serving.add_to(app)
evaluating.add_to(app)
home.add_last_to(app)
furnish(app)
