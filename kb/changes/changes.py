"""`Changes`: what was changed in production, recorded, asked for, and put into words.

Which version to roll back to is decided in `kb.changes.rollback`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.changes.rollback import rollback_target
from kb.errors import InvalidInput, Refused
from kb.learning.lesson import checked
from kb.model.change import Change, ChangeKind, ChangeResult, RollbackTarget, VersionRecord
from kb.store.changes import ChangeTable
from kb.store.ids.known_ids import Space
from kb.text.changes import (
    COMMIT,
    RELEASE,
    parse_kind,
    parse_moment,
    parse_result,
    parse_reversible,
    short_version,
)
from kb.text.times import day_of, minute
from kb.text.tokens import one_line

if TYPE_CHECKING:
    from kb.changes.import_git import Imported

Moment = datetime | date | str
"""A time, a day, or either as text."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one home, as the clock has it; `actor` is who records them."""

    table: ChangeTable
    clock: Callable[[], datetime]
    actor: str = ""

    def record(
        self,
        kind: str,
        service: str = "",
        environment: str = "",
        *,
        version: str = "",
        previous: str = "",
        summary: str = "",
        reason: str = "",
        author: str = "",
        result: str = "unknown",
        reversible: bool | str | None = None,
        expires: Moment | None = None,
        at: Moment | None = None,
    ) -> Change:
        """Keep one change; recorded again, the same one (kind, place, version, moment) stays one.

        `version` runs afterwards, `previous` ran before.  `at` (else now) and `expires` are times, days or,
        for `at`, `2h` before now.  Raises InvalidInput with what is missing or has no meaning.
        """
        texts: dict[str, Any] = {
            name: checked(name, text or "")
            for name, text in {
                "service": service,
                "environment": environment,
                "version": version,
                "previous": previous,
                "summary": summary,
                "reason": reason,
                "author": author or self.actor,
            }.items()
        }
        for name in ("service", "environment", "version", "previous", "author"):
            texts[name] = " ".join(texts[name].split())
        parsed, now = parse_kind(kind), self.clock()
        if not any(texts[name] for name in ("service", "version", "summary", "reason")):
            raise InvalidInput("the change says nothing; give at least a service, a version or a summary")
        moment = parse_moment(at, now) if at else now
        if moment > now + timedelta(days=1):
            raise InvalidInput(f"at={at} lies in the future; record a change when it was made")
        change = Change(
            kind=parsed,
            at=moment,
            result=parse_result(result),
            reversible=parse_reversible(reversible),
            expires=parse_moment(expires, end_of_day=True) if expires else None,
            **texts,
        )
        return self.table.put(change, actor=self.actor)

    def get(self, change_id: str) -> Change:
        """The change with this id, or a clear part of it.  Raises EntryNotFound or InvalidInput."""
        found = self.table.find(change_id) or self.table.find(self.table.ids.named(Space.CHANGE, change_id))
        assert found is not None, "a change that was just named is there"
        return found

    def between(
        self,
        since: Moment,
        until: Moment | None = None,
        service: str = "",
        environment: str = "",
        kinds: Iterable[str] = (),
    ) -> list[Change]:
        """The changes from `since` to before `until` (else now), newest first; both also as `2h` before now.

        A service means that service alone; an environment, that one and changes that name none.
        """
        now = self.clock()
        start, end = (
            parse_moment(since, now),
            parse_moment(until, now) if until else now + timedelta(seconds=1),
        )
        if start >= end:
            raise InvalidInput(f"the window from {minute(start)} to {minute(end)} is empty")
        wanted = [kinds] if isinstance(kinds, str) else kinds
        return self.table.between(start, end, service, environment, [parse_kind(kind) for kind in wanted])

    def recent(self, hours: float = 24, service: str = "", environment: str = "") -> list[Change]:
        """The changes of the last `hours`, newest first."""
        if not 0 < hours <= 24 * 3660:
            raise InvalidInput(f"hours={hours} is no window; give a number above 0, up to ten years")
        return self.between(self.clock() - timedelta(hours=hours), None, service, environment)

    def rollback_target(self, service: str, environment: str = "") -> RollbackTarget:
        """Which version to roll back to, how often each ran well, and what must be true first.

        Without an environment it must be clear which is meant; where it is not, there is no target
        and `preconditions` says so.  Raises InvalidInput without a service.
        """
        if not service.strip():
            raise InvalidInput("service is empty; say which service is to be rolled back")
        own = self.table.between(None, None, service)
        migrations = self.table.between(None, None, kinds=(ChangeKind.MIGRATION,))
        unnamed = [one for one in migrations if not one.service]  # a database may serve many
        return rollback_target([*own, *unnamed], service.strip(), environment.strip(), now=self.clock())

    def open_drift(self, service: str = "", environment: str = "") -> list[Change]:
        """The drift that is there now, expired or not, newest first."""
        there = {one.id for one in self.table.between(None, None, service, environment, (ChangeKind.DRIFT,))}
        return [one for one in self.table.open_drift(self.clock()) if one.id in there]

    def expired_drift(self, now: datetime | None = None) -> list[Change]:
        """The drift that is still there although its exception has expired, the longest expired first."""
        return self.table.expired_drift(now or self.clock())

    def end_drift(self, change_id: str) -> Change:
        """Note that a drift is over: taken back, or captured in the repository.  Raises InvalidInput."""
        change = self.get(change_id)
        if not self.table.end(change.id, self.clock()):
            raise Refused(f"{change.id} is a {change.kind}, no drift; only drift can be ended")
        return self.get(change.id)

    def import_git(
        self, repository: str | Path, since: Moment | None = None, service: str = "", environment: str = ""
    ) -> Imported:
        """Record the commits of a git repository since a moment (else all); twice changes nothing.

        A `service` or `environment` given here goes before what paths and messages say.  Raises
        InvalidInput when there is no git or no repository.
        """
        from kb.changes.import_git import import_git

        start = parse_moment(since, self.clock()) if since else None
        return import_git(
            self.table, Path(repository), start, service=service, environment=environment, actor=self.actor
        )


