"""Elements whose end tags are left out, as HTML allows, put where a browser puts them.

HTML lets `</li>`, `</td>`, `</tr>`, `</dt>`, `</dd>` and their kin be left out; `html.parser` then nests what follows
within what should have ended (`findings/beautifulsoup-nests-items-whose-end-is-left-out.sh`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_ENDS = {
    "li": ({"li"}, {"ol", "ul", "menu"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr"}, {"table"}),
    "thead": ({"thead", "tbody", "tfoot"}, {"table"}),
    "tbody": ({"thead", "tbody", "tfoot"}, {"table"}),
    "tfoot": ({"thead", "tbody", "tfoot"}, {"table"}),
}
"""What the start of an element ends, and within which elements alone; after the HTML standard, "optional tags"."""


def end_what_is_left_open(page: BeautifulSoup) -> None:
    """Moves each element behind the one that its start ends, with what follows it there."""
    for element in page.find_all(list(_ENDS)):
        ended = _ended_by(element)
        if ended is None:
            continue
        moved = [element, *element.next_siblings]
        ended.insert_after(*moved)


def _ended_by(element: Tag) -> Tag | None:
    """The outermost element around this one that its start ends, if it stands in one."""
    ends, within = _ENDS[element.name]
    found = None
    for parent in element.parents:
        if parent.name in within:
            break
        if parent.name in ends:
            found = parent
    return found
