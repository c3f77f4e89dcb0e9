"""Writes what can be generated of the documentation; with `--check`, fails where it is out of date.

`python -m docs.generate [--check]`.  The examples of README.md are run when writing; that they still
print what it says is checked by the tests, since they take some seconds.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from docs import (
    api_page,
    cli_page,
    code_page,
    configuration_page,
    json_page,
    llms_page,
    map_page,
    mcp_page,
    readme,
    schema_page,
    wording_page,
)

ROOT = Path(__file__).resolve().parents[1]

PAGES: dict[str, Callable[[], str]] = {
    "CONTRIBUTING.md": map_page.contributing,
    "docs/api.md": api_page.page,
    "docs/cli.md": cli_page.page,
    "docs/code.md": code_page.page,
    "docs/configuration.md": configuration_page.page,
    "docs/json.md": json_page.page,
    "docs/mcp.md": mcp_page.page,
    "docs/schema.md": schema_page.page,
    "docs/wording.md": wording_page.page,
    "llms.txt": llms_page.page,
}
"""Every generated page and what it should hold now."""


def stale_pages() -> list[str]:
    """The files that do not hold what they should."""
    return [name for name, page in PAGES.items() if not _holds(ROOT / name, page())]


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def dependency_mistakes() -> list[str]:
    """What `docs/dependencies.md` and pyproject.toml do not agree on, in words."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    declared = {_name(line) for lines in (project["dependencies"], *extras) for line in lines} - {
        project["name"]
    }
    explained = set(
        re.findall(r"^\| `([\w.-]+)` \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    )
    missing = [f"docs/dependencies.md gives no reason for {name}" for name in sorted(declared - explained)]
    return missing + [
        f"docs/dependencies.md explains {name}, which is no dependency"
        for name in sorted(explained - declared)
    ]


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return found[0]


def write() -> list[str]:
    """Write every page that is out of date; returns their names."""
    written = []
    for name, page in {**PAGES, "README.md": readme.page}.items():
        text = page()
        if not _holds(ROOT / name, text):
            (ROOT / name).write_text(text)
            written.append(name)
    return written


def main() -> int:
    """Write, or with `--check` only look; 1 when something is out of date or missing."""
    mistakes = dependency_mistakes()
    if "--check" in sys.argv[1:]:
        mistakes += [f"{name} is out of date; run: make docs" for name in stale_pages()]
    else:
        print("\n".join(f"wrote {name}" for name in write()) or "everything was up to date")
    print("\n".join(mistakes), file=sys.stderr, end="\n" if mistakes else "")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