_LONGEST = 160
"""Characters of a summary in one line."""


def change_in_words(change: Change) -> str:
    """One line: when, what, of which service and where, which version, what it was about, how it went."""
    is_move = change.kind is ChangeKind.DEPLOYMENT
    kind = next((key for key in (COMMIT, RELEASE) if key in change.extra and is_move), str(change.kind))
    where = f" ({change.environment})" if change.environment else ""
    version = f" {short_version(change.version)}" if change.version else ""
    before = f", before: {short_version(change.previous)}" if change.previous else ""
    about = change.summary or change.reason
    why = f" [{change.reason}]" if change.summary and change.reason and len(change.reason) <= 120 else ""
    who = f" (by {change.author})" if change.author else ""
    result = "" if change.result is ChangeResult.UNKNOWN else f" {change.result}"
    result = " FAILED" if change.result is ChangeResult.FAILED else result
    service = change.service or "no service named"
    return (
        f"{minute(change.at)}  {kind}{result}  {service}{where}{version}{before}"
        f"{f': {one_line(about, _LONGEST)}' if about else ''}{why}{who}"
    )


def version_in_words(record: VersionRecord) -> str:
    """`f2e9c1a (fix: improve token validation), ran well 3 of 3 deployments, last 2026-01-16`."""
    what = f" ({one_line(record.summary, _LONGEST)})" if record.summary else ""
    if not record.n:
        return f"{short_version(record.version)}{what}, no record of how it ran, last {day_of(record.last)}"
    deployments = "deployment" if record.n == 1 else "deployments"
    return (
        f"{short_version(record.version)}{what}, ran well {record.ran_well} of {record.n} {deployments},"
        f" last {day_of(record.last)}"
    )


def target_in_words(result: RollbackTarget) -> str:
    """The answer to "which rollback target", some lines, with what must be true first."""
    where = f"{result.service}{f' in {result.environment}' if result.environment else ''}"
    current = result.current
    lines = [f"Rollback target of {where}:"]
    if current:
        earlier = f"; ran well {current.ran_well} of {current.n} on record" if current.n else ""
        what = f" ({one_line(current.summary, _LONGEST)})" if current.summary else ""
        since = f"since {minute(current.last)}"
        lines.append(f"  current  {short_version(current.version)}{what}, {since}{earlier}")
    lines.append(f"  target   {version_in_words(result.target) if result.target else 'none'}")
    lines += [f"  FIRST    {sentence}" for sentence in result.preconditions]
    lines += [f"  other    {version_in_words(one)}" for one in result.others[:5]]
    if len(result.others) > 5:
        lines.append(f"  {len(result.others) - 5} more versions are on record")
    return "\n".join(lines)
