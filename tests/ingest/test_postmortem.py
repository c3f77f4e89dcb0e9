"""Postmortems in the layouts that people use, and texts that are none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ingest.pipeline import parse_file
from ingest.postmortem.postmortem import Postmortem
from ingest.postmortem.times import split_stamp
from ingest.source import SourceFile
from kb.model import CauseStatus, Incident, Origin, Severity


def parsed(text: str, path: str = "reports/report.md") -> Incident:
    file = SourceFile(path=path, text=text)
    assert Postmortem().recognises(file) > 0
    result = Postmortem().parse(file)
    (entry,) = result.entries
    assert isinstance(entry, Incident)
    return entry


def at(hour: int, minute: int) -> datetime:
    return datetime(2024, 3, 1, hour, minute, tzinfo=UTC)


FILLED_TEMPLATE = """\
# Incident Post-Mortem: Checkout fails for all shops

## Incident Summary
- **Date**: 2024-03-01 14:02 UTC
- **Duration**: 48 minutes
- **Severity**: SEV2
- **Impact**: Nobody could pay

## Timeline
- 14:05 UTC - Incident detected
- 14:09 UTC - Team notified
- 14:50 UTC - Incident resolved
- [Time] - Retro held

## Root Cause
A certificate of the payment gateway had expired.

## Resolution
The certificate was renewed.

## What Went Well
- Quick response

## What Went Wrong
- No alert on expiry
- [Delays or issues]

## Action Items
- [ ] Alert on certificates - Owner: Dana - Due: 2024-03-15
- [x] Renew by machine - Owner: [Name] - Due: [Date]
- [ ] [Process improvement] - Owner: [Name] - Due: [Date]

