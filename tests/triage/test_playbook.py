"""Seed 002's knowledge: what to do first, what to ask, when to escalate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kb.model.change import Change, ChangeKind
from kb.model.entry import Severity
from kb.triage.playbook import Situation, Symptom, escalations, mitigations, questions, symptoms

NOW = datetime(2026, 5, 20, 10, 30, tzinfo=UTC)
DEPLOYED = Change(
    kind=ChangeKind.DEPLOYMENT,
    at=NOW - timedelta(minutes=40),
    service="orders",
    version="v2.4",
    previous="v2.3",
)
BARE = Situation(text="orders is odd", now=NOW)
ORDERS = replace(BARE, service="orders")


def test_the_options_come_in_the_order_of_speed() -> None:
    names = [option.name for option in mitigations(BARE)]

    assert names == ["Rollback", "Traffic redirection", "Kill switch", "Scale up", "Manual intervention"]


def test_a_rollback_needs_a_change() -> None:
    without, with_change = mitigations(ORDERS)[0], mitigations(replace(ORDERS, changes=(DEPLOYED,)))[0]

    assert (without.met, without.because) == (None, "")
    assert with_change.met is True
    assert "v2.4" in with_change.because
    assert "roll back to v2.3" in with_change.because


def test_a_migration_that_ran_in_between_is_a_caution() -> None:
    migration = Change(kind=ChangeKind.MIGRATION, at=NOW - timedelta(minutes=38), version="0042")

    option = mitigations(replace(ORDERS, changes=(migration, DEPLOYED)))[0]

    assert option.met is True
    assert "0042" in option.cautions[0]


def test_what_was_rolled_back_already_is_not_rolled_back_again() -> None:
    rollback = Change(
        kind=ChangeKind.ROLLBACK, at=NOW - timedelta(minutes=5), service="orders", version="v2.3"
    )

    assert mitigations(replace(ORDERS, changes=(rollback, DEPLOYED)))[0].met is False


@pytest.mark.parametrize("failing", ["", "billing"])
def test_a_change_of_something_else_is_rolled_back_only_if_that_is_what_fails(failing: str) -> None:
    option = mitigations(replace(BARE, service=failing, changes=(DEPLOYED,)))[0]

    assert (option.met, option.precondition) == (None, "orders as what fails")
    assert "v2.4" in option.because


def test_a_deployment_that_only_the_alert_tells_of_is_not_on_record_but_possible() -> None:
    option = mitigations(replace(ORDERS, text="HTTP 500 since the deployment of a3f8d2c at 14:12"))[0]

    assert option.met is None
    assert option.because == 'none on record, but the alert says "since the deployment of a3f8d2c"'


def test_a_fix_that_nobody_has_proven_is_not_obvious() -> None:
    unproven = replace(BARE, fix_on_record="pattern-x")

    assert mitigations(unproven)[4].met is None
    assert mitigations(replace(unproven, fix_resolved=True))[4].met is True


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("connection pool exhausted", 3),
        ("OOM killed again", 3),
        ("one of three replicas fails", 1),
        ("since the feature flag rank_v2 was enabled", 2),
    ],
)
def test_evidence_meets_the_precondition_of_an_option(text: str, option: int) -> None:
    assert mitigations(replace(BARE, text=text))[option].met is True
    assert mitigations(BARE)[option].met is None


def test_only_what_is_missing_is_asked() -> None:
    full = Situation(
        text="ERROR pool exhausted, 30 % of users affected",
        now=NOW,
        severity=Severity.SEV2,
        confirmed=True,
        service="orders",
        environment="production",
        starts=NOW,
        changes=(DEPLOYED,),
    )
    unkept = replace(full, changes=(), changes_kept=False)

    assert len(list(questions(replace(BARE, changes_kept=False)))) == 6
    assert list(questions(full)) == list(questions(replace(full, confirmed=False))) == []
    assert list(questions(replace(full, changes=()))) == []
    assert list(questions(unkept)) == [
        "What changed before it (deployments, configuration, traffic)? None is recorded here"
    ]
    assert list(questions(replace(unkept, text=f"{full.text} since the deployment of v2"))) == []
    assert list(questions(replace(unkept, understood=True))) == []


def test_how_many_users_are_affected_is_asked_with_the_severity() -> None:
    (unknown, *_), (told, *_) = questions(BARE), questions(replace(BARE, text="30 % of users are affected"))

    assert unknown == "How severe is it (SEV1-4), and how many users are affected? The alert does not say"
    assert told == "How severe is it (SEV1-4)? The alert does not say"


def test_sev1_and_lost_data_are_escalated_now() -> None:
    sev1 = list(escalations(replace(BARE, severity=Severity.SEV1, confirmed=True)))
    loss = list(escalations(replace(BARE, text="possible data loss on orders")))

    assert sev1[0] == ("Now: SEV1 is always escalated at once", True)
    assert loss[0][1] is True
    assert "data loss" in loss[0][0]


def test_half_an_hour_without_progress_is_escalated() -> None:
    late = list(escalations(replace(BARE, starts=NOW - timedelta(minutes=31))))
    early = list(escalations(replace(BARE, starts=NOW - timedelta(minutes=10))))
    moving = list(escalations(replace(BARE, starts=NOW - timedelta(hours=2), last_progress=NOW)))

    assert late[0][1] is True
    assert early == [("At 10:50 UTC, if there is no progress by then", False)]
    assert moving[0][1] is False


def test_a_vendor_that_is_named_may_have_to_be_called() -> None:
    assert any("cloudflare" in text for text, _ in escalations(replace(BARE, text="Cloudflare answers 520")))


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("slow queries on postgres, deadlock", Symptom.DATABASE),
        ("CPU and memory are high", Symptom.PERFORMANCE),
        ("unauthorized access, credentials leaked", Symptom.SECURITY),
        ("DNS: no such host", Symptom.NETWORK),
        ("pods are evicted, disk pressure on node", Symptom.INFRASTRUCTURE),
        ("HTTP 502 and exceptions", Symptom.ERRORS),
        ("panic: invalid memory address or nil pointer dereference", Symptom.ERRORS),
        ('502 Bad Gateway, host: "a", host: "b", "kube-probe/1.29"', Symptom.ERRORS),
        ("CoreDNS answers 5 % of all queries with SERVFAIL", Symptom.NETWORK),
    ],
)
def test_the_kind_of_incident_is_told_by_its_words(text: str, symptom: Symptom) -> None:
    assert symptoms(text)[0].symptom == symptom


def test_nothing_is_asked_or_escalated_when_it_is_over() -> None:
    over = replace(BARE, resolved=True, severity=Severity.SEV1)

    assert [*questions(over), *escalations(over)] == []


@pytest.mark.parametrize(
    "text", ["all is fine, no data loss", "was there data loss?", "data loss was ruled out"]
)
def test_data_that_is_not_lost_is_not_escalated(text: str) -> None:
    assert not any(now for _, now in escalations(replace(BARE, text=text)))


def test_a_java_package_is_no_vendor() -> None:
    assert not list(escalations(replace(BARE, text="at org.orm.vendor.Dialect.x(D.java:1)")))
