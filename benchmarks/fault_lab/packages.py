"""What a source needs installed: packages by name, and where their programs are then found.

Debian's packages go into the system; those of PyPI and npm, pinned to a version, into a folder of
their own under the tools folder, which a run sees as `/opt/NAME`.  Nothing is installed unless asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

TOOLS = Path(os.environ.get("FAULT_LAB_TOOLS", str(Path(gettempdir()) / "kb-fault-lab")))
"""Where packages of PyPI and npm are kept; never shown to a program, which sees `/opt`."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of one source, and the programs that must be there once they are installed."""

    programs: tuple[str, ...]
    apt: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    """Debian's packages that cannot stand beside those of other sources: unpacked into the folder, not installed."""
    folder: str = ""

    def missing(self) -> list[str]:
        """The programs that are not installed."""
        return [one for one in self.programs if not _found(one)]

    def commands(self) -> list[list[str]]:
        """What installs them."""
        into = str(TOOLS / self.folder)
        found = []
        if self.apt:
            found.append(["apt-get", "install", "-y", "--no-install-recommends", *self.apt])
        if self.pip:
            found.append([sys.executable, "-m", "pip", "install", "--no-deps", "--target", into, *self.pip])
        if self.npm:
            found.append(["npm", "install", "--ignore-scripts", "--prefix", into, *self.npm])
        if self.apart:
            unpack = f"mkdir -p {into} && cd {into} && apt-get download {' '.join(self.apart)}"
            found.append(["sh", "-c", f"{unpack} && for one in *.deb; do dpkg -x $one .; done; rm *.deb"])
        return found

    def install(self) -> None:
        """Run them; raises `CalledProcessError` where one fails."""
        for command in self.commands():
            subprocess.run(command, check=True)


def _found(program: str) -> bool:
    if program.startswith("/opt/"):
        return (TOOLS / program.removeprefix("/opt/")).exists()
    return bool(shutil.which(program, path=SYSTEM_PATH))
