"""What a program wrote is compared by all that it says, and what tells two faults apart is not outvoted by the rest."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.lookup.rarity import CorpusStats, agreement
from kb.lookup.scoring import KNOWN, RELATED, by_likeness, likeness
from kb.model.ledger import Answer, Verdict
from kb.text.tokens import tokenize


def ask(kb: KnowledgeBase, text: str) -> Answer:
    return kb.check_known_issues(text, record=False)


def test_two_tracebacks_that_break_off_are_the_same_by_the_code_between_their_frames(
    kb: KnowledgeBase,
) -> None:
    cut = (
        'Traceback (most recent call last):\n  File "check-orders", line {}, in testRefund\n'
        '    page.wait_in_text("#refund-summary .order-card", "{}")'
    )
    learned = kb.learn_pattern(
        cut.format(3519, "refunded to the card"), "the card service was asked too early", "wait"
    )
    for n, word in enumerate(("basket", "parcel", "voucher")):
        kb.learn_pattern(
            f'  File "check-{word}", line {n}, in testList\n    page.click("#{word}-list")', word, "see it"
        )

    again = ask(kb, cut.format(616, "refunded to the card"))
    other = ask(kb, cut.format(616, "moved").replace("refund-summary .order-card", "ledger-close .month"))

    assert (again.verdict, again.matches[0].id) == (Verdict.KNOWN, learned.id)
    assert other.verdict is not Verdict.KNOWN


def test_the_kind_of_an_exception_alone_relates_no_two_crashes(kb: KnowledgeBase) -> None:
    kb.learn_pattern(
        'Traceback (most recent call last):\n  File "check-dump", line 7508, in testDump\n'
        "    self.same(find(target), \"\")\nAssertionError: '' == ''",
        "the dump was never written",
        "reserve memory for it",
    )

    asked = (
        'File "check-login", line 12, in testBanner\n    self.assertIn(banner, text)\nAssertionError: 17 != 4'
    )

    assert ask(kb, asked).verdict is Verdict.UNKNOWN


DENIAL = (
    'audit: type=1400 audit({}): avc:  denied  {{ {} }} for  pid={} comm="{}" name="spool" dev="dm-0" ino=77'
    " scontext=system_u:system_r:ledger_t:s0 tcontext=system_u:object_r:var_spool_t:s0 tclass=dir permissive=0"
)


def test_a_denial_comes_back_with_other_numbers(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(
        DENIAL.format(4711, "write", 812, "ledgerd"), "the policy lacks a rule", "add the rule"
    )

    for asked in (
        DENIAL.format(3, "write", 99123, "ledgerd"),
        DENIAL.format(3, "write", 99123, "ledgerd").removeprefix("audit: "),
        DENIAL.format(3, "write", 99123, "ledgerd").replace('name="spool"', 'name="spool-2"'),
    ):
        answer = ask(kb, asked)
        assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned.id), asked


@pytest.mark.parametrize(("permission", "program"), [("read", "ledgerd"), ("write", "backupd")])
def test_another_permission_or_program_is_another_denial(
    kb: KnowledgeBase, permission: str, program: str
) -> None:
    kb.learn_pattern(DENIAL.format(4711, "write", 812, "ledgerd"), "the policy lacks a rule", "add the rule")

    answer = ask(kb, DENIAL.format(3, permission, 99, program))

    assert answer.verdict is not Verdict.KNOWN
    assert "not ledgerd" in answer.matches[0].reason or "not write" in answer.matches[0].reason


def test_of_a_line_and_a_text_that_holds_it_the_one_that_was_asked_word_for_word_goes_first(
    kb: KnowledgeBase,
) -> None:
    line = "ledgerd: cannot seal segment: the footer is missing its checksum"
    text = (
        "timeout while the month was closed: the seal of the ledger did not become ready\n"
        f"{line}\nsealing failed in shard 4"
    )
    one = kb.learn_pattern(line, "the disk lost a write", "restore the segment")
    whole = kb.learn_pattern(text, "the month was closed twice", "open it again")

    assert ask(kb, line).matches[0].id == one.id
    assert ask(kb, text.replace("shard 4", "shard 19")).matches[0].id == whole.id


@pytest.mark.parametrize(
    ("asked", "learned"),
    [("alpha disk1 beta", "alpha disk22 beta"), ("4657alpha", "alpha"), ("alpha12", "7alpha")],
)
def test_numbers_at_a_word_do_not_count(asked: str, learned: str) -> None:
    stats = CorpusStats(100, 10.0, dict.fromkeys(("alpha", "beta", "disk"), 10))

    assert agreement(tokenize(asked), tokenize(learned), stats) == pytest.approx(1.0)


def test_words_count_twice_as_much_as_meaning() -> None:
    assert likeness(1.0, 0.4) > likeness(0.6, 1.0)
    assert likeness(0.5, 0.9) > likeness(0.5, 0.4)


def test_meaning_alone_relates_no_two_texts_of_programs() -> None:
    assert by_likeness(likeness(0.0, 1.0)) < RELATED


def test_two_texts_of_one_wording_are_known_with_or_without_a_meaning() -> None:
    assert by_likeness(likeness(1.0, 1.0)) > KNOWN
    assert by_likeness(likeness(1.0, 0.0)) > KNOWN


def test_records_of_one_message_whose_field_says_another_trouble_are_two_errors(kb: KnowledgeBase) -> None:
    record = (
        'ts=2026-11-30T20:01:25.57Z level=error component=dispatcher msg="Notify for alerts failed" err="{}"'
    )
    refused, denied = (
        "ops/webhook[0]: notify retry canceled: dial tcp 10.0.0.7:443: connect: connection refused",
        "mail/email[0]: notify retry canceled: 535 5.7.8 authentication failed",
    )
    learned = kb.learn_pattern(record.format(refused), "the receiver of webhooks is down", "start it")

    again, other = (
        ask(kb, record.format(refused.replace("10.0.0.7", "10.0.0.9"))),
        ask(kb, record.format(denied)),
    )
    of_json = ask(kb, json.dumps({"level": "error", "msg": "Notify for alerts failed", "err": refused}))

    assert (again.verdict, again.matches[0].id) == (Verdict.KNOWN, learned.id)
    assert other.verdict is not Verdict.KNOWN
    assert (of_json.verdict, of_json.matches[0].id) == (Verdict.KNOWN, learned.id)
