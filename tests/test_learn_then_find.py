"""The first promise: what was learned is found again, through every door and by every process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Answer, Verdict
from tests.conftest import ROOT, RunKb

CASES = {
    "pod_errors": (
        "pod checkout-7d9f8b6c5-x2x9p OOMKilled after 4 hours uptime",
        "pod checkout-66c9d7f4b-qqp2z OOMKilled after 9 hours uptime",
        "the long-running worker leaks memory and gets killed, out of memory after running for some hours",
    ),
    "auth_errors": (
        "2026-11-02T03:12:55Z x509: certificate signed by unknown authority for registry-01.corp.example.com",
        "2027-01-30T17:40:02Z x509: certificate signed by unknown authority for registry-17.lab.example.org",
        "TLS certificate of the registry is not trusted, unknown CA",
    ),
    "database_errors": (
        "FATAL: remaining connection slots are reserved for replication superuser (pid 4711, host 10.2.3.4)",
        "FATAL: remaining connection slots are reserved for replication superuser (pid 99, host 10.99.8.7)",
        "postgres refuses new clients because all its connection slots are taken",
    ),
    "network_errors": (
        "dial tcp 10.96.0.10:53: i/o timeout while resolving orders.prod.svc",
        "dial tcp 10.12.7.3:53: i/o timeout while resolving orders.prod.svc",
        "DNS lookups of a service time out inside the cluster",
    ),
    "": (
        "kafka consumer group payments lag exceeds 120000 messages on partition 7",
        "kafka consumer group payments lag exceeds 98511 messages on partition 31",
        "the payments consumers fall behind the topic",
    ),
}
"""Category: the text as learned, the same error another day elsewhere, and in other words."""

MEANINGS = {
    "pod_errors": "Memory leak in a long-running worker",
    "auth_errors": "The registry's certificate authority is not trusted by the node",
    "database_errors": "PostgreSQL has no free connection slots",
    "network_errors": "The cluster's DNS service does not answer",
    "": "The consumers of the payments topic are too slow",
}


@pytest.fixture(params=["pattern", "tool_fix"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def learn(kb: KnowledgeBase, kind: str, category: str, text: str) -> str:
    fix = f"the fix for {category or 'this'}"
    if kind == "pattern":
        return kb.learn_pattern(text, MEANINGS[category], fix, ["do this"], category).id
    return kb.learn_tool_fix("deploy_tool", text, MEANINGS[category], fix).id


def position(answer: Answer, entry_id: str) -> int:
    return [match.id for match in answer.matches].index(entry_id)


@pytest.mark.parametrize("category", CASES)
def test_the_exact_text_is_known_and_settled_without_a_model(
    kb: KnowledgeBase, kind: str, category: str
) -> None:
    exact, _, _ = CASES[category]
    entry_id = learn(kb, kind, category, exact)
    answer = kb.check_known_issues(exact)
    assert answer.verdict is Verdict.KNOWN
    assert position(answer, entry_id) == 0
    assert answer.matches[0].tier in ("fingerprint", "signature")


@pytest.mark.parametrize("category", CASES)
def test_the_same_error_with_other_ids_hosts_and_times_is_known(
    kb: KnowledgeBase, kind: str, category: str
) -> None:
    exact, elsewhere, _ = CASES[category]
    entry_id = learn(kb, kind, category, exact)
    answer = kb.check_known_issues(f"ERROR unrelated line before\n{elsewhere}\nINFO done")
    assert answer.verdict is Verdict.KNOWN
    assert position(answer, entry_id) == 0
    assert answer.matches[0].evidence is not None
    assert answer.matches[0].evidence.line == 2


@pytest.mark.parametrize("category", CASES)
def test_a_paraphrase_finds_it_among_other_entries(kb: KnowledgeBase, kind: str, category: str) -> None:
    for other, (text, _, _) in CASES.items():
        if other != category:
            learn(kb, "pattern", other, text)
    exact, _, paraphrase = CASES[category]
    entry_id = learn(kb, kind, category, exact)
    answer = kb.check_known_issues(paraphrase, limit=10)
    assert position(answer, entry_id) == 0


def test_it_is_found_by_a_process_that_was_open_before_the_write(home: Path) -> None:
    exact, elsewhere, paraphrase = CASES["pod_errors"]
    with KnowledgeBase.open(home) as reader, KnowledgeBase.open(home) as writer:
        before = reader.check_known_issues(elsewhere)
        entry_id = learn(writer, "pattern", "pod_errors", exact)
        assert entry_id not in {match.id for match in before.matches}
        assert position(reader.check_known_issues(elsewhere), entry_id) == 0
        assert position(reader.check_known_issues(paraphrase), entry_id) == 0


def test_it_is_found_after_a_restart(home: Path) -> None:
    exact, elsewhere, paraphrase = CASES["auth_errors"]
    with KnowledgeBase.open(home) as kb:
        entry_id = learn(kb, "tool_fix", "auth_errors", exact)
    with KnowledgeBase.open(home) as kb:
        assert position(kb.check_known_issues(elsewhere), entry_id) == 0
        assert position(kb.check_known_issues(paraphrase), entry_id) == 0


@contextmanager
def reader_process(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that opens the home at once and answers one question a line."""
    program = (
        "import sys\nfrom kb import KnowledgeBase\n"
        "with KnowledgeBase.open(sys.argv[1]) as kb:\n"
        "    kb.counts(); print('open', flush=True)\n"
        "    for line in sys.stdin:\n"
        "        print(' '.join(m.id for m in kb.check_known_issues(line).matches), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_command_line_learns_and_another_open_process_finds(home: Path, run_kb: RunKb) -> None:
    exact, elsewhere, paraphrase = CASES["database_errors"]
    with reader_process(home) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        learned = run_kb(
            "learn", "pattern", exact, "--fix", "close idle sessions", "--category", "database_errors"
        )
        assert learned.returncode == 0, learned.stderr
        for question in (elsewhere, paraphrase):
            process.stdin.write(question + "\n")
            process.stdin.flush()
            assert process.stdout.readline().split()[0] == learned.stdout.strip()


def test_python_learns_and_the_command_line_finds(home: Path, run_kb: RunKb) -> None:
    exact, elsewhere, paraphrase = CASES["network_errors"]
    with KnowledgeBase.open(home) as kb:
        entry_id = learn(kb, "tool_fix", "network_errors", exact)
    for question in (exact, elsewhere, paraphrase):
        done = run_kb("check", "-", "--json", input=question)
        assert json.loads(done.stdout)["matches"][0]["id"] == entry_id, done.stderr


def test_a_process_that_just_begins_finds_it_in_other_words(home: Path) -> None:
    exact, _, paraphrase = CASES["network_errors"]
    with KnowledgeBase.open(home) as kb:
        entry_id = learn(kb, "tool_fix", "network_errors", exact)
    words = [sys.executable, "-m", "kb", "--home", str(home), "check", "-", "--json"]
    done = subprocess.run(words, input=paraphrase, capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout)["matches"][0]["id"] == entry_id


def test_an_entry_written_by_hand_is_found_by_the_next_call(kb: KnowledgeBase, home: Path) -> None:
    kb.check_known_issues("anything")
    path = home / "learned" / "patterns.yaml"
    text = (
        path.read_text()
        + "\nby_hand_patterns:\n  - pattern: flux capacitor below 1.21 gigawatts\n    fix: plutonium\n"
    )
    path.write_text(text)
    answer = kb.check_known_issues("flux capacitor below 1.21 gigawatts")
    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].fix == "plutonium"


