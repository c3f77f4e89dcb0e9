"""The contract of ingest: a file in, parsed records and problems out.

A *source* understands one layout.  It is asked whether a file is its own (`recognises`, 0 to 1)
and, if it wins, to `parse` it.  Sources are pure: text in, values out; they know nothing of
storage, and a mistake in one place of a file is a `Problem`, never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from ingest.convert.forms import FileForm, form_of
from kb.errors import Problem
from kb.model import Entry
from kb.model.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as read: `path` as it was given to ingest (POSIX separators), text decoded and redacted."""

    path: str
    text: str
    place: str = ""
    """The path from the folder on that was asked for: what lies above it says nothing about the file."""

    converted: bool = False
    """Whether the text was made from a document in another form, so that its lines are not those of the file."""
    members: tuple[SourceFile, ...] = ()
    """The documents of an archive, each with its path below it."""

    @property
    def form(self) -> FileForm:
        """The form of the text as it is now."""
        return FileForm.MARKDOWN if self.converted else form_of(self.path, self.text)

    @property
    def is_prose(self) -> bool:
        """Whether the text is written for people: Markdown, or what may be read as such."""
        return self.form not in (FileForm.DATA, FileForm.TABLE, FileForm.CODE)

    @property
    def is_data(self) -> bool:
        """Whether the text is YAML or JSON."""
        return self.form is FileForm.DATA

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose names may tell what the file is, outermost first."""
        return PurePath(self.place or self.path).parts[:-1]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePath(self.path).name

    @property
    def suffix(self) -> str:
        """The extension in lower case with its dot, or an empty string."""
        return PurePath(self.path).suffix.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one file holds: knowledge as entries, what happened as changes.

    `skipped` says why a file holds nothing (a licence, an index page).
    `notes` say, for the receipt, what was left out on purpose or read in an unusual way.
    """

    entries: tuple[Entry, ...] = ()
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    notes: tuple[str, ...] = ()


class SourceType(Protocol):
    """One layout that ingest understands."""

    name: str
    """As it stands in receipts, such as `postmortem`."""

    def recognises(self, file: SourceFile) -> float:
        """How surely the file is of this layout: 0 (not at all) to 1 (certainly).  Cheap."""
        ...

    def parse(self, file: SourceFile) -> Parsed:
        """The records in the file.  Never raises on bad content: it returns problems."""
        ...
