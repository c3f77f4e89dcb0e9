"""What Alertmanager sends to `kb serve`, in the tests of notices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.hooks.sending import post

TOKEN = "the-token-of-alertmanager"
HOOKS = f'[hooks.alertmanager]\ntoken = "{TOKEN}"\n[[hooks.open]]\nseverity = "SEV2"\n'


def _ago(minutes: int) -> str:
    """A moment before now, since a real server tells nobody of what was over days ago."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


STARTED = _ago(10)


def alert(
    name: str, service: str, *, status: str = "firing", severity: str = "critical"
) -> dict[str, object]:
    """A group of one alert, as webhook v4 has it."""
    labels = {"alertname": name, "service": service, "severity": severity, "environment": "production"}
    ends = "0001-01-01T00:00:00Z" if status == "firing" else _ago(2)
    one = {
        "status": status,
        "labels": labels,
        "annotations": {
            "summary": f"{name} in {service}: QueuePool limit of size 5 overflow 10 reached, connection timed out"
        },
        "startsAt": STARTED,
        "endsAt": ends,
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": f"{name}-{service}",
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}", service="{service}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "kb",
        "groupLabels": {"alertname": name, "service": service},
        "commonLabels": labels,
        "commonAnnotations": one["annotations"],
        "externalURL": "http://alertmanager.example",
        "alerts": [one],
    }


def send(url: str, body: dict[str, object]) -> int:
    """Post it to the server whose MCP address is `url`; returns the status."""
    return post(url, "/hooks/alertmanager", body, {"Authorization": f"Bearer {TOKEN}"})[0]
