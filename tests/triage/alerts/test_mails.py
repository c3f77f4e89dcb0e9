"""Mails of monitoring are read by their fields, whoever changed their template."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

AT = datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)

NAGIOS_HOST = """\
***** Nagios *****

Notification Type: PROBLEM
Host: web-03
State: DOWN
Address: 10.2.3.4
Info: PING CRITICAL - Packet loss = 100%

Date/Time: Fri Nov 20 11:15:12 CET 2026
"""
ICINGA = """\
***** Service Monitoring on mon-1 *****

disk on web-03 is WARNING!

Info:    DISK WARNING - free space: / 900 MB

When:    2026-11-20 10:15:12 +0000
Service: disk
Host:    web-03
IPv4:    10.2.3.4
"""
ICINGA_OVER = ICINGA.replace("WARNING!", "OK!").replace("DISK WARNING", "DISK OK")
CHECKMK = """\
Host:                   web-03 (web-03.example.com)
Service:                Filesystem /var
Event:                  OK → CRITICAL
Address:                10.2.3.4
Date / Time:            2026-11-20 10:15:12
Summary:                98.1% used (CRIT)
"""
CHECKMK_OVER = CHECKMK.replace("OK → CRITICAL", "CRITICAL -> OK")
ZABBIX = """\
Problem started at 10:15:12 on 2026.11.20
Problem name: PostgreSQL: replication lag is above 300 s
Host: db-prod-2
Severity: Average
Operational data: 612 s
Original problem ID: 4711
"""
ZABBIX_OVER = ZABBIX.replace("Problem started at", "Problem has been resolved at")
CLOUDWATCH = """\
You are receiving this email because your Amazon CloudWatch Alarm "orders-5xx" in the EU (Ireland) region
has entered the ALARM state.

Alarm Details:
- Name:                       orders-5xx
- Description:                5xx of orders-api in production
- State Change:               OK -> ALARM
- Reason for State Change:    Threshold Crossed: 2 datapoints
- Timestamp:                  Friday 20 November, 2026 10:15:12 UTC
- AWS Account:                111122223333
"""

MAILS = {
    "nagios, a host": (NAGIOS_HOST, "web-03", "SEV1", False, AT),
    "icinga": (ICINGA, "disk on web-03", "SEV3", False, AT),
    "icinga, over": (ICINGA_OVER, "disk on web-03", None, True, AT),
    "checkmk": (CHECKMK, "Filesystem /var on web-03", "SEV1", False, AT),
    "checkmk, over": (CHECKMK_OVER, "Filesystem /var on web-03", None, True, AT),
    "zabbix": (ZABBIX, "PostgreSQL: replication lag is above 300 s", "SEV3", False, AT),
    "zabbix, over": (ZABBIX_OVER, "PostgreSQL: replication lag is above 300 s", "SEV3", True, None),
    "cloudwatch": (CLOUDWATCH, "orders-5xx", None, False, AT),
}


@pytest.mark.parametrize("tool", MAILS)
def test_a_mail_tells_what_is_broken_where_how_gravely_and_since_when(tool: str) -> None:
    mail, name, severity, over, starts = MAILS[tool]

    read = parse_alert(mail)

    assert (read.name, read.is_resolved, read.starts or read.ends) == (name, over, starts)
    assert judge_severity(read).severity == severity


def test_the_subject_of_a_mail_tells_as_much() -> None:
    read = parse_alert(
        "Subject: ** PROBLEM Service Alert: web-03/Disk Space /var is CRITICAL **\n\nsee the wiki"
    )

    assert (read.name, read.severity_label, read.is_resolved) == (
        "Disk Space /var on web-03",
        "CRITICAL",
        False,
    )


@pytest.mark.parametrize(
    ("subject", "name", "over"),
    [
        ("[PROBLEM] disk on web-03 is CRITICAL!", "disk on web-03", False),
        ("[RECOVERY] web-03 is UP!", "web-03", True),
    ],
)
def test_the_subject_of_icinga_tells_as_much(subject: str, name: str, over: bool) -> None:
    read = parse_alert(f"Subject: {subject}\n\nsee the wiki")

    assert (read.name, read.is_resolved) == (name, over)


def test_what_checkmk_calls_acknowledged_is_silenced() -> None:
    read = parse_alert(CHECKMK.replace("OK → CRITICAL", "Acknowledged (CRIT)"))

    assert (read.silenced, read.severity_label, read.is_resolved) == (1, "CRIT", False)


def test_a_problem_that_icinga_tells_as_acknowledged_is_silenced() -> None:
    read = parse_alert(f"Subject: [ACKNOWLEDGEMENT] disk on web-03 is WARNING!\n\n{ICINGA}")

    assert (read.name, read.silenced, read.is_resolved) == ("disk on web-03", 1, False)


def test_an_environment_in_the_name_of_the_host_is_read() -> None:
    assert parse_alert(ZABBIX).environment == "production"


@pytest.mark.parametrize("zone", ["IST", "BST", "XYZ"])
def test_a_zone_that_means_several_offsets_makes_no_start(zone: str) -> None:
    assert parse_alert(NAGIOS_HOST.replace("CET", zone)).starts is None


def test_a_text_with_a_host_and_a_state_is_no_mail_by_that_alone() -> None:
    read = parse_alert("Host: web-03 rebooted\nState: it is back, says the team")

    assert (read.tool, read.name) == ("", "Host: web-03 rebooted")


@pytest.mark.parametrize(
    ("event", "over"),
    [
        ("Does not exist", False),
        ("Exists", True),
        ("Does exist", False),
        ("Exists not", True),
        ("Connection failed", False),
        ("Connection succeeded", True),
        ("Resource limit matched", False),
        ("Content match", False),
        ("Timeout recovery", True),
    ],
)
def test_a_mail_of_monit_is_what_its_event_says(event: str, over: bool) -> None:
    """As Monit 5.33.0 writes it; the description of both `Does not exist` and `Exists not` is `file doesn't exist`."""
    mail = (
        f"Subject: monit alert --  {event} invoices\n\n{event} Service invoices \n\n"
        "\tDate:        Fri, 20 Nov 2026 10:15:12\n\tAction:      alert\n\tHost:        web-prod-1\n"
        "\tDescription: file doesn't exist\n\nYour faithful employee,\nMonit\n"
    )

    read = parse_alert(mail)

    assert (read.tool, read.name, read.service, read.environment) == (
        "Monit",
        f"{event} invoices",
        "invoices",
        "production",
    )
    assert (read.is_resolved, read.starts or read.ends) == (
        over,
        datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC),
    )


def test_a_mail_is_read_with_the_line_ends_with_which_it_travels() -> None:
    mail = NAGIOS_HOST.replace("\n", "\r\n")

    assert parse_alert(mail).tool == parse_alert(NAGIOS_HOST).tool == "Nagios or Icinga"
    assert parse_alert(mail).name == parse_alert(NAGIOS_HOST).name


def test_a_mail_of_monit_is_read_with_the_line_ends_with_which_it_travels() -> None:
    mail = "Exists Service lock \r\n\r\n\tAction: alert\r\n\tHost: a\r\n\tDescription: file exists\r\n"

    assert parse_alert(mail).is_resolved
