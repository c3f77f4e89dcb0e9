"""The command tree of `kb`, and the options that all commands share."""

from __future__ import annotations

import typer

from kb.cli import asking, home, learning, looking_back, memory

app = typer.Typer(
    name="kb",
    help="Incident knowledge base: have we seen this before, what fixed it, how far to trust that.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    context: typer.Context,
    home: str = typer.Option("", "--home", envvar="KB_HOME", help="The home to use; else the nearest folder that is one."),
) -> None:
    """Keep the options that stand before the command."""
    context.obj = home


for group in (home, asking, learning, looking_back):
    group.add_to(app)
app.add_typer(memory.app, name="memory")
