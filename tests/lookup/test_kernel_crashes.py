"""A crash of a kernel that was learned is found again by its kind and the function to blame, and only by both."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Verdict
from tests.conftest import database_of

LEARNED = """\
[   12.100000] BUG: unable to handle page fault for address: ffffffffffffffd8
[   12.100001] CPU: 1 PID: 77 Comm: ledgerd Not tainted 6.1.0 #1
[   12.100002] RIP: 0010:ledger_fold_pages+0x1a/0x90
[   12.100003] Call Trace:
[   12.100004]  ledger_sync_all+0x33/0x90
[   12.100005]  ledger_ioctl+0x21/0x40
[   12.100006]  do_syscall_64+0x3d/0x70
"""
ON_ARM = """\
boot finished, 3 disks found
[  901.554000][ T31] Unable to handle kernel paging request at virtual address ffff0000deadbeef
[  901.554001][ T31] Mem abort info:
[  901.554002][ T31]   ESR = 0x0000000096000006
[  901.554003][ T31] pc : ledger_fold_pages+0x44/0x120
[  901.554004][ T31] lr : ledger_timer_tick+0x80/0x90
[  901.554005][ T31] Call trace:
[  901.554006][ T31]  ledger_fold_pages+0x44/0x120
[  901.554007][ T31]  ledger_timer_tick+0x80/0x90
[  901.554008][ T31]  call_timer_fn+0x30/0x70
"""
ELSEWHERE = LEARNED.replace("RIP: 0010:ledger_fold_pages", "RIP: 0010:ledger_free_index").replace(
    "  ledger_sync_all", "  ledger_drop_index+0x1/0x2\n[   12.100004]  ledger_sync_all"
)
INLINED = LEARNED.replace("RIP: 0010:ledger_fold_pages", "RIP: 0010:ledger_fold_one").replace(
    "  ledger_sync_all", "  ledger_fold_pages+0x1/0x2\n[   12.100004]  ledger_sync_all"
)


def test_the_same_crash_is_known_on_another_processor(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")

    answer = kb.check_known_issues(ON_ARM)

    assert answer.verdict is Verdict.KNOWN
    best = answer.matches[0]
    assert best.id == learned.id
    assert (
        "same kind and with the same function to blame: bad memory access in ledger_fold_pages" in best.reason
    )
    assert best.evidence is not None
    assert best.evidence.line == 2
    assert "Unable to handle kernel paging request" in best.evidence.text


def test_another_function_is_another_crash_though_most_of_the_trace_is_the_same(kb: KnowledgeBase) -> None:
    kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")

    answer = kb.check_known_issues(ELSEWHERE)

    assert answer.verdict is not Verdict.KNOWN


def test_the_reason_says_which_crash_it_was_and_which_it_is(kb: KnowledgeBase) -> None:
    shared = "".join(f"[   12.1001{n:02}]  ledger_step_{'abcdefgh'[n]}+0x1/0x2\n" for n in range(8))
    learned = (
        "BUG: scheduling while atomic: ledgerd/77/0x0002\nCall Trace:\n ledger_fold_pages+0x1/0x2\n" + shared
    )
    kb.learn_pattern(learned, "it sleeps under a lock", "update")

    answer = kb.check_known_issues(learned.replace("ledger_fold_pages", "ledger_free_index"))

    assert answer.verdict is not Verdict.KNOWN
    assert "but that was scheduling while atomic in ledger_fold_pages" in answer.matches[0].reason
    assert "this is scheduling while atomic in ledger_free_index" in answer.matches[0].reason


def test_another_kind_in_the_same_function_is_not_the_same_crash(kb: KnowledgeBase) -> None:
    kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")
    text = "divide error: 0000 [#1] SMP\nRIP: 0010:ledger_fold_pages+0x77/0x90\nCall Trace:\n ledger_mount+0x1/0x2\n"

    assert kb.check_known_issues(text).verdict is not Verdict.KNOWN


def test_a_function_that_was_inlined_elsewhere_does_not_make_it_another_crash(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")

    answer = kb.check_known_issues(INLINED)

    assert answer.matches[0].id == learned.id
    assert "but that was" not in answer.matches[0].reason


def test_a_crash_that_follows_a_hang_in_a_learned_log_is_not_what_was_learned(kb: KnowledgeBase) -> None:
    hang = (
        "INFO: task ledgerd:99 blocked for more than 143 seconds.\nCall Trace:\n ledger_wait_turn+0x1/0x2\n"
    )
    kb.learn_pattern(hang + LEARNED, "the disk is slow", "replace the disk")

    assert kb.check_known_issues(ON_ARM).verdict is not Verdict.KNOWN


def test_a_fix_that_was_learned_for_a_tool_is_found_by_the_crash_too(kb: KnowledgeBase) -> None:
    learned = kb.learn_tool_fix("ledgerfs", LEARNED, "the page list is freed too early", "update to 6.1.9")

    answer = kb.check_known_issues(ON_ARM)

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned.id)


def test_advice_that_failed_is_a_warning_for_the_same_crash(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")
    for _ in range(3):
        kb.record_outcome(learned.id, "failed")

    answer = kb.check_known_issues(ON_ARM)

    assert answer.verdict is not Verdict.KNOWN
    assert any(learned.id in note and "do not rely on" in note for note in answer.notes)


@pytest.mark.parametrize(
    "carried",
    [
        "Nov 20 10:15:12 db7 kernel: {}",
        "2026-11-20T10:15:12.123456+00:00 db7 kernel: {}",
        "2026-11-20T10:15:12.123456789Z stderr F {}",
        "console-1  | {}",
        '{{"log":"{}\\n","stream":"stdout","time":"2026-11-20T10:15:12.7Z"}}',
    ],
    ids=["syslog", "journal", "cri", "compose", "docker"],
)
def test_it_is_found_whatever_carries_its_lines(kb: KnowledgeBase, carried: str) -> None:
    learned = kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")
    text = "".join(f"{carried.format(line)}\n" for line in ON_ARM.splitlines())

    answer = kb.check_known_issues(text)

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned.id)


def test_a_home_of_an_older_version_finds_its_crashes_after_it_was_opened(
    home: Path, encoder: OnnxEncoder
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        learned = kb.learn_pattern(LEARNED, "the page list is freed too early", "update to 6.1.9")
    with closing(database_of(home)) as db:
        db.execute("DELETE FROM fingerprints WHERE origin = 'crash'")
        db.execute("UPDATE meta SET value = '4' WHERE key = 'mask_version'")

    with KnowledgeBase.open(home, encoder=encoder) as kb:
        answer = kb.check_known_issues(ON_ARM)

    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, learned.id)


def test_a_crash_whose_stack_blames_nobody_is_not_known_by_its_kind_alone(kb: KnowledgeBase) -> None:
    head = "BUG: kernel NULL pointer dereference, address: 0000000000000286\nRIP: 0010:0x286\nCall Trace:\n"
    rest = " process_one_work+0xbf3/0x1bc0\n worker_thread+0x223/0x1860\n kthread+0x35e/0x430\n"
    kb.learn_pattern(head + rest, "a work item was freed before it ran", "update")

    answer = kb.check_known_issues(f"{head} ledger_poll_all+0x1/0x2\n ledger_turn_page+0x1/0x2\n{rest}")

    assert answer.verdict is not Verdict.KNOWN
