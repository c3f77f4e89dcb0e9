"""Ten tasks of an on-call, typed as README tells them, in a new home: what each prints first, and how long it takes.

`python -m benchmarks.first_hour [KB]` types them in a temporary folder beside a copy of `examples/`, with the `kb` that
is given, else with this checkout, and prints a row a task: commands, seconds of all of them, seconds of the processor,
and whether the line is there by which a person knows that it worked.  Nothing of the machine's own homes is touched.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALERT = (
    '{"status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": "PostgresReplicationLag", '
    '"severity": "critical", "service": "orders", "pod": "orders-db-1"}, '
    '"annotations": {"summary": "Replica orders-db-1 is 95 s behind"}}]}'
)
LOG = (
    "2026-11-30T03:00:00Z INFO starting\n"
    "2026-11-30T03:00:02Z ERROR Lock wait timeout exceeded; try restarting transaction\n"
)
QUIET = "2026-11-30T03:00:00Z INFO starting\n2026-11-30T03:00:01Z INFO listening on port 8080\n"
EPOCH = "E1120 09:14:22 replicator-7f9c6d5b8-x2x4q checkpoint 40817 rejected, epoch is behind"
LATER = "E1123 23:50:07 replicator-5d8bb7c4f9-k8wzt checkpoint 52260 rejected, epoch is behind"


@dataclass(frozen=True)
class Task:
    """What an on-call wants, what is typed for it, and what is to be seen at the end."""

    wanted: str
    typed: tuple[str, ...]
    seen: str


TASKS = (
    Task(
        "Make a home of what the team has",
        ("kb init incidents", "kb ingest examples/postmortems examples/runbooks examples/memory"),
        "the home offers",
    ),
    Task("Has anybody seen this log?", ("kb check - < app.log",), "KNOWN: this was seen before."),
    Task("An alert: the first page", ("kb triage - < alert.json",), "## Runbook"),
    Task(
        "Live the incident to its end",
        (
            "kb incident open 'Replica behind' --service orders --severity P1",
            "kb incident hypothesis 'A long query holds replay back' --status confirmed",
            "kb incident mitigate 'cancelled the query' --worked --entry 502c7dc9",
            "kb incident update --style chat",
            "kb incident resolve 'query cancelled'",
            "kb incident verify",
            "kb incident verify all --by mara",
            "kb incident close",
            "kb incident postmortem --save",
        ),
        "incidents/docs/incidents/",
    ),
    Task(
        "What was changed, and where to roll back to",
        ("kb ingest examples/changes", "kb change list", "kb change rollback-target auth-service"),
        "Rollback target of auth-service",
    ),
    Task(
        "Keep what was found out, and find it again from another pod",
        (
            f"kb learn pattern '{EPOCH}' --meaning 'A replica came back with its old epoch' --fix 'Let it join again'",
            f"kb check '{LATER}'",
        ),
        "KNOWN: this was seen before.",
    ),
    Task("Say what came of it", ("kb outcome 0741df03 resolved --verified-by mara",), "resolved 1 of 1"),
    Task(
        "Tell the team's program, and hear that it cannot be reached",
        (
            "cp notify.toml incidents/kb.toml",
            "kb config check",
            "kb notify test ops || true",
            "kb notify list",
        ),
        "test: A test of kb",
    ),
    Task(
        "The week on Monday",
        ("kb weekly | head -3", "kb proposals", "kb healthy add quiet.log --source api"),
        "# Incident review",
    ),
    Task(
        "How good are the answers here?",
        ("kb eval --draft -o cases.yaml", "kb eval cases.yaml"),
        "recall",
    ),
)


def main() -> int:
    given, failed = sys.argv[1] if len(sys.argv) > 1 else "", 0
    print("| task | typed | s | processor, s | seen |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="kb-hour-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        (folder / "alert.json").write_text(ALERT)
        (folder / "app.log").write_text(LOG)
        (folder / "quiet.log").write_text(QUIET)
        (folder / "notify.toml").write_text(
            '[[notify]]\nname = "ops"\nkind = "json"\nurl = "http://127.0.0.1:9/x"\n'
        )
        for task in TASKS:
            began, before = time.perf_counter(), _processor_seconds()
            said = "".join(_typed(line, given, folder) for line in task.typed)
            took, busy = time.perf_counter() - began, _processor_seconds() - before
            worked = task.seen in said
            failed += not worked
            shown = "<br>".join(f"`{line[:90].replace('|', chr(92) + '|')}`" for line in task.typed)
            row = (
                task.wanted,
                shown,
                f"{took:.1f}",
                f"{busy:.1f}",
                f"`{task.seen}`" if worked else f"NOT: {said[-300:]}",
            )
            print(f"| {' | '.join(row)} |", flush=True)
    return failed


def _typed(line: str, given: str, folder: Path) -> str:
    """What a line prints; it ends the run where the line fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**kept, "KB_HOME": "incidents", **({} if given else {"PYTHONPATH": str(ROOT)})}
    kb = given or f"{sys.executable} -m kb"
    done = subprocess.run(
        ["sh", "-c", f'kb() {{ {kb} "$@"; }}; {line}'],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{line}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
