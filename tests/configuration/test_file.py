"""`kb.toml` of a home: read when it changes, after the environment, and never in the way of a question."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.configuration.file import ConfigurationFile
from kb.errors import InvalidInput
from kb.home import Home
from kb.index.encoder import OnnxEncoder
from kb.model.entry import Severity
from tests.conftest import RunKb

SET = """\
[services.orders]
aliases = ["orders-api"]
[severity]
page = "SEV1"
"""
PAGE = {
    "version": "4",
    "status": "firing",
    "groupKey": "g",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "QueueLength", "severity": severity, "service": "orders-api"},
            "annotations": {"summary": f"the queue is long ({severity})"},
            "startsAt": "2026-11-30T02:00:00Z",
        }
        for severity in ("warning", "page")
    ],
}


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KB_KEEP_DAYS", raising=False)


def write(home: Path, text: str) -> None:
    (home / "kb.toml").write_text(text)


def test_severity_page_is_what_the_file_says_it_is_and_leads(home: Path, kb: KnowledgeBase):
    before = kb.triage(PAGE)
    write(home, SET)
    after = kb.triage(PAGE)

    assert before.severity.severity is Severity.SEV3
    assert after.severity.severity is Severity.SEV1
    assert not after.severity.confirmed


def test_a_word_of_no_scale_is_told_with_where_it_can_be_said_what_it_means(kb: KnowledgeBase):
    alone = {**PAGE, "alerts": PAGE["alerts"][1:]}

    notes = [
        line for section in kb.triage(alone).sections if section.title == "Notes" for line in section.lines
    ]

    assert any('severity "page"' in note and "kb.toml" in note for note in notes)


def test_another_name_of_a_service_is_that_service_in_questions_and_alerts(home: Path, kb: KnowledgeBase):
    write(home, SET)
    lesson = kb.learn_pattern(
        "ledger mismatch in batch seven", meaning="clock skew", fix="sync it", services=["orders"]
    )

    answer = kb.check_known_issues("ledger mismatch in batch seven", service="Orders-API")
    brief = kb.triage(PAGE)

    assert answer.matches[0].id == lesson.id
    assert "service" in answer.matches[0].reason
    assert any(
        "orders" in line and "orders-api" not in line
        for s in brief.sections
        if s.title == "Alert"
        for line in s.lines
    )


def test_a_broken_file_takes_no_answer_away_and_every_answer_tells_it(home: Path, kb: KnowledgeBase):
    lesson = kb.learn_pattern("ledger mismatch in batch seven", meaning="clock skew", fix="sync it")
    write(home, "[severity\npage = 1\n")

    answer = kb.check_known_issues("ledger mismatch in batch seven")

    assert answer.matches[0].id == lesson.id
    assert any("kb.toml:1: is no TOML" in note for note in answer.notes)
    assert any("kb.toml:1" in str(problem) for problem in kb.upkeep.problems())


@pytest.mark.parametrize("text", ["[retention]\nlookups = 'x'\n", "[retention\n"])
def test_nothing_is_swept_while_how_long_it_is_kept_cannot_be_read(
    home: Path, encoder: OnnxEncoder, text: str
):
    write(home, text)
    with KnowledgeBase.open(home, encoder=encoder) as opened:
        with pytest.raises(InvalidInput, match="how long lookups are kept is not known"):
            opened.upkeep.sweep()
        opened.upkeep.look_after()
        assert any("how long lookups are kept" in wrong for wrong in opened.upkeep.doctor()[0])


def test_the_environment_says_how_long_before_the_file_does(home: Path):
    write(home, "[retention]\nlookups = 500\n")

    assert ConfigurationFile(Home(home), {}).keep_days() == 500
    assert ConfigurationFile(Home(home), {"KB_KEEP_DAYS": "700"}).keep_days() == 700
    assert ConfigurationFile(Home(home), {"KB_KEEP_DAYS": "off"}).keep_days() is None


def test_the_file_says_how_long(home: Path, encoder: OnnxEncoder):
    write(home, "[retention]\nlookups = 200\n")
    with KnowledgeBase.open(home, encoder=encoder) as opened:
        opened.check_known_issues("asked long ago and never again")
        later = opened._clock() + timedelta(days=250)
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: later) as opened:
        assert opened.upkeep.sweep(dry_run=True).lookups == 1


def test_a_token_is_taken_from_the_variable_that_the_file_names_before_the_files_own(home: Path):
    write(home, '[hooks.grafana]\ntoken = "of-the-file-itself"\ntoken_env = "T"\n')
    file = ConfigurationFile(Home(home), {"T": "of-the-environment"})
    hook = file.current().hooks.named()["grafana"]

    assert file.secret(hook, "token") == "of-the-environment"
    assert ConfigurationFile(Home(home), {}).secret(hook, "token").startswith("of-the-file")


def test_a_change_of_the_file_is_seen_by_the_next_call(home: Path):
    file = ConfigurationFile(Home(home), {})
    assert file.current().severity == {}
    write(home, SET)
    assert "page" in file.current().severity
    (home / "kb.toml").unlink()
    assert file.current().severity == {}


def test_config_check_says_what_is_wrong_and_where(home: Path, run_kb: RunKb):
    write(home, "[hooks.grafana]\ntokn_env = 'A'\ntoken_env = 'NOT_SET_ANYWHERE'\n")

    done = run_kb("config", "check")

    assert done.returncode == 1
    assert (
        "kb.toml:2: hooks.grafana.tokn_env is not known in [hooks.grafana]; did you mean token_env?"
        in done.stdout
    )


def test_config_check_warns_of_what_is_not_set_and_of_what_others_can_read(home: Path, run_kb: RunKb):
    write(home, "[hooks.grafana]\ntoken_env = 'NOT_SET_ANYWHERE'\nsecret = 'a-secret-that-is-long'\n")
    (home / "kb.toml").chmod(0o644)

    done = run_kb("config", "check", "--json")
    warnings = "\n".join(json.loads(done.stdout)["warnings"])

    assert done.returncode == 0
    assert "NOT_SET_ANYWHERE is not set here" in warnings
    assert "others may read it" in warnings
    assert "no [[hooks.open]]" in warnings
    assert "a-secret-that-is-long" not in done.stdout


@pytest.mark.parametrize(
    ("target", "warned"),
    [
        ("kind = 'slack'\nurl = 'https://hooks.slack.com/services/T0/B0/x'", "notify[0].url_env"),
        ("kind = 'json'\nurl = 'https://example.com/in?key=0123456789'", "notify[0].url_env"),
        ("kind = 'json'\nurl = 'https://example.com/incidents'", ""),
        (
            "kind = 'matrix'\nurl = 'https://matrix.example'\nchannel = '!a:b'\ntoken = '0123456789abcdef'",
            "notify[0].token_env",
        ),
        ("kind = 'mail'\nurl = 'smtp://mail.example'\nsender = 'a@b.example'\nto = ['c@d.example']", ""),
    ],
)
def test_config_check_names_what_others_could_read_and_the_variable_instead(
    home: Path, target: str, warned: str
):
    write(home, f"[[notify]]\nname = 'on-call'\n{target}\n")
    (home / "kb.toml").chmod(0o644)

    warnings = ConfigurationFile(Home(home)).warnings()

    assert ([f"({warned})" in one for one in warnings]) == ([True] if warned else [])


def test_config_check_of_a_home_without_a_file_finds_nothing_wrong(run_kb: RunKb):
    done = run_kb("config", "check")

    assert (done.returncode, done.stdout) == (0, "")
    assert "there is none" in done.stderr


def test_config_show_says_where_each_value_comes_from_and_hides_what_is_secret(
    home: Path, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CHAT", "https://hooks.example.com/services/T0/B0/very-secret")
    monkeypatch.setenv("KB_KEEP_DAYS", "700")
    write(
        home,
        "[severity]\npage = 'SEV1'\n[hooks.grafana]\nsecret = 'a-secret-that-is-long'\n"
        "[[notify]]\nname = 'a'\nkind = 'slack'\nurl_env = 'CHAT'\n[retention]\nlookups = 500\n",
    )

    shown = {one["key"]: one for one in json.loads(run_kb("config", "show", "--json").stdout)}

    assert shown["severity.page"] == {"key": "severity.page", "value": '"SEV1"', "source": "kb.toml:2"}
    assert shown["hooks.grafana.secret"]["value"] == "(hidden)"
    assert shown["retention.lookups"] == {
        "key": "retention.lookups",
        "value": "700",
        "source": "environment KB_KEEP_DAYS",
    }
    assert shown["retention.deliveries"]["source"] == "default"
    assert "very-secret" not in str(shown)
    assert "a-secret" not in str(shown)
