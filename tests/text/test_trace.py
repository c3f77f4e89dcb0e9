"""What is looked for of a text of many lines, and what each line is for."""

from __future__ import annotations

import time

import pytest

from kb.model import Signature
from kb.text.crashes.forms import is_runtime_frame
from kb.text.signatures.set import sought
from kb.text.signatures.templates import find
from kb.text.traces import MOST_LINES, names_something, told_first, trace_signature

PYTHON = """Traceback (most recent call last):
  File "/srv/a/app.py", line 6, in main
    charge(order)
  File "/srv/a/tax.py", line 30, in charge
    rate = rates[order.state]
KeyError: 'tax_rate'
"""
JAVA = """2026-11-20 10:15:12.123 ERROR [http-1] c.shop.Api - request failed
com.shop.OrderRefusedException: order 4711 of tenant 9 cannot be placed
\tat com.shop.Orders.place(Orders.java:44)
\tat com.shop.Api.post(Api.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: com.shop.LedgerSealedException: ledger 12 is sealed by peer 4 since tick 99
\tat com.shop.Ledger.append(Ledger.java:91)
\tat com.shop.Orders.place(Orders.java:41)
"""
RUST = """thread 'worker-3' panicked at src/store.rs:42:9:
segment 9 of tenant 4 was already compacted
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/std/src/panicking.rs:665:5
   1: core::panicking::panic_fmt
   2: ledger::store::compact
             at ./src/store.rs:42:9
   3: ledger::main
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
"""
NODE = """/srv/a/mail.js:12
    throw new MailboxError('mailbox of tenant 4 is frozen')
    ^

MailboxError: mailbox of tenant 4 is frozen
    at deliver (/srv/a/mail.js:12:11)
    at flushQueue (/srv/a/queue.js:40:5)
    at node:internal/process/task_queues:95:5

Node.js v20.11.0
"""
KERNEL = """general protection fault: 0000 [#1] SMP KASAN
CPU: 1 PID: 4711 Comm: syz-executor
RIP: 0010:foo_release+0x1a/0x90 net/foo.c:41
Call Trace:
 dump_stack+0x12/0x30
 foo_close+0x12/0x30
 __fput+0x33/0x90
 entry_SYSCALL_64_after_hwframe+0x44/0xa9
"""


def looked_for(text: str) -> dict[str, str]:
    """The lines that are looked for, each with its letter."""
    found = trace_signature(text)
    assert found is not None
    return dict(zip(found.needles, found.trace, strict=True))


@pytest.mark.parametrize(
    ("text", "leads", "letter"),
    [
        (PYTHON, "KeyError: 'tax_rate", "N"),
        (RUST, "segment <*> of tenant <*> was already compacted", "N"),
        (NODE, "MailboxError: mailbox of tenant <*> is frozen", "N"),
        (KERNEL, "general protection fault: <*> [#<*>] SMP KASAN", "L"),
    ],
    ids=["python", "rust", "node", "kernel"],
)
def test_the_message_leads(text: str, leads: str, letter: str) -> None:
    lines = looked_for(text)

    assert lines[leads] == letter
    assert "".join(lines.values()).count("N") + "".join(lines.values()).count("L") == 1


def test_of_a_java_trace_what_says_most_leads_and_its_cause_is_said() -> None:
    lines = looked_for(JAVA)

    assert lines["OrderRefusedException: order <*> of tenant <*> cannot be placed"] == "N"
    assert lines["LedgerSealedException: ledger <*> is sealed by peer <*> since tick"] == "C"


def test_a_java_trace_that_says_nothing_by_itself_is_led_by_its_cause() -> None:
    text = JAVA.replace(
        "com.shop.OrderRefusedException: order 4711 of tenant 9 cannot be placed",
        "java.lang.RuntimeException",
    )

    lines = looked_for(text)

    assert lines["LedgerSealedException: ledger <*> is sealed by peer <*> since tick"] == "N"


