"""`kb check`, `kb search`, `kb show`, `kb triage`."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from kb.doors.cli.arguments import option, taking
from kb.doors.cli.printed.output import (
    JSON,
    asked,
    opened,
    print_json,
    print_lines,
    print_markdown,
    print_page,
    print_text,
    say,
    shown_ids,
)
from kb.doors.cli.printed.screen import screen
from kb.errors import KbError, NothingAsked
from kb.expression import expression
from kb.operations import alerts
from kb.operations import asking as operations
from kb.operations.arguments import as_day

if TYPE_CHECKING:
    from kb.lookup.lookup import Sighting

_PIECE = 1024 * 1024
_EXIT_CODES = {"known": 0, "related": 1, "unknown": 2}
_EXIT_ERROR = 3
_LONGEST_PATH = 1_000
_SAID_FROM_LINE = 5_000
_NAMES_A_FILE = expression(r"(?i)[^\s:]+\.(log|txt|out|err|jsonl?|gz)")
"""A single word that can only be meant as a file: one that is mistyped, or lies elsewhere."""


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    app.command(short_help="Have we seen this before?")(check)
    app.command(short_help="Search past incidents, runbooks and fixes.")(search)
    app.command(short_help="Show one entry whole, with its record.")(show)
    app.command(short_help="An alert in, the first page of an incident out.")(triage)


@taking(operations.check_known_issues, without=("error_text", "limit"))
def check(
    context: typer.Context,
    text: list[str] = typer.Argument(
        None, metavar="TEXT", help="The error text; '-' (or nothing, on a pipe) reads stdin."
    ),
    limit: int = typer.Option(
        5, "--limit", "-n", min=1, metavar="N", help="How many matches to show at the most."
    ),
    deep: bool = typer.Option(False, "--deep", help="Ask all tiers, even when a quick one has settled it."),
    long: bool = typer.Option(False, "--long", help="Show all of it, not only what fits a screen."),
    exit_code: bool = typer.Option(
        False, "--exit-code", help="Exit 0 for known, 1 for related, 2 for unknown, 3 for an error."
    ),
    as_json: bool = JSON,
    **given: Any,
) -> None:
    """Have we seen this before?  Works on a line, a stack trace, or a log: kubectl logs … | kb check -"""
    terminal, short = None if as_json else screen(), dict[str, str]()
    said = operations.check_known_issues.read(given, without=("error_text",))
    try:
        with opened(context) as kb:
            answer = kb.check_known_issues(
                _input(text), limit=limit, deep=deep, on_sighting=_say_sighting, **said
            )
            if terminal:
                short = shown_ids(kb, [match.id for match in answer.matches], answer.lookup_id)
    except KbError as error:
        if not exit_code and isinstance(error, NothingAsked):
            raise typer.BadParameter(str(error)) from error
        if not exit_code:
            raise
        say(f"kb: {error}")
        raise typer.Exit(_EXIT_ERROR) from error
    if as_json:
        print_json(answer)
    elif terminal:
        from kb.doors.cli.printed.answer_page import answer_page

        print_lines(answer_page(answer, short, terminal.width, long=long), terminal, paged=long)
    else:
        from kb.doors.cli.printed.text import answer_text

        print_text(answer_text(answer, long=long))
    if exit_code:
        raise typer.Exit(_EXIT_CODES[answer.verdict])


def _say_sighting(seen: Sighting) -> None:
    """On the way through a long log; a short one is answered before anybody could read this."""
    if seen.evidence.line > _SAID_FROM_LINE:
        say(f"line {seen.evidence.line}: {seen.title}  [{seen.id}]")


def _input(words: list[str] | None) -> str | Iterator[str]:
    _check_no_file("check", words)
    if words and words != ["-"]:
        return " ".join(words)
    if not words and sys.stdin.isatty():
        raise typer.BadParameter("give the error text, or '-' to read it from stdin")
    return _decoded(sys.stdin.buffer)


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """What comes, as it comes: lines are none of the reader's business."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := stream.read1(_PIECE):  # type: ignore[attr-defined]
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def search(
    context: typer.Context,
    query: list[str] = typer.Argument(None, metavar="WORD", help="Words to look for; none lists the newest."),
    kind: list[str] = typer.Option(
        [],
        "--kind",
        "-k",
        metavar="KIND",
        help="Only this kind, such as incident or runbook; may be repeated.",
    ),
    service: str = typer.Option("", "--service", metavar="NAME", help="Only what concerns this service."),
    since: str = typer.Option("", "--since", metavar="YYYY-MM-DD", help="Only since this day."),
    limit: int = typer.Option(10, "--limit", "-n", min=1, metavar="N", help="How many at the most."),
    as_json: bool = JSON,
) -> None:
    """Search past incidents, runbooks, known errors and fixes."""
    terminal, short = None if as_json else screen(), dict[str, str]()
    try:
        day = as_day(since)
    except ValueError as error:
        raise typer.BadParameter(f"--since {error}") from error
    with opened(context) as kb:
        hits = kb.search(" ".join(query or []), kind, service, day, limit)
        if terminal:
            short = shown_ids(kb, [hit.id for hit in hits])
    if as_json:
        print_json(hits)
    elif terminal:
        from kb.doors.cli.printed.search_page import search_page

        print_lines(search_page(hits, short, terminal.width), terminal)
    else:
        from kb.doors.cli.printed.text import hits_text

        print_text(hits_text(hits))
    if hits.note:
        say(hits.note)


