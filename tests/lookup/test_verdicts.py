"""What may be called known, and what may not, whatever is in the home."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

POSTMORTEM_A = """# Error spike on order-service

**Severity**: P1
**Date**: 2026-02-11

**Finding**: Database connection pool exhausted

**Root cause**: The pool was sized for normal load; the 10am traffic peak needed more.

**Resolution**: Increased the connection pool size.
"""
POSTMORTEM_B = """# API latency spike

**Severity**: P1
**Date**: 2026-04-15

**Finding**: Database connection pool exhausted

**Root cause**: A new feature, deployed an hour before, missed `defer conn.Close()`.

**Resolution**: Increased the connection pool size, restarted the pods, fixed the code.
"""


def test_connection_refused_with_only_generic_knowledge_is_never_known(kb: KnowledgeBase) -> None:
    kb.learn_pattern("connection refused", "the other side does not listen", "look whether it runs")
    for text in (
        "connection refused",
        "Connection refused",
        "ERROR: connection refused",
        "connect: connection refused\n",
    ):
        answer = kb.check_known_issues(text)
        assert answer.verdict is not Verdict.KNOWN, text


def test_connection_refused_from_the_tool_it_was_learned_for_is_known(kb: KnowledgeBase) -> None:
    learned = kb.learn_tool_fix(
        "kubectl_exec", "connection refused", "VPN disconnected", "vpn_connect() first"
    )
    answer = kb.check_known_issues("connection refused", tool_name="kubectl_exec")
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == learned.id
    assert "same tool" in answer.matches[0].reason


def test_a_fix_of_another_tool_is_not_known(kb: KnowledgeBase) -> None:
    kb.learn_tool_fix("kubectl_exec", "connection refused", "VPN disconnected", "vpn_connect() first")
    assert kb.check_known_issues("connection refused", tool_name="psql").verdict is not Verdict.KNOWN


def test_two_postmortems_of_one_symptom_come_back_with_the_check_that_separates_them(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(POSTMORTEM_A)
    (tmp_path / "b.md").write_text(POSTMORTEM_B)
    kb.ingest(tmp_path / "a.md", tmp_path / "b.md")
    answer = kb.check_known_issues("database connection pool exhausted")
    found = {match.title: match for match in answer.matches if match.kind == "incident"}
    assert set(found) == {"Error spike on order-service", "API latency spike"}
    assert answer.alternatives
    assert "traffic" in found["Error spike on order-service"].check
    assert "deployment" in found["API latency spike"].check


@pytest.mark.parametrize(
    "text", ["9f4012ab", "typeof", "403 rows over limit", "permission denied writing /tmp/x"]
)
def test_near_misses_of_short_patterns_are_not_known(kb: KnowledgeBase, text: str) -> None:
    kb.learn_pattern("401", "not logged in", "log in", category="auth_errors")
    kb.learn_pattern("403", "not allowed", "ask for the role", category="auth_errors")
    kb.learn_pattern("oom", "out of memory", "raise the limit")
    kb.learn_pattern("permission denied", "wrong key", "add the key", category="auth_errors")
    assert kb.check_known_issues(text).verdict is not Verdict.KNOWN


def test_something_that_nobody_saw_is_unknown_and_says_that_the_nearest_are_no_match(
    kb: KnowledgeBase,
) -> None:
    answer = kb.check_known_issues("the espresso machine on floor 3 leaks steam")
    assert answer.verdict is Verdict.UNKNOWN
    assert any("not a match" in note for note in answer.notes) or not answer.matches


def test_an_expected_condition_comes_back_with_its_warning(kb: KnowledgeBase) -> None:
    kb.learn_pattern(
        "leader election lost, stopping scheduler-extender",
        "happens at every rollout",
        warning="expected, not an error",
    )
    answer = kb.check_known_issues("leader election lost, stopping scheduler-extender")
    assert answer.matches[0].warning == "expected, not an error"


def test_an_entry_that_keeps_failing_is_no_match_any_more_and_the_answer_warns_of_it(
    kb: KnowledgeBase,
) -> None:
    text = "widget-sync replica 4 diverged at sequence 99211"
    learned = kb.learn_pattern(text, "wrong guess", "wrong fix")
    assert kb.check_known_issues(text).verdict is Verdict.KNOWN
    for _ in range(3):
        kb.record_outcome(learned.id, "failed")
    answer = kb.check_known_issues(text)
    assert answer.verdict is not Verdict.KNOWN
    assert learned.id not in {match.id for match in answer.matches}
    warning = next(note for note in answer.notes if learned.id in note)
    assert "quarantined (failed 3 of 3)" in warning
    assert "do not rely on what it advised: wrong fix" in warning


def test_an_entry_that_fails_more_than_it_helps_is_not_known_and_says_so(kb: KnowledgeBase) -> None:
    text = "widget-sync replica 4 diverged at sequence 99211"
    learned = kb.learn_pattern(text, "a guess", "a fix")
    for replica, result in enumerate(("resolved", "resolved", "failed", "failed", "failed")):
        # each of another replica: what is asked again at once is one lookup, and its successes are one, told twice
        asked = kb.check_known_issues(text.replace("replica 4", f"replica {replica}"))
        kb.record_outcome(learned.id, result, lookup_id=asked.lookup_id)
    answer = kb.check_known_issues(text)
    assert answer.verdict is not Verdict.KNOWN
    assert answer.matches[0].standing == "failing"
    assert "failed 3 of 5" in answer.matches[0].reason


def test_captures_of_a_signature_fill_its_commands(kb: KnowledgeBase) -> None:
    kb.learn_pattern(
        r"volume (?P<volume>[\w-]+) is stuck in attaching state",
        "the attachment hangs",
        "detach it",
        ["longhornctl detach {volume}"],
        regex=True,
    )
    answer = kb.check_known_issues("warning: volume data-db-0 is stuck in attaching state for 300s")
    assert answer.matches[0].commands == ("longhornctl detach data-db-0",)


def test_a_capture_that_could_change_a_command_is_not_put_in(kb: KnowledgeBase) -> None:
    kb.learn_pattern(
        r"volume (?P<volume>\S+) is stuck in attaching state",
        "hangs",
        "detach it",
        ["detach {volume}"],
        regex=True,
    )
    answer = kb.check_known_issues("volume x;rm$IFS-rf$IFS/ is stuck in attaching state")
    assert answer.matches[0].commands == ("detach {volume}",)


def test_an_alert_that_names_itself_finds_the_runbook_of_that_name(kb: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "KubeWidgetCrashLooping.md").write_text(
        "# KubeWidgetCrashLooping\n\n## Meaning\n\nA widget restarts again and again.\n\n"
        "## Mitigation\n\n1. Look at its log.\n"
    )
    kb.ingest(tmp_path)
    answer = kb.check_known_issues("[FIRING:1] KubeWidgetCrashLooping prod (widget-1 critical)")
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].title == "KubeWidgetCrashLooping"


def test_an_alert_rule_stands_for_the_runbook_that_its_url_names(kb: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "queue-backlog.md").write_text(
        "# Queue backlog\n\n## Meaning\n\nMessages wait.\n\n## Mitigation\n\n1. Add consumers.\n"
    )
    (tmp_path / "rules.yaml").write_text(
        "groups:\n- name: mq\n  rules:\n  - alert: BrokerDepthHigh\n    expr: depth > 10000\n"
        "    annotations:\n      summary: The zebra broker holds a deep pile of undelivered telegrams\n"
        "      runbook_url: https://wiki.example.com/runbooks/queue-backlog.md\n"
    )
    kb.ingest(tmp_path)
    answer = kb.check_known_issues("The zebra broker holds a deep pile of undelivered telegrams")
    assert answer.matches[0].title == "Queue backlog"
    assert "BrokerDepthHigh" in answer.matches[0].reason


def test_a_product_whose_name_is_two_words_joined_does_not_settle_a_question(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "PostgreSQL.md").write_text(
        "# PostgreSQL\n\n## Meaning\n\nHow we run it.\n\n## Mitigation\n\n1. Ask the team.\n"
    )
    kb.ingest(tmp_path)
    assert kb.check_known_issues("the PostgreSQL volcano erupts on tuesday").verdict is not Verdict.KNOWN


def test_a_ranked_match_names_the_line_of_the_log_that_it_rests_on(kb: KnowledgeBase) -> None:
    kb.learn_pattern(
        "the tide gauge of the harbour reports a negative water depth", "sensor upside down", "turn it"
    )
    log = "INFO starting\nINFO ready\nWARN negative depth of the water at this harbour gauge, tide unknown\nINFO bye\n"
    match = kb.check_known_issues(log).matches[0]
    assert match.evidence is not None
    assert match.evidence.line == 3
    assert log[match.evidence.start : match.evidence.end].startswith("WARN negative depth")


def test_a_secret_in_the_matched_text_is_not_handed_out(kb: KnowledgeBase) -> None:
    kb.learn_pattern(r"login with (?P<what>\S+) refused by broker", "x", "y", ["retry {what}"], regex=True)
    secret = "ghp_" + "a1B2" * 9
    match = kb.check_known_issues(f"login with {secret} refused by broker").matches[0]
    assert secret not in repr(match)


def test_an_exception_that_reads_like_a_sentence_is_not_known_by_words_it_shares(kb: KnowledgeBase) -> None:
    learned = "AttributeError: 'Order' object has no attribute 'total'"
    kb.learn_pattern(learned, "The shape of an order changed", "Roll the importer back")

    asked = "AttributeError: property 'total' of 'Order' object has no setter"

    assert kb.check_known_issues(asked).verdict is not Verdict.KNOWN
    assert kb.check_known_issues(learned).verdict is Verdict.KNOWN


def test_what_is_kept_from_settling_a_question_is_no_more_likely_right_than_wrong(kb: KnowledgeBase) -> None:
    kb.learn_pattern("connection refused", "the other side does not listen", "look whether it runs")

    match = kb.check_known_issues("connect: connection refused").matches[0]

    assert "too general to settle it" in match.reason
    assert 0.25 < match.confidence <= 0.5


def test_a_document_that_shares_only_common_words_with_a_line_does_not_settle_it(kb: KnowledgeBase) -> None:
    lookup = kb.check_known_issues("ERROR harbour crane 7 rejected the container manifest", service="harbour")
    opened = kb.incidents.open("Harbour manifests rejected", service="harbour", lookup_id=lookup.lookup_id)
    kb.incidents.resolve("Restarted the crane", cause="Its scale was wet", incident_id=opened.id)

    answer = kb.check_known_issues("ERROR harbour crane rejected stale berth token=4c1e", service="harbour")

    assert answer.verdict is not Verdict.KNOWN
