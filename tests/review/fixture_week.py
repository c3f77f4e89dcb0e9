"""A week as a script of calls with a clock; every number that the tests expect is counted here by hand.

The window is 2026-11-09 09:00 to 2026-11-16 09:00 UTC, seven days.  What happens before it is marked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kb import KnowledgeBase

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
ALL = ("error_rates", "response_times", "complaints", "services", "dashboards", "alerts")


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """A moment of November."""
        self.now = datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass
class Written:
    """The ids that the tests ask for."""

    pool: str = ""
    cache: str = ""
    first: str = ""
    second: str = ""
    third: str = ""
    lookups: list[str] = field(default_factory=list)


def live_the_week(kb: KnowledgeBase, clock: Clock) -> Written:
    """Everything that happens; the clock stands at the end of the window afterwards."""
    done = Written()
    _before(kb, clock, done)
    _tuesday(kb, clock, done)
    _friday(kb, clock, done)
    clock.now = MONDAY
    return done


def _before(kb: KnowledgeBase, clock: Clock, done: Written) -> None:
    """2 to 6 November: a pattern is learned and works once; an incident leaves two action items open."""
    clock.at(2, 10)
    done.pool = kb.learn_pattern(
        "PoolExhaustedError: no connection free in pool checkout-db",
        "The pool is too small",
        "Raise max_connections",
        services=["checkout"],
    ).id
    clock.at(3, 10)
    incident = kb.incidents.open("Checkout cannot reach its database", service="checkout", severity="SEV2")
    done.first = incident.id
    clock.at(3, 10, 30)
    kb.incidents.mitigate("raised the pool", entry_id=done.pool, worked=True)
    kb.incidents.resolve("the pool is larger", entry_id=done.pool)
    kb.incidents.verify(ALL, by="ana")
    kb.incidents.add_action_item("Alert on pool usage", owner="ana", due="2026-11-12")
    kb.incidents.add_action_item("Find the leak", owner="ben", due="2026-11-30")
    kb.incidents.close()
    clock.at(6, 12)
    kb.changes.record("drift", service="checkout", reason="a larger pool by hand", expires="2026-11-13")
    kb.check_known_issues("asked before the window began")


def _tuesday(kb: KnowledgeBase, clock: Clock, done: Written) -> None:
    """10 November: it comes back 7 days after its end, is known, and one of two open items is still open."""
    clock.at(10, 8)
    kb.incidents.add_action_item("Find the leak", owner="ben", done=True, incident_id=done.first)
    clock.at(10, 10, 30)
    found = kb.check_known_issues(
        "PoolExhaustedError: no connection free in pool checkout-db", service="checkout"
    )
    done.lookups.append(found.lookup_id or "")
    incident = kb.incidents.open(
        "Checkout cannot reach its database", service="checkout", severity="SEV2", lookup_id=found.lookup_id
    )
    done.second = incident.id
    clock.at(10, 10, 35)
    kb.incidents.acknowledge("ana")
    clock.at(10, 10, 50)
    kb.incidents.mitigate("raised the pool again", entry_id=done.pool, worked=True)
    clock.at(10, 11, 30)
    kb.incidents.resolve("the pool is larger", entry_id=done.pool)
    kb.incidents.verify(ALL, by="ana")
    kb.incidents.add_action_item("Return connections in finally", owner="ben", due="2026-12-01")
    kb.incidents.close()
    kb.session_log("raised the pool", "from 20 to 40")


def _friday(kb: KnowledgeBase, clock: Clock, done: Written) -> None:
    """13 November: a new cause, asked three times with other ids and not known; what was tried failed."""
    clock.at(13, 15)
    for pod in ("a1b2c", "d3e4f", "9f8e7"):
        found = kb.check_known_issues(
            f"replica cache-6c9d8f7b5-{pod} lost its quorum of shards", service="cache"
        )
        done.lookups.append(found.lookup_id or "")
    incident = kb.incidents.open(
        "Cache answers with stale prices", service="cache", severity="SEV1", lookup_id=found.lookup_id
    )
    done.third = incident.id
    clock.at(13, 15, 10)
    kb.incidents.acknowledge("ben")
    clock.at(13, 15, 40)
    kb.incidents.mitigate("raised the pool of the cache", entry_id=done.pool, worked=False)
    clock.at(13, 16, 30)
    kb.incidents.mitigate("flushed the cache", worked=True)
    done.cache = kb.learn_pattern(
        "lost its quorum of shards", "A shard went away", "Flush the cache", services=["cache"]
    ).id
    clock.at(14, 9)
    found = kb.check_known_issues(
        "PoolExhaustedError: no connection free in pool checkout-db", service="checkout"
    )
    done.lookups.append(found.lookup_id or "")


def days_later(clock: Clock, days: float) -> None:
    """Let time pass."""
    clock.now += timedelta(days=days)
