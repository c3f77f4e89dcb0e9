"""`kb outcome`, `kb status`: what came of an entry, and where that leaves it."""

from __future__ import annotations

from typing import Any

import typer

from kb.doors.cli.arguments import argument, taking
from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say
from kb.model.status import Move, MoveState
from kb.operations import learning
from kb.text.times import minute


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.command(short_help="Record what came of applying an entry.")(outcome)
    root.command(short_help="Show or change an entry's status, with the reason.")(status)


@taking(learning.record_outcome, entry_id=argument("ID"), result=argument("RESULT"))
def outcome(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Record what came of applying an entry; its trust and status follow from that."""
    with opened(context) as kb:
        before = kb.get(given["entry_id"])
        trust = learning.record_outcome(kb, **learning.record_outcome.read({**given, "entry_id": before.id}))
        after = kb.get(before.id).status
        why = kb.moves.of(before.id)[-1].reason if after is not before.status else ""
    if as_json:
        print_json({"id": before.id, "status": after, "trust": trust})
        return
    from kb.learning.trust import trust_in_words  # with the masks of templates: a tenth of a second

    print_text(f"trust {trust_in_words(trust)}")
    if why:
        say(f"{before.id} is now {after}: {why}; to take that back: kb status {before.id} --undo")


def status(
    context: typer.Context,
    entry_id: str = typer.Argument(..., metavar="ID", help="The entry."),
    new: str = typer.Argument(
        "",
        metavar="[NEW]",
        help="active (you reviewed it), candidate, quarantined or retired; without it, the history is shown.",
    ),
    reason: str = typer.Option("", "--reason", metavar="TEXT", help="Why; asked for with NEW."),
    by: str = typer.Option("", "--by", metavar="NAME", help="Who says so."),
    undo: bool = typer.Option(False, "--undo", help="Take the last change back."),
    as_json: bool = JSON,
) -> None:
    """Show how an entry came to its status, or change it."""
    if undo and new:
        raise typer.BadParameter("give a new status or --undo, not both")
    with opened(context) as kb:
        if undo:
            kb.moves.undo(entry_id, reason, by)
        elif new:
            kb.moves.set_status(entry_id, new, reason, by)
        entry, moves = kb.get(entry_id), kb.moves.of(entry_id)
    if as_json:
        print_json({"id": entry.id, "status": entry.status, "moves": moves})
        return
    print_text(f"{entry.id} is {entry.status}")
    for move in moves:
        print_text(f"  {move_in_words(move)}")
    if not moves:
        print_text("  it was never moved: that is what its source says")


def move_in_words(move: Move) -> str:
    """`2026-11-02 09:14  candidate → active  proven: resolved 2 of 2, by kb`."""
    by = f", by {move.actor}" if move.actor else ""
    state = {
        MoveState.PENDING: " (its file is still to be written)",
        MoveState.OVERRULED: " (overruled: its file said otherwise)",
        MoveState.DONE: "",
    }[move.state]
    return f"{minute(move.at)}  {move.was} → {move.became}  {move.rule}: {move.reason}{by}{state}"
