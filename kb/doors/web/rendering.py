"""Templates into pages: what stands in memory is text, never markup, whatever it is written as.

Everything is escaped; what a terminal would obey or nobody would see has a mark in its place.  Texts that people wrote
in Markdown are laid out without their HTML and pictures.  A moment is said in UTC, and a script says it in the zone of
who looks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.doors.web import words
from kb.doors.web.marked import telling
from kb.doors.web.prose import prose
from kb.expression import expression
from kb.text.escaping import visible
from kb.text.times import in_utc, minute, utc_now

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the navigation."""

    path: str
    name: str


class Rendering:
    """The templates of the page, with the navigation that all of them share."""

    def __init__(self, navigation: Iterable[Link]) -> None:
        self._navigation = tuple(navigation)

    def page(self, template: str, **shown: Any) -> str:
        """The template as HTML, with what it is to show."""
        return visible(self._environment.get_template(template).render(**shown))

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup

        made = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= {
            "moment": moment,
            "exact": exact,
            "prose": prose,
            "coded": coded,
            "paged": paged,
            "breakable": breakable,
            "named": words.named,
            "many": words.many,
        }
        made.globals |= {
            "navigation": self._navigation,
            "static": static,
            "words": words,
            "mark": Markup(
                (STATIC / "mark.svg").read_text()
            ),  # a picture of its own costs a browser 10 ms more
            "now": utc_now,
            "telling": telling,
        }
        return made


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with what is in it: browsers keep each for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def moment(at: datetime | date | str | None) -> Markup:
    """A moment in UTC, which the page's script says in the viewer's zone, UTC beside; a day stays a day."""
    from markupsafe import Markup

    found = _read(at) if isinstance(at, str) else at
    if found is None:
        return Markup("")
    if not isinstance(found, datetime):
        return Markup('<time datetime="{0}">{0}</time>').format(
            found if isinstance(found, str) else found.isoformat()
        )
    return Markup('<time datetime="{}" data-moment>{}</time>').format(exact(found), minute(found))


def exact(at: datetime | None) -> str:
    """`2026-11-30T09:01:00Z`, to be edited and read again; empty for none."""
    return in_utc(at).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _read(text: str) -> datetime | date | str:
    """The moment or day that a text says; other texts as they are."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else datetime.fromisoformat(text)
    except ValueError:
        return text


def breakable(text: str) -> Markup:
    """A title that may be broken where a new word of it begins: `KubePodCrashLooping`, `disk_full`."""
    from markupsafe import Markup

    return Markup("<wbr>").join(_WORD_BEGINS.split(text))


_WORD_BEGINS = expression(r"(?<=[a-z])(?=[A-Z])|(?<=[_./-])(?=[A-Za-z])")


def coded(text: str) -> Markup:
    """Text with `…` as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def paged(said: str) -> Markup:
    """A refusal that sends its reader to a page where it names the command that shows the same on a terminal."""
    from markupsafe import Markup, escape

    return Markup(_COMMAND.sub(_as_link, str(escape(said))))


_COMMAND = expression(rf"\b(?P<run>run: )?kb (?P<command>{'|'.join(words.PAGES)})(?![\w -])")


def _as_link(found: re.Match[str]) -> str:
    name, address = words.PAGES[found["command"]]
    return f'{"see: " if found["run"] else ""}<a href="{address}">{name}</a>'
