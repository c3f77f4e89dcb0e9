"""A page: an address, and the function that answers there.

A file of `pages` is a noun: its functions are declared with `page` (looked at) and `action` (a form that was sent).
Each is given a `View` (`kb.doors.web.view`), asks operations, and shows a template or goes on to another page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from kb.doors.web.view import View

Answers = Callable[["View"], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What answers at a path.  `nav` is its name in the navigation, empty for those that are reached otherwise.

    `is_open` lets in who has not signed in.  A page that takes long in a large home says in `meanwhile` what is being
    done, below a head that has its `title`; empty for pages that are shown when they are whole.
    """

    path: str
    method: str
    answers: Answers
    nav: str = ""
    is_open: bool = False
    title: str = ""
    meanwhile: str = ""


def page(
    path: str, *, nav: str = "", is_open: bool = False, title: str = "", meanwhile: str = ""
) -> Callable[[Answers], Page]:
    """Declare what is shown at a path."""
    return lambda answers: Page(
        path=path,
        method="GET",
        answers=answers,
        nav=nav,
        is_open=is_open,
        title=title or nav,
        meanwhile=meanwhile,
    )


def action(path: str, *, is_open: bool = False) -> Callable[[Answers], Page]:
    """Declare what happens when a form is sent to a path; that it is one of ours is checked before.

    What it may do is decided by the operations that it asks: those that write need a role.
    """
    return lambda answers: Page(path=path, method="POST", answers=answers, is_open=is_open)
