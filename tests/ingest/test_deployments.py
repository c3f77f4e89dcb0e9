"""What deployment tools say of themselves, in the forms that they print."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.deployments.deployments import Deployments
from ingest.pipeline import Read, discover, read_file
from ingest.registry import choose
from ingest.source import Parsed, SourceFile
from ingest.sources.git_log import GitLog
from kb.model.change import ChangeKind, ChangeResult
from tests.conftest import ROOT, corpora

ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
spec:
  destination: {{namespace: auth}}
  source: {{path: {path}, repoURL: https://git.example.com/apps.git}}
status:
  health: {{status: Degraded}}
  sync: {{status: OutOfSync}}
  history:
  - {{deployStartedAt: "2026-01-16T14:20:10Z", deployedAt: "2026-01-16T14:20:41Z", id: 1, revision: f2e9c1a}}
  - {{deployedAt: "2026-01-18T14:12:37Z", id: 2, initiatedBy: {{username: priya}}, revision: 12e45678}}
  - {{deployedAt: "2026-01-18T14:30:00Z", id: 3, revision: f2e9c1a}}
"""
HELM = """\
- app_version: {apps[0]}
  chart: auth-{charts[0]}
  description: Install complete
  revision: 1
  status: superseded
  updated: "2026-01-09T10:00:00.804742123+01:00"
- app_version: {apps[1]}
  chart: auth-{charts[1]}
  description: Upgrade "auth-service" failed
  revision: 2
  status: failed
  updated: "2026-01-10T10:00:00.804742+01:00"
- app_version: {apps[2]}
  chart: auth-{charts[2]}
  description: Upgrade complete
  revision: 3
  status: superseded
  updated: "2026-01-11T10:00:00.804742+01:00"
- app_version: {apps[0]}
  chart: auth-{charts[0]}
  description: Rollback to 1
  revision: 4
  status: deployed
  updated: "2026-01-12T10:00:00.804742+01:00"
"""
ITEM = """\
  - apiVersion: apps/v1
    kind: {kind}
    metadata:
      name: {name}
      namespace: auth-prod
      creationTimestamp: "{created}"
      annotations:
        deployment.kubernetes.io/revision: "{revision}"
        kubernetes.io/change-cause: {cause}
      {owner}
    spec:
      template:
        spec:
          containers:
          - {{name: auth-service, image: registry.example.com:5000/auth:{tag}}}
"""


def parse(text: str, path: str = "deployed.yaml") -> Parsed:
    file = SourceFile(path=path, text=text)
    assert isinstance(choose(file), Deployments)
    return Deployments().parse(file)


def test_the_history_of_argo_cd_is_a_deployment_each_and_going_back_is_a_rollback():
    found = parse(ARGO.format(name="auth-service-prod", path="apps/auth-service/overlays/prod"))

    assert [(one.kind, one.version, one.previous) for one in found.changes] == [
        (ChangeKind.DEPLOYMENT, "f2e9c1a", ""),
        (ChangeKind.DEPLOYMENT, "12e45678", "f2e9c1a"),
        (ChangeKind.ROLLBACK, "f2e9c1a", "12e45678"),
    ]
    assert {(one.service, one.environment, one.result) for one in found.changes} == {
        ("auth-service", "prod", ChangeResult.SUCCEEDED)
    }
    assert found.changes[0].at == datetime(2026, 1, 16, 14, 20, 41, tzinfo=UTC)
    assert found.changes[1].author == "priya"
    assert found.changes[1].source is not None
    assert found.changes[1].source.line == 13
    assert (found.changes[2].extra["health"], found.changes[2].extra["sync"]) == ("Degraded", "OutOfSync")
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("name", "path", "place"),
    [
        ("guestbook", "guestbook", ("guestbook", "")),
        ("web-staging", "deploy", ("web", "staging")),
        ("auth-service", "apps/auth-service/overlays/qa", ("auth-service", "qa")),
    ],
)
def test_the_place_of_an_application_comes_from_its_name_or_path(
    name: str, path: str, place: tuple[str, str]
):
    change = parse(ARGO.format(name=name, path=path)).changes[0]

    assert (change.service, change.environment) == place


def test_a_failed_sync_stands_beside_the_history():
    text = ARGO.format(name="auth-service-prod", path="x") + (
        "  operationState:\n    phase: Failed\n    message: one or more objects failed to apply\n"
        '    startedAt: "2026-01-18T15:00:00Z"\n    syncResult: {revision: deadbee}\n'
    )

    last = parse(text).changes[-1]

    assert (last.version, last.result) == ("deadbee", ChangeResult.FAILED)
    assert "failed to apply" in last.reason


def test_an_item_without_a_time_is_a_problem_with_its_line_and_hides_no_other():
    text = ARGO.format(name="a", path="a").replace('deployedAt: "2026-01-18T14:30:00Z", ', "")

    found = parse(text)

    assert len(found.changes) == 2
    assert found.problems[0].line == 14
    assert "deployedAt" in found.problems[0].message


