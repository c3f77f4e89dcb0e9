"""The home: the folder that holds `learned/` and `state/`, and how it is found.

`--home`, then `KB_HOME`, then the nearest parent of the working folder that has both, then a clear
error.  Nothing is ever found by where the code lies.  A home in the folder `tenants` of another one is a tenant of it:
a team with memory files, a record and settings of its own; `KB_TENANT` names it.
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
TENANTS = "tenants"
"""The folder of a home that holds its tenants, each a home."""
SHARED = "shared"
"""Whose rows are those of a home that is no tenant: what all tenants know."""
KB_TENANT = "KB_TENANT"
"""The environment variable that names a tenant of the home."""
_LONGEST_NAME = 40


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

    @property
    def base(self) -> Home | None:
        """The home that this one is a tenant of; None for one of its own.  Raises InvalidInput for one of a tenant."""
        above = self.root.parent
        if above.name != TENANTS or not is_home(above.parent):
            return None
        found = Home(above.parent)
        if found.base:
            raise InvalidInput(
                f"{self.root}: a tenant has no tenants of its own; move it to {found.root.parent}"
            )
        return found

    @property
    def tenant(self) -> str:
        """The name of the tenant that it is, or `shared`.

        Raises InvalidInput for a name that none may have, and for a tenant of a tenant.
        """
        if self.base is None:
            return SHARED
        name = self.root.name
        if not is_name_of_tenant(name):
            raise InvalidInput(
                f"{self.root}: a tenant is named in small letters, digits and '-', {_LONGEST_NAME} at most, and not "
                f"{SHARED!r}, such as 'payments'"
            )
        return name

    def named_tenant(self, name: str) -> Home:
        """The tenant of that name, which need not be there.  Raises InvalidInput for a name that none may have."""
        if not is_name_of_tenant(name):
            raise InvalidInput(
                f"{name[:60]!r} names no tenant: small letters, digits and '-', such as 'payments'"
            )
        return Home(self.root / TENANTS / name)

    def tenants(self) -> list[Home]:
        """Its tenants, by name."""
        try:
            found = sorted((self.root / TENANTS).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [
            Home(one)
            for one in found
            if is_name_of_tenant(one.name) and is_home(one) and not one.is_symlink()
        ]

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


def is_name_of_tenant(name: str) -> bool:
    """Whether a tenant may be called so."""
    plain = name.replace("-", "")
    return (
        plain.isalnum()
        and plain.isascii()
        and name == name.lower()
        and name[0] != "-"
        and len(name) <= _LONGEST_NAME
        and name != SHARED
    )


def real(folder: Path) -> Path:
    """The folder without links on the way to it.

    Raises InvalidInput for a link in place of a tenant: where it leads to, nobody would know whose home it is.
    """
    given = folder.expanduser().absolute()
    if given.is_symlink() and Home(given.parent.resolve() / given.name).base:
        raise InvalidInput(
            f"{given} is a link, and the home of a tenant must be a folder there; move it to that place"
        )
    return given.resolve()


def is_home(folder: Path) -> bool:
    """Whether the folder holds both `learned/` and `state/`."""
    return all((folder / name).is_dir() for name in MEMORY_FOLDERS)


def find_home(
    given: str | Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Home:
    """The home to use, or its tenant; see the module's first lines for the order.  Raises HomeNotFound."""
    env = os.environ if environ is None else environ
    home = _find(given or env.get("KB_HOME"), cwd)
    name = env.get(KB_TENANT, "").strip()
    return _tenant_of(home, name) if name else home


def _tenant_of(home: Home, name: str) -> Home:
    """The tenant of a home, or of the one that it is a tenant of."""
    found = (home.base or home).named_tenant(name)
    if home.base and found.root != home.root:
        raise InvalidInput(
            f"{home.root} is the home of another tenant than {KB_TENANT}={name}; name one of both"
        )
    if not is_home(real(found.root)):
        raise HomeNotFound(f"there is no tenant {name!r} in {home.root}; make it with: kb init {found.root}")
    return found


def _find(named: str | Path | None, cwd: Path | None) -> Home:
    if named:
        root = real(Path(named))
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
