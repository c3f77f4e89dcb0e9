"""`POST /hooks/…` of a real `kb serve`: accepted, known again, refused and told."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.incident import Phase
from tests.doors.conftest import served
from tests.hooks.conftest import SET, alerts
from tests.hooks.sending import post, signed

pytestmark = pytest.mark.slow
BEARER = {"Authorization": "Bearer the-token-of-alertmanager"}
MORE = """\
[hooks.generic.deploys]
token = "the-token-of-deploys"
[hooks.generic.deploys.template]
alerts = "failed"
name = "join(' ', ['deploy of', app, 'failed'])"
text = "reason"
service = "app"
severity = "level"
state = "status"
group = "run"
delivery = "id"
[hooks.azure]
token_env = "NOT_SET_ANYWHERE"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[tuple[str, Path, Path]]:
    """A server with webhooks: its URL, its home, and the file with what it says."""
    folder = tmp_path_factory.mktemp("hooked")
    home = Path(shutil.copytree(new_home, folder / "home"))
    (home / "kb.toml").write_text(SET + MORE)
    with served(home) as (url, process), (folder / "log").open("w") as log:
        pump = subprocess.Popen(["cat"], stdin=process.stderr, stdout=log)
        yield url, home, folder / "log"
        pump.terminate()
        pump.wait()


def eventually(home: Path, what: object) -> object:
    """What a question to the home gives, as soon as that is anything."""
    with KnowledgeBase.open(home) as kb:
        for _ in range(200):
            if found := what(kb):  # type: ignore[operator]
                return found
            time.sleep(0.05)
    return None


def test_an_alert_is_accepted_at_once_and_its_incident_is_there_soon(server: tuple[str, Path, Path]):
    url, home, _ = server
    body = alerts("QuotaReached", now=datetime.now(UTC))

    status, answer = post(url, "/hooks/alertmanager", body, BEARER)
    again, known = post(url, "/hooks/alertmanager", body, BEARER)

    assert (status, answer["repeated"]) == (202, False)
    assert (again, known["repeated"], known["delivery"]) == (200, True, answer["delivery"])
    found = eventually(home, lambda kb: [one for one in kb.incidents.recent() if one.title == "QuotaReached"])
    assert len(found) == 1  # type: ignore[arg-type]
    assert found[0].timeline[0].actor == "alerts"  # type: ignore[index]


def test_the_end_of_the_alert_ends_it(server: tuple[str, Path, Path]):
    url, home, _ = server
    now = datetime.now(UTC)
    post(url, "/hooks/alertmanager", alerts("DiskFull", now=now), BEARER)
    post(url, "/hooks/alertmanager", alerts("DiskFull", now=now, over=True), BEARER)

    def ended(kb: KnowledgeBase) -> bool:
        return any(one.title == "DiskFull" and one.phase is Phase.RESOLVED for one in kb.incidents.recent())

    assert eventually(home, ended)


def test_pagerduty_is_believed_by_its_signature(server: tuple[str, Path, Path]):
    url, home, _ = server
    now = datetime.now(UTC).isoformat()
    event = {
        "id": "01EVENT",
        "event_type": "incident.triggered",
        "occurred_at": now,
        "data": {
            "id": "PINC1",
            "type": "incident",
            "title": "Ledger is behind",
            "service": {"summary": "ledger"},
            "urgency": "high",
            "status": "triggered",
            "created_at": now,
        },
    }
    body = json.dumps({"event": event}).encode()
    sign = {"X-PagerDuty-Signature": f"v1={signed('the-secret-of-pagerduty', body)}"}

    assert post(url, "/hooks/pagerduty", body, sign)[0] == 202
    assert post(url, "/hooks/pagerduty", body, sign)[0] == 200
    assert post(url, "/hooks/pagerduty", body, {"X-PagerDuty-Signature": "v1=" + "0" * 64})[0] == 403
    assert eventually(
        home, lambda kb: [one for one in kb.incidents.recent() if one.title == "Ledger is behind"]
    )


def test_what_happened_long_ago_is_refused_although_it_is_signed(server: tuple[str, Path, Path]):
    old = {
        "event": {
            "id": "0",
            "event_type": "incident.triggered",
            "occurred_at": "2026-01-01T00:00:00Z",
            "data": {},
        }
    }
    body = json.dumps(old).encode()
    sign = {"X-PagerDuty-Signature": f"v1={signed('the-secret-of-pagerduty', body)}"}

    status, answer = post(server[0], "/hooks/pagerduty", body, sign)

    assert (status, answer["detail"]) == (422, "it tells of what happened more than 7 days ago")