def test_helm_history_is_read_with_its_failures_and_rollbacks():
    found = parse(
        HELM.format(apps=("1.4.1", "1.4.2", "1.4.2"), charts=("0.3.0",) * 3), "auth-service-prod.yaml"
    )

    assert [(one.kind, one.version, one.result) for one in found.changes] == [
        (ChangeKind.DEPLOYMENT, "1.4.1", ChangeResult.SUCCEEDED),
        (ChangeKind.DEPLOYMENT, "1.4.2", ChangeResult.FAILED),
        (ChangeKind.DEPLOYMENT, "1.4.2", ChangeResult.SUCCEEDED),
        (ChangeKind.ROLLBACK, "1.4.1", ChangeResult.SUCCEEDED),
    ]
    assert (found.changes[0].service, found.changes[0].environment) == ("auth-service", "prod")
    assert found.changes[0].at == datetime(2026, 1, 9, 9, 0, 0, 804742, tzinfo=UTC)
    assert found.changes[3].extra["revision"] == "4"


@pytest.mark.parametrize(
    ("charts", "versions"),
    [
        (("0.3.0", "0.4.0", "0.4.0"), ["auth-0.3.0", "auth-0.4.0", "auth-0.4.0", "auth-0.3.0"]),
        (("0.3.0",) * 3, [f"1.16.0 (revision {n})" for n in (1, 2, 3, 1)]),
    ],
)
def test_revisions_of_one_app_version_go_by_their_chart_or_number(
    charts: tuple[str, ...], versions: list[str]
):
    found = parse(HELM.format(apps=("1.16.0",) * 3, charts=charts), "helm-history.yaml")

    assert [one.version for one in found.changes] == versions
    assert found.changes[0].service == "auth"
    assert "taken for auth" in found.notes[0]


def test_the_history_of_flux_is_read_oldest_first():
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: staging}
status:
  history:
  - {appVersion: 6.6.1, chartName: podinfo, chartVersion: 6.6.1, status: deployed, version: 2,
     firstDeployed: "2024-05-07T04:54:21Z",
     lastDeployed: "2024-05-07T04:54:55Z"}
  - {appVersion: 6.6.0, chartName: podinfo, chartVersion: 6.6.0, status: superseded, version: 1,
     lastDeployed: "2024-05-07T04:54:21Z"}
"""

    found = parse(text).changes

    assert [(one.version, one.previous) for one in found] == [("6.6.0", ""), ("6.6.1", "6.6.0")]
    assert (found[0].service, found[0].environment) == ("podinfo", "staging")


def test_replica_sets_are_the_versions_of_their_deployment_which_is_not_counted_again():
    owner = "ownerReferences: [{kind: Deployment, name: auth-service}]"
    parts = [
        ITEM.format(
            kind="Deployment",
            name="auth-service",
            created="2026-01-01T00:00:00Z",
            revision=2,
            cause="second",
            owner="",
            tag="1.5",
        ),
        ITEM.format(
            kind="ReplicaSet",
            name="auth-service-5d",
            created="2026-01-12T08:00:00Z",
            revision=2,
            cause="kubectl set image",
            owner=owner,
            tag="1.5",
        ),
        ITEM.format(
            kind="ReplicaSet",
            name="auth-service-6b",
            created="2026-01-01T00:00:00Z",
            revision=1,
            cause="first",
            owner=owner,
            tag="1.4",
        ),
    ]

    found = parse("apiVersion: v1\nkind: List\nitems:\n" + "".join(parts)).changes

    assert [(one.version, one.previous, one.summary) for one in found] == [
        ("1.4", "", "first"),
        ("1.5", "1.4", "kubectl set image"),
    ]
    assert {(one.service, one.environment) for one in found} == {("auth-service", "prod")}


def test_the_annotations_of_the_seed_are_drift_with_reason_and_expiry():
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: grafana
  namespace: monitoring
  annotations:
    drift.agentops.dev/temporary: "true"
    drift.agentops.dev/reason: "Testing SSO, PR coming"
    drift.agentops.dev/date: "2025-01-15"
    drift.agentops.dev/expires: "2025-01-22"
"""
    (drift,) = parse(text).changes

    assert (drift.kind, drift.service, drift.reason) == (
        ChangeKind.DRIFT,
        "grafana",
        "Testing SSO, PR coming",
    )
    assert drift.at == datetime(2025, 1, 15, tzinfo=UTC)
    assert drift.expires == datetime(2025, 1, 22, 23, 59, 59, tzinfo=UTC)


def test_our_own_list_is_read_leniently_and_a_bad_item_hides_no_other():
    text = """\
changes:
- {kind: Deploy, service: web, env: PROD, version: 1.10, by: ana, at: 2026-01-16 14:22:00 +0100, status: ok, pr: 12}
- {kind: teleport, service: web, at: 2026-01-16}
- kind: migration
  service: web
  at: 2026-01-17
  reversible: no
"""
    found = parse(text)

    first, second = found.changes
    assert (first.kind, first.version, first.author) == (ChangeKind.DEPLOYMENT, "1.10", "ana")
    assert (first.at, first.result) == (datetime(2026, 1, 16, 13, 22, tzinfo=UTC), ChangeResult.SUCCEEDED)
    assert first.extra == {"pr": "12"}
    assert second.reversible is False
    assert [(one.line, "deployment, rollback" in one.message) for one in found.problems] == [(3, True)]


