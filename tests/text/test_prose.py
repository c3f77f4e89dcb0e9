"""What people say is told from what programs write."""

from __future__ import annotations

import time

import pytest

from kb.text.kinds import is_own_words, is_prose


@pytest.mark.parametrize(
    "text",
    [
        "customers cannot pay their invoices since the release of this morning",
        "The pods of checkout are killed again and again after some hours",
        "postgres refuses new clients because all its connection slots are taken",
        "checkout is slow",
        "payments down",
        "we see a lot of 502 in front of the shop, and the nodes are all up",
        "{{ $labels.instance }} has been down for more than 5 minutes",
        '"The cart is empty" is what customers of the shop see since noon',
        "Users of the shop see HTTP 502; all of the pods look fine (3 of 3 are ready)",
    ],
)
def test_a_sentence_is_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize(
    "text",
    [
        'level=error caller=ledger.go:214 err="no leader" shard=17',
        "java.lang.IllegalStateException: ledger 12 is sealed",
        "AttributeError: property 'total' of the 'Order' object has no setter, and it is not to be set",
        "TypeError [ERR_LEDGER]: the ledger that was given is not the one of the shard",
        "\tat com.shop.Ledger.append(Ledger.java:91)",
        'Traceback (most recent call last):\n  File "check-orders", line 12, in testRefund\n'
        "    the summary of an order is not to be seen on the page of the customer",
        '  File "check-orders", line 12, in testRefund\n    page.wait()  # should be there after the boot',
        '{"level":"error","msg":"pool exhausted","service":"cart"}',
        "2026-11-20 10:15:12.123 ERROR 4312 --- [nio-8080-exec-9] c.e.ledger.Store : write refused",
        "[ERROR] ledger::store write refused",
        "BUG: unable to handle page fault for address: ffff888012345678 RIP: 0x1f foo_release(net)",
        "",
        "4711 --- 12",
    ],
)
def test_what_a_program_writes_is_not(text: str) -> None:
    assert not is_prose(text)


def test_a_log_whose_lines_hold_sentences_is_no_prose() -> None:
    log = (
        "2026-11-20 10:15:12 ERROR [http-1] the ledger is not able to write to the shard\n"
        "2026-11-20 10:15:13 ERROR [http-2] the ledger is not able to write to the shard\n"
    )

    assert not is_prose(log)


@pytest.mark.parametrize("piece", ["{{ ", "$a.", "<*", "a" * 100, "aError", "aError (", "[a", "the ", "x="])
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    began = time.perf_counter()
    is_prose(text)

    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        "checkout is slow since the deploy, a third of our users get nothing",
        "can anybody log in? the new hires cannot, old accounts are fine",
        "We observe that the invoices of the night run arrive twice, but only for the larger customers.",
        "have we ever lost a disk during a resize?",
        "works on my machine, build agent says no again",
        "a quarry pump stopped and the one beside it took the load until it broke, too",
        "Sluice rejects every barge. Water level 2 m, gates healthy, condition appeared when traffic doubled.",
    ],
)
def test_somebody_tells_in_their_own_words_what_they_see(text: str):
    assert is_own_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tide gauge is down. Gauge <*> in basin <*> has not reported for more than 15 minutes.",
        "Sluice queue is growing. Messages in the sluice queue wait longer than ten minutes.",
        "Backup of the ledger is missing. The last backup of the ledger on <*> is older than a day.",
        "HarbourCraneStalled: Crane 4 of Quay North has been idle for 30m.",
        "FATAL: sorry, too many clients already",
        "dial tcp 10.0.0.7:5432: connect: connection refused",
        "cannot open ledger: too many links",
        "permission denied",
        "",
    ],
)
def test_an_alert_or_a_message_of_a_program_is_nobodys_own_words(text: str):
    assert not is_own_words(text)
