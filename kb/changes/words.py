"""Changes and versions as text for a person or an agent.  Pure."""

from __future__ import annotations

from kb.records.change import Change, ChangeKind, ChangeResult, RollbackTarget, VersionRecord
from kb.text.change_words import COMMIT, short_version
from kb.text.instants import day_of, minute
from kb.text.one_line import one_line

_LONGEST = 160


def change_in_words(change: Change) -> str:
    """One line: when, what, of which service and where, which version, what it was about, how it went."""
    kind = "commit" if COMMIT in change.extra and change.kind is ChangeKind.DEPLOYMENT else str(change.kind)
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
