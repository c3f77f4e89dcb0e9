"""What was released and deployed, as GitHub, GitLab and change logs tell it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ingest.pipeline import Read, decode, parse_file
from ingest.source import Parsed, SourceFile
from kb.changes.changes import change_in_words
from kb.changes.rollback import rollback_target
from kb.model.change import ChangeKind, ChangeResult
from kb.text.changes import RELEASE, is_announced


def parsed(content: Any, name: str) -> tuple[str, Parsed]:
    text = content if isinstance(content, str) else json.dumps(content)
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return parse_file(SourceFile(path=read.file.path, text=read.file.text, place=name))


RELEASES = [
    {
        "html_url": "https://github.com/example/cart/releases/tag/v1.1.0",
        "tag_name": "v1.1.0",
        "name": "v1.1.0",
        "draft": False,
        "prerelease": False,
        "published_at": "2026-11-02T10:00:00Z",
        "author": {"login": "kim"},
        "body": "## Changes\n* Keep carts for a week by @kim in https://github.com/example/cart/pull/7\n",
    },
    {
        "html_url": "https://github.com/example/cart/releases/tag/v1.0.0",
        "tag_name": "v1.0.0",
        "name": "The first",
        "published_at": "2026-10-02T10:00:00Z",
    },
    {"tag_name": "v1.2.0", "draft": True, "published_at": None},
]


def test_releases_are_changes_that_nobody_said_were_deployed() -> None:
    name, found = parsed(RELEASES, "releases.json")

    assert name == "deployments"
    assert [(one.version, one.service, one.summary, one.author) for one in found.changes] == [
        ("v1.0.0", "cart", "The first", ""),
        ("v1.1.0", "cart", "Keep carts for a week", "kim"),
    ]
    assert found.changes[1].at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert all(is_announced(one) for one in found.changes)
    assert found.notes == ("releases left out, since they are drafts: 1",)
    assert change_in_words(found.changes[1]) == (
        "2026-11-02 10:00 UTC  release  cart v1.1.0: Keep carts for a week (by kim)"
    )


def test_releases_alone_give_a_version_to_go_back_to_and_say_that_no_deployment_is_on_record() -> None:
    changes = parsed(RELEASES, "releases.json")[1].changes

    answer = rollback_target(changes, "cart", now=datetime(2026, 11, 3, tzinfo=UTC))

    assert answer.current is not None
    assert answer.target is not None
    assert (answer.current.version, answer.target.version, answer.target.n) == ("v1.1.0", "v1.0.0", 0)
    assert answer.preconditions[0].startswith("these versions are known from releases alone:")


def deployment(number: int, sha: str, day: int, **more: Any) -> dict[str, Any]:
    return {
        "url": f"https://api.github.com/repos/example/cart/deployments/{number}",
        "sha": sha,
        "ref": "main",
        "task": "deploy",
        "environment": "production",
        "created_at": f"2026-11-0{day}T10:00:00Z",
        "creator": {"login": "kim"},
        **more,
    }


def test_a_deployment_that_brings_back_what_was_there_before_is_a_rollback() -> None:
    first = deployment(1, "aaaaaaa1", 1, ref="v1.0.0")
    second = deployment(
        2, "bbbbbbb2", 2, statuses=[{"state": "failure", "created_at": "2026-11-02T10:05:00Z"}]
    )
    statuses = [
        {"state": "inactive", "created_at": "2026-11-04T10:00:00Z"},
        {"state": "success", "created_at": "2026-11-03T10:05:00Z"},
    ]
    third = deployment(3, "aaaaaaa1", 3, statuses=statuses)

    found = parsed([third, second, first], "deployments.json")[1].changes

    assert [(one.kind, one.version, one.previous, one.result) for one in found] == [
        (ChangeKind.DEPLOYMENT, "v1.0.0", "", ChangeResult.UNKNOWN),
        (ChangeKind.DEPLOYMENT, "bbbbbbb2", "v1.0.0", ChangeResult.FAILED),
        (ChangeKind.ROLLBACK, "v1.0.0", "bbbbbbb2", ChangeResult.SUCCEEDED),
    ]
    assert {(one.service, one.environment, one.author) for one in found} == {("cart", "production", "kim")}
    assert not any(is_announced(one) for one in found)


def test_deployments_of_gitlab_and_of_graphql_say_how_they_went() -> None:
    gitlab = {
        "iid": 4,
        "ref": "main",
        "sha": "ccccccc3",
        "created_at": "2026-11-05T10:00:00Z",
        "status": "failed",
        "user": {"username": "lee"},
        "environment": {"name": "staging"},
    }
    node = {
        "createdAt": "2026-11-06T10:00:00Z",
        "environment": "production",
        "commitOid": "ddddddd4",
        "ref": {"name": "main"},
        "latestStatus": {"state": "SUCCESS"},
    }

    (first,) = parsed([gitlab], "cart-deployments.json")[1].changes
    (second,) = parsed({"data": {"repository": {"deployments": {"nodes": [node]}}}}, "cart.json")[1].changes

    assert (first.service, first.environment, first.result, first.author) == (
        "cart",
        "staging",
        ChangeResult.FAILED,
        "lee",
    )
    assert (second.service, second.version, second.result) == ("cart", "ddddddd4", ChangeResult.SUCCEEDED)


LOG = """# Changelog

