"""Helm: `helm history RELEASE -o yaml`, and the history that Flux keeps in the status of a `HelmRelease`.

What helm prints names no release: the file's name does (`auth-service-prod.yaml`), else the chart.  A revision
is known by its app version; where that does not tell revisions apart, by its chart; else by its number too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from ingest.deployments.reading import Deployed, listed, moment, text
from kb.errors import InvalidInput
from kb.expression import expression
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.text.environments import is_environment, split_name

_BACK = expression(r"Roll(?:ed )?back to (?:release )?\"?(\d+)", re.I)
_CHART = expression(r"(.+?)-v?\d+\.\d+.*")
_FILLER = expression(r"(?:^|[-_. ])(?:helm|history|hist|release|releases|output|status)(?=$|[-_. ])", re.I)
_FAILED = ("failed", "pending-rollback")
_DONE = ("deployed", "superseded")


def read_history(items: Sequence[dict[str, Any]], path: str, found: Deployed) -> None:
    """Add the revisions that `helm history` printed."""
    chart = _CHART.fullmatch(text(items[-1], "chart"))
    stem = _FILLER.sub("", PurePosixPath(path).stem).strip("-_. ")
    service, environment = split_name(stem or (chart[1] if chart else text(items[-1], "chart")))
    found.notes.append(
        f"helm history names no release: taken for {service}, from the {'file' if stem else 'chart'}'s name"
    )
    _add(items, service, environment, found)


def read_flux(release: dict[str, Any], found: Deployed) -> None:
    """Add the history of a `HelmRelease`, which Flux keeps newest first."""
    service, environment = split_name(text(release, "metadata", "name"))
    namespace = text(release, "metadata", "namespace")
    items = [
        {
            **item,
            "revision": text(item, "version"),
            "updated": text(item, "lastDeployed"),
            "app_version": text(item, "appVersion"),
            "chart": f"{text(item, 'chartName')}-{text(item, 'chartVersion')}".strip("-"),
        }
        for item in reversed(listed(release, "status", "history"))
    ]
    _mark_remediations(items)
    _add(items, service, environment or (namespace if is_environment(namespace) else ""), found)


def _mark_remediations(items: list[dict[str, Any]]) -> None:
    """Say of a release that came back what Helm would: the history of Flux (helm-controller, `api/v2`) has no text.

    It came back where an earlier one had the same chart and values, and one with others came between.
    """
    for place, item in enumerate(items):
        same = [n for n in range(place) if _what(items[n]) == _what(item) and not _has_failed(items[n])]
        if (
            same
            and not _has_failed(item)
            and any(_what(one) != _what(item) for one in items[same[-1] : place])
        ):
            item["description"] = f"Rollback to {text(items[same[-1]], 'revision')}"


def _what(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text(item, key) for key in ("chart", "app_version", "configDigest"))


def _has_failed(item: dict[str, Any]) -> bool:
    return text(item, "status").lower() in _FAILED


def _add(items: Sequence[dict[str, Any]], service: str, environment: str, found: Deployed) -> None:
    versions = _versions(items)
    previous = ""
    for item in items:
        try:
            when = moment(item, "updated", what=f"revision {text(item, 'revision')} of {service}")
        except InvalidInput as error:
            found.refuse(item, error)
            continue
        back = _BACK.search(text(item, "description"))
        version = versions[text(item, "revision")]
        found.add(
            Change(
                kind=ChangeKind.ROLLBACK if back else ChangeKind.DEPLOYMENT,
                at=when,
                service=service,
                environment=environment,
                version=version,
                previous=previous,
                result=_result(text(item, "status")),
                summary=text(item, "description"),
                extra={
                    "tool": "helm",
                    "revision": text(item, "revision"),
                    "chart": text(item, "chart"),
                    "status": text(item, "status"),
                },
            ),
            item,
        )
        previous = version


def _result(status: str) -> ChangeResult:
    if status.lower() in _FAILED:
        return ChangeResult.FAILED
    return ChangeResult.SUCCEEDED if status.lower() in _DONE else ChangeResult.UNKNOWN


def _versions(items: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each revision is called; a rollback has the name of the revision that it went back to."""
    own = [item for item in items if not _BACK.search(text(item, "description"))]
    settled = [item for item in own if text(item, "status").lower() not in _FAILED]
    for key in ("app_version", "chart"):
        names = [text(item, key) for item in settled]
        if all(names) and len(set(names)) == len(names):
            named = {text(item, "revision"): text(item, key) for item in own}
            break
    else:
        named = {
            text(item, "revision"): f"{text(item, 'app_version') or text(item, 'chart')} (revision "
            f"{text(item, 'revision')})".strip()
            for item in own
        }
    for item in items:
        if back := _BACK.search(text(item, "description")):
            named[text(item, "revision")] = named.get(back[1], f"revision {back[1]}")
    return named
