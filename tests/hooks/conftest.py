"""A home with webhooks, a clock that stands still, and what tools send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.hooks.inbox import Accepted
from kb.index.encoder import OnnxEncoder
from kb.model.hook import NewsKind
from kb.model.incident import LiveIncident

SET = """\
[hooks.alertmanager]
token = "the-token-of-alertmanager"
[hooks.grafana]
secret = "the-secret-of-grafana"
[hooks.pagerduty]
secret = "the-secret-of-pagerduty"
[hooks.nagios]
token = "the-token-of-nagios"
[[hooks.open]]
severity = "SEV2"
[[hooks.open]]
severity = "SEV3"
alerts = 3
"""


@dataclass
class Inbox:
    """A knowledge base with webhooks, whose time is told by the test."""

    kb: KnowledgeBase
    now: datetime = field(default=datetime(2026, 11, 30, 3, 0, tzinfo=UTC))

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def sends(
        self, body: object, hook: str = "alertmanager", *, signed: bool = False, **headers: str
    ) -> Accepted:
        """A delivery that is accepted, and worked on."""
        done = self.accepts(body, hook, signed=signed, **headers)
        self.kb.hooks.work()
        return done

    def accepts(
        self, body: object, hook: str = "alertmanager", *, signed: bool = False, **headers: str
    ) -> Accepted:
        text = body if isinstance(body, str) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.kb.hooks.accept(hook, named, text.encode(), signed=signed)

    def incidents(self) -> list[LiveIncident]:
        return self.kb.incidents.recent(2000)

    def one(self) -> LiveIncident:
        (found,) = self.incidents()
        return found

    def news(self) -> list[tuple[NewsKind, dict[str, Any]]]:
        return [(one.kind, dict(one.body)) for one in self.kb.hooks.news.after(0, 10_000)]

    def kinds(self) -> list[str]:
        return [str(kind) for kind, _ in self.news()]


def alerts(
    name: str = "PoolExhausted",
    *,
    now: datetime,
    group: str = "",
    over: bool = False,
    count: int = 1,
    severity: str = "critical",
    service: str = "checkout",
    began: timedelta = timedelta(minutes=2),
    **more: object,
) -> dict[str, Any]:
    """A message of Alertmanager's, version 4."""
    state = "resolved" if over else "firing"
    return {
        "version": "4",
        "groupKey": group or f'{{}}:{{alertname="{name}", service="{service}"}}',
        "truncatedAlerts": 0,
        "status": state,
        "receiver": "kb",
        "groupLabels": {"alertname": name},
        "commonLabels": {"alertname": name, "service": service, "severity": severity, "env": "prod"},
        "commonAnnotations": {"summary": f"{name} on {service}: remaining connection slots are reserved"},
        "externalURL": "http://alertmanager:9093",
        "alerts": [
            {
                "status": state,
                "labels": {
                    "alertname": name,
                    "service": service,
                    "severity": severity,
                    "env": "prod",
                    "instance": f"db-{number}",
                },
                "annotations": {"summary": f"{name} on {service}: remaining connection slots are reserved"},
                "startsAt": (now - began).isoformat(),
                "endsAt": now.isoformat() if over else "0001-01-01T00:00:00Z",
                "fingerprint": f"{number:016x}",
            }
            for number in range(count)
        ],
        **more,
    }


@pytest.fixture
def hooked_home(home: Path) -> Path:
    file = home / "kb.toml"
    file.write_text(SET)
    file.chmod(0o600)
    return home


@pytest.fixture
def inbox(hooked_home: Path, encoder: OnnxEncoder) -> Iterator[Inbox]:
    with KnowledgeBase.open(hooked_home, encoder=encoder, clock=lambda: made.now, actor="alerts") as kb:
        made = Inbox(kb)
        yield made
