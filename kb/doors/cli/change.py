"""`kb change …`: what was changed in production, and where to roll back to.  Times are printed in UTC."""

from __future__ import annotations

from typing import Any

import typer

from kb.doors.cli.arguments import argument, option, taking
from kb.doors.cli.printed.output import JSON, asked, opened, print_json, print_long, print_text, say
from kb.operations import changes

app = typer.Typer(help="What was changed in production, and where to roll back to.", no_args_is_help=True)

_TIME = "TIME"


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(
        app, name="change", short_help="Deployments, rollbacks, drift: what changed, where to roll back to."
    )


@app.command()
@taking(
    changes.record_change,
    kind=argument("KIND"),
    version=option("--version", metavar="VERSION"),
    previous=option("--previous", metavar="VERSION"),
    summary=option("--summary", "-m"),
    reversible=option("--reversible/--irreversible"),
    at=option("--at", metavar=_TIME),
)
def record(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Record a change.  The same one (kind, service, environment, version, time) recorded again stays one."""
    from kb.changes.changes import change_in_words

    change = asked(context, changes.record_change, given)
    if as_json:
        print_json(change)
    else:
        say("recorded")
        print_text(f"{change.id}  {change_in_words(change)}")


@app.command("list")
def list_changes(
    context: typer.Context,
    since: str = typer.Option(
        "24h", "--since", metavar=_TIME, help="From when: 2h, 7d, or 2026-01-16T14:22 in UTC."
    ),
    until: str = typer.Option("", "--until", metavar=_TIME, help="Until when; else now."),
    service: str = typer.Option("", "--service", metavar="NAME", help="Only this service."),
    environment: str = typer.Option(
        "", "--environment", "--env", metavar="NAME", help="Only this environment, and what names none."
    ),
    kind: list[str] = typer.Option(
        [], "--kind", "-k", metavar="KIND", help="Only this kind; may be repeated."
    ),
    limit: int = typer.Option(50, "--limit", "-n", min=1, metavar="N", help="How many at the most."),
    as_json: bool = JSON,
) -> None:
    """List changes, newest first."""
    from kb.changes.changes import change_in_words

    with opened(context) as kb:
        found = kb.changes.between(since, until or None, service, environment, kind)
        unnamed = 0
        if service:
            everything = kb.changes.between(since, until or None, "", environment, kind)
            unnamed = sum(not change.service for change in everything)
    if as_json:
        print_json(found[:limit])
    else:
        told = "\n".join(change_in_words(change) for change in found[:limit])
        print_long(told or f"no change since {since}", fold=True)
    if len(found) > limit:
        say(f"{len(found) - limit} older changes not shown (--limit)")
    if unnamed:
        say(f"{unnamed} more changes name no service; leave --service out to see them")


@app.command("rollback-target")
@taking(changes.rollback_target, service=argument("SERVICE"))
def rollback_target(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Which version to roll back to, how often it ran well, and what must be true first."""
    from kb.changes.changes import target_in_words

    result = asked(context, changes.rollback_target, given)
    if as_json:
        print_json(result)
    else:
        print_text(target_in_words(result))


@app.command()
def drift(
    context: typer.Context,
    service: str = typer.Option("", "--service", metavar="NAME", help="Only this service."),
    environment: str = typer.Option(
        "", "--environment", "--env", metavar="NAME", help="Only this environment."
    ),
    end: str = typer.Option("", "--end", metavar="ID", help="Note that this drift is over."),
    as_json: bool = JSON,
) -> None:
    """Show the drift that is there, what has expired first; --end ID notes that one is over."""
    from kb.text.changes import drift_in_words

    with opened(context) as kb:
        if end:
            ended = kb.changes.end_drift(end)
            say(f"{ended.id} is over")
        there = kb.changes.open_drift(service, environment)
        late = {change.id for change in kb.changes.expired_drift()}
        now = kb.changes.clock()
    expired = [change for change in there if change.id in late]
    active = [change for change in there if change.id not in late]
    if as_json:
        print_json({"expired": expired, "active": active})
    else:
        lines = [f"{change.id}  {drift_in_words(change, now)}" for change in (*expired, *active)]
        print_text("\n".join(lines) or "no drift is on record")


@app.command("import-git")
def import_git(
    context: typer.Context,
    repository: str = typer.Argument(..., metavar="PATH", help="The folder of a git repository."),
    since: str = typer.Option(
        "", "--since", metavar=_TIME, help="Only commits since then, such as 30d; else all."
    ),
    service: str = typer.Option("", "--service", metavar="NAME", help="The service that the repository is."),
    environment: str = typer.Option(
        "", "--environment", "--env", metavar="NAME", help="The environment it goes to."
    ),
    as_json: bool = JSON,
) -> None:
    """Record the commits of a git repository; running it again adds only what is new."""
    with opened(context) as kb:
        imported = kb.changes.import_git(repository, since or None, service, environment)
    if as_json:
        print_json(imported)
        return
    print_text(
        f"{imported.commits} commits read: {imported.recorded} changes recorded, {imported.known} known already"
    )
    for note in imported.notes:
        print_text(f"  {note}")
