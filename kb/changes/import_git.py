"""The commits of a repository, asked of git itself: fixed format, nothing of the user's configuration."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kb.errors import InvalidInput, NotThere, Refused
from kb.model.change import Change
from kb.model.entry import Source
from kb.store.changes import ChangeTable
from kb.text.redact import redact

_SECONDS = 300
_LOG = (
    "log",
    "--no-color",
    "--no-decorate",
    "--no-ext-diff",
    "--no-show-signature",
    "--date=iso-strict",
    "--format=fuller",
    "--name-only",
    "--diff-merges=first-parent",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What reading a repository gave: how many commits were read, and how many of their changes were new."""

    repository: str
    commits: int
    recorded: int
    """Changes that were not on record before."""
    known: int
    """Changes that were."""
    notes: tuple[str, ...] = ()


def import_git(
    table: ChangeTable,
    repository: Path,
    since: datetime | None,
    *,
    service: str,
    environment: str,
    actor: str,
) -> Imported:
    """Record the changes of a repository's commits; what was read of them before is replaced.

    Raises InvalidInput, and records nothing then.
    """
    from ingest.sources.git_log import blocks, changes_of, notes_on, parse_commit

    text = redact(read_log(repository, since)).text
    changes: list[Change] = []
    left_out: Counter[str] = Counter()
    commits = 0
    for _, block in blocks(text):
        commits += 1
        try:
            commit = parse_commit(block)
        except InvalidInput:  # a clock gone wild: git keeps dates that no calendar has
            left_out["whose date cannot be read"] += 1
            continue
        found, why = changes_of(commit, service.strip(), environment.strip())
        left_out.update([why] if why else [])
        source = Source(path=str(repository), section=commit.sha[:12])
        changes += (replace(change, source=source) for change in found)
    recorded = table.renew(f"git:{repository.resolve()}", changes, actor=actor)
    notes = notes_on(left_out)
    if unnamed := sum(not change.service for change in changes):
        notes.append(f"changes that name no service: {unnamed}; give it with --service")
    return Imported(
        repository=str(repository),
        commits=commits,
        recorded=recorded,
        known=len(changes) - recorded,
        notes=tuple(notes),
    )


def read_log(repository: Path, since: datetime | None) -> str:
    """The log as text.  Raises InvalidInput when git is missing, or there is no repository."""
    if not repository.is_dir():
        raise NotThere(f"{repository} is no folder; give the folder of a git repository")
    command = ["git", "-c", "core.quotePath=false", "-C", str(repository), *_LOG]
    if since:
        command.append(f"--since={since.isoformat()}")
    environment = {**os.environ, "LC_ALL": "C", "GIT_PAGER": "cat", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(command, capture_output=True, env=environment, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise Refused(
            "git is not installed here; write a log elsewhere and take it in: kb ingest FILE"
        ) from None
    except subprocess.TimeoutExpired:
        raise Refused(f"git took longer than {_SECONDS} s on {repository}; narrow it with --since") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        if "does not have any commits" in said[0]:
            return ""
        raise Refused(f"git cannot read {repository}: {said[0].removeprefix('fatal: ')}")
    return done.stdout.decode("utf-8", "replace")
