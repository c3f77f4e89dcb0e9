"""The same place of a program that says the same of another thing is another error, wherever its name stands.

Forms of Elixir 1.14, Rust 1.63, Kafka's client for Java; the words in them are our own.
"""

from __future__ import annotations

import pytest

from kb import KnowledgeBase

ELIXIR = """\
01:48:29.903 [error] GenServer #PID<0.108.0> terminating
** (MatchError) no match of right hand side value: {:error, :ledger_frozen}
    (shop 1.4.0) lib/shop/till.ex:10: Shop.Till.handle_call/3
    (stdlib 4.2) gen_server.erl:1149: :gen_server.try_handle_call/4
"""
RUST = """\
thread 'main' panicked at src/main.rs:4:5:
called `Result::unwrap()` on an `Err` value: LedgerFrozen { till: 7 }
stack backtrace:
   0: shop::settle
   1: shop::main
"""
KAFKA = """\
org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders-v2]
\tat com.shop.Feed.poll(Feed.java:12)
\tat com.shop.Main.main(Main.java:4)
"""
LOG = "2026-12-01 01:11:42,123 INFO order stored\n" * 40
CASES = [
    (ELIXIR, "ledger_frozen", "quota_used_up"),
    (RUST, "LedgerFrozen", "QuotaUsedUp"),
    (KAFKA, "orders-v2", "invoices"),
]


@pytest.mark.parametrize("around", ["", LOG])
@pytest.mark.parametrize(("text", "name", "other"), CASES)
def test_the_same_said_of_another_thing_is_not_known(
    kb: KnowledgeBase, text: str, name: str, other: str, around: str
) -> None:
    kb.learn_pattern(text, meaning="somebody closed it", fix="Open it")

    assert kb.check_known_issues(around + text + around).verdict == "known"
    assert kb.check_known_issues(around + text.replace(name, other) + around).verdict != "known"
