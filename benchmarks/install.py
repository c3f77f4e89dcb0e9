"""What each dependency costs who installs kb: megabytes, the packages that it alone brings, seconds of import.

`python -m benchmarks.install` prints the table of docs/dependencies.md for the packages that are installed here, in
the groups of pyproject.toml.  Megabytes are those of the files as they come in wheels, without compiled bytecode,
which adds a quarter where pip writes it.  A package is brought by one dependency alone when none of the others of the
plain installation leads to it.  Seconds are processor time of a fresh process that imports it, less that of one that
does not.
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
import resource
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
MODULES = {
    "chromadb": "chromadb",
    "google-re2": "re2",
    "matplotlib": "matplotlib.figure, matplotlib.backends.backend_svg",
    "mcp": "mcp.server",
    "torch": "torch",
}
"""What is imported where it is not the module that metadata names first."""


Wanted = tuple[str, frozenset[str]]
"""A package and the extras of it that are asked for."""


def wanted(line: str | Requirement) -> Wanted:
    """What a requirement asks for, under the one normal form of the name."""
    found = Requirement(line) if isinstance(line, str) else line
    return re.sub(r"[-_.]+", "-", found.name).lower(), frozenset(found.extras)


def name_of(line: str) -> str:
    """The package that a requirement asks for."""
    return wanted(line)[0]


@cache
def needs(one: Wanted) -> list[Wanted]:
    """What a package with those extras asks for here."""
    lines = [Requirement(line) for line in metadata.requires(one[0]) or []]
    asked = ("", *one[1])
    return [
        wanted(line)
        for line in lines
        if line.marker is None or any(line.marker.evaluate({"extra": extra}) for extra in asked)
    ]


def closure(packages: Iterable[str]) -> set[str]:
    """The packages, and all that they lead to, as far as they are installed here."""
    found, waiting = set[Wanted](), [(package, frozenset[str]()) for package in packages]
    while waiting:
        one = waiting.pop()
        if one not in found and installed(one[0]):
            found.add(one)
            waiting += needs(one)
    return {package for package, _ in found}


@cache
def installed(package: str) -> bool:
    """Whether the package is installed here."""
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


@cache
def megabytes(package: str) -> float:
    """Megabytes of a package's files, without bytecode."""
    files = metadata.files(package) or []
    paths = (Path(str(file.locate())) for file in files if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def import_seconds(package: str) -> float | None:
    """Processor seconds of importing it, the median of `RUNS`; None where nothing can be imported."""
    named = {
        name_of(dist): module for module, dists in metadata.packages_distributions().items() for dist in dists
    }
    module = MODULES.get(package) or named.get(package)
    if module is None:
        return None
    bare, with_it = (
        statistics.median(_processor_seconds(code) for _ in range(RUNS)) for code in ("", f"import {module}")
    )
    return max(0.0, with_it - bare)


def _processor_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def groups() -> dict[str, list[str]]:
    """The dependencies of the plain installation (under the empty name) and of its extras for users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    found = {"": project["dependencies"], **{name: extras[name] for name in ("chroma", "models")}}
    return {name: [name_of(line) for line in lines] for name, lines in found.items()}


def rows(group: list[str], plain: list[str]) -> list[tuple[str, float, int, float, float | None]]:
    """Name, own megabytes, packages that it alone brings, megabytes with these, seconds of import; largest first."""
    found = []
    for package in group:
        others = closure(one for one in {*plain, *group} if one != package)
        alone = closure([package]) - others
        whole = sum(megabytes(one) for one in alone)
        found.append((package, megabytes(package), len(alone - {package}), whole, import_seconds(package)))
    return sorted(found, key=lambda row: -row[3])


def main() -> None:
    """Print the tables."""
    known = groups()
    own = sum(
        path.stat().st_size for path in (ROOT / "kb").rglob("*") if path.is_file() and path.suffix != ".pyc"
    )
    for name, group in known.items():
        everything = closure({*known[""], *group})
        added = everything - (closure(known[""]) if name else set())
        print(f"\n{f'incident-kb[{name}] adds' if name else 'incident-kb'}: {len(added)} packages,", end=" ")
        print(f"{sum(map(megabytes, added)) + (0 if name else own / 1e6):.0f} MB\n")
        print("| package | MB | it alone brings | MB with these | import, s |\n|---|---|---|---|---|")
        for package, mb, alone, whole, seconds in rows(group, known[""]):
            if not installed(package):
                print(f"| `{package}` | not installed here | | | |")
                continue
            said = "" if seconds is None else f"{seconds:.2f}"
            print(f"| `{package}` | {mb:.1f} | {alone} | {whole:.1f} | {said} |")


if __name__ == "__main__":
    main()