def test_frames_next_to_the_message_are_near_and_those_further_away_are_the_rest() -> None:
    frames = [f"\tat com.shop.step{chr(97 + n)}.Walk.go(Walk.java:{n})" for n in range(8)]
    text = "com.shop.LedgerSealed: ledger 12 is sealed by peer 4\n" + "\n".join(frames)

    letters = looked_for(text)

    assert [letters[f"at com.shop.step{chr(97 + n)}.Walk.go(Walk.java"] for n in range(8)] == [*"FFFFRRRR"]


def test_what_any_crash_of_the_runtime_prints_is_not_looked_for() -> None:
    texts = (PYTHON, JAVA, RUST, NODE, KERNEL)

    lines = " ".join(line for text in texts for line in looked_for(text))

    for plumbing in (
        "Traceback",
        "charge(order)",
        "java.lang.Thread",
        "rust_begin_unwind",
        "panic_fmt",
        "RUST_BACKTRACE",
        "throw new",
        "task_queues",
        "Node.js v",
        "Call Trace",
        "dump_stack",
        "entry_SYSCALL",
    ):
        assert plumbing not in lines


def test_what_an_occurrence_alone_has_is_not_looked_for() -> None:
    texts = (PYTHON, JAVA, RUST, NODE, KERNEL)

    lines = " ".join(line for text in texts for line in looked_for(text))

    for once in ("/srv/a", ":42", "0x1a", "4711", "http-1", "10:15"):
        assert once not in lines


def test_lines_in_which_nothing_crashed_are_plain() -> None:
    text = "starting the nightly export of region eu\nexport wrote no rows for customer ledger 9\n"

    assert set(looked_for(text).values()) == {"P"}


def test_the_last_of_two_crashes_leads() -> None:
    other = PYTHON.replace("KeyError: 'tax_rate'", "ValueError: cannot read 'region_code' of the order")

    lines = looked_for(PYTHON + "\n" + other)

    assert lines["ValueError: cannot read 'region_code' of the order"] == "N"
    assert lines["KeyError: 'tax_rate"] == "C"


@pytest.mark.parametrize("text", ["", "one line", "one line\n\n \n", "12\n13\n14\n"])
def test_of_one_line_or_of_lines_that_say_nothing_no_trace_is_looked_for(text: str) -> None:
    assert trace_signature(text) is None


def test_of_a_long_text_the_lines_that_count_most_are_looked_for_in_their_order() -> None:
    frames = [
        f"\tat com.shop.part{chr(97 + n // 26)}{chr(97 + n % 26)}.Walk.go(Walk.java:{n})" for n in range(300)
    ]

    found = trace_signature("com.shop.LedgerSealed: ledger 12 is sealed by peer 4\n" + "\n".join(frames))

    assert found is not None
    assert len(found.needles) == MOST_LINES
    assert found.trace[:5] == "NFFFF"
    assert [one for one in found.trace if one != "R"] == [*"NFFFF"]


def test_the_lines_that_are_told_to_a_person_begin_with_the_message() -> None:
    found = trace_signature(PYTHON)

    assert found is not None
    assert told_first(found)[0] == "KeyError: 'tax_rate"


@pytest.mark.parametrize(
    "message",
    [
        "KeyError: 'tax_rate'",
        "com.shop.LedgerSealed: x",
        "TypeError: Cannot read properties of undefined (reading 'tax_rate')",
        "the ledger of this tenant has been sealed already",
        "BUG: KASAN: use-after-free in foo_release+0x1a/0x90",
    ],
)
def test_a_message_with_a_name_or_a_sentence_of_the_program_names_something(message: str) -> None:
    assert names_something(message)


@pytest.mark.parametrize(
    "message",
    [
        "general protection fault: 0000 [#1] SMP KASAN",
        "java.lang.NullPointerException",
        "java.lang.OutOfMemoryError: Java heap space",
        "RecursionError: maximum recursion depth",
        "Segmentation fault",
    ],
)
def test_a_message_that_only_says_what_kind_of_crash_it_is_names_nothing(message: str) -> None:
    assert not names_something(message)


@pytest.mark.parametrize(
    "frame",
    [
        " dump_stack+0x12/0x30",
        " ? foo_close+0x12/0x30",
        " entry_SYSCALL_64_after_hwframe+0x44/0xa9",
        "   1: core::panicking::panic_fmt",
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
        "    at node:internal/process/task_queues:95:5",
        "#4  0x00007f1c2d8a1e37 in __libc_start_main () from libc.so.6",
        "   at System.Threading.Tasks.Task.Wait()",
        "runtime.gopanic(0x1)",
    ],
)
def test_a_frame_of_the_runtime_is_plumbing(frame: str) -> None:
    assert is_runtime_frame(frame)


