"""A YAML file that people own: read with its hash, changed under a lock, written atomically.

Promises: readers see the old text or the new one, never a part; a file that does not parse is not
written; a text that changed since it was read is not overwritten; a crash leaves the old file.
"""

from __future__ import annotations

import errno
import hashlib
import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kb.errors import FileChanged, FileUnreadable, HomeNotWritable
from kb.text.secrets.gate import check_added

LOCK_SECONDS = 60.0
"""How long a writer waits for another one before it gives up with a clear error."""


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text and the hash it had; a file that is not there reads as empty."""

    text: str
    sha256: str
    mark: bytes = b""
    """The byte order mark that stands before the text; it is kept when the file is written."""

    @property
    def raw(self) -> bytes:
        """The bytes of the file."""
        return self.mark + self.text.encode()

    def stands_in(self, path: Path) -> bool:
        """Whether that is what the file says now: its bytes are compared, a tenth of the work of hashing them."""
        try:
            return _bytes(path) == self.raw
        except FileUnreadable:
            return False


def read_text(path: Path) -> FileText:
    """The file's text and hash.  Raises FileUnreadable when it is not UTF-8 or cannot be read."""
    return of_bytes(_bytes(path), path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileUnreadable(
            f"{path}: cannot be read ({error.strerror}); the file was left as it is"
        ) from error


def of_bytes(raw: bytes, place: object) -> FileText:
    """The text that these bytes are.  Raises FileUnreadable, naming `place:line`, when they are not UTF-8."""
    try:
        mark = raw[: len(BOM_UTF8)] if raw.startswith(BOM_UTF8) else b""
        return FileText(raw[len(mark) :].decode(), hash_bytes(raw), mark)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileUnreadable(f"{place}:{line}: is not UTF-8 text; the file was left as it is") from error


def hash_bytes(raw: bytes) -> str:
    """The content hash that files are recognised by."""
    return hashlib.sha256(raw).hexdigest()


def change(
    path: Path,
    locks: Path,
    edit: Callable[[str], str],
    quick: Callable[[FileText], str | None] = lambda _: None,
) -> tuple[FileText, FileText]:
    """Replace the file's text by `edit(text)`: under its lock, atomically, hash-checked.  Returns both texts.

    `quick` is asked first: an edit of a text that is known to be valid YAML, and stays so; None where it is not.

    Raises FileUnreadable when the file (or the result) is no valid YAML, FileChanged when somebody
    who takes no lock wrote meanwhile, HomeNotWritable when the disk refuses.
    """
    try:
        with locked(path, locks):
            before = read_text(path)
            after = edited(before, path, edit, quick)
            if not before.stands_in(path):
                raise FileChanged(f"{path} was changed by somebody else while it was edited; try again")
            raw = before.mark + after.encode()
            if raw != before.raw or not path.exists():
                _sweep(path.resolve())
                write_atomically(path, raw)
    except OSError as error:
        raise HomeNotWritable(
            f"{path}: cannot be written ({error.strerror or error}); nothing was changed"
        ) from error
    return before, FileText(after, hash_bytes(raw), before.mark)


@contextmanager
def locked(path: Path, locks: Path) -> Iterator[None]:
    """Inside, no other writer changes the file.  Raises FileChanged when one has held it for too long."""
    from filelock import FileLock, Timeout  # who only asks writes none

    locks.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(locks / f"{path.parent.name}-{path.stem}.lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise FileChanged(
            f"{path} has been locked by another process for {LOCK_SECONDS:.0f} s; try again"
        ) from error


def edited(
    before: FileText,
    place: object,
    edit: Callable[[str], str],
    quick: Callable[[FileText], str | None] = lambda _: None,
) -> str:
    """The text after an edit, which is valid YAML with no secret more.  Raises FileUnreadable, naming the place."""
    after = quick(before)
    if after is None:
        check_parses(place, before.text)
        after = edit(before.text)
        check_parses(place, after)
    check_added(before.text, after, str(place))
    return after


def check_parses(path: object, text: str) -> None:
    """Raise FileUnreadable, naming `path:line`, when the text is no valid YAML."""
    from kb.memory.yaml_edit import load  # with all of YAML, which who only reads a file's text needs not

    try:
        load(text)
    except ValueError as error:
        line = getattr(error, "line", None)
        place = f"{path}:{line}" if line else str(path)
        raise FileUnreadable(
            f"{place}: {error}; the file was left as it is: mend it, then try again"
        ) from error


def write_atomically(path: Path, raw: bytes) -> None:
    """Write beside the file, flush to disk, rename over it; the old file stays until the last step.

    A link stays one: what it leads to is written.  Who may read and write the file stays as it was.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        mode = path.stat().st_mode & 0o7777 if path.exists() else None
        with open(temporary, "wb", opener=_private if mode is not None else None) as out:
            out.write(raw)
            out.flush()
            if mode is not None:
                os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    """Opened so that nobody reads what the file may not show, not even for a moment."""
    return os.open(path, flags, 0o600)


def _sweep(path: Path) -> None:
    """Delete what a writer left that was killed before its rename; whoever holds the lock is the only one."""
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the file system has such a thing."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
