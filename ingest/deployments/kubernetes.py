"""Kubernetes: workloads as `kubectl get deploy,rs -o yaml` prints them, and the drift that annotations record.

A ReplicaSet is one version of a Deployment, first put in place when it was created.  A Deployment itself tells
of its present version alone, since its last rollout.  `drift.agentops.dev/temporary` marks drift on purpose.
"""

from __future__ import annotations

from typing import Any

from ingest.deployments.reading import Deployed, at, listed, mapping, moment, text
from kb.errors import InvalidInput
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.text.changes import parse_moment
from kb.text.environments import is_environment, split_name

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout")
_DRIFT = "drift.agentops.dev/"
_REVISION = "deployment.kubernetes.io/revision"
_HISTORY = "deployment.kubernetes.io/revision-history"
_CAUSE = "kubernetes.io/change-cause"
_ROLLOUT = "rollout.argoproj.io/revision"


def read(items: list[dict[str, Any]], found: Deployed) -> None:
    """Add what the workloads of one document say."""
    sets = [item for item in items if text(item, "kind") == "ReplicaSet"]
    told = {(_owner(item), mapping(item, "metadata", "annotations").get(_REVISION, "")) for item in sets}
    versions: dict[tuple[str, str], str] = {}
    for item in sorted(items, key=lambda one: text(one, "metadata", "creationTimestamp")):
        annotations = mapping(item, "metadata", "annotations")
        try:
            if any(key.startswith(_DRIFT) for key in annotations):
                _add_drift(item, annotations, found)
            if text(item, "kind") == "Rollout":
                _add_rollout(item, found)
            elif text(item, "kind") == "ReplicaSet":
                _add(item, annotations, text(item, "metadata", "creationTimestamp"), versions, found)
            elif (_REVISION in annotations or _CAUSE in annotations) and (
                text(item, "metadata", "name"),
                annotations.get(_REVISION, ""),
            ) not in told:
                _add(item, annotations, _rolled_out(item), versions, found)
        except InvalidInput as error:
            found.refuse(item, error)
    _add_undone(items, sets, found)


def _add_undone(items: list[dict[str, Any]], sets: list[dict[str, Any]], found: Deployed) -> None:
    """Add the rollbacks: a Deployment that runs a ReplicaSet which had another revision before (`rollout undo`).

    Kubernetes (`deployment_util.go`, `SetNewReplicaSetAnnotations`) gives it the next revision and keeps the old
    ones in `revision-history`.
    """
    deployments = {
        text(item, "metadata", "name"): item for item in items if text(item, "kind") == "Deployment"
    }
    for item in sets:
        notes = mapping(item, "metadata", "annotations")
        owner = deployments.get(_owner(item))
        if not notes.get(_HISTORY):
            continue
        name = f"{text(item, 'kind')}/{text(item, 'metadata', 'name')}"
        if owner is None or mapping(owner, "metadata", "annotations").get(_REVISION) != notes.get(_REVISION):
            found.notes.append(f"{name} was rolled out more than once; only its first time is in this file")
            continue
        service, environment = place(owner)
        since = _rolled_out(owner)
        if not since:
            found.notes.append(f"{name} runs again, but the Deployment does not say since when")
            continue
        found.add(
            Change(
                kind=ChangeKind.ROLLBACK,
                at=parse_moment(since),
                service=service,
                environment=environment,
                version=_version(item)[0],
                previous=_replaced(item, sets),
                summary=notes.get(_CAUSE, ""),
                result=_result(owner),
                extra={"tool": "kubernetes", "object": name, "revision": notes.get(_REVISION, "")},
            ),
            owner,
        )


def _replaced(item: dict[str, Any], sets: list[dict[str, Any]]) -> str:
    """The version of the ReplicaSet that had the revision before, or an empty text."""
    own = _number(item)
    others = [one for one in sets if _owner(one) == _owner(item) and one is not item and _number(one) < own]
    return _version(max(others, key=_number))[0] if others else ""


def _number(item: dict[str, Any]) -> int:
    said = mapping(item, "metadata", "annotations").get(_REVISION, "")
    return int(said) if said.isdigit() else 0


def place(item: dict[str, Any]) -> tuple[str, str]:
    """Service and environment of a workload: its name (of a ReplicaSet, its owner's), labels and namespace."""
    labels, namespace = mapping(item, "metadata", "labels"), text(item, "metadata", "namespace")
    service, said = split_name(_owner(item) or text(item, "metadata", "name"))
    stated = next(
        (labels[key] for key in ("environment", "env", "app.kubernetes.io/environment") if labels.get(key)),
        "",
    )
    return service, stated or said or (namespace if is_environment(namespace) else split_name(namespace)[1])


def _owner(item: dict[str, Any]) -> str:
    return next((text(owner, "name") for owner in listed(item, "metadata", "ownerReferences")), "")


