"""What must be true before a rollback, as sentences.  Pure: changes in, sentences out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kb.records.change import Change, ChangeKind, RollbackTarget, VersionRecord
from kb.text.change_words import same_version, short_version
from kb.text.drift import drift_in_words, is_open
from kb.text.instants import minute

_CONFIGS = 3
"""Config changes that are told one by one; of more the number is told."""


def preconditions(
    result: RollbackTarget, changes: Sequence[Change], *, commits_only: bool, now: datetime
) -> tuple[tuple[str, ...], tuple[Change, ...]]:
    """What to know before going to `result.target`, and the migrations since it was put in place.

    `changes` are those that may concern the service in that environment, oldest first.
    """
    target = result.target
    if target is None:
        return (_no_target(result),), ()
    said = []
    if commits_only:
        said.append(
            "these versions are known from commits alone: whether and when each was deployed is not on record;"
            " look at what runs before you roll back"
        )
    elif not target.n:
        said.append(
            f"there is no record of how {short_version(target.version)} ran: no run of it was long enough to tell"
        )
    migrations = migrations_since(target, result.current, changes)
    said += [_migration_in_words(one, target) for one in migrations]
    said += _configs_in_words([one for one in changes if _is_later_config(one, target)], target)
    open_drift = [one for one in changes if one.service and is_open(one, now)]
    said += [
        f"a rollback would undo the drift {drift_in_words(one, now)}; keep it or give it up first"
        for one in open_drift
    ]
    return tuple(said), migrations


def migrations_since(
    target: VersionRecord, current: VersionRecord | None, changes: Sequence[Change]
) -> tuple[Change, ...]:
    """The migrations after the target was put in place, and those that came with the current version."""
    return tuple(
        one
        for one in changes
        if one.kind is ChangeKind.MIGRATION
        and not same_version(one.version, target.version)
        and (one.at > target.last or (current is not None and same_version(one.version, current.version)))
    )


def _is_later_config(change: Change, target: VersionRecord) -> bool:
    return change.kind is ChangeKind.CONFIG and bool(change.service) and change.at >= target.last


def _configs_in_words(configs: Sequence[Change], target: VersionRecord) -> list[str]:
    """What was configured since the target was put in place, the newest of many."""
    said = [
        f"the config change {(one.summary or one.version or one.reason or one.id)!r} ({minute(one.at)})"
        f" came after {short_version(target.version)}; a rollback does not take it back"
        for one in configs[-_CONFIGS:]
    ]
    older = len(configs) - len(said)
    return [*said, f"{older} older config changes came after it, too"] if older else said


def _no_target(result: RollbackTarget) -> str:
    if not result.others:
        return f"no earlier version of {result.service} is on record: there is nothing to roll back to"
    return f"every earlier version of {result.service} on record failed or was rolled back from: fix forward"


def _migration_in_words(migration: Change, target: VersionRecord) -> str:
    name = migration.summary or migration.version or migration.id
    version = short_version(target.version)
    of = "" if migration.service else ", of no named service,"
    ran = f"the migration {name!r}{of} ({minute(migration.at)}) came after {version}"
    if migration.reversible:
        return f"{ran}; it can be undone: undo it first, or make sure that {version} works with it"
    if migration.reversible is None:
        return (
            f"{ran}; whether it can be undone is not on record: find out, and whether {version} works with it,"
            " before you roll back"
        )
    return f"{ran} and cannot be undone: make sure that {version} works with it, else fix forward"
