"""GitHub and GitLab: releases (`gh api repos/O/N/releases`, `gh release list --json …`) and deployments, as JSON.

A release was published, which is not deployed.  A deployment tells how it went where its statuses are with it; one
that brings back what was there before, with something else since, is a rollback.  `inactive` says nothing of success.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import Any

from ingest.deployments.reading import LINE, Deployed, Revisions, listed, moment, text
from kb.errors import InvalidInput
from kb.expression import expression
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.text.changes import RELEASE, same_version

_REPOSITORY = expression(
    r"https?://[^/]+/(?:api/v3/)?(?:repos/)?[^/]+/(?:[^/]+/)*?(?P<name>[^/]+?)/(?:-/)?(?:releases|deployments)\b"
)
_FILLER = expression(
    r"(?:^|[-_. ])(?:github|gitlab|gh|releases?|deployments?|export|list|all)(?=$|[-_. ])", re.I
)
_VERSION = expression(r"(?:[\w-]+[@/-])?v?\d+(?:\.\d+)+[\w.+-]*")
_RESULTS = {
    "success": ChangeResult.SUCCEEDED,
    "active": ChangeResult.SUCCEEDED,
    "failure": ChangeResult.FAILED,
    "failed": ChangeResult.FAILED,
    "error": ChangeResult.FAILED,
}
_BY = expression(r"\s+by @[\w\[\]-]+ in https?://\S+$")
_MARKUP = expression(r"^[#>*\-\s]+|[*_`]|\[([^\]]*)\]\([^)]*\)")


def is_release(item: dict[str, Any]) -> bool:
    """Whether a mapping is a release of either."""
    return bool(_first(item, "tag_name", "tagName")) and bool(
        _times(item) or "draft" in item or "isDraft" in item
    )


def is_deployment(item: dict[str, Any]) -> bool:
    """Whether a mapping is a deployment of either."""
    return bool(_environment(item) and _commit(item) and _first(item, "created_at", "createdAt"))


def read_releases(items: list[dict[str, Any]], path: str, found: Deployed) -> None:
    """Add the releases, oldest first; drafts are nothing yet."""
    drafts = [item for item in items if "true" in (text(item, "draft"), text(item, "isDraft"))]
    if drafts:
        found.notes.append(f"releases left out, since they are drafts: {len(drafts)}")
    for item in sorted((one for one in items if one not in drafts), key=_times):
        tag = _first(item, "tag_name", "tagName")
        try:
            when = moment(
                item,
                "published_at",
                "publishedAt",
                "released_at",
                "created_at",
                "createdAt",
                what=f"release {tag}",
            )
        except InvalidInput as error:
            found.refuse(item, error)
            continue
        name, link = _first(item, "name"), _first(item, "html_url", "url") or text(item, "_links", "self")
        before = "true" in (text(item, "prerelease"), text(item, "isPrerelease"))
        found.add(
            Change(
                kind=ChangeKind.DEPLOYMENT,
                at=when,
                service=_service(item, path),
                version=tag,
                summary=name
                if name and not same_version(name, tag)
                else _headline(_first(item, "body", "description")),
                author=text(item, "author", "login") or text(item, "author", "username"),
                extra={RELEASE: link or tag, **({"prerelease": "true"} if before else {})},
            ),
            item,
        )


def read_deployments(items: list[dict[str, Any]], path: str, found: Deployed) -> None:
    """Add the deployments, oldest first, each beside the one before in its environment."""
    names = {_commit(item): _ref(item) for item in items if _VERSION.fullmatch(_ref(item))}
    seen: dict[tuple[str, str], Revisions] = defaultdict(Revisions)
    before: dict[tuple[str, str], str] = {}
    for item in sorted(items, key=lambda one: _first(one, "created_at", "createdAt")):
        commit, ref = _commit(item), _ref(item)
        place = _service(item, path), _environment(item)
        previous = before.get(place, "")
        back = bool(previous) and not same_version(previous, commit) and commit in seen[place]
        try:
            when = moment(item, "created_at", "createdAt", what=f"the deployment of {commit[:7]}")
        except InvalidInput as error:
            found.refuse(item, error)
            continue
        found.add(
            Change(
                kind=ChangeKind.ROLLBACK if back else ChangeKind.DEPLOYMENT,
                at=when,
                service=place[0],
                environment=place[1],
                version=names.get(commit, commit),
                previous=names.get(previous, previous),
                summary=text(item, "description"),
                author=_author(item),
                result=_result(item),
                extra={"tool": "gitlab" if "iid" in item else "github", "ref": ref, "sha": commit},
            ),
            item,
        )
        before[place] = commit
        seen[place].add(commit)


def _first(item: dict[str, Any], *keys: str) -> str:
    return next((said for key in keys if (said := text(item, key))), "")


def _commit(item: dict[str, Any]) -> str:
    return _first(item, "sha", "commitOid") or text(item, "commit", "oid")


def _ref(item: dict[str, Any]) -> str:
    return _first(item, "ref") or text(item, "ref", "name")


def _times(item: dict[str, Any]) -> str:
    return _first(item, "published_at", "publishedAt", "released_at", "created_at", "createdAt")


def _environment(item: dict[str, Any]) -> str:
    return _first(item, "environment", "latestEnvironment") or text(item, "environment", "name")


def _author(item: dict[str, Any]) -> str:
    named = (
        text(item, *keys)
        for keys in (("creator", "login"), ("user", "username"), ("deployable", "user", "username"))
    )
    return next((name for name in named if name), "")


def _service(item: dict[str, Any], path: str) -> str:
    """The repository that an address names, else what the file is called."""
    links = [_first(item, key) for key in ("url", "html_url", "statuses_url")] + [
        text(item, "_links", "self")
    ]
    named = next((found["name"] for link in links if (found := _REPOSITORY.search(link))), "")
    return named or _FILLER.sub("", PurePosixPath(path).stem).strip("-_. ")


def _result(item: dict[str, Any]) -> ChangeResult:
    """How it went: its own state, else the last of its statuses that says so."""
    statuses = [one for one in listed(item, "statuses") if _first(one, "state") != "inactive"]
    statuses.sort(key=lambda one: _first(one, "created_at", "createdAt"))
    told = [text(one, "state") for one in reversed(statuses)]
    told += [_first(item, "state", "status"), text(item, "latestStatus", "state")]
    return next((_RESULTS[word.lower()] for word in told if word.lower() in _RESULTS), ChangeResult.UNKNOWN)


def _headline(body: str) -> str:
    """The first line of the notes that is more than a heading."""
    lines = [line.strip() for line in body.splitlines()]
    said = next(
        (line for line in lines if len(line) > 3 and not line.startswith(("#", "<!--", "**Full"))), ""
    )
    return " ".join(_MARKUP.sub(lambda found: found[1] or "", _BY.sub("", said)).split())


def of_document(document: Any) -> list[dict[str, Any]]:
    """The releases or deployments of a document, wherever a list of them stands (REST, GraphQL, `--paginate`)."""
    if isinstance(document, list):
        return [one for item in document for one in of_document(item)]
    if not isinstance(document, dict):
        return []
    if is_release(document) or is_deployment(document):
        return [document]
    return [
        one
        for key, item in document.items()
        if key != LINE and isinstance(item, dict | list)
        for one in of_document(item)
    ]
