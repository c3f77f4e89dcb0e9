"""What a log says beside its message, other versions' words, ties, codes, and what learning keeps of a text."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Answer, Tier, Verdict

FAULT = "stock ledger refuses write: shard 17 has no leader"
SAID = "stock ledger refuses write: shard 9 has no leader"
SLOTS_15 = "FATAL:  remaining connection slots are reserved for non-replication superuser connections"
SLOTS_16 = "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"


def ask(kb: KnowledgeBase, text: str, **where: str) -> Answer:
    return kb.check_known_issues(text, record=False, **where)


@pytest.mark.parametrize(
    ("learned", "asked", "note"),
    [
        (
            "HINT:  Free one or increase max_replication_slots.",
            'HINT:  Free one or increase "max_replication_slots".',
            "PostgreSQL 17 quotes the names of settings",
        ),
        (
            'HINT:  Set "max_prepared_transactions" to a nonzero value.',
            "HINT:  Set max_prepared_transactions to a nonzero value.",
            "PostgreSQL 17 quotes the names of settings",
        ),
    ],
    ids=["newer", "older"],
)
def test_where_only_what_stands_around_a_message_changed_it_is_known(
    kb: KnowledgeBase, learned: str, asked: str, note: str
) -> None:
    entry_id = kb.learn_pattern(learned, "too few of them", "raise the setting").id

    answer = ask(kb, asked)

    assert answer.verdict is Verdict.KNOWN
    assert (answer.matches[0].id, answer.matches[0].tier) == (entry_id, Tier.FINGERPRINT)
    assert f"the same message as another version writes it: {note}" in answer.matches[0].reason


@pytest.mark.parametrize(
    ("learned", "asked", "note"),
    [
        (SLOTS_15, SLOTS_16, "roles with the SUPERUSER attribute"),
        (SLOTS_16, SLOTS_15, "roles with the SUPERUSER attribute"),
        (
            "LOG:  server process (PID 4711) was terminated by signal 9: Killed",
            "LOG:  client backend (PID 99) was terminated by signal 9: Killed",
            "PostgreSQL 18 says `client backend` where 17 said `server process`",
        ),
    ],
    ids=["newer", "older", "18"],
)
def test_where_the_words_changed_it_is_related_and_what_differs_is_said(
    kb: KnowledgeBase, learned: str, asked: str, note: str
) -> None:
    entry_id = kb.learn_pattern(learned, "too many of them", "use a pool").id

    answer = ask(kb, asked)

    assert answer.verdict is Verdict.RELATED
    assert answer.matches[0].id == entry_id
    assert note in answer.matches[0].reason
    assert "the words changed, and with them it may be another fault" in answer.matches[0].reason


def test_new_words_behind_the_prefix_of_a_log_are_related_to_the_old_ones(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(SLOTS_15, "too many clients", "use a pool").id

    answer = ask(kb, f"2026-11-29 09:00:00.000 UTC [4711] app@shop {SLOTS_16}")

    assert answer.verdict is Verdict.RELATED
    assert answer.matches[0].id == entry_id
    assert "what another version says: PostgreSQL 16" in answer.matches[0].reason


def test_a_line_that_no_version_words_so_is_not_related_by_its_wording(kb: KnowledgeBase) -> None:
    kb.learn_pattern(SLOTS_15, "too many clients", "use a pool")

    answer = ask(kb, "FATAL:  remaining connection slots are reserved for readers of the library")

    assert answer.verdict is not Verdict.KNOWN
    assert all("another version" not in match.reason for match in answer.matches)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (
            f"[pod/ledger-6d8f9c7b5d-x2x4q/ledger] 2026-11-20T10:15:12Z ERROR {SAID}",
            {
                "container": "ledger",
                "pod": "ledger-6d8f9c7b5d-x2x4q",
                "severity": "ERROR",
                "time": "2026-11-20T10:15:12Z",
            },
        ),
        (
            f"ledger-1  | 2026-11-20T10:15:12Z ERROR {SAID}",
            {"container": "ledger-1", "severity": "ERROR", "time": "2026-11-20T10:15:12Z"},
        ),
        (
            f"Nov 20 10:15:12 node-7 ledgerd[4312]: {SAID}",
            {"service": "ledgerd", "host": "node-7", "time": "Nov 20 10:15:12"},
        ),
        (
            json.dumps(
                {
                    "PRIORITY": "3",
                    "_HOSTNAME": "node-7",
                    "SYSLOG_IDENTIFIER": "ledgerd",
                    "MESSAGE": SAID,
                    "_SYSTEMD_UNIT": "ledgerd.service",
                }
            ),
            {"service": "ledgerd", "unit": "ledgerd.service", "host": "node-7", "severity": "err"},
        ),
        (
            json.dumps(
                {
                    "log": f"{SAID}\n",
                    "stream": "stderr",
                    "kubernetes": {
                        "namespace_name": "shop",
                        "pod_name": "ledger-6d8f9c7b5d-x2x4q",
                        "container_name": "ledger",
                    },
                }
            ),
            {"container": "ledger", "pod": "ledger-6d8f9c7b5d-x2x4q", "namespace": "shop"},
        ),
        (
            f"2026-11-20T10:15:12.123456789Z stdout F 2026-11-20T10:15:12Z ERROR {SAID}",
            {"severity": "ERROR", "time": "2026-11-20T10:15:12Z"},
        ),
        (SAID, {}),
    ],
    ids=["kubectl", "compose", "journald", "journald JSON", "docker JSON of a cluster", "CRI", "no carrier"],
)
def test_an_answer_says_what_the_log_says_of_its_line(
    kb: KnowledgeBase, line: str, seen: dict[str, str]
) -> None:
    assert ask(kb, line).seen == seen


def test_what_is_seen_is_said_of_the_most_telling_line(kb: KnowledgeBase) -> None:
    log = (
        "Nov 20 10:15:11 node-7 cron[12]: INFO nightly job started\n"
        f"Nov 20 10:15:12 node-7 ledgerd[4312]: ERROR {SAID}, giving up\n"
    )

    assert ask(kb, log).seen["service"] == "ledgerd"


def test_no_secret_is_handed_out_with_what_is_seen(kb: KnowledgeBase) -> None:
    secret = "ghp_" + "a1B2" * 9

    answer = ask(kb, f"Nov 20 10:15:12 {secret} ledgerd[4312]: {SAID}")

    assert secret not in repr(answer)


def test_that_the_log_names_the_service_of_the_entry_is_said(kb: KnowledgeBase) -> None:
    kb.learn_pattern(FAULT, "the shard lost its leader", "restart it", services=["ledger"])
    log = f"[pod/ledger-6d8f9c7b5d-x2x4q/ledger] 2026-11-20T10:15:12Z ERROR {SAID}"

    answer = ask(kb, log)

    assert "same service (ledger, as the log says)" in answer.matches[0].reason


def test_a_unit_is_the_service_of_its_name(kb: KnowledgeBase) -> None:
    kb.learn_pattern(FAULT, "the shard lost its leader", "restart it", services=["ledger-d"])
    line = json.dumps(
        {
            "_HOSTNAME": "node-7",
            "SYSLOG_IDENTIFIER": "sh",
            "MESSAGE": SAID,
            "_SYSTEMD_UNIT": "ledger_d.service",
        }
    )

    assert "same service (ledger_d, as the log says)" in ask(kb, line).matches[0].reason


@pytest.mark.parametrize("line", [f"Nov 20 10:15:12 db-7 sh[4312]: {SAID}", f"billing-1  | {SAID}"])
def test_that_the_log_names_another_host_or_container_is_no_conflict(kb: KnowledgeBase, line: str) -> None:
    kb.learn_pattern(FAULT, "the shard lost its leader", "restart it", services=["ledger"])

    answer = ask(kb, line)

    assert answer.verdict is Verdict.KNOWN
    assert "but it was seen with" not in answer.matches[0].reason


def test_a_service_that_is_given_counts_for_more_than_what_the_log_says(kb: KnowledgeBase) -> None:
    kb.learn_pattern(FAULT, "the shard lost its leader", "restart it", services=["ledger"])
    log = f"[pod/ledger-6d8f9c7b5d-x2x4q/ledger] 2026-11-20T10:15:12Z ERROR {SAID}"

    answer = ask(kb, log, service="billing")

    assert answer.verdict is not Verdict.KNOWN
    assert "but it was seen with service ledger, not billing" in answer.matches[0].reason


@pytest.mark.parametrize(
    "coloured",
    [
        "\x1b[31mERROR\x1b[0m the \x1b[1mlantern\x1b[0m of pier 7 went out",
        "\x1b[38;5;9mERROR the lantern of pier 7 went out\x1b[0m",
        "\x1b[2K\x1b[1;31mERROR\x1b[m the lantern of pier 7 went out",
    ],
)
def test_a_coloured_line_is_learned_without_its_colours(kb: KnowledgeBase, coloured: str) -> None:
    learned = kb.learn_pattern(coloured, "no oil", "fill it up")

    assert kb.get(learned.id).headline == "ERROR the lantern of pier 7 went out"
    assert ask(kb, "ERROR the lantern of pier 31 went out").verdict is Verdict.KNOWN


def test_learning_a_trace_says_which_lines_of_it_are_looked_for(kb: KnowledgeBase) -> None:
    text = (
        "java.lang.IllegalStateException: ledger 12 is sealed by peer 4\n"
        "\tat com.shop.Ledger.append(Ledger.java:91)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
    )

    note = kb.learn_pattern(text, "a peer sealed it", "open a new one").note

    assert (
        "these lines of it are looked for, the first ones weigh most: IllegalStateException: ledger" in note
    )
    assert "com.shop.Ledger.append" in note
    assert "java.lang.Thread" not in note


def test_learning_a_line_says_nothing_of_lines(kb: KnowledgeBase) -> None:
    assert "are looked for" not in kb.learn_pattern(FAULT, "the shard lost its leader", "restart it").note


@pytest.mark.parametrize("number", [17, 23])
def test_of_two_entries_with_one_template_the_one_learned_in_these_very_words_is_first(
    kb: KnowledgeBase, number: int
) -> None:
    ids = {
        17: kb.learn_pattern(
            "cannot seal ledger 17 of the northern archive", "its disk is full", "free it"
        ).id,
        23: kb.learn_pattern(
            "cannot seal ledger 23 of the northern archive", "its peer is gone", "bring it"
        ).id,
    }

    answer = ask(kb, f"cannot seal ledger {number} of the northern archive")

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == ids[number]


@pytest.mark.parametrize(
    ("learned", "other"),
    [
        (
            "quux writer failed: err=4 while sealing the glass ledger",
            "quux writer failed: err=0 while sealing the glass ledger",
        ),
        (
            "backend web has 0 active and 0 backup servers left",
            "backend web has 1 active and 0 backup servers left",
        ),
        (
            "ledger pool drained by its writers: idle=0 waiting=12",
            "ledger pool drained by its writers: idle=6 waiting=12",
        ),
        ("connect ECONNREFUSED while the ledger was read", "connect ETIMEDOUT while the ledger was read"),
    ],
)
def test_another_code_or_some_left_where_none_was_is_another_fault(
    kb: KnowledgeBase, learned: str, other: str
) -> None:
    kb.learn_pattern(learned, "a cause", "a fix")

    assert ask(kb, f"w-2  | {learned}").verdict is Verdict.KNOWN
    assert ask(kb, other).verdict is not Verdict.KNOWN
