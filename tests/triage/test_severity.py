"""A wrong SEV1 wakes everybody; a missed one lets a shop burn.  Both are in the table."""

from __future__ import annotations

import pytest

from kb.errors import InvalidInput
from kb.model.brief import Alert
from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

WORDS = [
    # the definitions of the scales
    ("Complete outage of the checkout", "SEV1"),
    ("Possible security breach: access logs show a foreign admin", "SEV1"),
    ("We are losing customer data since 10:02", "SEV1"),
    ("risk of data loss on db-3", "SEV1"),
    ("order-service is down", "SEV1"),
    ("the site is completely down for everyone", "SEV1"),
    ("production down since 03:12", "SEV1"),
    ("Service Down", "SEV1"),
    ("All users are affected, the login fails", "SEV1"),
    ("nobody can log in", "SEV1"),
    ("payments outage, affecting all customers", "SEV1"),
    ("API credentials were leaked on a public page", "SEV1"),
    ("ransomware note found on file server", "SEV1"),
    ("Major functionality degraded: search returns nothing", "SEV2"),
    ("significant user impact in checkout", "SEV2"),
    ("High error rate on order-service", "SEV2"),
    ("API p99 latency > 2s (threshold: 500ms)", "SEV2"),
    ("error rate is at 34 % on payments", "SEV2"),
    ("partial outage in eu-west-1", "SEV2"),
    ("orders are failing with 502", "SEV2"),
    ("Minor functionality impaired, limited user impact", "SEV3"),
    ("some users see stale avatars", "SEV3"),
    ("intermittent timeouts in the report export", "SEV3"),
    ("cosmetic: logo is misaligned", "SEV4"),
    ("typo in the footer", "SEV4"),
    # negations and harmless mentions
    ("High error rate on orders. No data loss.", "SEV2"),
    ("no evidence of a security breach", None),
    ("disk replaced without data loss", None),
    ("outage resolved at 10:40", None),
    ("the complete outage is over", None),
    ("total outage has been mitigated", None),
    ("error budget down to 3 %", None),
    ("latency is down by half", None),
    ("traffic is down 30 % against last week", None),
    ("scaled down the batch workers", None),
    ("node-7 shut down for planned maintenance", None),
    ("the site is down for planned maintenance", None),
    ("one of three replicas is down", None),
    ("pod is down, the other two serve", None),
    ("is the service down?", None),
    ("Is there data loss?", None),
    ("similar to last week's complete outage", None),
    ("security breach drill starts at noon", None),
    ("postmortem of the complete outage is due", None),
    ("data loss was ruled out", None),
    ("raid rebuild prevents data loss", None),
    ("backups protect against data loss", None),
    ("disk fills up, this may lead to data loss", "SEV2"),
    ("no users affected, but the database is down", "SEV1"),
    ("not a drill: complete outage of payments", "SEV1"),
    ("queue depth is 4 000", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "severity"), WORDS, ids=[text[:45] or "nothing" for text, _ in WORDS])
def test_words_are_judged_by_what_they_assert(text: str, severity: str | None) -> None:
    judged = judge_severity(Alert(text=text, name=text), "")

    assert (judged.severity, judged.confirmed) == (severity, False)
    assert bool(judged.words) is (severity is not None)


@pytest.mark.parametrize(
    ("given", "severity"),
    [
        ("SEV1", "SEV1"),
        ("sev-2", "SEV2"),
        ("P3", "SEV3"),
        ("critical", "SEV1"),
        ("High", "SEV2"),
        ("🟡", "SEV3"),
        ("🟢 Low", "SEV4"),
        ("Highest", "SEV1"),
        ("lowest", "SEV4"),
    ],
)
def test_a_severity_that_somebody_gave_is_confirmed(given: str, severity: str) -> None:
    judged = judge_severity(Alert(text="complete outage"), given)

    assert (judged.severity, judged.confirmed, judged.words) == (severity, True, (given,))


def test_a_given_severity_on_no_scale_is_refused_with_the_scales() -> None:
    with pytest.raises(InvalidInput, match="SEV1 to SEV4"):
        judge_severity(Alert(text="x"), "banana")


def test_the_label_of_an_alert_goes_before_its_words_and_stays_unconfirmed() -> None:
    labels = {"alertname": "Odd", "severity": "warning"}
    alert = parse_alert({"labels": labels, "annotations": {"summary": "complete outage"}})

    judged = judge_severity(alert)

    assert (judged.severity, judged.confirmed, judged.words) == ("SEV3", False, ("warning",))


def test_a_label_that_is_on_no_scale_leaves_it_to_the_words() -> None:
    alert = parse_alert(
        {"labels": {"severity": "page"}, "annotations": {"summary": "complete outage of api"}}
    )

    judged = judge_severity(alert)

    assert (judged.severity, judged.words) == ("SEV1", ("complete outage",))


def test_in_a_log_the_telling_lines_are_judged() -> None:
    log = "\n".join(
        ["INFO ok"] * 500 + ["ERROR replication broke, data corruption in table orders"] + ["INFO ok"] * 500
    )

    assert judge_severity(parse_alert(log)).severity == "SEV1"
