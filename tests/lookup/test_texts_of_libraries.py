"""What libraries write around an error is no part of it; texts as SQLAlchemy, pydantic and journald wrote them."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.text.evidence.evidence import pick_evidence, title_line

# SQLAlchemy 2.1.9 with psycopg 3.3.9, PostgreSQL 15.18: str() of what each statement raised.
ENDED = """(psycopg.errors.AdminShutdown) terminating connection due to administrator command
[SQL: select 1]
(Background on this error at: https://sqlalche.me/e/21/e3q8)"""
NO_COLUMN = """(psycopg.errors.UndefinedColumn) column "nosuch" does not exist
LINE 1: select nosuch from orders
               ^
[SQL: select nosuch from orders]
(Background on this error at: https://sqlalche.me/e/21/f405)"""
# pydantic 2.14: str() of a ValidationError.
NOT_VALID = """2 validation errors for Order
id
  Input should be a valid integer [type=int_type, input_value=[], input_type=list]
    For further information visit https://errors.pydantic.dev/2.14/v/int_type
total
  Field required [type=missing, input_value={'id': []}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.14/v/missing"""
SERVED = "".join(f"2026-11-30 20:00:{n:02},123 INFO app.orders served {n}\n" for n in range(40))


def best(text: str) -> str:
    return max(pick_evidence(text), key=lambda one: (one.score, -one.line)).text.strip()


@pytest.mark.parametrize("text", [ENDED, NO_COLUMN, NOT_VALID])
def test_where_to_read_on_is_neither_the_title_nor_what_tells(text: str) -> None:
    first = text.partition("\n")[0]

    assert title_line(text).startswith(first)
    assert best(text) == first
    assert best(f"{SERVED}ERROR app.orders {text}\n{SERVED}").endswith(first)
    assert not any("https://" in one.text for one in pick_evidence(text))


def test_two_errors_that_end_with_the_same_advice_are_two(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(ENDED, "the pooler was restarted", "drain it first")

    assert kb.check_known_issues(NO_COLUMN).verdict != "known"
    assert kb.check_known_issues(f"{SERVED}ERROR app.orders {ENDED}").matches[0].id == learned.id
    assert kb.check_known_issues(f"{SERVED}ERROR app.orders {ENDED}").verdict == "known"


@pytest.mark.parametrize("said", ["could not save the order: ", "can not answer: "])
def test_an_error_is_known_behind_what_could_not_be_done(kb: KnowledgeBase, said: str) -> None:
    kb.learn_pattern(
        '2026-11-30 20:55:46.443 UTC [8773] ERROR:  duplicate key value violates unique constraint "orders_pkey"',
        "two writers take one number",
        "use the sequence",
    )

    wrapped = f'ERROR app.orders {said}duplicate key value violates unique constraint "orders_pkey"'
    assert kb.check_known_issues(wrapped).verdict == "known"


@pytest.mark.parametrize("said", ["did not see: ", "could not reproduce: ", "could not find: "])
def test_what_says_that_it_is_not_there_is_not_known(kb: KnowledgeBase, said: str) -> None:
    kb.learn_pattern("quorum lost on ledger", "two nodes are away", "start them")

    assert kb.check_known_issues(f"INFO check {said}quorum lost on ledger").verdict != "known"


def test_what_a_journal_shows_of_any_line_it_cannot_show_settles_nothing(kb: KnowledgeBase) -> None:
    """So `journalctl` (systemd 252) writes a line that is no text."""
    kb.learn_pattern("Nov 30 20:55:46 db-1 ledgerd[12]: [61B blob data]", "the ledger wrote bytes", "restart")

    answer = kb.check_known_issues("Nov 30 21:57:02 db-1 ledgerd[77]: [9.7K blob data]")

    assert answer.verdict != "known"


def test_a_message_in_brackets_is_the_message(kb: KnowledgeBase) -> None:
    kb.learn_pattern("Nov 30 20:55:46 db-1 ledgerd[12]: [tail segment is sealed]", "it is", "unseal it")

    answer = kb.check_known_issues("2026-11-30T21:55:46Z db-7 orders[3]: [tail segment is sealed]")

    assert answer.verdict == "known"
