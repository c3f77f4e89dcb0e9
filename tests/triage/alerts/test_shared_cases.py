"""The alerts of `../shared/cases/alerts`: what `EXPECTED.md` says of each is what is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kb.model.brief import Alert
from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity
from tests.conftest import ROOT

CASES = ROOT.parent / "shared/cases/alerts"
AT = datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases/alerts is not here")


def read(name: str) -> Alert:
    return parse_alert((CASES / name).read_text())


NAMED = {
    "cloudwatch-sns.json": ("orders-api-5xx-rate", "orders-api", "production", "SEV2"),
    "cloudwatch-eventbridge.json": ("orders-queue-age", "orders", "", None),
    "azure.json": ("checkout-cpu-high", "", "", "SEV1"),
    "opsgenie.json": (
        "payment-gateway: card authorisations time out",
        "payment-gateway",
        "production",
        "SEV2",
    ),
    "datadog.json": ("Checkout error rate is high", "checkout", "prod", "SEV1"),
    "zabbix.json": ("PostgreSQL: replication lag is above 300 s", "", "", "SEV2"),
    "nagios.txt": ("Disk Space /var on web-03", "", "", "SEV1"),
    "gcp.json": ("Cart CPU saturated", "cart", "production", "SEV1"),
    "servicenow.json": ("Users cannot log in to the HR portal", "HR Portal", "production", "SEV2"),
    "grafana-nodata.json": ("Checkout latency high (DatasourceError)", "", "", "SEV1"),
    "amtool-v2.json": ("DiskWillFill", "", "", "SEV3"),
    "pingdom.json": ("Shop front page", "", "production", "SEV2"),
    "exported.json": ("KubePodNotReady", "cart", "production", "SEV3"),
    "exported2.json": ("PgReplicationLag", "ledger-db", "production", "SEV1"),
    "k8s-events.yaml": (
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "cart",
        "production",
        None,
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_case_has_its_name_service_environment_and_severity_and_is_not_over(case: str) -> None:
    alert = read(case)

    severity = judge_severity(alert).severity
    assert (alert.name, alert.service, alert.environment, severity and str(severity)) == NAMED[case]
    assert not alert.is_resolved


@pytest.mark.parametrize("case", ["cloudwatch-ok.json", "pingdom-up.json", "nagios-recovery.txt"])
def test_a_case_that_is_over_says_so_under_the_same_name(case: str) -> None:
    alert = read(case)

    assert alert.is_resolved
    assert alert.name in ("orders-api-5xx-rate", "Shop front page", "Disk Space /var on web-03")


@pytest.mark.parametrize(
    "case", ["cloudwatch-eventbridge.json", "azure.json", "zabbix.json", "nagios.txt", "servicenow.json"]
)
def test_a_case_starts_when_its_state_changed(case: str) -> None:
    assert read(case).starts == AT


def test_opsgenie_starts_when_the_alert_was_created() -> None:
    assert read("opsgenie.json").starts == datetime(2025, 11, 20, 10, 35, 12, tzinfo=UTC)


def test_the_error_of_a_source_that_grafana_could_not_ask_is_in_the_text() -> None:
    assert "connection refused" in read("grafana-nodata.json").text


def test_a_silenced_alert_does_not_lead_and_is_told() -> None:
    alert = read("amtool-v2.json")

    assert (alert.firing, alert.silenced) == (1, 1)
    assert any("IngesterUnhealthy" in note for note in alert.notes)
