"""`/metrics` in Prometheus' format: what was asked of this server and how long it took, and how the home is.

Counters of lookups and outcomes begin at zero with the server and count what anybody records in the home from then on:
commands and other servers, too.  The home is read for a scrape, at most once in `READ_SECONDS`, on a connection of its
own; calls in this process are counted as they are answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kb.home import Home
from kb.model.ledger import Result, Verdict
from kb.store.database import Database
from kb.store.upkeep.counts import Counts, Recorded

READ_SECONDS = 5.0
"""Between two looks at the home, however often somebody scrapes."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: a check takes some hundredths, a long log some seconds."""


class Metrics:
    """The metrics of one server."""

    def __init__(self, home: HomeMetrics) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(home)
        self._seconds = Histogram(
            "kb_operation_seconds",
            "Seconds from the call of an operation to its answer: answered, refused (the caller's mistake) or failed.",
            ("operation", "result"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    @classmethod
    @contextmanager
    def of(cls, home: Home) -> Iterator[Metrics]:
        """Over a connection that is closed at the end."""
        db = Database(home.database)
        try:
            yield cls(HomeMetrics(db))
        finally:
            db.close()

    def observe(self, operation: str, seconds: float, result: str) -> None:
        """Count a call of an operation: `result` is answered, refused or failed."""
        self._seconds.labels(operation, result).observe(seconds)

    def text(self) -> bytes:
        """What a scrape is answered with.  Raises StoreBroken when the database cannot be read."""
        return generate_latest(self._registry)


class HomeMetrics(Collector):
    """What the home says, looked at anew after a while."""

    def __init__(self, db: Database) -> None:
        self._counts = Counts(db)
        self._lookups = Recorded(db, "lookups", "verdict", Verdict)
        self._outcomes = Recorded(db, "outcomes", "result", Result)
        self._deliveries = Recorded(db, "hook_deliveries", "hook", self._counts.hooks(), "id")
        self._looked, self._turn = -READ_SECONDS, threading.Lock()
        self._found: list[Metric] = []

    def describe(self) -> list[Metric]:
        """Nothing: to be registered needs no look at the home."""
        return []

    def collect(self) -> list[Metric]:
        """The gauges and counters."""
        with self._turn:  # two that scrape at once would count what is new twice
            now = time.monotonic()
            if now - self._looked >= READ_SECONDS:
                self._found, self._looked = list(self._look()), now
            return self._found

    def _look(self) -> Iterator[Metric]:
        gauge, counter = partial(_family, GaugeMetricFamily), partial(_family, CounterMetricFamily)
        yield gauge("kb_entries", "Entries of the home.", ("kind", "status"), self._counts.entries().items())
        yield gauge(
            "kb_incidents_open",
            "Incidents that nobody has closed, those that are resolved too.",
            (),
            [((), self._counts.open_incidents())],
        )
        waiting = _by_one(self._counts.waiting_proposals())
        yield gauge("kb_proposals_waiting", "Proposals that nobody has decided on.", ("kind",), waiting)
        messages = _by_one(self._counts.messages())
        yield gauge("kb_messages", "Messages to people, of the last 90 days.", ("state",), messages)
        lookups, outcomes = _by_one(self._lookups.counted()), _by_one(self._outcomes.counted())
        yield counter("kb_lookups", "Lookups that were recorded.", ("verdict",), lookups)
        to_do, delivered = _by_one(self._counts.deliveries_to_do()), _by_one(self._deliveries.counted())
        yield gauge(
            "kb_webhooks_to_do",
            "Deliveries of webhooks that wait, or could not be worked on.",
            ("state",),
            to_do,
        )
        yield counter("kb_webhooks", "Deliveries of webhooks that were accepted.", ("hook",), delivered)
        yield counter("kb_outcomes", "Outcomes that were recorded.", ("result",), outcomes)


def _by_one(counts: dict[str, int]) -> list[tuple[Sequence[str], int]]:
    return [((label,), count) for label, count in counts.items()]


def _family(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    says: str,
    labels: tuple[str, ...],
    counts: Iterable[tuple[Sequence[str], int]],
) -> Metric:
    family = kind(name, says, labels=labels)
    for values, count in counts:
        family.add_metric(values, count)
    return family
