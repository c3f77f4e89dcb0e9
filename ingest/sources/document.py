"""Any text that nothing better understands: kept whole as one document, so that it can be found.

Licences, empty files and index pages without text hold nothing to find; they are skipped, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from ingest.markdown.blocks import unmarked
from ingest.markdown.front_matter import split_front_matter
from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression
from kb.model import Document as DocumentEntry
from kb.model import Provenance, Source
from kb.text import safe_yaml
from kb.text.tokens import first_sentence

_HEADING = expression(r"^(?:#{1,6}[ \t]+(?P<text>.+?)[ \t]*#*|={1,6}[ \t]+(?P<adoc>.+?))$", re.M)
_UNDERLINED = expression(r"^(?P<text>[^\n]*\w[^\n]*)\n(?:={3,}|-{3,}|~{3,})[ \t]*$", re.M)
_SUBJECT = expression(r"\s*(?P<text>\w[^\n]{0,99}[^\s.:;,{}])[ \t]*(?:\n[ \t]*\n|\s*\Z)")
_SPOKEN = expression(r"\b[^\W\d_]{2,}")
_ID = expression(r"(?=.*\d)[0-9a-f-]{6,40}|\d+", re.I)
"""A file name that only numbers what it holds."""
_SHORT = 120
_FEW_WORDS = 3
_LICENCE_NAME = expression(r"^(?:licen[sc]e|copying|notice|unlicense|patents)(?:[-_.].*)?$", re.I)
_LICENCE_TEXT = expression(
    r"permission is hereby granted|apache license|gnu (?:lesser |affero )?general public license"
    r"|redistribution and use in"
    r"|creative commons|mozilla public license|without (?:any )?warrant|copying and distribution|copyright",
    re.I,
)
_TEMPLATED = expression(r"\{\{-?\s|\{%")
"""Of a chart's template it is no news that it is no YAML."""
_SHORTCODE = expression(r"\{\{[<%].*?[>%]\}\}|<!--.*?-->", re.S)
FLOOR = 0.1


class AnyDocument:
    """The source of last resort."""

    name = "document"

    def recognises(self, file: SourceFile) -> float:
        """Everything a little; what is to be skipped, certainly."""
        return 1.0 if _why_skipped(file) else FLOOR

    def parse(self, file: SourceFile) -> Parsed:
        """One document, titled by its first heading, its subject line or its file name."""
        if reason := _why_skipped(file):
            return Parsed(skipped=reason)
        front = split_front_matter(file.text, file.path)
        written = str(front.values.get("title") or "") or _first_heading(front.body) or _subject(front.body)
        stem = PurePath(file.path).stem
        told = (
            first_sentence(str(front.values.get("summary") or "") or front.body, _SHORT)
            if _ID.fullmatch(stem)
            else ""
        )
        title = written or told or stem
        entry = DocumentEntry(
            title=title,
            body=front.body.strip(),
            provenance=Provenance(source=Source(path=file.path, line=1)),
            extra={
                key: str(value) for key, value in front.values.items() if key != "title" and value is not None
            },
        )
        return Parsed(entries=(entry,), problems=(*front.problems, *_refused_yaml(file)))


def _refused_yaml(file: SourceFile) -> Iterator[Problem]:
    """Why a YAML file could not be read as data, such as a mistake on a line or an alias bomb."""
    if file.suffix in (".yaml", ".yml") and not _TEMPLATED.search(file.text):
        try:
            safe_yaml.compose(file.text)
        except safe_yaml.YamlRefused as error:
            yield Problem(file.path, error.line, f"{error}; the file is kept as text")


def _first_heading(text: str) -> str:
    found = _HEADING.search(text) or _UNDERLINED.search(text[:2000])
    return unmarked(next(part for part in found.groups() if part)) if found else ""


def _subject(text: str) -> str:
    """The first line of a text that begins as a letter or a commit does: a short line, then a blank one or no more."""
    found = _SUBJECT.match(text)
    return unmarked(found["text"]) if found and len(_SPOKEN.findall(found["text"])) >= _FEW_WORDS else ""


def _why_skipped(file: SourceFile) -> str:
    if not file.text.strip():
        return "empty"
    if _LICENCE_NAME.match(file.name) and _LICENCE_TEXT.search(file.text[:4000]):
        return "a licence"
    body = (
        split_front_matter(file.text, file.path).body
        if file.text.lstrip("\ufeff")[:3] in ("---", "+++")
        else file.text
    )
    if not re.search(r"\w", _SHORTCODE.sub("", _HEADING.sub("", body))):
        return (
            "an index page: front matter and headings only"
            if re.search(r"\w", file.text)
            else "no word in it"
        )
    return ""