def show(
    context: typer.Context,
    entry_id: str = typer.Argument(
        ..., metavar="ID", help="The id of an entry, as check and search print it."
    ),
    as_yaml: bool = typer.Option(False, "--yaml", help="Print its fields as YAML."),
    as_json: bool = JSON,
) -> None:
    """Show one entry whole, with its record and how it came to its status."""
    from kb.doors.cli.printed.entry_page import entry_page, entry_yaml
    from kb.text.entries.codec import to_builtins

    with opened(context) as kb:
        entry = kb.get(entry_id)
        trust, moves = kb.trust_of(entry), kb.moves.of(entry.id)
    if as_json:
        more = {"trust": to_builtins(trust), "moves": to_builtins(moves)}
        print_json({"kind": entry.kind, **to_builtins(entry), **more})
    elif as_yaml:
        print_text(entry_yaml(entry, trust, moves), nl=False)
    else:
        print_page(lambda width: entry_page(entry, trust, moves, width))


@taking(
    alerts.triage,
    without=("alert",),
    severity=option("--severity", metavar="LEVEL"),
    budget=option("--budget", metavar="TOKENS"),
)
def triage(
    context: typer.Context,
    alert: list[str] = typer.Argument(
        None, metavar="ALERT", help="The alert's text or JSON; '-' (or nothing, on a pipe) reads stdin."
    ),
    as_json: bool = JSON,
    **given: Any,
) -> None:
    """What is known, what changed, what to do first: amtool alert -o json | kb triage -"""
    from kb.triage.brief import render

    brief = asked(context, alerts.triage, {"alert": _alert(alert), **given})
    if as_json:
        print_json(brief)
    else:
        print_markdown(render(brief))


def _check_no_file(command: str, words: list[str] | None) -> None:
    """The name of a file is no error text: it would be looked up, not found, and counted.  Raises BadParameter."""
    if not words or len(words) != 1 or len(words[0]) >= _LONGEST_PATH:
        return
    name = words[0]
    if Path(name).is_file():
        raise typer.BadParameter(f"{name} is a file; to ask about what it holds: kb {command} - < {name}")
    if name in (".", "..") or ("/" in name and Path(name).is_dir()):
        raise typer.BadParameter(f"{name} is a folder; to ask about a log: kb {command} - < LOG")
    if _NAMES_A_FILE.fullmatch(name):
        raise typer.BadParameter(f"there is no file {name}; to ask about a log: kb {command} - < LOG")


def _alert(words: list[str] | None) -> str:
    _check_no_file("triage", words)
    if words and words != ["-"]:
        return " ".join(words)
    if not words and sys.stdin.isatty():
        raise typer.BadParameter("give the alert, or '-' to read it from stdin")
    return sys.stdin.buffer.read().decode("utf-8", "replace")
