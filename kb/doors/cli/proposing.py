"""`kb proposals`, `kb accept`, `kb reject`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_long, print_text, say

_ID = typer.Argument(..., metavar="ID", help="The proposal, as kb proposals prints it.")


def add_to(app: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    app.command(short_help="What the record suggests to change.")(proposals)
    app.command(short_help="Write a proposal into the memory files.")(accept)
    app.command(short_help="Turn a proposal down.")(reject)


def proposals(
    context: typer.Context,
    proposal_id: str = typer.Argument("", metavar="[ID]", help="Only this one, whatever became of it."),
    as_yaml: bool = typer.Option(
        False, "--yaml", help="Print the YAML that would be written, reasons as comments."
    ),
    as_json: bool = JSON,
) -> None:
    """Patterns to add, entries to merge or retire, runbooks to write or to run again."""
    from kb.proposals import render

    with opened(context) as kb:
        found = kb.proposals
        waiting = found.waiting()
        one = found.get(proposal_id) if proposal_id else None
    if as_json:
        print_json(one or waiting)
    elif as_yaml:
        print_long(render.as_yaml([one] if one else waiting.proposals))
    elif one:
        print_long(render.details(one))
    else:
        print_long(render.table(waiting))
        if waiting.proposals:
            say("see one: kb proposals ID --yaml; then: kb accept ID, or: kb reject ID --reason TEXT")


def accept(
    context: typer.Context,
    proposal_id: str = _ID,
    edit: str = typer.Option(
        "",
        "--edit",
        metavar="FILE|-",
        help="YAML with keys to replace, in the form of kb proposals ID --yaml.",
    ),
    meaning: str = typer.Option(
        "", "--meaning", "-m", metavar="TEXT", help="What the drafted pattern means."
    ),
    fix: str = typer.Option("", "--fix", "-f", metavar="TEXT", help="What fixes it."),
    reviewed_by: str = typer.Option(
        "", "--reviewed-by", metavar="NAME", help="Who read it and says it is right: it is active at once."
    ),
    as_json: bool = JSON,
) -> None:
    """Write a proposal into the memory files; look at the change with git diff."""
    from kb.proposals import render

    edits: dict[str, Any] = render.read_edits(*_read(edit)) if edit else {}
    edits |= {name: text for name, text in (("meaning", meaning), ("fix", fix)) if text}
    with opened(context) as kb:
        accepted = kb.proposals.accept(proposal_id, edits, reviewed_by=reviewed_by)
    if as_json:
        print_json(accepted)
    else:
        say(render.outcome(accepted))
        print_text(accepted.proposal.entry_id or accepted.proposal.retires)


def reject(
    context: typer.Context,
    proposal_id: str = _ID,
    reason: str = typer.Option(..., "--reason", metavar="TEXT", help="Why, for whoever sees this next."),
    as_json: bool = JSON,
) -> None:
    """Turn a proposal down; it comes back only when far more speaks for it."""
    with opened(context) as kb:
        rejected = kb.proposals.reject(proposal_id, reason)
    if as_json:
        print_json(rejected)
    else:
        say(f"{rejected.proposal.id} rejected; it comes back only when twice as much speaks for it")


def _read(file: str) -> tuple[str, str]:
    """The text of the file (`-` is stdin), and how to name it."""
    from kb.errors import FileUnreadable

    if file == "-":
        return sys.stdin.read(), "stdin"
    try:
        return Path(file).read_text(encoding="utf-8"), file
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{file}: cannot be read ({error})") from error
