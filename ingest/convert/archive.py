"""ZIPs of documents, as Notion, Confluence and Google export them: their members, with the names that people gave.

Promises: a ZIP inside (Notion parts a large export so) is opened once; what is unpacked is bounded in number and size,
by what really comes out and not by what the archive says; no name of a member leads anywhere on this machine; a member
that is broken or locked is told, and those beside it are read.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from kb.expression import expression

MOST_MEMBERS = 5_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all members together, unpacked."""
_OF_THE_EXPORT = expression(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$)")
_NOTION_ID = expression(r" [0-9a-f]{32}(?=(?:\.\w+)?(?:/|$))")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, ValueError)
"""What reading an archive or a member of it raises where it is damaged or packed in a way that nobody here knows."""


class ArchiveRefused(ValueError):
    """Why an archive is not read any further, in words."""


def members(data: bytes, *, depth: int = 1) -> Iterator[tuple[str, bytes | ArchiveRefused]]:
    """The files of a ZIP with their names; of one that cannot be unpacked, why.

    Raises ArchiveRefused where the archive itself is broken or too large.
    """
    left = MOST_BYTES
    for number, (name, content) in enumerate(_unpacked(data, depth), 1):
        left -= len(content) if isinstance(content, bytes) else 0
        if number > MOST_MEMBERS:
            raise ArchiveRefused(f"it holds more than {MOST_MEMBERS} files; unpack it and ingest the folder")
        if left < 0:
            raise ArchiveRefused(
                f"it unpacks to more than {MOST_BYTES // 2**20} MB; unpack it and ingest the folder"
            )
        yield name, content


def names(data: bytes) -> frozenset[str]:
    """The names of the members as they stand in the archive; none where it cannot be opened."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except _BROKEN:
        return frozenset()


def unpacked_size(data: bytes, suffix: str) -> int:
    """The bytes that the members of this suffix say they unpack to, which is the most that comes out.

    Raises what zipfile raises.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return sum(info.file_size for info in archive.infolist() if info.filename.endswith(suffix))


def _unpacked(data: bytes, depth: int) -> Iterator[tuple[str, bytes | ArchiveRefused]]:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _BROKEN as error:
        raise ArchiveRefused(f"it cannot be unpacked: {error}") from error
    with archive:
        for info in sorted(archive.infolist(), key=lambda one: one.filename):
            name = _plain(info.filename)
            if info.is_dir() or not name or _OF_THE_EXPORT.search(info.filename):
                continue
            content = _content(archive, info)
            if depth and isinstance(content, bytes) and name.lower().endswith(".zip"):
                yield from _inside(name, content, depth)
            else:
                yield name, content


def _inside(name: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes | ArchiveRefused]]:
    """The members of an archive in an archive; where it cannot be opened, it is itself the one that is broken."""
    try:
        yield from _unpacked(data, depth - 1)
    except ArchiveRefused as error:
        yield name, error


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | ArchiveRefused:
    if info.flag_bits & 1:
        return ArchiveRefused("locked with a password")
    try:
        with archive.open(info) as member:
            return member.read(MOST_BYTES + 1)
    except _BROKEN:
        return ArchiveRefused("damaged, or packed in a way that is not known")


def _plain(name: str) -> str:
    """A member's name as a path below the archive, without the ids that Notion puts into names."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return _NOTION_ID.sub("", "/".join(parts))
