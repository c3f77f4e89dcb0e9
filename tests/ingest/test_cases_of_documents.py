"""Small files of all kinds, read as `kb ingest` reads them: each stands for a kind of fault that was mended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from ingest.pipeline import Read, discover, parse_file, read_file
from ingest.sources.git_log import Commit, changes_of
from kb.model import AlertRule, CauseStatus, Entry, Incident, KnownError, Runbook, Severity
from kb.model.change import Change, ChangeKind, ChangeResult

CASES = Path(__file__).parent / "cases"
Kind = TypeVar("Kind", bound=Entry)


def entries(case: str) -> list[Entry]:
    found = list[Entry]()
    for path in discover([CASES / case]):
        assert isinstance(path, str)
        read = read_file(path)
        assert isinstance(read, Read)
        found += parse_file(read.file)[1].entries
    return found


def only(kind: type[Kind], case: str) -> Kind:
    (entry,) = entries(case)
    assert isinstance(entry, kind)
    return entry


def at(day: int, hour: int, minute: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_several_incidents_in_one_file_are_several_entries() -> None:
    first, second = (one for one in entries("p01-multi-incident") if isinstance(one, Incident))

    assert (first.title, first.date, first.severity) == (
        "Search returns errors",
        date(2026, 1, 5),
        Severity.SEV2,
    )
    assert [cause.text for cause in first.causes] == ["The alias pointed at a deleted index."]
    assert first.resolution == "Alias moved back."
    assert (second.title, second.date, second.severity) == ("Cart is slow", date(2026, 1, 19), Severity.SEV3)
    assert [cause.text for cause in second.causes] == ["A cache was emptied by a deploy."]
    assert second.resolution == "Cache warmed."
    assert "Cart" not in first.body
    assert (second.provenance.source and second.provenance.source.line) == 11


def test_that_the_investigation_goes_on_is_no_cause() -> None:
    assert only(Incident, "p04-cause-not-stated").causes == ()


def test_a_timeline_ends_where_causes_and_actions_begin_below_it() -> None:
    incident = only(Incident, "p05-causes-under-timeline")

    assert [event.text for event in incident.timeline] == ["Messages about blocked logins", "Roll-back done"]
    assert [cause.text for cause in incident.causes] == ["The new rule set took a cookie for an attack."]
    assert [item.text for item in incident.action_items] == ["Test the rule set against real traffic"]


def test_a_zone_in_italics_above_a_date_is_the_zone_of_all_times() -> None:
    incident = only(Incident, "p07-italic-zone")

    assert [event.at for event in incident.timeline] == [at(22, 8, 42), at(22, 8, 50), at(22, 15, 53)]


def test_link_definitions_and_remarks_of_an_appendix_are_no_action_items() -> None:
    incident = only(Incident, "p08-link-refs")

    assert [item.text for item in incident.action_items][:1] == [
        "Validate the config before it is merged, see [cfg]"
    ]
    assert not any("https://" in item.text for item in incident.action_items)
    assert len(incident.action_items) <= 2


def test_prose_without_headings_in_a_folder_of_postmortems_is_an_incident() -> None:
    incident = only(Incident, "p09-prose-postmortem")

    assert (incident.title, incident.date) == ("Key-value store disruption on June 13", date(2026, 6, 13))
    assert "handshake timeout" in incident.advice().fix


@pytest.mark.parametrize("case", ["p10-erb", "p11-adoc", "p12-org", "p13-html", "p14-rst-title"])
def test_a_postmortem_is_one_in_whatever_form_it_is_written(case: str) -> None:
    incident = only(Incident, case)

    assert len(incident.causes) == 1
    assert len(incident.timeline) == 2
    assert all(event.at for event in incident.timeline)
    assert incident.date is not None
    assert incident.date.year == 2026


def test_each_form_gives_title_severity_and_action_items() -> None:
    org, html, rst = (only(Incident, case) for case in ("p12-org", "p13-html", "p14-rst-title"))
    adoc = only(Incident, "p11-adoc")

    assert [one.title for one in (org, html, rst)] == ["Search outage"] * 3
    assert (html.severity, rst.severity) == (Severity.SEV2, Severity.SEV2)
    assert [(item.text, item.due, item.done) for item in org.action_items] == [
        ("Guard the nightly job", date(2026, 3, 1), False),
        ("Page the search team for alias changes", None, True),
    ]
    assert [item.text for item in (*adoc.action_items, *html.action_items)] == ["Guard the nightly job"] * 2
    assert "=" not in rst.summary
    assert "<" not in html.body


def test_impact_times_are_milestones_and_not_the_impact() -> None:
    incident = only(Incident, "p15-pagerduty-labels")

    assert (incident.started, incident.resolved) == (at(20, 10, 15), at(20, 11, 2))
    assert incident.impact == "4% of orders failed."


def test_a_zone_by_its_everyday_name_belongs_to_the_time() -> None:
    incident = only(Incident, "p16-eastern")

    first = incident.timeline[0]
    assert (first.text, first.time) == ("The finder writes to security.", "2026-06-28 7:09 AM Eastern")
    assert first.at == datetime(2026, 6, 28, 11, 9, tzinfo=UTC)


def test_a_timeline_goes_on_over_midnight() -> None:
    incident = only(Incident, "p17-midnight")

    assert [event.at for event in incident.timeline] == [
        at(15, 20, 9, 10),
        at(15, 23, 58, 10),
        at(16, 0, 40, 10),
        at(16, 8, 19, 10),
    ]
    assert incident.resolved == at(16, 0, 40, 10)


def test_paragraphs_of_plans_are_no_action_items() -> None:
    assert only(Incident, "p19-prose-actions").action_items == ()


def test_front_matter_is_searched() -> None:
    incident = only(Incident, "q01-front-summary")

    assert "stale replication slot" in incident.summary
    assert any("stale replication slot" in passage.text for passage in incident.passages())


def test_steps_that_are_headings_are_all_kept_with_their_commands() -> None:
    runbook = only(Runbook, "r01-step-headings")

    assert len(runbook.steps) == 3
    assert [step.split(":")[0] for step in runbook.steps] == [
        "Look at the consumers",
        "Restart the workers",
        "Escalate",
    ]
    assert runbook.commands == ("kubectl -n jobs get pods", "kubectl -n jobs rollout restart deploy/worker")


def test_tabs_and_details_are_structure_and_a_warning_is_one() -> None:
    runbook = only(Runbook, "r02-tabs")

    assert [step.split(":")[0] for step in runbook.steps] == ["EKS", "VM", "Old way"]
    assert "kubectl -n jobs rollout restart deploy/worker" in runbook.steps[0]
    assert not any("===" in step or "<" in step for step in runbook.steps)
    assert "Purging loses orders." in runbook.warning
    assert len(runbook.commands) == 3


def test_a_runbook_is_one_in_whatever_form_it_is_written() -> None:
    runbooks = entries("r04-formats")

    assert len(runbooks) == 4
    for runbook in runbooks:
        assert isinstance(runbook, Runbook)
        assert runbook.name == "QueueBacklogHigh"
        assert "kubectl -n jobs get pods" in runbook.commands
        assert "kubectl -n jobs rollout restart deploy/worker" in runbook.commands
        assert runbook.when == "More than 10,000 jobs wait in the queue."


@pytest.mark.parametrize("case", ["a01-oneline-json", "a02-rule-suffix", "a03-helm-dig"])
def test_an_alert_rule_is_known_by_its_shape(case: str) -> None:
    rule = only(AlertRule, case)

    assert (rule.name, rule.severity, rule.severity_label) == ("QueueBacklogHigh", Severity.SEV1, "critical")
    assert rule.summary == "Queue backlog is high"
    assert rule.expr == "queue_jobs_waiting > 10000"
    assert "{{" not in rule.advice().fix


def test_rules_exported_by_grafana_are_alert_rules() -> None:
    first, second = (one for one in entries("a04-grafana-export") if isinstance(one, AlertRule))

    assert (first.name, first.severity, first.group) == ("Queue backlog is high", Severity.SEV1, "queue")
    assert first.summary == "More than 10,000 jobs wait"
    assert first.runbook_url == "https://wiki.example.com/queue"
    assert first.scope.services == ("worker",)
    assert "queue_jobs_waiting" in first.expr
    assert (second.name, second.severity) == ("Worker restarts", Severity.SEV3)


def test_each_row_of_a_table_of_known_issues_is_a_known_error() -> None:
    first, second = (one for one in entries("a06-known-issues-table") if isinstance(one, KnownError))

    assert "certificate signed by unknown authority" in first.title
    assert first.cause == "The registry's CA is not on the node"
    assert first.workaround == "Install the CA and restart containerd"
    assert [needle for one in first.signatures for needle in one.needles] == [
        "x509: certificate signed by unknown authority"
    ]
    assert second.commands == ("crictl rmp -af",)


def test_contributing_factors_are_suspected_unless_the_text_confirms_them(tmp_path: Path) -> None:
    file = tmp_path / "postmortems" / "2026-03-01-x.md"
    file.parent.mkdir()
    file.write_text(
        "# Incident on 2026-03-01: x\n\n## Contributing factors\n\n- The cache was small\n"
        "- The pool was too small (confirmed in a load test)\n\n## Timeline (UTC)\n\n- 10:00 down\n- 11:00"
        " resolved\n"
    )
    read = read_file(file)
    assert isinstance(read, Read)
    (incident,) = parse_file(read.file)[1].entries
    assert isinstance(incident, Incident)
    assert [cause.status for cause in incident.causes] == [CauseStatus.SUSPECTED, CauseStatus.CONFIRMED]


def changes(name: str) -> list[Change]:
    read = read_file(CASES / "changes" / name)
    assert isinstance(read, Read)
    return sorted(parse_file(read.file)[1].changes, key=lambda change: change.at)


def test_what_rollout_undo_brought_back_runs_since_then_by_a_rollback() -> None:
    told = [(change.kind, change.version, change.at, change.previous) for change in changes("kube-prod.yaml")]

    assert told == [
        (ChangeKind.DEPLOYMENT, "1.4.1", at(1, 8, 0), ""),
        (ChangeKind.DEPLOYMENT, "1.5.0", at(10, 8, 55), "1.4.1"),
        (ChangeKind.ROLLBACK, "1.4.1", at(10, 9, 12), "1.5.0"),
    ]


@pytest.mark.parametrize("name", ["api-flux.yaml", "helm-api-prod.json"])
def test_a_release_that_came_back_after_a_failed_one_is_a_rollback(name: str) -> None:
    told = [(change.kind, change.version, change.result) for change in changes(name)]

    assert told == [
        (ChangeKind.DEPLOYMENT, "2.4.0", ChangeResult.SUCCEEDED),
        (ChangeKind.DEPLOYMENT, "2.5.0", ChangeResult.FAILED),
        (ChangeKind.ROLLBACK, "2.4.0", ChangeResult.SUCCEEDED),
    ]


def test_an_aborted_canary_is_a_failed_change_of_its_workload() -> None:
    (change,) = changes("rollout.yaml")

    assert (change.service, change.environment, change.version) == ("api", "prod", "2.5.0")
    assert (change.result, change.at) == (ChangeResult.FAILED, at(10, 9, 3))
    assert "aborted" in change.reason


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ('Revert "Raise pool to 2"', ChangeKind.ROLLBACK),
        ('Reapply "Raise pool to 2"', ChangeKind.DEPLOYMENT),
        ('Revert "Revert "Raise pool to 2""', ChangeKind.DEPLOYMENT),
        ('Revert "Reapply "Raise pool to 2""', ChangeKind.ROLLBACK),
    ],
)
def test_a_revert_of_a_revert_puts_a_change_back(subject: str, kind: ChangeKind) -> None:
    commit = Commit(
        sha="a" * 40,
        at=at(10, 9, 0),
        message=f"{subject}\n\nThis reverts commit {'b' * 40}.",
        paths=("apps/api/x.yaml",),
    )

    assert [change.kind for change in changes_of(commit)[0]] == [kind]


def test_the_history_of_a_release_is_read_as_helm_prints_it(tmp_path: Path) -> None:
    file = tmp_path / "api-prod.txt"
    file.write_text(
        "REVISION  UPDATED                   STATUS      CHART      APP VERSION  DESCRIPTION\n"
        "1         Sun Nov  1 08:00:00 2026  superseded  api-2.4.0  2.4.0        Install complete\n"
        '2         Tue Nov 10 09:00:00 2026  failed      api-2.5.0  2.5.0        Upgrade "api" failed: timed out\n'
        "3         Tue Nov 10 09:05:05 2026  deployed    api-2.4.0  2.4.0        Rollback to 1\n"
    )
    read = read_file(file)
    assert isinstance(read, Read)
    name, parsed = parse_file(read.file)

    assert name == "helm history"
    assert [(one.kind, one.version, one.result) for one in parsed.changes] == [
        (ChangeKind.DEPLOYMENT, "2.4.0", ChangeResult.SUCCEEDED),
        (ChangeKind.DEPLOYMENT, "2.5.0", ChangeResult.FAILED),
        (ChangeKind.ROLLBACK, "2.4.0", ChangeResult.SUCCEEDED),
    ]
    assert {(one.service, one.environment) for one in parsed.changes} == {("api", "prod")}
    assert [one.source.line for one in parsed.changes if one.source] == [2, 3, 4]
    assert any("taken as UTC" in note for note in parsed.notes)
