"""How a home is, as a page: what is there, which incidents are open, what waits with the command for it.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import (
    ASIDE,
    COMMAND,
    PLAIN,
    RELATED,
    TITLE,
    WARNING,
    blank_between,
    inner,
    labelled,
    styled,
    text_rows,
    wrapped,
)
from kb.doors.cli.printed.text import kinds_in_words, near
from kb.incidents.life import overdue
from kb.model.incident import LiveIncident
from kb.model.overview import Overview
from kb.text.times import minute

if TYPE_CHECKING:
    from rich.text import Text

_NEXT = "kb check TEXT, or LOG | kb check -; all commands: kb --help"
_TELL = "kb outcome ID resolved (or failed)"
_MISTAKES = 5
"""Mistakes in files that are shown."""


def overview_page(overview: Overview, live: Sequence[LiveIncident], now: datetime, width: int) -> list[Text]:
    """The page."""
    fed = "nothing yet: kb ingest PATH"
    if overview.last_ingest:
        fed = f"last {minute(overview.last_ingest)}, {_counted(overview.files, 'file')}"
    home = wrapped(styled(("Home ", ASIDE), (near(overview.home), TITLE)), width, 5, 0)
    incidents = [line for one in live for line in _incident(one, now, width)]
    waiting = [line for text, command in _waiting(overview) for line in _waits(text, command, width)]
    blocks = [
        [*home, *_row("offers", kinds_in_words(overview.entries), width), *_row("ingest", fed, width)],
        incidents or [styled(("no incident is open", ASIDE))],
        [styled(("Waiting", TITLE)), *waiting] if waiting else [styled(("nothing waits", ASIDE))],
        _mistakes(overview.mistakes, width),
        wrapped(styled((f"next  {_NEXT}", ASIDE)), width, 6, 0),
    ]
    return [*blank_between(blocks)]


def first_page(steps: Sequence[tuple[str, str]], width: int) -> list[Text]:
    """What to do where there is no home yet."""
    room = max(len(command) for command, _ in steps) + 2
    said = styled(
        ("There is no home here yet.", TITLE), (" A home is a folder that holds what you know.", PLAIN)
    )
    lines = wrapped(said, width)
    for command, why in steps:
        if room + 24 <= width:
            lines += wrapped(styled((f"  {command:<{room}}", COMMAND), (why, ASIDE)), width, room + 2, 0)
        else:
            lines += [
                *wrapped(styled((command, COMMAND)), width, 4, 2),
                *wrapped(styled((why, ASIDE)), width, 6),
            ]
    return lines


def _waiting(overview: Overview) -> Iterator[tuple[str, str]]:
    """What waits for somebody, and the command for it."""
    if n := overview.without_outcome:
        yield f"{_counted(n, 'known answer')} of this week without an outcome: did it help?", _TELL
    if n := overview.proposals:
        yield f"{_counted(n, 'proposal')} to decide on", "kb proposals"
    if n := overview.quarantined:
        yield (
            f"{_counted(n, 'entry', 'entries')} in quarantine, not offered",
            "kb healthy check; kb status ID",
        )
    if n := overview.unembedded:
        yield f"{_counted(n, 'text')} to be embedded; the next question does it", "kb doctor --repair"


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def _waits(text: str, command: str, width: int) -> Iterator[Text]:
    yield from wrapped(styled((f"{text}  ", PLAIN), (command, COMMAND)), width, 4, 2)


def _incident(one: LiveIncident, now: datetime, width: int) -> Iterator[Text]:
    yield from wrapped(
        styled(("TO VERIFY  " if one.resolved else "OPEN  ", RELATED), (one.title, TITLE)), width, 6, 0
    )
    if one.update_due and overdue(one, now):
        yield from wrapped(
            styled((f"status update OVERDUE since {minute(one.update_due)}", WARNING)), width, 6
        )
    severity = f"{one.severity}, " if one.severity else ""
    services = f", {', '.join(one.services)}" if one.services else ""
    since = minute(one.resolved or one.started or one.detected)
    facts = f"{severity}{one.phase} since {since}{services} · kb incident show -i {one.id[-6:]}"
    yield from wrapped(styled((facts, ASIDE)), width, 6)


def _mistakes(mistakes: Sequence[str], width: int) -> list[Text]:
    shown = (styled(("mistake  ", WARNING), (one, PLAIN)) for one in mistakes[:_MISTAKES])
    lines = [row for line in shown for row in wrapped(line, width, 4, 0)]
    if len(mistakes) > _MISTAKES:
        lines.append(styled((f"{len(mistakes) - _MISTAKES} more: kb doctor", ASIDE)))
    return lines


def _row(label: str, text: str, width: int) -> list[Text]:
    return labelled(label, text_rows(text, inner(width)), width)
