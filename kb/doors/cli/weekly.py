"""`kb weekly`: the review of a window, for people, as a page, or as data; and what triage looks out for next."""

from __future__ import annotations

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, as_json_text, opened, print_markdown, say
from kb.errors import InvalidInput
from kb.text.times import in_utc

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.prose.narrative import Narrative
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
    narrative: bool = typer.Option(
        False,
        "--narrative",
        help="Have a model write prose around the numbers: sends the summary, without secrets, to the API of "
        "ANTHROPIC_API_KEY.",
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
    if out is not None:
        _check_place(out)
    with opened(context) as kb:
        if until is None:
            summary, failed = _published(kb, days, since_last=since_last, watch=not no_watch)
        else:
            end, failed = in_utc(until), ""
            summary = kb.reviews.summary(7 if days is None else days, end)
            for note in kb.reviews.notes(summary):
                say(note)
        prose = kb.reviews.narrative(summary) if narrative else None
    _write(rendered(summary, wanted, prose), out)
    if failed:
        say(f"the watch list was not written: {failed}; --no-watch leaves it out")
        raise typer.Exit(1)


def rendered(summary: WeeklySummary, form: Format, prose: Narrative | None = None) -> str:
    """The summary in one of the three formats, which say the same."""
    match form:
        case Format.JSON:
            from kb.text.entries.codec import to_builtins

            told = summary if prose is None else {**to_builtins(summary), "narrative": prose}
            return as_json_text(told) + "\n"
        case Format.HTML:
            from kb.review.page import as_html as render_page

            return render_page(summary, prose)
        case Format.MD:
            from kb.review.report import as_markdown

            return as_markdown(summary, prose)


def _format(form: Format | None, as_json: bool) -> Format:
    if as_json and form not in (None, Format.JSON):
        raise InvalidInput(f"--json and --format {form.value} are two formats; give one of them")
    return Format.JSON if as_json else form or Format.MD


def _published(
    kb: KnowledgeBase, days: float | None, *, since_last: bool, watch: bool
) -> tuple[WeeklySummary, str]:
    review = kb.reviews.publish(days, since_last=since_last, watch=watch)
    for note in review.notes:
        say(note)
    if review.watch is not None:
        n = len(review.watch)
        say(f"{n} {'item' if n == 1 else 'items'} on the watch list (state/watch.yaml)")
    return review.summary, review.failed


def _check_place(out: Path) -> None:
    """Before anything is noted as reviewed: a file that cannot be written later would lose the review."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{out}: cannot be written ({error.strerror or error})") from error
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        raise InvalidInput(
            f"{out}: cannot be written ({'it is a folder' if out.is_dir() else 'no permission'})"
        )


def _write(text: str, out: Path | None) -> None:
    if out is None:
        print_markdown(text)
        return
    from kb.memory.yaml_file import write_atomically

    try:
        write_atomically(out, text.encode())
    except OSError as error:
        raise InvalidInput(f"{out}: cannot be written ({error.strerror or error})") from error
    say(f"written to {out}")