def test_json_is_read_as_well():
    text = '{\n  "changes": [\n    {"kind": "config",\n     "service": "web", "at": "2026-01-16T00:00:00Z"}\n  ]\n}\n'

    assert len(parse(text, "changes.json").changes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n",
        "changes:\n- Fixed the thing\n",
    ],
)
def test_a_manifest_that_tells_of_no_deployment_is_left_to_others(text: str):
    assert Deployments().recognises(SourceFile(path="web.yaml", text=text)) == 0.0


def _claimed(folder: str) -> list[str]:
    claimed = []
    for path in discover([folder]):
        read = read_file(path) if isinstance(path, str) else None
        if isinstance(read, Read) and (Deployments().recognises(read.file) or GitLog().recognises(read.file)):
            claimed.append(read.file.path)
    return claimed


@pytest.mark.slow
def test_no_file_of_the_corpora_is_taken_for_a_log_or_a_deployment():
    assert _claimed(str(corpora())) == []


def test_of_the_examples_only_those_of_changes_are():
    folder = ROOT / "examples"

    assert [path for path in _claimed(str(folder)) if "/examples/changes/" not in path] == []
    assert len(_claimed(str(folder / "changes"))) == 3


def parsed_as(text: str, path: str = "x.yaml") -> Parsed:
    file = SourceFile(path=path, text=text)
    assert isinstance(choose(file), Deployments)
    return Deployments().parse(file)


@pytest.mark.parametrize(
    "text",
    [
        '[{"revision":1,"updated":"2026-01-09T10:00:00.8+01:00","status":"superseded","chart":"a-1","app_version":"1"}]',
        '{"kind":"List","items":[{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"a"},'
        '"status":{"history":[{"deployedAt":"2026-01-16T14:20:41Z","revision":"f2e9c1a"}]}}]}',
        '[{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"a"},'
        '"status":{"history":[{"deployedAt":"2026-01-16T14:20:41Z","revision":"f2e9c1a"}]}}]',
        '{"changes":[{"kind":"deploy","service":"a","at":"2026-01-16T14:20:41Z","version":"1"}]}',
    ],
)
def test_json_on_one_line_is_read_like_yaml(text: str) -> None:
    assert len(parsed_as(text, "a.json").changes) == 1


@pytest.mark.parametrize(
    "written",
    [
        "1768573241",
        "1768573241000",
        '"Fri, 16 Jan 2026 14:20:41 GMT"',
        "2026-01-16T15:20:41+0100",
        "20260116T142041Z",
    ],
)
def test_times_are_read_in_the_shapes_that_tools_write(written: str) -> None:
    (change,) = parsed_as(f"changes:\n- kind: deploy\n  service: a\n  at: {written}\n").changes
    assert change.at == datetime(2026, 1, 16, 14, 20, 41, tzinfo=UTC)


def test_an_item_that_says_nothing_or_is_no_mapping_is_reported() -> None:
    result = parsed_as(
        "changes:\n- just text\n- {kind: deploy, at: 2026-01-16}\n"
        "- {kind: deploy, service: [a, b], at: 2026-01-16}\n- {kind: deploy, service: a, at: 2026-01-16}\n"
    )
    assert [change.service for change in result.changes] == ["a"]
    assert [problem.line for problem in result.problems] == [3, 4]
    assert "says nothing" in result.problems[0].message
    assert "service of change 2 is no plain text" in result.problems[1].message
    assert result.notes == ("items of changes left out, since they are no mappings: 1",)


def test_a_workload_of_a_later_revision_does_not_run_since_its_creation() -> None:
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: auth\n  namespace: prod\n"
        '  annotations: {deployment.kubernetes.io/revision: "3"}\n  creationTimestamp: "2026-01-01T00:00:00Z"\n'
        "spec: {template: {spec: {containers: [{name: auth, image: auth:1.2}]}}}\n"
    )
    assert [c.version for c in parsed_as(text.replace('"3"', '"1"')).changes] == ["1.2"]
    refused = parsed_as(text)
    assert refused.changes == ()
    assert "does not say since when it runs" in refused.problems[0].message


def test_a_long_history_with_a_return_is_read_in_full() -> None:
    revisions = [f"{number:07x}" for number in range(5000)] + ["0000003abc"]
    items = "".join(f'  - {{deployedAt: "2026-01-16T14:20:41Z", revision: "{one}"}}\n' for one in revisions)
    text = f"apiVersion: argoproj.io/v1alpha1\r\nkind: Application\nmetadata: {{name: a}}\nstatus:\n  history:\n{items}"
    changes = parsed_as(text).changes
    assert len(changes) == 5001
    assert [change.kind for change in changes[-2:]] == [ChangeKind.DEPLOYMENT, ChangeKind.ROLLBACK]
