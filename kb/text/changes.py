"""The words of a change to production: its kind, result, time and version, and how long drift is excepted.

Lenient in what is taken (`deploy`, `PROD`, `Fri Jan 16 14:22:01 2026 +0100`, `2h` ago), strict in what comes out: what
has no meaning is an InvalidInput that says what would have one.

Drift is a change made past the repository, with a reason and a day on which its exception expires.  It is open until
somebody ends it (`ENDED`); one that is open after its day has expired.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from kb.errors import InvalidInput
from kb.expression import expression
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.text.times import day_of, in_utc

COMMIT = "commit"
"""The key of `Change.extra` that a change read from a git log has: it was committed, not yet deployed."""

RELEASE = "release"
"""The key of `Change.extra` that a change read from a list of releases has: it was published, not yet deployed."""

ENDED = "ended"
"""The key of `Change.extra` that says when a drift was ended, as an ISO time."""

_KINDS: dict[ChangeKind, str] = {
    ChangeKind.DEPLOYMENT: "deployment deploy deployed release released rollout upgrade install promotion",
    ChangeKind.ROLLBACK: "rollback rolled-back roll-back revert reverted undo",
    ChangeKind.DRIFT: "drift exception manual manual-change temporary",
    ChangeKind.MIGRATION: "migration migrate migrated schema schema-change schema-migration db-migration",
    ChangeKind.CONFIG: "config configuration config-change setting settings flag feature-flag secret scaling",
}
_RESULTS: dict[ChangeResult, str] = {
    ChangeResult.SUCCEEDED: "succeeded success successful ok passed done complete completed deployed healthy "
    "superseded synced worked",
    ChangeResult.FAILED: "failed failure error aborted degraded broken cancelled canceled",
    ChangeResult.UNKNOWN: "unknown none pending running progressing in-progress",
}
_KIND_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_RESULT_BY_WORD = {word: result for result, words in _RESULTS.items() for word in words.split()}
_TRUE, _FALSE = ("yes", "true", "y", "1", "reversible"), ("no", "false", "n", "0", "irreversible")


def _short(text: str) -> str:
    """As much of a text as an error needs."""
    return text if len(text) <= 80 else f"{text[:79]}…"


def parse_kind(text: str) -> ChangeKind:
    """The kind that a word means, in any case.  Raises InvalidInput that lists the kinds."""
    word = re.sub(r"[\s_]+", "-", text.strip().lower())
    if word not in _KIND_BY_WORD:
        raise InvalidInput(f"kind {_short(text)!r} is none of: {', '.join(ChangeKind)}")
    return _KIND_BY_WORD[word]


def parse_result(text: str) -> ChangeResult:
    """The result that a word means; none given is unknown.  Raises InvalidInput that lists the results."""
    word = re.sub(r"[\s_]+", "-", text.strip().lower())
    if word and word not in _RESULT_BY_WORD:
        raise InvalidInput(f"result {_short(text)!r} is none of: {', '.join(ChangeResult)}")
    return _RESULT_BY_WORD.get(word, ChangeResult.UNKNOWN)


def parse_reversible(value: bool | str | None) -> bool | None:
    """`yes` or `no` as a truth value, nothing or `unknown` as None.  Raises InvalidInput for the rest."""
    if value is None or isinstance(value, bool):
        return value
    word = value.strip().lower()
    if word in ("", "unknown", "null", "none"):
        return None
    if word not in (*_TRUE, *_FALSE):
        raise InvalidInput(
            f"reversible={_short(value)!r} is neither yes nor no; leave it out where nobody knows"
        )
    return word in _TRUE


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = expression(r"(\d{1,6}(?:\.\d{1,3})?)\s*(s|m|h|d|w)[a-z]*(?:\s+ago)?", re.I)
_GIT_DATE = expression(
    r"(?:\w{3},? )?(?:(\w{3}) (\d{1,2}) ([\d:]{8}) (\d{4})|(\d{1,2}) (\w{3}) (\d{4}) ([\d:]{8}))(?: ([+-]\d{4}))?"
)
_ZONE_NAME = expression(r"(?<=[\d:]) ?(?:UTC|GMT)$|(?<=[+-]\d{4}) [A-Z]{2,5}$", re.I)
_EPOCH = expression(r"(\d{10})(?:\.\d{1,9}|\d{3})?")
"""Seconds since 1970, or milliseconds."""
_DAY = expression(r"\d{4}-\d\d-\d\d")


def parse_moment(
    value: datetime | date | str, now: datetime | None = None, *, end_of_day: bool = False
) -> datetime:
    """A point in time, in UTC: ISO 8601, git's own form, seconds since 1970, a day.

    With `now` also `2h` or `7d` before it.  A time without a zone is UTC.  A day alone is its first
    second, with `end_of_day` its last.
    Raises InvalidInput.
    """
    try:
        found = _moment(value, now, end_of_day)
        return in_utc(found)
    except (ValueError, OverflowError):
        also = ", or as 2h or 7d before now" if now else ""
        raise InvalidInput(
            f"{_short(str(value))!r} is no time; write it as 2026-01-16T14:22:00Z{also}"
        ) from None


def _moment(value: datetime | date | str, now: datetime | None, end_of_day: bool) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59) if end_of_day else time(), UTC)
    text = " ".join(value.split())
    if _DAY.fullmatch(text):
        return _moment(date.fromisoformat(text), now, end_of_day)
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC)
    if now and (ago := _AGO.fullmatch(text)):
        return now - timedelta(**{_UNITS[ago[2].lower()]: float(ago[1])})
    if now and text.lower() == "now":
        return now
    text = _ZONE_NAME.sub("", text)
    if git := _GIT_DATE.fullmatch(text):
        month, day, year, clock = (
            (git[1], git[2], git[4], git[3]) if git[1] else (git[6], git[5], git[7], git[8])
        )
        return datetime.strptime(f"{year} {month} {day} {clock} {git[9] or '+0000'}", "%Y %b %d %H:%M:%S %z")
    return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", text))


_SHA = expression(r"[0-9a-f]{7,64}")


def same_version(one: str, other: str) -> bool:
    """Whether two texts name one version: equal but for a leading `v`, or one commit, long and short."""
    left, right = _version_key(one), _version_key(other)
    if left == right:
        return bool(left)
    commits = _SHA.fullmatch(left) and _SHA.fullmatch(right)
    return bool(commits) and (left.startswith(right) or right.startswith(left))


def _version_key(version: str) -> str:
    return re.sub(r"^v(?=\d)", "", version.strip().lower())


def short_version(version: str) -> str:
    """A version as people say it: a whole commit hash as its first seven digits."""
    return version[:7] if re.fullmatch(r"[0-9a-f]{40,64}", version) else version


def is_announced(change: Change) -> bool:
    """Whether a change is a commit or a release, of which nobody said that it was deployed."""
    return COMMIT in change.extra or RELEASE in change.extra


def service_key(name: str) -> str:
    """What services are compared by: the name in lower case."""
    return name.strip().lower()


def is_open(change: Change, now: datetime) -> bool:
    """Whether a change is drift that is open at `now`: made before, and not yet ended."""
    if change.kind is not ChangeKind.DRIFT or change.at > now:
        return False
    return ENDED not in change.extra or datetime.fromisoformat(change.extra[ENDED]) > now


def is_expired(change: Change, now: datetime) -> bool:
    """Whether a change is drift that is open at `now` although its exception has expired."""
    return change.expires is not None and change.expires < now and is_open(change, now)


def drift_in_words(change: Change, now: datetime) -> str:
    """`grafana (prod), since 2025-01-15: Testing SSO (alice); expires 2025-01-22`."""
    where = (
        f"{change.service or 'no named service'}{f' ({change.environment})' if change.environment else ''}"
    )
    why = change.reason or change.summary or "no reason given"
    who = f" ({change.author})" if change.author else ""
    return f"{where}, since {day_of(change.at)}: {why}{who}; {_expiry(change, now)}"


def _expiry(change: Change, now: datetime) -> str:
    if change.expires is None:
        return "no day on which it expires"
    day = day_of(change.expires).isoformat()
    if change.expires >= now:
        return f"expires {day}"
    days = (now - change.expires).days
    return f"EXPIRED {day}, {days} {'day' if days == 1 else 'days'} ago"
