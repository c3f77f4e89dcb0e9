"""A home whose clock the tests turn, and lines of logs whose ids vary."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder


class Clock:
    """A clock that goes on by a minute with every look at it, and by days when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder, clock: Clock) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, clock=clock, exact_below=50_000, actor="ana") as opened:
        yield opened


FENCING = "{day}T10:{n2}:11Z ERROR [http-exec-{n1}] ledger shard {n5} rejected stale fencing token {id} from {ip}:5432"
KAFKA = "kafka: consumer group payments-settle lost partition assignment, generation {n5} fenced by {ip}:9092"
VOLUME = "reconcile.go:210] volume attachment csi-{id} stuck detaching from node ip-{ip}.ec2.internal"


def line(template: str, seed: int) -> str:
    """The template with ids that depend on the seed alone."""
    of = random.Random(seed)
    return template.format(
        day=f"2026-06-{of.randint(10, 28)}",
        n1=of.randint(1, 9),
        n2=of.randint(10, 59),
        n5=of.randint(10_000, 99_999),
        id=uuid.UUID(int=of.getrandbits(128)),
        ip=f"10.0.{of.randint(1, 250)}.{of.randint(1, 250)}",
    )


def ask(kb: KnowledgeBase, template: str, times: int = 2, service: str = "", first: int = 0) -> list[str]:
    """Look the line up that often, each time with other ids; returns the verdicts."""
    return [
        kb.check_known_issues(line(template, first + n), service=service).verdict.value for n in range(times)
    ]
