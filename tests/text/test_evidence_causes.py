from __future__ import annotations

import pytest

from benchmarks.evidence import first_of
from kb.text.evidence.evidence import pick_evidence


def healthy(count: int) -> str:
    return "".join(
        f"2026-11-02T03:12:{n % 60:02} INFO served request {n} in {n % 7} ms\n" for n in range(count)
    )


def best(*lines: str) -> str:
    """The line of the highest grade, the given ones amid healthy ones."""
    text = healthy(40) + "".join(f"{line}\n" for line in lines) + healthy(40)
    taken = first_of(pick_evidence(text))
    assert taken is not None
    return text.split("\n")[taken.line - 1]


def test_why_a_connection_was_closed_stands_above_that_it_was() -> None:
    assert best(
        'Invalid protocol "MQXX" in CONNECT from 127.0.0.1.',
        "Client orders disconnected due to protocol error.",
    ).startswith("Invalid protocol")


def test_a_cause_that_was_tried_again_stands_above_what_came_of_it() -> None:
    assert best(
        "LOG ledger@10.0.0.7:5432 closing because: connect failed (age=0s)",
        "LOG ledger@10.0.0.7:5433 closing because: connect failed (age=0s)",
        "LOG orders@10.0.0.9:7001 closing because: query_wait_timeout (age=2s)",
    ).endswith("connect failed (age=0s)")


def test_a_line_that_alone_says_why_is_not_put_below_one_that_does_not() -> None:
    assert "no such database" in best(
        "LOG (nodb)/ada@10.0.0.7:57196 login failed: db=billing user=ada",
        "LOG (nodb)/ada@10.0.0.7:57196 closing because: no such database: billing (age=0s)",
    )


def test_a_start_that_failed_stands_below_what_was_wrong() -> None:
    assert "Address already in use" in best(
        "2026-11-02 03:13:00 [warn] Could not bind to 127.0.0.1:9050: Address already in use",
        "2026-11-02 03:13:00 [err] Reading config failed",
    )


def test_the_level_of_a_json_line_tells_that_the_program_dies() -> None:
    assert (
        "local name"
        in best(
            '{"level":"warn","ts":"2026-11-02T03:13:00Z","msg":"failed to start","error":"no local name \\"a1\\""}',
            '{"level":"fatal","ts":"2026-11-02T03:13:00Z","msg":"discovery failed","error":"no local name \\"a1\\""}',
        ).partition("failed to start")[2]
    )


def test_the_first_of_two_lines_that_give_one_reason_is_taken() -> None:
    assert "sample" in best(
        'level=warn msg="appending a sample failed" err="write /srv/a/wal/000: no space left on device"',
        'level=error msg="Error stopping storage" err="write /srv/a/wal/000: no space left on device"',
    )


def test_a_reason_in_a_field_beside_the_message_counts() -> None:
    assert "commit" in best(
        'level=info msg="rules were reloaded with errors"',
        'level=warn msg="commit of rows" err="open /srv/a/wal/000: permission denied"',
    )


def test_a_heading_stands_below_what_it_announces() -> None:
    assert best(
        "Syntax error on line 24 of /srv/a/httpd.conf:", "Invalid command 'ServerLimits', perhaps misspelled"
    ).startswith("Invalid command")


def test_of_equal_words_the_line_that_is_an_error_by_its_level_is_taken() -> None:
    assert "[ERROR]" in best(
        "2026-11-02 03:13:00 0 [Warning] Aborted connection 7 to db: 'shop' user: 'ada' (KILLED)",
        "2026-11-02 03:13:00 7 [Warning] Could not write packet: fd: 42  errno: 32  length: 157",
        "2026-11-02 03:13:00 7 [ERROR] Got an error writing communication packets",
    )


def test_a_note_is_no_error_whatever_words_are_in_it() -> None:
    assert "[ERROR]" in best(
        "2026-11-02 03:13:00 7 [Note] InnoDB: Transactions deadlock detected, dumping detailed information.",
        *(f"TRANSACTION {n}, ACTIVE 0 sec starting index read" for n in range(12)),
        "2026-11-02 03:13:00 7 [ERROR] InnoDB: Transaction was aborted due to Deadlock",
    )


