"""`kb init`, `kb ingest`, `kb doctor`, `kb backup`, `kb restore`: a home is made, filled and looked after."""

from __future__ import annotations

from pathlib import Path

import typer

from kb.cli.output import JSON, ProgressBar, opened, print_json, print_text, say


def add_first_to(app: typer.Typer) -> None:
    """Put the commands that a newcomer needs first into the tree."""
    app.command(short_help="Make a home, with starter knowledge.")(init)
    app.command(short_help="Take in postmortems, runbooks, rules, …")(ingest)


def add_last_to(app: typer.Typer) -> None:
    """Put the commands that look after the home into the tree."""
    app.command(short_help="Check the home, and repair it.")(doctor)
    app.command(short_help="Copy the ledger: lookups, outcomes, incidents.")(backup)
    app.command(short_help="Bring the ledger back from a copy.")(restore)


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
        f"{folder} is a home now; {len(made)} files written"
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
    as_json: bool = JSON,
) -> None:
    """Take in documents.  Every file is accounted for; running it twice changes nothing.

    Exit code 1 when something could not be read; all the rest was taken in.
    """
    from kb.cli.receipt import receipt_text
    from kb.records.receipts import FileState

    bar = ProgressBar()
    with opened(context) as kb:
        if not kb.model_ready():
            say("exporting the embedding model, once for all homes (half a minute)…")
        try:
            receipt = kb.ingest(*paths, progress=bar, extract=extract)
        finally:
            bar.close()
    if as_json:
        print_json(receipt)
    else:
        print_text(receipt_text(receipt, verbose=verbose))
    if receipt.count(FileState.FAILED):
        raise typer.Exit(1)


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
    """Check the home: files, database, vectors.  Exit code 1 when something is wrong."""
    from kb.cli.receipt import findings_text

    with opened(context, exact_below=0) as kb:  # Chroma itself is to be looked at
        if repair or rebuild or embed_again:
            kb.repair(rebuild=rebuild, embed_again=embed_again)
        broken, vectors = kb.check()
        mistakes = kb.problems()
        entries = kb.counts()
    wrong = [*broken, *vectors.problems]
    if as_json:
        print_json(
            {
                "healthy": not wrong,
                "problems": wrong,
                "mistakes_in_files": [str(mistake) for mistake in mistakes],
                "entries": entries,
                "vectors": vectors,
            }
        )
    else:
        print_text(findings_text(wrong, vectors, mistakes, entries))
    if wrong:
        raise typer.Exit(1)


def backup(
    context: typer.Context,
    file: str = typer.Argument(
        "", metavar="[FILE]", help="Where to; else state/backups/ with the day's name."
    ),
    as_json: bool = JSON,
) -> None:
    """Copy what no file tells again: lookups, outcomes, incidents, moves, proposals, reviews.

    A copy is made each day by the first outcome or ingest; this one at once.  Memory files are in your git.
    """
    with opened(context) as kb:
        copy, rows = kb.backup(file)
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

    Entries come from the memory files by themselves, and from documents by kb ingest.
    """
    with opened(context) as kb:
        rows = kb.restore(file)
    if as_json:
        print_json({"file": file, "rows": rows})
        return
    say(f"restored from {file}; documents come back by kb ingest, vectors by kb doctor --repair")
    print_text("\n".join(f"{count} {table}" for table, count in rows.items()))
