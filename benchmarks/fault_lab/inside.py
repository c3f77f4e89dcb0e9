"""One run of one fault, inside namespaces of its own, its result as a line of JSON.

The host name, the mounts, the network (only loopback) and the process ids are the run's own, and every
process ends with it.  `main` is the process inside; `enter` starts it from outside.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.fault_lab.packages import TOOLS
from benchmarks.fault_lab.scene import Scene, SourceError
from benchmarks.fault_lab.source import HEALTHY, Crash, Fault, Runtime, Server, Source, Step
from benchmarks.fault_lab.sources import SOURCES

_KERNEL = "6.1.0-30-amd64"
_LONGEST_RUN = 180
_TO_END = 0.4
"""The share of its patience that a server is given to fail at its start."""
_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run gave: its log, the telling line (empty where it is not in the log), the client's view."""

    log: str = ""
    tells: str = ""
    client: str = ""
    version: str = ""
    error: str = ""


def enter(source: str, fault: str, occurrence: int, seed: int) -> Outcome:
    """Run one fault in fresh namespaces."""
    command = [
        "unshare",
        "--uts",
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        sys.executable,
        "-m",
        "benchmarks.fault_lab.inside",
        source,
        fault,
        str(occurrence),
        str(seed),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_RUN, errors="replace")
    except subprocess.TimeoutExpired:
        return Outcome(error=f"not done after {_LONGEST_RUN} s")
    if done.returncode:
        return Outcome(error=done.stderr[-1500:])
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def _furnish(source: Source, scene: Scene) -> None:
    """The host name, loopback, a folder, people, and the tools under /opt."""
    _LAST_PID.write_text(str(scene.random.randrange(2_000, 28_000)))
    host, people = scene.values["host"], (scene.values["user"], scene.values["other"])
    if source.packages.folder:  # before /tmp is covered: the tools may lie there
        at = Path("/opt", source.packages.folder)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/opt"], check=True)
        at.mkdir()
        subprocess.run(["mount", "--bind", str(TOOLS / at.name), str(at)], check=True)
    for command in (
        f"hostname {host}",
        "ip link set lo up",
        "mount -t tmpfs -o size=2g,mode=0755 tmpfs /srv",
        "mount -t tmpfs -o size=1g,mode=1777 tmpfs /tmp",
        "mount -t tmpfs -o size=64m,mode=0755 tmpfs /run",
    ):
        subprocess.run(command.split(), check=True)
    scene.folder.mkdir(parents=True)
    accounts = "".join(
        f"{name}:x:{4100 + n}:{4100 + n}::/srv/{name}:/bin/sh\n" for n, name in enumerate(people)
    )
    groups = "".join(f"{name}:x:{4100 + n}:\n" for n, name in enumerate(people))
    _own("/etc/passwd", Path("/etc/passwd").read_text() + accounts)
    _own("/etc/group", Path("/etc/group").read_text() + groups)
    _own("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {host}.shop.example {host}\n")
    _own("/etc/hostname", host + "\n")


def _own(path: str, text: str) -> None:
    mine = Path("/run/own") / path.lstrip("/").replace("/", "-")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(text)
    subprocess.run(["mount", "--bind", str(mine), path], check=True)


def _do(scene: Scene, steps: tuple[Step, ...]) -> str:
    """Carry out steps; gives what the clients saw, the last of it."""
    seen = ""
    for one in steps:
        scene.output = ""
        if isinstance(one, str):
            scene.run(one)
        else:
            one(scene)
        seen = scene.output.strip() or seen
    return seen


def _edited(source: Server, fault: Fault | None) -> dict[str, str]:
    files = dict(source.files)
    for name, pairs in (fault.edits if fault else {}).items():
        for old, new in pairs:
            if old not in files[name]:
                raise SourceError(f"{source.name}: {old!r} is not in {name}")
            files[name] = files[name].replace(old, new)
    return files if fault and fault.edits else {}


def _serve(source: Server, fault: Fault | None, scene: Scene) -> tuple[str, str]:
    for folder in source.private:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", folder], check=True)
    for name, text in source.files.items():
        scene.write(name, text)
    for one in source.prepare:
        scene.must(one) if isinstance(one, str) else one(scene)
    for name, text in _edited(source, fault).items():
        scene.write(name, text)
    _do(scene, source.around if fault is None or fault.before is None else fault.before)
    process = scene.start(source.start)
    ready = scene.until(
        source.ready, source.patience * (1.0 if not fault or fault.starts else _TO_END), process
    )
    if not ready and (fault is None or fault.starts):
        raise SourceError(f"{source.name} did not start: {_read(scene, source)[-1500:]}")
    client = ""
    if ready:
        client = _do(scene, source.workload)
        client = _do(scene, fault.do) if fault else client
        scene.pause(0.5)
    scene.stop()
    return _read(scene, source), client


def _read(scene: Scene, source: Server) -> str:
    """What it printed, then what it wrote into its own log: a start that fails often only prints."""
    names = ("printed.log", scene.fill(source.log)) if source.log else ("printed.log",)
    paths = [path for path in (scene.folder / name for name in names) if path.exists()]
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def _crash(source: Runtime, crash: Crash | None, scene: Scene) -> tuple[str, str]:
    """The program stands a few lines lower in every other run, as a release later it would."""
    above = f"{source.comment} orders service, release @id@{source.comment_end}\n" * (
        scene.random.randrange(1, 6)
    )
    for name, text in source.files.items():
        scene.write(name, text)
    scene.write(source.file, above + (crash.code if crash else source.healthy))
    for one in source.prepare:
        scene.must(one) if isinstance(one, str) else one(scene)
    code = scene.run((crash.run if crash else "") or source.run)
    if not crash and code:
        raise SourceError(f"{source.name}: the healthy program ended with {code}: {scene.output[-800:]}")
    return scene.output, ""


def run_one(source: Source, fault: str, occurrence: int, seed: int) -> Outcome:
    """One run, in this very process."""
    scene = Scene(source.name, fault, occurrence, seed)
    _furnish(source, scene)
    scene.run(source.version)
    found = re.search(r"\d+(?:\.\d+)+(?:p\d+)?", scene.output)
    version = found[0] if found else ""
    try:
        if isinstance(source, Server):
            chosen = next((one for one in source.faults if one.name == fault), None)
            log, client = _serve(source, chosen, scene)
            tells = chosen.tells if chosen else ""
        else:
            crash = next((one for one in source.crashes if one.name == fault), None)
            log, client = _crash(source, crash, scene)
            tells = crash.tells if crash else ""
    except SourceError as error:
        return Outcome(version=version, error=str(error))
    log = log.replace(platform.release(), _KERNEL)  # some servers print it when they start
    line = telling(log, scene.fill(tells)) if fault != HEALTHY else ""
    return Outcome(log, line, client[:400], version)


def telling(log: str, rule: str) -> str:
    """The first line that the source's rule finds."""
    pattern = re.compile(rule)
    return next((line.rstrip("\r") for line in log.split("\n") if pattern.search(line)), "")


def main() -> None:
    """`inside SOURCE FAULT OCCURRENCE SEED`, in namespaces already."""
    name, fault, occurrence, seed = sys.argv[1:]
    print(json.dumps(asdict(run_one(SOURCES[name], fault, int(occurrence), int(seed)))))
    sys.stdout.flush()
    os._exit(0)  # threads of peers may still wait for a connection


if __name__ == "__main__":
    main()