def test_the_reason_before_a_program_dies_may_stand_some_lines_above() -> None:
    assert "Address already in use" in best(
        "2026/11/02 03:13:00| commBind Cannot bind socket FD 16 to 127.0.0.1:3128: (98) Address already in use",
        *(f"2026/11/02 03:13:00| {word} is ready" for word in ("one", "two", "three", "four", "five")),
        "2026/11/02 03:13:00| storeDirWriteCleanLogs: Operation aborted.",
        "2026/11/02 03:13:00| FATAL: Unable to open HTTP Socket",
    )


def test_a_peer_that_left_stands_below_why_it_did() -> None:
    assert "identifier" in best(
        'client sent invalid protocol identifier "GET / HTTP/1.0"', "send_error: write: Broken pipe"
    )


def test_of_several_errors_before_the_end_the_first_is_taken() -> None:
    assert "parsing" in best(
        "[1795969532] unbound[18930:0] error: error parsing local-data at 23 'orders. A orders': expected ip4",
        "[1795969532] unbound[18930:0] error: Bad local-data RR orders. A orders",
        "[1795969532] unbound[18930:0] fatal error: Could not set up local zones",
    )


@pytest.mark.parametrize(
    "calm",
    [
        "Nov 29 16:20:21 master: Warning: Killed with signal 15 (by pid=1 uid=0 code=kill)",
        "Nov 29 16:20:19 login: Info: Disconnected: Aborted login by logging out",
        "2026/11/29 16:24:30|         0 Invalid entries.",
        "2026/11/29 16:24:30|         0 Objects expired.",
    ],
)
def test_what_is_nobodys_fault_stands_below_a_fault(calm: str) -> None:
    assert "running out" in best(calm, "Nov 29 16:20:20 cache is running out of descriptors")
    assert "unknown user" in best(calm, "Nov 29 16:20:20 auth: Info: passwd-file(ada): unknown user")


def test_what_is_too_much_or_too_little_is_alarming() -> None:
    assert "too open" in best("Permissions 0644 for '/srv/a/host_key' are too open.")


def test_an_error_without_a_trace_is_no_crash() -> None:
    text = (
        '[2026-11-02 03:13:00] [error] plugin_load: Could not find plugin "billing" in /usr/lib/collectd\n'
        "Error: Parsing the config file failed!\n"
    )
    taken = first_of(pick_evidence(text))
    assert taken is not None
    assert "billing" in taken.text


def test_headings_are_followed_to_what_they_announce() -> None:
    text = (
        "Error:\nMessage from the compiler:\nExpected ';' got '}'\n('/srv/a/shop.vcl' Line 11 Pos 3)\n"
        "compilation failed\n"
    )
    taken = first_of(pick_evidence(text))
    assert taken is not None
    assert taken.text == "Expected ';' got '}'"


def test_a_limit_that_was_reached_is_a_reason() -> None:
    assert "Maximum" in best(
        "Nov 29 16:46:18 dnsmasq[8546]: Maximum number of concurrent queries reached (max: 2)",
        "Nov 29 16:46:18 dnsmasq[8546]: config error is REFUSED",
    )


def test_what_says_to_look_elsewhere_stands_below_what_is_there() -> None:
    assert "preceding" in best(
        "Nov 29 16:47:01 [warn] ServicePort with no preceding ServiceDir directive",
        "Nov 29 16:47:01 [warn] Failed to parse config: Failed to configure options. See logs for details.",
        "Nov 29 16:47:01 [err] Reading config failed--see warnings above.",
    )


def test_a_warning_stands_above_the_words_of_information() -> None:
    assert "[warn]" in best(
        "Nov 29 16:47:00 [notice] We cannot help you if you use it wrong!",
        "Nov 29 16:47:01 [warn] ServicePort with no preceding ServiceDir directive",
    )


def test_what_may_happen_has_not_happened() -> None:
    assert "UID" in best(
        "WARNING: you are using a group without persist-tun -- this may cause restarts to fail",
        "WARNING: failed to find the UID of dnsorders",
    )


def test_what_could_not_be_removed_as_it_was_not_there_is_no_fault() -> None:
    assert "backend" in best(
        "Could not delete 'vcl_boot.1795/vgc.sym': No such file or directory", "Undefined backend billing"
    )


