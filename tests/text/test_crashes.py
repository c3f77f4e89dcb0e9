"""What each line of a crash is for, and the message without its wrapper."""

from __future__ import annotations

import re

import pytest

from kb.text.crashes import FORMS, Form, Role, message_of, read_crashes, roles
from kb.text.crashes.table import form_of

M, C, F, G, O = Role.MESSAGE, Role.CAUSE, Role.FRAME, Role.GENERIC, Role.OTHER  # noqa: E741


def leading(text: str) -> str:
    """The line that leads the last crash of a text."""
    lines = text.splitlines()
    return [line for told, line in zip(read_crashes(lines), lines, strict=True) if told.rank == 2][-1].strip()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.runtime}: {form.example.strip()[:60]}")
def test_every_form_has_an_example_of_its_role_and_its_mark(form: Form) -> None:
    assert re.match(form.pattern, form.example)
    assert form.mark in form.example.lower()
    found = form_of(form.example, within=True)
    assert found is not None
    assert found[1].role is form.role


def test_rust_tells_on_the_line_after_its_panic() -> None:
    text = (
        "\nthread 'main' (17) panicked at src/main.rs:3:26:\nRefCell already borrowed\nnote: run with `RU"
        "ST_BACKTRACE=1` environment variable\n"
    )
    assert roles(text.splitlines()) == [O, G, M, G]


def test_an_older_rust_tells_within_its_quotes() -> None:
    line = "thread 'main' panicked at 'already borrowed: BorrowMutError', src/main.rs:3:96"
    assert roles([line]) == [M]
    assert message_of(line, M) == "already borrowed: BorrowMutError"


def test_of_a_traceback_the_last_line_tells_and_quoted_lines_are_boilerplate() -> None:
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g(x)\n    ^^^^\nlib.Weird: '
        "queue is odd\n"
    )
    assert roles(text.splitlines()) == [G, F, G, G, M]


def test_of_chained_exceptions_the_last_leads() -> None:
    one = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\n{}\n'
    text = (
        one.format("KeyError: 'x'")
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + one.format("RuntimeError: cannot load")
    )
    assert leading(text) == "RuntimeError: cannot load"


def test_of_a_group_of_exceptions_the_group_leads() -> None:
    text = (
        '  + Exception Group Traceback (most recent call last):\n  |   File "a.py", line 5, in <mod'
        "ule>\n  |     main()\n"
        "  | ExceptionGroup: flush failed (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n"
        "    | ValueError: no leader\n    +---------------- 2 ----------------\n    | TypeError: no offset\n"
    )
    assert leading(text) == "| ExceptionGroup: flush failed (2 sub-exceptions)"


def test_node_quotes_the_source_above_its_error() -> None:
    text = (
        "node:events:502\n      throw er; // Unhandled 'error' event\n      ^\n\nError: connect ECONNREFU"
        "SED 127.0.0.1:1\n    at a (node:net:1:2)\n\nNode.js v20.20.2\n"
    )
    assert roles(text.splitlines()) == [O, G, G, O, M, F, O, G]


def test_a_cause_leads_where_what_it_caused_says_nothing() -> None:
    text = (
        "TypeError: fetch failed\n    at f (node:a:1:2) {\n  [cause]: Error: connect ECONNREFUSED 127.0.0"
        ".1:1\n"
    )
    assert leading(text) == "[cause]: Error: connect ECONNREFUSED 127.0.0.1:1"


def test_what_was_caused_leads_where_it_says_more() -> None:
    text = (
        'Exception in thread "main" a.b.StateException: cannot charge order 7\n\tat a.B.c(B.java:1)\nCa'
        "used by: a.b.ArgumentException: card declined\n\tat a.B.d(B.java:2)\n"
    )
    assert leading(text).startswith("Exception in thread")


def test_of_several_causes_the_last_leads() -> None:
    frame = "\tat a.B.c(B.java:1)\n"
    text = (
        f"a.CreationException: Error creating bean with name 'orders'\n{frame}Caused by: a.WrapException:"
        f" could not open the pool\n{frame}Caused by: java.net.ConnectException: Connection refused\n"
        f"{frame}"
    )
    assert leading(text) == "Caused by: java.net.ConnectException: Connection refused"


def test_tcl_tells_on_the_line_before_its_trace() -> None:
    text = (
        'can\'t read "order": no such variable\n    while executing\n"puts $order"\n    (file "a.tcl'
        '" line 3)\n'
    )
    assert roles(text.splitlines()) == [M, G, F, F]


def test_erlang_tells_in_its_crash_report() -> None:
    text = (
        "=CRASH REPORT==== 29-Nov-2026::09:04:19.9 ===\n  crasher:\n    initial call: app:init/1\n    exc"
        "eption error: undefined function billing:charge/1\n      in function  app:boom/0 (app.erl, line "
        "11)\n"
    )
    assert leading(text) == "exception error: undefined function billing:charge/1"
    assert roles(text.splitlines()) == [G, G, G, M, F]


