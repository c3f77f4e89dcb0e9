"""What seed 002 knows, as data: mitigations in order of speed, questions, when to escalate, kinds of incidents.

`Situation` is what is known so far; nothing is claimed that it does not hold.  Which kind of incident a text tells of
(`symptoms`) brings the checks that fit it.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kb.model.change import Change, ChangeKind
from kb.model.entry import Severity
from kb.text.signatures.prepared import every, first
from kb.text.times import clock
from kb.triage.severity import asserted_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts that the playbook decides by.

    `changes` are those before the alert, newest first; `changes_kept` says whether the home would know of any.
    """

    text: str
    now: datetime
    severity: Severity | None = None
    confirmed: bool = False
    service: str = ""
    environment: str = ""
    starts: datetime | None = None
    changes: Sequence[Change] = ()
    changes_kept: bool = True
    causes: str = ""
    understood: bool = False
    """Whether something on record fits: what is known needs no search for its cause."""
    fix_on_record: str = ""
    """Id of the known entry whose fix would be applied; empty for none."""
    fix_resolved: bool = False
    """Whether that fix has resolved more often than it failed."""
    last_progress: datetime | None = None
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A mitigation: its precondition, whether the evidence meets it (None: not known), and on what that rests."""

    name: str
    precondition: str
    met: bool | None
    because: str = ""
    cautions: tuple[str, ...] = ()


def words_of(pattern: str) -> re.Pattern[str]:
    """The regular expression, compiled to match in upper and lower case."""
    return re.compile(pattern, re.IGNORECASE)


_SCALABLE = words_of(
    r"exhaust\w*|saturat\w*|out of memory|oom\w*|high (?:cpu|memory)|traffic (?:spike|peak|surge)|traffic rose"
    r"|too many "
    r"connections|queue (?:depth|length)|throttl\w*|undersized|backlog|lag\b|cpu throttl|memory limit"
    r"|connection slots"
)
_PART_FAILS = words_of(
    r"\b(?:one|single|1)(?: of (?:\w+))? (?:replicas?|instances?|nodes?|pods?|zones?|regions?|backends?|brokers?)\b"
    r"|\b(?:zone|region|az) [\w-]+ (?:is |are )?(?:down|fail\w*|unreachable)|in (?:eu|us|ap)-\w+-\d"
)
_FEATURE = words_of(
    r"\bfeature (?:flag|toggle|switch)s?\b|\bflags? [\w-]* ?(?:was |is )?(?:enabled|turned on|switched on)"
    r"|\bkill ?switch|a/b test"
)


def mitigations(situation: Situation) -> tuple[Option, ...]:
    """Seed 002's options, fastest first, each with whether the evidence meets its precondition."""
    text = f"{situation.text}\n{situation.causes}"
    return (
        _rollback(situation),
        _by_words("Traffic redirection", "a failing part that can be routed around", _PART_FAILS, text),
        _by_words("Kill switch", "a feature that can be switched off", _FEATURE, text),
        _by_words("Scale up", "a resource as the limit", _SCALABLE, text),
        _manual(situation),
    )


def _manual(situation: Situation) -> Option:
    name, needs, key = "Manual intervention", "a fix that is obvious and quick", situation.fix_on_record
    if not key:
        return Option(name, needs, None)
    said = f"the fix of {key} has worked before" if situation.fix_resolved else f"that of {key} is not proven"
    return Option(name, needs, situation.fix_resolved or None, said)


_DEPLOYED = words_of(
    r"\b(?:since|after|following|right after)\b[^.;\n]{0,40}?\b(?:deploy\w*|roll-?out|release|upgrade|config\w* change)"
    r"(?: (?:of|to) [\w./:-]*\w)?"
)


