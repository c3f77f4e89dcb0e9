"""The homes of `docs/pictures/`: a new one, one after some weeks, and a large one; all that stands in them is invented.

Each is made in a folder, with a clock that is moved by hand, so that what came of an entry comes after it was asked.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from kb import KnowledgeBase
from kb.text.times import utc_now

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("postmortems", "runbooks", "known-errors", "troubleshooting", "alerts", "memory")
LEARNED = "checkpoint 40817 rejected by 10.2.0.14, epoch is behind"
LOG = f"""\
09:14:19 INFO replicator-7f9c6d5b8-x2x4q checkpoint 40815 accepted by 10.2.0.14
09:14:20 INFO replicator-7f9c6d5b8-x2x4q checkpoint 40816 accepted by 10.2.0.14
09:14:22 ERROR replicator-7f9c6d5b8-x2x4q {LEARNED}
09:14:22 WARN replicator-7f9c6d5b8-x2x4q pausing for 30 s
"""
UNKNOWN = "09:31:07 ERROR settle ledger page 114 has no successor, closing the book"


@dataclass(frozen=True)
class Pictured:
    """What a home has to be looked at; nothing in a new one."""

    entry: str = ""
    incident: str = ""
    service: str = ""
    words: str = "database"


@dataclass
class Clock:
    """Time, moved by hand up to now."""

    ago: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """What time it is."""
        return utc_now() - self.ago

    def before(self, **ago: float) -> None:
        """Go to a moment so long before now."""
        self.ago = timedelta(**ago)


def empty(home: Path) -> Pictured:
    """A home as `kb init` makes it."""
    kb("init", str(home))
    return Pictured()


def ordinary(home: Path) -> Pictured:
    """A home as it is after some weeks."""
    kb("init", str(home))
    kb("ingest", *(f"examples/{name}" for name in FOLDERS), home=home)
    with _opened(home, "mara") as (base, clock):
        entry = _learned(base, clock)
        _past(base, clock)
        _asked(base, clock)
        return Pictured(entry, _going_on(base, clock), "checkout")


@contextmanager
def _opened(home: Path, actor: str) -> Iterator[tuple[KnowledgeBase, Clock]]:
    clock = Clock()
    with KnowledgeBase.open(home, actor=actor, clock=clock) as base:
        yield base, clock


def _learned(base: KnowledgeBase, clock: Clock) -> str:
    """An entry that helped, and once did not."""
    clock.before(days=24)
    entry = base.learn_pattern(
        LEARNED,
        "A replica came back from a backup with its old epoch",
        "Empty its data folder and let it join again",
        ["replicactl status", "replicactl rejoin --wipe"],
        check="Was a replica restored from a backup today?",
        services=["replicator"],
    ).id
    for days, result, note in (
        (23, "resolved", "joined after two minutes"),
        (16, "failed", "the disk was full as well"),
        (9, "resolved", "again after the restore of Monday"),
        (2, "resolved", ""),
    ):
        clock.before(days=days)
        found = base.check_known_issues(LOG, service="replicator")
        clock.before(days=days, minutes=-20)
        base.record_outcome(entry, result, found.lookup_id, verified_by="noor", note=note)
    return entry


def _past(base: KnowledgeBase, clock: Clock) -> None:
    """Incidents that ended."""
    for days, title, service, severity, cause, fix in (
        (
            26,
            "Checkout times out for one in ten",
            "checkout",
            "SEV2",
            "a pool of ten connections",
            "raised it to 40",
        ),
        (
            15,
            "Replicas reject checkpoints",
            "replicator",
            "SEV3",
            "a restore of an old backup",
            "let it join again",
        ),
        (
            8,
            "Checkout answers slowly after a release",
            "checkout",
            "SEV2",
            "v41 opens a connection a row",
            "rolled back",
        ),
        (3, "Search finds nothing new", "search", "SEV3", "the indexer was out of memory", "gave it 2 GB"),
    ):
        clock.before(days=days)
        one = base.incidents.open(title, service=service, severity=severity).id
        clock.before(days=days, minutes=-6)
        base.incidents.acknowledge("noor", one)
        clock.before(days=days, minutes=-31)
        base.incidents.mitigate(fix, worked=True, incident_id=one)
        base.incidents.resolve(fix, cause=cause, incident_id=one)
        base.incidents.close(one)


def _asked(base: KnowledgeBase, clock: Clock) -> None:
    """What nobody knows, and lessons that nobody verified."""
    for days in (12, 5, 1):
        clock.before(days=days)
        base.check_known_issues(UNKNOWN, service="settle")
    clock.before(days=1)
    base.check_known_issues("ERROR courier 12 left the depot without a parcel", service="courier")
    cause = "a client kept writing after its lease ended"
    for number, meaning in ((12, cause), (977, f"{cause} for a while")):
        base.learn_pattern(
            f"ledger shard {number} rejected stale fencing token", meaning, "fence the shard again"
        )
    held = base.learn_pattern("the print queue of depot 3 is stuck", "paper", "restart it").id
    for note in ("it came back within minutes", "three jobs were lost", "lost jobs again"):
        base.record_outcome(held, "made_worse", note=note)


def _going_on(base: KnowledgeBase, clock: Clock) -> str:
    """An incident in the middle of it."""
    clock.before(minutes=95)
    base.changes.record(
        "deployment",
        "checkout",
        "production",
        version="v42",
        previous="v41",
        summary="prices by region",
        author="bo",
    )
    clock.before(minutes=48)
    one = base.incidents.open(
        "Checkout answers slowly",
        service="checkout",
        environment="production",
        severity="SEV2",
        impact="One order in five is given up before it is paid",
    ).id
    for minutes, step in (
        (44, lambda: base.incidents.acknowledge("noor", one)),
        (40, lambda: base.incidents.log("the pool of connections is at its limit", incident_id=one)),
        (
            33,
            lambda: base.incidents.hypothesise(
                "the database is slow", "refuted", ["p99 of it is 4 ms"], incident_id=one
            ),
        ),
        (
            27,
            lambda: base.incidents.hypothesise(
                "v42 opens a connection a region", evidence=["40 idle"], incident_id=one
            ),
        ),
        (25, lambda: base.incidents.hypothesise("a campaign brought more orders", incident_id=one)),
        (19, lambda: base.incidents.mitigate("doubled the pods", worked=False, incident_id=one)),
        (12, lambda: base.incidents.add_action_item("Alert on idle connections", "bo", incident_id=one)),
        (4, lambda: base.incidents.status_update("chat", focus="rolling back to v41", incident_id=one)),
    ):
        clock.before(minutes=minutes)
        _take(step)
    return one


def _take(step: Callable[[], object]) -> None:
    step()


_SERVICES = (
    *(
        "checkout",
        "payments",
        "ledger",
        "search",
        "catalogue",
        "courier",
        "depot",
        "settle",
        "identity",
        "mailer",
    ),
    *(
        "gateway",
        "pricing",
        "stock",
        "returns",
        "invoices",
        "coupons",
        "reviews",
        "images",
        "streams",
        "reports",
    ),
    *("backup", "replicator", "billing", "edge"),
)
_PARTS = ("api", "worker", "batch", "cache", "queue", "proxy", "web", "db")
_SYMPTOMS = {
    "PoolExhausted": (
        "connection pool of {s} exhausted after {n} ms",
        "pods open more than they close",
        "lower its pool_max",
    ),
    "TokenRejected": (
        "{s} rejected token, clock is {n} s behind",
        "the clock of the node runs behind",
        "start chronyd there",
    ),
    "NoConsumer": (
        "queue of {s} has {n} messages and no consumer",
        "the consumer was scaled to none",
        "scale it to 3",
    ),
    "BookClosed": (
        "{s}: page {n} has no successor, closing the book",
        "an old version wrote the page",
        "rebuild its index",
    ),
    "CertificateEnds": (
        "certificate of {s} ends in {n} hours",
        "its renewal was refused",
        "renew it: certctl renew {s}",
    ),
    "DiskFull": ("disk of {s} is full, {n} bytes left", "logs are kept for ever", "prune the logs of {s}"),
    "LeaseLost": (
        "{s} lost its lease on shard {n}",
        "two leaders after a partition",
        "fence shard {n} again",
    ),
    "BadGateway": (
        "upstream {s} answered 502 for {n} requests",
        "pods end before their requests",
        "raise its grace",
    ),
}
_RIDDLES = (
    "otter {n} sits on the valve of the weir",
    "berth {n} moored twice, tide table disagrees",
    "lantern {n} was lit by nobody",
    "parcel {n} arrived before it was sent",
    "carillon strikes {n} at noon",
    "the ferry bell of deck {n} rings at night",
)
"""What nobody knows: of nothing that stands in these homes."""
_SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV3", "SEV4")


def large(home: Path) -> Pictured:
    """A home of some years: thousands of entries, dozens of services, hundreds of incidents."""
    kb("init", str(home))
    documents = home / "docs"
    _documents(documents, random.Random(7))
    kb("ingest", *(f"examples/{name}" for name in FOLDERS), str(documents), home=home)
    with _opened(home, "noor") as (base, clock):
        dice, names = random.Random(11), _names()
        entry = _learned(base, clock)
        for number, name in enumerate(names):
            _lived(base, clock, name, number, dice)
        for number, riddle in enumerate(_RIDDLES):
            for days in range(0, 40, 6 + number):
                clock.before(days=days + 0.3)
                base.check_known_issues(f"FATAL {riddle.format(n=days + 3)}", service=dice.choice(names))
        for number in range(24):
            one = _opened_now(base, clock, dice.choice(names), number, dice)
        return Pictured(entry, one, "checkout-api", "certificate")


def _names() -> list[str]:
    return [f"{service}-{part}" for service in _SERVICES for part in _PARTS]


def _documents(folder: Path, dice: random.Random) -> None:
    """A file of alert rules, and runbooks for some of them."""
    folder.mkdir()
    rules = ["groups:", "- name: made", "  rules:"]
    for name in _names():
        for sort, (symptom, cause, fix) in _SYMPTOMS.items():
            alert = f"{name.title().replace('-', '')}{sort}"
            rules += [
                f"  - alert: {alert}",
                f'    expr: {sort.lower()}_total{{service="{name}"}} > {dice.randrange(1, 90)}',
                f"    labels: {{severity: {dice.choice(('critical', 'warning'))}, service: {name}}}",
                "    annotations:",
                f"      summary: '{symptom.format(s=name, n='{{ $value }}')}'",
                f"      runbook_url: https://runbooks.example.com/{alert}.md",
            ]
            if dice.random() < 0.4:
                steps = f"1. Look at the dashboard of {name}.\n2. {fix.format(s=name, n=1).capitalize()}.\n"
                text = f"# {alert}\n\n## Meaning\n\n{cause.capitalize()}.\n\n## Mitigation\n\n{steps}"
                (folder / f"{alert}.md").write_text(text, encoding="utf-8")
    (folder / "rules.yaml").write_text("\n".join(rules) + "\n", encoding="utf-8")


def _lived(base: KnowledgeBase, clock: Clock, name: str, number: int, dice: random.Random) -> None:
    """Some incidents of a service, each with what was learned from it; now and then a change."""
    for _ in range(dice.randrange(1, 4)):
        days, minutes = dice.uniform(0.5, 300), dice.uniform(12, 240)
        symptom, cause, fix = (one.format(s=name, n=dice.randrange(2, 900)) for one in _drawn(dice))
        clock.before(days=days)
        if dice.random() < 0.3:
            base.changes.record(
                "deployment", name, "production", version=f"v{number + 2}", previous=f"v{number + 1}"
            )
        incident = base.incidents.open(symptom, service=name, severity=dice.choice(_SEVERITIES)).id
        found = base.check_known_issues(f"ERROR {symptom}", service=name)
        clock.before(days=days, minutes=-minutes)
        base.incidents.resolve(fix, cause=cause, incident_id=incident)
        base.incidents.close(incident)
        if dice.random() < 0.4:
            base.learn_pattern(symptom, cause, fix, services=[name])
        elif found.matches:
            base.record_outcome(
                found.matches[0].id, dice.choice(("resolved", "resolved", "failed")), found.lookup_id
            )


def _drawn(dice: random.Random) -> tuple[str, ...]:
    return dice.choice(list(_SYMPTOMS.values()))


def _opened_now(base: KnowledgeBase, clock: Clock, name: str, number: int, dice: random.Random) -> str:
    """An incident that goes on; the last of them has many lines."""
    clock.before(minutes=200 - number * 8)
    symptom = _drawn(dice)[0].format(s=name, n=dice.randrange(2, 900))
    severity = dice.choice(_SEVERITIES)
    one = base.incidents.open(symptom, service=name, environment="production", severity=severity).id
    for line in range(dice.randrange(2, 8) if number < 23 else 140):
        clock.before(minutes=max(0.1, 190 - number * 8 - line / 2))
        seen = dice.choice(("nothing", "restarted", "out of memory"))
        base.incidents.log(f"looked at pod {line} of {name}: {seen}", incident_id=one)
    return one


def kb(*words: str, home: Path | None = None) -> None:
    """A command, which must succeed."""
    environment = {**os.environ, **({"KB_HOME": str(home)} if home else {})}
    subprocess.run(
        [sys.executable, "-m", "kb", *words], cwd=ROOT, env=environment, check=True, capture_output=True
    )
