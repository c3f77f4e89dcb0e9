"""The examples of README.md, run: every command and every Python block, in a throwaway home.

A `console` block holds commands (`$ …`), each followed by what it prints to standard output.  A
`python` block is run as a program; the `text` block behind it is what it prints.  Ids of lookups,
times, days and decimals differ from run to run and are not compared.  A plain `kb …` runs in this
process, which is quicker and prints the same; what needs a shell gets one.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.doubles.command import run_command

ROOT = Path(__file__).resolve().parents[1]
SHOWN_FOLDER = "/home/you"

_BLOCK = re.compile(r"^```(console|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARIES = (
    (re.compile(r"\bincident-\d{8}-([a-z0-9-]+)-[0-9a-f]{6}\b"), r"incident-DAY-\1"),
    (re.compile(r"\blookup-[0-9a-f]{12}\b"), "lookup-…"),
    (re.compile(r"\b\d{4}-\d\d-\d\d( \d\d:\d\d)?"), "DAY"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s)\b"), "N s"),
    (re.compile(r"\b\d\.\d+\b"), "0.n"),
)


@dataclass
class Session:
    """A shell in an empty folder that has `examples/` and `kb`; `export` holds from block to block."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "examples").symlink_to(ROOT / "examples")
        bin_folder = self.folder / ".bin"
        bin_folder.mkdir()
        command = bin_folder / "kb"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kb "$@"\n')
        command.chmod(0o755)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("KB_") or name == "KB_CACHE"
        }
        path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**inherited, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}

    def console(self, block: str) -> str:
        """The block with what its commands print now."""
        commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{self._shell(command)}" for command in commands)

    def _shell(self, command: str) -> str:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.environment[name] = value
            return ""
        words = list(shlex.shlex(command, posix=True, punctuation_chars=True))
        if words[0] != "kb" or any(word[0] in "|<>&;()" for word in words):
            return self._run(["sh", "-c", command])
        return self._printed(
            run_command(*shlex.split(command)[1:], environment=self.environment, folder=self.folder)
        )

    def python(self, program: str) -> str:
        """What the program prints."""
        return self._run([sys.executable, "-c", program])

    def _run(self, words: list[str]) -> str:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return self._printed(done)

    def _printed(self, done: subprocess.CompletedProcess[str]) -> str:
        if done.returncode != 0:
            raise ValueError(f"README.md: this failed: {done.args[-1]}\n{done.stderr}")
        return done.stdout.replace(str(self.folder), SHOWN_FOLDER)


def page() -> str:
    """README.md with the outputs of this run, where they differ in more than what varies."""
    with tempfile.TemporaryDirectory() as folder:
        return page_of(Session(Path(folder).resolve()))


def page_of(session: Session) -> str:
    """As `page`, in a session of the caller's, whose homes stay."""
    printed = ""

    def run(match: re.Match[str]) -> str:
        nonlocal printed
        language, body = match[1], match[2]
        if language == "python":
            printed = session.python(body)
            return match[0]
        fresh = session.console(body) if language == "console" else printed
        return match[0] if same(fresh, body) else f"```{language}\n{fresh}```"

    return _BLOCK.sub(run, (ROOT / "README.md").read_text())


def same(one: str, other: str) -> bool:
    """Whether two outputs differ in nothing but what varies from run to run."""
    for pattern, name in _VARIES:
        one, other = pattern.sub(name, one), pattern.sub(name, other)
    return one.rstrip() == other.rstrip()