def _rollback(situation: Situation) -> Option:
    """Met where the service that fails was changed; what is not on record may have happened all the same."""
    name, needs = "Rollback", "a deployment or configuration change shortly before"
    revertible = (ChangeKind.DEPLOYMENT, ChangeKind.CONFIG, ChangeKind.DRIFT)
    change = next((one for one in situation.changes if one.kind in revertible), None)
    if change is None:
        told = first(_DEPLOYED, situation.text)
        said = f'none on record, but the alert says "{_quoted(told)}"' if told else ""
        return Option(name, needs, None, said)
    later = [one for one in situation.changes if one.at >= change.at]
    if any(one.kind is ChangeKind.ROLLBACK for one in later):
        return Option(name, needs, False, f"{change_name(change)} was rolled back already")
    cautions = []
    migrations = [
        one
        for one in situation.changes
        if one.kind is ChangeKind.MIGRATION and one.at >= change.at - timedelta(hours=1)
    ]
    if migrations:
        cautions.append(f"{change_name(migrations[0])} ran with it: a rollback of code does not undo it")
    if change.reversible is False:
        cautions.append("recorded as not reversible")
    target = f" to {change.previous}" if change.previous else ""
    if not change.service or change.service.casefold() != situation.service.casefold():
        needs = f"{change.service or 'what it changed'} as what fails"
        return Option(name, needs, None, f"{change_name(change)}: roll back{target}", tuple(cautions))
    return Option(name, needs, True, f"{change_name(change)}: roll back{target}", tuple(cautions))


def _by_words(name: str, needs: str, words: re.Pattern[str], text: str) -> Option:
    found = first(words, text)
    return Option(name, needs, True if found else None, _quoted(found).lower() if found else "")


def _quoted(found: re.Match[str]) -> str:
    return " ".join(found[0].split())[:60]


def change_name(change: Change) -> str:
    """`deployment v2.4 of orders`."""
    of = f" of {change.service}" if change.service else ""
    return f"{change.kind} {change.version or change.summary[:60] or change.id}".strip() + of


_USERS = words_of(
    r"\b(?:users?|customers?|tenants?|requests|orders|clients?)\b.{0,40}?(?:\d|\ball\b|affected|impacted|some"
    r"|many|every|fail)"
    r"|(?:\d+ ?%|\d+|\ball|some|many|every|no) (?:of )?(?:the |our )?(?:users?|customers?|tenants?|requests|orders)"
)
_ERROR_TEXT = words_of(
    r"\b(?:error|exception|fatal|panic|traceback|refused|denied|exhausted|\w*killed|timed? ?out|failed|cannot"
    r"|unable)\b.*\w{3}"
    r"|\b\w+(?:error|exception)\b|\bexit code|\b[45]\d\d\b"
)


def questions(situation: Situation) -> Iterator[str]:
    """What to ask: only what is missing and would change what is done, the most decisive first."""
    if situation.resolved:
        return
    if situation.severity is None:
        users = "" if first(_USERS, situation.text) else ", and how many users are affected"
        yield f"How severe is it (SEV1-4){users}? The alert does not say"
    if not situation.service:
        yield "Which service is affected?"
    if not situation.environment:
        yield "Which environment?"
    if situation.starts is None:
        yield "When did it start?"
    if situation.understood:
        return
    if not (situation.changes or situation.changes_kept or first(_DEPLOYED, situation.text)):
        yield "What changed before it (deployments, configuration, traffic)? None is recorded here"
    if not first(_ERROR_TEXT, situation.text):
        yield "Which error messages stand in the logs right before it?"


PATIENCE = timedelta(minutes=30)
"""How long an incident may go without progress before it is escalated."""
_GRAVE = words_of(
    r"data (?:loss|corruption|breach|leak)|security (?:breach|incident)|ransomware"
    r"|unauthori[sz]ed access|compromised"
    r"|exfiltrat"
)
_VENDOR = words_of(
    r"(?<![\w./-])(?:aws|gcp|azure|cloudflare|fastly|akamai|stripe|paypal|adyen|twilio|okta|auth0|datadog|github|provider"
    r"|vendor"
    r"|third[- ]party|upstream provider|isp|dockerhub|docker hub)\b(?![/-]|\.\w)"
)


def escalations(situation: Situation) -> Iterator[tuple[str, bool]]:
    """When to escalate, and whether that is now."""
    if situation.resolved:
        return
    if situation.severity is Severity.SEV1:
        sure = "" if situation.confirmed else " (if confirmed)"
        yield f"Now: SEV1 is always escalated at once{sure}", True
    if grave := asserted_words(_GRAVE, situation.text):
        yield (
            f"Now: {grave} is mentioned; data loss or a breach is always escalated",
            True,
        )
    since = situation.last_progress or situation.starts
    if since and situation.now - since > PATIENCE:
        what = "no progress on record" if situation.last_progress else "firing"
        yield f"Now, unless there is progress: {what} for {minutes(situation.now - since)}", True
    elif since:
        yield f"At {clock(since + PATIENCE)}, if there is no progress by then", False
    if vendor := first(_VENDOR, f"{situation.text}\n{situation.causes}"):
        yield f"To vendor support, if {vendor[0].lower()} is the cause", False


