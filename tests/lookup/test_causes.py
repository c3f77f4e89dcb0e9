"""One symptom, several causes: all are shown, and the text decides which comes first, not the order of learning."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

Cause = tuple[str, str, str]
"""What was learned: pattern, meaning, fix."""

CLIENTS = "FATAL: sorry, too many clients already"
LEAK: Cause = (CLIENTS, "the orders service leaks connections", "restart orders, then mend the leak")
POOLS: Cause = (
    CLIENTS,
    "autoscaling doubled the pods of search, each has a pool of 50",
    "put pgbouncer in front",
)

EXPIRED = "x509: certificate has expired or is not yet valid"
CLOCK: Cause = (
    EXPIRED,
    "the clock of the node is wrong since NTP is blocked",
    "let chrony reach its servers",
)
RENEWAL: Cause = (
    f"{EXPIRED}: current time",
    "cert-manager did not renew the certificate",
    "renew it by hand",
)

PIPE = "ERROR seat-map write: broken pipe"
READERS: Cause = (PIPE, "impatient users close the page", "cache the rendered plan")
AGENT: Cause = (
    PIPE,
    "the log agent was restarted and the process writes to its dead socket",
    "restart the process",
)


@pytest.mark.parametrize(
    ("log", "right", "other"),
    [
        (f"{CLIENTS}\nsearch-7f9 went from 10 to 24 replicas (autoscaler)", POOLS, LEAK),
        (f"{CLIENTS}\norders holds 180 sessions, possible connection leak", LEAK, POOLS),
        (f"{EXPIRED}: current time 2019-01-01T00:00:00Z is too early\nchronyd: no source", CLOCK, RENEWAL),
        (f"{EXPIRED}: current time 2026-11-29T00:00:00Z\ncert-manager: order failed", RENEWAL, CLOCK),
        (f"INFO systemd Restarted logagent.service\n{PIPE} target=/run/logagent.sock", AGENT, READERS),
        (f"{PIPE}\nINFO edge 499 client closed request, page /plan/77", READERS, AGENT),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_the_cause_that_the_text_speaks_for_comes_first_whichever_was_learned_first(
    kb: KnowledgeBase, log: str, right: Cause, other: Cause, reverse: bool
):
    for cause in sorted((right, other), reverse=reverse):
        kb.learn_pattern(*cause)

    answer = kb.check_known_issues(log)

    assert [match.meaning for match in answer.matches[:2]] == [right[1], other[1]]
    assert answer.alternatives


def test_the_symptom_alone_speaks_for_no_cause(kb: KnowledgeBase):
    kb.learn_pattern(*LEAK)
    kb.learn_pattern(*POOLS)

    answer = kb.check_known_issues("FATAL: sorry, too many clients already")

    assert answer.alternatives
    assert not any("speaks of" in match.reason for match in answer.matches)


def test_a_cause_that_was_learned_in_other_words_is_shown_beside_the_one_that_settles(kb: KnowledgeBase):
    for n in range(20):
        kb.learn_pattern(f"ERR gauge{n} of basin{n} reports sludge{n}", f"cause {n}", f"fix {n}")
    settles = kb.learn_pattern(
        "Topic orders not present in metadata after 60000 ms", "the topic was deleted", "create it"
    )
    other = kb.learn_pattern(
        "metadata fetch failed: topic orders not present in metadata", "port 9093 is closed", "open it"
    )

    answer = kb.check_known_issues("KafkaError: Topic orders not present in metadata after 60000 ms")

    assert answer.verdict is Verdict.KNOWN
    assert [match.id for match in answer.matches] == [settles.id, other.id]
    assert "nearly the same text" in answer.matches[1].reason


def test_what_is_learned_later_is_among_the_other_causes_at_once(kb: KnowledgeBase):
    line = "worker 7 lost its lease on shard 12"
    kb.learn_pattern(line, "the clock jumped", "mend NTP")
    assert len(kb.check_known_issues(line).matches) == 1

    later = kb.learn_pattern(
        "lost its lease on shard, worker gives up", "the lease table was locked", "unlock it"
    )

    assert later.id in [match.id for match in kb.check_known_issues(line).matches]


@pytest.mark.parametrize("reverse", [False, True])
def test_what_complains_speaks_for_a_cause_before_what_works(kb: KnowledgeBase, reverse: bool):
    limit = "429 Too Many Requests from tide provider"
    buoys: Cause = (limit, "the buoy-app asks each second since release 6", "ask only after 200 metres")
    charts: Cause = (limit, "the nightly chart-import asks for the same harbours anew", "keep the answers")
    for cause in sorted((buoys, charts), reverse=reverse):
        kb.learn_pattern(*cause)

    answer = kb.check_known_issues(
        f"WARN egress {limit} caller=chart-import\nINFO egress 200 tides caller=buoy-app\n"
        f"WARN egress {limit} caller=chart-import"
    )

    assert answer.matches[0].meaning == charts[1]