What changed, as https://keepachangelog.com has it.

## [Unreleased]

- Something.

## [1.2.0] - 2026-11-02

### Fixed

- Carts with `one_item` are no longer lost ([#7](https://github.com/example/cart/pull/7))
- Totals

## [1.1.0] - 2026-10-01 [YANKED]

- Orders are split

## 1.0.0

- No day is known of this one

[1.2.0]: https://github.com/example/cart/compare/v1.1.0...v1.2.0
"""


def test_versions_of_a_change_log_are_releases_on_their_days_and_the_text_is_a_document() -> None:
    name, found = parsed(LOG, "CHANGELOG.md")

    assert name == "changelog"
    assert [(one.version, one.at.date().isoformat(), one.service, one.summary) for one in found.changes] == [
        ("1.2.0", "2026-11-02", "cart", "Carts with one_item are no longer lost (#7) (and 1 more)"),
        ("1.1.0", "2026-10-01", "cart", "Orders are split"),
    ]
    assert [one.reason for one in found.changes] == ["", "withdrawn again (yanked)"]
    assert found.changes[0].source is not None
    assert found.changes[0].source.line == 9
    assert all(RELEASE in one.extra for one in found.changes)
    assert found.notes == ("unread: versions without a day: 1",)
    assert [entry.headline for entry in found.entries] == ["Changelog"]


def test_underlined_headings_days_alone_and_names_before_versions_are_read_as_well() -> None:
    underlined = "Cart 2.1.0 (2026-05-02)\n=======================\n\nFixes\n-----\n\n- Totals\n\n"
    underlined += "Cart 2.0.0 (2026-04-01)\n"
    underlined += "=======================\n\n- https://example.com/a\n- New totals\n"
    days = "# Changes of the cluster\n\n## 2026-11-02\n\n- Moved carts to new nodes\n\n"
    days += "## 2026-10-30\n\n- Upgraded DNS\n"

    first = parsed(underlined, "cart/CHANGES.md")[1].changes
    second = parsed(days, "platform/changelog.md")[1].changes

    assert [(one.version, one.service, one.summary) for one in first] == [
        ("2.1.0", "cart", "Totals"),
        ("2.0.0", "cart", "New totals (and 1 more)"),
    ]
    assert [(one.version, one.at.day, one.summary, one.service) for one in second] == [
        ("", 2, "Moved carts to new nodes", "platform"),
        ("", 30, "Upgraded DNS", "platform"),
    ]


def test_tags_of_a_repository_of_many_parts_name_the_part_and_of_several_versions_the_first_counts() -> None:
    text = (
        "## [0.2.0](https://github.com/example/shop/compare/operator/v0.1.0...operator/v0.2.0) (2026-11-02)\n\n- A\n\n"
        "## [0.1.0/0.0.3] 2026-10-02\n\n- B\n"
    )

    found = parsed(text, "operator/CHANGELOG.md")[1].changes

    assert [(one.version, one.service) for one in found] == [("0.2.0", "operator"), ("0.1.0", "operator")]


def test_what_others_released_and_a_log_without_days_are_no_changes_of_ours() -> None:
    assert parsed(LOG, "vendor/cart/CHANGELOG.md")[0] == "document"
    assert parsed("# Changelog\n\n## 1.1\n\n- A\n\n## 1.0\n\n- B\n", "CHANGELOG.md")[0] == "document"


def test_a_rollout_history_is_kept_and_says_which_command_tells_the_times() -> None:
    text = (
        "deployment.apps/cart\nREVISION  CHANGE-CAUSE\n1         <none>\n2         kubectl set image c=c:2\n"
    )

    name, found = parsed(text, "history.txt")

    assert (name, found.changes, len(found.entries)) == ("document", (), 1)
    assert found.notes == (
        "kubectl rollout history tells no times, so none of its 2 revisions is a change on record;"
        " kubectl get deployments,replicasets -o yaml has them",
    )
