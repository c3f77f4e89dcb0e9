"""Argo CD: an `Application` with the history of its syncs, as `argocd app get -o yaml` prints it.

The history holds what was synced with success, oldest first; a sync that failed stands in `operationState`
alone.  Going back to a revision that was in place before, with another one since, is a rollback.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingest.deployments.reading import Deployed, Revisions, at, listed, mapping, moment, text
from ingest.places import place_of_path
from kb.errors import InvalidInput
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.text.changes import same_version
from kb.text.environments import is_environment, split_name


def read(application: dict[str, Any], found: Deployed) -> None:
    """Add what one application says."""
    service, environment = _place(application)
    before: list[str] = []
    seen = Revisions()
    items = listed(application, "status", "history")
    found.refuse_strays(at(application, "status", "history"), f"the history of {service}")
    for item in items:
        revision = _revision(item)
        try:
            when = moment(item, "deployedAt", "deployStartedAt", what=f"a sync of {service}")
        except InvalidInput as error:
            found.refuse(item, error)
            continue
        back = bool(before) and not same_version(before[-1], revision) and revision in seen
        found.add(
            Change(
                kind=ChangeKind.ROLLBACK if back else ChangeKind.DEPLOYMENT,
                at=when,
                service=service,
                environment=environment,
                version=revision,
                previous=before[-1] if before else "",
                author=_initiator(item),
                result=ChangeResult.SUCCEEDED,
                extra=_extra(item),
            ),
            item,
        )
        before.append(revision)
        seen.add(revision)
    if before:
        _add_state(application, found)
    _add_failed(application, service, environment, before, found)


def _place(application: dict[str, Any]) -> tuple[str, str]:
    """Service and environment: as the path of the source says, else as the name does."""
    name, said = split_name(text(application, "metadata", "name"))
    labels = mapping(application, "metadata", "labels")
    path = text(application, "spec", "source", "path")
    service, environment = place_of_path(path)
    namespace = text(application, "spec", "destination", "namespace")
    stated = labels.get("environment") or labels.get("env") or ""
    if not stated and not environment and not said and is_environment(namespace):
        environment = namespace
    return (service if service and service in name else name), stated or environment or said


def _revision(item: dict[str, Any]) -> str:
    revisions = at(item, "revisions")
    several = [one for one in revisions if isinstance(one, str)] if isinstance(revisions, list) else []
    return text(item, "revision") or "+".join(several)


def _initiator(item: dict[str, Any]) -> str:
    return text(item, "initiatedBy", "username") or (
        "automated sync" if text(item, "initiatedBy", "automated") == "true" else ""
    )


def _extra(item: dict[str, Any]) -> dict[str, str]:
    said = {
        "repository": text(item, "source", "repoURL"),
        "path": text(item, "source", "path"),
        "chart": text(item, "source", "chart"),
        "history id": text(item, "id"),
    }
    return {"tool": "argocd", **{key: value for key, value in said.items() if value}}


def _add_state(application: dict[str, Any], found: Deployed) -> None:
    """Say of the last sync how the application is now."""
    health, sync = (
        text(application, "status", "health", "status"),
        text(application, "status", "sync", "status"),
    )
    last = found.changes[-1]
    state = {key: value for key, value in (("health", health), ("sync", sync)) if value}
    found.changes[-1] = replace(last, extra={**last.extra, **state})
    if health and health != "Healthy":
        found.notes.append(f"{last.service} is {health} as of this file; its last sync itself succeeded")
    if sync == "OutOfSync":
        found.notes.append(f"{last.service} is OutOfSync: what runs differs from the repository")


def _add_failed(
    application: dict[str, Any], service: str, environment: str, before: list[str], found: Deployed
) -> None:
    state = at(application, "status", "operationState")
    if text(state, "phase") not in ("Failed", "Error"):
        return
    revision = _revision(at(state, "syncResult") or {}) or text(state, "operation", "sync", "revision")
    try:
        when = moment(state, "startedAt", "finishedAt", what=f"a failed sync of {service}")
    except InvalidInput as error:
        found.refuse(state, error)
        return
    found.add(
        Change(
            kind=ChangeKind.DEPLOYMENT,
            at=when,
            service=service,
            environment=environment,
            version=revision,
            previous=before[-1] if before else "",
            result=ChangeResult.FAILED,
            reason=text(state, "message")[:500],
            extra={"tool": "argocd"},
        ),
        state,
    )