def _add(
    item: dict[str, Any],
    annotations: dict[str, str],
    since: str,
    versions: dict[tuple[str, str], str],
    found: Deployed,
) -> None:
    service, environment = place(item)
    name = f"{text(item, 'kind')}/{text(item, 'metadata', 'name')}"
    if not since:
        raise InvalidInput(
            f"{name} does not say since when it runs; take it from the cluster: kubectl get -o yaml"
        )
    version, image = _version(item)
    if not version:
        raise InvalidInput(f"{name} has neither an image nor the label app.kubernetes.io/version")
    first = annotations.get(_HISTORY, "").split(",")[0] or annotations.get(_REVISION, "")
    extra = {"tool": "kubernetes", "object": name, "image": image, "revision": first}
    found.add(
        Change(
            kind=ChangeKind.DEPLOYMENT,
            at=parse_moment(since),
            service=service,
            environment=environment,
            version=version,
            previous=versions.get((service, environment), ""),
            summary=annotations.get(_CAUSE, ""),
            result=_result(item),
            extra={key: value for key, value in extra.items() if value},
        ),
        item,
    )
    versions[service, environment] = version


def _add_rollout(item: dict[str, Any], found: Deployed) -> None:
    """Add what an Argo `Rollout` says of its last update (argo-rollouts v1.8, `RolloutStatus`)."""
    service, environment = place(item)
    status = at(item, "status")
    aborted = text(status, "abort") == "true" or text(status, "message").startswith("RolloutAborted")
    since = text(status, "abortedAt") if aborted else _rolled_out(item)
    name = f"Rollout/{text(item, 'metadata', 'name')}"
    if not since:
        raise InvalidInput(f"{name} does not say since when; take it from the cluster: kubectl get -o yaml")
    healthy = text(status, "phase") == "Healthy"
    result = ChangeResult.FAILED if aborted else ChangeResult.SUCCEEDED if healthy else ChangeResult.UNKNOWN
    version, image = _version(item)
    revision = mapping(item, "metadata", "annotations").get(_ROLLOUT, "")
    extra = {"tool": "argo rollouts", "object": name, "image": image, "revision": revision}
    found.add(
        Change(
            kind=ChangeKind.DEPLOYMENT,
            at=parse_moment(since),
            service=service,
            environment=environment,
            version=version,
            result=result,
            reason=text(status, "message"),
            extra={key: value for key, value in extra.items() if value},
        ),
        item,
    )


def _rolled_out(item: dict[str, Any]) -> str:
    """When the present version was put in place: the last progress of the rollout, else the creation."""
    progress = [one for one in listed(item, "status", "conditions") if text(one, "type") == "Progressing"]
    if progress:
        return text(progress[0], "lastUpdateTime") or text(progress[0], "lastTransitionTime")
    revision = mapping(item, "metadata", "annotations").get(_REVISION, "")
    first = text(item, "metadata", "generation") in ("", "1") and revision in ("", "0", "1")
    return text(item, "metadata", "creationTimestamp") if first else ""


def _result(item: dict[str, Any]) -> ChangeResult:
    """Failed where the rollout ran out of time; else nobody has said."""
    late = [
        one
        for one in listed(item, "status", "conditions")
        if text(one, "reason") == "ProgressDeadlineExceeded"
    ]
    return ChangeResult.FAILED if late else ChangeResult.UNKNOWN


def _version(item: dict[str, Any]) -> tuple[str, str]:
    """What runs: the version label of the pods, else the tag of the image; and the image whole."""
    pods = at(item, "spec", "template")
    containers = listed(pods, "spec", "containers")
    service = place(item)[0]
    own = [one for one in containers if text(one, "name") == service] or containers
    image = text(own[0], "image") if own else ""
    label = "app.kubernetes.io/version"
    stated = mapping(pods, "metadata", "labels").get(label) or mapping(item, "metadata", "labels").get(label)
    name = image.rpartition("/")[2]
    tag = (
        name.partition("@")[2]
        if "@" in name and ":" not in name.partition("@")[0]
        else name.partition("@")[0].partition(":")[2]
    )
    return stated or tag or (image and "latest"), image


def _add_drift(item: dict[str, Any], annotations: dict[str, str], found: Deployed) -> None:
    said = {key.removeprefix(_DRIFT): value for key, value in annotations.items() if key.startswith(_DRIFT)}
    service, environment = place(item)
    name = f"{text(item, 'kind')}/{text(item, 'metadata', 'name')}"
    expires = said.get("expires", "")
    found.add(
        Change(
            kind=ChangeKind.DRIFT,
            at=moment(said, "date", "since", what=f"the drift of {name}"),
            service=service,
            environment=environment,
            summary=f"{name} differs from the repository",
            reason=said.get("reason", ""),
            author=said.get("author", "") or said.get("by", ""),
            expires=parse_moment(expires, end_of_day=True) if expires else None,
            extra={
                "tool": "kubernetes",
                "object": name,
                **{key: value for key, value in said.items() if key in ("temporary", "ticket")},
            },
        ),
        item,
    )
