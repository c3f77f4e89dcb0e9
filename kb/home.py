"""The home: the folder that holds `learned/` and `state/`, and how it is found.

`--home`, then `KB_HOME`, then the nearest parent of the working folder that has both, then a clear
error.  Nothing is ever found by where the code lies.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import HomeNotFound, InvalidInput

MEMORY_FOLDERS = ("learned", "state")
MEMORY_FILES = (
    "learned/patterns",
    "learned/tool_fixes",
    "learned/runbooks",
    "learned/service_quirks",
    "state/environments",
    "state/watch",
)
"""The memory files that every home may have; one that nobody has written yet is empty."""
"""The folders of a home that hold YAML; a memory key is `<folder>/<name>` in one of these."""


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one home.  Making one touches nothing on disk."""

    root: Path

    @property
    def learned(self) -> Path:
        """YAML that people and agents own: patterns, tool fixes, runbooks, quirks."""
        return self.root / "learned"

    @property
    def state(self) -> Path:
        """What is so now (YAML) and what happened (the database and its indexes)."""
        return self.root / "state"

    @property
    def configuration(self) -> Path:
        """What is set for this home; most have no such file."""
        return self.root / "kb.toml"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state / "kb.db"

    @property
    def vectors(self) -> Path:
        """The published generations of the vector index."""
        return self.state / "vectors"

    @property
    def locks(self) -> Path:
        """Lock files, one a YAML file."""
        return self.state / "locks"

    def memory_file(self, key: str) -> Path:
        """The YAML file of a memory key such as `learned/patterns`; keys cannot leave the home.

        Raises InvalidInput for anything that is not `learned/<name>` or `state/<name>`.
        """
        return self.root / f"{checked_key(key)}.yaml"


def checked_key(key: str) -> str:
    """A memory key as it is written down, without `.yaml`.

    Raises InvalidInput for anything that is not `learned/<name>` or `state/<name>`: keys cannot leave the home.
    """
    folder, _, name = key.removesuffix(".yaml").partition("/")
    plain = name.replace("_", "").replace("-", "")
    if folder not in MEMORY_FOLDERS or not plain.isalnum() or not plain.isascii():
        raise InvalidInput(
            f"memory key {key!r} is not of the form 'learned/<name>' or 'state/<name>' "
            "(letters, digits, '-' and '_'), such as 'learned/patterns'"
        )
    return f"{folder}/{name}"


def is_home(folder: Path) -> bool:
    """Whether the folder holds both `learned/` and `state/`."""
    return all((folder / name).is_dir() for name in MEMORY_FOLDERS)


def find_home(
    given: str | Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Home:
    """The home to use; see the module's first lines for the order.  Raises HomeNotFound."""
    env = os.environ if environ is None else environ
    named = given or env.get("KB_HOME")
    if named:
        root = Path(named).expanduser().resolve()
        if is_home(root):
            return Home(root)
        raise HomeNotFound(
            f"{root} is not a home (no learned/ and state/ in it); make one with: kb init {named}"
        )
    start = (cwd or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if is_home(folder):
            return Home(folder)
    raise HomeNotFound(
        f"no home found: neither --home nor KB_HOME is set, and no folder from {start} upwards "
        "holds learned/ and state/; make one with: kb init DIR"
    )