def test_a_message_of_ones_own_is_read_by_its_template(server: tuple[str, Path, Path]):
    url, home, _ = server
    header = {"X-Deploys-Token": "the-token-of-deploys"}
    body = {
        "id": 7,
        "run": "r-1",
        "failed": [{"app": "basket", "reason": "image not found", "level": "high"}],
    }

    assert post(url, "/hooks/generic/deploys", body, header)[0] == 202
    assert post(url, "/hooks/generic/deploys", {**body, "more": 1}, header)[1]["repeated"] is True
    found = eventually(
        home, lambda kb: [one for one in kb.incidents.recent() if one.title == "deploy of basket failed"]
    )
    assert found[0].services == ("basket",)  # type: ignore[index]
    over = {**body, "id": 8, "failed": [{**body["failed"][0], "status": "OK"}]}  # type: ignore[index]
    assert post(url, "/hooks/generic/deploys", over, header)[0] == 202

    def ended(kb: KnowledgeBase) -> bool:
        return kb.incidents.get(found[0].id).phase is Phase.RESOLVED  # type: ignore[index]

    assert eventually(home, ended)


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "said"),
    [
        ("/hooks/alertmanager", {}, {"a": 1}, 401, "neither the hook's token nor its signature"),
        (
            "/hooks/alertmanager",
            {"Authorization": "Bearer wrong-token-here"},
            {"a": 1},
            401,
            "not that of the hook",
        ),
        (
            "/hooks/grafana",
            {"X-Grafana-Alerting-Signature": "0" * 64},
            {"a": 1},
            403,
            "does not fit its body",
        ),
        ("/hooks/opsgenie", BEARER, {"a": 1}, 404, "there is no webhook 'opsgenie'"),
        ("/hooks/generic/other", BEARER, {"a": 1}, 404, "there is no webhook 'generic/other'"),
        ("/hooks/../healthz", BEARER, {"a": 1}, 404, ""),
        ("/hooks/azure", {"X-Kb-Token": "x"}, {"a": 1}, 503, "neither its token nor its secret is set"),
        ("/hooks/alertmanager", BEARER, b"  ", 400, "the body is empty"),
        ("/hooks/alertmanager", {**BEARER, "Content-Encoding": "gzip"}, b"\x1f\x8b", 415, "compressed"),
        ("/hooks/alertmanager", BEARER, b" " * (4 * 1024 * 1024 + 1), 413, "larger than 4,194,304 bytes"),
    ],
)
def test_what_is_not_taken_is_refused_and_told_why(
    server: tuple[str, Path, Path], path: str, headers: dict[str, str], body: object, status: int, said: str
):
    answered, told = post(server[0], path, body, headers)

    assert answered == status
    assert said in str(told["detail"])


def test_refusals_are_logged_and_no_secret_with_them(server: tuple[str, Path, Path]):
    url, _, log = server
    time.sleep(1.1)
    post(
        url, "/hooks/alertmanager?token=should-not-be-logged", {"a": 1}, {"X-Kb-Token": "nor-should-this-one"}
    )
    time.sleep(0.5)
    said = log.read_text()

    assert (
        "refused a delivery to '/hooks/alertmanager' from 127.0.0.1: its token is not that of the hook"
        in said
    )
    assert "should-not-be-logged" not in said
    assert "nor-should-this-one" not in said


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00garbage", b"[" * 100_000, b'"text"', b"12", b"CRITICAL: cart down"]
)
def test_what_is_no_json_is_taken_as_a_text_and_breaks_nothing(server: tuple[str, Path, Path], body: bytes):
    url, home, _ = server
    status, answer = post(url, "/hooks/nagios", body, {"X-Kb-Token": "the-token-of-nagios"})
    assert status in (200, 202)

    def worked_on(kb: KnowledgeBase) -> bool:
        row = kb._parts.db.rows(
            "SELECT state, attempts FROM hook_deliveries WHERE id = ?", [answer["delivery"]]
        )[0]
        return row["state"] == "done" and row["attempts"] == 0

    assert eventually(home, worked_on)


def test_a_body_that_does_not_come_holds_up_nobody_else(server: tuple[str, Path, Path]):
    place = urlsplit(server[0])
    head = "POST /hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    with socket.create_connection((place.hostname, place.port), timeout=10) as slow:
        slow.sendall(head.encode())
        status, _ = post(server[0], "/hooks/alertmanager", alerts("Meanwhile", now=datetime.now(UTC)), BEARER)
    assert status == 202


def test_a_mistake_in_the_file_takes_no_webhook_away_while_the_server_runs_and_keeps_them_off_when_it_starts(
    home: Path,
):
    file = home / "kb.toml"
    file.write_text(SET)
    with served(home) as (url, _):
        file.write_text(SET + "[retention]\ndays = 1\n")
        assert post(url, "/hooks/alertmanager", alerts(now=datetime.now(UTC)), BEARER)[0] == 202
    with served(home) as (url, process):
        assert process.stderr
        said = next(line for line in process.stderr if "no webhooks are served" in line)
        status, answer = post(url, "/hooks/alertmanager", alerts(now=datetime.now(UTC)), BEARER)
        assert "no webhooks are served: kb.toml:15: retention.days is not known" in said
        assert (status, "kb.toml:15" in str(answer["detail"])) == (503, True)
        file.write_text(SET)
        assert post(url, "/hooks/alertmanager", alerts(now=datetime.now(UTC)), BEARER)[0] == 202


def test_while_another_process_writes_a_delivery_waits_and_is_kept(home: Path, encoder: OnnxEncoder):
    (home / "kb.toml").write_text(SET)
    with served(home) as (url, _), KnowledgeBase.open(home, encoder=encoder) as kb:
        answers: list[int] = []
        with kb._parts.db.write():
            kb._parts.db.set_meta("held", os.getpid())
            thread = threading.Thread(
                target=lambda: answers.append(
                    post(url, "/hooks/alertmanager", alerts(now=datetime.now(UTC)), BEARER)[0]
                )
            )
            thread.start()
            time.sleep(1)
            assert answers == []
        thread.join()
    assert answers == [202]
