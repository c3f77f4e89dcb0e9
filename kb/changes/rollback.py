"""Which version to roll back to, on what record, and what must be true first.  Pure: changes in, answer out.

A *run* begins when a version is put in place by a deployment or a rollback, and ends when the next one is.
Records of one version within `SAME_RUN` and with nothing between them are one run (a retry, or two tools
that tell of the same deployment); what is known last of its result counts.

The rule of "ran well 3 of 3":

- A run that failed, or that a rollback ended, did not run well.  A rollback that names the version it
  leaves (`git revert` does) speaks of that version's latest run, whatever ran in between.
- Any other run that ended ran well if its result is `succeeded`, or if it lasted `SETTLED` or longer.
  A shorter one with an unknown result is not counted: nobody knows.
- The run that still goes on is not counted, unless it failed: during an incident it is the suspect.
- Commits and releases are no deployments: a version that is known from these alone has n = 0, and that is said.

The target is the newest earlier version whose last counted run went well; where there is none, the newest
that has no counted run, which is said.  Environments are never mixed.  What must be true before a rollback comes as
sentences (`preconditions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kb.model.change import Change, ChangeKind, ChangeResult, RollbackTarget, VersionRecord
from kb.text.changes import (
    COMMIT,
    RELEASE,
    drift_in_words,
    is_announced,
    is_open,
    same_version,
    service_key,
    short_version,
)
from kb.text.environments import environment_key
from kb.text.times import minute

SETTLED = timedelta(hours=1)
"""How long a run must last to have gone well, where nobody says how it went."""
SAME_RUN = timedelta(minutes=15)
"""Records of one version that lie closer together than this tell of one run."""
_MOVES = (ChangeKind.DEPLOYMENT, ChangeKind.ROLLBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSpan:
    """A version in place: since when, until when (None: it still is), and whether it ran well (None: unknown)."""

    version: str
    since: datetime
    until: datetime | None = None
    result: ChangeResult = ChangeResult.UNKNOWN
    left: bool = False
    """Whether a rollback ended it."""

    @property
    def well(self) -> bool | None:
        """Whether it ran well; None where it does not count."""
        if self.result is ChangeResult.FAILED or self.left:
            return False
        if self.until is None:
            return None
        settled = self.result is ChangeResult.SUCCEEDED or self.until - self.since >= SETTLED
        return True if settled else None


def rollback_target(
    changes: Iterable[Change], service: str, environment: str = "", *, now: datetime
) -> RollbackTarget:
    """The answer for a service, from all changes on record up to `now` (other services' are passed over)."""
    ordered = _in_order(change for change in changes if change.at <= now)
    own = [change for change in ordered if service_key(change.service) == service_key(service)]
    moves = [change for change in own if change.kind in _MOVES]
    named = {environment_key(one.environment): one.environment for one in moves if one.environment}
    empty = RollbackTarget(service=service, environment=environment, current=None, target=None)
    if not moves:
        return replace(empty, preconditions=(f"nothing is on record of what was deployed of {service}",))
    if not environment and len(named) > 1:
        where = ", ".join(sorted(named.values()))
        said = f"{service} is deployed in {where}, each with a history of its own: say which environment is meant"
        return replace(empty, preconditions=(said,))
    environment = environment or next(iter(named.values()), "")
    there, notes = _of_environment(moves, environment, named)
    if not there:
        return replace(empty, environment=environment, preconditions=notes)
    answer, runs = _compare_versions(there, own, replace(empty, environment=environment))
    known = [change for change in ordered if _concerns(change, service, environment)]
    sentences, migrations = preconditions(answer, known, announced_only=not runs, now=now)
    return replace(answer, preconditions=(*notes, *answer.preconditions, *sentences), migrations=migrations)


def _compare_versions(
    moves: Sequence[Change], own: Sequence[Change], empty: RollbackTarget
) -> tuple[RollbackTarget, list[VersionSpan]]:
    """The versions in the places of the answer, and the runs that this rests on; `own` give the words."""
    runs = runs_of(moves)
    versions = _records_of_runs(runs, own) or _announced_versions(moves)
    current, earlier = _current(versions, runs)
    target = _target(earlier, runs)
    said = list[str]()
    if runs and not runs[-1].version:
        said.append(
            f"the last record does not say to which version it led: find out what runs of {empty.service}"
        )
    said += _doubts(moves, runs, empty.service)
    if target is None:
        said += _unrecorded(moves[-1], versions)
    others = tuple(one for one in earlier if one is not target)
    return replace(empty, current=current, target=target, others=others, preconditions=tuple(said)), runs


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """The changes by time; of two at the same moment the one that replaced the other comes later."""
    ordered = sorted(changes, key=lambda change: change.at)
    for n in range(len(ordered) - 1):
        one, other = ordered[n], ordered[n + 1]
        if one.at == other.at and _is_replaced_by(other, one) and not _is_replaced_by(one, other):
            ordered[n : n + 2] = other, one
    return ordered


def _is_replaced_by(one: Change, other: Change) -> bool:
    """Whether the second says that it replaced the first."""
    return bool(one.version) and same_version(one.version, other.previous)


def _doubts(moves: Sequence[Change], runs: Sequence[VersionSpan], service: str) -> list[str]:
    """Why it is not certain what runs now: the last deployment failed, or two were at the same moment."""
    said = list[str]()
    if runs and runs[-1].version and runs[-1].result is ChangeResult.FAILED:
        version = short_version(runs[-1].version)
        said.append(
            f"the deployment of {version} failed: find out whether it or what was there before runs now"
        )
    last = [move for move in moves if not is_announced(move) and move.at == moves[-1].at]
    names = dict.fromkeys(short_version(move.version) for move in last if move.version)
    if len(names) > 1 and not _is_replaced_by(last[-2], last[-1]):
        said.append(
            f"{' and '.join(names)} were put in place at the same moment: find out which of them runs of {service}"
        )
    return said


def runs_of(moves: Sequence[Change]) -> list[VersionSpan]:
    """The runs, oldest first, from deployments and rollbacks in order of time; commits begin none."""
    runs: list[VersionSpan] = []
    for move in moves:
        if move.kind is ChangeKind.ROLLBACK:
            _note_rollback(runs, move)
        if is_announced(move):
            continue
        last = runs[-1] if runs else None
        if last and same_version(last.version, move.version) and move.at - last.since < SAME_RUN:
            runs[-1] = last if move.result is ChangeResult.UNKNOWN else replace(last, result=move.result)
            continue
        if last:
            runs[-1] = replace(last, until=move.at)
        runs.append(VersionSpan(version=move.version, since=move.at, result=move.result))
    return runs


def _note_rollback(runs: list[VersionSpan], rollback: Change) -> None:
    """Note on the run that a rollback turned away from that it did not go well."""
    if rollback.previous:
        places = [n for n, run in enumerate(runs) if same_version(run.version, rollback.previous)]
    else:
        places = [len(runs) - 1] if runs and not is_announced(rollback) else []
    if places and not (not rollback.previous and same_version(runs[places[-1]].version, rollback.version)):
        runs[places[-1]] = replace(runs[places[-1]], left=True)


def _of_environment(
    moves: Sequence[Change], environment: str, named: dict[str, str]
) -> tuple[list[Change], tuple[str, ...]]:
    """The moves in one environment, and what has to be said about those that name none."""
    if not environment:
        return list(moves), ()
    key = environment_key(environment)
    there = [move for move in moves if environment_key(move.environment) == key]
    unnamed = [move for move in moves if not move.environment]
    commits = [move for move in unnamed if is_announced(move)]
    deployed = [move for move in unnamed if not is_announced(move)]
    if deployed and all(is_announced(move) for move in moves if move.environment):
        said = f"no deployment on record names its environment; these may not all be of {environment}"
        return sorted([*there, *unnamed], key=lambda move: move.at), (said,)
    if not there and not commits:
        others = ", ".join(sorted(named.values()))
        return [], (f"nothing is on record for {environment}; there is for: {others}",)
    notes = (f"deployments that name no environment, left out: {len(deployed)}",) if deployed else ()
    return sorted([*there, *commits], key=lambda move: move.at), notes


def _records_of_runs(runs: Sequence[VersionSpan], changes: Sequence[Change]) -> list[VersionRecord]:
    """How each version did, the last deployed first."""
    found: list[VersionRecord] = []
    for run in reversed([run for run in runs if run.version]):
        counted, well = int(run.well is not None), int(run.well is True)
        place = next((n for n, one in enumerate(found) if same_version(one.version, run.version)), None)
        if place is None:
            said = _summary(run.version, changes)
            found.append(
                VersionRecord(version=run.version, ran_well=well, n=counted, last=run.since, summary=said)
            )
        else:
            one = found[place]
            found[place] = replace(one, ran_well=one.ran_well + well, n=one.n + counted)
    return found


def _announced_versions(moves: Sequence[Change]) -> list[VersionRecord]:
    """The releases, else the commits, as versions without a record, the newest first; none that was reverted."""
    moves = [move for move in moves if RELEASE in move.extra] or moves
    reverted = [move.previous for move in moves if move.kind is ChangeKind.ROLLBACK and move.previous]
    return [
        VersionRecord(version=move.version, ran_well=0, n=0, last=move.at, summary=move.summary)
        for number, move in enumerate(reversed(moves))
        if number == 0 or not any(same_version(move.version, one) for one in reverted)
    ]


def _unrecorded(last: Change, versions: Sequence[VersionRecord]) -> tuple[str, ...]:
    """What the last deployment replaced, where that is known by its name alone."""
    known = any(same_version(last.previous, one.version) for one in versions)
    if known or not last.previous or last.kind is ChangeKind.ROLLBACK:
        return ()
    return (f"{last.version} replaced {last.previous}, of which nothing else is on record",)


def _summary(version: str, changes: Sequence[Change]) -> str:
    said = [one for one in changes if one.summary and same_version(one.version, version)]
    return next((one.summary for one in said if COMMIT in one.extra), said[0].summary if said else "")


def _current(
    versions: list[VersionRecord], runs: Sequence[VersionSpan]
) -> tuple[VersionRecord | None, list[VersionRecord]]:
    """What runs now and the versions before it."""
    if runs and not runs[-1].version:
        return None, versions
    return versions[0], versions[1:]


def _target(earlier: Sequence[VersionRecord], runs: Sequence[VersionSpan]) -> VersionRecord | None:
    """The newest earlier version whose last counted run went well, else the newest that nobody counted."""
    for one in earlier:
        counted = [
            run.well for run in runs if same_version(run.version, one.version) and run.well is not None
        ]
        if counted and counted[-1]:
            return one
    return next((one for one in earlier if not one.n), None)


def _concerns(change: Change, service: str, environment: str) -> bool:
    """Whether a change may matter to the service there: fields that are empty may mean it."""
    keys = (service_key(change.service), environment_key(change.environment))
    return keys[0] in ("", service_key(service)) and (
        not environment or keys[1] in ("", environment_key(environment))
    )


_CONFIGS_SHOWN = 3
"""Config changes that are told one by one; of more the number is told."""


def preconditions(
    result: RollbackTarget, changes: Sequence[Change], *, announced_only: bool, now: datetime
) -> tuple[tuple[str, ...], tuple[Change, ...]]:
    """What to know before going to `result.target`, and the migrations since it was put in place.

    `changes` are those that may concern the service in that environment, oldest first.
    """
    target = result.target
    if target is None:
        return (_no_target(result),), ()
    said = []
    if announced_only:
        said.append(
            f"these versions are known from {_announced_as(changes)} alone: whether and when each was deployed is not"
            " on record; look at what runs before you roll back"
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
        for one in configs[-_CONFIGS_SHOWN:]
    ]
    older = len(configs) - len(said)
    return [*said, f"{older} older config changes came after it, too"] if older else said


def _announced_as(changes: Sequence[Change]) -> str:
    return "releases" if any(RELEASE in one.extra for one in changes) else "commits"


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
