"""A new home: its starter knowledge (the five common incident patterns, written out), and words for its owners.

A tenant begins with what its home knows.
"""

from __future__ import annotations

from contextlib import closing
from importlib import resources
from pathlib import Path

from kb.errors import HomeNotWritable
from kb.home import Home, real
from kb.memory.folder import MemoryFolder
from kb.memory.yaml_file import hash_bytes, write_atomically
from kb.store.database import Database
from kb.store.engines.memory import HomeMemory
from kb.text.times import utc_now

_STATE_FILES = ("environments.yaml",)


def make_home(folder: Path) -> list[Path]:
    """Make the folder a home; files that are there already stay as they are.  Returns what was written.

    Of a home in a database, only the first host gets the starter knowledge: there it becomes rows.
    Raises HomeNotWritable when the disk refuses, InvalidInput for a name that no tenant may have.
    """
    home = Home(real(folder))
    _ = home.tenant  # (a name that no tenant may have is refused before anything is made)
    try:
        for place in (home.learned, home.state):
            place.mkdir(parents=True, exist_ok=True)
        with closing(Database(home.database)) as db:
            memory = HomeMemory.of(home, db, lambda: "", utc_now)
            has_memory = memory.unread is not None and bool(memory.texts.names())
            own = MemoryFolder(home).names()
            files = _starter_files(home)
            written = [
                path
                for path, text in files
                if not (has_memory and path.suffix == ".yaml") and _write_new(path, text)
            ]
            if not own:  # else the first call takes over what was there, and says so
                memory.take_over(utc_now())
            if not db.is_file:
                db.note_where()
    except OSError as error:
        raise HomeNotWritable(f"{folder} cannot become a home: {error.strerror or error}") from error
    return written


def unwritten() -> set[str]:
    """The hashes of the memory files that a new home has: those that nobody wrote in yet."""
    return {
        hash_bytes(item.read_bytes())
        for item in resources.files(__name__).iterdir()
        if item.name.endswith(".yaml")
    }


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