def test_a_panic_that_another_recovered_gives_way_to_it() -> None:
    text = (
        "panic: nil pointer [recovered]\n\tpanic: cannot save the ledger\n\ngoroutine 1 [running]:\nmain."
        "main()\n\t/srv/main.go:8 +0x1d\n"
    )
    assert leading(text) == "panic: cannot save the ledger"
    assert roles(text.splitlines())[3:] == [G, F, F]


def test_the_first_that_a_kernel_says_leads() -> None:
    text = (
        "[  163.4] ==================================================================\n"
        "[  163.4][ T41] BUG: KASAN: use-after-free in skb_release+0x1/0x20\n"
        "[  163.4] Call Trace:\n[  163.4]  dump_stack+0xf6/0x184\n"
        "[  163.5] Kernel panic - not syncing: panic_on_warn set ...\n"
    )
    assert leading(text).endswith("BUG: KASAN: use-after-free in skb_release+0x1/0x20")
    assert roles(text.splitlines()) == [O, M, G, F, M]


def test_two_crashes_are_two() -> None:
    text = (
        "java.lang.A$Exception: one\n\tat a.B.c(B.java:1)\nINFO going on\nINFO served\nINFO served\njava."
        "lang.IllegalStateException: two\n\tat a.B.c(B.java:1)\n"
    )
    crashes = [told.crash for told in read_crashes(text.splitlines()) if told.rank == 2]
    assert len(set(crashes)) == 2


def test_plain_lines_have_no_role() -> None:
    assert roles(["served request 3", "next to nothing (at all)", "", "  indented"]) == [O, O, O, O]


@pytest.mark.parametrize(
    ("line", "role", "message"),
    [
        ("PHP Fatal error:  Uncaught TypeError: no int in /srv/a.php:4", M, "TypeError: no int"),
        ("Fatal error: Uncaught TypeError: no int in /srv/a.php:4", M, "TypeError: no int"),
        (
            ("Next RuntimeException: cannot charge order 4 in /srv/a.php:4"),
            M,
            "RuntimeException: cannot charge order 4",
        ),
        ('Exception in thread "main" java.lang.X: M', M, "java.lang.X: M"),
        ("Caused by: java.net.X: M", C, "java.net.X: M"),
        ("  [cause]: Error: M {", C, "Error: M"),
        ('Can\'t call method "m" on undef at /srv/a.pl line 3.', M, 'Can\'t call method "m" on undef'),
        ("a.rb:3:in `/': divided by 0 (ZeroDivisionError)", M, "ZeroDivisionError: divided by 0"),
        ("a.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)", M, "ZeroDivisionError: divided by 0"),
        ("panic: runtime error: x [recovered]", M, "runtime error: x"),
        ("Unhandled exception. System.X: M", M, "System.X: M"),
        (" ---> System.Y: M", C, "System.Y: M"),
        ("** (RuntimeError) cannot charge", M, "RuntimeError: cannot charge"),
        ("lua5.4: app.lua:3: attempt to index a nil value", M, "attempt to index a nil value"),
        ("./a.sh: line 3: 8812 Segmentation fault      ./indexer", M, "Segmentation fault      ./indexer"),
        (
            "  | ExceptionGroup: flush failed (2 sub-exceptions)",
            M,
            ("ExceptionGroup: flush failed (2 sub-exceptions)"),
        ),
        ("RefCell already borrowed", M, "RefCell already borrowed"),
    ],
)
def test_a_message_is_freed_of_its_wrapper(line: str, role: Role, message: str) -> None:
    assert message_of(line, role) == message


def test_a_long_hostile_line_is_read_in_no_time() -> None:
    for piece in ("a.b.", "x at y line 1 ", "((", ": ", "[[", "a::", " --> ", "| ", "^ "):
        roles([piece * 40_000, piece * 500])


def test_what_a_log_writes_above_a_traceback_only_announces_it() -> None:
    lines = [
        "ERROR:    Exception in ASGI application",
        "Traceback (most recent call last):",
        '  File "/srv/a/orders.py", line 12, in app',
        "    {}['orders']",
        "KeyError: 'orders'",
    ]
    assert roles(lines)[0] is Role.OTHER
    assert roles(lines)[-1] is Role.MESSAGE


def test_the_wrapper_of_another_traceback_and_an_exit_are_generic() -> None:
    for last in ("multiprocessing.pool.RemoteTraceback: ", "SystemExit: 1"):
        lines = [
            "Traceback (most recent call last):",
            '  File "/srv/a.py", line 3, in work',
            "    run()",
            last,
        ]
        assert roles(lines)[-1] is Role.GENERIC


def test_a_cause_leads_where_what_it_caused_has_general_words_alone() -> None:
    told = list(
        read_crashes(
            [
                "org.apache.zookeeper.QuorumPeerConfig$ConfigException: Error processing /srv/a/conf/zoo.cfg",
                "\tat org.apache.zookeeper.QuorumPeerConfig.parse(QuorumPeerConfig.java:199)",
                "Caused by: java.lang.IllegalArgumentException: myid file is missing",
                "\tat org.apache.zookeeper.QuorumPeerConfig.checkValidity(QuorumPeerConfig.java:803)",
            ]
        )
    )
    assert told[2].rank == 2