@pytest.mark.parametrize(
    "frame",
    [
        " foo_close+0x12/0x30",
        "   2: ledger::store::compact",
        "\tat com.shop.Ledger.append(Ledger.java:91)",
        "    at deliver (/srv/a/mail.js:12:11)",
        "#2  0x000055e1a2b3c4d5 in shard_lookup (s=0x1) at ledger.c:12",
        "   at Ledger.Store.Write(Int32 shard) in /src/Store.cs:line 42",
        '  File "/srv/a/tax.py", line 30, in charge',
    ],
)
def test_a_frame_of_the_program_is_not(frame: str) -> None:
    assert not is_runtime_frame(frame)


def test_a_text_of_several_lines_is_looked_for_as_a_trace() -> None:
    (found,) = sought([Signature(needles=(PYTHON,))])

    assert found == trace_signature(PYTHON.strip())


def test_a_line_is_looked_for_by_its_template() -> None:
    (found,) = sought(
        [Signature(needles=("2026-11-20T10:15:12Z ERROR shard 17 has no leader since epoch 4",))]
    )

    assert found == Signature(needles=("shard <*> has no leader since epoch",), template=True)


def test_a_line_in_which_nothing_varies_is_looked_for_without_its_carrier() -> None:
    (found,) = sought([Signature(needles=("ledger-1  | the ledger refuses to write",))])

    assert found == Signature(needles=("the ledger refuses to write",))


def test_a_line_of_json_is_read_first() -> None:
    line = '{"level":"error","ts":"2026-11-20T10:15:12Z","msg":"pool \\"main\\" of tenant 4 is used up"}'

    (found,) = sought([Signature(needles=(line,))])

    assert found == Signature(needles=('pool "main" of tenant <*> is used up',), template=True)


def test_a_trace_within_a_line_of_json_is_looked_for_as_a_trace() -> None:
    line = '{"log":"' + PYTHON.replace('"', '\\"').replace("\n", "\\n") + '","stream":"stderr"}'

    (found,) = sought([Signature(needles=(line,))])

    assert found.trace
    assert "KeyError: 'tax_rate" in found.needles


@pytest.mark.parametrize(
    "written",
    [
        Signature(needles=(r"shard \d+ has no leader",), regex=True),
        Signature(needles=("shard 17 has", "no leader 4")),
        Signature(needles=("4711",)),
    ],
    ids=["regex", "literals that belong together", "nothing but what varies"],
)
def test_what_is_no_line_is_looked_for_as_it_was_written(written: Signature) -> None:
    assert sought([written]) == (written,)


@pytest.mark.parametrize(
    "text", [PYTHON, JAVA, RUST, NODE, KERNEL], ids=["python", "java", "rust", "node", "kernel"]
)
def test_every_line_that_is_looked_for_stands_in_the_text_that_was_learned(text: str) -> None:
    missing = [line for line in looked_for(text) if find(line, text.encode()) is None]

    assert missing == []


@pytest.mark.parametrize(
    "text",
    [
        "\tat a.B.c(D.java:1)\n" * 20_000,
        ("at " * 1000 + "\n") * 200,
        ("Error" * 20_000 + "\n") * 2,
        ("x_" * 50_000 + "\n") * 2,
        ("\n" * 100_000) + "a\nb\n",
    ],
    ids=["frames", "at at at", "errors", "one name", "blank lines"],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    began = time.perf_counter()
    trace_signature(text)

    assert time.perf_counter() - began < 3


def test_what_another_wrote_into_a_line_of_a_console_is_looked_for_by_itself() -> None:
    text = """ZIRCON KERNEL PANIC
UPTIME: 203683ms
BUILDID git-069d64c4KVM internal error. Suberror: 1
emulation failure
"""

    lines = looked_for(text)

    assert lines["KVM internal error. Suberror"] == "L"
    assert not any("BUILDID" in line for line in lines)
