"""Git logs as changes: which commit, of which service, and what it is taken for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.pipeline import parse_file
from ingest.places import place_of_path
from ingest.registry import choose
from ingest.source import Parsed, SourceFile
from ingest.sources.git_log import GitLog
from kb.model.change import Change, ChangeKind

SHA = "a3f8d2c41b7e90d5c6a2f4e8b1d30597ac6e2f18"
OTHER = "f2e9c1a7d3b84056e1f7c2a99d4e8b6035fa1c72"


def log(message: str, *, files: str = "", sha: str = SHA, header: str = "") -> str:
    header = header or "Author: Priya <priya@example.com>\nDate:   Sun Jan 18 14:05:12 2026 +0100\n"
    body = "\n".join(f"    {line}" for line in message.split("\n"))
    return f"commit {sha}\n{header}\n{body}\n" + (f"\n{files}\n" if files else "")


def parse(text: str) -> Parsed:
    file = SourceFile(path="git.log", text=text)
    assert isinstance(choose(file), GitLog)
    return GitLog().parse(file)


def only(text: str) -> Change:
    (change,) = parse(text).changes
    return change


def test_the_default_format_gives_version_time_author_service_and_words():
    found = only(
        log("feat(auth-service): new OAuth provider\n\nBehind the same endpoint.\n\nSigned-off-by: P <p@x>")
    )

    assert found.version == SHA
    assert found.at == datetime(2026, 1, 18, 13, 5, 12, tzinfo=UTC)
    assert (found.author, found.service, found.kind) == ("Priya", "auth-service", ChangeKind.DEPLOYMENT)
    assert found.summary == "feat(auth-service): new OAuth provider"
    assert found.reason == "Behind the same endpoint"
    assert found.extra["commit"] == SHA
    assert found.source is not None
    assert found.source.line == 1


def test_the_full_format_tells_when_it_was_committed_not_when_it_was_written():
    header = (
        "Author:     Priya <p@x>\nAuthorDate: 2026-01-10T09:00:00+01:00\n"
        "Commit:     Bot <b@x>\nCommitDate: 2026-01-18T14:05:12+01:00\n"
    )

    assert only(log("fix: x", header=header)).at == datetime(2026, 1, 18, 13, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", ["2026-01-18 14:05:12 +0100", "2026-01-18T14:05:12+01:00", "1768741512 +0100"]
)
def test_other_dates_of_git_are_read(date: str):
    header = f"Author: P <p@x>\nDate:   {date}\n"

    assert only(log("fix: x", header=header)).at == datetime(2026, 1, 18, 13, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "files",
    [
        " apps/auth-service/overlays/prod/kustomization.yaml | 2 +-\n 1 file changed, 1 insertion(+)",
        "apps/auth-service/overlays/prod/kustomization.yaml\nREADME.md",
        "M\tapps/auth-service/overlays/prod/kustomization.yaml",
        " apps/auth-service/overlays/{staging => prod}/x.yaml | 0",
    ],
)
def test_the_paths_tell_service_and_environment(files: str):
    found = parse(log("bump the image", files=files)).changes

    assert ("auth-service", "prod") in [(one.service, one.environment) for one in found]


def test_a_commit_to_many_services_is_a_change_of_each():
    files = "\n".join(
        f"apps/{name}/overlays/{env}/ingress.yaml" for name in ("api", "web") for env in ("dev", "prod")
    )

    places = {(one.service, one.environment) for one in parse(log("enforce TLS 1.3", files=files)).changes}

    assert places == {("api", "dev"), ("api", "prod"), ("web", "dev"), ("web", "prod")}


def test_a_scope_that_is_no_service_is_not_taken_for_one():
    assert only(log("chore(deps): bump httpx")).service == ""
    assert "name no service: 1" in parse(log("chore(deps): bump httpx")).notes[0]


@pytest.mark.parametrize(
    "message",
    [
        f'Revert "feat(auth-service): new OAuth provider"\n\nThis reverts commit {OTHER}.',
        f"revert(auth-service): new OAuth provider\n\nThis reverts commit {OTHER}.",
        f"rollback(auth-service): go back from {OTHER}",
    ],
)
def test_a_revert_is_a_rollback_away_from_the_commit_that_it_names(message: str):
    found = only(log(message))

    assert (found.kind, found.previous, found.version) == (ChangeKind.ROLLBACK, OTHER, SHA)
    assert found.service == "auth-service"


@pytest.mark.parametrize(
    "path", ["db/migrations/0042_add.sql", "alembic/versions/1f_add.py", "sql/V12__add.sql"]
)
def test_paths_of_migrations_make_one(path: str):
    found = only(log("feat(auth-service): providers", files=path))

    assert found.kind is ChangeKind.MIGRATION
    assert path.rpartition("/")[2] in found.summary
    assert found.reversible is None


def test_code_and_a_migration_in_one_commit_are_two_changes():
    files = "apps/auth-service/src/x.py\ndb/migrations/0042_add.up.sql\ndb/migrations/0042_add.down.sql"

    found = {one.kind: one for one in parse(log("feat: providers", files=files)).changes}

    assert set(found) == {ChangeKind.DEPLOYMENT, ChangeKind.MIGRATION}
    assert found[ChangeKind.MIGRATION].reversible is True


def test_a_migration_is_known_by_its_words_where_no_paths_are_given():
    assert only(log("feat(auth-service): add column provider_id")).kind is ChangeKind.MIGRATION
    assert only(log("feat(auth-service): migrate to the new cache client")).kind is ChangeKind.DEPLOYMENT


def test_a_merged_pull_request_goes_by_its_title_and_a_merge_of_main_is_left_out():
    header = f"Merge: {SHA[:7]} {OTHER[:7]}\nAuthor: P <p@x>\nDate:   2026-01-18T14:05:12+01:00\n"
    merged = log("Merge pull request #12 from p/oauth\n\nfeat(auth-service): OAuth", header=header)
    update = log("Merge branch 'main' into oauth", header=header, sha=OTHER)

    found = parse(merged + "\n" + update)

    assert [one.summary for one in found.changes] == ["feat(auth-service): OAuth"]
    assert found.notes == ("commits left out, merges of the main branch into another: 1",)


def test_what_changes_nothing_in_production_is_left_out_and_counted():
    found = parse(log("docs: how to sign in") + "\n" + log("test: more of them", sha=OTHER))

    assert found.changes == ()
    assert found.notes == ("commits left out, documentation only: 1", "commits left out, tests only: 1")
    assert found.skipped


def test_a_commit_whose_date_cannot_be_read_hides_no_other():
    bad = log("fix: a", header="Author: P <p@x>\nDate:   3 weeks ago\n")

    found = parse(bad + "\n" + log("fix: b", sha=OTHER))

    assert [one.summary for one in found.changes] == ["fix: b"]
    assert (found.problems[0].line, "--date=iso-strict" in found.problems[0].message) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        "a3f8d2c feat: new OAuth provider\nf2e9c1a (tag: v1.2) fix: improve token validation\n",
        f"*   commit {SHA}\n|\\  Merge: 1 2\n| | Author: P <p@x>\n| | Date:   Sun Jan 18 14:05:12 2026 +0100\n",
        f"commit {SHA}\nAuthor: P <p@x>\n\n    feat: short format\n",
    ],
)
def test_a_log_without_dates_says_which_has_them_and_stays_findable_as_text(text: str):
    name, parsed = parse_file(SourceFile(path="log.txt", text=text))

    assert name == "document"
    assert len(parsed.entries) == 1
    assert [("git log --date=iso-strict --stat" in one.message) for one in parsed.problems] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "commit to the plan\n\nAuthor: nobody\n",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709  empty.txt\nda39a3ee5e6b4b0d3255bfef95601890afd80709  other.txt\n",
        "Release notes\n\ncommit a3f8d2c fixed it\n",
    ],
)
def test_what_only_looks_like_a_log_is_none(text: str):
    assert GitLog().recognises(SourceFile(path="x.txt", text=text)) == 0.0


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("apps/auth-service/overlays/prod/kustomization.yaml", ("auth-service", "prod")),
        ("apps/auth-service/base/deployment.yaml", ("auth-service", "")),
        ("argocd/prometheus-prod-west.yaml", ("prometheus", "prod-west")),
        ("environments/staging/services/web/values.yaml", ("web", "staging")),
        ("clusters/prod/apps/web/release.yaml", ("web", "prod")),
        ("services/web/src/main.py", ("web", "")),
        ("src/main.py", ("", "")),
        ("README.md", ("", "")),
    ],
)
def test_a_path_tells_its_place_where_the_layout_is_a_common_one(path: str, place: tuple[str, str]):
    assert place_of_path(path) == place