def test_the_first_that_says_a_thing_stands_above_what_repeats_it() -> None:
    text = (
        "[error] Cookie file /srv/a/cookie must be accessible by owner only\n"
        '[error] reason: {"Cookie file /srv/a/cookie must be accessible by owner only",[{auth,read_cookie}]}\n'
    )
    taken = first_of(pick_evidence(text))
    assert taken is not None
    assert taken.line == 1


def test_the_line_before_a_lost_connection_says_why() -> None:
    assert "packet length" in best(
        "openvpn: Could not determine the protocol. Using AF_INET",
        "openvpn: listening",
        "openvpn: WARNING: Bad encapsulated packet length from peer (18245)",
        "openvpn: Connection reset, restarting [0]",
    )


def test_a_notice_between_stars_is_no_crash() -> None:
    text = (
        "*** Starting uWSGI 2.0.21-debian (64bit) on [Sun Nov 29 17:16:05 2026] ***\n"
        "bind(): Address already in use [core/socket.c line 769]\n"
    )
    taken = first_of(pick_evidence(text))
    assert taken is not None
    assert taken.text.startswith("bind()")


def test_what_alarms_by_its_level_alone_stands_below_what_alarms_later_by_its_words() -> None:
    assert "not executable" in best(
        "2026-11-29 20:15:28,910 CRIT Server 'inet_http_server' running without any HTTP authentication checking",
        "2026-11-29 20:15:28,911 INFO supervisord started with pid 24431",
        "2026-11-29 20:15:29,071 INFO spawnerr: command at '/srv/a/orders' is not executable",
    )


def test_a_reason_in_general_words_stands_below_what_happened_before_it() -> None:
    assert "exited with code 3" in best(
        "[2026-11-29 20:16:27 +0000] [12724] [ERROR] Worker (pid:12733) exited with code 3.",
        "[2026-11-29 20:16:27 +0000] [12724] [ERROR] Shutting down: Master",
        "[2026-11-29 20:16:27 +0000] [12724] [ERROR] Reason: Worker failed to boot.",
    )


def test_a_line_that_says_why_in_a_field_is_no_consequence() -> None:
    assert "Unable to convert" in best(
        'msg="Caching is enabled but validation is not set to \'log-fail\', ignoring" prio="Warning"',
        'msg="Fatal error" error="Unable to convert presentation address \'127.0.0.1.9\'" prio="Critical"',
    )


def test_an_exception_that_only_names_a_thing_stands_below_the_error_that_says_more_of_it() -> None:
    assert "unregistered task" in best(
        "[2026-11-29 20:29:14,581: ERROR/MainProcess] Received unregistered task of type 'orders.billing'.",
        "The message has been ignored.",
        "Traceback (most recent call last):",
        '  File "/opt/celery/consumer.py", line 667, in on_task_received',
        "    strategy = strategies[type_]",
        "KeyError: 'orders.billing'",
    )


def test_a_guess_is_no_error() -> None:
    assert "Invalid character" in best(
        "Invalid character in key (ops) at /srv/a/inspircd.conf:2:17",
        "Possible configuration error: you have not defined any <bind> blocks.",
    )


def test_an_end_by_a_signal_that_is_not_named_stands_below_a_fault() -> None:
    assert "must be owned" in best(
        "[10902] Nov 29 20:22:53 /srv/amara/.ssh must be owned by user or root",
        "[10888] Nov 29 20:22:54 Early exit: Terminated by signal",
    )


def test_a_count_of_errors_stands_below_the_error() -> None:
    assert "syntax error" in best(
        "/srv/a/nsd.conf:11: at 'server-counts:': error: syntax error",
        "read /srv/a/nsd.conf failed: 1 errors in configuration file",
    )


def test_a_quoted_line_of_a_source_is_not_what_a_heading_announces() -> None:
    lines = [
        "Error parsing config in /srv/a/syslog-ng.conf:3:16-3:23:",
        "1       @version: 3.38",
        "2       options { stats-freq(0); };",
    ]
    taken = first_of(pick_evidence("\n".join(lines)))
    assert taken is not None
    assert taken.text == lines[0]
