"""`MemoryTexts`: where the texts of the memory files are, files of a folder or rows of a database that hosts share.

Who reads and edits memory does not know which it is: a text is changed only as long as it is what was read, readers see
the old one or the new one, and what is kept are the very bytes, comments and all.  Keys are `learned/patterns` and the
like, and were checked (`kb.home.checked_key`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from kb.memory.yaml_file import FileText

Edit = Callable[[str], str]
"""A text before in, the text afterwards out.  It may be asked again with a newer text, and keeps nothing by itself."""
QuickEdit = Callable[[FileText], str | None]
"""As `Edit`, of a text that is known to be valid YAML and stays so; None where it is not."""


def not_quick(_found: FileText) -> str | None:
    """No edit is quick."""
    return None


class MemoryTexts(Protocol):
    """The texts of the memory files of one home."""

    def names(self) -> list[str]:
        """The keys of all that are there, in order."""
        ...

    def stamps(self) -> Mapping[str, str]:
        """Of those of `learned/`, by key and in order, what differs where a text may have changed.  Cheap."""
        ...

    def stamp(self, key: str) -> str:
        """That of one of them, no older than the last look at all; empty where there is none."""
        ...

    def holds(self, key: str) -> bool:
        """Whether there is one now."""
        ...

    def read(self, key: str) -> FileText:
        """The text with its hash; empty where there is none.  Raises FileUnreadable where it is no text."""
        ...

    def says(self, key: str, found: FileText) -> bool:
        """Whether that is what it says now."""
        ...

    def change(self, key: str, edit: Edit, quick: QuickEdit = not_quick) -> tuple[FileText, FileText]:
        """Replace the text by `edit(text)`, so that none that somebody else wrote meanwhile is lost.  Returns both.

        `quick` is asked first.  Raises FileUnreadable where it (or the result) is no valid YAML, FileChanged where
        somebody wrote meanwhile, HomeNotWritable.
        """
        ...

    def put(self, key: str, text: FileText | None, instead_of: FileText | None) -> None:
        """Keep a text in place of the one that was read; None is no text.  Raises FileChanged where it is another."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Inside, what is put is kept together, where the place can do that."""
        ...

    def place(self, key: str) -> str:
        """What it is called in messages."""
        ...

    def told(self, key: str) -> str:
        """Which version it is, in words: whose and of when, as far as that is known."""
        ...
