"""A source as data: a server with its faults, or a runtime with its crashes.

Texts (files, commands, programs) hold places such as `@port@` or `@id@`, which a scene fills with other
values in every run.  A step is a shell command or a function of the scene.  `tells` is a regular
expression of the program's own message: the first line of the log that it finds is the one a person
would take.  Where it finds none the fault did not happen, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.fault_lab.packages import Packages

if TYPE_CHECKING:
    from benchmarks.fault_lab.scene import Scene

Step = str | Callable[["Scene"], object]
Edits = Mapping[str, tuple[tuple[str, str], ...]]
"""What is changed in files before a start: by the name of the file, pairs of an old text and the new one."""
HEALTHY = "healthy"


def edit(file: str, old: str, new: str) -> Edits:
    """One change of one file."""
    return {file: ((old, new),)}


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail: what is changed in the files, done before the start, and done to the running server.

    An old text of `edits` that is not there is an error of the source.
    `before` is done in place of the server's own `around`.  With `starts=False` the server is expected
    to end by itself instead of becoming ready.
    """

    name: str
    tells: str
    do: tuple[Step, ...] = ()
    edits: Edits = field(default_factory=dict)
    before: tuple[Step, ...] | None = None
    starts: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A program that runs until it is stopped, its configuration, its healthy workload and its faults.

    `ready` is a shell command that succeeds once it serves.  `log` is a file that the server
    writes itself; it stands behind what the server prints.
    """

    name: str
    packages: Packages
    version: str
    start: str
    ready: str
    workload: tuple[Step, ...]
    faults: tuple[Fault, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    prepare: tuple[Step, ...] = ()
    around: tuple[Step, ...] = ()
    """What stands around a healthy server: its backends."""
    log: str = ""
    private: tuple[str, ...] = ()
    """Folders of the system that the run gets its own empty copy of."""
    patience: float = 15.0


@dataclass(frozen=True, slots=True)
class Crash:
    """One program that ends badly; `run` where it is not run as the others are."""

    name: str
    tells: str
    code: str
    run: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A language with programs that crash, and one that does not."""

    name: str
    packages: Packages
    version: str
    file: str
    run: str
    healthy: str
    crashes: tuple[Crash, ...]
    comment: str = "#"
    comment_end: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    prepare: tuple[Step, ...] = ()


Source = Server | Runtime


def names_of_runs(source: Source) -> list[str]:
    """The healthy run and every fault of a source."""
    faults = source.faults if isinstance(source, Server) else source.crashes
    return [HEALTHY, *(one.name for one in faults)]
