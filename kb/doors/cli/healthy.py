"""`kb healthy …` and `kb rehearse`: does a pattern fire where all is well, or on other lookups than before?"""

from __future__ import annotations

import typer

from kb.doors.cli.printed.output import JSON, ProgressBar, opened, print_json, print_text

app = typer.Typer(
    help="Logs that are known to be fine: a pattern that fires on one goes into quarantine.",
    no_args_is_help=True,
)
_SOURCE = typer.Argument(..., metavar="SOURCE", help="As kb healthy list prints it.")


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="healthy", short_help="Logs that are known to be fine.")
    root.command(short_help="Dry run of an edited pattern.")(rehearse)


@app.command()
def add(
    context: typer.Context,
    logs: list[str] = typer.Argument(..., metavar="LOG", help="Files to read; '-' reads stdin."),
    source: str = typer.Option(
        "", "--source", metavar="NAME", help="What to call it; else the path as given, or stdin."
    ),
    as_json: bool = JSON,
) -> None:
    """Take in logs of times when all was well.  One line a template is kept, secrets redacted.

    Log lines differ in ids and times; what is kept is one for each form, with its count.  Adding a log
    again adds what is new in it.  Patterns that fire on it are no longer offered until they are narrowed,
    are marked `expected: true`, or the log is removed again.
    """
    from kb.doors.cli.printed.healthy_text import added_text
    from kb.learning.healthy import standard_input

    if source and len(logs) > 1:
        raise typer.BadParameter("--source names one log; add several one by one, or leave it out")
    progress, added = ProgressBar(), []
    with opened(context) as kb:
        try:
            for log in logs:
                given = standard_input() if log == "-" else log
                added.append(kb.healthy.add(given, source or ("stdin" if log == "-" else ""), progress))
        finally:
            progress.close()
    if as_json:
        print_json(added)
    else:
        print_text("\n".join(map(added_text, added)))


@app.command("list")
def list_(
    context: typer.Context,
    source: str = typer.Argument("", metavar="[SOURCE]", help="Print the lines kept of this one."),
    as_json: bool = JSON,
) -> None:
    """List the healthy logs; with SOURCE, the lines kept of that one."""
    from kb.doors.cli.printed.healthy_text import lines_text, sources_text

    with opened(context) as kb:
        if source:
            lines = kb.healthy.lines(source)
            print_json(lines) if as_json else print_text(lines_text(lines))
        else:
            sources = kb.healthy.sources()
            print_json(sources) if as_json else print_text(sources_text(sources))


@app.command()
def remove(context: typer.Context, source: str = _SOURCE, as_json: bool = JSON) -> None:
    """Forget a healthy log.  Entries that it alone kept in quarantine come back."""
    from kb.doors.cli.printed.healthy_text import report_text

    with opened(context) as kb:
        report = kb.healthy.remove(source)
    print_json(report) if as_json else print_text(report_text(report))


@app.command()
def check(context: typer.Context, as_json: bool = JSON) -> None:
    """Hold all signatures of the home against all healthy lines.

    This happens by itself whenever either changes; here is what it found.
    """
    from kb.doors.cli.printed.healthy_text import report_text

    with opened(context) as kb:
        report = kb.healthy.check()
    print_json(report) if as_json else print_text(report_text(report))


def rehearse(
    context: typer.Context,
    entry_id: str = typer.Argument("", metavar="[ID]", help="The entry to edit; none for a new pattern."),
    pattern: str = typer.Option(..., "--pattern", "-p", metavar="TEXT", help="The pattern as it would be."),
    regex: bool = typer.Option(
        None, "--regex/--literal", help="How to read the pattern; else its own syntax tells."
    ),
    limit: int = typer.Option(
        5, "--limit", "-n", min=0, metavar="N", help="How many lookups of each sort to show."
    ),
    as_json: bool = JSON,
) -> None:
    """Which past lookups would an edited pattern gain and lose, and does it fire on healthy lines?

    Nothing is written.  Edit the memory file yourself when you like what you see.
    """
    from kb.doors.cli.printed.healthy_text import rehearsal_text

    with opened(context) as kb:
        rehearsal = kb.editing.rehearse(entry_id, pattern, regex, shown=limit)
    print_json(rehearsal) if as_json else print_text(rehearsal_text(rehearsal))
