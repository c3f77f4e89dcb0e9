"""How much of the code a call passes: its files and functions, and how often it looks for what changed in the home.

`python -m benchmarks.call_paths [--files]` prints a line for each of six calls: a check that an exact tier settles, a
check through all tiers, a lesson, a file ingested, a triage by an agent's tool, a weekly review.  Each runs a second
time in the same process, so that nothing is counted which only a first call does; `--files` names the files.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from kb import KnowledgeBase
from kb.starter import make_home

ROOT = Path(__file__).resolve().parents[1]
LINE = "FATAL tide gauge {} reports a negative depth"
LIMITS = {"settled": 25, "all tiers": 32, "learn": 24, "ingest": 45, "triage": 55, "weekly": 45}
"""Files that each call may pass at the most."""


class Passed:
    """The files and functions of the project that ran, and how often a home was looked at anew."""

    def __init__(self) -> None:
        self.files, self.functions, self.refreshed = set[str](), set[tuple[str, str]](), 0

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a call; what `sys.setprofile` takes."""
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith((f"{ROOT}/kb/", f"{ROOT}/ingest/")):
            return
        if code.co_name == "<module>":
            return
        file = code.co_filename.removeprefix(f"{ROOT}/")
        self.files.add(file)
        self.functions.add((file, code.co_qualname))
        self.refreshed += code.co_qualname == "Parts.refresh"


@contextmanager
def passed() -> Iterator[Passed]:
    """What runs within."""
    found = Passed()
    sys.setprofile(found)
    try:
        yield found
    finally:
        sys.setprofile(None)


def calls(kb: KnowledgeBase, folder: Path) -> dict[str, Callable[[int], Any]]:
    """Each call, as a function of how often it was made before."""
    from kb.operations.alerts import triage

    return {
        "settled": lambda n: kb.check_known_issues(LINE.format(40 + n)),
        "all tiers": lambda n: kb.check_known_issues(
            f"checkout answers slowly since the deploy of version {n}"
        ),
        "learn": lambda n: kb.learn_pattern(
            f"quay crane {'abcdef'[n]} lost its rail", "the rail froze", "thaw it"
        ),
        "ingest": lambda n: kb.ingest(_postmortem(folder, n)),
        "triage": lambda n: triage(kb, alert=f"KubePodCrashLooping: pod checkout-{n} in production restarts"),
        "weekly": lambda _: kb.reviews.publish(),
    }


def _postmortem(folder: Path, number: int) -> Path:
    file = folder / f"2026-11-0{number + 1}-outage.md"
    file.write_text(
        f"# Outage {number}: the tide table was wrong\n\nDate: 2026-11-0{number + 1}\n\n"
        "## Root cause\n\nA leap year.\n\n"
        "## Timeline\n\n- 10:02 UTC the alert fired\n- 10:20 UTC the table was replaced\n\n## Action items\n\n"
        "- [ ] test the table (ana)\n"
    )
    return file


def main() -> None:
    """Print a line for each call."""
    with tempfile.TemporaryDirectory() as name:
        make_home(Path(name) / "home")
        with KnowledgeBase.open(Path(name) / "home") as kb:
            kb.learn_pattern(LINE.format(7), "the gauge froze", "thaw it")
            for call, run in calls(kb, Path(name)).items():
                run(0)
                with passed() as found:
                    run(1)
                files, functions = len(found.files), len(found.functions)
                print(
                    f"{call:10} {files:3} files (at most {LIMITS[call]}), {functions:4} functions, "
                    f"{found.refreshed} refresh"
                )
                if "--files" in sys.argv[1:]:
                    print(json.dumps(sorted(found.files), indent=2))


if __name__ == "__main__":
    main()
