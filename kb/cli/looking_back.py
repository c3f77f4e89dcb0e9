"""`kb weekly`: the review of a window, for people, as a page, or as data; and what triage looks out for next."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.cli.output import JSON, as_json_text, opened, say
from kb.errors import InvalidInput

if TYPE_CHECKING:
    from kb.knowledge import KnowledgeBase
    from kb.review.summary import WeeklySummary


class Format(StrEnum):
    """What a review is written as."""

    MD = "md"
    HTML = "html"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    app.command(short_help="The review of a week, and what to look out for next.")(weekly)


def weekly(
    context: typer.Context,
    days: float = typer.Option(
        None, "--days", metavar="N", help="How many days to look back; 7 if not given."
    ),
    until: datetime = typer.Option(
        None,
        "--until",
        "--now",
        metavar="TIME",
        help="The end of the window in UTC, such as 2026-11-02 (its first minute) or 2026-11-02T09:00:00; else"
        " the present. A look at the past writes nothing.",
    ),
    since_last: bool = typer.Option(
        False, "--since-last", help="Begin where the last review with --since-last ended."
    ),
    form: Format = typer.Option(
        None, "--format", help="Markdown, one self-contained page with plots, or JSON."
    ),
    out: Path = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Write to this file, not to stdout."
    ),
    no_watch: bool = typer.Option(False, "--no-watch", help="Leave state/watch.yaml as it is."),
    as_json: bool = JSON,
) -> None:
    """What happened, what came back, what was asked, what helped: the review of a week.

    What needs action stands first. A review that ends now also writes state/watch.yaml: what lookup and
    triage look out for in the next two weeks. The next review says which of it came up.
    """
    wanted = _format(form, as_json)
    if since_last and until:
        raise InvalidInput("--since-last ends now; leave --until out")
    if since_last and days is not None:
        raise InvalidInput("--days and --since-last are two windows; give one of them")
    with opened(context) as kb:
        if until is None:
            summary, failed = _published(kb, days, since_last=since_last, watch=not no_watch)
        else:
            end, failed = until.replace(tzinfo=until.tzinfo or UTC), ""
            summary = kb.weekly_summary(7 if days is None else days, end)
            for note in kb.review_notes(summary):
                say(note)
    _write(rendered(summary, wanted), out)
    if failed:
        say(f"the watch list was not written: {failed}; --no-watch leaves it out")
        raise typer.Exit(1)


def rendered(summary: WeeklySummary, form: Format) -> str:
    """The summary in one of the three formats, which say the same."""
    match form:
        case Format.JSON:
            return as_json_text(summary) + "\n"
        case Format.HTML:
            from kb.review.page import render as render_page

            return render_page(summary)
        case Format.MD:
            from kb.review.markdown import render

            return render(summary)


def _format(form: Format | None, as_json: bool) -> Format:
    if as_json and form not in (None, Format.JSON):
        raise InvalidInput(f"--json and --format {form.value} are two formats; give one of them")
    return Format.JSON if as_json else form or Format.MD


def _published(
    kb: KnowledgeBase, days: float | None, *, since_last: bool, watch: bool
) -> tuple[WeeklySummary, str]:
    review = kb.publish_review(days, since_last=since_last, watch=watch)
    for note in review.notes:
        say(note)
    if review.watch is not None:
        n = len(review.watch)
        say(f"{n} {'item' if n == 1 else 'items'} on the watch list (state/watch.yaml)")
    return review.summary, review.failed


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    from kb.storage.yamlfile import write_atomically

    try:
        write_atomically(out, text.encode())
    except OSError as error:
        raise InvalidInput(f"{out}: cannot be written ({error.strerror or error})") from error
    say(f"written to {out}")
