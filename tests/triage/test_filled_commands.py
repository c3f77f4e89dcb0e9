"""The steps of a runbook in a brief have the labels of the alert in their commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.triage.brief import render

RUNBOOK = """# KubePodCrashLooping

## Meaning

A pod restarts again and again; <namespace> is where it runs.

## Diagnosis

1. Look at the log of <pod> with `kubectl -n $NAMESPACE logs <pod-name>`.
2. Describe it:

   ```
   kubectl -n {{ $labels.namespace }} describe pod POD_NAME
   kubectl -n <namespace> get job <job>
   ```
"""


@pytest.fixture
def home_with_runbook(kb: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "KubePodCrashLooping.md").write_text(RUNBOOK)
    kb.ingest(folder)
    return kb


def alert(**labels: str) -> dict[str, Any]:
    named = {"alertname": "KubePodCrashLooping", "job": "kube-state-metrics", **labels}
    return {"labels": named, "annotations": {"description": "A pod restarts again and again"}}


def brief(kb: KnowledgeBase, *alerts: dict[str, Any]) -> str:
    return render(kb.triage({"alerts": list(alerts)}))


def test_commands_of_steps_have_the_labels_and_prose_stays(home_with_runbook: KnowledgeBase) -> None:
    told = brief(home_with_runbook, alert(namespace="orders", pod="cart-0"))
    assert "Look at the log of <pod> with `kubectl -n orders logs cart-0`" in told
    assert "`kubectl -n orders describe pod cart-0`" in told


def test_the_job_that_was_scraped_is_no_job_of_kubernetes(home_with_runbook: KnowledgeBase) -> None:
    assert "get job <job>" in brief(home_with_runbook, alert(namespace="orders", pod="cart-0"))


def test_labels_in_which_the_alerts_of_a_group_differ_fill_nothing(home_with_runbook: KnowledgeBase) -> None:
    told = brief(home_with_runbook, *(alert(namespace="orders", pod=f"cart-{n}") for n in range(2)))
    assert "`kubectl -n orders logs <pod-name>`" in told


def test_a_label_that_the_alert_lacks_leaves_its_placeholder(home_with_runbook: KnowledgeBase) -> None:
    assert "`kubectl -n orders logs <pod-name>`" in brief(home_with_runbook, alert(namespace="orders"))


def test_the_pod_of_the_exporter_that_reported_it_is_not_what_is_broken(
    home_with_runbook: KnowledgeBase,
) -> None:
    own = alert(namespace="monitoring", pod="kube-state-metrics-6d8f9c7b5d-x2x4q")
    assert "kubectl -n $NAMESPACE logs <pod-name>" in brief(home_with_runbook, own)
    kept = alert(exported_namespace="orders", exported_pod="cart-0", **own["labels"])
    assert "kubectl -n orders logs cart-0" in brief(home_with_runbook, kept)


def test_a_label_that_a_shell_would_obey_is_not_put_into_a_command(home_with_runbook: KnowledgeBase) -> None:
    told = brief(home_with_runbook, alert(namespace="orders", pod="$(reboot)"))
    assert "`kubectl -n orders logs <pod-name>`" in told


def test_labels_that_a_text_tells_once_are_filled_in(home_with_runbook: KnowledgeBase) -> None:
    text = 'KubePodCrashLooping: a pod restarts again and again namespace="orders" pod="cart-0"'
    assert "`kubectl -n orders logs cart-0`" in render(home_with_runbook.triage(text))


@pytest.mark.parametrize(
    ("command", "filled"),
    [
        ("kubectl -n $NAMESPACE describe daemonset $NAME", "kubectl -n orders describe daemonset agent"),
        ("kubectl -n $NAMESPACE describe ds/<name>", "kubectl -n orders describe ds/agent"),
        ("kubectl -n $NAMESPACE describe jobs $JOB", "kubectl -n orders describe jobs nightly"),
        ("kubectl describe node $NAME; echo $NAME", "kubectl describe node $NAME; echo $NAME"),
    ],
)
def test_a_name_is_that_of_the_kind_before_it(
    kb: KnowledgeBase, tmp_path: Path, command: str, filled: str
) -> None:
    (tmp_path / "book.md").write_text(
        f"# KubePodCrashLooping\n\n## Diagnosis\n\n1. Describe it: `{command}`\n"
    )
    kb.ingest(tmp_path / "book.md")

    told = brief(kb, alert(namespace="orders", daemonset="agent", job_name="nightly"))

    assert f"`{filled}`" in told