def minutes(span: timedelta) -> str:
    """`12 min`, `3 h`, `2 days`."""
    total = int(abs(span).total_seconds() // 60)
    if total < 120:
        return f"{total} min"
    return f"{total // 60} h" if total < 48 * 60 else f"{total // 1440} days"


class Symptom(StrEnum):
    """The kinds of incident that one looks at differently."""

    DATABASE = "database"
    PERFORMANCE = "performance"
    SECURITY = "security"
    NETWORK = "network"
    INFRASTRUCTURE = "infrastructure"
    ERRORS = "5xx or code"


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """One kind of incident: the words that tell it, and the checks that seed 002 names."""

    symptom: Symptom
    words: re.Pattern[str]
    checks: tuple[str, ...]


KINDS = (
    IncidentKind(
        Symptom.DATABASE,
        words_of(
            r"databas|\bdb\b|postgres|mysql|mariadb|oracle|\bsql\b|\bquer(?:y|ies)\b|connection pool"
            r"|pgbouncer|replication"
            r"|deadlock|lock wait|mongo|\bpool\b.{0,20}exhaust|too many connections|connection slots"
        ),
        ("slow query log", "locks and contention", "connection pool exhaustion", "recent schema changes"),
    ),
    IncidentKind(
        Symptom.PERFORMANCE,
        words_of(
            r"latenc|slow|\bcpu\b|memory(?! address)|\boom|throttl|p9\d|response time|saturat|\bheap\b|\bgc\b"
            r"|queue (?:depth|length)"
        ),
        ("resource leaks", "hot paths", "runaway queries and loops", "traffic spikes"),
    ),
    IncidentKind(
        Symptom.SECURITY,
        words_of(
            r"secur|breach|intrusion|unauthori[sz]ed|attack|ddos|malware|ransom|exfiltrat|compromis"
            r"|brute.?force|\bcve-"
            r"|inject(?:ion|ed)|credential|leaked"
        ),
        (
            "access logs for unusual patterns",
            "authentication attempts",
            "vulnerability exploitation",
            "malware and backdoors",
        ),
    ),
    IncidentKind(
        Symptom.NETWORK,
        words_of(
            r"dns\b|servfail|nxdomain|network|connection (?:refused|reset|timed out)|unreachable"
            r"|load balancer|firewall"
            r"|packet|\btls\b|x509"
            r"|certificate|no route|name resolution|no such host|\bvpn\b|\bproxy\b"
        ),
        ("DNS resolution", "load balancer health", "firewall rules", "service-to-service connectivity"),
    ),
    IncidentKind(
        Symptom.INFRASTRUCTURE,
        words_of(
            r"\bnodes?\b|\bpods?\b|kube(?!-probe)|crashloop|backoff|\bdisk\b|volume|no space left|storage"
            r"|\bpvc?\b|evict|\bhost\b(?!\W{0,2}[:=])"
            r"|\baws\b|\bgcp\b|azure|cloud|quota|etcd|kafka|broker"
        ),
        ("CPU, memory, disk, network", "service connectivity", "resource exhaustion"),
    ),
    IncidentKind(
        Symptom.ERRORS,
        words_of(
            r"\b5xx\b|\b50[0-4]\b|error rate|exception|traceback|stack ?trace|nullpointer|segfault"
            r"|segmentation|nil pointer|panic|regression|\bbug\b"
            r"|http 5\d\d|errorrate|failing requests"
        ),
        (
            "application logs for exceptions",
            "cascading failures",
            "service dependencies",
            "recent deployments",
        ),
    ),
)
"""Seed 002's "common incident patterns"."""


def symptoms(text: str) -> list[IncidentKind]:
    """The kinds of incident that the text tells of, most words first; of equals in seed 002's order.

    A word counts once: a log repeats itself.
    """
    counted = [(len({found[0].lower() for found in every(kind.words, text)}), kind) for kind in KINDS]
    return [kind for count, kind in sorted(counted, key=lambda pair: -pair[0]) if count]