def test_an_entry_that_left_its_file_is_no_longer_offered_but_keeps_its_history(
    kb: KnowledgeBase, home: Path
) -> None:
    exact, _, paraphrase = CASES["pod_errors"]
    path = home / "learned" / "patterns.yaml"
    before = path.read_text()
    entry_id = learn(kb, "pattern", "pod_errors", exact)
    kb.record_outcome(entry_id, "resolved", verified_by="ana")
    path.write_text(before)
    for question in (exact, paraphrase):
        assert entry_id not in {m.id for m in kb.check_known_issues(question, limit=20).matches}
    assert kb.get(entry_id).status == "retired"
    assert kb.trust_of(kb.get(entry_id)).resolved == 1


def test_learning_the_same_again_writes_nothing(kb: KnowledgeBase, home: Path) -> None:
    first = kb.learn_pattern(
        "disk quota of tenant 42 used up", "quota", "raise it", ["quota set"], "storage_errors"
    )
    text = (home / "learned" / "patterns.yaml").read_text()
    again = kb.learn_pattern(
        "disk quota of tenant 42 used up", "quota", "raise it", ["quota set"], "storage_errors"
    )
    assert (again.id, again.created) == (first.id, False)
    assert (home / "learned" / "patterns.yaml").read_text() == text


def test_what_was_removed_can_be_learned_again(kb: KnowledgeBase, home: Path) -> None:
    path = home / "learned" / "patterns.yaml"
    before = path.read_text()
    first = kb.learn_pattern("disk quota of tenant 42 used up", "quota", "raise it")
    path.write_text(before)
    assert kb.check_known_issues("disk quota of tenant 42 used up").verdict is not Verdict.KNOWN
    again = kb.learn_pattern("disk quota of tenant 42 used up", "quota", "raise it")
    assert again.created
    assert kb.check_known_issues("disk quota of tenant 42 used up").matches[0].id == first.id


def test_the_same_symptom_with_another_cause_is_a_second_entry_and_both_come_back(kb: KnowledgeBase) -> None:
    symptom = "order-db connection pool exhausted after waiting 5000 ms"
    one = kb.learn_pattern(symptom, "the pool is too small for the traffic peak", "raise the pool size")
    two = kb.learn_pattern(symptom, "a new release leaks connections", "roll the release back")
    answer = kb.check_known_issues(symptom)
    assert {one.id, two.id} <= {match.id for match in answer.matches}
    assert one.id in two.similar
    assert answer.alternatives
    checks = {match.id: match.check for match in answer.matches}
    assert "traffic" in checks[one.id]
    assert "deployment" in checks[two.id]
