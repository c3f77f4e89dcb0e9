"""The main job, shown with the real command line in a throwaway home: `python -m docs.demo [HOME]`.

Each command stands before its output, as anybody could type it.  The demo is a test as well: it ends
with exit code 1 as soon as a step does not show what it promises.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ".demo"
FOLDERS = ("postmortems", "runbooks", "known-errors", "troubleshooting", "alerts", "memory")
EXIT_CODES = {"known": 0, "related": 1, "unknown": 2}

KNOWN = "Error acquiring the state lock"
TWO_CAUSES = "connection pool exhausted"
NEW = "E1120 09:14:22 replicator-7f9c6d5b8-x2x4q checkpoint 40817 rejected by 10.2.0.14, epoch is behind"
AGAIN = "E1123 23:50:07 replicator-5d8bb7c4f9-k8wzt checkpoint 52260 rejected by 10.9.3.77, epoch is behind"


class BrokenPromise(Exception):
    """A step did not show what it promises."""


@dataclass(frozen=True)
class Demo:
    """The steps, on one home."""

    home: str

    def run(self) -> None:
        """All steps in order.  Raises BrokenPromise."""
        self.prepare()
        self.ask_what_is_known()
        self.ask_what_has_two_causes()
        self.ask_what_is_new()
        entry_id = self.learn()
        self.find_again(entry_id)
        self.look_back(entry_id)

    def prepare(self) -> None:
        """A home, filled from `examples/`."""
        say("A home holds what we know (learned/, YAML that people own) and what happened (state/).")
        self.kb("init", self.home)
        say("Postmortems, runbooks, known errors, alert rules and tool fixes go in as they are.")
        told = self.kb("ingest", *(f"examples/{name}" for name in FOLDERS))
        promise(" added" in told and " failed" not in told, "every file of examples/ is taken in")

    def ask_what_is_known(self) -> None:
        """An error that a tool fix covers."""
        say("Have we seen this before?")
        told = self.check("known", KNOWN)
        promise("terraform force-unlock" in told, "the answer holds the command that helps")

    def ask_what_has_two_causes(self) -> None:
        """Two incidents with the same symptom stay two, with the check that separates them."""
        say("One symptom, two causes: both are offered, each with the check that tells them apart.")
        told = self.check("known", "--limit", "3", TWO_CAUSES)
        promise("Several causes" in told, "the answer says that there are several causes")
        for cause in ("sized for normal load", "Connections leaked"):
            promise(cause in told, f"the answer names the cause: {cause}")
        promise(told.count("   check ") >= 2, "each cause comes with its check")

    def ask_what_is_new(self) -> None:
        """Nothing covers this, and the answer says so."""
        say("Something that nobody has met yet: the answer is an honest `unknown`.")
        self.check("unknown", "--limit", "1", NEW)

    def learn(self) -> str:
        """One process keeps the fix; its id is returned."""
        say("Somebody finds out why, and keeps it.")
        told = self.kb(
            "learn",
            "pattern",
            NEW,
            "--meaning",
            "A replica came back from a backup with its old epoch",
            "--fix",
            "Empty its data folder and let it join again",
            "--command",
            "replicactl rejoin --wipe",
            "--check",
            "Was a replica restored from a backup today?",
        )
        return told.split()[-1]

    def find_again(self, entry_id: str) -> None:
        """Another process finds it by a text whose ids, host and time differ, and says what came of it."""
        say("Another process, three days later: time, pod, checkpoint and address differ. As agents read it:")
        answer: dict[str, Any] = json.loads(self.check("known", "--json", AGAIN))
        promise(answer["verdict"] == "known", "the verdict is known")
        promise(answer["matches"][0]["id"] == entry_id, "the first match is what was learned")
        say("The fix was applied and held. Only that earns trust.")
        told = self.kb(
            "outcome", entry_id, "resolved", "--lookup", answer["lookup_id"], "--verified-by", "mara"
        )
        promise("resolved 1 of 1" in told, "the outcome is on the record")

    def look_back(self, entry_id: str) -> None:
        """The week in numbers."""
        say("The review of the week counts all of that, and says what there was not to count.")
        told = self.kb("weekly")
        promise(f"({entry_id}): 1" in told, "the summary names what fixed something")
        promise(
            "checkpoint <*> rejected by <*>, epoch is behind`: 1" in told,
            "the summary names what was not known",
        )

    def check(self, verdict: str, *words: str) -> str:
        """`kb check`, whose exit code must be that of the verdict."""
        return self.kb("check", "--exit-code", *words, code=EXIT_CODES[verdict])

    def kb(self, *words: str, code: int = 0) -> str:
        """Show a command and its output, which is returned; progress goes straight to the terminal."""
        print(styled("1", f"$ kb {shlex.join(words)}"), flush=True)
        environment = {**os.environ, "KB_HOME": self.home}
        done = subprocess.run(
            [sys.executable, "-m", "kb", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(textwrap.indent(done.stdout, "  "), flush=True)
        promise(done.returncode == code, f"`kb {words[0]}` ends with exit code {code}, not {done.returncode}")
        return done.stdout


def promise(kept: bool, what: str) -> None:
    """Raise BrokenPromise unless it is kept."""
    if not kept:
        raise BrokenPromise(what)


def say(words: str) -> None:
    """What the next command is about."""
    print(styled("36", f"# {words}"), flush=True)


def styled(code: str, text: str) -> str:
    """The text in colour or bold, on a terminal only."""
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def main() -> int:
    """Run the demo in a fresh home; 1 when a promise was not kept."""
    home, started = sys.argv[1] if len(sys.argv) > 1 else HOME, time.perf_counter()
    if home == HOME:
        shutil.rmtree(ROOT / HOME, ignore_errors=True)
    try:
        Demo(home).run()
    except BrokenPromise as broken:
        print(f"\nThe demo did not show what it promises: {broken}", file=sys.stderr)
        return 1
    print(f"All of it held, in {time.perf_counter() - started:.0f} s. The home is {home}; go on with it:\n")
    print(f"  source .venv/bin/activate && export KB_HOME={home}")
    print("  kb search certificate            # past incidents, runbooks, known errors")
    print("  kubectl logs POD | kb check -    # any log, of any size")
    print("  kb ingest PATH/TO/YOUR/DOCS      # your own postmortems and runbooks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
