"""CHANGELOG.md and its kin: each version (or day) with a date as a release, and the text as a document.

A release was published; nothing here says that it was deployed, and no change says so.  Its moment is the beginning of
the day.  What is not released yet, and versions without a day, are counted in the receipt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from ingest.markdown.blocks import unmarked
from ingest.postmortem.times import first_date
from ingest.source import Parsed, SourceFile
from ingest.sources.document import AnyDocument
from kb.expression import expression
from kb.model.change import Change, ChangeKind
from kb.model.entry import Source
from kb.text.changes import RELEASE, parse_moment
from kb.text.tokens import first_sentence

_NAMED = expression(r"^(?:change-?log|changes|history|release[-_ ]?notes|releases|news)(?:[-_.].*)?$", re.I)
_HEADING = expression(
    r"^(?:(?P<marks>#{1,4})[ \t]+(?P<text>\S.*?)[ \t]*#*|(?P<over>[^\s#>=-].*)\n(?P<line>={3,}|-{3,})[ \t]*)$",
    re.M,
)
_LINK = expression(r"\[(?P<text>[^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
_NAME = r"(?:(?:version|release|rel\.?)\s+|[@\w./-]*?(?:@|/|-|\s)?)?"
_VERSION = expression(
    rf"^{_NAME}(?P<version>v?\d+(?:\.\d+)+(?:[-+.]?[0-9A-Za-z][\w.+-]*)?)(?=$|[\s:,()/–—-])", re.I
)
_DAY_ALONE = expression(
    r"^\(?\d{4}[-/.]\d\d?[-/.]\d\d?\)?$|^\d{1,2}\.? [A-Z][a-z]+ \d{4}$|^[A-Z][a-z]+ \d{1,2},? \d{4}$"
)
_ITEM = expression(r"^[ \t]*[-*+][ \t]+(?P<text>\S.*)$", re.M)
_COMPARED = expression(
    r"https?://[^/\s]+/[\w.-]+/(?:[\w.-]+/)*?(?P<name>[\w.-]+)/(?:-/)?(?:compare|releases/tag|tags?)/"
    r"(?:(?P<part>[A-Za-z][\w-]*?)[/@-]v?\d+\.\d+)?"
)
"""A link to what changed; the tags of a repository of many parts name the part: `operator/v0.10.2`."""
_TITLE = expression(
    r"^#[ \t]+(?:(?:change ?log|changes|release notes)(?: (?:of|for|-))?[ \t]+(?P<after>[\w./@-]+)"
    r"|(?P<before>[\w./@-]+)[ \t]+(?:change ?log|changes|release notes))[ \t]*$",
    re.I | re.M,
)
_UNRELEASED = expression(r"unreleased|upcoming|in progress|next(?: release)?$|\bTB[AD]\b", re.I)
_FOREIGN = ("vendor", "node_modules", "third_party", "third-party", "bower_components", "site-packages")
"""Folders of what others released."""
_GENERIC_FOLDER = expression(r"docs?|documentation|src|changelogs?|news|releases|v\d+|", re.I)
_LATER_LINE = 80
_SAID = 200


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading that is a version or a day, with what stands below it."""

    heading: str
    version: str
    day: date | None
    body: str
    line: int


class Changelog:
    """The source of releases that a project keeps a log of."""

    name = "changelog"

    def recognises(self, file: SourceFile) -> float:
        """By its name and two dated versions, or by what "Keep a Changelog" has people write."""
        if not file.is_prose or any(folder.lower() in _FOREIGN for folder in file.folders):
            return 0.0
        named = bool(_NAMED.match(PurePath(file.name).stem)) or "keepachangelog.com" in file.text[:2000]
        return 0.96 if named and sum(1 for one in _sections(file.text) if one.day) >= 2 else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """A change for each version with a day, and the document."""
        kept = AnyDocument().parse(file)
        sections = list(_sections(file.text))
        service = _service(file)
        changes = [_change(one, service, file.path) for one in sections if one.day]
        notes = []
        if missing := sum(1 for one in sections if not one.day):
            notes.append(f"unread: versions without a day: {missing}")
        if changes and not service:
            notes.append("no link, title or folder names what was released; its changes name no service")
        return Parsed(
            entries=kept.entries, changes=tuple(changes), problems=kept.problems, notes=tuple(notes)
        )


