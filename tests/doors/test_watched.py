"""What watches the server: metrics that Prometheus can read, a line for each request, spans where somebody traces."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kb import KnowledgeBase
from kb.doors.http import metrics
from kb.doors.http.metrics import HomeMetrics, Metrics
from kb.model.ledger import Verdict
from kb.store.database import Database
from kb.store.upkeep.counts import Recorded
from tests.conftest import ROOT
from tests.doors.conftest import environment, served

pytestmark = pytest.mark.slow
READ = "read-token-of-the-watch"


@pytest.fixture
def own(tmp_path: Path, new_home: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path / "home"))


def values(text: str, name: str) -> dict[str, float]:
    """The samples of a metric by their labels."""
    families = {one.name: one for one in text_string_to_metric_families(text)}
    told = [one for one in families[name].samples if not one.name.endswith(("_created", "_sum", "_bucket"))]
    return {",".join(one.labels.values()): one.value for one in told}


def test_a_scrape_tells_what_is_in_the_home_and_what_was_asked_of_this_server(own: Path):
    with served(own) as (url, _):
        base = url.removesuffix("/mcp")
        httpx2.post(f"{base}/api/v1/check", json={"error_text": "the winch is frozen"})
        httpx2.post(f"{base}/api/v1/check", json={"limit": 99})
        httpx2.post(f"{base}/api/v1/incidents", json={"title": "the winch is frozen"})

        scraped = httpx2.get(f"{base}/metrics")

    assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert sum(values(scraped.text, "kb_entries").values()) > 0
    assert values(scraped.text, "kb_incidents_open") == {"": 1}
    assert sum(values(scraped.text, "kb_lookups").values()) == 1
    timed = values(scraped.text, "kb_operation_seconds")
    assert timed["check_known_issues,answered"] == timed["check_known_issues,refused"] == 1


def test_deliveries_of_webhooks_are_counted_when_they_come_and_while_they_wait(own: Path):
    (own / "kb.toml").write_text("[hooks.nagios]\ntoken = 'the-token-of-nagios'\n")
    db = Database(own / "state" / "kb.db")
    home = HomeMetrics(db)
    list(home.collect())
    with KnowledgeBase.open(own) as kb:
        kb.hooks.accept("nagios", {}, b"CRITICAL: the winch is frozen", signed=False)
    home._looked = -1000.0
    found = {metric.name: metric for metric in home.collect()}
    db.close()

    def told(name: str) -> dict[str, float]:
        samples = [one for one in found[name].samples if not one.name.endswith("_created")]
        return {",".join(one.labels.values()): one.value for one in samples}

    assert told("kb_webhooks") == {"nagios": 1}
    assert told("kb_webhooks_to_do") == {"waiting": 1, "lookup": 0, "failed": 0}


def test_a_scrape_tells_how_many_messages_people_did_not_get(own: Path):
    (own / "kb.toml").write_text(
        '[[notify]]\nname = "lost"\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE_HERE"\n'
    )
    with KnowledgeBase.open(own) as kb:
        kb.incidents.open("the winch is frozen")
        kb.notices.send()
        with Metrics.of(kb.home) as found:
            messages = values(found.text().decode(), "kb_messages")

    assert messages["failed"] == 1
    assert messages["waiting"] == 0


def test_lookups_of_other_processes_are_counted_from_the_start_of_the_server(own: Path):
    with KnowledgeBase.open(own) as kb:
        kb.check_known_issues("asked before anybody counted")
    db = Database(own / "state" / "kb.db")
    counted = Recorded(db, "lookups", "verdict", Verdict)
    before = counted.counted()
    with KnowledgeBase.open(own) as kb:
        kb.check_known_issues("asked by another process")

    after, again = counted.counted(), counted.counted()
    db.close()

    assert set(before.values()) == {0}
    assert sum(after.values()) == sum(again.values()) == 1


def test_whoever_scrapes_the_home_is_looked_at_once_in_a_while(own: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "READ_SECONDS", 3600.0)
    db = Database(own / "state" / "kb.db")
    told = Metrics(HomeMetrics(db))
    first = told.text()
    with KnowledgeBase.open(own) as kb:
        kb.incidents.open("the crane stands")

    assert told.text() == first
    db.close()


def test_metrics_ask_for_a_token_where_the_server_has_some(own: Path):
    with served(own, KB_READ_TOKEN=READ) as (url, _):
        page = f"{url.removesuffix('/mcp')}/metrics"

        assert httpx2.get(page).status_code == 401
        assert httpx2.get(page, headers={"Authorization": f"Bearer {READ}"}).status_code == 200


def test_a_request_is_a_line_of_the_access_log_without_what_it_said(own: Path):
    with served(own, "--access-log") as (url, process):
        base = url.removesuffix("/mcp")
        httpx2.get(f"{base}/api/v1/search?query=hunter2-is-my-password", headers={"X-Actor": "pager-bridge"})
        httpx2.get(f"{base}/api/v1/%1B%5B31m")
        process.terminate()
        assert process.stderr
        said = process.stderr.read()

    line, other = [one for one in said.splitlines() if " kb.access " in one]
    assert "GET /api/v1/search 200 " in line
    assert "hunter2" not in line
    assert "'pager-bridge'" in line
    assert "404" in other
    assert "\x1b" not in said


def test_a_call_is_a_span_where_opentelemetry_s_sdk_is_installed(own: Path):
    script = """
import anyio, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
from kb import KnowledgeBase
from kb.doors.mcp.server import KbServer
from mcp import Client
async def main():
    with KnowledgeBase.open(sys.argv[1]) as kb:
        async with Client(KbServer(kb)) as client:
            await client.call_tool("incident_list", {})
anyio.run(main)
found = {span.name: span for span in spans.get_finished_spans()}
print(sorted(found))
inner = found["incident_list"]
outer = next(span for span in found.values() if inner.parent and span.context.span_id == inner.parent.span_id)
print(outer.name, dict(outer.attributes)["gen_ai.tool.name"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(own)],
        capture_output=True,
        text=True,
        env=environment(own),
        check=True,
    )

    assert "tools/call incident_list incident_list" in done.stdout


def test_the_dashboard_and_the_alert_rules_ask_for_metrics_that_are_there(own: Path):
    db = Database(own / "state" / "kb.db")
    told = Metrics(HomeMetrics(db))
    told.observe("check_known_issues", 0.01, "answered")
    there = {
        sample.name for one in text_string_to_metric_families(told.text().decode()) for sample in one.samples
    }
    families = {one.name for one in text_string_to_metric_families(told.text().decode())}
    db.close()

    for file in ("dashboard.json", "rules.yaml"):
        asked = set(re.findall(r"\bkb_[a-z_]+", (ROOT / "examples" / "monitoring" / file).read_text()))
        assert len(asked) > 2
        assert {
            name for name in asked if name not in there and name.removesuffix("_total") not in families
        } == set()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_takes_the_alert_rules():
    rules = ROOT / "examples" / "monitoring" / "rules.yaml"

    done = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
