"""The root of the command tree of `kb`, and the options that all commands share.

To read the files of all commands takes as long as many of them need: `tree` reads that of the one that is asked for,
and all where no single one is (help, a word that is none, completion).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module

import typer

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

FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("home", "add_first_to", ("init", "ingest")),
    ("asking", "add_to", ("check", "search", "show", "triage")),
    ("learning", "add_to", ("learn",)),
    ("outcomes", "add_to", ("outcome", "status")),
    ("healthy", "add_to", ("healthy", "rehearse")),
    ("change", "add_to", ("change",)),
    ("weekly", "add_to", ("weekly",)),
    ("proposing", "add_to", ("proposals", "accept", "reject")),
    ("incident", "add_to", ("incident",)),
    ("memory", "add_to", ("memory",)),
    ("hooks", "add_to", ("hooks",)),
    ("notify.commands", "add_to", ("notify",)),
    ("serving", "add_to", ("mcp", "serve", "web")),
    ("evaluating", "add_to", ("eval",)),
    ("home", "add_last_to", ("config", "doctor", "sweep", "redact", "backup", "restore", "migrate")),
)
"""Files of commands, the function of each that puts them into the tree, and what is typed for them."""


def tree(words: Sequence[str] = ()) -> typer.Typer:
    """The commands that a command line may mean: one file of them where its first word is one, else all."""
    asked = "" if "_KB_COMPLETE" in os.environ else _command(words)
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
    app.callback()(options)
    needed = [one for one in FILES if asked in one[2]] or FILES
    for file, add, _names in needed:
        getattr(import_module(f"kb.doors.cli.{file}"), add)(app)
    furnish(app)
    return app


def _command(words: Sequence[str]) -> str:
    """The first word that is no option; empty where an option before it may be about all commands."""
    rest = iter(words)
    for word in rest:
        if word == "--home":
            next(rest, "")
        elif not word.startswith(("--home=", "--json")):
            return word
    return ""


def _version(wanted: bool) -> None:
    if wanted:
        from kb import __version__

        print_text(f"kb {__version__}")
        raise typer.Exit


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
