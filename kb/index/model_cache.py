"""Exported models, kept for all homes and environments of a user: one file a model and precision, found by what it is.

The name of a file tells what the model holds, not where it lies, so a second environment with the same model uses the
same file.  What nobody has used for three months is removed by the next export.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

EXPORT = 2
"""Raised with every change of the export that changes what a file gives, or how fast."""
UNUSED_DAYS = 90
"""Days after which a file that nobody has used is removed."""
_USED = 86_400.0
"""Seconds between two notes that a file is used."""
_WHOLE, _SAMPLES, _SAMPLE = 1024 * 1024, 64, 4096


def cache_folder() -> Path:
    """Where exported models are kept: `KB_CACHE`, else the user's cache folder."""
    named = os.environ.get("KB_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(named).expanduser() if named else Path(base).expanduser() / "incident-kb"


def file_name(label: str, source: Path, precision: str) -> str:
    """The file that the model in the folder `source` has in a cache; `label` is for people who look."""
    return f"{label}-{_digest(source)}-{EXPORT}.{precision}.onnx"


def _digest(source: Path) -> str:
    """What tells two models apart: small files as they are, of large ones the size and 64 pieces.

    All weights of a model that was trained further differ, so the pieces do; reading 90 MB at each start of a
    process would take a fifth of a second.
    """
    found = hashlib.blake2b(digest_size=6)
    for path in sorted(one for one in source.rglob("*") if one.is_file()):
        size = path.stat().st_size
        found.update(f"{path.relative_to(source).as_posix()} {size}\n".encode())
        for piece in _pieces(path, size):
            found.update(piece)
    return found.hexdigest()


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        if size <= _WHOLE:
            yield file.read()
            return
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE) * number // (_SAMPLES - 1))
            yield file.read(_SAMPLE)


def note_use(path: Path) -> None:
    """Remember that a file is used; once a day is enough, and a cache that cannot be written has no need of it."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _USED:
            os.utime(path)


def remove_unused(folder: Path) -> list[Path]:
    """Delete the models that nobody has used for `UNUSED_DAYS`; returns them."""
    removed, oldest = [], time.time() - UNUSED_DAYS * 86_400
    for path in folder.glob("*.onnx"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                path.with_suffix(".lock").unlink(missing_ok=True)
                removed.append(path)
    return removed