def _sections(text: str) -> Iterator[_Section]:
    """The sections of versions or days; those below a version are part of it."""
    headings = [found for found in _HEADING.finditer(text) if _is_release(_said(found))]
    if not headings:
        return
    level = min(_level(found) for found in headings)
    own = [found for found in headings if _level(found) <= level + 1]
    for found, following in zip(own, [*own[1:], None], strict=True):
        said = _said(found)
        body = text[found.end() : following.start() if following else len(text)]
        version = _VERSION.match(said)
        yield _Section(
            heading=said,
            version="" if _DAY_ALONE.match(said) or not version else version["version"],
            day=_day(said, version["version"] if version else "", body),
            body=body,
            line=text.count("\n", 0, found.start()) + 1,
        )


def _said(heading: re.Match[str]) -> str:
    return _plain(heading["text"] or heading["over"])


def _level(heading: re.Match[str]) -> int:
    return len(heading["marks"]) if heading["marks"] else 1 + heading["line"].startswith("-")


def _plain(heading: str) -> str:
    said = _LINK.sub(lambda found: found["text"], heading)
    return unmarked(re.sub(r"(?<!\w):\w+:(?!\w)", "", said)).strip()


def _is_release(heading: str) -> bool:
    return bool(_VERSION.match(heading) or _DAY_ALONE.match(heading)) and not _UNRELEASED.search(heading)


def _day(heading: str, version: str, body: str) -> date | None:
    """The day in the heading, else in a short line right below it."""
    said = heading if _DAY_ALONE.match(heading) else heading.replace(version, "", 1)
    if day := first_date(said):
        return day
    below = next((line.strip() for line in body.split("\n") if line.strip()), "")
    is_short = len(below) <= _LATER_LINE and not below.startswith(("#", "- ", "* ", "+ "))
    return first_date(below) if is_short else None


def _change(section: _Section, service: str, path: str) -> Change:
    assert section.day is not None
    withdrawn = "yanked" in section.heading.lower()
    return Change(
        kind=ChangeKind.DEPLOYMENT,
        at=parse_moment(section.day),
        service=service,
        version=section.version,
        summary=_summary(section.body),
        reason="withdrawn again (yanked)" if withdrawn else "",
        source=Source(path=path, section=section.heading, line=section.line),
        extra={RELEASE: section.version or section.heading, "time": "the day alone is known"},
    )


def _summary(body: str) -> str:
    """The first item, and how many there are."""
    items = [_plain(found["text"]) for found in _ITEM.finditer(body)]
    telling = next((item for item in items if "://" not in item), items[0] if items else "")
    if not items:
        prose = [
            line
            for line in body.split("\n")
            if line.strip() and not line.lstrip().startswith(("#", "<", "["))
        ]
        return first_sentence(_plain(prose[0]), _SAID) if prose and not first_date(prose[0]) else ""
    more = f" (and {len(items) - 1} more)" if len(items) > 1 else ""
    return first_sentence(telling, _SAID) + more


def _part(link: re.Match[str]) -> str:
    part: str = link["part"] or ""
    return "" if part.lower() in ("v", "release", "version", "rel") else part


def _service(file: SourceFile) -> str:
    """What was released: the repository that the links name, the title's word, or the folder."""
    named = Counter(_part(found) or found["name"] for found in _COMPARED.finditer(file.text))
    if named:
        return named.most_common(1)[0][0].removesuffix(".git")
    if titled := _TITLE.search(file.text[:2000]):
        return (titled["after"] or titled["before"]).strip("@/`")
    folder = next((one for one in reversed(file.folders) if not _GENERIC_FOLDER.fullmatch(one)), "")
    return "" if folder in (".", "..", "/") else folder
