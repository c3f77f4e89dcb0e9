"""The commands of a brief with the labels of its alert filled in; prose stays as it was written.  Pure.

A label fills the placeholder that has its name (`kb.text.entries.placeholders`).  What an exporter says of itself is
not what is broken, so it fills nothing; `job` and `name` mean something else in a runbook (a Job of Kubernetes,
whatever the sentence is about), so they fill only what says that it is a label (`{{ $labels.job }}`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.model.brief import Alert
from kb.model.ledger import Match
from kb.text.entries.placeholders import KnownValues, assigned_in
from kb.triage.labels import of_the_broken

_MEANS_ANOTHER = ("job", "name")


def filled_match(match: Match, alert: Alert, steps: Sequence[str] = ()) -> Match:
    """The match with its commands filled in, also where its fix quotes them; `steps` are those of its runbook."""
    known = _known(alert, (*match.commands, *steps))
    return replace(
        match,
        fix=_filled(match.fix, match.commands, known),
        commands=tuple(map(known.fill, match.commands)),
    )


def filled_steps(steps: Sequence[str], commands: Sequence[str], alert: Alert) -> tuple[str, ...]:
    """The steps of a runbook with the commands in them filled in."""
    known = _known(alert, (*commands, *steps))
    return tuple(_filled(step, commands, known) for step in steps)


def _known(alert: Alert, texts: Iterable[str]) -> KnownValues:
    values = {key: value for key, value in of_the_broken(alert.labels).items() if key not in _MEANS_ANOTHER}
    return KnownValues(values, alert.labels, assigned_in(texts))


def _filled(text: str, commands: Iterable[str], known: KnownValues) -> str:
    """The text with the commands that it quotes filled in: whole ones, else line by line; longest first."""
    pieces = {piece for command in commands for piece in (command, *command.splitlines()) if piece.strip()}
    for piece in sorted(pieces, key=len, reverse=True):
        if (filled := known.fill(piece)) != piece:
            text = text.replace(piece, filled)
    return text
