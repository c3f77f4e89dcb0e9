"""The YAML (or JSON) of deployment tools: what each of them says was deployed, and when.

Read are Argo CD applications with their history, `helm history -o yaml`, Flux `HelmRelease`s, Kubernetes
workloads with a revision, a change cause or drift annotations, releases and deployments of GitHub and GitLab, and our
own list `changes:`.  A manifest that
says nothing of a deployment is none of these.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.deployments import argocd, github, helm_history, kubernetes, listed
from ingest.deployments.reading import Deployed, at, objects, plain, text
from ingest.deployments.reading import listed as items_of
from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression
from kb.text import safe_yaml

_START = r"(?:^[ \t\[{-]*|[{,]\s*)"
"""Where a key may stand: at the beginning of a line, or in a mapping that is written on one line."""


def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"{_START}[\"']?(?:{name})[\"']?[ \t]*:", re.M)


def _kind(names: str) -> re.Pattern[str]:
    return re.compile(rf"{_START}[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?(?:{names})\b", re.M)


_CHANGES = expression(r"^[{ \t]*[\"']?changes[\"']?[ \t]*:[ \t]*(?:$|\[)", re.M)
_WORKLOAD = _kind("Deployment|ReplicaSet|StatefulSet|DaemonSet")
_MARKS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    ("deployedAt", (_kind("Application"), _key("history"), _key("deployedAt"))),
    ("operationState", (_kind("Application"), _key("operationState"), _key("syncResult"))),
    ("lastDeployed", (_kind("HelmRelease"), _key("history"), _key("lastDeployed"))),
    (
        "kubernetes.io/",
        (_WORKLOAD, _key(r"(?:deployment\.)?kubernetes\.io/(?:revision|change-cause)")),
    ),
    ("Rollout", (_kind("Rollout"), _key(r"rollout\.argoproj\.io/revision|abort(?:edAt)?"))),
    ("drift.agentops.dev/", (_WORKLOAD, _key(r"drift\.agentops\.dev/\w+"))),
    (
        "app_version",
        (_key("revision"), _key("updated"), _key("status"), _key("chart"), _key("app_version")),
    ),
    ("tag", (_key("tag_?[nN]ame"), _key("(?:published|released)_?[aA]t|draft"))),
    (
        "environment",
        (
            _key("environment"),
            _key("sha|commitOid|oid"),
            _key("created_?[aA]t"),
            _key("ref|task|statuses_url|latestStatus"),
        ),
    ),
    (
        "changes",
        (_CHANGES, _key("kind|type"), _key("service"), _key("at|date|time|when|timestamp|deployed_at")),
    ),
)
"""Keys that only such files have, behind a word of theirs that is looked for first."""


class Deployments:
    """Files in which a deployment tool tells what it did."""

    name = "deployments"

    def recognises(self, file: SourceFile) -> float:
        """By the keys that only such files have."""
        if not file.is_data:
            return 0.0
        likely = (marks for word, marks in _MARKS if word in file.text)
        return 0.97 if any(all(mark.search(file.text) for mark in marks) for marks in likely) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """The changes of all documents; every item that cannot be read as a problem."""
        try:
            documents = [plain(node) for node in safe_yaml.compose(file.text)]
        except safe_yaml.YamlRefused as error:
            return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        found = Deployed(file.path)
        for document in documents:
            _read(document, file.path, found)
        problems = tuple(Problem(file.path, line, message) for line, message in found.mistakes)
        return Parsed(
            changes=tuple(found.changes), problems=problems, notes=tuple(dict.fromkeys(found.notes))
        )


def _read(document: Any, path: str, found: Deployed) -> None:
    if hosted := github.of_document(document):
        github.read_releases([one for one in hosted if github.is_release(one)], path, found)
        github.read_deployments([one for one in hosted if not github.is_release(one)], path, found)
        return
    if isinstance(document, list):
        history = [item for item in document if isinstance(item, dict) and text(item, "updated")]
        if history:
            helm_history.read_history(history, path, found)
            return
        for item in document:  # `argocd app list -o json`, and what a script has put together
            _read(item, path, found)
        return
    if items := items_of(document, "changes"):
        found.refuse_strays(at(document, "changes"), "changes")
        listed.read(items, found)
        return
    workloads = []
    for item in objects(document):
        kind, api = text(item, "kind"), text(item, "apiVersion")
        if kind == "Application" and "argoproj.io" in api:
            argocd.read(item, found)
        elif kind == "HelmRelease":
            helm_history.read_flux(item, found)
        elif kind in kubernetes.WORKLOADS:
            workloads.append(item)
    kubernetes.read(workloads, found)
