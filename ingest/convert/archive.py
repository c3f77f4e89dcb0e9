"""ZIPs of documents, as Notion, Confluence and Google export them: their members, with the names that people gave.

Promises: a ZIP inside (Notion parts a large export so) is opened once; what is unpacked is bounded in number and size,
by what really comes out and not by what the archive says; no name of a member leads anywhere on this machine.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

MOST_MEMBERS = 5_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all members together, unpacked."""
_OF_THE_EXPORT = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$)")
_NOTION_ID = re.compile(r" [0-9a-f]{32}(?=(?:\.\w+)?(?:/|$))")


class ArchiveRefused(ValueError):
    """Why an archive is not read any further, in words."""


def members(data: bytes, *, depth: int = 1) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP with their names.  Raises ArchiveRefused where it is broken, locked or too large."""
    left = MOST_BYTES
    for number, (name, content) in enumerate(_unpacked(data, depth), 1):
        left -= len(content)
        if number > MOST_MEMBERS:
            raise ArchiveRefused(f"it holds more than {MOST_MEMBERS} files; unpack it and ingest the folder")
        if left < 0:
            raise ArchiveRefused(
                f"it unpacks to more than {MOST_BYTES // 2**20} MB; unpack it and ingest the folder"
            )
        yield name, content


def _unpacked(data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for info in sorted(archive.infolist(), key=lambda one: one.filename):
                name = _plain(info.filename)
                if info.is_dir() or not name or _OF_THE_EXPORT.search(info.filename):
                    continue
                if info.flag_bits & 1:
                    raise ArchiveRefused("it is locked with a password")
                with archive.open(info) as member:
                    content = member.read(MOST_BYTES + 1)
                if depth and name.lower().endswith(".zip"):
                    yield from _unpacked(content, depth - 1)
                else:
                    yield name, content
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise ArchiveRefused(f"it cannot be unpacked: {error}") from error


def _plain(name: str) -> str:
    """A member's name as a path below the archive, without the ids that Notion puts into names."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return _NOTION_ID.sub("", "/".join(parts))
