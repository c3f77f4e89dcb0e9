"""Changes in a real home: recorded, ingested, asked for, forgotten with their file."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.model.receipts import FileState
from kb.review.report import as_markdown
from tests.changes.conftest import git
from tests.conftest import ROOT

NOW = datetime(2026, 1, 18, 14, 22, tzinfo=UTC)
EXAMPLES = ROOT / "examples" / "changes"


@pytest.fixture
def kb_now(home: Path, encoder: OnnxEncoder) -> KnowledgeBase:
    """A home whose clock stands at ten minutes after the deployment of the seed."""
    return KnowledgeBase.open(home, clock=lambda: NOW, encoder=encoder, actor="ana")


def listed(items: list[tuple[str, str]]) -> str:
    lines = [f"- {{kind: deployment, service: web, version: {version}, at: {at}}}" for version, at in items]
    return "changes:\n" + "\n".join(lines) + "\n"


def test_recording_the_same_twice_changes_nothing(kb_now: KnowledgeBase):
    with kb_now as kb:
        first = kb.changes.record("Deploy", "auth-service", "PROD", version="a3f8d2c", at="10m")
        again = kb.changes.record(
            "deployment", "Auth-Service", "production", version="a3f8d2c", at="2026-01-18T14:12Z"
        )

        assert again.id == first.id
        assert [one.id for one in kb.changes.recent(1)] == [first.id]
        assert first.author == "ana"


def test_recording_it_again_with_its_result_adds_the_result(kb_now: KnowledgeBase):
    with kb_now as kb:
        kb.changes.record("deployment", "web", version="1.0", at="1h")
        kb.changes.record("deployment", "web", version="1.0", at="1h", result="FAILED")

        assert [one.result for one in kb.changes.recent(2)] == ["failed"]


def test_a_secret_in_a_change_is_stored_nowhere(kb_now: KnowledgeBase, home: Path):
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    with kb_now as kb:
        kb.changes.record("config", "web", summary=f"rotate {secret}", reason=f"key={secret}")

    assert all(secret.encode() not in path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "teleport"}, "deployment, rollback, drift, migration, config"),
        ({"kind": "deployment", "service": "web", "at": "soon"}, "2026-01-16T14:22:00Z"),
        ({"kind": "deployment", "service": "web", "at": "2027-01-16"}, "future"),
        ({"kind": "deployment", "service": "web", "result": "meh"}, "succeeded, failed, unknown"),
        ({"kind": "drift", "service": "web", "expires": "next week"}, "2026-01-16"),
        ({"kind": "migration", "service": "web", "reversible": "perhaps"}, "yes nor no"),
        ({"kind": "deployment"}, "says nothing"),
        ({"kind": "deployment", "service": "x" * 30_000}, "characters"),
    ],
)
def test_what_has_no_meaning_is_refused_with_what_would_have_one(
    kb_now: KnowledgeBase, arguments: dict[str, str], words: str
):
    with kb_now as kb:
        with pytest.raises(InvalidInput, match=words):
            kb.changes.record(**arguments)  # type: ignore[arg-type]
        assert kb.changes.recent() == []


def test_a_window_is_asked_by_service_environment_and_kind_newest_first(kb_now: KnowledgeBase):
    with kb_now as kb:
        kb.changes.record("deployment", "web", "prod", version="1", at="3h")
        kb.changes.record("config", "web", version="2", at="2h")
        kb.changes.record("deployment", "web", "staging", version="3", at="1h")
        kb.changes.record("deployment", "api", "prod", version="4", at="1h")
        kb.changes.record("deployment", "web", "prod", version="5", at="5d")

        assert [one.version for one in kb.changes.recent(24, "web")] == ["3", "2", "1"]
        assert [one.version for one in kb.changes.recent(24, "WEB", "Production")] == ["2", "1"]
        assert [one.version for one in kb.changes.between("7d", "1d")] == ["5"]
        assert [one.version for one in kb.changes.between("7d", kinds=["deploy"], service="web")] == [
            "3",
            "1",
            "5",
        ]
        with pytest.raises(InvalidInput, match="empty"):
            kb.changes.between("1h", "2h")


def test_the_examples_answer_the_emergency_of_the_seed(kb_now: KnowledgeBase):
    with kb_now as kb:
        receipt = kb.ingest(EXAMPLES)
        found = kb.changes.rollback_target("auth-service", "prod")
        before = [one.version[:7] for one in kb.changes.recent(1, "auth-service") if one.kind == "deployment"]

    assert sorted(file.changes for file in receipt.files) == [2, 3, 3, 4]
    assert before == ["a3f8d2c", "a3f8d2c"]
    assert found.current is not None
    assert found.target is not None
    assert found.current.version.startswith("a3f8d2c")
    assert (found.target.version[:7], found.target.ran_well, found.target.n) == ("f2e9c1a", 1, 1)
    assert found.target.summary == "fix(auth-service): improve token validation"
    assert "0042_add_oauth_provider.sql" in found.preconditions[0]


def test_ingesting_twice_changes_nothing_and_a_changed_file_replaces_what_it_said(
    kb_now: KnowledgeBase, tmp_path: Path
):
    file = tmp_path / "changes.yaml"
    file.write_text(listed([("1.0", "2026-01-18T10:00:00Z"), ("1.1", "2026-01-18T11:00:00Z")]))
    with kb_now as kb:
        first, second = kb.ingest(file).files[0], kb.ingest(file).files[0]
        assert (first.changes, first.state, second.state) == (2, FileState.ADDED, FileState.UNCHANGED)

        file.write_text(listed([("1.0", "2026-01-18T10:00:00Z"), ("1.2", "2026-01-18T12:00:00Z")]))
        assert kb.ingest(file).files[0].state is FileState.UPDATED
        assert [one.version for one in kb.changes.recent()] == ["1.2", "1.0"]


def test_a_file_that_goes_takes_its_own_word_along_and_no_other(kb_now: KnowledgeBase, tmp_path: Path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.yaml").write_text(listed([("1.0", "2026-01-18T10:00:00Z"), ("1.1", "2026-01-18T11:00:00Z")]))
    (folder / "b.yaml").write_text(listed([("1.1", "2026-01-18T11:00:00Z")]))
    with kb_now as kb:
        kb.ingest(folder)
        kb.changes.record("deployment", "web", version="2.0", at="1h")
        assert [one.version for one in kb.changes.recent()] == ["2.0", "1.1", "1.0"]

        (folder / "a.yaml").unlink()
        kb.ingest(folder)
        assert [one.version for one in kb.changes.recent()] == ["2.0", "1.1"]


def test_drift_expires_on_the_day_after_its_last_and_is_over_when_it_is_ended(kb_now: KnowledgeBase):
    with kb_now as kb:
        late = kb.changes.record(
            "drift", "grafana", "prod", reason="Testing SSO", at="9d", expires="2026-01-17"
        )
        today = kb.changes.record("drift", "web", reason="More memory", at="2d", expires="2026-01-18")

        assert [one.id for one in kb.changes.expired_drift()] == [late.id]
        assert [one.id for one in kb.changes.expired_drift(NOW + timedelta(days=1))] == [late.id, today.id]
        assert {one.id for one in kb.changes.open_drift()} == {late.id, today.id}

        kb.changes.end_drift(late.id)
        assert kb.changes.expired_drift() == []
        kb.changes.record("drift", "grafana", "prod", reason="Testing SSO", at="9d", expires="2026-01-17")
        assert kb.changes.expired_drift() == [], "recorded again, it stays over"
        assert kb.changes.expired_drift(NOW - timedelta(hours=1)) != [], "an hour ago it was there"


def test_only_drift_that_exists_can_be_ended(kb_now: KnowledgeBase):
    with kb_now as kb:
        deployed = kb.changes.record("deployment", "web", version="1")
        with pytest.raises(InvalidInput, match="no drift"):
            kb.changes.end_drift(deployed.id)
        with pytest.raises(InvalidInput, match="there is no change"):
            kb.changes.end_drift("drift-0")


def test_the_weekly_summary_reports_expired_drift_and_counts_changes(kb_now: KnowledgeBase):
    with kb_now as kb:
        empty = kb.weekly_summary()
        kb.changes.record(
            "drift", "grafana", "prod", reason="Testing SSO", at="9d", expires="2026-01-16", author="al"
        )
        kb.changes.record("deployment", "web", version="1", at="2h")
        summary = kb.weekly_summary()

    told = as_markdown(empty)
    assert "## Expired drift exceptions" not in told
    assert "expired drift exceptions" in told[told.index("Nothing to count in:") :]
    assert (summary.read["changes"], summary.read["drift exceptions"]) == (1, 1)
    assert [one.service for one in summary.expired_drift] == ["grafana"]
    assert (
        "- grafana (prod), since 2026-01-09: Testing SSO (al); EXPIRED 2026-01-16, 1 day ago"
        in as_markdown(summary)
    )


def test_a_repository_is_imported_once_without_secrets_and_with_its_revert(
    kb_now: KnowledgeBase, repository: Path
):
    with kb_now as kb:
        first, second = kb.changes.import_git(repository), kb.changes.import_git(repository)
        revert, fix, feat = kb.changes.between("30d")

    assert (first.commits, first.recorded, first.known) == (3, 3, 0)
    assert (second.commits, second.recorded, second.known) == (3, 0, 3)
    assert {(one.service, one.environment) for one in (revert, fix, feat)} == {("web", "prod")}
    assert (revert.kind, revert.previous) == ("rollback", fix.version)
    assert "hunter2" not in fix.summary
    assert fix.at == datetime(2026, 1, 12, 10, tzinfo=UTC)


def test_since_and_service_narrow_and_name_an_import(kb_now: KnowledgeBase, repository: Path):
    with kb_now as kb:
        assert kb.changes.import_git(repository, since="2026-01-12", service="shop").commits == 2
        kb.changes.import_git(repository, service="store")

        assert {one.service for one in kb.changes.between("30d")} == {"store"}


def test_a_folder_that_is_no_repository_and_a_missing_git_are_clear_errors(
    kb_now: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with kb_now as kb:
        with pytest.raises(InvalidInput, match="no folder"):
            kb.changes.import_git(tmp_path / "none")
        with pytest.raises(InvalidInput, match="not a git repository"):
            kb.changes.import_git(tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(InvalidInput, match="git is not installed"):
            kb.changes.import_git(tmp_path)


def test_a_repository_without_commits_gives_none(kb_now: KnowledgeBase, tmp_path: Path):
    git(tmp_path, "init", "-q", str(tmp_path / "new"))

    with kb_now as kb:
        assert kb.changes.import_git(tmp_path / "new").commits == 0


def test_many_writers_at_once_lose_no_change(home: Path):
    def write(writer: int) -> None:
        with KnowledgeBase.open(home, clock=lambda: NOW) as kb:
            for number in range(10):
                kb.changes.record("deployment", f"s{writer}", version=str(number), at="1h")

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with KnowledgeBase.open(home, clock=lambda: NOW) as kb:
        assert len(kb.changes.recent(2)) == 60


def test_a_commit_of_a_year_that_no_calendar_has_hides_no_other(home: Path, repository: Path):
    git(repository, "commit", "-q", "--allow-empty", "-m", "from the future", at="@253402300800 +0000")
    with KnowledgeBase.open(home) as kb:
        imported = kb.changes.import_git(repository)
    assert (imported.commits, imported.recorded) == (4, 3)
    assert "commits left out, whose date cannot be read: 1" in imported.notes
