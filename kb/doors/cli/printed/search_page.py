"""The result of `kb search` as a page: titles first, then the words that were found; ids and places dim.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import ASIDE, PLAIN, TITLE, cut, styled, wrapped
from kb.doors.cli.printed.text import near
from kb.model.ledger import SearchHit
from kb.text.tokens import one_line

if TYPE_CHECKING:
    from rich.text import Text

_SNIPPET = 2
"""Lines of the words that were found."""


def search_page(hits: Sequence[SearchHit], short: Mapping[str, str], width: int) -> list[Text]:
    """The page; `short` has what to show for the ids of entries."""
    if not hits:
        return [styled(("nothing found", TITLE), ("; fewer words, or other ones, find more", ASIDE))]
    return [line for hit in hits for line in _hit(hit, short, width)]


def _hit(hit: SearchHit, short: Mapping[str, str], width: int) -> Iterator[Text]:
    services = f"  {', '.join(hit.services)}" if hit.services else ""
    yield from wrapped(styled((one_line(hit.title, 300), TITLE), (services, PLAIN)), width, 2, 0)
    snippet = wrapped(styled((one_line(hit.snippet, 400), PLAIN)), width, 2)
    yield from cut(snippet, _SNIPPET, width)
    day = f", {hit.date}" if hit.date else ""
    where = f" · {near(hit.source.path)}" if hit.source else ""
    facts = f"{hit.kind.replace('_', ' ')} {short.get(hit.id, hit.id)}{day}{where}"
    yield from wrapped(styled((facts, ASIDE)), width, 2)