## Lessons Learned
[Key takeaways]
"""


def test_a_filled_template_gives_every_field_and_no_placeholder() -> None:
    incident = parsed(FILLED_TEMPLATE)
    assert incident.title == "Checkout fails for all shops"
    assert incident.date == date(2024, 3, 1)
    assert (incident.severity, incident.severity_label) == (Severity.SEV2, "SEV2")
    assert [event.time for event in incident.timeline] == ["14:05 UTC", "14:09 UTC", "14:50 UTC"]
    assert (incident.detected, incident.resolved) == (at(14, 5), at(14, 50))
    assert incident.causes[0].text == "A certificate of the payment gateway had expired."
    assert incident.resolution == "The certificate was renewed."
    assert incident.went_wrong == ("No alert on expiry",)
    assert incident.lessons == ()
    alert, renewal = incident.action_items
    assert (alert.text, alert.owner, alert.due, alert.done) == (
        "Alert on certificates",
        "Dana",
        date(2024, 3, 15),
        False,
    )
    assert (renewal.text, renewal.owner, renewal.due, renewal.done) == ("Renew by machine", None, None, True)


def test_provenance_says_where_the_incident_was_read() -> None:
    incident = parsed(FILLED_TEMPLATE, "pm/2024/checkout.md")
    assert incident.provenance.origin is Origin.INGESTED
    assert incident.provenance.source is not None
    assert (incident.provenance.source.path, incident.provenance.source.line) == ("pm/2024/checkout.md", 1)
    assert incident.id == ""


def test_a_blank_template_is_skipped_with_the_reason() -> None:
    blank = (
        "# Incident Post-Mortem: [Title]\n\n## Timeline\n- [Time] - Incident detected\n\n"
        "## Root Cause\n[Cause]\n\n"
        "## Impact\n[Impact]\n\n## Action Items\n- [ ] [Action] - Owner: [Name]\n\n"
        "## Lessons Learned\n[Lessons]\n"
    )
    result = Postmortem().parse(SourceFile(path="pm/new.md", text=blank))
    assert result.entries == ()
    assert "template" in result.skipped


def test_the_layout_of_large_search_companies_with_tables_for_actions() -> None:
    incident = parsed(
        "# Shakespeare Sonnet Overload (incident #465)\n\n**Date:** 2024-03-01\n\n"
        "**Authors:** jennifer, martym\n\n"
        "**Status:** Complete, action items in progress\n\n**Summary:** Search was down for 66 minutes.\n\n"
        "**Impact:** Estimated 1.21B queries lost.\n\n"
        "**Root Causes:** Cascading failure due to high load.\n\n"
        "**Trigger:** Latent bug triggered by a surge in traffic.\n\n"
        "**Resolution:** Directed traffic elsewhere.\n\n"
        "**Detection:** Monitoring detected many HTTP 500s.\n\n**Action Items:**\n\n"
        "| Action Item | Type | Owner | Bug |\n|---|---|---|---|\n"
        "| Update playbook | mitigate | jennifer | n/a **DONE** |\n"
        "| Regression test | prevent | clarac | 5554823 TODO |\n\n"
        "## Lessons Learned\n\n### What went well\n\n- Monitoring alerted us\n\n"
        "### What went wrong\n\n- Out of practice\n\n"
        "### Where we got lucky\n\n- A copy was at hand\n\n## Timeline\n\n2024-03-01 *(all times UTC)*\n\n"
        "- 14:51 News reports a new sonnet\n- 14:54 **OUTAGE BEGINS** backends fail\n"
        "- 16:00 **OUTAGE ENDS**, all good\n"
    )
    assert incident.title == "Shakespeare Sonnet Overload (incident #465)"
    assert incident.date == date(2024, 3, 1)
    assert [c.text for c in incident.causes] == [
        "Cascading failure due to high load.",
        "Latent bug triggered by a surge in traffic.",
    ]
    assert [(a.text.split(" (")[0], a.owner) for a in incident.action_items] == [
        ("Update playbook", "jennifer"),
        ("Regression test", "clarac"),
    ]
    assert [e.at for e in incident.timeline] == [at(14, 51), at(14, 54), at(16, 0)]
    assert (incident.started, incident.resolved) == (at(14, 54), at(16, 0))
    assert incident.impact == "Estimated 1.21B queries lost."


def test_a_table_keeps_each_row_and_takes_the_zone_from_its_header() -> None:
    incident = parsed(
        "# Queue stuck\n\n## Summary\nJobs waited.\n\n## Timeline\n\n"
        "| Date | Time (UTC) | Event |\n|---|---|---|\n"
        "| 2024-03-01 | 14:05 | alert |\n| 2024-03-01 | ~14:10 | consumer restarted |\n| | | watched |\n\n"
        "## Follow-ups\n\n- add a second consumer\n"
    )
    assert [e.text for e in incident.timeline] == ["alert", "consumer restarted", "watched"]
    assert incident.timeline[0].at == at(14, 5)
    assert incident.date == date(2024, 3, 1)


def test_an_html_table_is_a_timeline_too() -> None:
    incident = parsed(
        "# Outage of mail\n\n## Timeline\n\n<table>\n<tr><th>Time (UTC)</th><th>Event</th></tr>\n"
        "<tr><td>2024-03-01 14:05</td><td>alert</td></tr>\n"
        "<tr><td>2024-03-01 14:10</td><td>fix</td></tr>\n</table>\n\n"
        "## Root cause\n\nDNS.\n"
    )
    assert [(e.time, e.text) for e in incident.timeline] == [
        ("2024-03-01 14:05", "alert"),
        ("2024-03-01 14:10", "fix"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "- 14:05 UTC – alert",
        "**14:05 UTC** alert",
        "- **14:05 UTC**: alert",
        "* [14:05 UTC] alert",
        "14:05 UTC | alert",
        "2:05 PM UTC - alert",
        "- 2024-03-01 14:05 UTC: alert",
        "2024-03-01T14:05:00Z alert",
        "1 March 2024, 14:05 UTC - alert",
    ],
)
def test_a_time_in_front_of_an_event_is_read_however_it_is_written(line: str) -> None:
    incident = parsed(f"# Outage of mail on 2024-03-01\n\n## Timeline\n\n{line}\n\n## Impact\n\nNo mail.\n")
    (event,) = incident.timeline
    assert (event.text, event.at) == ("alert", at(14, 5))


def test_headings_that_are_times_are_events_with_the_text_below_them() -> None:
    incident = parsed(
        "# 2024-03-01, Disk full\n\n## Timeline\n\nAll times in UTC\n\n### 2024-03-01 14:05\n\n"
        "Alert.\n\n- 12:00 is in a log\n\n"
        "### 14:10 - logs deleted\n\nSpace is back.\n\n## Action items\n\n### Process\n\n1. Rotate logs\n"
    )
    assert [e.at for e in incident.timeline] == [at(14, 5), at(14, 10)]
    assert incident.timeline[1].text == "logs deleted\n\nSpace is back."
    assert incident.title == "Disk full"
    assert [a.text for a in incident.action_items] == ["Rotate logs"]


def test_a_time_is_an_instant_only_when_day_and_zone_are_certain() -> None:
    incident = parsed(
        "# Outage of mail\n\n## Timeline\n\n- 14:05 no day, no zone\n"
        "- 2024-07-01 14:05 PST wrong season\n"
        "- 2024-07-01 14:05 UTC-7 right\n\n## Impact\n\nx y\n"
    )
    assert [e.at is None for e in incident.timeline] == [True, True, False]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-01", date(2024, 3, 1)),
        ("March 1st, 2024", date(2024, 3, 1)),
        ("1 Mar 2024", date(2024, 3, 1)),
        ("01.03.2024", date(2024, 3, 1)),
        ("3/1/2024", date(2024, 3, 1)),
        ("25/03/2024", date(2024, 3, 25)),
        ("1. März 2024", date(2024, 3, 1)),
        ("the 1st of March, 2024", date(2024, 3, 1)),
        ("[Date]", None),
        ("TBD", None),
    ],
)
def test_dates_are_read_in_the_forms_of_many_countries(written: str, day: date | None) -> None:
    incident = parsed(
        f"# Outage of mail\n\nDate: {written}\nStatus: Complete\n\n## Impact\n\nNo mail.\n\n"
        f"## Root cause\n\nDNS.\n"
    )
    assert incident.date == day


def test_the_name_of_the_file_gives_the_date_where_the_text_does_not() -> None:
    text = "# Outage of mail\n\n## Impact\n\nNo mail.\n\n## Root cause\n\nDNS.\n"
    assert parsed(text, "pm/2024-03-01-mail.md").date == date(2024, 3, 1)
    assert parsed(text, "pm/20240301_mail").date == date(2024, 3, 1)
    assert parsed(text, "pm/2024-03/03-01-mail.md").date == date(2024, 3, 1)
    assert parsed(text, "pm/mail.md").date is None


def test_a_report_without_any_headings_is_read_by_its_labels() -> None:
    incident = parsed(
        "Postmortem: cache stampede on the shop\nDate: 2024-03-01\nSeverity: P1\nServices: shop, cache\n\n"
        "Root cause: all keys expired at once.\n\nTimeline:\n- 14:05 UTC alert\n"
        "- 14:20 UTC incident mitigated\n\n"
        "Mitigation: the cache was warmed by hand.\n\nAction items:\n- jitter the expiry (@lee)\n"
        "- load test (DONE)\n",
        "notes/stampede.txt",
    )
    assert incident.title == "cache stampede on the shop"
    assert incident.scope.services == ("shop", "cache")
    assert incident.severity is Severity.SEV1
    assert incident.causes[0].text == "all keys expired at once."
    assert incident.mitigated == at(14, 20)
    assert (incident.mitigation, incident.resolution) == ("the cache was warmed by hand.", "")
    assert [(a.owner, a.done) for a in incident.action_items] == [("@lee", None), (None, True)]


def test_numbers_emoji_and_colons_around_headings_do_not_matter() -> None:
    incident = parsed(
        "# Outage of mail\n\n## 1. Summary:\n\nNo mail.\n\n## 🔥 Impact\n\n"
        "All staff.\n\n## 3) Root Cause Analysis\n\nDNS.\n\n"
        "## 4. Next Steps\n\n1. Second resolver\n"
    )
    assert (incident.summary, incident.impact) == ("No mail.", "All staff.")
    assert incident.causes[0].text == "DNS."
    assert [a.text for a in incident.action_items] == ["Second resolver"]


def test_underlined_headings_are_read_like_others() -> None:
    incident = parsed(
        "Outage of mail\n==============\n\nRoot cause\n----------\n\nDNS.\n\nAction items\n"
        "------------\n\n* Second resolver\n"
    )
    assert incident.title == "Outage of mail"
    assert incident.causes[0].text == "DNS."
    assert [a.text for a in incident.action_items] == ["Second resolver"]


def test_a_service_event_told_in_prose_keeps_its_date_and_stated_cause() -> None:
    incident = parsed(
        "# Summary of the Storage Service Event in the Northern Region\n\n"
        "We would like to share what happened on March 1st, 2024. "
        "The disruption was caused by a command that removed too many servers. We are sorry.\n",
        "aws/41926.md",
    )
    assert incident.date == date(2024, 3, 1)
    assert [c.text for c in incident.causes] == [
        "The disruption was caused by a command that removed too many servers."
    ]


def test_a_suspected_cause_stays_suspected() -> None:
    incident = parsed(
        "# Outage of mail\n\n## Impact\n\nx\n\n## Contributing factors\n\n"
        "- The resolver had no spare, as a test confirmed\n"
        "- We believe that a firewall rule was probably wrong\n"
    )
    assert [c.status for c in incident.causes] == [CauseStatus.CONFIRMED, CauseStatus.SUSPECTED]


def test_mitigation_resolution_and_prevention_stay_apart() -> None:
    incident = parsed(
        "# Outage of mail\n\n## Mitigation\n\nFailed over.\n\n## Resolution\n\nFixed DNS.\n\n"
        "## Prevention\n\nTest failover.\n"
    )
    assert (incident.mitigation, incident.resolution, incident.prevention) == (
        "Failed over.",
        "Fixed DNS.",
        "Test failover.",
    )
    assert [a.text for a in incident.action_items] == ["Test failover."]


def test_a_recorded_session_is_an_incident_by_its_phases() -> None:
    incident = parsed(
        "# Example Session: Operations\n\n**Profile**: ops\n"
        "**Scenario**: P2 Incident - login errors\n\n---\n\n## Flow\n\n"
        "### 1. Detection (5 min)\n\n```\nAlert: login error rate > 5%\n```\n\n**Actions**:\n"
        "- Assess severity\n\n---\n\n"
        "### 2. Investigation\n\n**Finding**: sessions table locked\n\n### 3. Mitigation\n\n"
        "**Actions**:\n- Kill the migration\n\n"
        "**Result**: logins work\n\n### 4. Root Cause Analysis\n\n**Actions**:\n- Read the diff\n\n"
        "**Root cause**: migration took a table lock\n\n## Follow-up Actions\n\n1. [ ] Lint migrations\n",
        "sessions/example.txt",
    )
    assert incident.title == "login errors"
    assert incident.severity is Severity.SEV2
    assert [c.text for c in incident.causes] == ["migration took a table lock"]
    assert "Kill the migration" in incident.mitigation
    assert "login error rate > 5%" in incident.summary
    assert [(a.text, a.done) for a in incident.action_items] == [("Lint migrations", False)]


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("SEV-1", Severity.SEV1),
        ("P0", Severity.SEV1),
        ("P3", Severity.SEV3),
        ("Critical", Severity.SEV1),
        ("High", Severity.SEV2),
        ("Minor", Severity.SEV4),
        ("🔴", Severity.SEV1),
        ("🟡 Medium", Severity.SEV3),
        ("ðŸŸ  High", Severity.SEV2),
        ("ðŸ”´", Severity.SEV1),
        ("Sev 2 (major)", Severity.SEV2),
        ("2", Severity.SEV2),
    ],
)
def test_every_common_scale_of_severity_maps_onto_one(label: str, severity: Severity) -> None:
    incident = parsed(
        f"# Outage of mail\n\n- **Severity**: {label}\n\n## Impact\n\nx\n\n## Root cause\n\nDNS.\n"
    )
    assert (incident.severity, incident.severity_label) == (severity, " ".join(label.split()))


def test_no_severity_and_no_service_are_made_up() -> None:
    incident = parsed(
        "# Critical outage of mail\n\n## Impact\n\nHigh for all services.\n\n## Root cause\n\nDNS.\n"
    )
    assert incident.severity is None
    assert incident.scope.services == ()


def test_broken_front_matter_is_reported_and_the_report_still_read() -> None:
    text = "---\ntitle: [x\n---\n# Outage of mail\n\n## Impact\n\nx\n\n## Root cause\n\nDNS.\n"
    result = Postmortem().parse(SourceFile(path="pm/mail.md", text=text))
    assert len(result.problems) == 1
    assert len(result.entries) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "runbooks/DiskFull.md",
            "# DiskFull\n\n## Meaning\n\nA disk is full.\n\n## Impact\n\n"
            "No writes.\n\n## Diagnosis\n\n"
            "Look.\n\n## Mitigation\n\nDelete logs.\n",
        ),
        (
            "kb/volume.md",
            "---\ntitle: Volume stuck\n---\n\n## Symptoms\n\nStuck.\n\n"
            "## Root cause\n\nRace.\n\n## Workaround\n\nRetry.\n",
        ),
        ("postmortems/_index.md", "---\ntitle: Incidents\n---\n"),
        ("LICENSE", "MIT License\n\nPermission is hereby granted\n"),
        (
            "docs/README.md",
            "# Post-mortems\n\nThis repository holds our post-mortems.\n\n## Guidelines\n\nBe kind.\n",
        ),
        ("docs/install.md", "# Install\n\n## Overview\n\nRun it.\n\n## Next steps\n\n- Configure it\n"),
    ],
)
def test_what_is_no_incident_is_not_claimed(path: str, text: str) -> None:
    assert Postmortem().recognises(SourceFile(path=path, text=text)) == 0


def test_the_day_that_the_opening_tells_goes_before_the_day_of_publication():
    text = (
        "---\ntitle: Incident report\ndate: 2024-03-12T10:00:00Z\n---\n"
        "Yesterday, on March 11, 2024, our API returned 503 errors from 14:05 UTC to 15:40 UTC.\n\n"
        "## What happened\n\n14:05 UTC - a change removed the keepalive setting.\n14:12 UTC - alerts fired.\n"
    )
    assert parsed(text).date == date(2024, 3, 11)


SHORT = [
    "# API latency spike\n\n**Date**: 2026-11-02\n\n**Root Cause**: a leak\n\n**Resolution**: rolled back to 1.2.3\n",
    "# Order service ran out of connections\n\n2026-11-03\n\n## Cause\nLeaked after deploy.\n\n## Fix\nClosed them.\n",
    "Disk full on db-1, 2026-11-04\n\nRoot cause: logs were not rotated.\nResolution: rotated logs.\n",
    "# Search down\n\nOn 2026-11-05 it was down.\n\n## What happened\nAn index fell.\n\n## Resolution\nBack\n",
    "---\ntitle: Payments failed\ndate: 2026-11-07\n---\n\n## Cause\nExpired key.\n\n## Resolution\nRotated it.\n",
]


@pytest.mark.parametrize("folder", ["postmortems", "pm", "/tmp/x/test_y0", "notes"])
@pytest.mark.parametrize("text", SHORT)
def test_a_short_report_is_known_by_what_it_says_wherever_it_lies(text: str, folder: str) -> None:
    name, found = parse_file(SourceFile(path=f"{folder}/x.md", text=text))
    (entry,) = found.entries
    assert (name, entry.kind) == ("postmortem", "incident")
    assert isinstance(entry, Incident)
    assert entry.date
    assert entry.causes or entry.summary
    assert entry.resolution


@pytest.mark.parametrize(
    "text",
    [
        "# Pool exhausted\n\n## Symptoms\nx\n\n## Cause\nSmall.\n\n## Resolution\nRaise.\n",
        "# Release 1.2\n\n## Overview\nFaster.\n\n## Fixes\nThe cache.\n",
    ],
)
def test_an_article_with_a_day_is_no_report(text: str) -> None:
    name, _ = parse_file(SourceFile(path="notes/x.md", text=f"---\ndate: 2026-11-07\n---\n{text}"))
    assert name != "postmortem"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- 10:20 **ann** runs the failover", "**ann** runs the failover"),
        ("- **10:20** **ann** runs the failover", "**ann** runs the failover"),
        ("- **10:20 ann runs** the failover", "ann runs the failover"),
        ("- **10:20** ann runs the failover", "ann runs the failover"),
    ],
)
def test_what_is_bold_behind_a_time_keeps_both_of_its_marks(line: str, told: str) -> None:
    assert split_stamp(line.removeprefix("- ")) == ("10:20", told)
