"""A real Prometheus and a real Alertmanager fire and resolve alerts at a real `kb serve`, all on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from kb import KnowledgeBase
from kb.model.incident import LiveIncident, Phase
from kb.model.ledger import Result
from tests.doors.conftest import served

pytestmark = pytest.mark.slow
TEMPLATES = Path("/usr/share/prometheus/alertmanager/default.tmpl")
"""Without it Debian's Alertmanager does not start, whatever is sent."""
TOKEN = "the-token-of-alertmanager"
SET = f"""\
[hooks.alertmanager]
token = "{TOKEN}"
[severity]
page = "SEV1"
[[hooks.open]]
severity = "SEV2"
"""
RULES = """\
groups:
  - name: shop
    rules:
      - alert: CheckoutDown
        expr: up{job="checkout"} == 0
        labels: {severity: page, service: checkout, env: prod}
        annotations: {summary: "checkout refuses connections on {{ $labels.instance }}"}
"""
PROMETHEUS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{folder}/rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]}}]}}
scrape_configs: [{{job_name: checkout, static_configs: [{{targets: ["127.0.0.1:{target}"]}}]}}]
"""
ALERTMANAGER = """\
route: {{receiver: kb, group_by: [alertname, service], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: kb
    webhook_configs:
      - url: {url}/hooks/alertmanager
        send_resolved: true
        http_config: {{authorization: {{credentials: {token}}}}}
"""


class Metrics(BaseHTTPRequestHandler):
    """A service that is up."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"requests_total 1\n")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(*words: str, log: Path) -> Iterator[None]:
    with log.open("w") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def prometheus_and_alertmanager(folder: Path, url: str, target: int) -> Iterator[None]:
    """Both of them, from their packages, with one rule: the target is not up."""
    for name in ("prometheus", "prometheus-alertmanager"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed; on Debian: apt-get install {name}")
    if not TEMPLATES.exists():
        pytest.skip(f"{TEMPLATES} is missing; on Debian: apt-get install --reinstall prometheus-alertmanager")
    own, theirs = free_port(), free_port()
    folder.mkdir()
    (folder / "rules.yml").write_text(RULES)
    (folder / "prometheus.yml").write_text(
        PROMETHEUS.format(folder=folder, alertmanager=theirs, target=target)
    )
    (folder / "alertmanager.yml").write_text(ALERTMANAGER.format(url=url, token=TOKEN))
    with (
        running(
            "prometheus-alertmanager",
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/am",
            f"--web.listen-address=127.0.0.1:{theirs}",
            "--cluster.listen-address=",
            log=folder / "alertmanager.log",
        ),
        running(
            "prometheus",
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{own}",
            log=folder / "prometheus.log",
        ),
    ):
        yield


def eventually(
    home: Path, holds: Callable[[list[LiveIncident]], bool], seconds: float = 60
) -> list[LiveIncident]:
    """The incidents of a home, as soon as that holds of them, or when the time is up."""
    until, found = time.monotonic() + seconds, list[LiveIncident]()
    with KnowledgeBase.open(home) as kb:
        while time.monotonic() < until:
            found = kb.incidents.recent()
            if holds(found):
                break
            time.sleep(0.2)
    return found


def test_a_service_that_goes_down_and_comes_back_is_one_incident_with_an_outcome_that_nobody_typed(
    home: Path, tmp_path: Path
):
    (home / "kb.toml").write_text(SET)
    with KnowledgeBase.open(home) as kb:
        lesson = kb.learn_pattern("checkout refuses connections", meaning="it crashed", fix="start it again")
    target = free_port()
    with served(home) as (address, _):
        url = address.removesuffix("/mcp")
        with prometheus_and_alertmanager(tmp_path / "prometheus", url, target):
            (opened,) = eventually(home, lambda found: len(found) == 1)
            with KnowledgeBase.open(home) as kb:
                kb.incidents.mitigate("started it again", entry_id=lesson.id, incident_id=opened.id)
            with ThreadingHTTPServer(("127.0.0.1", target), Metrics) as up:
                Thread(target=up.serve_forever, daemon=True).start()
                (ended,) = eventually(home, lambda found: found[0].phase is Phase.RESOLVED)
                up.shutdown()
        with KnowledgeBase.open(home) as kb:
            outcomes = kb._parts.ledger.outcomes_in(ended.id)

    assert (opened.title, opened.services, opened.environment) == ("CheckoutDown", ("checkout",), "prod")
    assert (str(opened.severity), opened.severity_label, opened.confirmed) == ("SEV1", "page", False)
    assert ended.id == opened.id
    assert ended.phase is Phase.RESOLVED
    assert [(one.result, one.verified_by, one.note) for one in outcomes][-1] == (
        Result.RESOLVED,
        None,
        "by the alert's end",
    )
