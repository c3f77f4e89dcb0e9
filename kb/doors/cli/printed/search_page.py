"""The result of `kb search` as a page: title and id, and a line of what was found: ten fit a screen.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import ASIDE, PLAIN, TITLE, cut, styled, wrapped
from kb.model.ledger import SearchHit
from kb.text.tokens import one_line

if TYPE_CHECKING:
    from rich.text import Text


def search_page(hits: Sequence[SearchHit], short: Mapping[str, str], width: int) -> list[Text]:
    """The page; `short` has what to show for the ids of entries."""
    if not hits:
        return [styled(("nothing found", TITLE), ("; fewer words, or other ones, find more", ASIDE))]
    return [line for hit in hits for line in _hit(hit, short, width)]


def _hit(hit: SearchHit, short: Mapping[str, str], width: int) -> Iterator[Text]:
    day = f", {hit.date}" if hit.date else ""
    facts = f"  {hit.kind.replace('_', ' ')} {short.get(hit.id, hit.id)}{day}"
    services = f"  {', '.join(hit.services)}" if hit.services else ""
    title = styled(
        (one_line(hit.title, max(20, width - len(facts))), TITLE), (facts, ASIDE), (services, PLAIN)
    )
    yield from wrapped(title, width, 2, 0)
    yield from cut(wrapped(styled((one_line(hit.snippet, 400), PLAIN)), width, 2), 1, width)
