"""A home, looked after: `kb init`, `ingest`, `config`, `doctor`, `sweep`, `redact`, `backup`, `restore`, `migrate`."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from kb.doors.cli.printed.output import JSON, ProgressBar, opened, print_json, print_text, say
from kb.doors.cli.tree.stopping import Stopping
from kb.errors import Stopped


def add_first_to(app: typer.Typer) -> None:
    """Put the commands that a newcomer needs first into the tree."""
    app.command(short_help="Make a home, with starter knowledge.")(init)
    app.command(short_help="Take in postmortems, runbooks, rules, …")(ingest)


def add_last_to(app: typer.Typer) -> None:
    """Put the commands that look after the home into the tree."""
    config = typer.Typer(help="What kb.toml of the home says, and whether it is right.", no_args_is_help=True)
    config.command("check", short_help="Say what is wrong with kb.toml, and where.")(config_check)
    config.command("show", short_help="Print what holds, and who said so.")(config_show)
    app.add_typer(config, name="config")
    app.command(short_help="Check the home, and repair it.")(doctor)
    app.command(short_help="Take away old rows that nobody needs.")(sweep)
    app.command(short_help="Take secrets out of old rows.")(redact)
    app.command(short_help="Copy the ledger: lookups, outcomes, incidents.")(backup)
    app.command(short_help="Bring the ledger back from a copy.")(restore)
    app.command(short_help="Move the home to PostgreSQL, or back.")(migrate)


def init(
    folder: str = typer.Argument(
        ..., metavar="DIR", help="The folder to become a home; made where it is absent."
    ),
    as_json: bool = JSON,
) -> None:
    """Make a home, with the five common incident patterns as starter knowledge."""
    from kb.starter import make_home

    if not folder.strip():  # an unset variable in a script, which must not make a home of the working folder
        raise typer.BadParameter("the folder is empty; name one, or '.' for this one")
    made, place = make_home(Path(folder)), str(Path(folder).expanduser().resolve())
    if as_json:
        print_json({"home": place, "written": [str(path) for path in made]})
        return
    say(
        f"{folder} is a home now; {len(made)} file{'' if len(made) == 1 else 's'} written"
        if made
        else f"{folder} was a home already; nothing changed"
    )
    print_text(place)


def ingest(
    context: typer.Context,
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH", help="Files and folders with postmortems, runbooks, alert rules, …"
    ),
    extract: bool = typer.Option(
        False,
        "--extract",
        help="Have a model mark the fields that parsers did not find: sends those texts, without secrets, to the "
        "API of ANTHROPIC_API_KEY.",
    ),
    verbose: bool = typer.Option(
        False, "--verbose", "-v", help="List every file, not only what needs a look."
    ),
    report: bool = typer.Option(
        False,
        "--report",
        help="Say afterwards how the alert rules and runbooks of the home fit together: rules without a runbook, "
        "runbooks that are missing, not written, without an owner or stale, and those that no rule leads to.",
    ),
    as_json: bool = JSON,
) -> None:
    """Take in documents.  Every file is accounted for; running it twice changes nothing.

    Exit code 1 when something could not be read; all the rest was taken in.
    """
    from kb.doors.cli.printed.receipt_text import receipt_text
    from kb.model.receipts import FileState
    from kb.review.runbooks import in_words
    from kb.text.entries.codec import to_builtins

    with opened(context) as kb, Stopping(ProgressBar()) as steps:
        if not kb.upkeep.model_ready():
            say("exporting the embedding model, once for all homes (some seconds)…")
            kb.upkeep.begin_model()  # while the files are read
        try:
            receipt = kb.ingest(*paths, progress=steps, extract=extract)
        except KeyboardInterrupt:
            raise Stopped(_so_far(steps)) from None
        health = kb.reviews.runbook_health() if report else None
    if as_json:
        print_json({**to_builtins(receipt), "runbook_health": health} if health else receipt)
    else:
        print_text(receipt_text(receipt, verbose=verbose))
    if health and not as_json:
        print_text("\n".join(("", "Runbook health", *(f"  {line}" for line in in_words(health)))))
    if receipt.count(FileState.FAILED):
        raise typer.Exit(1)


def config_check(context: typer.Context, as_json: bool = JSON) -> None:
    """Say what is wrong with kb.toml, and where.  Exit code 1 when anything is.

    Beside that it warns of variables that are not set here, and of secrets that others can read.  docs/configuration.md
    has all that the file may say.
    """
    from kb.configuration.file import ConfigurationFile
    from kb.home import find_home

    file = ConfigurationFile(find_home(context.obj or None))
    problems, warnings = file.problems(), file.warnings()
    if as_json:
        print_json({"file": str(file.path), "problems": problems, "warnings": warnings})
    else:
        for problem in problems:
            print_text(problem)
        for warning in warnings:
            print_text(f"note: {warning}")
        if not problems:
            there = "nothing is wrong" if file.path.exists() else "there is none: defaults hold"
            say(f"{file.path}: {there}")
    if problems:
        raise typer.Exit(1)


def config_show(context: typer.Context, as_json: bool = JSON) -> None:
    """Print every value that holds, and who said so: kb.toml with its line, the environment, or nobody (default).

    Secrets are hidden.  What has a mistake does not hold, and is told by: kb config check
    """
    from kb.configuration.file import ConfigurationFile
    from kb.home import find_home

    file = ConfigurationFile(find_home(context.obj or None))
    settings = file.settings()
    if as_json:
        print_json(settings)
    else:
        width = max(len(one.key) for one in settings)
        for one in settings:
            print_text(f"{one.key:{width}}  {one.value}  ({one.source})")
    if wrong := len(file.problems()):
        say(f"{wrong} mistakes in {file.path}, which do not hold; to see them: kb config check")


def _so_far(steps: Stopping) -> str:
    """How far an ingest came that was interrupted, and that it goes on."""
    files, texts = steps.done.get("read"), steps.done.get("embed")
    if not files:
        return "stopped before anything was read; run the same command again"
    told = f"{files[0]} of {files[1]} files are in" + (
        f", {texts[0]} of {texts[1]} texts embedded" if texts else ""
    )
    return f"stopped: {told}; run the same command again, and it goes on from there"


def doctor(
    context: typer.Context,
    repair: bool = typer.Option(False, "--repair", help="Embed and publish what waits."),
    rebuild: bool = typer.Option(
        False, "--rebuild", help="Make the vector index anew, without embedding again."
    ),
    embed_again: bool = typer.Option(
        False,
        "--embed-again",
        help="Make all vectors anew, as a new home would get them on this processor (minutes).",
    ),
    as_json: bool = JSON,
) -> None:
    """Check the home: files, database, vectors, and the tokens of kb serve that end soon.

    Exit code 1 when something is wrong with the home.
    """
    from kb.doors.cli.printed.text import findings_text

    with opened(context, exact_below=0) as kb:  # cells and server themselves are to be looked at
        if repair or rebuild or embed_again:
            kb.upkeep.repair(rebuild=rebuild, embed_again=embed_again)
        broken, vectors = kb.upkeep.doctor()
        mistakes = kb.upkeep.problems()
        entries = kb.counts()
    wrong, tokens = [*broken, *vectors.problems], _token_notes()
    if as_json:
        print_json(
            {
                "healthy": not wrong,
                "problems": wrong,
                "mistakes_in_files": [str(mistake) for mistake in mistakes],
                "entries": entries,
                "vectors": vectors,
                "tokens": tokens,
            }
        )
    else:
        print_text(findings_text(wrong, vectors, mistakes, entries, tokens))
    if wrong:
        raise typer.Exit(1)


def sweep(
    context: typer.Context,
    dry_run: bool = typer.Option(False, "--dry-run", help="Print what would go, and why; change nothing."),
    days: int = typer.Option(
        None, "--days", metavar="N", help="How old rows must be; else KB_KEEP_DAYS, else 400."
    ),
    as_json: bool = JSON,
) -> None:
    """Take away old lookups that came to nothing and entries that were retired unused; the file shrinks.

    Their counts by week and their titles stay, so that every review says what it said.  A lookup with an outcome, an
    incident or an open proposal never goes.  kb does the same by itself once a day when nobody asks, unless
    KB_KEEP_DAYS=off; then the room is used again, and this command gives it back to the disk.
    """
    from kb.doors.cli.printed.text import sweep_text

    with opened(context) as kb:
        report = kb.upkeep.sweep(days, dry_run=dry_run)
    if as_json:
        print_json(report)
    else:
        print_text(sweep_text(report))


def redact(
    context: typer.Context,
    dry_run: bool = typer.Option(False, "--dry-run", help="Count them by kind and place; change nothing."),
    as_json: bool = JSON,
) -> None:
    """Take out secrets that were stored before kb knew their form, from rows and from the daily copies.

    The whole database is copied before, into state/backups/: that copy still has them, so delete it when all is well.
    """
    from kb.doors.cli.printed.text import redact_text

    with opened(context) as kb:
        report = kb.upkeep.redact(dry_run=dry_run)
    if as_json:
        print_json(report)
    else:
        print_text(redact_text(report))


def _token_notes() -> list[str]:
    """What is to be said of the tokens that the environment names, as `kb serve` would find them."""
    from kb.doors.http.access import load_tokens
    from kb.errors import InvalidInput

    file = os.environ.get("KB_TOKEN_FILE", "")
    try:
        return load_tokens(Path(file) if file else None).notes()
    except InvalidInput as error:
        return [f"kb serve would not start: {error}"]


def backup(
    context: typer.Context,
    file: str = typer.Argument(
        "", metavar="[FILE]", help="Where to; else state/backups/ with the day's name."
    ),
    as_json: bool = JSON,
) -> None:
    """Copy what no file tells again: lookups, outcomes, incidents, moves, proposals, reviews.

    A copy is made each day by the first outcome or ingest; this one at once.  Memory files are in your git; where they
    are rows of a database that hosts share, the copy has them.
    """
    with opened(context) as kb:
        copy, rows = kb.upkeep.backup(file)
    if as_json:
        print_json({"file": str(copy), "rows": rows})
        return
    say(f"{rows} rows copied")
    print_text(copy)


def restore(
    context: typer.Context,
    file: str = typer.Argument(..., metavar="FILE", help="A copy that kb backup, or kb itself, made."),
    as_json: bool = JSON,
) -> None:
    """Bring the ledger back into a home that has none: after a lost or damaged state/kb.db, or into another folder.

    Memory that the copy has goes along, where nobody has written into that of the home.  Entries come from the memory
    files by themselves, and from documents by kb ingest.
    """
    with opened(context) as kb:
        rows = kb.upkeep.restore(file)
    if as_json:
        print_json({"file": file, "rows": rows})
        return
    say(f"restored from {file}; documents come back by kb ingest, vectors by kb doctor --repair")
    print_text("\n".join(f"{count} {table}" for table, count in rows.items()))


def migrate(
    context: typer.Context,
    to: str = typer.Option(
        ...,
        "--to",
        metavar="GOAL",
        help="postgresql://user@host/database, which is empty; or the folder of a home that has its own file.",
    ),
    as_json: bool = JSON,
) -> None:
    """Move the home's ledger and memory into another database, compared row by row; this one keeps what it has.

    Nobody else writes into the home while it lasts.  A move that was stopped or killed is done again by the same
    command.  Documents come by kb ingest.
    """
    from kb.base import KnowledgeBase
    from kb.home import TENANTS
    from kb.store.upkeep.relocation import goal_of

    with opened(context) as kb:
        home, url = goal_of(kb.home, to)
        with KnowledgeBase(home, database=url, encoder=kb.encoder) as goal:
            moved = goal.upkeep.move_in(kb.upkeep)
        tenants = [one.root for one in kb.home.tenants()]
    if as_json:
        print_json(moved)
        return
    rows, where = sum(moved.rows.values()), "the database" if url else str(home.root)
    say("all of it was there already, nothing was left to do" if moved.was_there else f"moved into {where}")
    print_text(
        f"{rows} rows and {len(moved.memory)} memory files are there as they were here, by count and by hash"
    )
    say(
        "end the servers of this home, set KB_DATABASE_URL (or [database] of kb.toml) to it, and begin them again"
        if url
        else f"end the servers of this home, begin them with {home.root}, without KB_DATABASE_URL; kb.toml stays here"
    )
    say("documents come by kb ingest, vectors by kb doctor --repair")
    for tenant in tenants:
        there = "the same URL" if url else home.root / TENANTS / tenant.name
        say(f"its tenant {tenant.name} moves by itself: kb --home {tenant} migrate --to {there}")
