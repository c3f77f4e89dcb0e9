"""A new home: its starter knowledge (the five common incident patterns, written out), and words for its owners.

A tenant begins with what its home knows.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from kb.errors import HomeNotWritable
from kb.home import Home
from kb.memory.yaml_file import write_atomically
from kb.store.database import Database

_STATE_FILES = ("environments.yaml",)


def make_home(folder: Path) -> list[Path]:
    """Make the folder a home; files that are there already stay as they are.  Returns what was written.

    Raises HomeNotWritable when the disk refuses.
    """
    home = Home(folder.expanduser().resolve())
    try:
        for place in (home.learned, home.state):
            place.mkdir(parents=True, exist_ok=True)
        written = [path for path, text in _starter_files(home) if _write_new(path, text)]
        Database(home.database).close()
    except OSError as error:
        raise HomeNotWritable(f"{folder} cannot become a home: {error.strerror or error}") from error
    return written


def _starter_files(home: Home) -> list[tuple[Path, bytes]]:
    own = resources.files(__name__)
    files = [
        (home.root / "README.md", (own / "README.md").read_bytes()),
        (home.root / ".gitignore", (own / "gitignore").read_bytes()),
    ]
    for item in sorted(own.iterdir(), key=lambda one: one.name):
        if item.name.endswith(".yaml") and (item.name in _STATE_FILES or not home.base):
            place = home.state if item.name in _STATE_FILES else home.learned
            files.append((place / item.name, item.read_bytes()))
    # Where the home lies in a folder that had a .gitignore already, this one keeps the database out of git.
    files.append((home.state / ".gitignore", b"kb.db*\nvectors/\nlocks/\nbackups/\n"))
    return files


def _write_new(path: Path, text: bytes) -> bool:
    if path.exists():
        return False
    write_atomically(path, text)
    return True
